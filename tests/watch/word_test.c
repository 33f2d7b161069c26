/* Change words: between threads, and between processes that have mapped a file each for itself. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/file.h"
#include "runtime/watch.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "word";

#define ROUNDS 200u

START_TEST(test_word)
{
    uint32_t words[2] = {UINT32_MAX, 0};
    uint32_t now = 7;

    ck_assert_uint_eq(mmf_watch_seen(&words[0]), UINT32_MAX);
    ck_status(mmf_watch_wait(&words[0], UINT32_MAX, 0, &now), MMF_E_TIMEOUT);
    ck_status(mmf_watch_wait(&words[0], UINT32_MAX, 120, &now), MMF_E_TIMEOUT);
    ck_assert_uint_eq(now, 7);
    mmf_watch_bump(&words[0]);
    ck_assert_uint_eq(words[0], 0);
    ck_assert_uint_eq(words[1], 0);
    ck_ok(mmf_watch_wait(&words[0], UINT32_MAX, MMF_WATCH_FOREVER, &now));
    ck_assert_uint_eq(now, 0);
    ck_ok(mmf_watch_wait(&words[0], 5, 0, NULL));
    ck_status(mmf_watch_wait((uint32_t *)(void *)((char *)words + 2), 0, 0, NULL), MMF_E_INVALID);
}
END_TEST

/* --- Two processes --------------------------------------------------------------------------- */

/* The child has the file mapped for reading alone, at another address. */
static void follow(void *argument)
{
    uint32_t *seen_by_child = argument;
    int fd = open(test_path("file"), O_RDONLY | O_CLOEXEC);
    const uint32_t *words = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
    uint32_t seen = 0;

    must(words != MAP_FAILED);
    while (seen < ROUNDS) {
        must_ok(mmf_watch_wait(&words[1030], seen, 20000, &seen));
        must(__atomic_load_n(&words[5], __ATOMIC_RELAXED) >= seen); /* written before the bump */
        test_post(seen_by_child, seen);
    }
}

START_TEST(test_two_processes)
{
    mmf_file_options options = {.flags = MMF_FILE_CREATE, .size = 8192};
    uint32_t *seen_by_child = test_shared(sizeof *seen_by_child);
    unsigned char *bytes;
    uint32_t *word;
    mmf_file *file;
    pid_t child;

    ck_ok(mmf_file_open(test_path("file"), &options, &file));
    child = test_fork(follow, seen_by_child);
    ck_ok(mmf_file_bytes_to_write(file, 4120, sizeof *word, &bytes));
    word = (uint32_t *)(void *)bytes;
    ck_ok(mmf_file_bytes_to_write(file, 20, sizeof *word, &bytes));
    for (uint32_t i = 1; i <= ROUNDS; i++) {
        __atomic_store_n((uint32_t *)(void *)bytes, i, __ATOMIC_RELAXED);
        mmf_watch_bump(word);
        ck_assert(test_await(seen_by_child, i, 10000));
    }
    ck_assert_int_eq(test_wait(child, 20000), 0);
    ck_ok(mmf_file_close(file));
}
END_TEST

/* One who dies between the two steps of a bump has advanced the word and woken nobody. */
static void advance_and_wake_nobody(void *argument)
{
    uint32_t *words = argument;

    must(test_await(&words[1], 1, 20000));
    test_sleep_ms(20);
    (void)__atomic_add_fetch(&words[0], 1, __ATOMIC_SEQ_CST);
}

START_TEST(test_bump_that_is_half_done)
{
    uint32_t *words = test_shared(2 * sizeof *words);
    pid_t child = test_fork(advance_and_wake_nobody, words);

    test_post(&words[1], 1);
    ck_ok(mmf_watch_wait(&words[0], 0, 20000, NULL));
    ck_assert_int_eq(test_wait(child, 20000), 0);
}
END_TEST

/* --- Threads --------------------------------------------------------------------------------- */

#define THREADS 4

static void *bump_much(void *word)
{
    for (unsigned i = 0; i < 5000; i++) {
        mmf_watch_bump(word);
    }
    return NULL;
}

/* The last bump of all is seen, and none is lost. */
START_TEST(test_many_threads)
{
    pthread_t threads[THREADS];
    uint32_t word = 0;
    uint32_t seen = 0;

    for (unsigned i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, bump_much, &word), 0);
    }
    while (seen < THREADS * 5000) {
        ck_ok(mmf_watch_wait(&word, seen, 20000, &seen));
    }
    ck_assert_uint_eq(seen, THREADS * 5000);
    for (unsigned i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_word);
    tcase_add_test(tcase, test_two_processes);
    tcase_add_test(tcase, test_bump_that_is_half_done);
    tcase_add_test(tcase, test_many_threads);
}
