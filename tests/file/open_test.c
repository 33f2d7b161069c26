/* Opening: what is made, cut, refused; windows and sizes at every edge; descriptors of others. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "runtime/file.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "file open";

static mmf_file *open_ok(const char *path, const mmf_file_options *options)
{
    mmf_file *file = NULL;

    ck_ok(mmf_file_open(path, options, &file));
    return file;
}

static void refused(const char *path, mmf_file_options options, mmf_status expected)
{
    mmf_error error = {0};
    mmf_file *file = NULL;
    unsigned before = test_descriptor_count();

    options.error = &error;
    ck_status(mmf_file_open(path, &options, &file), expected);
    ck_assert_ptr_null(file);
    ck_assert_int_eq(error.status, expected);
    ck_contains(error.text, path);
    ck_assert_uint_eq(test_descriptor_count(), before);
}

START_TEST(flags_make_and_empty_files)
{
    const char *path = test_path("file");
    mmf_file *file;
    struct stat info;

    refused(path, (mmf_file_options){0}, MMF_E_NOT_FOUND);
    ck_assert(!test_exists(path));
    file = open_ok(path, &(mmf_file_options){.flags = MMF_FILE_CREATE, .mode = 0640});
    ck_ok(mmf_file_write_string(file, "hello"));
    ck_ok(mmf_file_close(file));
    ck_assert(stat(path, &info) == 0 && (info.st_mode & 0777) == 0640);
    ck_assert_uint_eq(test_file_size(path), 5);

    refused(path, (mmf_file_options){.flags = MMF_FILE_CREATE | MMF_FILE_EXCLUSIVE}, MMF_E_EXISTS);
    file = open_ok(path, &(mmf_file_options){.flags = MMF_FILE_CREATE, .size = 3});
    ck_assert_uint_eq(mmf_file_size(file), 5);
    ck_ok(mmf_file_close(file));
    file = open_ok(path, &(mmf_file_options){.flags = MMF_FILE_TRUNCATE, .size = 9});
    ck_assert_uint_eq(mmf_file_size(file), 9);
    ck_assert_int_eq(memcmp(mmf_file_bytes(file, NULL), "\0\0\0\0\0\0\0\0", 9), 0);
    ck_ok(mmf_file_close(file));
    file = open_ok(path, &(mmf_file_options){.flags = MMF_FILE_TRUNCATE});
    ck_assert_uint_eq(mmf_file_size(file), 0);
    ck_assert_ptr_null(mmf_file_bytes(file, NULL));
    ck_ok(mmf_file_close(file));
    ck_ok(mmf_file_close(NULL));
}
END_TEST

START_TEST(contradictions_are_refused)
{
    const mmf_map_options private_map = {.flags = MMF_MAP_PRIVATE};
    const mmf_map_options crooked = {.alignment = 12288};
    const char *path = test_path("file");
    const mmf_file_options wrong[] = {
        {.flags = 0x80000000u},
        {.flags = MMF_FILE_READ_ONLY | MMF_FILE_CREATE},
        {.flags = MMF_FILE_READ_ONLY | MMF_FILE_TRUNCATE},
        {.flags = MMF_FILE_READ_ONLY | MMF_FILE_APPEND},
        {.flags = MMF_FILE_READ_ONLY, .size = 1},
        {.flags = MMF_FILE_EXCLUSIVE},
        {.flags = MMF_FILE_APPEND, .offset = 1},
        {.flags = MMF_FILE_APPEND, .length = 1},
        {.offset = UINT64_MAX},
        {.length = UINT64_MAX},
        {.size = UINT64_MAX},
        {.offset = INT64_MAX, .length = 1},
        {.flags = MMF_FILE_CREATE, .map = &private_map},
        {.flags = MMF_FILE_TRUNCATE, .map = &private_map},
        {.flags = MMF_FILE_APPEND, .map = &private_map},
        {.size = 4096, .map = &private_map},
        {.map = &crooked},
    };

    test_write_file(path, "0123456789", 10);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        refused(path, wrong[i], MMF_E_INVALID);
    }
    ck_assert_uint_eq(test_file_size(path), 10);
}
END_TEST

START_TEST(only_regular_files)
{
    const char *fifo = test_path("fifo");

    ck_assert_int_eq(mkfifo(fifo, 0666), 0);
    refused(fifo, (mmf_file_options){0}, MMF_E_INVALID); /* and does not hang */
    refused(fifo, (mmf_file_options){.flags = MMF_FILE_READ_ONLY}, MMF_E_INVALID);
    refused(test_directory(), (mmf_file_options){0}, MMF_E_INVALID);
    refused(test_directory(), (mmf_file_options){.flags = MMF_FILE_READ_ONLY}, MMF_E_INVALID);
    refused("/dev/zero", (mmf_file_options){0}, MMF_E_INVALID);
}
END_TEST

START_TEST(reservations)
{
    const char *path = test_path("file");
    uint64_t in_place = 0;
    char got[10] = {0};
    mmf_file *file;
    size_t done = 0;

    test_write_file(path, "0123456789", 10);
    refused(path, (mmf_file_options){.reservation_bytes = 9}, MMF_E_LIMIT);
    refused(path, (mmf_file_options){.length = 4097, .reservation_bytes = 4096}, MMF_E_LIMIT);
    file = open_ok(path, &(mmf_file_options){.reservation_bytes = 10});
    ck_status(mmf_file_resize(file, 4097), MMF_E_LIMIT);
    ck_status(mmf_file_write_at(file, 4090, "abcdefghij", 10, &done), MMF_E_LIMIT);
    ck_assert_uint_eq(done, 6);
    ck_assert_uint_eq(test_file_size(path), 4096);
    test_write_at(path, 4094, "XYZZY",
                  5); /* others have no such limit, and are read all the same */
    ck_ok(mmf_file_read_at(file, 4092, got, sizeof got, &done));
    ck_assert(done == 7 && memcmp(got, "cdXYZZY", 7) == 0);
    ck_assert_uint_eq(mmf_file_size(file), 4099);
    ck_assert_ptr_nonnull(mmf_file_bytes(file, &in_place));
    ck_assert_uint_eq(in_place, 4096);
    ck_ok(mmf_file_seek(file, 4095, MMF_SEEK_SET, NULL));
    ck_ok(mmf_file_read(file, got, sizeof got, &done));
    ck_assert(done == 4 && memcmp(got, "YZZY", 4) == 0);
    ck_ok(mmf_file_close(file));
    /* more than there can be: less is taken, and no failure */
    file = open_ok(path, &(mmf_file_options){.reservation_bytes = UINT64_MAX});
    ck_assert_uint_eq(mmf_file_size(file), 4099);
    ck_ok(mmf_file_close(file));
}
END_TEST

static void check_window(const char *path, const unsigned char *content, uint64_t size,
                         const mmf_file_options *options)
{
    mmf_file *file = open_ok(path, options);
    uint64_t there = options->offset < size ? size - options->offset : 0;
    unsigned char got[10000];
    size_t done = 0;

    there = options->length != 0 && there > options->length ? options->length : there;
    ck_assert_uint_eq(mmf_file_size(file), there);
    ck_status(mmf_file_read_at(file, 0, got, sizeof got, &done), there ? MMF_OK : MMF_E_END);
    ck_assert(done == there && memcmp(got, content + (there ? options->offset : 0), there) == 0);
    if (options->length != 0) {
        ck_status(mmf_file_write_at(file, options->length - 1, "xy", 2, &done), MMF_E_LIMIT);
        ck_assert_uint_eq(done, 1);
        test_read_at(path, options->offset + options->length - 1, got, 1);
        ck_assert_int_eq(got[0], 'x');
    }
    ck_ok(mmf_file_close(file));
}

START_TEST(windows_at_any_offset)
{
    static const uint64_t offsets[] = {0, 1, 4095, 4096, 4097, 8191, 9999, 10000, 20000};
    unsigned char content[10000];

    for (size_t i = 0; i < sizeof content; i++) {
        content[i] = (unsigned char)(i * 7 + i / 256);
    }
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        for (uint64_t length = 0; length < 6000; length = length * 3 + 1) {
            const mmf_file_options options = {.offset = offsets[i], .length = length};

            test_write_file(test_path("file"), content, sizeof content);
            check_window(test_path("file"), content, sizeof content, &options);
        }
    }
}
END_TEST

START_TEST(sizes_at_every_edge)
{
    static const size_t sizes[] = {0, 1, 4095, 4096, 4097, 8192};
    unsigned char content[8192];

    memset(content, 'c', sizeof content);
    for (size_t i = 0; i < 6; i++) {
        test_write_file(test_path("file"), content, sizes[i]);
        check_window(test_path("file"), content, sizes[i], &(mmf_file_options){0});
    }
}
END_TEST

START_TEST(descriptors_decide)
{
    const char *path = test_path("file");
    unsigned char *bytes = NULL;
    mmf_file *file = NULL;
    mmf_file_info info;
    size_t done = 0;
    int fd;

    test_write_file(path, "0123456789", 10);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_ok(mmf_file_open_descriptor(fd, "a name", NULL, &file));
    ck_assert_str_eq(mmf_file_name(file), "a name");
    ck_assert_int_eq(mmf_file_descriptor(file), fd);
    ck_ok(mmf_file_stat(file, &info));
    ck_assert(info.is_read_only && info.size == 10 && info.window_size == 10);
    ck_status(mmf_file_write(file, "x", 1, &done), MMF_E_READONLY);
    ck_status(mmf_file_write_at(file, 0, "x", 1, &done), MMF_E_READONLY);
    ck_status(mmf_file_resize(file, 1), MMF_E_READONLY);
    ck_status(mmf_file_bytes_to_write(file, 0, 1, &bytes), MMF_E_READONLY);
    ck_ok(mmf_file_close(file));
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1); /* closed with the handle */

    fd = open(path, O_WRONLY | O_CLOEXEC);
    ck_status(mmf_file_open_descriptor(fd, "x", NULL, &file), MMF_E_INVALID);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
    fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC);
    ck_ok(mmf_file_open_descriptor(fd, "x", NULL, &file));
    ck_status(mmf_file_write_at(file, 0, "x", 1, &done), MMF_E_INVALID);
    ck_ok(mmf_file_write(file, "abc", 3, &done));
    ck_assert_uint_eq(mmf_file_position(file), 13);
    ck_ok(mmf_file_close(file));
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_status(mmf_file_open_descriptor(fd, "x", &(mmf_file_options){.size = 100}, &file),
              MMF_E_INVALID);
    ck_status(mmf_file_open_descriptor(-1, "x", NULL, &file), MMF_E_SYSTEM);
    ck_assert_uint_eq(test_file_size(path), 13);
}
END_TEST

START_TEST(wishes_about_the_mapping)
{
    const mmf_map_options aligned = {.alignment = 2u << 20, .flags = MMF_MAP_POPULATE};
    const char *path = test_path("file");
    mmf_file *file;

    test_write_file(path, "0123456789", 10);
    for (int i = 0; i < 8; i++) {
        file = open_ok(path, &(mmf_file_options){.map = &aligned, .reservation_bytes = 5u << 20});
        ck_assert_uint_eq((uintptr_t)mmf_file_bytes(file, NULL) % (2u << 20), 0);
        ck_ok(mmf_file_close(file));
    }
}
END_TEST

#ifdef __x86_64__
/* Looked up, not taken on trust. */
START_TEST(wishes_are_obtained)
{
    const mmf_map_options random = {.advice = MMF_ADVICE_RANDOM, .flags = MMF_MAP_HUGE};
    mmf_file_options options = {.map = &random, .flags = MMF_FILE_CREATE, .size = 100000};
    mmf_file *file = open_ok(test_path("file"), &options);
    mmf_map_info info = {0};

    ck_ok(mmf_map_report(mmf_file_bytes(file, NULL), 100000, &info));
    ck_assert(!info.knows_areas || (info.flags_all & MMF_AREA_RANDOM) != 0);
    ck_assert(!info.knows_areas || (info.flags_all & MMF_AREA_HUGE) != 0);
    ck_ok(mmf_file_close(file));
}
END_TEST

START_TEST(wishes_that_cannot_be_meant)
{
    const mmf_map_options both = {.flags = MMF_MAP_LOCK | MMF_MAP_LOCK_ON_FAULT};
    const mmf_map_options nowhere = {.numa_policy = MMF_NUMA_BIND};

    test_write_file(test_path("file"), "12345678", 8);
    refused(test_path("file"), (mmf_file_options){.map = &both}, MMF_E_INVALID);
    refused(test_path("file"), (mmf_file_options){.map = &nowhere}, MMF_E_INVALID);
}
END_TEST

START_TEST(code_can_run_in_place)
{
    const mmf_map_options map = {.flags = MMF_MAP_EXEC};
    const mmf_file_options options = {.flags = MMF_FILE_READ_ONLY, .map = &map};
    const unsigned char code[] = {0xb8, 0x2a, 0, 0, 0, 0xc3}; /* mov $42, %eax; ret */
    mmf_file *file;
    union {
        const unsigned char *bytes;
        int (*function)(void);
    } in_place;

    test_write_file(test_path("file"), code, sizeof code);
    file = open_ok(test_path("file"), &options);
    in_place.bytes = mmf_file_bytes(file, NULL);
    ck_assert_int_eq(in_place.function(), 42);
    ck_ok(mmf_file_close(file));
}
END_TEST
#endif

START_TEST(five_gigabytes_of_nothing)
{
    const uint64_t size = 5ull << 30;
    const char *path = test_path("file");
    mmf_file *file = open_ok(path, &(mmf_file_options){.flags = MMF_FILE_CREATE});
    char got[16] = {0};
    uint64_t place = 0;
    size_t done = 0;
    mmf_file_info info;

    ck_ok(mmf_file_write_at(file, size - 4, "tail", 4, &done));
    ck_assert_uint_eq(test_file_size(path), size);
    ck_ok(mmf_file_read_at(file, size - 8, got, sizeof got, &done));
    ck_assert(done == 8 && memcmp(got, "\0\0\0\0tail", 8) == 0);
    ck_ok(mmf_file_stat(file, &info));
    ck_assert_uint_lt(info.allocated_bytes, 1u << 20);
    ck_ok(mmf_file_seek(file, 5, MMF_SEEK_DATA, &place));
    ck_assert(place > size - 65536 && place <= size - 4);
    ck_ok(mmf_file_seek(file, (int64_t)place, MMF_SEEK_HOLE, &place));
    ck_assert_uint_eq(place, size);
    ck_ok(mmf_file_seek(file, 5, MMF_SEEK_HOLE, &place));
    ck_assert_uint_eq(place, 5);
    ck_status(mmf_file_seek(file, (int64_t)size, MMF_SEEK_DATA, &place), MMF_E_END);
    ck_status(mmf_file_seek(file, -1, MMF_SEEK_DATA, &place), MMF_E_INVALID);
    ck_status(mmf_file_seek(file, -1, MMF_SEEK_SET, &place), MMF_E_INVALID);
    ck_status(mmf_file_seek(file, INT64_MAX, MMF_SEEK_END, &place), MMF_E_INVALID);
    ck_status(mmf_file_seek(file, INT64_MIN, MMF_SEEK_CUR, &place), MMF_E_INVALID);
    ck_status(mmf_file_seek(file, 0, (mmf_seek)99, &place), MMF_E_INVALID);
    ck_ok(mmf_file_seek(file, INT64_MAX, MMF_SEEK_SET, &place));
    ck_status(mmf_file_write(file, "x", 1, &done), MMF_E_LIMIT);
    ck_status(mmf_file_read(file, got, 1, &done), MMF_E_END);
    ck_status(mmf_file_write_at(file, UINT64_MAX, "xy", 2, &done), MMF_E_LIMIT);
    ck_status(mmf_file_read_at(file, UINT64_MAX, got, 16, &done), MMF_E_END);
    ck_assert_uint_eq(test_file_size(path), size);
    ck_ok(mmf_file_close(file));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, flags_make_and_empty_files);
    tcase_add_test(tcase, contradictions_are_refused);
    tcase_add_test(tcase, only_regular_files);
    tcase_add_test(tcase, reservations);
    tcase_add_test(tcase, windows_at_any_offset);
    tcase_add_test(tcase, sizes_at_every_edge);
    tcase_add_test(tcase, descriptors_decide);
    tcase_add_test(tcase, wishes_about_the_mapping);
    tcase_add_test(tcase, wishes_are_obtained);
    tcase_add_test(tcase, wishes_that_cannot_be_meant);
#ifdef __x86_64__
    tcase_add_test(tcase, code_can_run_in_place);
#endif
    tcase_add_test(tcase, five_gigabytes_of_nothing);
}
