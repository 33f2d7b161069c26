/* Whole streams into a file and out of it: files, pipes, sockets, /proc, /dev/null, functions. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "runtime/file.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "file move";

#define SIZE 300001u

static unsigned char content[SIZE];

static void fill(void)
{
    for (size_t i = 0; i < SIZE; i++) {
        content[i] = (unsigned char)(i * 31 + i / 251);
    }
}

static mmf_file *file_of(size_t size, uint32_t flags, uint32_t map_flags)
{
    const mmf_map_options map = {.flags = map_flags};
    const mmf_file_options options = {.flags = flags, .map = &map};
    mmf_file *file = NULL;

    fill();
    test_write_file(test_path("file"), content, size);
    ck_ok(mmf_file_open(test_path("file"), &options, &file));
    return file;
}

static void check_content(const char *name, uint64_t from, uint64_t size)
{
    size_t there = 0;
    uint8_t *bytes = test_read_file(test_path(name), &there);

    ck_assert_uint_eq(there, size);
    ck_assert_int_eq(memcmp(bytes, content + from, size), 0);
    free(bytes);
}

static int open_out(int flags)
{
    int fd = open(test_path("out"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | flags, 0666);

    ck_assert_int_ge(fd, 0);
    return fd;
}

static int open_in(size_t size)
{
    int fd;

    fill();
    test_write_file(test_path("in"), content, size);
    fd = open(test_path("in"), O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    return fd;
}

/* --- Out ------------------------------------------------------------------------------------- */

START_TEST(out_to_files)
{
    mmf_file *file = file_of(SIZE, 0, _i == 2 ? MMF_MAP_PRIVATE : 0);
    int fd = open_out(_i == 1 ? O_APPEND : 0);
    uint64_t moved = 0;

    ck_ok(mmf_file_seek(file, 7, MMF_SEEK_SET, NULL));
    ck_ok(mmf_file_write_to(file, fd, &moved));
    ck_assert_uint_eq(moved, SIZE - 7);
    ck_assert_uint_eq(mmf_file_position(file), SIZE);
    check_content("out", 7, SIZE - 7);
    ck_ok(mmf_file_write_to(file, fd, &moved));
    ck_assert_uint_eq(moved, 0);
    (void)close(fd);
    ck_ok(mmf_file_close(file));
}
END_TEST

START_TEST(private_bytes_go_out)
{
    mmf_file *file = file_of(SIZE, 0, MMF_MAP_PRIVATE);
    int fd = open_out(0);
    uint64_t moved = 0;

    ck_ok(mmf_file_write_at(file, 5000, "private", 7, NULL));
    ck_ok(mmf_file_write_to(file, fd, &moved));
    check_content("file", 0, SIZE);
    memcpy(content + 5000, "private", 7);
    check_content("out", 0, SIZE);
    (void)close(fd);
    ck_ok(mmf_file_close(file));
}
END_TEST

static void drain(void *argument)
{
    const int *fds = argument;
    unsigned char got[5000];
    size_t at = 0;
    ssize_t n;

    (void)close(fds[1]);
    while ((n = read(fds[0], got, sizeof got)) > 0) {
        must(at + (size_t)n <= SIZE && memcmp(got, content + at, (size_t)n) == 0);
        at += (size_t)n;
    }
    must(n == 0 && at == SIZE);
}

static void two_ends(int kind, int fds[2])
{
    ck_assert_int_eq(kind == 0 ? pipe2(fds, O_CLOEXEC)
                               : socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds),
                     0);
}

START_TEST(out_to_pipes_and_sockets)
{
    mmf_file *file = file_of(SIZE, 0, _i >= 2 ? MMF_MAP_PRIVATE : 0);
    uint64_t moved = 0;
    int fds[2];
    pid_t child;

    two_ends(_i % 2, fds);
    child = test_fork(drain, fds);
    (void)close(fds[0]);
    ck_ok(mmf_file_write_to(file, fds[1], &moved));
    ck_assert_uint_eq(moved, SIZE);
    (void)close(fds[1]);
    ck_assert_int_eq(test_wait(child, 20000), 0);
    ck_ok(mmf_file_close(file));
}
END_TEST

START_TEST(out_to_nowhere)
{
    mmf_file *file = file_of(SIZE, 0, 0);
    uint64_t moved = 0;
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    int reader = open("/dev/null", O_RDONLY | O_CLOEXEC);

    ck_status(mmf_file_write_to(file, -1, &moved), MMF_E_SYSTEM);
    ck_assert(errno == EBADF && moved == 0 && mmf_file_position(file) == 0);
    ck_status(mmf_file_write_to(file, reader, &moved), MMF_E_SYSTEM);
    ck_status(mmf_file_write_to(file, full, &moved), MMF_E_NO_SPACE);
    ck_assert(moved == 0 && mmf_file_position(file) == 0);
    ck_status(mmf_file_write_to(file, mmf_file_descriptor(file), &moved), MMF_E_INVALID);
    ck_ok(mmf_file_write_to(file, null, &moved));
    ck_assert_uint_eq(moved, SIZE);
    (void)close(null);
    (void)close(full);
    (void)close(reader);
    ck_ok(mmf_file_close(file));
}
END_TEST

START_TEST(a_full_pipe_keeps_the_position)
{
    static unsigned char got[SIZE];
    mmf_file *file = file_of(SIZE, 0, _i ? MMF_MAP_PRIVATE : 0);
    uint64_t moved = 0;
    size_t at = 0;
    int fds[2];
    ssize_t n;

    ck_assert_int_eq(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
    while (at < SIZE) {
        uint64_t before = mmf_file_position(file);
        mmf_status status = mmf_file_write_to(file, fds[1], &moved);

        ck_assert(status == MMF_OK || (status == MMF_E_SYSTEM && errno == EAGAIN));
        ck_assert_uint_eq(mmf_file_position(file), before + moved);
        ck_assert_uint_gt(moved, 0);
        while (at < SIZE && (n = read(fds[0], got + at, SIZE - at)) > 0) {
            at += (size_t)n;
        }
    }
    ck_assert_int_eq(memcmp(got, content, SIZE), 0);
    (void)close(fds[0]);
    (void)close(fds[1]);
    ck_ok(mmf_file_close(file));
}
END_TEST

/* --- In -------------------------------------------------------------------------------------- */

START_TEST(in_from_files)
{
    mmf_file *file = file_of(0, _i ? MMF_FILE_APPEND : 0, 0);
    int fd = open_in(SIZE);
    uint64_t moved = 0;

    ck_assert_int_eq(lseek(fd, 3, SEEK_SET), 3);
    ck_ok(mmf_file_read_from(file, fd, &moved));
    ck_assert_uint_eq(moved, SIZE - 3);
    ck_assert_uint_eq(mmf_file_position(file), SIZE - 3);
    check_content("file", 3, SIZE - 3);
    ck_ok(mmf_file_read_from(file, fd, &moved));
    ck_assert_uint_eq(moved, 0);
    ck_status(mmf_file_read_from(file, mmf_file_descriptor(file), &moved), MMF_E_INVALID);
    ck_status(mmf_file_read_from(file, -1, &moved), MMF_E_SYSTEM);
    (void)close(fd);
    ck_ok(mmf_file_close(file));
}
END_TEST

START_TEST(in_as_far_as_there_is_room)
{
    const mmf_file_options options = {.flags = MMF_FILE_CREATE, .offset = 11, .length = 70000};
    mmf_file *file = NULL;
    uint64_t moved = 0;
    int fd = open_in(70000 + (_i ? 1 : 0));

    ck_ok(mmf_file_open(test_path("file"), &options, &file));
    ck_status(mmf_file_read_from(file, fd, &moved), _i ? MMF_E_LIMIT : MMF_OK);
    ck_assert_uint_eq(moved, 70000);
    ck_assert_uint_eq(test_file_size(test_path("file")), 70011);
    (void)close(fd);
    ck_ok(mmf_file_close(file));
}
END_TEST

START_TEST(in_to_private_pages)
{
    mmf_file *file = file_of(SIZE, 0, MMF_MAP_PRIVATE);
    int fd;
    uint64_t moved = 0;
    size_t got = 0;
    char bytes[9];

    test_write_file(test_path("small"), "privately", 9);
    fd = open(test_path("small"), O_RDONLY | O_CLOEXEC);
    ck_ok(mmf_file_read_from(file, fd, &moved));
    ck_ok(mmf_file_read_at(file, 0, bytes, 9, &got));
    ck_assert_int_eq(memcmp(bytes, "privately", 9), 0);
    check_content("file", 0, SIZE);
    (void)close(fd);
    ck_ok(mmf_file_close(file));
}
END_TEST

static void pour(void *argument)
{
    const int *fds = argument;
    size_t at = 0;

    (void)close(fds[0]);
    while (at < SIZE) {
        ssize_t n = write(fds[1], content + at, SIZE - at < 7777 ? SIZE - at : 7777);

        must(n > 0);
        at += (size_t)n;
    }
}

START_TEST(in_from_pipes_and_sockets)
{
    mmf_file *file = file_of(0, _i >= 2 ? MMF_FILE_APPEND : 0, 0);
    uint64_t moved = 0;
    int fds[2];
    pid_t child;

    two_ends(_i % 2, fds);
    child = test_fork(pour, fds);
    (void)close(fds[1]);
    ck_ok(mmf_file_read_from(file, fds[0], &moved));
    ck_assert_uint_eq(moved, SIZE);
    check_content("file", 0, SIZE);
    (void)close(fds[0]);
    ck_assert_int_eq(test_wait(child, 20000), 0);
    ck_ok(mmf_file_close(file));
}
END_TEST

START_TEST(in_from_a_file_without_a_size)
{
    mmf_file *file = file_of(0, 0, 0);
    uint64_t moved = 0;
    int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

    ck_ok(mmf_file_read_from(file, fd, &moved));
    ck_assert_uint_gt(moved, 100);
    ck_assert_int_eq(memcmp(mmf_file_bytes(file, NULL), "Name:", 5), 0);
    (void)close(fd);
    ck_ok(mmf_file_close(file));
}
END_TEST

typedef struct giver {
    size_t at;
    int64_t last; /* what it says at the end */
} giver;

static int64_t give(void *context, void *buffer, size_t size)
{
    giver *g = context;
    size_t n = SIZE - g->at < 4999 ? SIZE - g->at : 4999;

    n = n < size ? n : size;
    memcpy(buffer, content + g->at, n);
    g->at += n;
    return n > 0 ? (int64_t)n : g->last;
}

START_TEST(in_from_functions)
{
    static const int64_t lasts[] = {0, -1, INT64_MIN, INT64_MAX};
    mmf_file *file = file_of(0, 0, 0);
    giver g = {.at = 0, .last = lasts[_i]};
    uint64_t moved = 0;

    ck_status(mmf_file_read_from_source(file, give, &g, &moved), _i ? MMF_E_SYSTEM : MMF_OK);
    ck_assert_uint_eq(moved, SIZE);
    check_content("file", 0, SIZE);
    ck_ok(mmf_file_close(file));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, out_to_files, 0, 3);
    tcase_add_test(tcase, private_bytes_go_out);
    tcase_add_loop_test(tcase, out_to_pipes_and_sockets, 0, 4);
    tcase_add_test(tcase, out_to_nowhere);
    tcase_add_loop_test(tcase, a_full_pipe_keeps_the_position, 0, 2);
    tcase_add_loop_test(tcase, in_from_files, 0, 2);
    tcase_add_loop_test(tcase, in_as_far_as_there_is_room, 0, 2);
    tcase_add_test(tcase, in_to_private_pages);
    tcase_add_loop_test(tcase, in_from_pipes_and_sockets, 0, 4);
    tcase_add_test(tcase, in_from_a_file_without_a_size);
    tcase_add_loop_test(tcase, in_from_functions, 0, 4);
}
