/* Atomic views: nothing is lost between threads and processes, sleepers are woken, and a word that
 * cannot be had is a status. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <sched.h>

#include "runtime/atomic_view.h"
#include "tests/view/view_testing.h"

const char *const suite_name = "atomic_view";

#define ROUNDS 20000u
#define WORKERS 3u
/* Where the words lie: a page of the file that the window does not begin at. */
#define WINDOW 4096u

typedef struct words {
    mmf_file *file;
    mmf_atomic_u32 u32;
    mmf_atomic_u64 u64;
    mmf_atomic_u64 plain; /* guards `shared` */
    unsigned char *shared;
} words;

static mmf_status open_words(words *words, uint32_t segment_flags)
{
    mmf_segment all;
    mmf_status status;

    words->file = test_file_open(test_path("file"), 0, WINDOW);
    status = mmf_segment_of(words->file, 0, MMF_SEGMENT_TO_END, segment_flags, &all);
    if (status == MMF_OK) {
        status = mmf_atomic_u32_of(&all, 20, &words->u32);
    }
    if (status == MMF_OK) {
        status = mmf_atomic_u64_of(&all, 8, &words->u64);
    }
    if (status == MMF_OK) {
        status = mmf_atomic_u64_of(&all, 24, &words->plain);
    }
    words->shared = (unsigned char *)words->plain.word + 64;
    return status;
}

static words make(uint32_t segment_flags)
{
    words words;

    ck_ok(mmf_file_close(test_file(test_path("file"), WINDOW, 10000)));
    ck_ok(open_words(&words, segment_flags));
    return words;
}

/* --- One thread ------------------------------------------------------------------------------ */

START_TEST(test_each_operation)
{
    words words = make(0);
    uint32_t u32 = 5;
    uint64_t u64 = 5;
    unsigned char bytes[32];

    ck_assert_uint_eq(mmf_atomic_u32_load(words.u32), 0);
    mmf_atomic_u32_store(words.u32, 0xfffffffe);
    ck_assert_uint_eq(mmf_atomic_u32_add(words.u32, 3), 1);
    ck_assert(!mmf_atomic_u32_swap(words.u32, &u32, 9));
    ck_assert_uint_eq(u32, 1);
    ck_assert(mmf_atomic_u32_swap(words.u32, &u32, 0x04030201));
    ck_assert_uint_eq(mmf_atomic_u64_load(words.u64), 0);
    mmf_atomic_u64_store(words.u64, UINT64_MAX - 1);
    ck_assert_uint_eq(mmf_atomic_u64_add(words.u64, 3), 1);
    ck_assert(!mmf_atomic_u64_swap(words.u64, &u64, 9));
    ck_assert_uint_eq(u64, 1);
    ck_assert(mmf_atomic_u64_swap(words.u64, &u64, 0x1817161514131211));
    ck_ok(mmf_atomic_u32_check(words.u32));
    ck_ok(mmf_atomic_u64_check(words.u64));
    ck_ok(mmf_file_close(words.file));
    test_read_at(test_path("file"), WINDOW, bytes, sizeof bytes);
    memcpy(&u32, bytes + 20, 4); /* the machine's own order, and no byte beside it */
    memcpy(&u64, bytes + 8, 8);
    ck_assert(u32 == 0x04030201 && u64 == 0x1817161514131211);
    ck_assert(bytes[7] == 0 && bytes[16] == 0 && bytes[19] == 0 && bytes[24] == 0);
}
END_TEST

/* Alignment is that of the place in the file: of window, segment and offset together. */
START_TEST(test_alignment)
{
    static const uint64_t windows[] = {0, 1, 4, 4096, 4100};
    mmf_file *file = test_file(test_path("file"), windows[_i], 1000);

    for (uint64_t at = 0; at < 40; at++) {
        uint64_t in_file = windows[_i] + at;
        mmf_segment segment;
        mmf_atomic_u32 u32;
        mmf_atomic_u64 u64;

        ck_ok(mmf_segment_of(file, at / 2, 500, at % 3 == 0 ? MMF_SEGMENT_READ_ONLY : 0, &segment));
        ck_status(mmf_atomic_u32_of(&segment, at - at / 2, &u32),
                  in_file % 4 == 0 ? MMF_OK : MMF_E_INVALID);
        ck_status(mmf_atomic_u64_of(&segment, at - at / 2, &u64),
                  in_file % 8 == 0 ? MMF_OK : MMF_E_INVALID);
    }
    ck_ok(mmf_file_close(file));
}
END_TEST

START_TEST(test_ends)
{
    mmf_file *file = test_file(test_path("file"), 0, 100);
    mmf_segment segment;
    mmf_atomic_u32 u32 = {0};
    mmf_atomic_u64 u64 = {0};

    ck_ok(mmf_segment_of(file, 0, 200, 0, &segment));
    ck_status(mmf_atomic_u64_of(&segment, 96, &u64), MMF_E_END); /* half of it is there */
    ck_status(mmf_atomic_u32_of(&segment, 100, &u32), MMF_E_END);
    ck_status(mmf_atomic_u32_of(&segment, 200, &u32), MMF_E_INVALID);
    ck_status(mmf_atomic_u64_of(&segment, 196, &u64), MMF_E_INVALID);
    ck_status(mmf_atomic_u64_of(&segment, UINT64_MAX - 7, &u64), MMF_E_INVALID);
    ck_status(mmf_atomic_u32_of(&segment, UINT64_MAX - 3, &u32), MMF_E_INVALID);
    ck_assert(!u32.word && !u64.word);
    ck_ok(mmf_atomic_u32_of(&segment, 96, &u32));
    ck_ok(mmf_atomic_u64_of(&segment, 88, &u64));
    ck_ok(mmf_file_resize(file, 95));
    ck_status(mmf_atomic_u32_check(u32), MMF_E_END);
    ck_status(mmf_atomic_u64_check(u64), MMF_E_END);
    ck_status(mmf_atomic_u32_wait(u32, 0, 10, NULL), MMF_E_END);
    ck_ok(mmf_file_resize(file, 100));
    ck_ok(mmf_atomic_u32_check(u32));
    ck_assert_uint_eq(mmf_atomic_u32_load(u32), 0);
    ck_ok(mmf_file_close(file));
}
END_TEST

/* A handle that cannot write gives views that can be read, and a hole is given a block only by a
 * view that can be written. */
START_TEST(test_read_only)
{
    mmf_file_options options = {.flags = MMF_FILE_READ_ONLY};
    mmf_file *file = test_file(test_path("file"), 0, 0);
    mmf_file *reader = NULL;
    mmf_segment segment;
    mmf_atomic_u32 view = {0};
    mmf_atomic_u32 writer;
    uint32_t value = 0;

    ck_assert_int_eq(truncate(test_path("file"), 100), 0);
    ck_ok(mmf_file_open(test_path("file"), &options, &reader));
    ck_ok(mmf_segment_of(reader, 0, 100, 0, &segment));
    ck_status(mmf_atomic_u32_of(&segment, 4, &view), MMF_E_READONLY);
    ck_ok(mmf_segment_of(reader, 0, 100, MMF_SEGMENT_READ_ONLY, &segment));
    ck_ok(mmf_atomic_u32_of(&segment, 4, &view));
    ck_assert_uint_eq(mmf_atomic_u32_load(view), 0);
    ck_ok(mmf_segment_of(file, 0, 100, 0, &segment));
    ck_ok(mmf_atomic_u32_of(&segment, 4, &writer));
    mmf_atomic_u32_store(writer, 7);
    ck_assert_uint_eq(mmf_atomic_u32_load(view), 7);
    ck_ok(mmf_atomic_u32_wait(view, 0, 1000, &value));
    ck_assert_uint_eq(value, 7);
    ck_status(mmf_atomic_u32_wait(view, 7, 1, &value), MMF_E_TIMEOUT);
    ck_ok(mmf_file_close(reader));
    ck_ok(mmf_file_close(file));
}
END_TEST

/* --- Many ------------------------------------------------------------------------------------ */

static void lock(mmf_atomic_u64 word)
{
    uint64_t expected = 0;

    while (!mmf_atomic_u64_swap(word, &expected, 1)) {
        expected = 0;
        (void)sched_yield();
    }
}

/* Counts in three ways: by adding, by swapping, and by plain bytes under a lock of ours, which are
 * right only if the orders are. */
static void count(words *words)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t sum = mmf_atomic_u64_load(words->u64);
        uint64_t plain;

        (void)mmf_atomic_u32_add(words->u32, 1);
        while (!mmf_atomic_u64_swap(words->u64, &sum, sum + 3)) {
        }
        if (i % 8 == 0) {
            lock(words->plain);
            memcpy(&plain, words->shared, 8);
            plain++;
            memcpy(words->shared, &plain, 8);
            mmf_atomic_u64_store(words->plain, 0);
        }
    }
}

static void check_counts(words *words)
{
    uint64_t plain;

    ck_assert_uint_eq(mmf_atomic_u32_load(words->u32), WORKERS * ROUNDS);
    ck_assert_uint_eq(mmf_atomic_u64_load(words->u64), 3ull * WORKERS * ROUNDS);
    memcpy(&plain, words->shared, 8);
    ck_assert_uint_eq(plain, WORKERS * (ROUNDS / 8));
    ck_ok(mmf_file_close(words->file));
}

static void count_in_child(void *argument)
{
    words words;

    (void)argument;
    must_ok(open_words(&words, 0));
    count(&words);
    (void)mmf_file_close(words.file);
}

START_TEST(test_processes_count)
{
    words words = make(0);
    pid_t children[WORKERS];

    for (unsigned i = 0; i < WORKERS; i++) {
        children[i] = test_fork(count_in_child, NULL);
    }
    for (unsigned i = 0; i < WORKERS; i++) {
        ck_assert_int_eq(test_wait(children[i], 50000), 0);
    }
    check_counts(&words);
}
END_TEST

static void *count_in_thread(void *argument)
{
    count(argument);
    return NULL;
}

START_TEST(test_threads_count)
{
    words words = make(0);
    pthread_t threads[WORKERS];

    for (unsigned i = 0; i < WORKERS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, count_in_thread, &words), 0);
    }
    for (unsigned i = 0; i < WORKERS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    check_counts(&words);
}
END_TEST

/* --- Sleeping -------------------------------------------------------------------------------- */

#define TURNS 300u

/* Two that take turns: each waits for the other's number, and says the next one. */
static mmf_status take_turns(mmf_atomic_u32 view, uint32_t parity, unsigned char *shared)
{
    for (uint32_t turn = parity; turn < TURNS; turn += 2) {
        uint32_t value = mmf_atomic_u32_load(view);

        while (value != turn) {
            mmf_status status = mmf_atomic_u32_wait(view, value, 20000, &value);

            if (status != MMF_OK) {
                return status;
            }
        }
        if (*shared != (unsigned char)turn) { /* what was written before the number is seen */
            return MMF_E_CORRUPT;
        }
        *shared = (unsigned char)(turn + 1);
        mmf_atomic_u32_store(view, turn + 1);
        mmf_atomic_u32_wake(view);
    }
    return MMF_OK;
}

static void take_odd_turns(void *argument)
{
    words words;

    (void)argument;
    must_ok(open_words(&words, 0));
    must_ok(take_turns(words.u32, 1, words.shared));
    (void)mmf_file_close(words.file);
}

static void *take_odd_turns_in_thread(void *argument)
{
    words *words = argument;

    return take_turns(words->u32, 1, words->shared) == MMF_OK ? NULL : argument;
}

START_TEST(test_two_take_turns)
{
    words words = make(0);
    uint64_t begin = test_now_ms();
    void *failed = NULL;

    if (_i == 0) {
        pid_t child = test_fork(take_odd_turns, NULL);

        ck_ok(take_turns(words.u32, 0, words.shared));
        ck_assert_int_eq(test_wait(child, 50000), 0);
    } else {
        pthread_t thread;

        ck_assert_int_eq(pthread_create(&thread, NULL, take_odd_turns_in_thread, &words), 0);
        ck_ok(take_turns(words.u32, 0, words.shared));
        ck_assert_int_eq(pthread_join(thread, &failed), 0);
        ck_assert_ptr_null(failed);
    }
    /* Who is not woken looks ten times a second: that would be half a minute. */
    ck_assert_uint_lt(test_now_ms() - begin, TURNS * 50);
    ck_ok(mmf_file_close(words.file));
}
END_TEST

/* One that is never woken finds the value all the same. */
static void *store_without_waking(void *argument)
{
    words *words = argument;

    test_sleep_ms(20);
    mmf_atomic_u32_store(words->u32, 5);
    return NULL;
}

START_TEST(test_not_woken)
{
    words words = make(0);
    uint32_t value = 77;
    pthread_t thread;

    ck_status(mmf_atomic_u32_wait(words.u32, 0, 0, &value), MMF_E_TIMEOUT);
    ck_status(mmf_atomic_u32_wait(words.u32, 0, 3, &value), MMF_E_TIMEOUT);
    ck_assert_uint_eq(value, 77);
    ck_assert_int_eq(pthread_create(&thread, NULL, store_without_waking, &words), 0);
    ck_ok(mmf_atomic_u32_wait(words.u32, 0, MMF_ATOMIC_WAIT_FOREVER, &value));
    ck_assert_uint_eq(value, 5);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_ok(mmf_file_close(words.file));
}
END_TEST

/* --- Cut by another process ------------------------------------------------------------------ */

/* A word that waits for is cut away while it sleeps, on a handle without a guard. */
static void *cut_soon(void *argument)
{
    (void)argument;
    test_sleep_ms(30);
    return truncate(test_path("file"), 100) == 0 ? NULL : argument;
}

START_TEST(test_cut_under_a_sleeper)
{
    words words = make(0);
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, cut_soon, &words), 0);
    ck_status(mmf_atomic_u32_wait(words.u32, 0, MMF_ATOMIC_WAIT_FOREVER, NULL), MMF_E_END);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_ok(mmf_file_close(words.file));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_each_operation);
    tcase_add_loop_test(tcase, test_alignment, 0, 5);
    tcase_add_test(tcase, test_ends);
    tcase_add_test(tcase, test_read_only);
    tcase_add_test(tcase, test_processes_count);
    tcase_add_test(tcase, test_threads_count);
    tcase_add_loop_test(tcase, test_two_take_turns, 0, 2);
    tcase_add_test(tcase, test_not_woken);
    tcase_add_test(tcase, test_cut_under_a_sleeper);
}
