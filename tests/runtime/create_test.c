/* Creating stores: what the file is afterwards, and everything that can be in its place. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "schema/format.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "create";

static mmf_status create(const char *path, const mmf_record_type *type, mmf_options options,
                         mmf_error *error)
{
    mmf_store *store = NULL;
    mmf_store *const untouched = (mmf_store *)(void *)&store;
    mmf_status status;

    store = untouched;
    options.error = error;
    status = mmf_store_create(path, type, &options, &store);
    if (status == MMF_OK) {
        ck_ok(mmf_store_close(store));
    } else {
        ck_assert_ptr_eq(store, untouched);
        ck_assert(!error || (error->status == status && error->text[0] != '\0'));
    }
    return status;
}

START_TEST(test_new_file_of_format_2)
{
    const char *path = test_path("new");
    mmf_record_type type = test_type(MMF_FORMAT_2, 104);
    mmf_store *store = test_create(path, &type, 0);
    mmf_header header;

    ck_assert_str_eq(mmf_store_path(store), path);
    ck_assert_uint_eq(mmf_store_format(store), 2);
    ck_assert_uint_eq(mmf_store_len(store), 0);
    ck_assert_uint_eq(mmf_store_capacity(store), (12288 - 4096) / 104); /* the rest of a page */
    ck_assert_uint_eq(test_file_size(path), 12288);
    ck_ok(mmf_store_close(store));

    test_read_at(path, 0, &header, sizeof header);
    ck_assert_mem_eq(header.common.magic, "MMFG", 4);
    ck_assert_mem_eq(header.common.schema_hash, type.schema_hash, 32);
    ck_assert_uint_eq(header.common.capacity, 78);
    ck_assert_uint_eq(header.common.record_count, 0);
    ck_assert_mem_eq(header.text, type.schema_text, type.schema_text_size);
    ck_assert_uint_eq(header.uuid[6] >> 4, 4); /* RFC 9562: version */
    ck_assert_uint_eq(header.uuid[8] >> 6, 2); /* and variant */
    ck_assert_uint_gt(header.created_ns, UINT64_C(1600000000000000000));
    ck_assert_uint_eq(header.state, 0);
}
END_TEST

START_TEST(test_new_file_of_format_1)
{
    const char *path = test_path("new");
    mmf_record_type type = test_type(MMF_FORMAT_1, 104);
    mmf_store *store = test_create(path, &type, 0);

    ck_assert_uint_eq(mmf_store_format(store), 1);
    ck_assert_uint_eq(mmf_store_capacity(store), 64);
    ck_ok(mmf_store_close(store));
    ck_assert_uint_eq(test_file_size(path), 6720); /* as the Go library's */
}
END_TEST

START_TEST(test_uuids_differ)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    uint8_t a[16];
    uint8_t b[16];

    ck_ok(mmf_store_close(test_create(test_path("a"), &type, 0)));
    ck_ok(mmf_store_close(test_create(test_path("b"), &type, 0)));
    test_read_at(test_path("a"), 0x70, a, 16);
    test_read_at(test_path("b"), 0x70, b, 16);
    ck_assert_mem_ne(a, b, 16);
}
END_TEST

START_TEST(test_blocks_are_allocated)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    mmf_options options = {.capacity = 100000};
    struct stat info;

    ck_ok(create(test_path("new"), &type, options, NULL));
    ck_assert_int_eq(stat(test_path("new"), &info), 0);
    ck_assert_uint_ge((uint64_t)info.st_size, 4096 + 100000 * 64);
    ck_assert_uint_ge((uint64_t)info.st_blocks * 512, (uint64_t)info.st_size);
}
END_TEST

START_TEST(test_capacity_option)
{
    static const uint64_t capacities[] = {1, 63, 64, 65, 1000};
    mmf_record_type type_1 = test_type(MMF_FORMAT_1, 24);
    mmf_record_type type_2 = test_type(MMF_FORMAT_2, 24);

    for (size_t i = 0; i < sizeof capacities / sizeof *capacities; i++) {
        mmf_options options = {.capacity = capacities[i]};
        char name[32];
        mmf_store *store;

        (void)snprintf(name, sizeof name, "one-%zu", i);
        ck_ok(mmf_store_create(test_path(name), &type_1, &options, &store));
        ck_assert_uint_eq(mmf_store_capacity(store), capacities[i]);
        ck_ok(mmf_store_close(store));
        (void)snprintf(name, sizeof name, "two-%zu", i);
        ck_ok(mmf_store_create(test_path(name), &type_2, &options, &store));
        ck_assert_uint_ge(mmf_store_capacity(store), capacities[i]);
        ck_assert_uint_lt(mmf_store_capacity(store), capacities[i] + 4096 / 24 + 1);
        ck_ok(mmf_store_close(store));
    }
}
END_TEST

START_TEST(test_capacity_of_zero)
{
    for (uint32_t format = 1; format <= 2; format++) {
        mmf_record_type type = test_type(format, 64);
        const char *path = test_path(format == 1 ? "one" : "two");
        mmf_store *store;
        uint64_t index = 99;

        type.capacity = 0;
        store = test_create(path, &type, 0);
        ck_ok(test_append(store, 7, &index));
        ck_assert_uint_eq(index, 0);
        ck_ok(mmf_store_close(store));
        store = test_open(path, &type, 0);
        ck_assert_uint_eq(mmf_store_len(store), 1);
        ck_ok(mmf_store_close(store));
    }
}
END_TEST

START_TEST(test_file_mode)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    mmf_options options = {.file_mode = 0640};
    struct stat info;
    mode_t was = umask(0);

    ck_ok(create(test_path("a"), &type, options, NULL));
    options.file_mode = 0;
    ck_ok(create(test_path("b"), &type, options, NULL));
    (void)umask(027);
    ck_ok(create(test_path("c"), &type, options, NULL));
    (void)umask(was);
    ck_assert_int_eq(stat(test_path("a"), &info), 0);
    ck_assert_uint_eq(info.st_mode & 07777u, 0640);
    ck_assert_int_eq(stat(test_path("b"), &info), 0);
    ck_assert_uint_eq(info.st_mode & 07777u, 0666);
    ck_assert_int_eq(stat(test_path("c"), &info), 0);
    ck_assert_uint_eq(info.st_mode & 07777u, 0640);
}
END_TEST

START_TEST(test_invalid_options)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    mmf_error error = {0};

    ck_status(create(test_path("x"), &type, (mmf_options){.flags = MMF_READ_ONLY}, &error),
              MMF_E_INVALID);
    ck_contains(error.text, "MMF_READ_ONLY");
    for (unsigned bit = 6; bit < 32; bit++) {
        error = (mmf_error){0};
        ck_status(create(test_path("x"), &type, (mmf_options){.flags = 1u << bit}, &error),
                  MMF_E_INVALID);
        ck_contains(error.text, "0x");
    }
    ck_status(create(test_path("x"), &type, (mmf_options){.reserved = 1}, NULL), MMF_E_INVALID);
    ck_assert_uint_eq(test_directory_count(), 0);
}
END_TEST

/* Whatever has the name, it stays as it is, and no lock file is left beside it. */
START_TEST(test_name_is_taken)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    mmf_error error = {0};
    const char *path;

    path = test_path("file");
    test_write_file(path, "precious", 8);
    ck_status(create(path, &type, (mmf_options){0}, &error), MMF_E_EXISTS);
    ck_contains(error.text, "file");
    ck_assert_uint_eq(test_file_size(path), 8);

    path = test_path("directory");
    ck_assert_int_eq(mkdir(path, 0777), 0);
    ck_status(create(path, &type, (mmf_options){0}, NULL), MMF_E_EXISTS);

    path = test_path("fifo");
    ck_assert_int_eq(mkfifo(path, 0666), 0);
    ck_status(create(path, &type, (mmf_options){0}, NULL), MMF_E_EXISTS);

    path = test_path("link");
    ck_assert_int_eq(symlink("file", path), 0);
    ck_status(create(path, &type, (mmf_options){0}, NULL), MMF_E_EXISTS);
    ck_assert_uint_eq(test_directory_count(), 4);
    ck_status(create("/dev/null", &type, (mmf_options){0}, NULL), MMF_E_EXISTS);
}
END_TEST

START_TEST(test_exists_store)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    const char *path = test_path("store");
    mmf_store *store = test_create(path, &type, MMF_ONE_WRITER);

    ck_ok(test_append(store, 5, NULL));
    ck_status(create(path, &type, (mmf_options){0}, NULL), MMF_E_EXISTS);
    ck_assert_uint_eq(mmf_store_len(store), 1);
    ck_ok(mmf_store_close(store));
    ck_status(create(path, &type, (mmf_options){0}, NULL), MMF_E_EXISTS);
}
END_TEST

/* A link that leads nowhere is a file of that name all the same. */
START_TEST(test_dangling_link)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    const char *path = test_path("link");
    mmf_error error = {0};

    ck_assert_int_eq(symlink("nowhere", path), 0);
    ck_status(create(path, &type, (mmf_options){0}, &error), MMF_E_EXISTS);
    ck_assert(!test_exists(test_path("nowhere")));
}
END_TEST

START_TEST(test_open_or_create_at_a_dangling_link)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    const char *path = test_path("link");
    mmf_error error = {0};
    mmf_options options = {.flags = MMF_CREATE, .timeout_ms = 300, .error = &error};
    mmf_store *store;
    unsigned descriptors = test_descriptor_count();
    uint64_t begin = test_now_ms();

    ck_assert_int_eq(symlink("nowhere", path), 0);
    ck_status_error(mmf_store_open(path, &type, &options, &store), MMF_E_EXISTS, &error);
    ck_assert_uint_lt(test_now_ms() - begin, 250); /* nobody holds anything: no waiting */
    ck_assert_uint_eq(test_descriptor_count(), descriptors);
}
END_TEST

START_TEST(test_empty_path)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    mmf_options options = {.flags = MMF_CREATE, .timeout_ms = 300};
    unsigned descriptors = test_descriptor_count();
    char *was = getcwd(NULL, 0);
    mmf_store *store;
    mmf_status status;

    ck_assert_int_eq(chdir(test_directory()), 0);
    status = mmf_store_create("", &type, NULL, &store);
    ck_assert_msg(status == MMF_E_SYSTEM || status == MMF_E_NOT_FOUND || status == MMF_E_INVALID,
                  "%s", mmf_status_name(status));
    status = mmf_store_open("", &type, &options, &store);
    ck_assert_msg(status == MMF_E_SYSTEM || status == MMF_E_NOT_FOUND || status == MMF_E_INVALID,
                  "%s", mmf_status_name(status));
    ck_assert_int_eq(chdir(was), 0);
    free(was);
    ck_assert_uint_eq(test_descriptor_count(), descriptors);
}
END_TEST

START_TEST(test_missing_directory)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    mmf_error error = {0};

    ck_status(create(test_path("no/such"), &type, (mmf_options){0}, &error), MMF_E_SYSTEM);
    ck_assert_int_eq(error.system_errno, ENOENT);
    ck_contains(error.text, "no/such");
    error = (mmf_error){0};
    ck_status(create(test_path("no/"), &type, (mmf_options){0}, &error), MMF_E_SYSTEM);
    test_write_file(test_path("file"), "x", 1);
    error = (mmf_error){0};
    ck_status(create(test_path("file/below"), &type, (mmf_options){0}, &error), MMF_E_SYSTEM);
    ck_assert_int_eq(error.system_errno, ENOTDIR);
}
END_TEST

START_TEST(test_capacity_beyond_the_reservation)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    mmf_error error = {0};
    mmf_options options = {.reservation_bytes = 1 << 20, .capacity = (1 << 20) / 64};

    ck_status(create(test_path("x"), &type, options, &error), MMF_E_LIMIT);
    ck_contains(error.text, "16384 records");
    ck_contains(error.text, "1048576 bytes");
    options.capacity = UINT64_MAX;
    ck_status(create(test_path("x"), &type, options, NULL), MMF_E_LIMIT);
    options.capacity = UINT64_C(1) << 58; /* times 64 wraps around to 0 */
    ck_status(create(test_path("x"), &type, options, NULL), MMF_E_LIMIT);
    options.reservation_bytes = 100; /* not even the header */
    options.capacity = 1;
    ck_status(create(test_path("x"), &type, options, NULL), MMF_E_LIMIT);
    ck_assert(!test_exists(test_path("x")));
    options.reservation_bytes = 1 << 20;
    options.capacity = ((1 << 20) - 4096) / 64;
    ck_ok(create(test_path("x"), &type, options, NULL));
}
END_TEST

START_TEST(test_locked_by_a_foreign_writer)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    mmf_record_type other = test_type(MMF_FORMAT_2, 64);
    const char *path = test_path("store");
    mmf_store *store = test_create(path, &type, MMF_ONE_WRITER);
    mmf_error error = {0};

    ck_assert_int_eq(unlink(path), 0); /* the file goes, its lock is still held */
    ck_status(create(path, &other, (mmf_options){0}, &error), MMF_E_LOCKED);
    ck_contains(error.text, "store.lock");
    ck_assert(!test_exists(path));
    ck_ok(mmf_store_close(store));
    ck_ok(create(path, &other, (mmf_options){0}, NULL));
}
END_TEST

/* --- Many at once ---------------------------------------------------------------------------- */

#define RACERS 8

typedef struct race {
    const char *path;
    mmf_record_type type;
    uint32_t ready;
    uint32_t go;
} race;

static void race_to_create(void *argument)
{
    race *shared = argument;
    mmf_options options = {.flags = MMF_CREATE, .timeout_ms = 20000};
    mmf_store *store;

    (void)__atomic_add_fetch(&shared->ready, 1, __ATOMIC_RELEASE);
    while (__atomic_load_n(&shared->go, __ATOMIC_ACQUIRE) == 0) {
        (void)sched_yield();
    }
    must_ok(mmf_store_open(shared->path, &shared->type, &options, &store));
    must_ok(test_append(store, (uint64_t)getpid(), NULL));
    must_ok(mmf_store_close(store));
}

START_TEST(test_race_of_creators)
{
    race *shared = test_shared(sizeof *shared);
    pid_t children[RACERS];

    shared->type = test_type(MMF_FORMAT_2, 64);
    for (unsigned round = 0; round < 10; round++) {
        char name[16];
        mmf_store *store;

        (void)snprintf(name, sizeof name, "race-%u", round);
        shared->path = test_path(name);
        shared->ready = 0;
        shared->go = 0;
        for (unsigned i = 0; i < RACERS; i++) {
            children[i] = test_fork(race_to_create, shared);
        }
        ck_assert(test_await(&shared->ready, RACERS, 10000));
        test_post(&shared->go, 1);
        for (unsigned i = 0; i < RACERS; i++) {
            ck_assert_int_eq(test_wait(children[i], 30000), 0);
        }
        store = test_open(shared->path, &shared->type, MMF_READ_ONLY);
        ck_assert_uint_eq(mmf_store_len(store), RACERS); /* all in the one file */
        ck_ok(mmf_store_close(store));
        ck_assert_uint_eq(test_directory_count(), 2 * (round + 1)); /* and no temporary one */
    }
}
END_TEST

static void race_to_create_alone(void *argument)
{
    race *shared = argument;
    mmf_options options = {.timeout_ms = 20000};
    mmf_store *store;
    mmf_status status;

    (void)__atomic_add_fetch(&shared->ready, 1, __ATOMIC_RELEASE);
    while (__atomic_load_n(&shared->go, __ATOMIC_ACQUIRE) == 0) {
        (void)sched_yield();
    }
    status = mmf_store_create(shared->path, &shared->type, &options, &store);
    if (status == MMF_OK) {
        must_ok(mmf_store_close(store));
        _exit(10);
    }
    must_status(status, MMF_E_EXISTS);
}

START_TEST(test_one_create_wins)
{
    race *shared = test_shared(sizeof *shared);
    pid_t children[RACERS];
    unsigned winners = 0;

    shared->type = test_type(MMF_FORMAT_2, 64);
    shared->path = test_path("race");
    for (unsigned i = 0; i < RACERS; i++) {
        children[i] = test_fork(race_to_create_alone, shared);
    }
    ck_assert(test_await(&shared->ready, RACERS, 10000));
    test_post(&shared->go, 1);
    for (unsigned i = 0; i < RACERS; i++) {
        int result = test_wait(children[i], 30000);

        ck_assert_msg(result == 0 || result == 10, "%d", result);
        winners += result == 10;
    }
    ck_assert_uint_eq(winners, 1);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_new_file_of_format_2);
    tcase_add_test(tcase, test_new_file_of_format_1);
    tcase_add_test(tcase, test_uuids_differ);
    tcase_add_test(tcase, test_blocks_are_allocated);
    tcase_add_test(tcase, test_capacity_option);
    tcase_add_test(tcase, test_capacity_of_zero);
    tcase_add_test(tcase, test_file_mode);
    tcase_add_test(tcase, test_invalid_options);
    tcase_add_test(tcase, test_name_is_taken);
    tcase_add_test(tcase, test_exists_store);
    tcase_add_test(tcase, test_dangling_link);
    tcase_add_test(tcase, test_open_or_create_at_a_dangling_link);
    tcase_add_test(tcase, test_empty_path);
    tcase_add_test(tcase, test_missing_directory);
    tcase_add_test(tcase, test_capacity_beyond_the_reservation);
    tcase_add_test(tcase, test_locked_by_a_foreign_writer);
    tcase_add_test(tcase, test_race_of_creators);
    tcase_add_test(tcase, test_one_create_wins);
}
