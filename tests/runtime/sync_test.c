/* Syncing: the two durable slots, and the bounds of a range. What a disk does with it is not
 * tested here. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <stdlib.h>

#include "schema/format.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "sync";

static mmf_record_type type;
static const char *path;

static mmf_store *make(uint32_t format, uint32_t flags)
{
    type = test_type(format, 64);
    path = test_path("store");
    return test_create(path, &type, flags);
}

static void read_slots(mmf_durable_slot *ret_0, mmf_durable_slot *ret_1)
{
    test_read_at(path, 0x200, ret_0, sizeof *ret_0);
    test_read_at(path, 0x400, ret_1, sizeof *ret_1);
}

START_TEST(test_slots_take_turns)
{
    mmf_store *store = make(MMF_FORMAT_2, _i ? MMF_ONE_WRITER : 0);
    mmf_durable_slot slots[2];
    uint64_t last_time = 0;
    uint64_t generation = 0;

    read_slots(&slots[0], &slots[1]);
    ck_assert_uint_eq(slots[0].generation + slots[1].generation, 0);
    for (uint64_t n = 1; n <= 9; n++) {
        const mmf_durable_slot *newest;
        mmf_durable_slot other;

        generation++;
        other = slots[generation % 2]; /* the one that must stay as it is */
        ck_ok(test_append_n(store, n, n, NULL));
        ck_ok(mmf_store_sync(store));
        read_slots(&slots[0], &slots[1]);
        newest = mmf_durable_slot_newest(&slots[0], &slots[1]);
        ck_assert_ptr_nonnull(newest);
        ck_assert_ptr_eq(newest, &slots[(generation + 1) % 2]);
        ck_assert_mem_eq(&other, &slots[generation % 2], sizeof other);
        ck_assert_uint_eq(newest->generation, generation);
        ck_assert_uint_eq(newest->record_count, n * (n + 1) / 2);
        ck_assert_uint_eq(newest->epoch, 0);
        ck_assert_uint_ge(newest->time_ns, last_time);
        ck_assert_uint_gt(newest->time_ns, UINT64_C(1600000000000000000));
        last_time = newest->time_ns;
        for (size_t i = 0; i < sizeof newest->reserved; i++) {
            ck_assert_uint_eq(newest->reserved[i], 0);
        }
        if (n % 3 == 0) {                  /* over a reopening, too */
            ck_ok(mmf_store_close(store)); /* which syncs */
            generation++;
            read_slots(&slots[0], &slots[1]);
            store = test_open(path, &type, _i ? MMF_ONE_WRITER : 0);
        }
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_damaged_slots)
{
    mmf_store *store = make(MMF_FORMAT_2, 0);
    mmf_durable_slot slots[2];
    uint8_t junk[64];

    memset(junk, 0xff, sizeof junk);
    ck_ok(test_append(store, 1, NULL));
    ck_ok(mmf_store_sync(store)); /* 1, in slot 0 */
    ck_ok(mmf_store_sync(store)); /* 2, in slot 1 */
    test_write_at(path, 0x400, junk, sizeof junk);
    ck_ok(mmf_store_sync(store)); /* 2 again, where the damage was */
    read_slots(&slots[0], &slots[1]);
    ck_assert_uint_eq(slots[0].generation, 1);
    ck_assert_uint_eq(slots[1].generation, 2);
    ck_assert_uint_eq(slots[1].crc, mmf_durable_slot_crc(&slots[1]));
    test_write_at(path, 0x200, junk, sizeof junk);
    test_write_at(path, 0x400, junk, sizeof junk);
    ck_ok(mmf_store_sync(store));
    read_slots(&slots[0], &slots[1]);
    ck_assert_uint_eq(mmf_durable_slot_newest(&slots[0], &slots[1])->record_count, 1);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* A sync that counted fewer than one that has ended meanwhile takes nothing back. */
START_TEST(test_the_durable_count_does_not_fall)
{
    mmf_store *store = make(MMF_FORMAT_2, 0);
    mmf_durable_slot slots[2];
    mmf_durable_slot later = {.generation = 5, .record_count = 1000};

    ck_ok(test_append(store, 1, NULL));
    later.crc = mmf_durable_slot_crc(&later);
    test_write_at(path, 0x400, &later, sizeof later);
    ck_ok(mmf_store_sync(store));
    read_slots(&slots[0], &slots[1]);
    ck_assert_ptr_eq(mmf_durable_slot_newest(&slots[0], &slots[1]), &slots[0]);
    ck_assert_uint_eq(slots[0].generation, 6);
    ck_assert_uint_eq(slots[0].record_count, 1000);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_format_1_has_no_slots)
{
    mmf_store *store = make(MMF_FORMAT_1, _i ? MMF_ONE_WRITER : 0);
    uint8_t *before;
    uint8_t *after;
    size_t size;

    ck_ok(test_append_n(store, 0x1122334455667788, 60, NULL));
    before = test_read_file(path, &size);
    ck_ok(mmf_store_sync(store));
    ck_ok(mmf_store_sync_range(store, 0, 60));
    after = test_read_file(path, &size);
    ck_assert_mem_eq(before, after, size);
    free(before);
    free(after);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_range)
{
    mmf_store *store = make(_i < 2 ? MMF_FORMAT_1 : MMF_FORMAT_2, _i % 2 ? MMF_ONE_WRITER : 0);
    mmf_durable_slot slots[2];

    ck_ok(mmf_store_sync(store)); /* an empty one */
    ck_ok(mmf_store_sync_range(store, 0, 0));
    ck_status(mmf_store_sync_range(store, 0, 1), MMF_E_INDEX);
    ck_ok(test_append_n(store, 1, 1000, NULL));
    ck_ok(mmf_store_sync_range(store, 0, 1000));
    ck_ok(mmf_store_sync_range(store, 999, 1));
    ck_ok(mmf_store_sync_range(store, 1000, 0));
    for (uint64_t i = 0; i < 997; i += 37) {
        ck_ok(mmf_store_sync_range(store, i, 3));
    }
    ck_status(mmf_store_sync_range(store, 1001, 0), MMF_E_INDEX);
    ck_status(mmf_store_sync_range(store, 0, 1001), MMF_E_INDEX);
    ck_status(mmf_store_sync_range(store, 1, 1000), MMF_E_INDEX);
    ck_status(mmf_store_sync_range(store, 1, UINT64_MAX), MMF_E_INDEX);
    ck_status(mmf_store_sync_range(store, UINT64_MAX, 1), MMF_E_INDEX);
    ck_status(mmf_store_sync_range(store, UINT64_MAX, UINT64_MAX), MMF_E_INDEX);
    if (_i >= 2) { /* a range notes nothing */
        read_slots(&slots[0], &slots[1]);
        ck_assert_uint_eq(mmf_durable_slot_newest(&slots[0], &slots[1])->generation, 1);
        ck_assert_uint_eq(mmf_durable_slot_newest(&slots[0], &slots[1])->record_count, 0);
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

/* --- Several at once ------------------------------------------------------------------------- */

#define THREADS 4
#define SYNCS 50u

static void *sync_often(void *argument)
{
    for (unsigned i = 0; i < SYNCS; i++) {
        if (test_append(argument, i, NULL) != MMF_OK || mmf_store_sync(argument) != MMF_OK) {
            return argument;
        }
    }
    return NULL;
}

START_TEST(test_concurrent_syncs)
{
    mmf_store *store = make(MMF_FORMAT_2, 0);
    mmf_store *other = test_open(path, &type, 0);
    mmf_durable_slot slots[2];
    pthread_t threads[THREADS];

    for (unsigned i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, sync_often, i % 2 ? store : other), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        void *failed;

        ck_assert_int_eq(pthread_join(threads[i], &failed), 0);
        ck_assert_ptr_null(failed);
    }
    read_slots(&slots[0], &slots[1]);
    /* none was lost, and the last of them counted all */
    ck_assert_uint_eq(mmf_durable_slot_newest(&slots[0], &slots[1])->generation, THREADS * SYNCS);
    ck_assert_uint_eq(mmf_durable_slot_newest(&slots[0], &slots[1])->record_count, THREADS * SYNCS);
    ck_assert_uint_eq(slots[0].crc, mmf_durable_slot_crc(&slots[0]));
    ck_assert_uint_eq(slots[1].crc, mmf_durable_slot_crc(&slots[1]));
    ck_ok(mmf_store_close(other));
    ck_ok(mmf_store_close(store));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_slots_take_turns, 0, 2);
    tcase_add_test(tcase, test_damaged_slots);
    tcase_add_test(tcase, test_the_durable_count_does_not_fall);
    tcase_add_loop_test(tcase, test_format_1_has_no_slots, 0, 2);
    tcase_add_loop_test(tcase, test_range, 0, 4);
    tcase_add_test(tcase, test_concurrent_syncs);
}
