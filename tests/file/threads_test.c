/* One handle, many threads: no byte is read or written twice, and none is lost. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <stdlib.h>

#include "runtime/file.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "file threads";

#define THREADS 4u
#define LINES 2000u
#define LINE 24u /* bytes, the newline too */

typedef struct work {
    mmf_file *file;
    unsigned number;
    unsigned seen[THREADS * LINES]; /* lines that this thread has read */
    bool has_failed;
} work;

static void run_all(void *(*function)(void *), work *works)
{
    pthread_t threads[THREADS];

    for (unsigned i = 0; i < THREADS; i++) {
        works[i].number = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, function, &works[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        ck_assert(!works[i].has_failed);
    }
}

static void make_line(char line[LINE + 1], unsigned thread, unsigned i)
{
    (void)snprintf(line, LINE + 1, "%08u %014u\n", thread, i);
}

static void *write_lines(void *argument)
{
    work *w = argument;
    char line[LINE + 1];
    size_t done = 0;

    for (unsigned i = 0; i < LINES; i++) {
        make_line(line, w->number, i);
        w->has_failed |= mmf_file_write(w->file, line, LINE, &done) != MMF_OK || done != LINE;
    }
    return NULL;
}

/* Which thread's which line; each of them. */
static void check_lines(const char *path, unsigned writers)
{
    unsigned next[16] = {0};
    size_t size = 0;
    char *bytes = (char *)test_read_file(path, &size);

    ck_assert_uint_eq(size, writers * LINES * LINE);
    for (size_t at = 0; at < size; at += LINE) {
        unsigned thread = (unsigned)strtoul(bytes + at, NULL, 10);
        char line[LINE + 1];

        ck_assert_uint_lt(thread, writers);
        make_line(line, thread, next[thread]++);
        ck_assert_int_eq(memcmp(bytes + at, line, LINE), 0);
    }
    free(bytes);
}

static work *new_works(const mmf_file_options *options)
{
    work *works = calloc(THREADS, sizeof *works);
    mmf_file *file = NULL;

    ck_assert_ptr_nonnull(works);
    ck_ok(mmf_file_open(test_path("file"), options, &file));
    for (unsigned i = 0; i < THREADS; i++) {
        works[i].file = file;
    }
    return works;
}

START_TEST(writers_at_one_position)
{
    static const uint32_t flags[] = {MMF_FILE_CREATE, MMF_FILE_CREATE | MMF_FILE_APPEND};
    work *works = new_works(&(mmf_file_options){.flags = flags[_i]});

    run_all(write_lines, works);
    if (_i == 0) {
        ck_assert_uint_eq(mmf_file_position(works[0].file), THREADS * LINES * LINE);
    }
    ck_ok(mmf_file_close(works[0].file));
    check_lines(test_path("file"), THREADS);
    free(works);
}
END_TEST

static void *read_lines(void *argument)
{
    work *w = argument;
    char line[LINE + 1] = {0};
    size_t done = 0;

    while (mmf_file_read(w->file, line, LINE, &done) == MMF_OK) {
        unsigned long i = strtoul(line + 9, NULL, 10);

        w->has_failed |= done != LINE || i >= THREADS * LINES;
        if (!w->has_failed) {
            w->seen[i]++;
        }
    }
    return NULL;
}

START_TEST(readers_at_one_position)
{
    work *works = new_works(&(mmf_file_options){.flags = MMF_FILE_CREATE});
    char line[LINE + 1];

    for (unsigned i = 0; i < THREADS * LINES; i++) {
        make_line(line, 0, i);
        ck_ok(mmf_file_write(works[0].file, line, LINE, NULL));
    }
    ck_ok(mmf_file_seek(works[0].file, 0, MMF_SEEK_SET, NULL));
    run_all(read_lines, works);
    for (unsigned i = 0; i < THREADS * LINES; i++) {
        unsigned count = 0;

        for (unsigned t = 0; t < THREADS; t++) {
            count += works[t].seen[i];
        }
        ck_assert_uint_eq(count, 1);
    }
    ck_ok(mmf_file_close(works[0].file));
    free(works);
}
END_TEST

/* Positional calls on bytes that others are writing: each byte is one that somebody wrote. */
static void *mix(void *argument)
{
    work *w = argument;
    unsigned char bytes[3000];
    uint64_t random = w->number + 1;
    size_t done = 0;

    for (unsigned i = 0; i < LINES; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        uint64_t offset = (random >> 33) % 60000;
        size_t size = (size_t)(random >> 13) % sizeof bytes;

        if (w->number % 2 == 0) {
            memset(bytes, 'a' + (int)w->number, size);
            w->has_failed |= mmf_file_write_at(w->file, offset, bytes, size, &done) != MMF_OK;
            continue;
        }
        mmf_status status = mmf_file_read_at(w->file, offset, bytes, size, &done);

        w->has_failed |= status != MMF_OK && status != MMF_E_END;
        for (size_t at = 0; status == MMF_OK && at < done; at++) {
            w->has_failed |= bytes[at] != 0 && bytes[at] != 'a' && bytes[at] != 'c';
        }
    }
    return NULL;
}

START_TEST(reads_beside_writes)
{
    work *works = new_works(&(mmf_file_options){.flags = MMF_FILE_CREATE, .size = _i ? 40000 : 0});

    run_all(mix, works);
    ck_ok(mmf_file_close(works[0].file));
    free(works);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, writers_at_one_position, 0, 2);
    tcase_add_test(tcase, readers_at_one_position);
    tcase_add_loop_test(tcase, reads_beside_writes, 0, 2);
}
