/* fork(2) beside flushes and counters. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "runtime/counters.h"
#include "tests/flush/threads.h"

const char *const suite_name = "flush_fork";

/* --- Flushes --------------------------------------------------------------------------------- */

typedef struct family {
    mmf_flusher *timed;
    mmf_flusher *shared;
} family;

static void be_a_child(void *argument)
{
    family *family = argument;
    mmf_flusher own;

    disk_reset();
    must(thread_count() == 1);
    must_ok(write_bytes(family->timed, 1));
    must(mmf_flusher_pending(family->timed) >= 1);
    test_sleep_ms(10);
    must(disk_data_syncs() == 0);
    must_ok(mmf_flusher_flush(family->timed));
    must(disk_data_syncs() == 1);
    must_ok(write_bytes(family->shared, 1));
    must(disk_data_syncs() == 2);
    must(thread_count() == 1);
    must_ok(mmf_flusher_open(&own, family->shared->fd, &often));
    must(thread_count() == 2);
    must_ok(write_bytes(&own, 1));
    must(test_await(&the_disk.data_syncs, 3, 20000));
    must_ok(mmf_flusher_close(&own));
    must_ok(write_bytes(family->timed, 1));
    must_ok(mmf_flusher_close(family->timed));
    must(disk_data_syncs() == 4);
    must_ok(mmf_flusher_close(family->shared));
}

START_TEST(test_fork_with_handles)
{
    family family;

    disk_reset();
    family.timed = new_flusher(&often, "timed");
    family.shared = new_flusher(&always, "shared");
    for (unsigned i = 0; i < 5; i++) {
        ck_ok(write_bytes(family.timed, 1));
        test_run_ok(be_a_child, &family, 30000);
    }
    ck_ok(discard(family.timed));
    ck_ok(discard(family.shared));
}
END_TEST

/* The child is made while its parent's threads are in the middle of flushes, and wait for them. */
START_TEST(test_fork_during_flushes)
{
    family family;
    job jobs[2];
    pid_t child;

    disk_reset();
    family.timed = new_flusher(&often, "timed");
    family.shared = new_flusher(&always, "shared");
    disk_hold();
    ck_ok(write_bytes(family.timed, 1));
    start(&jobs[0], family.shared, write_once);
    disk_await_held(2);
    start(&jobs[1], family.shared, write_once);
    await_pending(family.shared, 1);
    child = test_fork(be_a_child, &family);
    ck_assert_int_eq(test_wait(child, 30000), 0);
    disk_let_go();
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_join(jobs[i].thread, NULL), 0);
        ck_ok(jobs[i].status);
    }
    ck_ok(discard(family.timed));
    ck_ok(discard(family.shared));
}
END_TEST

/* --- Counters -------------------------------------------------------------------------------- */

#define THREADS 100 /* more than there are blocks */

static uint64_t record_waits(void)
{
    mmf_statistics now;

    mmf_stats(&now);
    return now.record_waits;
}

static void *count_on(void *stop)
{
    while (__atomic_load_n((uint32_t *)stop, __ATOMIC_ACQUIRE) == 0) {
        mmf_count(MMF_COUNTER_news_waits, 1);
    }
    return NULL;
}

static void count_in_a_child(void *argument)
{
    const mmf_statistics *parents = argument;
    mmf_statistics now;
    pthread_t thread;
    uint32_t stop = 1;

    mmf_stats(&now);
    must(now.record_waits == parents->record_waits);
    for (unsigned i = 0; i < THREADS; i++) { /* blocks of threads that are not here are free */
        mmf_count(MMF_COUNTER_record_waits, 1);
        must(pthread_create(&thread, NULL, count_on, &stop) == 0);
        must(pthread_join(thread, NULL) == 0);
    }
    mmf_stats(&now);
    must(now.record_waits == parents->record_waits + THREADS);
}

START_TEST(test_fork_inherits)
{
    uint32_t stop = 0;
    mmf_statistics now;
    pthread_t thread;

    mmf_count(MMF_COUNTER_record_waits, 5);
    ck_assert_int_eq(pthread_create(&thread, NULL, count_on, &stop), 0);
    mmf_stats(&now);
    test_run_ok(count_in_a_child, &now, 20000);
    test_post(&stop, 1);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_uint_eq(record_waits(), now.record_waits); /* the child's are its own */
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_fork_with_handles);
    tcase_add_test(tcase, test_fork_during_flushes);
    tcase_add_test(tcase, test_fork_inherits);
}
