/* A handle with less address space than the store has come to need: what lies beyond its
 * reservation it does not serve, but it recovers and syncs it like the rest. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <signal.h>

#include "schema/format.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "reservation";

#define RECORD_SIZE 64u
#define PAYLOAD (RECORD_SIZE - 8)
#define SMALL (128u << 10)
#define RECORDS 10000u
#define VICTIM 9000u
#define OLD 5u
#define TIMEOUT_MS 1500u

_Static_assert(VICTIM *RECORD_SIZE > SMALL, "beyond");

static mmf_record_type type;
static const char *path;

static const uint32_t modes[] = {0, MMF_ONE_WRITER, MMF_READ_ONLY};

static mmf_store *open_store(uint32_t flags, uint64_t reservation)
{
    mmf_options options = {
        .flags = flags, .timeout_ms = TIMEOUT_MS, .reservation_bytes = reservation};
    mmf_store *store = NULL;

    ck_ok(mmf_store_open(path, &type, &options, &store));
    return store;
}

static void grow(void *argument)
{
    mmf_store *store = NULL;

    (void)argument;
    must_ok(mmf_store_open(path, &type, NULL, &store));
    must_ok(test_append_n(store, OLD, RECORDS - 1, NULL));
    must_ok(mmf_store_close(store));
}

static void grow_and_die_inside(void *argument)
{
    mmf_write_section section = {NULL, 0};
    unsigned char bytes[PAYLOAD / 2];
    mmf_store *store = NULL;

    (void)argument;
    memset(bytes, 0xee, sizeof bytes);
    must_ok(mmf_store_open(path, &type, NULL, &store));
    must_ok(test_append_n(store, OLD, RECORDS - 1, NULL));
    must_ok(mmf_write_begin(store, VICTIM, RECORD_SIZE, 8, PAYLOAD, &section));
    mmf_bytes_store(section.payload, bytes, sizeof bytes);
    (void)raise(SIGKILL);
}

/* A handle that was open before the store grew beyond it. Its own slot is in use, so that the next
 * thread that writes takes the one of the dead. */
static mmf_store *open_small(uint32_t format)
{
    mmf_store *store;

    type = test_type(format, RECORD_SIZE);
    path = test_path("store");
    ck_ok(mmf_store_close(test_create(path, &type, 0)));
    store = open_store(0, SMALL);
    ck_ok(test_append(store, OLD, NULL));
    return store;
}

static void let_die(void)
{
    ck_assert_int_eq(test_run(grow_and_die_inside, NULL, 10000), -SIGKILL);
    ck_assert_uint_eq(test_counter(path, &type, VICTIM) & 1, 1);
}

/* All of the record, by a handle that is new. */
static void ck_victim_is_old(uint32_t flags)
{
    mmf_store *store = open_store(flags, 0);
    uint64_t begin = test_now_ms();
    uint64_t word = 0;
    bool torn = true;

    ck_assert_uint_eq(mmf_store_len(store), RECORDS);
    ck_ok(test_get(store, VICTIM, &word, &torn));
    ck_assert(word == OLD && !torn);
    ck_assert_uint_lt(test_now_ms() - begin, TIMEOUT_MS - 100);
    ck_ok(mmf_store_close(store));
}

/* --- Dead writers beyond ---------------------------------------------------------------------- */

START_TEST(test_the_small_one_closes)
{
    mmf_store *small = open_small(1 + (uint32_t)_i % 2);

    let_die();
    ck_ok(mmf_store_close(small));
    ck_assert_uint_eq(test_counter(path, &type, VICTIM) & 1, 0);
    ck_victim_is_old(modes[_i / 2]);
}
END_TEST

static void *write_first(void *argument)
{
    return test_set(argument, 0, OLD + 1) == MMF_OK ? argument : NULL;
}

START_TEST(test_the_small_one_takes_the_slot)
{
    mmf_store *small = open_small(1 + (uint32_t)_i % 2);
    pthread_t thread;
    void *result = NULL;

    let_die();
    ck_assert_int_eq(pthread_create(&thread, NULL, write_first, small), 0);
    ck_assert_int_eq(pthread_join(thread, &result), 0);
    ck_assert_ptr_eq(result, small);
    ck_assert_uint_eq(test_counter(path, &type, VICTIM) & 1, 0);
    ck_victim_is_old(_i / 2 ? MMF_READ_ONLY : 0);
    ck_ok(mmf_store_close(small));
}
END_TEST

/* The small one is there, but has nothing to do with it. */
START_TEST(test_the_small_one_meets_nothing)
{
    mmf_store *small = open_small(1 + (uint32_t)_i % 2);

    let_die();
    ck_victim_is_old(_i / 2 ? MMF_READ_ONLY : 0);
    ck_ok(mmf_store_close(small));
    ck_victim_is_old(MMF_READ_ONLY);
}
END_TEST

/* --- Syncs ------------------------------------------------------------------------------------ */

static void ck_all_is_durable(void)
{
    const mmf_durable_slot *newest;
    mmf_header header;

    test_read_at(path, 0, &header, sizeof header);
    newest = mmf_durable_slot_newest(&header.durable_0, &header.durable_1);
    ck_assert_uint_eq(header.common.record_count, RECORDS);
    ck_assert_ptr_nonnull(newest);
    ck_assert_uint_eq(newest->record_count, RECORDS);
}

START_TEST(test_the_small_one_syncs)
{
    mmf_store *small = open_small(MMF_FORMAT_2);

    test_run_ok(grow, NULL, 10000);
    ck_assert_uint_lt(mmf_store_len(small), RECORDS); /* or nothing is beyond */
    if (_i == 0) {
        ck_ok(mmf_store_sync(small));
        ck_all_is_durable();
    }
    ck_ok(mmf_store_close(small));
    ck_all_is_durable();
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_the_small_one_closes, 0, 6);
    tcase_add_loop_test(tcase, test_the_small_one_takes_the_slot, 0, 4);
    tcase_add_loop_test(tcase, test_the_small_one_meets_nothing, 0, 4);
    tcase_add_loop_test(tcase, test_the_small_one_syncs, 0, 2);
}
