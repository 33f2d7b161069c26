/* The machine stopped while a store was in use: what the next opening makes of it. The stop is
 * made by hand: a writer is killed, and the files are told that they are of another boot. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <signal.h>
#include <stdlib.h>

#include "schema/format.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "boot";

#define RECORD_SIZE 64u
#define OLD 5u
#define DURABLE 10u
#define ALL 15u

static mmf_record_type type;
static const char *path;

static const uint32_t modes[] = {0, MMF_ONE_WRITER};

/* What a writer does before the machine stops. */
typedef struct life {
    uint32_t flags;
    uint64_t synced; /* records appended before a sync; 0: there is none */
    uint64_t more;   /* and after it */
} life;

static const life synced_life = {.synced = DURABLE, .more = ALL - DURABLE};

static void live(void *argument)
{
    const life *life = argument;
    mmf_options options = {.flags = life->flags | MMF_CREATE};
    mmf_store *store;

    must_ok(mmf_store_open(path, &type, &options, &store));
    if (life->synced > 0) {
        must_ok(test_append_n(store, OLD, life->synced, NULL));
        must_ok(mmf_store_sync(store));
    }
    if (life->more > 0) {
        must_ok(test_append_n(store, OLD, life->more, NULL));
    }
    (void)raise(SIGKILL);
}

/* From now on this is what an earlier boot has left. */
static void reboot(void)
{
    uint8_t id[16];

    memset(id, 0x77, sizeof id);
    if (type.format == MMF_FORMAT_2) {
        test_write_at(path, offsetof(mmf_header, boot_id), id, sizeof id);
    }
    test_write_at(test_path("store.lock"), offsetof(mmf_lock_header, boot_id), id, sizeof id);
}

static void stop_machine(uint32_t format, const life *what)
{
    life copy = *what;

    type = test_type(format, RECORD_SIZE);
    path = test_path("store");
    ck_assert_int_eq(test_run(live, &copy, 20000), -SIGKILL);
    reboot();
}

static mmf_store *open_store(uint32_t flags)
{
    mmf_options options = {.flags = flags, .timeout_ms = 100};
    mmf_store *store = NULL;

    ck_ok(mmf_store_open(path, &type, &options, &store));
    return store;
}

static const mmf_store_info *stat_of(const mmf_store *store)
{
    static mmf_store_info info;

    ck_ok(mmf_store_stat(store, &info));
    return &info;
}

static uint32_t state_in_file(void)
{
    uint32_t state;

    test_read_at(path, offsetof(mmf_header, state), &state, sizeof state);
    return state;
}

static uint64_t count_in_file(void)
{
    uint64_t count;

    test_read_at(path, offsetof(mmf_header_common, record_count), &count, sizeof count);
    return count;
}

static void ck_has_records(mmf_store *store, uint64_t count)
{
    uint64_t word = 0;
    bool torn = true;

    ck_assert_uint_eq(mmf_store_len(store), count);
    for (uint64_t i = 0; i < count; i++) {
        ck_ok(test_get(store, i, &word, &torn));
        ck_assert(word == OLD && !torn);
    }
    ck_status(test_get(store, count, &word, &torn), MMF_E_INDEX);
}

static void ck_same_bytes(const uint8_t *before, size_t size)
{
    size_t size_after;
    uint8_t *after = test_read_file(path, &size_after);

    ck_assert_uint_eq(size, size_after);
    ck_assert(memcmp(before, after, size) == 0);
    free(after);
}

/* --- Falling back ---------------------------------------------------------------------------- */

START_TEST(test_falls_back_to_the_last_sync)
{
    mmf_store *store;
    uint64_t index = 0;

    stop_machine(MMF_FORMAT_2, &synced_life);
    store = open_store(modes[_i]);
    ck_has_records(store, DURABLE);
    ck_assert_uint_eq(count_in_file(), DURABLE);
    ck_assert_uint_eq(stat_of(store)->count_before, ALL);
    ck_assert_uint_eq(stat_of(store)->durable_count, DURABLE);
    ck_assert(!stat_of(store)->is_other_boot);
    ck_assert_uint_eq(state_in_file(), MMF_STATE_DIRTY | MMF_STATE_OTHER_BOOT);
    ck_ok(test_append(store, OLD, &index));
    ck_assert_uint_eq(index, DURABLE);
    ck_ok(mmf_store_close(store));
    ck_assert_uint_eq(state_in_file(), MMF_STATE_OTHER_BOOT);
    store = open_store(modes[_i]); /* not twice, and what it was is still known */
    ck_has_records(store, DURABLE + 1);
    ck_assert_uint_eq(stat_of(store)->count_before, ALL);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* A reader who comes first sees what the sync had made durable, and writes nothing. */
START_TEST(test_reader_before_the_repair)
{
    mmf_store *reader;
    mmf_store *writer;
    uint8_t *before;
    size_t size;

    stop_machine(MMF_FORMAT_2, &synced_life);
    before = test_read_file(path, &size);
    reader = open_store(MMF_READ_ONLY);
    ck_has_records(reader, DURABLE);
    ck_assert(stat_of(reader)->is_other_boot);
    ck_assert_uint_eq(stat_of(reader)->record_count, DURABLE);
    ck_same_bytes(before, size);
    free(before);
    writer = open_store(modes[_i]);
    ck_has_records(reader, DURABLE);
    ck_ok(test_append_n(writer, OLD, 20, NULL));
    ck_has_records(reader, DURABLE + 20); /* it follows, once there is somebody */
    ck_ok(mmf_store_close(writer));
    ck_ok(mmf_store_close(reader));
}
END_TEST

START_TEST(test_never_synced)
{
    life life = {.flags = modes[_i / 2], .more = ALL};
    mmf_store *store;

    stop_machine(MMF_FORMAT_2, &life);
    store = open_store(MMF_READ_ONLY);
    ck_has_records(store, 0);
    ck_ok(mmf_store_close(store));
    store = open_store(modes[_i % 2]);
    ck_has_records(store, 0);
    ck_assert_uint_eq(stat_of(store)->count_before, ALL);
    ck_ok(test_append(store, OLD, NULL));
    ck_has_records(store, 1);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* The two durable slots: one that is damaged does not count, and neither does more than there is.
 */
START_TEST(test_durable_slots)
{
    static const uint64_t offsets[] = {offsetof(mmf_header, durable_0),
                                       offsetof(mmf_header, durable_1)};
    mmf_durable_slot slots[2];
    mmf_store *store;
    unsigned newer;

    stop_machine(MMF_FORMAT_2, &synced_life);
    for (unsigned i = 0; i < 2; i++) {
        test_read_at(path, offsets[i], &slots[i], sizeof slots[i]);
    }
    newer = slots[1].generation > slots[0].generation ? 1 : 0;
    slots[!newer] = (mmf_durable_slot){.generation = 1, .record_count = 7};
    slots[newer].generation = 2;
    slots[newer].record_count = _i == 2 ? UINT64_MAX / 2 : DURABLE;
    for (unsigned i = 0; i < 2; i++) {
        slots[i].crc = mmf_durable_slot_crc(&slots[i]);
    }
    slots[newer].crc ^= _i == 0 || _i == 1;
    slots[!newer].crc ^= _i == 1;
    for (unsigned i = 0; i < 2; i++) {
        test_write_at(path, offsets[i], &slots[i], sizeof slots[i]);
    }
    store = open_store(0);
    if (_i == 2) {
        ck_assert_uint_le(mmf_store_len(store), mmf_store_capacity(store));
        ck_ok(test_append(store, OLD, NULL));
    } else {
        ck_has_records(store, _i == 0 ? 7 : 0);
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

/* --- Records that were being changed --------------------------------------------------------- */

/* Nobody is inside any more: all are readable, with counters never seen before, and the rest of
 * the file is as it was. */
START_TEST(test_odd_counters)
{
    static const uint64_t odd[] = {0, 4, 9};
    static const uint64_t counters[] = {1025, 512 * 7 + 2 * 3 + 1, 99};
    uint32_t format = 1 + (uint32_t)_i % 2;
    uint64_t count = format == MMF_FORMAT_1 ? ALL : DURABLE;
    mmf_store *store;

    stop_machine(format, &synced_life);
    for (unsigned k = 0; k < 3; k++) {
        test_poke_counter(path, &type, odd[k], counters[k]);
    }
    store = open_store(modes[_i / 2]);
    for (unsigned k = 0; k < 3; k++) {
        ck_assert_uint_eq(test_counter(path, &type, odd[k]), mmf_sequence_leave(counters[k]));
    }
    ck_assert_uint_eq(test_counter(path, &type, 1), MMF_SEQUENCE_STEP);
    ck_has_records(store, count);
    ck_ok(test_set(store, 4, OLD));
    ck_ok(mmf_store_close(store));
}
END_TEST

/* Many records are shared out among threads; none is left out. */
START_TEST(test_odd_counters_of_many)
{
    static const uint64_t step = 12345;
    life life = {.synced = 400001};
    mmf_store *store;

    stop_machine(1 + (uint32_t)_i, &life);
    for (uint64_t i = 0; i < life.synced; i += step) {
        test_poke_counter(path, &type, i, 1025);
    }
    for (uint64_t n = 1; n <= 5; n++) { /* first and last of each share, however many there are */
        for (uint64_t i = 1; i <= n; i++) {
            uint64_t end = i == n ? life.synced : life.synced / n * i;

            test_poke_counter(path, &type, end - 1, 1025);
            test_poke_counter(path, &type, end % life.synced, 1025);
        }
    }
    store = open_store(0);
    for (uint64_t i = 0; i < life.synced; i++) {
        mmf_read_section section = {NULL, 0};

        ck_ok(mmf_read_begin(store, i, RECORD_SIZE, &section));
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

/* --- Format 1 -------------------------------------------------------------------------------- */

/* It has no durable count and no state: the lock file tells that somebody wrote. */
START_TEST(test_format_1)
{
    mmf_store *store;

    stop_machine(MMF_FORMAT_1, &synced_life);
    store = open_store(MMF_READ_ONLY);
    ck_has_records(store, ALL);
    ck_ok(mmf_store_close(store));
    test_poke_counter(path, &type, 2, 1025);
    store = open_store(modes[_i]);
    ck_has_records(store, ALL);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* Without a writer at that time, an odd counter is not of that boot, and is left to be looked at.
 */
START_TEST(test_format_1_left_in_good_order)
{
    mmf_store *store;

    stop_machine(MMF_FORMAT_1, &synced_life);
    ck_ok(mmf_store_close(open_store(0)));
    reboot();
    test_poke_counter(path, &type, 2, 1025);
    store = open_store(modes[_i]);
    ck_assert_uint_eq(test_counter(path, &type, 2), 1025);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* --- Refusing -------------------------------------------------------------------------------- */

/* As often as it is asked, nothing is changed, and then it is repaired as ever. */
START_TEST(test_refuse_dirty)
{
    mmf_error error = {0};
    mmf_options options = {.flags = MMF_REFUSE_DIRTY | modes[_i / 2], .error = &error};
    mmf_store *store = NULL;
    uint8_t *before;
    size_t size;

    stop_machine(1 + (uint32_t)_i % 2, &synced_life);
    test_poke_counter(path, &type, 2, 1025);
    before = test_read_file(path, &size);
    for (unsigned i = 0; i < 3; i++) {
        error = (mmf_error){0};
        ck_status(mmf_store_open(path, &type, &options, &store), MMF_E_DIRTY);
        ck_contains(error.text, path);
        ck_assert_ptr_null(store);
        ck_same_bytes(before, size);
    }
    free(before);
    store = open_store(0);
    ck_has_records(store, type.format == MMF_FORMAT_1 ? ALL : DURABLE);
    ck_ok(mmf_store_close(store));
    store = open_store(MMF_REFUSE_DIRTY); /* there is nothing to refuse any more */
    ck_ok(mmf_store_close(store));
}
END_TEST

/* A store that was left in good order, and one whose writer died in this boot, are not dirty. */
START_TEST(test_refuse_dirty_takes_the_others)
{
    life life = synced_life;
    mmf_store *store;

    stop_machine(1 + (uint32_t)_i, &life);
    ck_ok(mmf_store_close(open_store(0)));
    reboot();
    store = open_store(MMF_REFUSE_DIRTY);
    ck_ok(mmf_store_close(store));
    ck_assert_int_eq(test_run(live, &life, 20000), -SIGKILL);
    store = open_store(MMF_REFUSE_DIRTY);
    ck_assert_uint_eq(mmf_store_len(store), (type.format == MMF_FORMAT_1 ? ALL : DURABLE) + ALL);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* --- Without syncs --------------------------------------------------------------------------- */

/* A handle that does not wait for the disk cannot promise that everything is there. */
START_TEST(test_no_sync_leaves_it_dirty)
{
    mmf_store *store;

    type = test_type(MMF_FORMAT_2, RECORD_SIZE);
    path = test_path("store");
    store = test_create(path, &type, MMF_NO_SYNC | modes[_i]);
    ck_ok(test_append_n(store, OLD, DURABLE, NULL));
    ck_ok(mmf_store_sync(store));
    ck_ok(test_append_n(store, OLD, ALL - DURABLE, NULL));
    ck_ok(mmf_store_close(store));
    ck_assert_uint_eq(state_in_file(), MMF_STATE_DIRTY);
    store = open_store(MMF_NO_SYNC); /* in the same boot everything is there */
    ck_has_records(store, ALL);
    ck_ok(mmf_store_close(store));
    reboot();
    store = open_store(MMF_NO_SYNC);
    ck_has_records(store, DURABLE);
    ck_assert_uint_eq(stat_of(store)->count_before, ALL);
    ck_ok(mmf_store_close(store));
    store = open_store(0); /* who waits for the disk at closing makes it clean again */
    ck_has_records(store, DURABLE);
    ck_ok(mmf_store_close(store));
    ck_assert_uint_eq(state_in_file(), MMF_STATE_OTHER_BOOT);
    reboot();
    store = open_store(0);
    ck_has_records(store, DURABLE);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* --- When it does not apply ------------------------------------------------------------------ */

/* With somebody attached the store is of this boot, whatever its header says. */
START_TEST(test_nothing_is_repaired_beside_a_writer)
{
    uint8_t id[16] = {0x12};
    mmf_store *first;
    mmf_store *second;

    stop_machine(MMF_FORMAT_2, &synced_life);
    first = open_store(0);
    ck_ok(test_append_n(first, OLD, 3, NULL));
    test_write_at(path, offsetof(mmf_header, boot_id), id, sizeof id);
    second = open_store(MMF_REFUSE_DIRTY);
    ck_has_records(second, DURABLE + 3);
    ck_has_records(first, DURABLE + 3);
    ck_ok(mmf_store_close(second));
    ck_ok(mmf_store_close(first));
}
END_TEST

/* A repair that did not get to its end is done again, and remembers the first count. */
START_TEST(test_interrupted_repair)
{
    uint32_t state = MMF_STATE_DIRTY | MMF_STATE_OTHER_BOOT;
    uint64_t before = ALL;
    uint64_t count = DURABLE;
    mmf_store *store;

    stop_machine(MMF_FORMAT_2, &synced_life);
    test_write_at(path, offsetof(mmf_header, state), &state, sizeof state);
    test_write_at(path, offsetof(mmf_header, count_before), &before, sizeof before);
    test_write_at(path, offsetof(mmf_header_common, record_count), &count, sizeof count);
    test_poke_counter(path, &type, 3, 1025);
    store = open_store(modes[_i]);
    ck_has_records(store, DURABLE);
    ck_assert_uint_eq(stat_of(store)->count_before, ALL);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* In format 1 only the lock file knows; who fails before the repair must not take that with him. */
START_TEST(test_format_1_after_a_failed_opening)
{
    mmf_options options = {.flags = MMF_REFUSE_DIRTY};
    mmf_store *store = NULL;

    stop_machine(MMF_FORMAT_1, &synced_life);
    test_poke_counter(path, &type, 2, 1025);
    ck_status(mmf_store_open(path, &type, &options, &store), MMF_E_DIRTY);
    store = open_store(modes[_i]);
    ck_has_records(store, ALL);
    ck_ok(mmf_store_close(store));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_falls_back_to_the_last_sync, 0, 2);
    tcase_add_loop_test(tcase, test_reader_before_the_repair, 0, 2);
    tcase_add_loop_test(tcase, test_never_synced, 0, 4);
    tcase_add_loop_test(tcase, test_durable_slots, 0, 3);
    tcase_add_loop_test(tcase, test_odd_counters, 0, 4);
    tcase_add_loop_test(tcase, test_odd_counters_of_many, 0, 2);
    tcase_add_loop_test(tcase, test_format_1, 0, 2);
    tcase_add_loop_test(tcase, test_format_1_left_in_good_order, 0, 2);
    tcase_add_loop_test(tcase, test_format_1_after_a_failed_opening, 0, 2);
    tcase_add_loop_test(tcase, test_refuse_dirty, 0, 4);
    tcase_add_loop_test(tcase, test_refuse_dirty_takes_the_others, 0, 2);
    tcase_add_loop_test(tcase, test_no_sync_leaves_it_dirty, 0, 2);
    tcase_add_test(tcase, test_nothing_is_repaired_beside_a_writer);
    tcase_add_loop_test(tcase, test_interrupted_repair, 0, 2);
}
