/* Two handles that close at once: whoever is the last to go leaves a clean store only where all of
 * it is on the disk. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>

#include "schema/format.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "closing";

#define CLOSERS 2u
#define ROUNDS 400u
#define LONGEST_MS 1500u /* where a disk is slow, fewer rounds have to do */
#define PATIENCE_MS 20000u

static mmf_record_type type;
static const char *path;

/* Processes, since threads of one close one after the other. */
typedef struct meeting {
    uint32_t round;    /* that the closers may begin; UINT32_MAX: they end */
    uint32_t is_in;    /* closers that have appended, of all rounds */
    uint32_t has_left; /* closers that have closed, of all rounds */
} meeting;

/* Without sleep, so that both leave it in the same moment. */
static uint32_t wait_for(const uint32_t *word, uint32_t value)
{
    uint64_t deadline = test_now_ms() + PATIENCE_MS;
    uint32_t seen;

    while ((seen = __atomic_load_n(word, __ATOMIC_ACQUIRE)) < value) {
        must(test_now_ms() < deadline);
        (void)sched_yield();
    }
    return seen;
}

static void close_with_others(void *argument)
{
    meeting *meeting = argument;

    for (uint32_t round = 1; wait_for(&meeting->round, round) != UINT32_MAX; round++) {
        mmf_store *store = NULL;

        must_ok(mmf_store_open(path, &type, NULL, &store));
        must_ok(test_append(store, round, NULL));
        (void)__atomic_add_fetch(&meeting->is_in, 1, __ATOMIC_ACQ_REL);
        (void)wait_for(&meeting->is_in, round * CLOSERS);
        must_ok(mmf_store_close(store));
        (void)__atomic_add_fetch(&meeting->has_left, 1, __ATOMIC_ACQ_REL);
    }
}

/* Nobody has the store open. */
static void ck_clean_is_durable(uint32_t round)
{
    const mmf_durable_slot *newest;
    mmf_header header;

    test_read_at(path, 0, &header, sizeof header);
    ck_assert_uint_eq(header.common.record_count, (uint64_t)round * CLOSERS);
    newest = mmf_durable_slot_newest(&header.durable_0, &header.durable_1);
    ck_assert_msg(header.state == 0, "round %u: state %u, though all have closed", (unsigned)round,
                  (unsigned)header.state);
    ck_assert_ptr_nonnull(newest);
    ck_assert_msg(newest->record_count == header.common.record_count,
                  "round %u: clean with %llu records, of which %llu are durable", (unsigned)round,
                  (unsigned long long)header.common.record_count,
                  (unsigned long long)newest->record_count);
}

START_TEST(test_two_close_at_once)
{
    meeting *meeting = test_shared(sizeof *meeting);
    uint64_t begin = test_now_ms();
    pid_t children[CLOSERS];
    uint32_t round = 0;

    type = test_type(MMF_FORMAT_2, 64);
    path = test_path("store");
    ck_ok(mmf_store_close(test_create(path, &type, 0)));
    for (unsigned i = 0; i < CLOSERS; i++) {
        children[i] = test_fork(close_with_others, meeting);
    }
    while (round < ROUNDS && test_now_ms() - begin < LONGEST_MS) {
        uint64_t deadline = test_now_ms() + PATIENCE_MS;

        test_post(&meeting->round, ++round);
        while (__atomic_load_n(&meeting->has_left, __ATOMIC_ACQUIRE) < round * CLOSERS) {
            ck_assert_msg(test_now_ms() < deadline, "round %u does not end", (unsigned)round);
            test_sleep_ms(1);
        }
        ck_clean_is_durable(round);
    }
    test_post(&meeting->round, UINT32_MAX);
    for (unsigned i = 0; i < CLOSERS; i++) {
        ck_assert_int_eq(test_wait(children[i], PATIENCE_MS), 0);
    }
    ck_assert_uint_gt(round, 0);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_two_close_at_once);
}
