/* PATH.lock in every state that it can be found in: it holds nothing that is needed, so whatever
 * stands in it costs a status at most. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "schema/format.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "lock_file";

static mmf_record_type type;
static const char *path;
static const char *lock;

static void make(void)
{
    type = test_type(MMF_FORMAT_2, 64);
    path = test_path("store");
    lock = test_path("store.lock");
    ck_ok(mmf_store_close(test_create(path, &type, 0)));
}

static mmf_lock_header *read_lock(void)
{
    size_t size;
    uint8_t *bytes = test_read_file(lock, &size);

    ck_assert_uint_ge(size, sizeof(mmf_lock_header));
    return (mmf_lock_header *)(void *)bytes;
}

/* Writes, closes and reads again, in both modes. */
static void use(void)
{
    mmf_store *store = test_open(path, &type, 0);
    uint64_t index;
    uint64_t word;
    bool torn;

    ck_ok(test_append(store, 42, &index));
    ck_ok(mmf_store_sync(store));
    ck_ok(mmf_store_close(store));
    store = test_open(path, &type, MMF_ONE_WRITER);
    ck_ok(test_get(store, index, &word, &torn));
    ck_assert_uint_eq(word, 42);
    ck_ok(mmf_store_sync(store));
    ck_ok(mmf_store_close(store));
}

START_TEST(test_what_it_holds)
{
    mmf_lock_header *file;
    mmf_store *store;
    mmf_header header;

    make();
    store = test_open(path, &type, 0);
    file = read_lock();
    ck_assert_mem_eq(file->magic, "MMFL", 4);
    ck_assert_uint_eq(file->version, 1);
    ck_assert_uint_eq(file->slots[1].process_id, (uint64_t)getpid());
    ck_assert_uint_gt(file->slots[1].claimed_ns, UINT64_C(1600000000000000000));
    test_read_at(path, 0, &header, sizeof header);
    ck_assert_mem_eq(header.lock_id, file->lock_id, 16);
    ck_assert_mem_eq(header.boot_id, file->boot_id, 16);
    free(file);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_missing_empty_short_and_garbage)
{
    static const size_t sizes[] = {0,
                                   1,
                                   4,
                                   64,
                                   100,
                                   4096,
                                   sizeof(mmf_lock_header) - 1,
                                   sizeof(mmf_lock_header),
                                   sizeof(mmf_lock_header) + 1000};
    uint8_t *bytes = malloc(sizeof(mmf_lock_header) + 1000);

    make();
    ck_assert_int_eq(unlink(lock), 0);
    use();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        memset(bytes, 0, sizes[i]); /* as a crash of the machine can leave it */
        test_write_file(lock, bytes, sizes[i]);
        use();
        if (sizes[i] < 4) {
            continue;
        }
        memset(bytes, 0xff, sizes[i]);
        memcpy(bytes, "MMFL", 4);
        test_write_file(lock, bytes, sizes[i]);
        use();
    }
    free(bytes);
}
END_TEST

START_TEST(test_another_version)
{
    mmf_lock_header *file;

    make();
    file = read_lock();
    file->version = 2;
    test_write_file(lock, file, sizeof *file);
    free(file);
    use(); /* nobody lives: it is made anew */
    file = read_lock();
    ck_assert_uint_eq(file->version, 1);
    free(file);
}
END_TEST

START_TEST(test_another_version_with_live_writers)
{
    mmf_error error = {0};
    mmf_options options = {.error = &error};
    mmf_store *store;
    mmf_store *other;
    uint32_t version = 2;

    make();
    store = test_open(path, &type, 0);
    test_write_at(lock, 4, &version, sizeof version);
    ck_status_error(mmf_store_open(path, &type, &options, &other), MMF_E_CORRUPT, &error);
    ck_contains(error.text, "live writers");
    ck_contains(error.text, "version 1");
    ck_ok(mmf_store_close(store));
    use();
}
END_TEST

START_TEST(test_another_boot)
{
    mmf_lock_header *file;
    uint8_t old_id[16];

    make();
    file = read_lock();
    memcpy(old_id, file->lock_id, 16);
    memset(file->boot_id, 0xab, 16);
    file->append_right = 0x1234 << 1 | 1; /* held by somebody of that boot */
    file->sync_right = 0x1234 << 1 | 1;
    test_write_file(lock, file, sizeof *file);
    free(file);
    use();
    file = read_lock();
    ck_assert_mem_ne(file->lock_id, old_id, 16);
    ck_assert_mem_ne(file->boot_id, "\xab\xab\xab\xab", 4);
    ck_assert_uint_eq(file->append_right & 1, 0);
    free(file);
}
END_TEST

/* Rights of the dead, of nobody and of ourselves, with counters at their ends: taken at once. */
START_TEST(test_rights_that_nobody_holds)
{
    static const uint64_t rights[] = {1,
                                      3,
                                      1 | 2 << 1,
                                      1 | 255 << 1,
                                      511,
                                      512 | 1 | 7 << 1,
                                      UINT64_MAX,
                                      UINT64_MAX - 1,
                                      UINT64_MAX - 511,
                                      UINT64_C(1) << 63};
    uint64_t begin = test_now_ms();

    make();
    for (size_t i = 0; i < sizeof rights / sizeof *rights; i++) {
        test_write_at(lock, 0x40, &rights[i], 8);
        test_write_at(lock, 0x80, &rights[i], 8);
        use();
    }
    ck_assert_uint_lt(test_now_ms() - begin, 2000);
}
END_TEST

/* A right that names a living writer who does not hold it: waited for, but not for ever. */
START_TEST(test_right_that_names_a_living_writer)
{
    mmf_options options = {.timeout_ms = 50};
    mmf_store *first;
    mmf_store *second;
    uint64_t right = 512 | 1 << 1 | 1;
    uint64_t before;

    make();
    first = test_open(path, &type, 0);
    ck_assert_uint_eq(first->slot, 1);
    ck_ok(mmf_store_open(path, &type, &options, &second));
    ck_assert_uint_eq(second->slot, 2);
    test_write_at(lock, 0x40, &right, 8);
    test_write_at(lock, 0x80, &right, 8);
    before = test_now_ms();
    ck_status(test_append(second, 1, NULL), MMF_E_STUCK);
    ck_assert_uint_ge(test_now_ms() - before, 49);
    ck_status(mmf_store_sync(second), MMF_E_STUCK);
    ck_status(mmf_store_reserve(second, 100000), MMF_E_STUCK);
    ck_assert_uint_lt(test_now_ms() - before, 1500);
    ck_assert_uint_eq(mmf_store_len(second), 0);
    ck_ok(mmf_store_close(first)); /* its slot is free, so the right is too */
    ck_ok(test_append(second, 1, NULL));
    ck_ok(mmf_store_close(second));
}
END_TEST

START_TEST(test_directory_in_its_place)
{
    mmf_error error = {0};
    mmf_options options = {.error = &error};
    mmf_store *store;

    make();
    ck_assert_int_eq(unlink(lock), 0);
    ck_assert_int_eq(mkdir(lock, 0777), 0);
    ck_status(mmf_store_open(path, &type, &options, &store), MMF_E_SYSTEM);
    ck_assert_int_eq(error.system_errno, EISDIR);
    ck_contains(error.text, "store.lock");
    store = test_open(path, &type, MMF_READ_ONLY);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_fifo_in_its_place)
{
    mmf_error error = {0};
    mmf_options options = {.error = &error};
    mmf_store *store;

    make();
    ck_assert_int_eq(unlink(lock), 0);
    ck_assert_int_eq(mkfifo(lock, 0666), 0);
    ck_status(mmf_store_open(path, &type, &options, &store), MMF_E_CORRUPT);
    ck_contains(error.text, "not a regular file");
}
END_TEST

/* Somebody else's file that happens to have the name is not ours to overwrite. */
START_TEST(test_precious_file_in_its_place)
{
    static const char precious[] = "# This file is automatically @generated by another tool.\n";
    mmf_store *store;
    uint8_t *bytes;
    size_t size;

    make();
    test_write_file(lock, precious, sizeof precious - 1);
    ck_status(mmf_store_open(path, &type, NULL, &store), MMF_E_CORRUPT);
    bytes = test_read_file(lock, &size);
    ck_assert_uint_eq(size, sizeof precious - 1);
    ck_assert_mem_eq(bytes, precious, size);
    free(bytes);
}
END_TEST

START_TEST(test_deleted_when_nobody_has_it_open)
{
    make();
    ck_assert_int_eq(unlink(lock), 0);
    use();
    ck_assert(test_exists(lock));
}
END_TEST

/* Deleting it under a live user is what format.h tells people not to do; nothing crashes, and the
 * handle that is open goes on. */
START_TEST(test_deleted_while_open)
{
    mmf_store *store;

    make();
    store = test_open(path, &type, 0);
    ck_assert_int_eq(unlink(lock), 0);
    ck_ok(test_append(store, 1, NULL));
    ck_ok(mmf_store_sync(store));
    ck_ok(mmf_store_close(store));
    use();
}
END_TEST

/* The Go library leaves an empty lock file, and flocks it. */
START_TEST(test_flock_of_a_foreign_process)
{
    mmf_options options = {0};
    mmf_error error = {0};
    mmf_store *store;
    uint64_t begin;
    int fd;

    make();
    test_write_file(lock, "", 0);
    fd = open(lock, O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(flock(fd, LOCK_EX | LOCK_NB), 0);
    begin = test_now_ms();
    options.error = &error;
    ck_status(mmf_store_open(path, &type, &options, &store), MMF_E_LOCKED);
    ck_contains(error.text, "one writer");
    options.flags = MMF_ONE_WRITER;
    ck_status(mmf_store_open(path, &type, &options, &store), MMF_E_LOCKED);
    options.flags = MMF_CREATE;
    ck_status(mmf_store_open(path, &type, &options, &store), MMF_E_LOCKED);
    ck_assert_uint_lt(test_now_ms() - begin, 200); /* without waiting */
    ck_assert_uint_eq(test_file_size(lock), 0);    /* and untouched */
    store = test_open(path, &type, MMF_READ_ONLY);
    ck_ok(mmf_store_close(store));
    ck_assert_int_eq(flock(fd, LOCK_SH | LOCK_NB), 0); /* a shared one keeps the one writer out */
    ck_status(mmf_store_open(path, &type, &(mmf_options){.flags = MMF_ONE_WRITER}, &store),
              MMF_E_LOCKED);
    ck_ok(mmf_store_close(test_open(path, &type, 0)));
    (void)close(fd);
    use();
}
END_TEST

/* Whom the store's permissions let write, its lock file must let write too. */
START_TEST(test_permissions_follow_the_store)
{
    struct stat info;
    mode_t was = umask(022);

    make();
    ck_assert_int_eq(chmod(path, 0660), 0);
    ck_assert_int_eq(unlink(lock), 0);
    use();
    (void)umask(was);
    ck_assert_int_eq(stat(lock, &info), 0);
    ck_assert_uint_eq(info.st_mode & 0777u, 0660);
}
END_TEST

/* It is both there and not: opening finds nothing, and creating finds something. */
static void open_beside_a_dangling_link(void *argument)
{
    const char *const *paths = argument;
    mmf_store *store = NULL;

    must_status(mmf_store_open(paths[0], &type, NULL, &store), MMF_E_SYSTEM);
    must_status(mmf_store_create(paths[1], &type, NULL, &store), MMF_E_SYSTEM);
    must(store == NULL);
}

START_TEST(test_dangling_link_in_its_place)
{
    const char *paths[2];

    make();
    paths[0] = path;
    paths[1] = test_path("new");
    ck_assert_int_eq(unlink(lock), 0);
    ck_assert_int_eq(symlink("nowhere", lock), 0);
    ck_assert_int_eq(symlink("nowhere", test_path("new.lock")), 0);
    test_run_ok(open_beside_a_dangling_link, paths, 5000);
    ck_assert(!test_exists(paths[1]) && !test_exists(test_path("nowhere")));
    ck_assert_int_eq(unlink(lock), 0);
    use();
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_what_it_holds);
    tcase_add_test(tcase, test_missing_empty_short_and_garbage);
    tcase_add_test(tcase, test_another_version);
    tcase_add_test(tcase, test_another_version_with_live_writers);
    tcase_add_test(tcase, test_another_boot);
    tcase_add_test(tcase, test_rights_that_nobody_holds);
    tcase_add_test(tcase, test_right_that_names_a_living_writer);
    tcase_add_test(tcase, test_directory_in_its_place);
    tcase_add_test(tcase, test_fifo_in_its_place);
    tcase_add_test(tcase, test_dangling_link_in_its_place);
    tcase_add_test(tcase, test_precious_file_in_its_place);
    tcase_add_test(tcase, test_deleted_when_nobody_has_it_open);
    tcase_add_test(tcase, test_deleted_while_open);
    tcase_add_test(tcase, test_flock_of_a_foreign_process);
    tcase_add_test(tcase, test_permissions_follow_the_store);
}
