/* Whole files: copied with their holes, loaded, saved, removed. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "runtime/file.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "file copy";

static void check_same(const char *a, const char *b)
{
    size_t size_a = 0;
    size_t size_b = 0;
    uint8_t *bytes_a = test_read_file(a, &size_a);
    uint8_t *bytes_b = test_read_file(b, &size_b);

    ck_assert_uint_eq(size_a, size_b);
    ck_assert_int_eq(memcmp(bytes_a, bytes_b, size_a), 0);
    free(bytes_a);
    free(bytes_b);
}

static struct stat stat_of(const char *path)
{
    struct stat info;

    ck_assert_int_eq(stat(path, &info), 0);
    return info;
}

START_TEST(copies_have_every_byte_and_hole)
{
    static const uint64_t sizes[] = {0, 1, 4096, 300000, 40u << 20};
    uint64_t size = sizes[_i];
    const char *from = test_path("from");
    const char *to = test_path("to");

    test_write_file(from, "", 0);
    if (size > 0) {
        test_write_at(from, 0, "a", 1);
        test_write_at(from, size / 2, "b", 1);
    }
    ck_assert_int_eq(truncate(from, (off_t)(size + size / 3)), 0); /* a hole at the end */
    ck_assert_int_eq(chmod(from, 0604), 0);
    ck_ok(mmf_file_copy(from, to, 0, NULL));
    check_same(from, to);
    ck_assert_uint_eq(stat_of(to).st_mode & 0777, 0604);
    ck_assert_int_le(stat_of(to).st_blocks, stat_of(from).st_blocks + 16);
    ck_assert_uint_eq(test_directory_count(), 2);
}
END_TEST

START_TEST(copies_replace_nothing)
{
    mmf_error error = {0};
    const char *from = test_path("from");
    const char *to = test_path("to");

    ck_status(mmf_file_copy(from, to, 0, &error), MMF_E_NOT_FOUND);
    ck_contains(error.text, from);
    test_write_file(from, "new", 3);
    test_write_file(to, "old", 3);
    ck_status(mmf_file_copy(from, to, 0, NULL), MMF_E_EXISTS);
    check_same(to, to);
    ck_assert_uint_eq(test_directory_count(), 2);
    ck_ok(mmf_file_remove(to));
    ck_assert_int_eq(symlink("nowhere", to), 0);
    ck_status(mmf_file_copy(from, to, 0, NULL), MMF_E_EXISTS);
    ck_ok(mmf_file_remove(to));
    ck_status(mmf_file_copy(test_directory(), to, 0, NULL), MMF_E_INVALID);
    ck_status(mmf_file_copy("/dev/zero", to, 0, NULL), MMF_E_INVALID);
    ck_status(mmf_file_copy(from, test_path("no/such"), 0, NULL), MMF_E_NOT_FOUND);
    ck_assert_uint_eq(test_directory_count(), 1);
    ck_ok(mmf_file_copy(from, to, 0400, NULL));
    ck_assert_uint_eq(stat_of(to).st_mode & 0777, 0400);
}
END_TEST

START_TEST(loads_are_whole)
{
    static const size_t sizes[] = {0, 1, 4095, 4096, 4097, 100000};
    const char *path = test_path("file");
    void *bytes = NULL;
    size_t size = 0;

    for (size_t i = 0; i < 6; i++) {
        char *content = malloc(sizes[i] + 1);

        memset(content, 'x', sizes[i] + 1);
        test_write_file(path, content, sizes[i]);
        ck_ok(mmf_file_load(path, &bytes, &size));
        ck_assert_uint_eq(size, sizes[i]);
        ck_assert_int_eq(memcmp(bytes, content, size), 0);
        ck_assert_int_eq(((char *)bytes)[size], 0);
        free(bytes);
        free(content);
    }
    ck_ok(mmf_file_load("/proc/self/status", &bytes, &size));
    ck_assert(size > 100 && strlen(bytes) == size);
    free(bytes);
    ck_status(mmf_file_load(test_path("none"), &bytes, &size), MMF_E_NOT_FOUND);
    ck_status(mmf_file_load(test_directory(), &bytes, &size), MMF_E_INVALID);
    ck_status(mmf_file_load("/dev/zero", &bytes, &size), MMF_E_INVALID);
}
END_TEST

START_TEST(saves_replace)
{
    const char *path = test_path("file");
    void *bytes = NULL;
    size_t size = 0;
    mmf_file *old = NULL;

    ck_ok(mmf_file_save(path, "first", 5, 0640));
    ck_assert_uint_eq(stat_of(path).st_mode & 0777, 0640);
    ck_ok(mmf_file_open(path, NULL, &old));
    ck_ok(mmf_file_save(path, "second one", 10, 0));
    ck_assert_uint_eq(stat_of(path).st_mode & 0777, 0640);
    ck_ok(mmf_file_load(path, &bytes, &size));
    ck_assert(size == 10 && memcmp(bytes, "second one", 10) == 0);
    free(bytes);
    ck_assert_uint_eq(mmf_file_size(old), 5);
    ck_assert_int_eq(memcmp(mmf_file_bytes(old, NULL), "first", 5), 0);
    ck_ok(mmf_file_close(old));
    ck_ok(mmf_file_save(path, NULL, 0, 0));
    ck_assert_uint_eq(test_file_size(path), 0);
    ck_status(mmf_file_save(test_path("no/such"), "x", 1, 0), MMF_E_NOT_FOUND);
    ck_assert_uint_eq(test_directory_count(), 1);
    /* a directory of that name stays, and nothing else */
    ck_assert_int_eq(mkdir(test_path("directory"), 0777), 0);
    ck_status(mmf_file_save(test_path("directory"), "x", 1, 0), MMF_E_SYSTEM);
    ck_assert_uint_eq(test_directory_count(), 2);
    ck_ok(mmf_file_remove(path));
    ck_status(mmf_file_remove(path), MMF_E_NOT_FOUND);
    ck_status(mmf_file_remove(test_path("directory")), MMF_E_SYSTEM);
    ck_assert_int_eq(rmdir(test_path("directory")), 0);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, copies_have_every_byte_and_hole, 0, 5);
    tcase_add_test(tcase, copies_replace_nothing);
    tcase_add_test(tcase, loads_are_whole);
    tcase_add_test(tcase, saves_replace);
}
