/* That what is counted is right, whoever counts: differences, as the process has a past. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/counters.h"
#include "runtime/file.h"
#include "runtime/stats.h"
#include "runtime/watch.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "stats";

static mmf_statistics before;

static void begin(void)
{
    mmf_stats(&before);
}

static uint64_t since(mmf_counter counter)
{
    mmf_statistics now;

    mmf_stats(&now);
    return mmf_statistic_value(&now, counter) - mmf_statistic_value(&before, counter);
}

/* --- Threads --------------------------------------------------------------------------------- */

#define THREADS 100 /* more than there are blocks */
#define TIMES 1000

static pthread_barrier_t barrier;
static pthread_key_t late_key;

static void count_late(void *value)
{
    (void)value;
    mmf_count(MMF_COUNTER_watch_events, 1);
}

static void *count_much(void *unused)
{
    (void)pthread_barrier_wait(&barrier);
    for (unsigned i = 0; i < TIMES; i++) {
        mmf_count(MMF_COUNTER_record_waits, 3);
    }
    (void)pthread_barrier_wait(&barrier);
    (void)pthread_setspecific(late_key, &barrier);
    return unused;
}

/* All at once, so that some find no block; and each counts once more when it is ending. */
START_TEST(test_threads)
{
    pthread_t threads[THREADS];

    mmf_count(MMF_COUNTER_record_waits, 0); /* keys that come later end later */
    ck_assert_int_eq(pthread_key_create(&late_key, count_late), 0);
    ck_assert_int_eq(pthread_barrier_init(&barrier, NULL, THREADS), 0);
    begin();
    for (unsigned round = 1; round <= 3; round++) {
        for (unsigned i = 0; i < THREADS; i++) {
            ck_assert_int_eq(pthread_create(&threads[i], NULL, count_much, NULL), 0);
        }
        for (unsigned i = 0; i < THREADS; i++) {
            ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        }
        ck_assert_uint_eq(since(MMF_COUNTER_record_waits), (uint64_t)round * THREADS * TIMES * 3);
        ck_assert_uint_eq(since(MMF_COUNTER_watch_events), (uint64_t)round * THREADS);
    }
    (void)pthread_barrier_destroy(&barrier);
    (void)pthread_key_delete(late_key);
}
END_TEST

#define MANY 1000000u

static uint32_t step; /* atomic */

static void count_many(void)
{
    for (unsigned i = 0; i < MANY; i++) {
        mmf_count(MMF_COUNTER_watch_events, 1);
    }
}

static void count_beside_the_next(void *value)
{
    (void)value;
    test_post(&step, 1);
    (void)test_await(&step, 2, 20000);
    count_many();
}

static void *end_slowly(void *unused)
{
    mmf_count(MMF_COUNTER_watch_events, 1);
    (void)pthread_setspecific(late_key, &late_key);
    return unused;
}

static void *take_over(void *unused)
{
    mmf_count(MMF_COUNTER_watch_events, 1);
    test_post(&step, 2);
    count_many();
    return unused;
}

/* A thread that is ending, and counts, has given its block to another one, which counts too. */
START_TEST(test_block_changes_hands)
{
    pthread_t threads[2];

    mmf_count(MMF_COUNTER_record_waits, 0); /* keys that come later end later */
    ck_assert_int_eq(pthread_key_create(&late_key, count_beside_the_next), 0);
    begin();
    test_post(&step, 0);
    ck_assert_int_eq(pthread_create(&threads[0], NULL, end_slowly, NULL), 0);
    ck_assert(test_await(&step, 1, 20000));
    ck_assert_int_eq(pthread_create(&threads[1], NULL, take_over, NULL), 0);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    ck_assert_uint_eq(since(MMF_COUNTER_watch_events), 2 * MANY + 2);
    (void)pthread_key_delete(late_key);
}
END_TEST

static void *count_on(void *stop)
{
    while (__atomic_load_n((uint32_t *)stop, __ATOMIC_ACQUIRE) == 0) {
        mmf_count(MMF_COUNTER_news_waits, 1);
    }
    return NULL;
}

/* Numbers that grow are never seen to fall. */
START_TEST(test_reading_meanwhile)
{
    uint32_t stop = 0;
    uint64_t last = 0;
    pthread_t thread;

    begin();
    ck_assert_int_eq(pthread_create(&thread, NULL, count_on, &stop), 0);
    for (unsigned i = 0; i < 200; i++) {
        uint64_t now = since(MMF_COUNTER_news_waits);

        ck_assert_uint_ge(now, last);
        last = now;
    }
    test_post(&stop, 1);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

/* --- Rows ------------------------------------------------------------------------------------ */

START_TEST(test_rows)
{
    mmf_statistics statistics = {.mappings = 7, .major_faults = 9};
    size_t last = MMF_STATISTICS_COUNT - 1;

    ck_assert_str_eq(mmf_statistic_name(0), "mappings");
    ck_assert_str_eq(mmf_statistic_name(last), "major_faults");
    ck_assert_uint_eq(mmf_statistic_value(&statistics, 0), 7);
    ck_assert_uint_eq(mmf_statistic_value(&statistics, last), 9);
    for (size_t i = 0; i <= last; i++) {
        ck_assert_ptr_nonnull(mmf_statistic_text(i));
    }
    ck_assert_ptr_null(mmf_statistic_name(last + 1));
    ck_assert_ptr_null(mmf_statistic_text(SIZE_MAX));
    ck_assert_uint_eq(mmf_statistic_value(&statistics, last + 1), 0);
}
END_TEST

/* --- What the library counts ----------------------------------------------------------------- */

START_TEST(test_store)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    mmf_options guarded = {.flags = MMF_GUARD | MMF_NO_SYNC};
    uint64_t word;
    bool torn;
    mmf_store *store;

    begin();
    store = test_create(test_path("store"), &type, 0);
    ck_assert_uint_eq(since(MMF_COUNTER_stores_opened), 1);
    ck_assert_uint_eq(since(MMF_COUNTER_mappings), 2);            /* its lock file too */
    ck_assert_uint_ge(since(MMF_COUNTER_mapped_bytes), 1u << 30); /* halved, where need be */
    ck_assert_uint_eq(since(MMF_COUNTER_grows), 0);
    ck_ok(mmf_store_reserve(store, 100000));
    ck_assert_uint_eq(since(MMF_COUNTER_grows), 1);
    ck_assert_uint_ge(since(MMF_COUNTER_grown_bytes), 6400000 - 64 * 64);
    ck_ok(test_append(store, 1, NULL));
    ck_ok(test_get(store, 0, &word, &torn));
    ck_assert_uint_eq(since(MMF_COUNTER_record_waits), 0);
    begin();
    ck_ok(mmf_store_sync(store));
    ck_assert_uint_eq(since(MMF_COUNTER_syncs), 2); /* the records, then the header */
    ck_assert_uint_ge(since(MMF_COUNTER_synced_bytes), 64);
    ck_status(mmf_store_wait(store, 1, 1), MMF_E_TIMEOUT);
    ck_assert_uint_ge(since(MMF_COUNTER_news_waits), 1);
    ck_ok(mmf_store_close(store));
    ck_assert_uint_eq(since(MMF_COUNTER_mappings), (uint64_t)-2);
    ck_ok(mmf_store_open(test_path("store"), &type, &guarded, &store));
    ck_assert_int_eq(truncate(test_path("store"), 0), 0);
    ck_status(test_get(store, 0, &word, &torn), MMF_E_TRUNCATED);
    ck_assert_uint_ge(since(MMF_COUNTER_guard_faults), 1);
    (void)!mmf_store_close(store);
}
END_TEST

START_TEST(test_record_in_change)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    mmf_options options = {.timeout_ms = 20};
    mmf_write_section section;
    mmf_store *store;
    uint64_t word;
    bool torn;

    ck_ok(mmf_store_close(test_create(test_path("store"), &type, 0)));
    ck_ok(mmf_store_open(test_path("store"), &type, &options, &store));
    ck_ok(test_append(store, 1, NULL));
    ck_ok(mmf_write_begin(store, 0, 64, 8, 56, &section));
    begin();
    ck_status(test_get(store, 0, &word, &torn), MMF_E_STUCK);
    ck_assert_uint_gt(since(MMF_COUNTER_record_waits), 1);
    ck_ok(mmf_write_end(store, &section));
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_file)
{
    const mmf_flush_policy policy = {.mode = MMF_FLUSH_EVERY, .writes = 5, .bytes = 30000};
    const mmf_map_options map = {.alignment = _i ? 1u << 20 : 0};
    mmf_file_options options = {
        .flags = MMF_FILE_CREATE, .size = 100, .flush = &policy, .map = &map};
    static char large[20000];
    mmf_file *file;
    size_t size;

    begin();
    ck_ok(mmf_file_open(test_path("file"), &options, &file));
    ck_assert_uint_eq(since(MMF_COUNTER_files_opened), 1);
    ck_assert_uint_eq(since(MMF_COUNTER_mappings), 1);
    ck_ok(mmf_file_write_at(file, 0, large, sizeof large, NULL));
    ck_assert_uint_eq(since(MMF_COUNTER_writes_called), 1);
    ck_ok(mmf_file_write_at(file, 8, "abc", 3, NULL));
    ck_assert_uint_eq(since(MMF_COUNTER_writes_called) + since(MMF_COUNTER_writes_mapped), 2);
    ck_assert_uint_eq(since(MMF_COUNTER_written_bytes), sizeof large + 3);
    ck_ok(mmf_file_read_at(file, 0, large, 100, &size));
    ck_assert_uint_eq(since(MMF_COUNTER_reads_mapped), 1);
    ck_ok(mmf_file_read(file, large, 50, &size));
    ck_assert_uint_eq(since(MMF_COUNTER_reads_mapped), 2);
    ck_assert_uint_eq(since(MMF_COUNTER_read_bytes), 150);
    ck_ok(mmf_file_write_at(file, 0, large, sizeof large, NULL));
    ck_assert_uint_eq(since(MMF_COUNTER_flushes_bytes), 1);
    for (unsigned i = 0; i < 5; i++) {
        ck_assert_uint_eq(since(MMF_COUNTER_flushes_writes), 0);
        ck_ok(mmf_file_write_byte(file, 1));
    }
    ck_assert_uint_eq(since(MMF_COUNTER_flushes_writes), 1);
    ck_ok(mmf_file_flush(file));
    ck_assert_uint_eq(since(MMF_COUNTER_flushes_asked), 1);
    ck_ok(mmf_file_flush_async(file));
    ck_assert_uint_eq(since(MMF_COUNTER_flushes_begun), 1);
    ck_ok(mmf_file_write_byte(file, 1));
    ck_ok(mmf_file_resize(file, 1u << 20));
    ck_assert_uint_eq(since(MMF_COUNTER_grows), 1);
    ck_assert_uint_eq(since(MMF_COUNTER_grown_bytes), (1u << 20) - sizeof large);
    ck_ok(mmf_file_write_byte(file, 1));
    ck_ok(mmf_file_close(file));
    ck_assert_uint_eq(since(MMF_COUNTER_flushes_close), 1);
    ck_assert_uint_eq(since(MMF_COUNTER_syncs), since(MMF_COUNTER_flushes_bytes) + 3);
    ck_assert_uint_eq(since(MMF_COUNTER_mappings), 0);
    ck_assert_uint_eq(since(MMF_COUNTER_mapped_bytes), 0);
}
END_TEST

START_TEST(test_watches)
{
    mmf_watch_event event;
    mmf_watch *watch;
    uint32_t word = 0;

    begin();
    ck_ok(mmf_watch_open(test_directory(), &watch));
    ck_status(mmf_watch_next(watch, 0, &event), MMF_E_TIMEOUT);
    ck_assert_uint_eq(since(MMF_COUNTER_watch_events), 0);
    test_write_file(test_path("file"), "", 0);
    ck_ok(mmf_watch_next(watch, 1000, &event));
    ck_ok(mmf_watch_next(watch, 1000, &event));
    ck_assert_uint_eq(since(MMF_COUNTER_watch_events), 2);
    mmf_watch_close(watch);
    ck_status(mmf_watch_wait(&word, 0, 1, NULL), MMF_E_TIMEOUT);
    ck_assert_uint_ge(since(MMF_COUNTER_news_waits), 1);
}
END_TEST

START_TEST(test_page_faults)
{
    volatile char *bytes;
    size_t size = 64u << 20;

    begin();
    bytes = malloc(size);
    ck_assert_ptr_nonnull((void *)(uintptr_t)bytes);
    for (size_t i = 0; i < size; i += 4096) {
        bytes[i] = 1;
    }
    ck_assert_uint_gt(since(MMF_COUNTER_minor_faults), 0);
    free((void *)(uintptr_t)bytes);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_threads);
    tcase_add_test(tcase, test_block_changes_hands);
    tcase_add_test(tcase, test_reading_meanwhile);
    tcase_add_test(tcase, test_rows);
    tcase_add_test(tcase, test_store);
    tcase_add_test(tcase, test_record_in_change);
    tcase_add_loop_test(tcase, test_file, 0, 2);
    tcase_add_test(tcase, test_watches);
    tcase_add_test(tcase, test_page_faults);
}
