/* Stores of the Go library (tests/fixtures): read here, written here, and made here byte by byte
 * as it makes them. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "schema/format.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "fixtures";

#define FIXTURES "tests/fixtures/go-mmapforge/"

static const mmf_record_type tick_type = {
    .name = "Tick",
    .format = MMF_FORMAT_1,
    .schema_version = 1,
    .record_size = 104,
    .payload_size = 96,
    .record_align = 8,
    .capacity = 64,
    .schema_hash = {0x73, 0xf6, 0x50, 0x69, 0x08, 0xab, 0xfd, 0x81, 0xc1, 0xbe, 0x28,
                    0x2c, 0x61, 0x1f, 0x74, 0xb5, 0xf4, 0xd6, 0xa4, 0xc7, 0x45, 0x7b,
                    0xd5, 0x86, 0xf4, 0xe3, 0x86, 0xb5, 0xf7, 0xa8, 0x5f, 0x59},
};

static const mmf_record_type all_type = {
    .name = "AllTypes",
    .format = MMF_FORMAT_1,
    .schema_version = 3,
    .record_size = 88,
    .payload_size = 80,
    .record_align = 8,
    .capacity = 64,
    .schema_hash = {0x59, 0xfa, 0x39, 0x6d, 0x9c, 0x4c, 0xb8, 0x9e, 0xf8, 0xbb, 0xf6,
                    0x30, 0xb7, 0x02, 0x29, 0x02, 0x33, 0xa9, 0xcf, 0x6b, 0xb0, 0xde,
                    0xcf, 0xff, 0x88, 0xfb, 0xea, 0xe4, 0x8d, 0x47, 0xad, 0x29},
};

/* Of a Tick. */
#define SYMBOL 8u
#define PRICE 80u
#define VOLUME 88u
#define TIMESTAMP 96u
#define TICK 104u

static const uint32_t modes[] = {MMF_READ_ONLY, 0, MMF_ONE_WRITER};

static const char *copy_of(const char *name)
{
    char from[128];

    (void)snprintf(from, sizeof from, FIXTURES "%s", name);
    test_copy_file(from, test_path(name));
    return test_path(name);
}

static json_t *list_of(const char *name)
{
    char path[128];
    json_error_t error;
    json_t *list;

    (void)snprintf(path, sizeof path, FIXTURES "%s", name);
    list = json_load_file(path, 0, &error);
    ck_assert_msg(json_is_array(list), "%s: %s", path, error.text);
    ck_assert_uint_gt(json_array_size(list), 0);
    return list;
}

static mmf_store *open_quick(const char *path, const mmf_record_type *type, uint32_t flags)
{
    mmf_options options = {.flags = flags, .timeout_ms = 30};
    mmf_store *store;

    ck_ok(mmf_store_open(path, type, &options, &store));
    return store;
}

/* --- Comparing -------------------------------------------------------------------------------- */

static void ck_text(const mmf_store *store, uint64_t index, uint32_t offset, uint32_t max,
                    const char *expected)
{
    char buffer[128];
    uint32_t len = 0;

    ck_ok(mmf_get_text(store, index, offset, max, buffer, sizeof buffer, &len));
    ck_assert_str_eq(buffer, expected);
    ck_assert_uint_eq(len, strlen(expected));
}

static void ck_tick(const mmf_store *store, uint64_t index, const json_t *tick)
{
    double number;
    uint64_t timestamp;

    ck_text(store, index, SYMBOL, 64, json_string_value(json_object_get(tick, "symbol")));
    ck_ok(mmf_get_f64(store, index, TICK, PRICE, &number));
    ck_assert(number == json_number_value(json_object_get(tick, "price")));
    ck_ok(mmf_get_f64(store, index, TICK, VOLUME, &number));
    ck_assert(number == json_number_value(json_object_get(tick, "volume")));
    ck_ok(mmf_get_u64(store, index, TICK, TIMESTAMP, &timestamp));
    ck_assert(timestamp == (uint64_t)json_integer_value(json_object_get(tick, "timestamp")));
}

static double number_of(const json_t *value)
{
    if (json_is_string(value)) {
        ck_assert_str_eq(json_string_value(value), "inf");
        return INFINITY;
    }
    return json_number_value(value);
}

#define ck_integer(suffix, c_type, offset, name)                                                   \
    do {                                                                                           \
        c_type value_;                                                                             \
        ck_ok(mmf_get_##suffix(store, index, 88, offset, &value_));                                \
        ck_assert_int_eq(value_, json_integer_value(json_object_get(all, name)));                  \
    } while (0)

static void ck_numbers(const mmf_store *store, uint64_t index, const json_t *all)
{
    int64_t i64;
    uint64_t u64;
    float f32;
    double f64;

    ck_integer(i8, int8_t, 9, "i8");
    ck_integer(u8, uint8_t, 10, "u8");
    ck_integer(i16, int16_t, 12, "i16");
    ck_integer(u16, uint16_t, 14, "u16");
    ck_integer(i32, int32_t, 16, "i32");
    ck_integer(u32, uint32_t, 20, "u32");
    ck_ok(mmf_get_i64(store, index, 88, 24, &i64));
    ck_assert(i64 == strtoll(json_string_value(json_object_get(all, "i64")), NULL, 10));
    ck_ok(mmf_get_u64(store, index, 88, 32, &u64));
    ck_assert(u64 == strtoull(json_string_value(json_object_get(all, "u64")), NULL, 10));
    ck_ok(mmf_get_f32(store, index, 88, 40, &f32));
    ck_assert(f32 == (float)number_of(json_object_get(all, "f32")));
    ck_ok(mmf_get_f64(store, index, 88, 48, &f64));
    ck_assert(f64 == number_of(json_object_get(all, "f64")));
}

static void ck_all(const mmf_store *store, uint64_t index, const json_t *all)
{
    const json_t *raw = json_object_get(all, "raw");
    uint8_t bytes[7];
    uint32_t len = 99;
    bool b;

    ck_ok(mmf_get_bool(store, index, 88, 8, &b));
    ck_assert_int_eq(b, json_is_true(json_object_get(all, "b")));
    ck_numbers(store, index, all);
    ck_text(store, index, 56, 13, json_string_value(json_object_get(all, "s")));
    ck_ok(mmf_get_text(store, index, 76, 7, bytes, sizeof bytes, &len));
    ck_assert_uint_eq(len, json_array_size(raw));
    for (uint32_t i = 0; i < len; i++) {
        ck_assert_int_eq(bytes[i], json_integer_value(json_array_get(raw, i)));
    }
}

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
    const char *path = copy_of("ticks.mmf");
    json_t *list = list_of("ticks.json");
    mmf_store *store = open_quick(path, &tick_type, modes[_i]);
    uint64_t capacity;

    ck_assert_uint_eq(json_array_size(list), 200);
    ck_assert_uint_eq(mmf_store_len(store), 200);
    ck_assert_uint_eq(mmf_store_capacity(store), (28672 - 64) / 104);
    for (uint64_t i = 0; i < 200; i++) {
        ck_tick(store, i, json_array_get(list, i));
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
    const char *path = copy_of("alltypes.mmf");
    json_t *list = list_of("alltypes.json");
    mmf_store *store = open_quick(path, &all_type, modes[_i]);

    ck_assert_uint_eq(json_array_size(list), 70);
    ck_assert_uint_eq(mmf_store_len(store), 70);
    for (uint64_t i = 0; i < 70; i++) {
        ck_all(store, i, json_array_get(list, i));
    }
    ck_ok(mmf_store_close(store));
    json_decref(list);
}
END_TEST

START_TEST(test_empty)
{
    const char *path = copy_of("empty.mmf");
    mmf_store *store = open_quick(path, &tick_type, modes[_i]);
    uint64_t value;

    ck_assert_uint_eq(mmf_store_len(store), 0);
    ck_assert_uint_eq(mmf_store_capacity(store), 64);
    ck_status(mmf_get_u64(store, 0, TICK, TIMESTAMP, &value), MMF_E_INDEX);
    ck_ok(mmf_store_close(store));
    ck_header(path, &tick_type, 0, 64);
}
END_TEST

/* Two writers were lost: their records say so, all the others are as they were, and opening has
 * touched none of them. */
START_TEST(test_stuck)
{
    const char *path = copy_of("stuck.mmf");
    json_t *list = list_of("stuck.json");
    mmf_store *store;
    uint8_t *before;
    uint8_t *after;
    size_t size;
    double price = 0;

    before = test_read_file(path, &size);
    store = open_quick(path, &tick_type, modes[_i]);
    ck_assert_uint_eq(mmf_store_len(store), 100);
    for (uint64_t i = 0; i < 100; i++) {
        if (i == 5 || i == 63) {
            ck_status(mmf_get_f64(store, i, TICK, PRICE, &price), MMF_E_STUCK);
        } else {
            ck_tick(store, i, json_array_get(list, i));
        }
    }
    ck_ok(mmf_peek_f64(store, 5, TICK, PRICE, &price));
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
    const char *path = copy_of("ticks.mmf");
    json_t *list = list_of("ticks.json");
    mmf_store *store = open_quick(path, &tick_type, modes[1 + _i]);
    uint64_t index = 0;

    for (uint64_t i = 0; i < 200; i++) { /* over the end of the file */
        ck_ok(mmf_append_zero(store, &index));
        ck_assert_uint_eq(index, 200 + i);
        ck_ok(mmf_set_text(store, index, SYMBOL, 64, "new", 3));
        ck_ok(mmf_set_f64(store, index, TICK, PRICE, (double)i));
    }
    ck_ok(mmf_set_f64(store, 0, TICK, VOLUME, 12345));
    ck_ok(mmf_store_sync(store));
    ck_ok(mmf_store_close(store));
    ck_header(path, &tick_type, 400, 550);
    store = open_quick(path, &tick_type, MMF_READ_ONLY);
    for (uint64_t i = 1; i < 200; i++) {
        ck_tick(store, i, json_array_get(list, i));
    }
    for (uint64_t i = 0; i < 400; i++) { /* even, as that library wants them at rest */
        ck_assert_uint_eq(test_counter(path, &tick_type, i) % 2, 0);
    }
    ck_text(store, 399, SYMBOL, 64, "new");
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
    memcpy(payload + PRICE - 8, &price, 8);
    memcpy(payload + VOLUME - 8, &volume, 8);
    memcpy(payload + TIMESTAMP - 8, &timestamp, 8);
    ck_ok(mmf_set_array(store, index, MMF_COUNTER_BYTES, sizeof payload, payload));
}

/* The calls that made ticks.mmf, by its counters: append, set, and some prices once more. */
static void make_ticks(mmf_store *store, const json_t *list, const uint8_t *theirs)
{
    for (uint64_t i = 0; i < 200; i++) {
        uint64_t counter;
        uint64_t index = 0;

        memcpy(&counter, theirs + 64 + i * TICK, 8);
        ck_assert(counter == 2 || counter == 4);
        ck_ok(mmf_append_zero(store, &index));
        set_tick(store, index, json_array_get(list, i));
        if (counter == 4) {
            ck_ok(
                mmf_set_f64(store, index, TICK, PRICE,
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
    json_t *list = list_of("ticks.json");
    size_t size;
    size_t size_of_theirs;
    uint8_t *theirs = test_read_file(FIXTURES "ticks.mmf", &size_of_theirs);
    mmf_store *store = test_create(path, &tick_type, modes[1 + _i]);
    uint8_t *ours;

    ck_assert_uint_eq(test_file_size(path), test_file_size(FIXTURES "empty.mmf"));
    make_ticks(store, list, theirs);
    ck_ok(mmf_store_close(store));
    ck_header(path, &tick_type, 200, 256);
    ours = test_read_file(path, &size);
    ck_assert_uint_eq(size, size_of_theirs);
    ck_assert_mem_eq(ours, theirs, 56);
    for (size_t at = 64; at < size; at++) {
        if (at < 64 + 200 * TICK && (at - 64) % TICK == 0) {
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

    ck_ok(mmf_store_close(test_create(path, &tick_type, modes[1 + _i])));
    theirs = test_read_file(FIXTURES "empty.mmf", &size);
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
