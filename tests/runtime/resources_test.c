/* What a handle costs, and that all of it is given back: memory, address space, descriptors. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/runtime/testing.h"

const char *const suite_name = "resources";

static mmf_record_type type;
static const char *path;

static void make(void)
{
    type = test_type(MMF_FORMAT_2, 64);
    path = test_path("store");
    ck_ok(mmf_store_close(test_create(path, &type, 0)));
}

/* Lines of /proc/self/maps that name the test's directory, or all of them. */
static unsigned mapping_count(void)
{
    char line[1024];
    unsigned count = 0;
    FILE *file = fopen("/proc/self/maps", "re");

    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof line, file)) {
        count += strstr(line, test_directory()) != NULL;
    }
    (void)fclose(file);
    return count;
}

/* --- Descriptors and mappings ---------------------------------------------------------------- */

static void ck_no_leak(mmf_status expected, const char *name, const mmf_record_type *as,
                       mmf_options options)
{
    unsigned descriptors = test_descriptor_count();
    mmf_store *store;

    for (int i = 0; i < 3; i++) {
        ck_status(mmf_store_open(test_path(name), as, &options, &store), expected);
        if (expected == MMF_OK) {
            ck_assert_uint_ge(mapping_count(), 1);
            ck_ok(mmf_store_close(store));
        }
        ck_assert_uint_eq(test_descriptor_count(), descriptors);
        ck_assert_uint_eq(mapping_count(), 0);
    }
}

START_TEST(test_nothing_is_left_open)
{
    mmf_record_type other;
    mmf_store *holder;

    make();
    other = type;
    other.schema_hash[0] ^= 1;
    ck_no_leak(MMF_OK, "store", &type, (mmf_options){0});
    ck_no_leak(MMF_OK, "store", &type, (mmf_options){.flags = MMF_READ_ONLY});
    ck_no_leak(MMF_OK, "store", &type, (mmf_options){.flags = MMF_ONE_WRITER});
    ck_no_leak(MMF_OK, "store", &type, (mmf_options){.flags = MMF_CREATE});
    ck_no_leak(MMF_E_SCHEMA, "store", &other, (mmf_options){0});
    ck_no_leak(MMF_E_SCHEMA, "store", &other, (mmf_options){.flags = MMF_READ_ONLY});
    ck_no_leak(MMF_E_SCHEMA, "store", &other, (mmf_options){.flags = MMF_CREATE});
    ck_no_leak(MMF_E_INVALID, "store", &type, (mmf_options){.flags = 64});
    ck_no_leak(MMF_E_NOT_FOUND, "missing", &type, (mmf_options){0});
    ck_no_leak(MMF_E_LIMIT, "new", &type,
               (mmf_options){.flags = MMF_CREATE, .capacity = 1000, .reservation_bytes = 8192});
    test_write_file(test_path("text"), "text", 4);
    ck_no_leak(MMF_E_MAGIC, "text", &type, (mmf_options){0});
    ck_no_leak(MMF_E_MAGIC, "text", &type, (mmf_options){.flags = MMF_CREATE});
    ck_assert_int_eq(mkfifo(test_path("fifo"), 0666), 0);
    ck_no_leak(MMF_E_MAGIC, "fifo", &type, (mmf_options){0});
    ck_assert_int_eq(mkdir(test_path("d"), 0777), 0);
    ck_no_leak(MMF_E_MAGIC, "d", &type, (mmf_options){.flags = MMF_READ_ONLY});

    holder = test_open(path, &type, MMF_ONE_WRITER);
    {
        unsigned descriptors = test_descriptor_count();
        unsigned mappings = mapping_count();
        mmf_store *store;

        ck_status(mmf_store_open(path, &type, NULL, &store), MMF_E_LOCKED);
        ck_status(mmf_store_open(path, &type, &(mmf_options){.flags = MMF_CREATE}, &store),
                  MMF_E_LOCKED);
        ck_assert_uint_eq(test_descriptor_count(), descriptors);
        ck_assert_uint_eq(mapping_count(), mappings);
    }
    ck_ok(mmf_store_close(holder));
}
END_TEST

START_TEST(test_failed_creation_leaves_nothing_open)
{
    unsigned descriptors = test_descriptor_count();
    mmf_store *store;

    make();
    for (int i = 0; i < 3; i++) {
        ck_status(mmf_store_create(path, &type, NULL, &store), MMF_E_EXISTS);
        ck_status(mmf_store_create(test_path("no/such"), &type, NULL, &store), MMF_E_SYSTEM);
        ck_status(
            mmf_store_create(test_path("x"), &type, &(mmf_options){.capacity = UINT64_MAX}, &store),
            MMF_E_LIMIT);
        ck_assert_uint_eq(test_descriptor_count(), descriptors);
        ck_assert_uint_eq(mapping_count(), 0);
    }
}
END_TEST

/* No descriptor outlives execve(2), and with it no lock. */
START_TEST(test_close_on_exec)
{
    mmf_store *writer;
    mmf_store *reader;
    unsigned seen = 0;

    make();
    writer = test_open(path, &type, 0);
    reader = test_open(path, &type, MMF_READ_ONLY);
    for (int fd = 0; fd < 256; fd++) {
        char link[64];
        char target[1024];
        ssize_t n;

        (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        n = readlink(link, target, sizeof target - 1);
        if (n < 0) {
            continue;
        }
        target[n] = '\0';
        if (strncmp(target, test_directory(), strlen(test_directory())) == 0) {
            ck_assert_msg((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "%s", target);
            seen++;
        }
    }
    ck_assert_uint_ge(seen, 3); /* the file twice, the lock file once */
    ck_ok(mmf_store_close(writer));
    ck_ok(mmf_store_close(reader));
}
END_TEST

/* --- Reservations ---------------------------------------------------------------------------- */

START_TEST(test_reservation_costs_no_memory_and_no_disk)
{
    mmf_options options = {.reservation_bytes = UINT64_C(100) << 30};
    uint64_t resident;
    uint64_t virtual;
    struct stat before;
    struct stat after;
    mmf_store *store;

    make();
    ck_assert_int_eq(stat(path, &before), 0);
    resident = test_memory("VmRSS");
    virtual = test_memory("VmSize");
    ck_ok(mmf_store_open(path, &type, &options, &store));
    ck_assert_uint_ge(test_memory("VmSize"), virtual + options.reservation_bytes);
    ck_assert_uint_lt(test_memory("VmRSS"), resident + (4u << 20));
    ck_assert_int_eq(stat(path, &after), 0);
    ck_assert_int_eq(after.st_size, before.st_size);
    ck_assert_int_le(after.st_blocks, before.st_blocks);
    ck_ok(test_append(store, 1, NULL));
    ck_ok(mmf_store_close(store));
}
END_TEST

/* More than any machine has: halved until the system agrees. */
START_TEST(test_reservation_too_large_is_halved)
{
    static const uint64_t sizes[] = {UINT64_C(1) << 44, UINT64_C(1) << 45, UINT64_C(1) << 47,
                                     UINT64_C(1) << 50, UINT64_C(1) << 62, UINT64_C(1) << 63,
                                     UINT64_MAX - 4096, UINT64_MAX};

    make();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        mmf_error error = {0};
        mmf_options options = {.reservation_bytes = sizes[i], .error = &error};
        mmf_store *store;

        ck_status_error(mmf_store_open(path, &type, &options, &store), MMF_OK, &error);
        ck_ok(mmf_store_reserve(store, 20000 * (i + 1))); /* and not to what was there */
        ck_ok(mmf_store_close(store));
        options.flags = MMF_READ_ONLY;
        ck_status_error(mmf_store_open(path, &type, &options, &store), MMF_OK, &error);
        ck_ok(mmf_store_close(store));
    }
}
END_TEST

/* Never less than what is there. */
START_TEST(test_reservation_too_small)
{
    mmf_options options = {.reservation_bytes = 1};
    mmf_store *store;
    uint64_t capacity;
    uint64_t word;
    bool torn;

    make();
    ck_ok(mmf_store_open(path, &type, &options, &store));
    capacity = mmf_store_capacity(store);
    for (uint64_t i = 0; i < capacity; i++) {
        ck_ok(test_append(store, i, NULL));
    }
    ck_status(test_append(store, 1, NULL), MMF_E_LIMIT);
    ck_ok(test_get(store, capacity - 1, &word, &torn));
    ck_assert_uint_eq(word, capacity - 1);
    ck_ok(mmf_store_close(store));
}
END_TEST

static void open_with_little_address_space(void *argument)
{
    struct rlimit limit = {UINT64_C(4) << 30, UINT64_C(4) << 30};
    mmf_store *store;

    (void)argument;
    must(setrlimit(RLIMIT_AS, &limit) == 0);
    must_ok(mmf_store_open(path, &type, NULL, &store)); /* 64 GiB were wanted */
    must_ok(test_append(store, 1, NULL));
    must_ok(mmf_store_reserve(store, 100000));
    must_ok(mmf_store_close(store));
    must_ok(mmf_store_open(path, &type, &(mmf_options){.flags = MMF_READ_ONLY}, &store));
    must_ok(mmf_store_close(store));
}

START_TEST(test_reservation_is_halved_under_a_limit)
{
    make();
    test_run_ok(open_with_little_address_space, NULL, 20000);
}
END_TEST

static void open_without_address_space(void *argument)
{
    struct rlimit limit = {256u << 20, 256u << 20};
    mmf_error error = {0};
    mmf_options options = {.flags = MMF_READ_ONLY, .error = &error};
    mmf_store *store;

    (void)argument;
    must(setrlimit(RLIMIT_AS, &limit) == 0);
    must_status(mmf_store_open(path, &type, &options, &store), MMF_E_NO_MEMORY);
    must(error.system_errno == ENOMEM);
}

START_TEST(test_file_larger_than_the_address_space)
{
    mmf_store *store;

    make();
    store = test_open(path, &type, 0);
    ck_ok(mmf_store_reserve(store, (300u << 20) / 64));
    ck_ok(mmf_store_close(store));
    test_run_ok(open_without_address_space, NULL, 20000);
}
END_TEST

/* One open and close after another: memory does not grow. */
START_TEST(test_many_opens)
{
    uint64_t before = 0;

    make();
    for (int i = 0; i < 2000; i++) {
        mmf_store *store = test_open(path, &type, i % 2 ? 0 : MMF_READ_ONLY);

        ck_ok(mmf_store_close(store));
        if (i == 200) {
            before = test_memory("VmRSS");
        }
    }
    ck_assert_uint_lt(test_memory("VmRSS"), before + (8u << 20));
    ck_assert_uint_eq(mapping_count(), 0);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_nothing_is_left_open);
    tcase_add_test(tcase, test_failed_creation_leaves_nothing_open);
    tcase_add_test(tcase, test_close_on_exec);
    tcase_add_test(tcase, test_reservation_costs_no_memory_and_no_disk);
    tcase_add_test(tcase, test_reservation_too_large_is_halved);
    tcase_add_test(tcase, test_reservation_too_small);
    tcase_add_test(tcase, test_reservation_is_halved_under_a_limit);
    tcase_add_test(tcase, test_file_larger_than_the_address_space);
    tcase_add_test(tcase, test_many_opens);
}
