/* Flushes of several threads, and by the clock. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <signal.h>

#include "tests/flush/threads.h"

const char *const suite_name = "flush_threads";

#define WRITERS 4

/* --- Waiting together ------------------------------------------------------------------------ */

/* Threads whose writes came during a flush share the next one; where that flush fails, it may have
 * been theirs that it lost. */
START_TEST(test_threads_share_flushes)
{
    mmf_flusher *flusher;
    job jobs[WRITERS];

    disk_reset();
    flusher = new_flusher(&always, "file");
    disk_hold();
    start(&jobs[0], flusher, write_once);
    disk_await_held(1);
    for (unsigned i = 1; i < WRITERS; i++) {
        start(&jobs[i], flusher, write_once);
    }
    await_pending(flusher, WRITERS - 1);
    test_sleep_ms(20); /* so that they are likely to wait by now */
    disk_fail(_i ? 1 : 0, EIO);
    disk_let_go();
    for (unsigned i = 0; i < WRITERS; i++) {
        ck_assert_int_eq(pthread_join(jobs[i].thread, NULL), 0);
        ck_status(jobs[i].status, _i ? MMF_E_SYSTEM : MMF_OK);
    }
    ck_assert_uint_eq(disk_data_syncs(), _i ? 1 : 2);
    ck_status(discard(flusher), _i ? MMF_E_SYSTEM : MMF_OK);
}
END_TEST

/* By a limit it is one thread that flushes; others do not wait. */
START_TEST(test_others_go_on)
{
    const mmf_flush_policy policy = {.mode = MMF_FLUSH_EVERY, .writes = 2};
    mmf_flusher *flusher;
    job job;

    disk_reset();
    flusher = new_flusher(&policy, "file");
    ck_ok(write_bytes(flusher, 1));
    disk_hold();
    start(&job, flusher, write_once);
    disk_await_held(1);
    for (unsigned i = 0; i < 10; i++) {
        ck_ok(write_bytes(flusher, 1));
    }
    ck_assert_uint_eq(disk_data_syncs(), 0);
    ck_assert_uint_eq(mmf_flusher_pending(flusher), 10);
    disk_let_go();
    ck_assert_int_eq(pthread_join(job.thread, NULL), 0);
    ck_ok(job.status);
    ck_assert_uint_eq(disk_data_syncs(), 1);
    ck_ok(write_bytes(flusher, 1));
    ck_assert_uint_eq(disk_data_syncs(), 2);
    ck_assert_uint_eq(mmf_flusher_pending(flusher), 0);
    ck_ok(discard(flusher));
    ck_assert_uint_eq(disk_data_syncs(), 2);
}
END_TEST

static void *flush_pages(void *argument)
{
    job *job = argument;

    job->status = mmf_flusher_flush_pages(job->flusher, (void *)8192, 4096);
    test_post(&job->is_done, 1);
    return NULL;
}

/* Never two at once: the system would tell only one of them of a failure. */
START_TEST(test_one_flush_at_a_time)
{
    mmf_flusher *flusher;
    job jobs[2];

    disk_reset();
    flusher = new_flusher(&always, "file");
    disk_hold();
    start(&jobs[0], flusher, _i ? write_once : flush_pages);
    disk_await_held(1);
    start(&jobs[1], flusher, _i ? flush_pages : write_once);
    test_sleep_ms(20);
    ck_assert_uint_eq(__atomic_load_n(&the_disk.inside, __ATOMIC_ACQUIRE), 1);
    disk_let_go();
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_join(jobs[i].thread, NULL), 0);
        ck_ok(jobs[i].status);
    }
    ck_assert_uint_eq(disk_data_syncs() + the_disk.range_syncs, 2);
    ck_ok(discard(flusher));
}
END_TEST

static void *write_many(void *argument)
{
    job *job = argument;

    for (unsigned i = 0; i < 2000 && job->status == MMF_OK; i++) {
        job->status = i % 100 == 0 ? mmf_flusher_flush(job->flusher) : write_bytes(job->flusher, 1);
    }
    return NULL;
}

START_TEST(test_many_threads)
{
    static const mmf_flush_policy policies[] = {
        {.mode = MMF_FLUSH_ALWAYS},
        {.mode = MMF_FLUSH_EVERY, .writes = 7, .bytes = 9, .interval_ms = 1},
        {.mode = MMF_FLUSH_MANUAL, .flags = MMF_FLUSH_AT_CLOSE},
    };
    mmf_flusher *flusher;
    job jobs[WRITERS] = {{.status = MMF_OK}};
    uint64_t pending;

    disk_reset();
    flusher = new_flusher(&policies[_i], "file");
    for (unsigned i = 0; i < WRITERS; i++) {
        start(&jobs[i], flusher, write_many);
    }
    for (unsigned i = 0; i < WRITERS; i++) {
        ck_assert_int_eq(pthread_join(jobs[i].thread, NULL), 0);
        ck_ok(jobs[i].status);
    }
    pending = mmf_flusher_pending(flusher);
    ck_assert_uint_le(pending, WRITERS * 2000);
    if (_i == 0) {
        ck_assert_uint_eq(pending, 0);
    }
    ck_ok(mmf_flusher_flush(flusher));
    ck_assert_uint_eq(mmf_flusher_pending(flusher), 0);
    ck_ok(discard(flusher));
}
END_TEST

/* --- By the clock ---------------------------------------------------------------------------- */

START_TEST(test_interval)
{
    mmf_flusher *busy;
    mmf_flusher *idle;
    mmf_flusher *given;
    unsigned threads = thread_count();

    disk_reset();
    busy = new_flusher(&often, "busy");
    ck_assert_uint_eq(thread_count(), threads + 1);
    idle = new_flusher(&often, "idle");
    given = new_flusher(&often, "given");
    ck_assert_uint_eq(thread_count(), threads + 1);
    mmf_flusher_gave_out(given, 10);
    for (uint32_t i = 1; i < 6; i++) {
        ck_ok(write_bytes(busy, 1));
        ck_assert(test_await(&the_disk.data_syncs_of[busy->fd], i, 20000));
    }
    ck_assert(test_await(&the_disk.data_syncs_of[given->fd], 3, 20000));
    ck_assert_uint_eq(mmf_flusher_pending(busy), 0);
    ck_assert_uint_eq(__atomic_load_n(&the_disk.data_syncs_of[idle->fd], __ATOMIC_ACQUIRE), 0);
    ck_ok(discard(busy));
    ck_ok(discard(given));
    ck_assert_uint_eq(thread_count(), threads + 1);
    ck_ok(discard(idle));
    ck_assert(has_threads(threads));
}
END_TEST

/* Closing waits for no interval, and flushes what is pending. */
START_TEST(test_close_does_not_wait_for_the_interval)
{
    mmf_flusher *flusher;
    unsigned threads = thread_count();

    for (uint32_t i = 1; i < 20; i++) {
        disk_reset();
        flusher = new_flusher(&seldom, "file");
        ck_ok(write_bytes(flusher, 1));
        ck_assert_uint_eq(disk_data_syncs(), 0);
        ck_ok(discard(flusher));
        ck_assert_uint_eq(disk_data_syncs(), 1);
        ck_assert(has_threads(threads));
    }
}
END_TEST

/* A shorter interval that comes later is not slept through. */
START_TEST(test_a_shorter_interval)
{
    mmf_flusher *slow;
    mmf_flusher *quick;

    disk_reset();
    slow = new_flusher(&seldom, "slow");
    test_sleep_ms(10);
    quick = new_flusher(&often, "quick");
    ck_ok(write_bytes(quick, 1));
    ck_assert(test_await(&the_disk.data_syncs_of[quick->fd], 1, 20000));
    ck_ok(discard(quick));
    ck_ok(discard(slow));
}
END_TEST

static void *close_it(void *argument)
{
    job *job = argument;

    job->status = discard(job->flusher);
    test_post(&job->is_done, 1);
    return NULL;
}

START_TEST(test_close_while_it_flushes)
{
    mmf_flusher *flusher;
    mmf_flusher *other;
    job job;

    disk_reset();
    flusher = new_flusher(&often, "file");
    other = _i ? new_flusher(&seldom, "other") : NULL; /* or the thread ends with it */
    disk_hold();
    ck_ok(write_bytes(flusher, 1));
    disk_await_held(1);
    start(&job, flusher, close_it);
    test_sleep_ms(20);
    ck_assert_uint_eq(__atomic_load_n(&job.is_done, __ATOMIC_ACQUIRE), 0);
    disk_let_go();
    ck_assert_int_eq(pthread_join(job.thread, NULL), 0);
    ck_ok(job.status);
    ck_assert_uint_eq(disk_data_syncs(), 1);
    ck_ok(other ? discard(other) : MMF_OK);
}
END_TEST

/* Nobody was there to be told: so it is told once to the next who asks, and at closing. */
START_TEST(test_failure_in_the_background)
{
    mmf_flusher *flusher;

    disk_reset();
    disk_fail(1, EIO);
    flusher = new_flusher(&often, "file");
    ck_ok(write_bytes(flusher, 3));
    ck_assert(test_await(&the_disk.data_syncs, 1, 20000));
    while (mmf_flusher_before(flusher) == 0) {
        test_sleep_ms(1);
    }
    ck_ok(write_bytes(flusher, 4)); /* does not flush, so it does not ask */
    ck_assert_uint_ge(mmf_flusher_pending(flusher), 3);
    if (_i == 0) {
        ck_status(mmf_flusher_flush(flusher), MMF_E_SYSTEM);
        ck_assert_int_eq(errno, EIO);
        ck_ok(mmf_flusher_flush(flusher));
    } else if (_i == 1) {
        ck_status(mmf_flusher_flush_pages(flusher, (void *)8192, 4096), MMF_E_SYSTEM);
        ck_ok(mmf_flusher_flush(flusher));
    }
    ck_status(discard(flusher), MMF_E_SYSTEM);
}
END_TEST

START_TEST(test_thread_cannot_start)
{
    unsigned threads = thread_count();
    mmf_flusher flusher;
    mmf_flusher *later;

    disk_reset();
    the_disk.failing_threads = 1;
    ck_status(mmf_flusher_open(&flusher, 0, &often), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, EAGAIN);
    later = new_flusher(&often, "file");
    ck_ok(write_bytes(later, 1));
    ck_assert(test_await(&the_disk.data_syncs, 1, 20000));
    ck_ok(discard(later));
    ck_assert(has_threads(threads)); /* the one that could not be opened keeps none */
}
END_TEST

/* Signals of the program go to its own threads. */
START_TEST(test_thread_takes_no_signals)
{
    mmf_flusher *flusher;
    struct dirent *entry;
    DIR *directory;
    bool found = false;

    disk_reset();
    flusher = new_flusher(&seldom, "file");
    directory = opendir("/proc/self/task");
    ck_assert_ptr_nonnull(directory);
    while ((entry = readdir(directory)) != NULL) {
        char path[300];
        char line[256];
        FILE *file;

        (void)snprintf(path, sizeof path, "/proc/self/task/%s/status", entry->d_name);
        file = entry->d_name[0] == '.' || atoi(entry->d_name) == (int)getpid() ? NULL
                                                                               : fopen(path, "re");
        while (file && fgets(line, sizeof line, file)) {
            unsigned long long mask = 0;

            if (sscanf(line, "SigBlk: %llx", &mask) == 1) {
                found |= (mask >> (SIGALRM - 1) & 1) != 0 && (mask >> (SIGTERM - 1) & 1) != 0 &&
                         (mask >> (SIGUSR1 - 1) & 1) != 0;
            }
        }
        if (file) {
            (void)fclose(file);
        }
    }
    (void)closedir(directory);
    ck_assert(found);
    ck_ok(discard(flusher));
}
END_TEST

/* Handles with intervals come and go in several threads, so that the thread does too. */
static void *open_and_close(void *argument)
{
    job *job = argument;
    mmf_flusher flusher;

    for (unsigned i = 0; i < 100 && job->status == MMF_OK; i++) {
        job->status = mmf_flusher_open(&flusher, 0, i % 2 ? &often : &seldom);
        if (job->status == MMF_OK) {
            (void)!write_bytes(&flusher, 1);
            job->status = mmf_flusher_close(&flusher);
        }
    }
    return NULL;
}

START_TEST(test_coming_and_going)
{
    job jobs[WRITERS] = {{.status = MMF_OK}};
    unsigned threads = thread_count();

    disk_reset();
    for (unsigned i = 0; i < WRITERS; i++) {
        start(&jobs[i], NULL, open_and_close);
    }
    for (unsigned i = 0; i < WRITERS; i++) {
        ck_assert_int_eq(pthread_join(jobs[i].thread, NULL), 0);
        ck_ok(jobs[i].status);
    }
    ck_assert(has_threads(threads));
}
END_TEST

/* --- Cancelled threads ---------------------------------------------------------------------- */

/* A thread that is cancelled while it waits for the disk must not leave the handle busy. */
START_TEST(test_cancelled_thread)
{
    mmf_flusher *flusher;
    job job;

    disk_reset();
    flusher = new_flusher(&always, "file");
    disk_hold();
    start(&job, flusher, write_once);
    disk_await_held(1);
    ck_assert_int_eq(pthread_cancel(job.thread), 0);
    disk_let_go();
    ck_assert_int_eq(pthread_join(job.thread, NULL), 0);
    ck_ok(write_bytes(flusher, 1));
    ck_ok(discard(flusher));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_threads_share_flushes, 0, 2);
    tcase_add_test(tcase, test_others_go_on);
    tcase_add_loop_test(tcase, test_one_flush_at_a_time, 0, 2);
    tcase_add_loop_test(tcase, test_many_threads, 0, 3);
    tcase_add_test(tcase, test_interval);
    tcase_add_test(tcase, test_close_does_not_wait_for_the_interval);
    tcase_add_test(tcase, test_a_shorter_interval);
    tcase_add_loop_test(tcase, test_close_while_it_flushes, 0, 2);
    tcase_add_loop_test(tcase, test_failure_in_the_background, 0, 3);
    tcase_add_test(tcase, test_thread_cannot_start);
    tcase_add_test(tcase, test_thread_takes_no_signals);
    tcase_add_test(tcase, test_coming_and_going);
    tcase_add_test(tcase, test_cancelled_thread);
}
