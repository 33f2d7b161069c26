/* Appending and growing: what a new record is, when it is seen, and how long the file gets. */
#include <stdlib.h>

#include "tests/runtime/testing.h"

const char *const suite_name = "append";

static uint32_t flags_of(int i)
{
    return i % 2 ? MMF_ONE_WRITER : 0;
}

static uint32_t format_of(int i)
{
    return i < 2 ? MMF_FORMAT_1 : MMF_FORMAT_2;
}

START_TEST(test_counters)
{
    mmf_record_type type = test_type(format_of(_i), 40);
    const char *path = test_path("store");
    mmf_store *store = test_create(path, &type, flags_of(_i));
    uint64_t index = 99;
    uint64_t word = 99;
    bool torn = true;

    ck_ok(test_append(store, 5, &index));
    ck_assert_uint_eq(index, 0);
    ck_ok(mmf_append_zero(store, &index));
    ck_assert_uint_eq(index, 1);
    ck_ok(mmf_append_zero(store, NULL));
    ck_ok(test_append(store, 6, NULL));
    ck_assert_uint_eq(test_counter(path, &type, 0), 512);
    ck_assert_uint_eq(test_counter(path, &type, 1), 0);
    ck_assert_uint_eq(test_counter(path, &type, 2), 0);
    ck_assert_uint_eq(test_counter(path, &type, 3), 512);
    ck_ok(test_get(store, 1, &word, &torn));
    ck_assert(word == 0 && !torn);
    ck_ok(test_set(store, 1, 8));
    ck_assert_uint_eq(test_counter(path, &type, 1), mmf_sequence_leave(mmf_sequence_enter(0, 1)));
    ck_ok(test_set(store, 0, 8));
    ck_assert_uint_eq(test_counter(path, &type, 0), mmf_sequence_leave(mmf_sequence_enter(512, 1)));
    ck_ok(mmf_store_close(store));
}
END_TEST

/* Nothing of an append can be seen before its end, and then all of it at once. */
START_TEST(test_visible_all_at_once)
{
    mmf_record_type type = test_type(format_of(_i), 40);
    const char *path = test_path("store");
    mmf_store *store = test_create(path, &type, flags_of(_i));
    mmf_store *reader = test_open(path, &type, MMF_READ_ONLY);
    mmf_append_section section;
    uint64_t word = 0;
    bool torn;

    ck_ok(test_append(store, 1, NULL));
    ck_ok(mmf_append_begin(store, 100, &section));
    ck_assert_uint_eq(section.index, 1);
    ck_assert_uint_eq(mmf_store_len(store), 1);
    for (uint64_t i = 0; i < 100; i++) {
        unsigned char *record = section.record + i * 40;

        mmf_bytes_zero(mmf_append_record_begin(record), 32);
        mmf_append_record_end(store, record);
        ck_assert_uint_eq(mmf_store_len(store), 1);
        ck_assert_uint_eq(mmf_store_len(reader), 1);
        ck_status(test_get(reader, 1, &word, &torn), MMF_E_INDEX);
        ck_status(test_get(store, 1 + i, &word, &torn), MMF_E_INDEX);
    }
    ck_ok(mmf_append_end(store, &section, 100));
    ck_assert_uint_eq(mmf_store_len(store), 101);
    ck_assert_uint_eq(mmf_store_len(reader), 101);
    ck_ok(test_get(reader, 100, &word, &torn));
    ck_status(test_get(reader, 101, &word, &torn), MMF_E_INDEX);
    ck_ok(mmf_store_close(reader));
    ck_ok(mmf_store_close(store));
}
END_TEST

/* Fewer than were asked for may be published, none too. */
START_TEST(test_publish_fewer)
{
    mmf_record_type type = test_type(format_of(_i), 40);
    mmf_store *store = test_create(test_path("store"), &type, flags_of(_i));
    mmf_append_section section;

    ck_ok(mmf_append_begin(store, 1000, &section));
    ck_ok(mmf_append_end(store, &section, 0));
    ck_assert_uint_eq(mmf_store_len(store), 0);
    ck_ok(test_append_n(store, 3, 0, NULL));
    ck_assert_uint_eq(mmf_store_len(store), 0);
    ck_ok(test_append(store, 1, NULL));
    ck_assert_uint_eq(mmf_store_len(store), 1);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* Over many ends of the file, in steps that do not divide it; and again after a reopening. */
START_TEST(test_over_every_growth)
{
    mmf_record_type type = test_type(format_of(_i), 104);
    const char *path = test_path("store");
    mmf_store *store = test_create(path, &type, flags_of(_i));
    const unsigned char *records = store->records;
    uint64_t n = 0;

    for (uint64_t step = 1; n < 50000; step = step * 3 % 1009) {
        uint64_t first = 0;

        ck_ok(test_append_n(store, n, step, &first));
        ck_assert_uint_eq(first, n);
        n += step;
        ck_assert_uint_eq(mmf_store_len(store), n);
        ck_assert_uint_ge(mmf_store_capacity(store), n);
        ck_assert_uint_ge(test_file_size(path),
                          test_record_offset(&type, mmf_store_capacity(store)));
    }
    ck_assert_ptr_eq(store->records, records);
    for (int reopened = 0; reopened < 2; reopened++) {
        uint64_t expected = 0;
        uint64_t at = 0;

        for (uint64_t step = 1; at < n; step = step * 3 % 1009) {
            expected = at;
            for (uint64_t i = 0; i < step; i++, at++) {
                uint64_t word = 0;
                bool torn = true;

                ck_ok(test_get(store, at, &word, &torn));
                ck_assert(word == expected && !torn);
            }
        }
        ck_ok(mmf_store_close(store));
        store = test_open(path, &type, reopened ? MMF_READ_ONLY : flags_of(_i));
        ck_assert_uint_eq(mmf_store_len(store), n);
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

/* What a writer that died in an append left behind the last record. */
START_TEST(test_leftovers_are_overwritten)
{
    mmf_record_type type = test_type(format_of(_i), 40);
    const char *path = test_path("store");
    mmf_store *store = test_create(path, &type, 0);
    uint64_t junk[5 * 8];
    uint64_t word = 1;
    bool torn = true;

    ck_ok(test_append(store, 1, NULL));
    ck_ok(mmf_store_close(store));
    memset(junk, 0xff, sizeof junk); /* counters odd, too */
    test_write_at(path, test_record_offset(&type, 1), junk, sizeof junk);
    store = test_open(path, &type, flags_of(_i));
    ck_assert_uint_eq(mmf_store_len(store), 1);
    ck_status(test_get(store, 1, &word, &torn), MMF_E_INDEX);
    ck_ok(mmf_append_zero(store, NULL));
    ck_ok(test_append(store, 7, NULL));
    ck_ok(test_append_n(store, 8, 6, NULL));
    ck_ok(test_get(store, 1, &word, &torn));
    ck_assert(word == 0 && !torn);
    ck_assert_uint_eq(test_counter(path, &type, 1), 0);
    ck_ok(test_get(store, 2, &word, &torn));
    ck_assert(word == 7 && !torn);
    ck_assert_uint_eq(test_counter(path, &type, 2), 512);
    for (uint64_t i = 3; i < 9; i++) {
        ck_ok(test_get(store, i, &word, &torn));
        ck_assert(word == 8 && !torn);
        ck_assert_uint_eq(test_counter(path, &type, i), 512);
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_growth_of_format_1)
{
    mmf_record_type type = test_type(MMF_FORMAT_1, 104);
    const char *path = test_path("store");
    mmf_store *store = test_create(path, &type, flags_of(_i));
    uint64_t capacity = 64;

    ck_assert_uint_eq(test_file_size(path), 6720);
    for (uint64_t n = 1; n <= 5000; n++) {
        ck_ok(mmf_append_zero(store, NULL));
        if (n > capacity) {
            capacity *= 2;
            ck_assert_uint_eq(mmf_store_capacity(store), capacity);
            ck_assert_uint_eq(test_file_size(path), (64 + capacity * 104 + 4095) / 4096 * 4096);
        }
        if (n == 200) {
            ck_assert_uint_eq(test_file_size(path), 28672);
        }
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

/* Counts records without writing any. */
static void append_unfilled(mmf_store *store, uint64_t n)
{
    mmf_append_section section;

    ck_ok(mmf_append_begin(store, n, &section));
    ck_ok(mmf_append_end(store, &section, n));
}

/* Format 2: a quarter, at least 64 KiB, at most 64 MiB. */
START_TEST(test_growth_of_format_2)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 4096);
    const char *path = test_path("store");
    mmf_store *store;
    uint64_t last;

    type.capacity = 1;
    store = test_create(path, &type, flags_of(_i));
    last = test_file_size(path);
    while (last < (300u << 20)) {
        uint64_t capacity = mmf_store_capacity(store);
        uint64_t grown;
        uint64_t size;

        append_unfilled(store, capacity - mmf_store_len(store));
        ck_assert_uint_eq(test_file_size(path), last);
        ck_ok(mmf_append_zero(store, NULL)); /* and one more */
        size = test_file_size(path);
        grown = size - last;
        ck_assert_uint_ge(grown, 64u << 10);
        ck_assert_uint_le(grown, (64u << 20) + 4096);
        if (capacity * 4096 / 4 > (80u << 10) && capacity * 4096 / 4 < (64u << 20)) {
            ck_assert_uint_ge(grown, capacity / 4 * 4096);
            ck_assert_uint_le(grown, capacity / 4 * 4096 + 4096);
        }
        last = size;
        if (size > (20u << 20) && size < (250u << 20)) {
            ck_ok(
                mmf_store_reserve(store, (260u << 20) / 4096)); /* straight to the bounded steps */
            last = test_file_size(path);
            /* most of it empty: the count goes on from there */
            append_unfilled(store, mmf_store_capacity(store) - mmf_store_len(store));
        }
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_reserve)
{
    mmf_record_type type = test_type(format_of(_i), 64);
    const char *path = test_path("store");
    mmf_store *store = test_create(path, &type, flags_of(_i));
    uint64_t capacity;
    uint64_t size;

    ck_ok(mmf_store_reserve(store, 0));
    ck_ok(mmf_store_reserve(store, 1));
    ck_assert_uint_le(test_file_size(path), 12288);
    ck_ok(mmf_store_reserve(store, 100000));
    capacity = mmf_store_capacity(store);
    size = test_file_size(path);
    ck_assert_uint_ge(capacity, 100000);
    ck_assert_uint_ge(size, test_record_offset(&type, 100000));
    ck_ok(test_append_n(store, 1, capacity, NULL));
    ck_assert_uint_eq(test_file_size(path), size); /* it was all there */
    ck_assert_uint_eq(mmf_store_len(store), capacity);
    ck_status(mmf_store_reserve(store, UINT64_MAX), MMF_E_LIMIT);
    ck_status(mmf_store_reserve(store, UINT64_C(1) << 58), MMF_E_LIMIT);
    ck_assert_uint_eq(test_file_size(path), size);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* At the end of the reservation: a status, again and again, and a store that is whole. */
START_TEST(test_limit)
{
    mmf_record_type type = test_type(format_of(_i), 64);
    mmf_options options = {.flags = flags_of(_i), .reservation_bytes = 1 << 20};
    const char *path = test_path("store");
    uint64_t most = ((1 << 20) - test_record_offset(&type, 0)) / 64;
    mmf_store *store;
    uint64_t index = 99;
    uint64_t word = 0;
    bool torn;

    ck_ok(mmf_store_create(path, &type, &options, &store));
    ck_status(test_append_n(store, 1, most + 1, NULL), MMF_E_LIMIT);
    ck_status(test_append_n(store, 1, UINT64_MAX, NULL), MMF_E_LIMIT);
    ck_status(test_append_n(store, 1, UINT64_C(1) << 58, NULL), MMF_E_LIMIT);
    for (uint64_t i = 0; i < most; i++) {
        ck_ok(test_append(store, i, NULL));
    }
    for (int i = 0; i < 3; i++) {
        ck_status(test_append(store, 1, &index), MMF_E_LIMIT);
        ck_status(mmf_append_zero(store, &index), MMF_E_LIMIT);
        ck_status(test_append_n(store, 1, UINT64_MAX, NULL), MMF_E_LIMIT);
        ck_status(test_append_n(store, 1, UINT64_MAX - most + 1, NULL), MMF_E_LIMIT);
    }
    ck_assert_uint_eq(index, 99);
    ck_assert_uint_eq(mmf_store_len(store), most);
    ck_assert_uint_le(test_file_size(path), 1 << 20);
    ck_ok(test_set(store, most - 1, 4711));
    ck_ok(test_get(store, most - 1, &word, &torn));
    ck_assert_uint_eq(word, 4711);
    ck_ok(mmf_store_sync(store));
    ck_ok(mmf_store_close(store));
    store = test_open(path, &type, flags_of(_i)); /* with the default it goes on */
    ck_ok(test_append(store, 1, &index));
    ck_assert_uint_eq(index, most);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* Two handles, each with its own idea of the file, take turns. */
START_TEST(test_two_handles)
{
    mmf_record_type type = test_type(_i ? MMF_FORMAT_2 : MMF_FORMAT_1, 104);
    const char *path = test_path("store");
    mmf_store *a = test_create(path, &type, 0);
    mmf_store *b = test_open(path, &type, 0);
    uint64_t index = 0;
    uint64_t word = 0;
    bool torn;

    for (uint64_t i = 0; i < 20000; i++) {
        ck_ok(test_append((i / 7) % 2 ? a : b, i, &index));
        ck_assert_uint_eq(index, i);
    }
    for (uint64_t i = 0; i < 20000; i++) {
        ck_ok(test_get(i % 2 ? a : b, i, &word, &torn));
        ck_assert(word == i && !torn);
    }
    ck_ok(mmf_store_close(a));
    ck_ok(test_append(b, 1, &index));
    ck_assert_uint_eq(index, 20000);
    ck_ok(mmf_store_close(b));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_counters, 0, 4);
    tcase_add_loop_test(tcase, test_visible_all_at_once, 0, 4);
    tcase_add_loop_test(tcase, test_publish_fewer, 0, 4);
    tcase_add_loop_test(tcase, test_over_every_growth, 0, 4);
    tcase_add_loop_test(tcase, test_leftovers_are_overwritten, 0, 4);
    tcase_add_loop_test(tcase, test_growth_of_format_1, 0, 2);
    tcase_add_loop_test(tcase, test_growth_of_format_2, 0, 2);
    tcase_add_loop_test(tcase, test_reserve, 0, 4);
    tcase_add_loop_test(tcase, test_limit, 0, 4);
    tcase_add_loop_test(tcase, test_two_handles, 0, 2);
}
