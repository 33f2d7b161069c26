/* Strings and bytes: lengths, buffers, tails, and lengths that no writer of ours left there. */
#include <stdlib.h>

#include "tests/runtime/testing.h"

const char *const suite_name = "text";

#define SIZE 64u
#define OFFSET 12u
#define MAX 13u /* its end shares a word with what follows */

static mmf_record_type type;

static mmf_store *make(uint32_t flags)
{
    mmf_store *store;

    type = test_type(MMF_FORMAT_2, SIZE);
    store = test_create(test_path("store"), &type, flags);
    ck_ok(test_append(store, UINT64_MAX, NULL));
    ck_ok(test_append(store, UINT64_MAX, NULL));
    return store;
}

START_TEST(test_every_length)
{
    static const char text[] = "0123456789abc";
    mmf_store *store = make(_i ? MMF_ONE_WRITER : 0);

    for (uint32_t len = 0; len <= MAX; len++) {
        uint8_t record[SIZE - 8];
        char buffer[MAX + 2];
        uint32_t got = 99;

        ck_ok(mmf_set_text(store, 0, OFFSET, MAX, text, MAX)); /* leftovers to be wiped */
        ck_ok(mmf_set_text(store, 0, OFFSET, MAX, text, len));
        memset(buffer, 'x', sizeof buffer);
        ck_ok(mmf_get_text(store, 0, OFFSET, MAX, buffer, sizeof buffer, &got));
        ck_assert_uint_eq(got, len);
        ck_assert_mem_eq(buffer, text, len);
        ck_assert_int_eq(buffer[len], '\0');
        ck_assert_int_eq(buffer[len + 1 < sizeof buffer ? len + 1 : len],
                         len + 1 < sizeof buffer ? 'x' : 0);

        ck_ok(mmf_get_record(store, 0, SIZE, SIZE - 8, record));
        for (uint32_t at = 0; at < SIZE - 8; at++) {
            uint32_t in = at - (OFFSET - 8);
            uint8_t expected = in < 4         ? (uint8_t)(in == 0 ? len : 0)
                               : in < 4 + len ? (uint8_t)text[in - 4]
                               : in < 4 + MAX ? 0
                                              : 0xff;

            ck_assert_msg(record[at] == expected, "len %u, byte %u: %#x", len, at, record[at]);
        }
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_too_long)
{
    static const size_t lengths[] = {
        MAX + 1, 100, UINT32_MAX, (size_t)UINT32_MAX + 1, (size_t)UINT32_MAX + 4, SIZE_MAX};
    mmf_store *store = make(_i ? MMF_ONE_WRITER : 0);
    uint8_t before[SIZE];
    uint8_t after[SIZE];

    ck_ok(mmf_set_text(store, 0, OFFSET, MAX, "hello", 5));
    memcpy(before, store->records, SIZE);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        ck_status(mmf_set_text(store, 0, OFFSET, MAX, "", lengths[i]), MMF_E_TOO_LONG);
    }
    memcpy(after, store->records, SIZE);
    ck_assert_mem_eq(before, after, SIZE); /* not even the counter */
    ck_ok(mmf_store_close(store));
}
END_TEST

START_TEST(test_buffers)
{
    mmf_store *store = make(_i ? MMF_ONE_WRITER : 0);
    char buffer[8];
    uint32_t len;

    ck_ok(mmf_set_text(store, 0, OFFSET, MAX, "hello", 5));
    for (size_t size = 0; size < 5; size++) {
        memset(buffer, 'x', sizeof buffer);
        len = 0;
        ck_status(mmf_get_text(store, 0, OFFSET, MAX, size ? buffer : NULL, size, &len),
                  MMF_E_TOO_LONG);
        ck_assert_uint_eq(len, 5);
        ck_assert_mem_eq(buffer, "xxxxxxxx", 8);
    }
    ck_status(mmf_get_text(store, 0, OFFSET, MAX, NULL, 0, NULL), MMF_E_TOO_LONG);
    memset(buffer, 'x', sizeof buffer);
    ck_ok(mmf_get_text(store, 0, OFFSET, MAX, buffer, 5, NULL)); /* without room for a NUL */
    ck_assert_mem_eq(buffer, "helloxxx", 8);
    ck_ok(mmf_get_text(store, 0, OFFSET, MAX, buffer, 6, &len));
    ck_assert_mem_eq(buffer, "hello\0xx", 8);

    ck_ok(mmf_set_text(store, 0, OFFSET, MAX, NULL, 0));
    ck_ok(mmf_get_text(store, 0, OFFSET, MAX, NULL, 0, &len));
    ck_assert_uint_eq(len, 0);
    ck_ok(mmf_get_text(store, 0, OFFSET, MAX, buffer, 1, &len));
    ck_assert_int_eq(buffer[0], '\0');
    ck_status(mmf_get_text(store, 2, OFFSET, MAX, buffer, 8, &len), MMF_E_INDEX);
    ck_status(mmf_set_text(store, 2, OFFSET, MAX, "x", 1), MMF_E_INDEX);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* Zeros and any other byte are content. */
START_TEST(test_binary_content)
{
    mmf_store *store = make(_i ? MMF_ONE_WRITER : 0);
    uint8_t buffer[4];
    uint32_t len;

    ck_ok(mmf_set_text(store, 0, OFFSET, MAX, "\0\xff\0\x80", 4));
    ck_ok(mmf_get_text(store, 0, OFFSET, MAX, buffer, sizeof buffer, &len));
    ck_assert_uint_eq(len, 4);
    ck_assert_mem_eq(buffer, "\0\xff\0\x80", 4);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* A length in the file that cannot be: never an access beyond the field. */
START_TEST(test_hostile_length)
{
    static const uint32_t lengths[] = {MAX + 1, 0x7fffffff, 0x80000000, UINT32_MAX - 3, UINT32_MAX};
    mmf_store *store = make(_i ? MMF_ONE_WRITER : 0);
    char buffer[64];
    uint32_t len = 77;

    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        ck_ok(mmf_set_u32(store, 0, SIZE, OFFSET, lengths[i]));
        memset(buffer, 'x', sizeof buffer);
        ck_status(mmf_get_text(store, 0, OFFSET, MAX, buffer, sizeof buffer, &len), MMF_E_CORRUPT);
        ck_status(mmf_get_text(store, 0, OFFSET, MAX, NULL, 0, &len), MMF_E_CORRUPT);
        ck_assert_uint_eq(len, 77);
        ck_assert_int_eq(buffer[0], 'x');
        ck_ok(mmf_set_text(store, 0, OFFSET, MAX, "again", 5)); /* and it can be set right */
        ck_ok(mmf_get_text(store, 0, OFFSET, MAX, buffer, sizeof buffer, NULL));
        ck_assert_str_eq(buffer, "again");
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

/* A field that ends with the record, of every max, at every place where one may begin. */
START_TEST(test_every_place)
{
    static const char text[] = "the quick brown fox jumps over the lazy dog";
    mmf_store *store = make(_i ? MMF_ONE_WRITER : 0);

    for (uint32_t offset = 8; offset + 5 <= SIZE; offset += 4) {
        for (uint32_t max = 1; offset + 4 + max <= SIZE && max < sizeof text; max++) {
            char buffer[64];
            uint8_t payload[SIZE - 8];
            uint32_t len;

            ck_ok(test_set(store, 0, UINT64_MAX));
            ck_ok(mmf_set_text(store, 0, offset, max, text, max));
            ck_ok(mmf_get_text(store, 0, offset, max, buffer, sizeof buffer, &len));
            ck_assert_uint_eq(len, max);
            ck_assert_mem_eq(buffer, text, max);
            ck_ok(mmf_get_record(store, 0, SIZE, SIZE - 8, payload));
            for (uint32_t at = 0; at < SIZE - 8; at++) {
                if (at + 8 < offset || at + 8 >= offset + 4 + max) {
                    ck_assert_uint_eq(payload[at], 0xff);
                }
            }
            ck_ok(mmf_get_record(store, 1, SIZE, SIZE - 8, payload));
            ck_assert_uint_eq(payload[0], 0xff);
        }
    }
    ck_ok(mmf_store_close(store));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_every_length, 0, 2);
    tcase_add_loop_test(tcase, test_too_long, 0, 2);
    tcase_add_loop_test(tcase, test_buffers, 0, 2);
    tcase_add_loop_test(tcase, test_binary_content, 0, 2);
    tcase_add_loop_test(tcase, test_hostile_length, 0, 2);
    tcase_add_loop_test(tcase, test_every_place, 0, 2);
}
