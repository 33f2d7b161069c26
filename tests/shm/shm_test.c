/* Shared memory by name: names, sizes, permissions, objects of other programs, resizing. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "runtime/shm.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "shm";

static mmf_shm_options with(uint32_t flags)
{
    return (mmf_shm_options){.flags = flags, .directory = test_directory(), .timeout_ms = 300};
}

static mmf_shm *create(const char *name, uint64_t size, uint32_t flags)
{
    mmf_shm_options options = with(flags);
    mmf_shm *shm = NULL;

    ck_ok(mmf_shm_create(name, size, &options, &shm));
    return shm;
}

static mmf_shm *attach(const char *name, uint32_t flags)
{
    mmf_shm_options options = with(flags);
    mmf_shm *shm = NULL;

    ck_ok(mmf_shm_attach(name, &options, &shm));
    return shm;
}

/* --- Names ----------------------------------------------------------------------------------- */

START_TEST(test_names_that_are_none)
{
    char too_long[300];
    const char *names[] = {"",  "/",  "//x", "/x/", "a/b", "/a/b",
                           ".", "..", "/..", "/.",  NULL,  too_long};
    mmf_shm_options options = with(0);
    char path[400];
    mmf_shm *shm;

    memset(too_long, 'n', sizeof too_long);
    too_long[0] = '/';
    too_long[257] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ck_status(mmf_shm_create(names[i], 1, &options, &shm), MMF_E_INVALID);
        ck_status(mmf_shm_attach(names[i], &options, &shm), MMF_E_INVALID);
        ck_status(mmf_shm_unlink(names[i], test_directory()), MMF_E_INVALID);
        ck_status(mmf_shm_store_path(names[i], path, sizeof path), MMF_E_INVALID);
    }
    ck_assert_uint_eq(test_directory_count(), 0);
}
END_TEST

START_TEST(test_names_with_and_without_slash_are_one)
{
    char longest[260] = "/";
    mmf_shm_options options = with(0);
    mmf_shm *shm = create("/one", 1, 0);
    mmf_shm *other = attach("one", 0);

    ck_assert_str_eq(mmf_shm_name(shm), "one");
    *(char *)mmf_shm_bytes(shm, NULL) = 'x';
    ck_assert_int_eq(*(char *)mmf_shm_bytes(other, NULL), 'x');
    ck_status(mmf_shm_create("one", 1, &options, &other), MMF_E_EXISTS);
    mmf_shm_close(other);
    mmf_shm_close(shm);
    memset(longest + 1, 'n', 255);
    mmf_shm_close(create(longest, 1, 0));
    ck_ok(mmf_shm_unlink(longest + 1, test_directory()));
    ck_ok(mmf_shm_unlink("one", test_directory()));
    ck_status(mmf_shm_unlink("one", test_directory()), MMF_E_NOT_FOUND);
    ck_status(mmf_shm_attach("one", &options, &shm), MMF_E_NOT_FOUND);
}
END_TEST

/* The object is what shm_open(3) of the name finds, at the offset that is said. */
START_TEST(test_shm_open_finds_it)
{
    mmf_shm_options options = {.flags = MMF_SHM_RAW};
    char name[64];
    mmf_shm *shm;

    (void)snprintf(name, sizeof name, "/mmf-test-%d-%d", (int)getpid(), _i);
    options.flags = _i == 0 ? MMF_SHM_RAW : 0;
    ck_ok(mmf_shm_create(name, 5000, &options, &shm));
    strcpy(mmf_shm_bytes(shm, NULL), "hello");
    {
        int fd = shm_open(name, O_RDONLY, 0);
        char text[6] = "";
        struct stat stat;

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(fstat(fd, &stat), 0);
        ck_assert_int_eq(stat.st_size, 5000 + (off_t)mmf_shm_offset(shm));
        ck_assert_int_eq(pread(fd, text, 6, (off_t)mmf_shm_offset(shm)), 6);
        ck_assert_str_eq(text, "hello");
        ck_assert_uint_eq(mmf_shm_offset(shm), _i == 0 ? 0 : 4096);
        close(fd);
    }
    mmf_shm_close(shm);
    ck_ok(mmf_shm_unlink(name, NULL));
}
END_TEST

/* --- Sizes ----------------------------------------------------------------------------------- */

START_TEST(test_sizes)
{
    static const uint64_t sizes[] = {1, 4095, 4096, 4097, 1000000};
    uint64_t size = sizes[_i % 5];
    mmf_shm *shm = create("s", size, _i < 5 ? 0 : MMF_SHM_RAW);
    mmf_shm *reader = attach("s", MMF_SHM_READ_ONLY);
    uint64_t found;
    unsigned char *bytes = mmf_shm_bytes(shm, &found);
    struct stat stat;

    ck_assert_uint_eq(found, size);
    ck_assert_uint_eq((uintptr_t)bytes % 4096, 0);
    ck_assert(bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
    memset(bytes, 7, size);
    ck_assert_uint_eq(mmf_shm_size(reader), size);
    ck_assert(memcmp(mmf_shm_bytes(reader, NULL), bytes, size) == 0);
    ck_assert_int_eq(fstat(mmf_shm_descriptor(shm), &stat), 0);
    ck_assert_uint_ge((uint64_t)stat.st_blocks * 512, size); /* all of it has pages */
    ck_assert(mmf_shm_is_creator(shm) && !mmf_shm_is_creator(reader));
    ck_assert(!mmf_shm_is_read_only(shm) && mmf_shm_is_read_only(reader));
    mmf_shm_close(shm);
    mmf_shm_close(reader);
}
END_TEST

/* What no machine has. The limit of the child keeps a library that would try from doing harm. */
static void make_too_large(void *argument)
{
    const struct rlimit limit = {1 << 20, 1 << 20};
    mmf_shm_options options = with(0);
    mmf_shm *shm = NULL;

    (void)argument;
    must(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    must_status(mmf_shm_create("s", 0, &options, &shm), MMF_E_INVALID);
    must_status(mmf_shm_create("s", UINT64_MAX, &options, &shm), MMF_E_NO_SPACE);
    must(mmf_shm_create("s", (uint64_t)1 << 61, &options, &shm) != MMF_OK);
    must_status(mmf_shm_create_anonymous("s", 0, NULL, &shm), MMF_E_INVALID);
    must_status(mmf_shm_create_anonymous("s", UINT64_MAX, NULL, &shm), MMF_E_NO_SPACE);
    must_status(mmf_shm_create_anonymous("s", (uint64_t)1 << 50, NULL, &shm), MMF_E_NO_MEMORY);
    must_status(mmf_shm_create_anonymous("s", 2 << 20, NULL, &shm), MMF_E_NO_SPACE);
    must(shm == NULL);
}

START_TEST(test_sizes_that_are_none)
{
    test_run_ok(make_too_large, NULL, 5000);
    ck_assert_uint_eq(test_directory_count(), 0);
}
END_TEST

START_TEST(test_options_that_contradict)
{
    mmf_shm_options options = with(MMF_SHM_READ_ONLY);
    mmf_shm *shm;

    ck_status(mmf_shm_create("s", 1, &options, &shm), MMF_E_INVALID);
    options.flags = MMF_SHM_RAW | MMF_SHM_KEEP;
    ck_status(mmf_shm_create("s", 1, &options, &shm), MMF_E_INVALID);
    options.flags = MMF_SHM_HUGE;
    ck_status(mmf_shm_create("s", 1, &options, &shm), MMF_E_INVALID);
    ck_status(mmf_shm_attach("s", &options, &shm), MMF_E_INVALID);
    options.flags = 0x8000;
    ck_status(mmf_shm_create("s", 1, &options, &shm), MMF_E_INVALID);
    options.flags = MMF_SHM_OTHERS_READ;
    ck_status(mmf_shm_create_anonymous("s", 1, &options, &shm), MMF_E_INVALID);
    options = with(0);
    options.huge_page_bytes = 2 << 20;
    ck_status(mmf_shm_create_anonymous("s", 1, &options, &shm), MMF_E_INVALID);
    options = with(0);
    options.reserved = 1;
    ck_status(mmf_shm_create("s", 1, &options, &shm), MMF_E_INVALID);
    options = with(0);
    options.mode = 0200000;
    ck_status(mmf_shm_create("s", 1, &options, &shm), MMF_E_INVALID);
    options = with(0);
    options.directory = test_path("nowhere");
    ck_status(mmf_shm_create("s", 1, &options, &shm), MMF_E_SYSTEM);
    ck_status(mmf_shm_attach("s", &options, &shm), MMF_E_NOT_FOUND);
}
END_TEST

START_TEST(test_create_or_attach)
{
    mmf_shm_options options = with(MMF_SHM_OR_ATTACH);
    mmf_shm *first;
    mmf_shm *second;
    mmf_error error = {0};

    ck_ok(mmf_shm_create("s", 100, &options, &first));
    ck_ok(mmf_shm_create("s", 50, &options, &second));
    ck_assert(mmf_shm_is_creator(first) && !mmf_shm_is_creator(second));
    ck_assert_uint_eq(mmf_shm_size(second), 100);
    mmf_shm_close(second);
    options.error = &error;
    ck_status(mmf_shm_create("s", 101, &options, &second), MMF_E_INVALID);
    ck_contains(error.text, "100 bytes, expected at least 101");
    mmf_shm_close(first);
}
END_TEST

/* --- Permissions ----------------------------------------------------------------------------- */

START_TEST(test_mode_is_exact)
{
    mmf_shm_options options = with(0);
    mode_t before = umask(0077);
    struct stat stat_;
    mmf_shm *shm;

    options.mode = 0664;
    ck_ok(mmf_shm_create("s", 1, &options, &shm));
    ck_assert_int_eq(stat(test_path("s"), &stat_), 0);
    ck_assert_int_eq(stat_.st_mode & 07777, 0664);
    mmf_shm_close(shm);
    umask(0);
    mmf_shm_close(create("t", 1, 0));
    ck_assert_int_eq(stat(test_path("t"), &stat_), 0);
    ck_assert_int_eq(stat_.st_mode & 07777, 0600);
    umask(before);
}
END_TEST

#define NOBODY_ELSE 77

static char other_directory[600];

static void attach_as_nobody(void *argument)
{
    mmf_shm_options options = {.directory = other_directory, .timeout_ms = 300};
    mmf_shm *shm;

    (void)argument;
    if (setgid(65534) != 0 || setuid(65534) != 0) {
        _exit(NOBODY_ELSE); /* a user namespace with one user */
    }
    must_status(mmf_shm_attach("closed", &options, &shm), MMF_E_SYSTEM);
    must(errno == EACCES);
    must_status(mmf_shm_attach("readable", &options, &shm), MMF_E_SYSTEM);
    must(errno == EACCES);
    options.flags = MMF_SHM_READ_ONLY;
    must_ok(mmf_shm_attach("readable", &options, &shm));
    must(mmf_shm_size(shm) == 10);
    must_status(mmf_shm_resize(shm, 5), MMF_E_READONLY);
    mmf_shm_close(shm);
    options.flags = 0;
    must_ok(mmf_shm_attach("open", &options, &shm));
    must_status(mmf_shm_resize(shm, 5), MMF_E_SYSTEM);
    must(errno == EPERM);
    mmf_shm_close(shm);
    must_status(mmf_shm_unlink("open", other_directory), MMF_E_SYSTEM);
    must_status(mmf_shm_unlink("closed", other_directory), MMF_E_SYSTEM);
    {
        mmf_shm_clean_options clean = {.directory = other_directory};
        uint64_t removed = 99;

        must_ok(mmf_shm_clean_up(&clean, &removed));
        must(removed == 0);
    }
}

START_TEST(test_another_user)
{
    mmf_shm_options options = {.directory = other_directory};
    static const struct {
        const char *name;
        uint32_t mode;
    } objects[] = {{"closed", 0600}, {"readable", 0644}, {"open", 0666}};

    (void)snprintf(other_directory, sizeof other_directory, "/tmp/mmf-shm-test-%d", (int)getpid());
    ck_assert_int_eq(mkdir(other_directory, 0755), 0);
    for (size_t i = 0; i < 3; i++) {
        mmf_shm *shm;

        options.mode = objects[i].mode;
        ck_ok(mmf_shm_create(objects[i].name, 10, &options, &shm));
        mmf_shm_close(shm);
    }
    int result = test_run(attach_as_nobody, NULL, 5000);
    for (size_t i = 0; i < 3; i++) {
        ck_ok(mmf_shm_unlink(objects[i].name, other_directory));
    }
    ck_assert_int_eq(rmdir(other_directory), 0);
    if (result == NOBODY_ELSE) {
        fprintf(stderr, "test_another_user: skipped, there is no other user here\n");
        return;
    }
    ck_assert_int_eq(result, 0);
}
END_TEST

/* --- Objects of other programs, and hostile ones --------------------------------------------- */

START_TEST(test_foreign_object)
{
    mmf_shm_options options = with(0);
    mmf_shm *shm;

    test_write_file(test_path("raw"), "hello", 5);
    shm = attach("raw", 0);
    ck_assert_uint_eq(mmf_shm_size(shm), 5);
    ck_assert_uint_eq(mmf_shm_offset(shm), 0);
    ck_assert(memcmp(mmf_shm_bytes(shm, NULL), "hello", 5) == 0);
    ck_status(mmf_shm_resize(shm, 4), MMF_E_LOCKED);
    mmf_shm_close(shm);
    test_write_file(test_path("empty"), "", 0);
    ck_status(mmf_shm_attach("empty", &options, &shm), MMF_E_TRUNCATED);
    ck_assert_int_eq(symlink("raw", test_path("link")), 0);
    ck_status(mmf_shm_attach("link", &options, &shm), MMF_E_INVALID);
    ck_assert_int_eq(mkfifo(test_path("fifo"), 0600), 0);
    ck_status(mmf_shm_attach("fifo", &options, &shm), MMF_E_INVALID);
    ck_assert_int_eq(mkdir(test_path("dir"), 0700), 0);
    ck_status(mmf_shm_attach("dir", &options, &shm), MMF_E_INVALID);
    ck_status(mmf_shm_unlink("dir", test_directory()), MMF_E_INVALID);
    ck_status(mmf_shm_unlink("fifo", test_directory()), MMF_E_INVALID);
    ck_ok(mmf_shm_unlink("raw", test_directory()));
}
END_TEST

START_TEST(test_hostile_header)
{
    mmf_shm_options options = with(0);
    mmf_shm *shm;
    uint32_t word;

    static const struct {
        uint64_t offset;
        uint32_t word;
        mmf_status expected;
    } cases[] = {
        {8, 2, MMF_E_VERSION},         {8, 0, MMF_E_VERSION},           {12, 0, MMF_E_CORRUPT},
        {12, 4095, MMF_E_CORRUPT},     {12, 4100, MMF_E_CORRUPT},       {12, 64, MMF_E_CORRUPT},
        {12, 1u << 30, MMF_E_CORRUPT}, {12, UINT32_MAX, MMF_E_CORRUPT}, {12, 8192, MMF_E_TRUNCATED},
        {16, 1, MMF_E_CORRUPT},        {20, 1, MMF_E_CORRUPT},
    };
    mmf_shm_close(create("s", 4096, 0));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        test_read_at(test_path("s"), cases[i].offset, &word, 4);
        test_write_at(test_path("s"), cases[i].offset, &cases[i].word, 4);
        ck_status(mmf_shm_attach("s", &options, &shm), cases[i].expected);
        test_write_at(test_path("s"), cases[i].offset, &word, 4);
    }
    for (off_t size = 4096; size >= 64; size -= 500) {
        ck_assert_int_eq(truncate(test_path("s"), size), 0);
        ck_status(mmf_shm_attach("s", &options, &shm), MMF_E_TRUNCATED);
    }
    ck_ok(mmf_shm_unlink("s", test_directory()));
}
END_TEST

/* Whoever may read the object can hold its lock: an answer comes all the same. */
START_TEST(test_lock_held_by_an_enemy)
{
    mmf_shm_options options = with(0);
    mmf_shm *shm = create("s", 1, 0);
    int fd = open(test_path("s"), O_RDONLY);
    mmf_shm_clean_options clean = {.directory = test_directory()};
    uint64_t removed;

    mmf_shm_close(shm);
    ck_assert_int_eq(flock(fd, LOCK_EX), 0);
    ck_status(mmf_shm_attach("s", &options, &shm), MMF_E_STUCK);
    ck_status(mmf_shm_unlink("s", test_directory()), MMF_E_STUCK);
    ck_ok(mmf_shm_clean_up(&clean, &removed));
    ck_assert_uint_eq(removed, 0);
    close(fd);
    shm = attach("s", 0);
    mmf_shm_close(shm);
}
END_TEST

/* --- Resizing -------------------------------------------------------------------------------- */

START_TEST(test_resize)
{
    mmf_shm_options options = with(0);
    mmf_shm *shm;
    mmf_shm *other;
    unsigned char *bytes;

    options.reservation_bytes = 1 << 20;
    ck_ok(mmf_shm_create("s", 100, &options, &shm));
    ck_ok(mmf_shm_attach("s", &options, &other));
    bytes = mmf_shm_bytes(shm, NULL);
    ck_ok(mmf_shm_resize(shm, 200000));
    ck_assert_ptr_eq(mmf_shm_bytes(shm, NULL), bytes);
    ck_assert_uint_eq(mmf_shm_size(other), 200000);
    bytes[199999] = 9;
    ck_assert_uint_eq(((unsigned char *)mmf_shm_bytes(other, NULL))[199999], 9);
    ck_status(mmf_shm_resize(shm, (1 << 20) + 4097), MMF_E_LIMIT);
    ck_status(mmf_shm_resize(shm, 0), MMF_E_INVALID);
    ck_status(mmf_shm_resize(shm, 100), MMF_E_LOCKED); /* SIGBUS for the other one */
    ck_assert_uint_eq(mmf_shm_size(shm), 200000);
    mmf_shm_close(other);
    ck_ok(mmf_shm_resize(shm, 100));
    ck_assert_uint_eq(mmf_shm_size(shm), 100);
    other = attach("s", 0); /* reserves nothing: sees what it has mapped */
    ck_ok(mmf_shm_resize(shm, 100000));
    ck_assert_uint_eq(mmf_shm_size(other), 4096);
    mmf_shm_close(other);
    mmf_shm_close(shm);
}
END_TEST

START_TEST(test_anonymous)
{
    mmf_shm_options options = {.flags = MMF_SHM_SEALED};
    mmf_shm *shm;

    ck_ok(mmf_shm_create_anonymous("quotes", 5000, &options, &shm));
    ck_assert(mmf_shm_is_sealed(shm));
    ck_assert_uint_eq(mmf_shm_size(shm), 5000);
    memset(mmf_shm_bytes(shm, NULL), 1, 5000);
    ck_status(mmf_shm_resize(shm, 1), MMF_E_INVALID);
    ck_assert_int_ne(ftruncate(mmf_shm_descriptor(shm), 1), 0);
    ck_assert_int_ne(ftruncate(mmf_shm_descriptor(shm), 9999), 0);
    ck_assert_int_ne(fcntl(mmf_shm_descriptor(shm), F_ADD_SEALS, F_SEAL_WRITE), 0);
    ck_assert_int_eq(fcntl(mmf_shm_descriptor(shm), F_GETFD), FD_CLOEXEC);
    mmf_shm_close(shm);

    options = (mmf_shm_options){.reservation_bytes = 100000};
    ck_ok(mmf_shm_create_anonymous("", 10, &options, &shm));
    ck_assert_int_ne(fcntl(mmf_shm_descriptor(shm), F_ADD_SEALS, F_SEAL_SHRINK), 0);
    ck_ok(mmf_shm_resize(shm, 100000));
    memset(mmf_shm_bytes(shm, NULL), 1, 100000);
    ck_ok(mmf_shm_resize(shm, 1));
    ck_assert_uint_eq(mmf_shm_size(shm), 1);
    mmf_shm_close(shm);
}
END_TEST

START_TEST(test_huge_pages_or_a_reason)
{
    mmf_error error = {0};
    mmf_shm_options options = {.flags = MMF_SHM_HUGE, .error = &error};
    mmf_shm *shm = NULL;
    unsigned before = test_descriptor_count();
    mmf_status status = mmf_shm_create_anonymous("huge", 1, &options, &shm);

    if (status == MMF_OK) {
        ck_assert_uint_gt(mmf_shm_page_bytes(shm), 4096);
        ck_assert_uint_eq(mmf_shm_size(shm), mmf_shm_page_bytes(shm));
        mmf_shm_close(shm);
    } else {
        ck_assert_msg(status == MMF_E_NO_MEMORY || status == MMF_E_SYSTEM, "%s: %s",
                      mmf_status_name(status), error.text);
        ck_assert(status != MMF_E_NO_MEMORY || strstr(error.text, "huge pages"));
        ck_assert_ptr_null(shm);
    }
    ck_assert_uint_eq(test_descriptor_count(), before);
    error = (mmf_error){0};
    options.huge_page_bytes = 3 << 20;
    ck_status(mmf_shm_create_anonymous("huge", 1, &options, &shm), MMF_E_INVALID);
}
END_TEST

START_TEST(test_private_mapping)
{
    mmf_map_options map = {.flags = MMF_MAP_PRIVATE};
    mmf_shm_options options = with(0);
    mmf_shm *shm = create("s", 10, 0);
    mmf_shm *copy;

    options.map = &map;
    ck_ok(mmf_shm_attach("s", &options, &copy));
    *(char *)mmf_shm_bytes(copy, NULL) = 'p';
    ck_assert_int_eq(*(char *)mmf_shm_bytes(shm, NULL), 0);
    mmf_shm_close(copy);
    mmf_shm_close(shm);
}
END_TEST

START_TEST(test_mapping_options)
{
    mmf_map_options map = {.flags = MMF_MAP_POPULATE | MMF_MAP_HUGE, .alignment = 2 << 20};
    mmf_shm_options options = with(0);
    unsigned before = test_descriptor_count();
    mmf_shm *shm = NULL;
    uint64_t resident = 0;

    options.map = &map;
    options.reservation_bytes = 64 << 20;
    ck_ok(mmf_shm_create("s", 100000, &options, &shm));
    ck_assert_uint_eq((uintptr_t)mmf_shm_bytes(shm, NULL) % (2 << 20), 0);
    ck_ok(mmf_map_resident(mmf_shm_bytes(shm, NULL), 100000, &resident));
    ck_assert_uint_ge(resident, 100000);
    mmf_shm_close(shm);
    ck_ok(mmf_shm_unlink("s", test_directory()));
    map.alignment = 3;
    ck_status(mmf_shm_create("s", 100000, &options, &shm), MMF_E_INVALID);
    ck_status(mmf_shm_create_anonymous("s", 10, &options, &shm), MMF_E_INVALID);
    ck_assert_uint_eq(test_directory_count(), 0);
    ck_assert_uint_eq(test_descriptor_count(), before);
}
END_TEST

START_TEST(test_nothing_is_leaked)
{
    mmf_shm_options options = with(0);
    unsigned before = test_descriptor_count();
    mmf_shm *shm;

    for (int i = 0; i < 20; i++) {
        shm = create("s", 10, 0);
        ck_status(mmf_shm_create("s", 10, &options, &shm), MMF_E_EXISTS);
        mmf_shm_close(attach("s", 0));
        mmf_shm_close(shm);
        ck_ok(mmf_shm_unlink("s", test_directory()));
        ck_status(mmf_shm_attach("s", &options, &shm), MMF_E_NOT_FOUND);
    }
    mmf_shm_close(NULL);
    ck_assert_uint_eq(test_descriptor_count(), before);
    ck_assert_uint_eq(test_directory_count(), 0);
}
END_TEST

void suite_add(TCase *tcase)
{
    (void)setenv("TEST_TMPDIR", "/dev/shm", 1); /* where such objects live */
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, test_names_that_are_none);
    tcase_add_test(tcase, test_names_with_and_without_slash_are_one);
    tcase_add_loop_test(tcase, test_shm_open_finds_it, 0, 2);
    tcase_add_loop_test(tcase, test_sizes, 0, 10);
    tcase_add_test(tcase, test_sizes_that_are_none);
    tcase_add_test(tcase, test_options_that_contradict);
    tcase_add_test(tcase, test_create_or_attach);
    tcase_add_test(tcase, test_mode_is_exact);
    tcase_add_test(tcase, test_another_user);
    tcase_add_test(tcase, test_foreign_object);
    tcase_add_test(tcase, test_hostile_header);
    tcase_add_test(tcase, test_lock_held_by_an_enemy);
    tcase_add_test(tcase, test_resize);
    tcase_add_test(tcase, test_anonymous);
    tcase_add_test(tcase, test_huge_pages_or_a_reason);
    tcase_add_test(tcase, test_private_mapping);
    tcase_add_test(tcase, test_mapping_options);
    tcase_add_test(tcase, test_nothing_is_leaked);
}
