/* Stores of the Go library (tests/fixtures): read here, written here, and made here byte by byte
 * as it makes them. */
#include <jansson.h>
#include <stdlib.h>

#include "schema/format.h"
#include "tests/fixtures/contents.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "fixtures";

static const uint32_t modes[] = {MMF_READ_ONLY, 0, MMF_ONE_WRITER};

/* What the Go library looks at when it opens a file. */
static void ck_header(const char *path, const mmf_record_type *type, uint64_t count,
                      uint64_t capacity)
{
    mmf_header_common header;

    test_read_at(path, 0, &header, sizeof header);
    ck_assert_mem_eq(header.magic, "MMFG", 4);
    ck_assert_uint_eq(header.format_version, 1);
    ck_assert_mem_eq(header.schema_hash, type->schema_hash, 32);
    ck_assert_uint_eq(header.schema_version, type->schema_version);
    ck_assert_uint_eq(header.record_size, type->record_size);
    ck_assert_uint_eq(header.record_count, count);
    ck_assert_uint_eq(header.capacity, capacity);
    ck_assert_uint_ge(test_file_size(path), 64 + capacity * type->record_size);
}

/* --- Reading --------------------------------------------------------------------------------- */

START_TEST(test_ticks)
{
    const char *path = fixture_copy("ticks.mmf");
    json_t *list = fixture_list("ticks.json");
    mmf_store *store = fixture_open(path, &fixture_tick_type, modes[_i]);
    uint64_t capacity;

    ck_assert_uint_eq(json_array_size(list), 200);
    ck_assert_uint_eq(mmf_store_len(store), 200);
    ck_assert_uint_eq(mmf_store_capacity(store), (28672 - 64) / 104);
    for (uint64_t i = 0; i < 200; i++) {
        fixture_expect_tick(store, i, json_array_get(list, i));
    }
    ck_ok(mmf_store_close(store));
    /* a writer sets the stale capacity right, a reader leaves it */
    test_read_at(path, 0x38, &capacity, sizeof capacity);
    ck_assert_uint_eq(capacity, modes[_i] == MMF_READ_ONLY ? 64 : (28672 - 64) / 104);
    json_decref(list);
}
END_TEST

START_TEST(test_alltypes)
{
    const char *path = fixture_copy("alltypes.mmf");
    json_t *list = fixture_list("alltypes.json");
    mmf_store *store = fixture_open(path, &fixture_all_type, modes[_i]);

    ck_assert_uint_eq(json_array_size(list), 70);
    ck_assert_uint_eq(mmf_store_len(store), 70);
    for (uint64_t i = 0; i < 70; i++) {
        fixture_expect_all(store, i, json_array_get(list, i));
    }
    ck_ok(mmf_store_close(store));
    json_decref(list);
}
END_TEST

START_TEST(test_empty)
{
    const char *path = fixture_copy("empty.mmf");
    mmf_store *store = fixture_open(path, &fixture_tick_type, modes[_i]);
    uint64_t value;

    ck_assert_uint_eq(mmf_store_len(store), 0);
    ck_assert_uint_eq(mmf_store_capacity(store), 64);
    ck_status(mmf_get_u64(store, 0, FIXTURE_TICK, FIXTURE_TIMESTAMP, &value), MMF_E_INDEX);
    ck_ok(mmf_store_close(store));
    ck_header(path, &fixture_tick_type, 0, 64);
}
END_TEST

/* Two writers were lost: their records say so, all the others are as they were, and opening has
 * touched none of them. */
START_TEST(test_stuck)
{
    const char *path = fixture_copy("stuck.mmf");
    json_t *list = fixture_list("stuck.json");
    mmf_store *store;
    uint8_t *before;
    uint8_t *after;
    size_t size;
    double price = 0;

    before = test_read_file(path, &size);
    store = fixture_open(path, &fixture_tick_type, modes[_i]);
    ck_assert_uint_eq(mmf_store_len(store), 100);
    for (uint64_t i = 0; i < 100; i++) {
        if (i == 5 || i == 63) {
            ck_status(mmf_get_f64(store, i, FIXTURE_TICK, FIXTURE_PRICE, &price), MMF_E_STUCK);
        } else {
            fixture_expect_tick(store, i, json_array_get(list, i));
        }
    }
    ck_ok(mmf_peek_f64(store, 5, FIXTURE_TICK, FIXTURE_PRICE, &price));
    ck_assert(price == -1);
    ck_ok(mmf_store_close(store));
    after = test_read_file(path, &size);
    ck_assert_mem_eq(before, after, modes[_i] == MMF_READ_ONLY ? 64 : 56); /* but the capacity */
    ck_assert_mem_eq(before + 64, after + 64, size - 64);
    free(before);
    free(after);
    json_decref(list);
}
END_TEST

/* --- Writing --------------------------------------------------------------------------------- */

START_TEST(test_append_to_ticks)
{
    const char *path = fixture_copy("ticks.mmf");
    json_t *list = fixture_list("ticks.json");
    mmf_store *store = fixture_open(path, &fixture_tick_type, modes[1 + _i]);
    uint64_t index = 0;

    for (uint64_t i = 0; i < 200; i++) { /* over the end of the file */
        ck_ok(mmf_append_zero(store, &index));
        ck_assert_uint_eq(index, 200 + i);
        ck_ok(mmf_set_text(store, index, FIXTURE_SYMBOL, 64, "new", 3));
        ck_ok(mmf_set_f64(store, index, FIXTURE_TICK, FIXTURE_PRICE, (double)i));
    }
    ck_ok(mmf_set_f64(store, 0, FIXTURE_TICK, FIXTURE_VOLUME, 12345));
    ck_ok(mmf_store_sync(store));
    ck_ok(mmf_store_close(store));
    ck_header(path, &fixture_tick_type, 400, 550);
    store = fixture_open(path, &fixture_tick_type, MMF_READ_ONLY);
    for (uint64_t i = 1; i < 200; i++) {
        fixture_expect_tick(store, i, json_array_get(list, i));
    }
    for (uint64_t i = 0; i < 400; i++) { /* even, as that library wants them at rest */
        ck_assert_uint_eq(test_counter(path, &fixture_tick_type, i) % 2, 0);
    }
    fixture_expect_text(store, 399, FIXTURE_SYMBOL, 64, "new");
    ck_ok(mmf_store_close(store));
    json_decref(list);
}
END_TEST

static void set_tick(mmf_store *store, uint64_t index, const json_t *tick)
{
    const char *symbol = json_string_value(json_object_get(tick, "symbol"));
    double price = json_number_value(json_object_get(tick, "price"));
    double volume = json_number_value(json_object_get(tick, "volume"));
    uint64_t timestamp = (uint64_t)json_integer_value(json_object_get(tick, "timestamp"));
    uint32_t len = (uint32_t)strlen(symbol);
    uint8_t payload[96] = {0};

    memcpy(payload, &len, 4);
    memcpy(payload + 4, symbol, len);
    memcpy(payload + FIXTURE_PRICE - 8, &price, 8);
    memcpy(payload + FIXTURE_VOLUME - 8, &volume, 8);
    memcpy(payload + FIXTURE_TIMESTAMP - 8, &timestamp, 8);
    ck_ok(mmf_set_array(store, index, MMF_COUNTER_BYTES, sizeof payload, payload));
}

/* The calls that made ticks.mmf, by its counters: append, set, and some prices once more. */
static void make_ticks(mmf_store *store, const json_t *list, const uint8_t *theirs)
{
    for (uint64_t i = 0; i < 200; i++) {
        uint64_t counter;
        uint64_t index = 0;

        memcpy(&counter, theirs + 64 + i * FIXTURE_TICK, 8);
        ck_assert(counter == 2 || counter == 4);
        ck_ok(mmf_append_zero(store, &index));
        set_tick(store, index, json_array_get(list, i));
        if (counter == 4) {
            ck_ok(
                mmf_set_f64(store, index, FIXTURE_TICK, FIXTURE_PRICE,
                            json_number_value(json_object_get(json_array_get(list, i), "price"))));
        }
    }
    ck_ok(mmf_store_sync(store));
}

/* A counter is even, and beyond 0 by as many writes as theirs. */
static void ck_counter(uint64_t ours, uint64_t theirs, bool one_writer)
{
    uint64_t expected = mmf_sequence_leave(mmf_sequence_enter(0, 1));

    if (theirs == 4) {
        expected = one_writer ? mmf_sequence_leave(expected)
                              : mmf_sequence_leave(mmf_sequence_enter(expected, 1));
    }
    ck_assert_uint_eq(ours, expected);
}

START_TEST(test_made_here_byte_by_byte)
{
    const char *path = test_path("ours.mmf");
    json_t *list = fixture_list("ticks.json");
    size_t size;
    size_t size_of_theirs;
    uint8_t *theirs = test_read_file(FIXTURE_FILES "ticks.mmf", &size_of_theirs);
    mmf_store *store = test_create(path, &fixture_tick_type, modes[1 + _i]);
    uint8_t *ours;

    ck_assert_uint_eq(test_file_size(path), test_file_size(FIXTURE_FILES "empty.mmf"));
    make_ticks(store, list, theirs);
    ck_ok(mmf_store_close(store));
    ck_header(path, &fixture_tick_type, 200, 256);
    ours = test_read_file(path, &size);
    ck_assert_uint_eq(size, size_of_theirs);
    ck_assert_mem_eq(ours, theirs, 56);
    for (size_t at = 64; at < size; at++) {
        if (at < 64 + 200 * FIXTURE_TICK && (at - 64) % FIXTURE_TICK == 0) {
            uint64_t ours_now;
            uint64_t theirs_now;

            memcpy(&ours_now, ours + at, 8);
            memcpy(&theirs_now, theirs + at, 8);
            ck_counter(ours_now, theirs_now, _i == 1);
            at += 7;
        } else {
            ck_assert_msg(ours[at] == theirs[at], "byte %zu: %#x, theirs %#x", at, ours[at],
                          theirs[at]);
        }
    }
    free(ours);
    free(theirs);
    json_decref(list);
}
END_TEST

/* An empty store is theirs to the last byte. */
START_TEST(test_empty_made_here)
{
    const char *path = test_path("ours.mmf");
    uint8_t *theirs;
    uint8_t *ours;
    size_t size;

    ck_ok(mmf_store_close(test_create(path, &fixture_tick_type, modes[1 + _i])));
    theirs = test_read_file(FIXTURE_FILES "empty.mmf", &size);
    ck_assert_uint_eq(test_file_size(path), size);
    ours = test_read_file(path, &size);
    ck_assert_mem_eq(ours, theirs, size);
    free(ours);
    free(theirs);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_ticks, 0, 3);
    tcase_add_loop_test(tcase, test_alltypes, 0, 3);
    tcase_add_loop_test(tcase, test_empty, 0, 3);
    tcase_add_loop_test(tcase, test_stuck, 0, 3);
    tcase_add_loop_test(tcase, test_append_to_ticks, 0, 2);
    tcase_add_loop_test(tcase, test_made_here_byte_by_byte, 0, 2);
    tcase_add_loop_test(tcase, test_empty_made_here, 0, 2);
}
