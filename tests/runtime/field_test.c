/* Scalars and arrays: every type of types.def at every place, in both modes of writing, with
 * untouched neighbours. */
#include <stdlib.h>

#include "schema/types.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "field";

#define SIZE 64u /* of a record; its payload is bytes 8 … 63 */

static mmf_record_type type;

static mmf_store *make(uint32_t flags)
{
    mmf_store *store;

    type = test_type(MMF_FORMAT_2, SIZE);
    (void)unlink(test_path("store"));
    store = test_create(test_path("store"), &type, flags);
    for (int i = 0; i < 3; i++) {
        ck_ok(test_append(store, UINT64_C(0xaaaaaaaaaaaaaaaa), NULL));
    }
    return store;
}

/* The whole record is `filler` but for `size` bytes at offset, which are `bytes`; the records
 * beside it are all filler. */
static void ck_bytes(mmf_store *store, uint32_t offset, const void *bytes, uint32_t size)
{
    uint8_t expected[SIZE - 8];
    uint8_t found[SIZE - 8];

    for (uint64_t index = 0; index < 3; index++) {
        memset(expected, 0xaa, sizeof expected);
        if (index == 1) {
            memcpy(expected + offset - 8, bytes, size);
        }
        ck_ok(mmf_get_record(store, index, SIZE, SIZE - 8, found));
        ck_assert_mem_eq(found, expected, sizeof expected);
    }
}

static void refill(mmf_store *store)
{
    ck_ok(test_set(store, 1, UINT64_C(0xaaaaaaaaaaaaaaaa)));
}

static uint64_t counter_of(const mmf_store *store, uint64_t index)
{
    return *mmf_record_counter(store->records + index * SIZE);
}

/* One writer's scalar goes to the next step; everybody else goes odd first. */
static uint64_t counter_after(const mmf_store *store, uint64_t before)
{
    return store->mode == MMF_MODE_ONE_WRITER
               ? mmf_sequence_leave(before)
               : mmf_sequence_leave(mmf_sequence_enter(before, store->tag >> 1));
}

/* One type: its extremes at every aligned offset, read back by get and by peek, bit by bit; and
 * indexes that do not exist: nothing is touched, neither the record nor the out-parameter. */
#define TEST_TYPE(suffix, c_type, ...)                                                             \
    static void check_bounds_##suffix(mmf_store *store, uint32_t offset)                           \
    {                                                                                              \
        static const uint64_t bad[] = {3, 4, 64, UINT64_C(1) << 58, UINT64_MAX - 1, UINT64_MAX};   \
        c_type value;                                                                              \
        c_type was;                                                                                \
                                                                                                   \
        memset(&value, 1, sizeof value);                                                           \
        memcpy(&was, &value, sizeof was);                                                          \
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {                                    \
            ck_status(mmf_get_##suffix(store, bad[i], SIZE, offset, &value), MMF_E_INDEX);         \
            ck_status(mmf_peek_##suffix(store, bad[i], SIZE, offset, &value), MMF_E_INDEX);        \
            ck_status(mmf_set_##suffix(store, bad[i], SIZE, offset, value), MMF_E_INDEX);          \
            ck_assert_mem_eq(&value, &was, sizeof value);                                          \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void check_##suffix(mmf_store *store)                                                   \
    {                                                                                              \
        static const c_type values[] = {__VA_ARGS__};                                              \
        const uint32_t size = (uint32_t)sizeof(c_type);                                            \
                                                                                                   \
        for (uint32_t offset = 8; offset + size <= SIZE; offset += size) {                         \
            for (size_t i = 0; i < sizeof values / sizeof *values; i++) {                          \
                c_type value = values[i];                                                          \
                c_type got;                                                                        \
                c_type peeked;                                                                     \
                uint64_t before;                                                                   \
                                                                                                   \
                refill(store);                                                                     \
                before = counter_of(store, 1);                                                     \
                ck_ok(mmf_set_##suffix(store, 1, SIZE, offset, value));                            \
                ck_assert_uint_eq(counter_of(store, 1), counter_after(store, before));             \
                ck_bytes(store, offset, &value, size);                                             \
                ck_ok(mmf_get_##suffix(store, 1, SIZE, offset, &got));                             \
                ck_ok(mmf_peek_##suffix(store, 1, SIZE, offset, &peeked));                         \
                ck_assert_mem_eq(&got, &value, size);                                              \
                ck_assert_mem_eq(&peeked, &value, size);                                           \
            }                                                                                      \
            check_bounds_##suffix(store, offset);                                                  \
        }                                                                                          \
    }

TEST_TYPE(bool, bool, false, true)
TEST_TYPE(i8, int8_t, 0, -1, INT8_MIN, INT8_MAX)
TEST_TYPE(u8, uint8_t, 0, 1, UINT8_MAX)
TEST_TYPE(i16, int16_t, 0, -1, INT16_MIN, INT16_MAX, 0x1234)
TEST_TYPE(u16, uint16_t, 0, UINT16_MAX, 0x1234)
TEST_TYPE(i32, int32_t, 0, -1, INT32_MIN, INT32_MAX, 0x12345678)
TEST_TYPE(u32, uint32_t, 0, UINT32_MAX, 0x12345678)
TEST_TYPE(i64, int64_t, 0, -1, INT64_MIN, INT64_MAX, 0x123456789abcdef0)
TEST_TYPE(u64, uint64_t, 0, UINT64_MAX, 0x123456789abcdef0)
TEST_TYPE(f32, float, 0.0f, -0.0f, 1.5f, -1e38f, 1e-45f)
TEST_TYPE(f64, double, 0.0, -0.0, 1.5, -1e308, 5e-324)

typedef struct row {
    const char *suffix;
    void (*check)(mmf_store *store);
    uint32_t size;
} row;

static const row rows[] = {
    {"bool", check_bool, 1}, {"i8", check_i8, 1},   {"u8", check_u8, 1},   {"i16", check_i16, 2},
    {"u16", check_u16, 2},   {"i32", check_i32, 4}, {"u32", check_u32, 4}, {"i64", check_i64, 8},
    {"u64", check_u64, 8},   {"f32", check_f32, 4}, {"f64", check_f64, 8},
};

/* Every scalar row of types.def has its test, with the size that it names. */
START_TEST(test_every_type)
{
    mmf_store *store = make(_i ? MMF_ONE_WRITER : 0);
    unsigned checked = 0;

    for (mmf_type id = 0; id < MMF_TYPE_COUNT; id++) {
        const mmf_type_info *info = mmf_type_info_of(id);
        bool found = info->size == 0; /* string, bytes, enum */

        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            if (strcmp(rows[i].suffix, info->suffix) == 0) {
                ck_assert_uint_eq(rows[i].size, info->size);
                rows[i].check(store);
                found = true;
                checked++;
            }
        }
        ck_assert_msg(found, "no test for %s", info->name);
    }
    ck_assert_uint_eq(checked, sizeof rows / sizeof *rows);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* NaNs keep their payload bits, also the signalling ones. */
START_TEST(test_nan_bits)
{
    static const uint64_t doubles[] = {0x7ff8000000000001, 0x7ff0000000000001, 0xfff8dead0000beef,
                                       0x7ff4000000000000, 0x7ff0000000000000};
    static const uint32_t floats[] = {0x7fc00001, 0x7f800001, 0xffc0beef, 0x7f800000};
    mmf_store *store = make(_i ? MMF_ONE_WRITER : 0);

    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++) {
        double value;
        double got;
        uint64_t bits;

        memcpy(&value, &doubles[i], 8);
        ck_ok(mmf_set_f64(store, 1, SIZE, 16, value));
        ck_ok(mmf_get_f64(store, 1, SIZE, 16, &got));
        ck_assert_mem_eq(&got, &doubles[i], 8);
        ck_ok(mmf_get_u64(store, 1, SIZE, 16, &bits));
        ck_assert_uint_eq(bits, doubles[i]);
    }
    for (size_t i = 0; i < sizeof floats / sizeof *floats; i++) {
        float value;
        float got;

        memcpy(&value, &floats[i], 4);
        ck_ok(mmf_set_f32(store, 1, SIZE, 20, value));
        ck_ok(mmf_get_f32(store, 1, SIZE, 20, &got));
        ck_assert_mem_eq(&got, &floats[i], 4);
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_any_byte_but_zero_is_true)
{
    mmf_store *store = make(_i ? MMF_ONE_WRITER : 0);

    for (unsigned byte = 0; byte < 256; byte++) {
        bool got = byte == 0;
        uint8_t back;

        ck_ok(mmf_set_u8(store, 1, SIZE, 13, (uint8_t)byte));
        ck_ok(mmf_get_bool(store, 1, SIZE, 13, &got));
        ck_assert_int_eq(got, byte != 0);
        ck_ok(mmf_peek_bool(store, 1, SIZE, 13, &got));
        ck_assert_int_eq(got, byte != 0);
        ck_ok(mmf_set_bool(store, 1, SIZE, 13, got));
        ck_ok(mmf_get_u8(store, 1, SIZE, 13, &back));
        ck_assert_uint_eq(back, byte != 0);
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

/* Arrays: any size at any offset, odd ones too, from and to unaligned memory. */
START_TEST(test_arrays)
{
    mmf_store *store = make(_i ? MMF_ONE_WRITER : 0);
    uint8_t source[SIZE + 1];
    uint8_t target[SIZE + 2];

    for (uint32_t offset = 8; offset < SIZE; offset++) {
        for (uint32_t size = 0; offset + size <= SIZE; size++) {
            for (uint32_t i = 0; i < size; i++) {
                source[1 + i] = (uint8_t)(offset + i * 7 + size);
            }
            refill(store);
            ck_ok(mmf_set_array(store, 1, offset, size, source + 1));
            ck_bytes(store, offset, source + 1, size);
            memset(target, 0x55, sizeof target);
            ck_ok(mmf_get_array(store, 1, offset, size, target + 1));
            ck_assert_mem_eq(target + 1, source + 1, size);
            ck_assert(target[0] == 0x55 && target[1 + size] == 0x55);
        }
    }
    ck_status(mmf_get_array(store, 3, 8, 8, target), MMF_E_INDEX);
    ck_status(mmf_set_array(store, 3, 8, 8, source), MMF_E_INDEX);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* Records whose content is the same are told apart by their place alone. */
START_TEST(test_records_do_not_overlap)
{
    static const uint32_t sizes[] = {16, 24, 104, 4096};

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        char name[16];
        mmf_record_type of = test_type(1 + s % 2, sizes[s]);
        mmf_store *store;

        (void)snprintf(name, sizeof name, "s%u", sizes[s]);
        store = test_create(test_path(name), &of, _i ? MMF_ONE_WRITER : 0);
        for (uint64_t i = 0; i < 200; i++) {
            ck_ok(test_append(store, ~i, NULL));
        }
        for (uint64_t i = 0; i < 200; i += 2) {
            ck_ok(test_set(store, i, i));
        }
        for (uint64_t i = 0; i < 200; i++) {
            uint64_t word = 0;
            bool torn = true;

            ck_ok(test_get(store, i, &word, &torn));
            ck_assert(!torn);
            ck_assert_uint_eq(word, i % 2 ? ~i : i);
        }
        ck_ok(mmf_store_close(store));
    }
}
END_TEST

/* A payload may be smaller than the record: its padding is nobody's. */
START_TEST(test_payload_smaller_than_the_record)
{
    mmf_record_type of = test_type(MMF_FORMAT_2, 128);
    uint64_t payload[2] = {1, 2};
    uint64_t got[3] = {9, 9, 9};
    mmf_append_section section;
    mmf_store *store;

    of.payload_size = 16;
    of.record_align = 128;
    store = test_create(test_path("padded"), &of, _i ? MMF_ONE_WRITER : 0);
    ck_assert_uint_eq((uintptr_t)store->records % 128, 0);
    ck_ok(mmf_append_begin(store, 1, &section));
    mmf_words_store(mmf_append_record_begin(section.record), payload, 16);
    mmf_append_record_end(store, section.record);
    ck_ok(mmf_append_end(store, &section, 1));
    ck_ok(mmf_get_record(store, 0, 128, 16, got));
    ck_assert(got[0] == 1 && got[1] == 2 && got[2] == 9);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_masked_store)
{
    uint64_t record[3] = {7, 7, 7};
    uint64_t from[3] = {UINT64_MAX, UINT64_MAX, UINT64_MAX};
    uint64_t mask[2] = {0x00000000ffffffff, 0xff00ff00ff00ff00};

    mmf_words_store_masked((unsigned char *)record, from, mask, 16);
    ck_assert_uint_eq(record[0], mask[0]);
    ck_assert_uint_eq(record[1], mask[1]);
    ck_assert_uint_eq(record[2], 7);
}
END_TEST

/* --- Sections -------------------------------------------------------------------------------- */

START_TEST(test_read_section)
{
    mmf_store *store = make(_i ? MMF_ONE_WRITER : 0);
    mmf_read_section section;

    ck_ok(mmf_read_begin(store, 1, SIZE, &section));
    ck_assert_uint_eq(section.payload[0], 0xaa);
    ck_assert_ptr_eq(section.payload, store->records + SIZE + 8);
    ck_assert(mmf_read_valid(&section));
    ck_assert(mmf_read_valid(&section)); /* as often as one likes */
    ck_ok(mmf_set_u8(store, 0, SIZE, 8, 1));
    ck_assert(mmf_read_valid(&section)); /* another record */
    ck_ok(mmf_set_u8(store, 1, SIZE, 8, 1));
    ck_assert(!mmf_read_valid(&section));
    ck_ok(mmf_read_begin(store, 1, SIZE, &section));
    ck_assert(mmf_read_valid(&section));
    ck_ok(mmf_set_u8(store, 1, SIZE, 8, 1)); /* the same value is a write too */
    ck_assert(!mmf_read_valid(&section));
    ck_status(mmf_read_begin(store, 3, SIZE, &section), MMF_E_INDEX);
    ck_status(mmf_read_begin(store, UINT64_MAX, SIZE, &section), MMF_E_INDEX);
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_write_section)
{
    mmf_store *store = make(_i ? MMF_ONE_WRITER : 0);
    mmf_write_section section;
    mmf_read_section reader;
    uint64_t before = counter_of(store, 1);
    uint64_t zero = 0;

    ck_ok(mmf_read_begin(store, 1, SIZE, &reader));
    ck_ok(mmf_write_begin(store, 1, SIZE, 16, 8, &section));
    ck_assert_uint_eq(counter_of(store, 1) & 1, 1);
    ck_assert_uint_eq(mmf_sequence_slot(counter_of(store, 1)), store->tag >> 1);
    ck_assert_uint_gt(counter_of(store, 1), before);
    ck_assert(!mmf_read_valid(&reader));
    mmf_bytes_store(section.payload + 8, &zero, 8);
    ck_ok(mmf_write_end(store, &section));
    ck_assert_uint_eq(counter_of(store, 1) % MMF_SEQUENCE_STEP, 0);
    ck_assert_uint_gt(counter_of(store, 1), before);
    ck_bytes(store, 16, &zero, 8);
    ck_status(mmf_write_begin(store, 3, SIZE, 8, 8, &section), MMF_E_INDEX);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* The arithmetic of the counter, for every slot and for counters of either library. */
START_TEST(test_sequence_numbers)
{
    static const uint64_t counters[] = {
        0, 2, 4, 510, 512, 514, 1022, 1024, UINT64_C(1) << 40, (UINT64_C(1) << 40) + 2};

    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) {
        for (uint32_t slot = 0; slot < 256; slot++) {
            uint64_t odd = mmf_sequence_enter(counters[i], slot);
            uint64_t even = mmf_sequence_leave(odd);

            ck_assert(mmf_sequence_is_odd(odd) && !mmf_sequence_is_odd(even));
            ck_assert(counters[i] < odd && odd < even);
            ck_assert_uint_eq(mmf_sequence_slot(odd), slot);
            ck_assert_uint_eq(even % 512, 0);
        }
        ck_assert_uint_gt(mmf_sequence_leave(counters[i]), counters[i]);
    }
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_every_type, 0, 2);
    tcase_add_loop_test(tcase, test_nan_bits, 0, 2);
    tcase_add_loop_test(tcase, test_any_byte_but_zero_is_true, 0, 2);
    tcase_add_loop_test(tcase, test_arrays, 0, 2);
    tcase_add_loop_test(tcase, test_records_do_not_overlap, 0, 2);
    tcase_add_loop_test(tcase, test_payload_smaller_than_the_record, 0, 2);
    tcase_add_test(tcase, test_masked_store);
    tcase_add_loop_test(tcase, test_read_section, 0, 2);
    tcase_add_loop_test(tcase, test_write_section, 0, 2);
    tcase_add_test(tcase, test_sequence_numbers);
}
