/* The policies of mapped files: that each way of writing counts, and what calls return. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/file.h"
#include "tests/flush/disk.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "flush_file";

static mmf_file *open_file(const mmf_flush_policy *policy, uint32_t flags, uint32_t map_flags)
{
    const mmf_map_options map = {.flags = map_flags};
    mmf_error error = {0};
    mmf_file_options options = {.flags = flags, .flush = policy, .map = &map, .error = &error};
    mmf_file *file = NULL;

    disk_reset();
    if (!test_exists(test_path("file"))) {
        char *zeros = calloc(1, 65536);

        ck_assert_ptr_nonnull(zeros);
        test_write_file(test_path("file"), zeros, 65536);
        free(zeros);
    }
    ck_status_error(mmf_file_open(test_path("file"), &options, &file), MMF_OK, &error);
    return file;
}

static int64_t give_ten(void *context, void *buffer, size_t size)
{
    int *rest = context;

    ck_assert_uint_ge(size, 10);
    memset(buffer, 'x', 10);
    return (*rest)-- > 0 ? 10 : 0;
}

static void write_in_some_way(mmf_file *file, int way, uint64_t *ret_bytes)
{
    static char large[20000];
    unsigned char *bytes;
    uint64_t size;
    int descriptor;
    int rest = 1;
    FILE *other;

    *ret_bytes = 10;
    switch (way) {
    case 0:
        ck_ok(mmf_file_write_at(file, 4096, "0123456789", 10, NULL));
        break;
    case 1:
        ck_ok(mmf_file_write(file, "0123456789", 10, NULL));
        break;
    case 2:
        ck_ok(mmf_file_write_string(file, "0123456789"));
        break;
    case 3:
        *ret_bytes = 1;
        ck_ok(mmf_file_write_byte(file, 1));
        break;
    case 4:
        *ret_bytes = sizeof large;
        ck_ok(mmf_file_write_at(file, 0, large, sizeof large, NULL));
        break;
    case 5:
        ck_ok(mmf_file_read_from_source(file, give_ten, &rest, &size));
        break;
    case 6:
        *ret_bytes = 5000;
        test_write_file(test_path("other"), large, 5000);
        other = fopen(test_path("other"), "re");
        ck_assert_ptr_nonnull(other);
        descriptor = fileno(other);
        ck_ok(mmf_file_read_from(file, descriptor, &size));
        (void)fclose(other);
        break;
    case 7:
        *ret_bytes = 4464;
        ck_ok(mmf_file_resize(file, 70000));
        break;
    case 8:
        *ret_bytes = 65536;
        ck_ok(mmf_file_resize(file, 0));
        break;
    default:
        *ret_bytes = 100;
        ck_ok(mmf_file_bytes_to_write(file, 4096, 100, &bytes));
        break;
    }
}

#define WAYS 10

START_TEST(test_each_way_is_pending)
{
    mmf_file *file = open_file(NULL, 0, 0);
    uint64_t bytes;

    write_in_some_way(file, _i, &bytes);
    ck_assert_uint_eq(mmf_file_pending_bytes(file), bytes);
    ck_assert_uint_eq(disk_data_syncs(), 0);
    ck_ok(mmf_file_flush(file));
    ck_assert_uint_eq(mmf_file_pending_bytes(file), 0);
    ck_assert_uint_eq(disk_data_syncs(), 1);
    ck_ok(mmf_file_close(file));
    ck_assert_uint_eq(disk_data_syncs(), 1);
}
END_TEST

START_TEST(test_each_way_waits)
{
    const mmf_flush_policy always = {.mode = MMF_FLUSH_ALWAYS};
    mmf_file *file = open_file(&always, _i >= WAYS ? MMF_FILE_APPEND : 0, 0);
    int way = _i % WAYS;
    uint64_t bytes;

    if (_i >= WAYS && (way == 0 || way == 4)) { /* which has no such calls */
        ck_ok(mmf_file_close(file));
        return;
    }
    write_in_some_way(file, way, &bytes);
    ck_assert_uint_eq(disk_data_syncs(), way == WAYS - 1 ? 0 : 1);
    ck_ok(mmf_file_close(file));
    ck_assert_uint_eq(disk_data_syncs(), 1);
}
END_TEST

START_TEST(test_failing_write)
{
    const mmf_flush_policy always = {.mode = MMF_FLUSH_ALWAYS};
    mmf_file *file = open_file(&always, 0, 0);
    char text[4] = "";
    size_t size = 0;

    disk_fail(1, EIO);
    ck_status(mmf_file_write_at(file, 0, "abc", 3, &size), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, EIO);
    ck_assert_uint_eq(size, 3); /* written all the same */
    ck_ok(mmf_file_read_at(file, 0, text, 3, &size));
    ck_assert_str_eq(text, "abc");
    ck_assert_uint_eq(mmf_file_pending_bytes(file), 3);
    ck_ok(mmf_file_write_at(file, 0, "abc", 3, &size));
    ck_status(mmf_file_close(file), MMF_E_SYSTEM);
}
END_TEST

/* A write that has failed itself says that, not how its flush went. */
START_TEST(test_write_and_flush_fail)
{
    const mmf_flush_policy always = {.mode = MMF_FLUSH_ALWAYS};
    mmf_file_options options = {.length = 100, .flush = &always};
    mmf_file *file;
    size_t size = 0;

    ck_ok(mmf_file_close(open_file(NULL, 0, 0)));
    ck_ok(mmf_file_open(test_path("file"), &options, &file));
    disk_fail(1, EIO);
    ck_status(mmf_file_write_at(file, 98, "abc", 3, &size), MMF_E_LIMIT);
    ck_assert_uint_eq(size, 2);
    ck_assert_uint_eq(disk_data_syncs(), 1);
    ck_status(mmf_file_close(file), MMF_E_SYSTEM);
}
END_TEST

START_TEST(test_range)
{
    mmf_file *file = open_file(NULL, 0, 0);
    const unsigned char *bytes = mmf_file_bytes(file, NULL);

    ck_ok(mmf_file_write_at(file, 0, "abc", 3, NULL));
    ck_ok(mmf_file_flush_range(file, 5000, 4000));
    ck_assert_uint_eq(the_disk.range_syncs, 1);
    ck_assert_uint_eq(the_disk.range_begin, (uintptr_t)bytes + 4096);
    ck_assert_uint_eq(the_disk.range_size, 8192);
    ck_assert_uint_eq(mmf_file_pending_bytes(file), 3);
    ck_ok(mmf_file_flush_range(file, 65536, 0));
    ck_ok(mmf_file_flush_range(file, 65535, 1));
    ck_status(mmf_file_flush_range(file, 65535, 2), MMF_E_INVALID);
    ck_status(mmf_file_flush_range(file, 65537, 0), MMF_E_INVALID);
    ck_status(mmf_file_flush_range(file, UINT64_MAX, 2), MMF_E_INVALID);
    ck_status(mmf_file_flush_range(file, 1, UINT64_MAX), MMF_E_INVALID);
    ck_assert_uint_eq(the_disk.range_syncs, 2);
    ck_ok(mmf_file_flush_async(file));
    ck_assert_uint_eq(the_disk.begun, 1);
    disk_fail(1, EIO);
    ck_status(mmf_file_flush_range(file, 0, 1), MMF_E_SYSTEM);
    ck_status(mmf_file_close(file), MMF_E_SYSTEM);
}
END_TEST

/* What the mapping does not reach over is flushed with all the rest. */
START_TEST(test_range_beyond_the_mapping)
{
    mmf_file_options options = {.reservation_bytes = 65536};
    mmf_file *file;

    ck_ok(mmf_file_close(open_file(NULL, 0, 0)));
    ck_ok(mmf_file_open(test_path("file"), &options, &file));
    test_write_at(test_path("file"), 70000, "x", 1);
    ck_ok(mmf_file_flush_range(file, 65000, 5001));
    ck_assert_uint_eq(disk_data_syncs(), 1);
    ck_assert_uint_eq(the_disk.range_syncs, 0);
    ck_ok(mmf_file_close(file));
}
END_TEST

START_TEST(test_window)
{
    mmf_file_options options = {.offset = 5000, .length = 6000};
    mmf_file *file;

    ck_ok(mmf_file_close(open_file(NULL, 0, 0)));
    ck_ok(mmf_file_open(test_path("file"), &options, &file));
    ck_ok(mmf_file_flush_range(file, 0, 1));
    ck_assert_uint_eq(the_disk.range_begin, (uintptr_t)mmf_file_bytes(file, NULL) - 904);
    ck_assert_uint_eq(the_disk.range_size, 4096);
    ck_ok(mmf_file_flush_range(file, 3500, 1)); /* beyond a page of the file, not of the window */
    ck_assert_uint_eq(the_disk.range_begin, (uintptr_t)mmf_file_bytes(file, NULL) - 904 + 4096);
    ck_assert_uint_eq(the_disk.range_size, 4096);
    ck_ok(mmf_file_flush_range(file, 6000, 0));
    ck_ok(mmf_file_flush_range(file, 5999, 1));
    ck_status(mmf_file_flush_range(file, 5999, 2), MMF_E_INVALID);
    ck_ok(mmf_file_close(file));
}
END_TEST

/* What is stored privately never reaches the file. */
START_TEST(test_private)
{
    const mmf_flush_policy always = {.mode = MMF_FLUSH_ALWAYS};
    mmf_file *file = open_file(&always, 0, MMF_MAP_PRIVATE);
    unsigned char *bytes;

    ck_ok(mmf_file_write_at(file, 0, "abc", 3, NULL));
    ck_ok(mmf_file_bytes_to_write(file, 0, 10, &bytes));
    ck_assert_uint_eq(mmf_file_pending_bytes(file), 0);
    ck_ok(mmf_file_close(file));
    ck_assert_uint_eq(disk_data_syncs(), 0);
}
END_TEST

START_TEST(test_read_only)
{
    mmf_file *file = open_file(NULL, MMF_FILE_READ_ONLY, 0);

    ck_ok(mmf_file_flush(file));
    ck_ok(mmf_file_flush_range(file, 0, 10));
    ck_ok(mmf_file_flush_async(file));
    ck_assert_uint_eq(disk_data_syncs() + the_disk.range_syncs + the_disk.begun, 3);
    ck_ok(mmf_file_close(file));
}
END_TEST

/* A policy that is none is found before a file is made. */
START_TEST(test_wrong_policy)
{
    const mmf_flush_policy wrong = {.mode = MMF_FLUSH_EVERY};
    mmf_error error = {0};
    mmf_file_options options = {.flags = MMF_FILE_CREATE, .flush = &wrong, .error = &error};
    mmf_file *file = NULL;

    ck_status(mmf_file_open(test_path("file"), &options, &file), MMF_E_INVALID);
    ck_contains(error.text, "flush");
    ck_assert(!test_exists(test_path("file")));
}
END_TEST

START_TEST(test_no_thread)
{
    const mmf_flush_policy policy = {.mode = MMF_FLUSH_EVERY, .interval_ms = 10};
    mmf_error error = {0};
    mmf_file_options options = {.flags = MMF_FILE_CREATE, .flush = &policy, .error = &error};
    mmf_file *file = NULL;
    unsigned descriptors = test_descriptor_count();

    disk_reset();
    the_disk.failing_threads = 1;
    ck_status(mmf_file_open(test_path("file"), &options, &file), MMF_E_SYSTEM);
    ck_contains(error.text, "thread");
    ck_assert_uint_eq(test_descriptor_count(), descriptors);
    ck_ok(mmf_file_open(test_path("file"), &options, &file));
    ck_ok(mmf_file_write_string(file, "x"));
    ck_assert(test_await(&the_disk.data_syncs, 1, 20000));
    ck_ok(mmf_file_close(file));
}
END_TEST

START_TEST(test_close_takes_nothing)
{
    ck_ok(mmf_file_close(NULL));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_each_way_is_pending, 0, WAYS);
    tcase_add_loop_test(tcase, test_each_way_waits, 0, 2 * WAYS);
    tcase_add_test(tcase, test_failing_write);
    tcase_add_test(tcase, test_write_and_flush_fail);
    tcase_add_test(tcase, test_range);
    tcase_add_test(tcase, test_range_beyond_the_mapping);
    tcase_add_test(tcase, test_window);
    tcase_add_test(tcase, test_private);
    tcase_add_test(tcase, test_read_only);
    tcase_add_test(tcase, test_wrong_policy);
    tcase_add_test(tcase, test_no_thread);
    tcase_add_test(tcase, test_close_takes_nothing);
}
