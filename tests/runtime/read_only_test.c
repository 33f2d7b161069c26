/* Read-only handles: they need no right but to read, leave no trace, and see what others do. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "tests/runtime/testing.h"

const char *const suite_name = "read_only";

static mmf_record_type type;
static const char *path;

static void make(uint32_t format)
{
    mmf_store *store;

    type = test_type(format, 64);
    path = test_path(format == 1 ? "one" : "two");
    store = test_create(path, &type, 0);
    for (uint64_t i = 0; i < 10; i++) {
        ck_ok(test_append(store, i, NULL));
    }
    ck_ok(mmf_store_close(store));
}

/* For children too. */
static void read_ten(const char *at)
{
    mmf_store *store;

    must_ok(mmf_store_open(at, &type, &(mmf_options){.flags = MMF_READ_ONLY}, &store));
    must(mmf_store_len(store) == 10);
    for (uint64_t i = 0; i < 10; i++) {
        uint64_t word;
        bool torn;

        must_ok(test_get(store, i, &word, &torn));
        must(word == i && !torn);
    }
    must_ok(mmf_store_close(store));
}

START_TEST(test_leaves_no_trace)
{
    for (uint32_t format = 1; format <= 2; format++) {
        uint8_t *before;
        uint8_t *after;
        size_t size;
        size_t size_after;
        char lock[600];

        make(format);
        (void)snprintf(lock, sizeof lock, "%s.lock", path);
        ck_assert_int_eq(unlink(lock), 0);
        before = test_read_file(path, &size);
        read_ten(path);
        ck_assert(!test_exists(lock));
        after = test_read_file(path, &size_after);
        ck_assert_uint_eq(size, size_after);
        ck_assert_mem_eq(before, after, size);
        free(before);
        free(after);
    }
}
END_TEST

START_TEST(test_setters_refuse)
{
    mmf_append_section append;
    mmf_write_section write;
    mmf_store *store;
    uint64_t index = 77;
    uint64_t word = 0;
    bool torn;

    make(2);
    store = test_open(path, &type, MMF_READ_ONLY);
    ck_status(mmf_set_u8(store, 0, 64, 8, 1), MMF_E_READONLY);
    ck_status(mmf_set_u16(store, 0, 64, 8, 1), MMF_E_READONLY);
    ck_status(mmf_set_u32(store, 0, 64, 8, 1), MMF_E_READONLY);
    ck_status(mmf_set_u64(store, 0, 64, 8, 1), MMF_E_READONLY);
    ck_status(mmf_set_f64(store, 0, 64, 8, 1), MMF_E_READONLY);
    ck_status(mmf_set_bool(store, 0, 64, 8, true), MMF_E_READONLY);
    ck_status(mmf_set_u8(store, 1000, 64, 8, 1), MMF_E_READONLY);
    ck_status(mmf_set_array(store, 0, 8, 16, &type), MMF_E_READONLY);
    ck_status(mmf_set_text(store, 0, 8, 16, "x", 1), MMF_E_READONLY);
    ck_status(mmf_write_begin(store, 0, 64, 8, 8, &write), MMF_E_READONLY);
    ck_status(mmf_append_begin(store, 1, &append), MMF_E_READONLY);
    ck_status(mmf_append_zero(store, &index), MMF_E_READONLY);
    ck_status(mmf_store_sync(store), MMF_E_READONLY);
    ck_status(mmf_store_sync_range(store, 0, 1), MMF_E_READONLY);
    ck_status(mmf_store_reserve(store, 1), MMF_E_READONLY);
    ck_assert_uint_eq(index, 77);
    ck_ok(test_get(store, 0, &word, &torn));
    ck_assert_uint_eq(word, 0);
    ck_assert_uint_eq(mmf_store_len(store), 10);
    ck_ok(mmf_store_close(store));
}
END_TEST

static void read_without_capabilities(void *argument)
{
    test_drop_capabilities();
    read_ten(argument);
    must(access(test_directory(), W_OK) != 0);
}

/* A file that may only be read, in a directory where nothing can be made. */
START_TEST(test_without_permission_to_write)
{
    for (uint32_t format = 1; format <= 2; format++) {
        ck_assert_int_eq(chmod(test_directory(), 0755), 0);
        make(format);
        ck_assert_int_eq(chmod(path, 0444), 0);
        ck_assert_int_eq(chmod(test_directory(), 0555), 0);
        test_run_ok(read_without_capabilities, (void *)(uintptr_t)path, 10000);
        ck_assert_int_eq(chmod(test_directory(), 0755), 0);
    }
}
END_TEST

static void write_map(const char *name, const char *text)
{
    FILE *file = fopen(name, "we");

    if (file) {
        (void)fputs(text, file);
        (void)fclose(file);
    }
}

#define CANNOT_MOUNT 77

/* A mount namespace of one's own; where that is not allowed the child says so. */
static void enter_mount_namespace(void)
{
    char map[64];
    unsigned uid = geteuid();

    if (unshare(CLONE_NEWNS) != 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
            _exit(CANNOT_MOUNT);
        }
        (void)snprintf(map, sizeof map, "0 %u 1", uid);
        write_map("/proc/self/setgroups", "deny");
        write_map("/proc/self/uid_map", map);
    }
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) {
        _exit(CANNOT_MOUNT);
    }
}

static void read_on_read_only_mount(void *argument)
{
    const char *directory = test_directory();
    mmf_store *store;

    enter_mount_namespace();
    if (mount(directory, directory, NULL, MS_BIND, NULL) != 0 ||
        mount(NULL, directory, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) != 0) {
        _exit(CANNOT_MOUNT);
    }
    read_ten(argument);
    must_status(mmf_store_open(argument, &type, NULL, &store), MMF_E_SYSTEM);
    must(errno == EROFS);
    must_status(mmf_store_create(test_path("new"), &type, NULL, &store), MMF_E_SYSTEM);
    must(errno == EROFS);
}

START_TEST(test_on_a_read_only_file_system)
{
    int result;

    make(2);
    result = test_run(read_on_read_only_mount, (void *)(uintptr_t)path, 10000);
    if (result == CANNOT_MOUNT) {
        (void)fprintf(stderr, "skipped: mounting is not allowed here\n");
        return;
    }
    ck_assert_int_eq(result, 0);
}
END_TEST

static void append_a_lot(void *argument)
{
    mmf_store *store;

    (void)argument;
    must_ok(mmf_store_open(path, &type, NULL, &store));
    for (uint64_t i = 10; i < 100000; i++) {
        must_ok(test_append(store, i, NULL));
    }
    must_ok(mmf_store_close(store));
}

/* A handle from before the file grew, manifold, sees what another process appends. */
START_TEST(test_sees_growth_by_another_process)
{
    for (uint32_t format = 1; format <= 2; format++) {
        mmf_store *store;
        uint64_t word = 0;
        bool torn;

        make(format);
        store = test_open(path, &type, MMF_READ_ONLY);
        ck_assert_uint_eq(mmf_store_len(store), 10);
        ck_status(test_get(store, 99999, &word, &torn), MMF_E_INDEX);
        test_run_ok(append_a_lot, NULL, 30000);
        ck_ok(test_get(store, 99999, &word, &torn));
        ck_assert_uint_eq(word, 99999);
        ck_status(test_get(store, 100000, &word, &torn), MMF_E_INDEX);
        ck_assert_uint_eq(mmf_store_len(store), 100000);
        ck_assert_uint_ge(mmf_store_capacity(store), 100000);
        for (uint64_t i = 0; i < 100000; i++) {
            ck_ok(test_get(store, i, &word, &torn));
            ck_assert(word == i && !torn);
        }
        ck_ok(mmf_store_close(store));
    }
}
END_TEST

/* What lies beyond the handle's own reservation cannot be read, and that is said. */
START_TEST(test_growth_beyond_the_reservation)
{
    mmf_options options = {.flags = MMF_READ_ONLY, .reservation_bytes = 1 << 20};
    uint64_t most = ((1 << 20) - 4096) / 64;
    mmf_store *store;
    uint64_t word = 0;
    bool torn;

    make(2);
    ck_ok(mmf_store_open(path, &type, &options, &store));
    test_run_ok(append_a_lot, NULL, 30000);
    ck_ok(test_get(store, most - 1, &word, &torn));
    ck_assert_uint_eq(word, most - 1);
    ck_assert(test_get(store, most, &word, &torn) != MMF_OK);
    ck_assert(test_get(store, 99999, &word, &torn) != MMF_OK);
    ck_ok(mmf_store_close(store));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_leaves_no_trace);
    tcase_add_test(tcase, test_setters_refuse);
    tcase_add_test(tcase, test_without_permission_to_write);
    tcase_add_test(tcase, test_on_a_read_only_file_system);
    tcase_add_test(tcase, test_sees_growth_by_another_process);
    tcase_add_test(tcase, test_growth_beyond_the_reservation);
}
