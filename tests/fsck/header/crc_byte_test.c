#include "fsck/crc_byte.h"

#include <stdlib.h>
#include <string.h>

#include "schema/crc32c.h"
#include "tests/power/random.h"
#include "tests/runtime/testing.h"

#define SIZE_MAX_TESTED 5000u

const char *const suite_name = "crc_byte";

static void random_fill(uint64_t *state, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)random_next(state);
    }
}

/* The byte must be found, and nothing else, when it was changed behind the back of that CRC. */
static void expect_found(uint8_t *bytes, size_t size, uint32_t crc, size_t position, uint8_t change)
{
    mmf_crc_byte found = {0};

    bytes[position] ^= change;
    ck_assert(mmf_crc_find_byte(crc ^ mmf_crc32c(0, bytes, size), size, &found));
    ck_assert_uint_eq(found.position, position);
    ck_assert_uint_eq(found.change, change);
    bytes[position] ^= change;
}

START_TEST(every_byte_of_short_texts)
{
    uint64_t state = 1;
    uint8_t bytes[64];

    for (size_t size = 1; size <= sizeof bytes; size++) {
        uint32_t crc;

        random_fill(&state, bytes, size);
        crc = mmf_crc32c(0, bytes, size);
        for (size_t position = 0; position < size; position++) {
            for (unsigned change = 1; change < 256; change += size == 64 ? 1 : 23) {
                expect_found(bytes, size, crc, position, (uint8_t)change);
            }
        }
    }
}
END_TEST

START_TEST(sampled_bytes_of_longer_texts)
{
    uint64_t state = 2;
    uint8_t *bytes = malloc(SIZE_MAX_TESTED);

    ck_assert_ptr_nonnull(bytes);
    random_fill(&state, bytes, SIZE_MAX_TESTED);
    for (size_t size = 65; size <= SIZE_MAX_TESTED; size += size < 4900 ? 37 : 1) {
        uint32_t crc = mmf_crc32c(0, bytes, size);

        expect_found(bytes, size, crc, 0, (uint8_t)(1 + random_below(&state, 255)));
        expect_found(bytes, size, crc, size - 1, (uint8_t)(1 + random_below(&state, 255)));
        expect_found(bytes, size, crc, random_below(&state, size),
                     (uint8_t)(1 + random_below(&state, 255)));
    }
    free(bytes);
}
END_TEST

/* Up to 190,235 bytes no two changes of one byte give the same difference; the first two that do
 * are these, so far apart. */
START_TEST(what_has_two_explanations_has_none)
{
    const size_t size = 200000;
    const size_t apart = 190235;
    mmf_crc_byte found = {77, 7};
    uint8_t *bytes = calloc(size, 1);
    uint32_t crc;
    uint32_t difference;

    ck_assert_ptr_nonnull(bytes);
    crc = mmf_crc32c(0, bytes, size);
    bytes[size - 100] = 76;
    difference = crc ^ mmf_crc32c(0, bytes, size);
    bytes[size - 100] = 0;
    bytes[size - 100 - apart] = 223;
    ck_assert_uint_eq(difference, crc ^ mmf_crc32c(0, bytes, size));

    ck_assert(!mmf_crc_find_byte(difference, size, &found));
    ck_assert(!mmf_crc_find_byte(0, size, &found));
    ck_assert_uint_eq(found.position, 77);
    ck_assert_uint_eq(found.change, 7);
    ck_assert(mmf_crc_find_byte(difference, apart, &found));
    ck_assert_uint_eq(found.position, apart - 100);
    ck_assert_uint_eq(found.change, 76);
    free(bytes);
}
END_TEST

START_TEST(the_bytes_of_the_crc)
{
    for (unsigned i = 0; i < 4; i++) {
        for (unsigned change = 1; change < 256; change++) {
            mmf_crc_byte found = {0};

            ck_assert(mmf_crc_find_byte(change << 8 * i, 100, &found));
            ck_assert_uint_eq(found.position, 100 + i);
            ck_assert_uint_eq(found.change, change);
        }
    }
}
END_TEST

/* 1,000 positions by 255 changes of 2^32 differences: by luck 1 in 16,000 is explained. */
START_TEST(two_bytes_are_not_taken_for_one)
{
    uint64_t state = 3;
    uint8_t bytes[1000];
    uint32_t crc;
    unsigned claimed = 0;

    random_fill(&state, bytes, sizeof bytes);
    crc = mmf_crc32c(0, bytes, sizeof bytes);
    for (unsigned i = 0; i < 1000; i++) {
        size_t first = random_below(&state, sizeof bytes - 1);
        size_t second = first + 1 + random_below(&state, sizeof bytes - first - 1);
        uint8_t damaged[sizeof bytes];
        mmf_crc_byte found;

        memcpy(damaged, bytes, sizeof bytes);
        damaged[first] ^= (uint8_t)(1 + random_below(&state, 255));
        damaged[second] ^= (uint8_t)(1 + random_below(&state, 255));
        if (mmf_crc_find_byte(crc ^ mmf_crc32c(0, damaged, sizeof damaged), sizeof damaged,
                              &found)) {
            claimed++;
            ck_assert_uint_lt(found.position, sizeof damaged);
            damaged[found.position] ^= found.change;
            ck_assert_uint_eq(mmf_crc32c(0, damaged, sizeof damaged), crc);
        }
    }
    ck_assert_uint_le(claimed, 3);
}
END_TEST

START_TEST(no_bytes_at_all)
{
    mmf_crc_byte found;

    ck_assert(!mmf_crc_find_byte(0x12345678, 0, &found));
    ck_assert(mmf_crc_find_byte(0x00120000, 0, &found));
    ck_assert_uint_eq(found.position, 2);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, every_byte_of_short_texts);
    tcase_add_test(tcase, sampled_bytes_of_longer_texts);
    tcase_add_test(tcase, what_has_two_explanations_has_none);
    tcase_add_test(tcase, the_bytes_of_the_crc);
    tcase_add_test(tcase, two_bytes_are_not_taken_for_one);
    tcase_add_test(tcase, no_bytes_at_all);
}
