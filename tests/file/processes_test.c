/* Several processes at one file: what one writes the others see; nothing is lost; a forked child
 * goes on with its parent's handle. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <stdlib.h>

#include "runtime/file.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "file processes";

#define CHILDREN 4u
#define LINES 3000u
#define LINE 24u

typedef struct task {
    char path[600];
    unsigned number;
    bool is_plain;
    mmf_file *file;
    uint32_t turn;
} task;

static task *new_task(void)
{
    task *t = test_shared(sizeof *t);

    (void)snprintf(t->path, sizeof t->path, "%s", test_path("file"));
    return t;
}

static void make_line(char line[LINE + 1], unsigned number, unsigned i)
{
    (void)snprintf(line, LINE + 1, "%08u %014u\n", number, i);
}

/* One of them does without us. */
static void append_lines(void *argument)
{
    const task *t = argument;
    const mmf_file_options options = {.flags = MMF_FILE_CREATE | MMF_FILE_APPEND};
    int fd = open(t->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    mmf_file *file = NULL;
    char line[LINE + 1];

    must_ok(mmf_file_open(t->path, &options, &file));
    for (unsigned i = 0; i < LINES; i++) {
        make_line(line, t->number, i);
        if (t->is_plain) {
            must(write(fd, line, LINE) == LINE);
        } else {
            must_ok(mmf_file_write(file, line, LINE, NULL));
        }
    }
    must_ok(mmf_file_close(file));
}

START_TEST(appenders_lose_nothing)
{
    unsigned next[CHILDREN] = {0};
    pid_t children[CHILDREN];
    size_t size = 0;
    char *bytes;

    for (unsigned i = 0; i < CHILDREN; i++) {
        task *t = new_task();

        t->number = i;
        t->is_plain = i == 0;
        children[i] = test_fork(append_lines, t);
    }
    for (unsigned i = 0; i < CHILDREN; i++) {
        ck_assert_int_eq(test_wait(children[i], 50000), 0);
    }
    bytes = (char *)test_read_file(test_path("file"), &size);
    ck_assert_uint_eq(size, CHILDREN * LINES * LINE);
    for (size_t at = 0; at < size; at += LINE) {
        unsigned number = (unsigned)strtoul(bytes + at, NULL, 10);
        char line[LINE + 1];

        ck_assert_uint_lt(number, CHILDREN);
        make_line(line, number, next[number]++);
        ck_assert_int_eq(memcmp(bytes + at, line, LINE), 0);
    }
    free(bytes);
}
END_TEST

static void grow(void *argument)
{
    task *t = argument;
    mmf_file *file = NULL;

    must_ok(mmf_file_open(t->path, NULL, &file));
    must(test_await(&t->turn, 1, 20000));
    must_ok(mmf_file_write_at(file, 100000, "grown", 5, NULL));
    must_ok(mmf_file_write_at(file, 5, "seen", 4, NULL));
    test_post(&t->turn, 2);
    must_ok(mmf_file_close(file));
}

START_TEST(what_others_write_is_seen_at_once)
{
    task *t = new_task();
    mmf_file *file = NULL;
    const unsigned char *bytes;
    uint64_t size = 0;
    char got[10] = {0};
    size_t done = 0;
    pid_t child;

    test_write_file(t->path, "0123456789", 10);
    ck_ok(mmf_file_open(t->path, NULL, &file));
    bytes = mmf_file_bytes(file, &size);
    ck_status(mmf_file_read_at(file, 100000, got, 10, &done), MMF_E_END);
    child = test_fork(grow, t);
    test_post(&t->turn, 1);
    ck_assert(test_await(&t->turn, 2, 20000));
    ck_assert_int_eq(memcmp(bytes, "01234seen9", 10), 0);
    ck_ok(mmf_file_read_at(file, 100000, got, 10, &done));
    ck_assert(done == 5 && memcmp(got, "grown", 5) == 0);
    ck_assert_ptr_eq(mmf_file_bytes(file, &size), bytes);
    ck_assert_uint_eq(size, 100005);
    ck_assert_int_eq(memcmp(bytes + 100000, "grown", 5), 0);
    ck_assert_int_eq(test_wait(child, 20000), 0);
    ck_ok(mmf_file_close(file));
}
END_TEST

static void go_on(void *argument)
{
    task *t = argument;
    char got[4] = {0};
    size_t done = 0;

    must(mmf_file_position(t->file) == 3);
    must_ok(mmf_file_read(t->file, got, 4, &done));
    must(done == 4 && memcmp(got, "3456", 4) == 0);
    must_ok(mmf_file_write(t->file, "child", 5, NULL));
    must_ok(mmf_file_write_at(t->file, 50000, "far", 3, NULL));
    must_ok(mmf_file_close(t->file));
}

START_TEST(a_child_goes_on)
{
    task *t = new_task();
    char got[16] = {0};
    size_t done = 0;

    test_write_file(t->path, "0123456789", 10);
    ck_ok(mmf_file_open(t->path, NULL, &t->file));
    ck_ok(mmf_file_read(t->file, got, 3, &done));
    test_run_ok(go_on, t, 20000);
    ck_assert_uint_eq(mmf_file_position(t->file), 3);
    ck_ok(mmf_file_read(t->file, got, 9, &done));
    ck_assert_int_eq(memcmp(got, "3456child", 9), 0);
    ck_assert_uint_eq(mmf_file_size(t->file), 50003);
    ck_ok(mmf_file_close(t->file));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, appenders_lose_nothing);
    tcase_add_test(tcase, what_others_write_is_seen_at_once);
    tcase_add_test(tcase, a_child_goes_on);
}
