/* Files that are read by status and stored to by words. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "fsck/checked_file.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "checked_file";

static mmf_checked_file open_file(const char *path, bool writable)
{
    mmf_checked_file file;

    ck_ok(mmf_checked_file_open(path, writable, &file, NULL));
    return file;
}

START_TEST(test_what_is_no_file)
{
    bool writable = _i == 1;
    mmf_checked_file file = {-7, false, NULL, 0};
    mmf_error error = {MMF_OK, 0, ""};
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(mkfifo(test_path("fifo"), 0666), 0);
    ck_status_error(mmf_checked_file_open(test_path("fifo"), writable, &file, &error),
                    MMF_E_INVALID, &error);
    ck_contains(error.text, "not a regular file");
    ck_status(mmf_checked_file_open(test_directory(), writable, &file, NULL), MMF_E_INVALID);
    ck_status(mmf_checked_file_open("/dev/null", writable, &file, NULL), MMF_E_INVALID);
    ck_assert_int_eq(chdir(test_directory()), 0);
    (void)snprintf(name.sun_path, sizeof name.sun_path, "socket");
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&name, sizeof name), 0);
    ck_status(mmf_checked_file_open("socket", writable, &file, NULL), MMF_E_INVALID);
    ck_assert_int_eq(chdir("/"), 0);
    (void)close(fd);
    ck_status(mmf_checked_file_open(test_path("none"), writable, &file, NULL), MMF_E_NOT_FOUND);
    ck_status(mmf_checked_file_open(test_path("fifo/x"), writable, &file, NULL), MMF_E_SYSTEM);
    ck_assert_int_eq(file.fd, -7);
}
END_TEST

START_TEST(test_descriptors)
{
    unsigned before = test_descriptor_count();
    mmf_checked_file file;

    test_write_file(test_path("file"), "12345", 5);
    file = open_file(test_path("file"), false);
    ck_assert_uint_eq(test_descriptor_count(), before + 1);
    ck_assert_int_ne(fcntl(file.fd, F_GETFD) & FD_CLOEXEC, 0);
    ck_assert_uint_eq(file.size, 5);
    ck_assert_int_eq(truncate(test_path("file"), 9), 0);
    ck_ok(mmf_checked_file_measure(&file, NULL));
    ck_assert_uint_eq(file.size, 9);
    mmf_checked_file_close(&file);
    mmf_checked_file_close(&file);
    ck_assert_int_eq(file.fd, -1);
    ck_assert_uint_eq(test_descriptor_count(), before);
}
END_TEST

START_TEST(test_read)
{
    char bytes[8] = "........";
    mmf_checked_file file;
    size_t n = 77;

    test_write_file(test_path("file"), "abcdef", 6);
    file = open_file(test_path("file"), false);
    ck_ok(mmf_checked_file_read(&file, 4, bytes, sizeof bytes, &n, NULL));
    ck_assert_uint_eq(n, 2);
    ck_assert_mem_eq(bytes, "ef......", 8);
    ck_ok(mmf_checked_file_read(&file, 6, bytes, sizeof bytes, &n, NULL));
    ck_assert_uint_eq(n, 0);
    ck_ok(mmf_checked_file_read(&file, 1ull << 50, bytes, sizeof bytes, &n, NULL));
    ck_assert_uint_eq(n, 0);
    ck_status(mmf_checked_file_read(&file, 1ull << 63, bytes, sizeof bytes, &n, NULL),
              MMF_E_SYSTEM);
    mmf_checked_file_close(&file);
}
END_TEST

#define SIZE 20003u

/* Every place and size around the ends of pages and of the file: these bytes and no others. */
START_TEST(test_store)
{
    static const uint32_t offsets[] = {0, 8, 4080, 4088, 4096, 8184, 12280, 16384, 19984, 19992};
    static const uint32_t sizes[] = {0, 8, 16, 24, 4096, 4104, 12296, 20000};
    uint8_t expected[SIZE];
    uint8_t found[SIZE];
    uint8_t words[SIZE + 1];
    mmf_checked_file file;

    memset(expected, 'x', sizeof expected);
    test_write_file(test_path("file"), expected, sizeof expected);
    file = open_file(test_path("file"), true);
    for (size_t i = 0; i < sizeof offsets / 4; i++) {
        for (size_t j = 0; j < sizeof sizes / 4; j++) {
            memset(words, (int)(i * 16 + j), sizeof words);
            if (sizes[j] <= SIZE - offsets[i]) {
                memcpy(expected + offsets[i], words + 1, sizes[j]);
                ck_ok(mmf_checked_file_store(&file, offsets[i], words + 1, sizes[j], NULL));
            } else {
                ck_status(mmf_checked_file_store(&file, offsets[i], words + 1, sizes[j], NULL),
                          MMF_E_TRUNCATED);
            }
            test_read_at(test_path("file"), 0, found, SIZE);
            ck_assert_mem_eq(found, expected, SIZE);
        }
    }
    ck_ok(mmf_checked_file_sync(&file, NULL));
    ck_assert_uint_eq(test_file_size(test_path("file")), SIZE);
    mmf_checked_file_close(&file);
}
END_TEST

/* The file is measured anew: a store beyond its end would be SIGBUS, or make it grow. */
START_TEST(test_store_to_cut_file)
{
    static const uint64_t offsets[] = {
        4096, 8184, 20000, 1ull << 40, (1ull << 63) - 8, 1ull << 63, UINT64_MAX - 7};
    uint64_t words[2] = {1, 2};
    mmf_error error = {MMF_OK, 0, ""};
    mmf_checked_file file;

    test_write_file(test_path("file"), "", 0);
    ck_assert_int_eq(truncate(test_path("file"), SIZE), 0);
    file = open_file(test_path("file"), true);
    ck_assert_int_eq(truncate(test_path("file"), 4103), 0);
    for (size_t i = 0; i < sizeof offsets / 8; i++) {
        ck_status(mmf_checked_file_store(&file, offsets[i], words, 8, &error), MMF_E_TRUNCATED);
    }
    ck_contains(error.text, "cut to 4103 bytes");
    ck_ok(mmf_checked_file_store(&file, 4080, words, 16, NULL));
    ck_assert_uint_eq(test_file_size(test_path("file")), 4103);
    ck_assert_int_eq(truncate(test_path("file"), 16387 + 8), 0);
    ck_ok(mmf_checked_file_store(&file, 16384, words, 8, NULL)); /* its page ends beyond the file */
    ck_assert_uint_eq(test_file_size(test_path("file")), 16387 + 8);
    mmf_checked_file_close(&file);
}
END_TEST

START_TEST(test_store_to_read_only)
{
    uint64_t word = 1;
    mmf_checked_file file;

    test_write_file(test_path("file"), "12345678", 8);
    file = open_file(test_path("file"), false);
    ck_assert(!file.is_writable);
    ck_status(mmf_checked_file_store(&file, 0, &word, 8, NULL), MMF_E_SYSTEM);
    test_read_at(test_path("file"), 0, &word, 8);
    ck_assert_mem_eq(&word, "12345678", 8);
    mmf_checked_file_close(&file);
}
END_TEST

/* Whoever has it mapped sees it. */
START_TEST(test_store_is_seen)
{
    uint64_t word = 0x1122334455667788;
    const uint64_t *mapped;
    mmf_checked_file file;

    test_write_file(test_path("file"), "", 0);
    ck_assert_int_eq(truncate(test_path("file"), 8192), 0);
    file = open_file(test_path("file"), true);
    mapped = mmap(NULL, 8192, PROT_READ, MAP_SHARED, file.fd, 0);
    ck_assert(mapped != MAP_FAILED);
    ck_assert_uint_eq(mapped[600], 0);
    ck_ok(mmf_checked_file_store(&file, 4800, &word, 8, NULL));
    ck_assert_uint_eq(mapped[600], word);
    (void)munmap((void *)(uintptr_t)mapped, 8192);
    mmf_checked_file_close(&file);
}
END_TEST

/* Data found from offset on cover all that is not zeros, in order, and end at the file's size. */
START_TEST(test_holes)
{
    const uint64_t size = 50ull << 30;
    static const uint64_t places[] = {0, 1ull << 20, 33ull << 30, (50ull << 30) - 8};
    uint64_t word = 1;
    uint64_t begin = 0;
    uint64_t end = 0;
    uint64_t data = 0;
    unsigned found = 0;
    mmf_checked_file file;

    test_write_file(test_path("file"), "", 0);
    ck_assert_int_eq(truncate(test_path("file"), (off_t)size), 0);
    file = open_file(test_path("file"), true);
    ck_ok(mmf_checked_file_next_data(&file, 12345, &begin, &end, NULL));
    ck_assert((begin == size && end == size) || begin == 12345);
    for (unsigned i = 0; i < 4; i++) {
        ck_ok(mmf_checked_file_store(&file, places[i], &word, 8, NULL));
    }
    for (end = 0; end < size; data += end - begin) {
        uint64_t from = end;

        ck_ok(mmf_checked_file_next_data(&file, from, &begin, &end, NULL));
        ck_assert(begin >= from && end >= begin && end <= size);
        while (found < 4 && places[found] < end) {
            ck_assert_uint_le(begin, places[found]);
            found++;
        }
    }
    ck_assert_uint_eq(found, 4);
    ck_assert_uint_le(data, 4u << 20);
    ck_ok(mmf_checked_file_next_data(&file, size, &begin, &end, NULL));
    ck_assert(begin == size && end == size);
    ck_ok(mmf_checked_file_next_data(&file, UINT64_MAX, &begin, &end, NULL));
    ck_assert(begin == size && end == size);
    ck_ok(mmf_checked_file_next_data(&file, (1u << 20) + 1, &begin, &end, NULL));
    ck_assert_uint_eq(begin, (1u << 20) + 1);
    mmf_checked_file_close(&file);
}
END_TEST

/* Grown by somebody else since it was measured: what is told ends where it was. */
START_TEST(test_holes_of_grown_file)
{
    uint64_t begin;
    uint64_t end;
    mmf_checked_file file;

    test_write_file(test_path("file"), "12345678", 8);
    file = open_file(test_path("file"), false);
    ck_assert_int_eq(truncate(test_path("file"), 1 << 20), 0);
    test_write_at(test_path("file"), 1 << 19, "12345678", 8);
    ck_ok(mmf_checked_file_next_data(&file, 3, &begin, &end, NULL));
    ck_assert(begin == 3 && end == 8);
    ck_ok(mmf_checked_file_next_data(&file, 8, &begin, &end, NULL));
    ck_assert(begin == 8 && end == 8);
    mmf_checked_file_close(&file);
    test_write_file(test_path("holes"), "", 0);
    ck_assert_int_eq(truncate(test_path("holes"), 65536), 0);
    file = open_file(test_path("holes"), false);
    ck_assert_int_eq(truncate(test_path("holes"), 1 << 20), 0);
    test_write_at(test_path("holes"), 1 << 19, "12345678", 8);
    ck_ok(mmf_checked_file_next_data(&file, 0, &begin, &end, NULL));
    ck_assert(begin <= end && end == 65536);
    mmf_checked_file_close(&file);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_what_is_no_file, 0, 2);
    tcase_add_test(tcase, test_descriptors);
    tcase_add_test(tcase, test_read);
    tcase_add_test(tcase, test_store);
    tcase_add_test(tcase, test_store_to_cut_file);
    tcase_add_test(tcase, test_store_to_read_only);
    tcase_add_test(tcase, test_store_is_seen);
    tcase_add_test(tcase, test_holes);
    tcase_add_test(tcase, test_holes_of_grown_file);
}
