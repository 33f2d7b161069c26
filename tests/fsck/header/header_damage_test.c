/* Damage by the book and by chance: each byte, each length, and ten thousand accidents. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/json.h"
#include "tests/fsck/header/regions.h"
#include "tests/power/random.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "header_damage";

/* Whether this module judges the byte. */
static bool is_judged(uint32_t offset)
{
    return !((offset >= 0x30 && offset < 0x40) || (offset >= 0x100 && offset < 0x104) ||
             (offset >= 0x108 && offset < 0x130) || (offset >= 0x140 && offset < 0x148) ||
             (offset >= 0x200 && offset < 0x240) || (offset >= 0x400 && offset < 0x440));
}

static bool is_original(const mmf_header_check *check, const region *original)
{
    return check->bytes && check->size == original->size &&
           memcmp(check->bytes, original->bytes, original->size) == 0;
}

/* One changed byte: found, proved and made right; or none of this module's business. */
static void expect_byte_is_mended(const region *original, region *damaged, uint32_t offset,
                                  uint8_t change)
{
    mmf_header_check check;

    damaged->bytes[offset] ^= change;
    check = region_check(damaged, NULL);
    if (is_judged(offset)) {
        ck_assert_msg(is_original(&check, original) && is_safe(&check) && !is_fatal(&check) &&
                          check.defect_count > 0,
                      "byte %#x ^ %02x: %s", (unsigned)offset, change, defects_text(&check));
        ck_assert_uint_eq(check.defects[0].offset,
                          offset >= 0xfc && offset < 0x100 ? 0xfc : offset);
    } else {
        ck_assert_msg(check.defect_count == (original->text_size > 0 ? 0 : 1), "%s",
                      defects_text(&check));
        ck_assert_int_eq(memcmp(check.bytes, damaged->bytes, check.size), 0);
    }
    mmf_header_check_free(&check);
    damaged->bytes[offset] ^= change;
}

static void mend_every_byte(region original, unsigned step)
{
    region damaged = region_copy(&original);
    uint64_t state = 5;

    for (uint32_t offset = 0; offset < original.size; offset++) {
        bool is_fixed = offset < 0x100;
        bool is_text = offset >= 0x800 && offset < 0x800 + original.text_size;

        if (is_fixed || (is_text && original.text_size < 1000)) {
            for (unsigned change = 1 + offset % step; change < 256;
                 change += is_fixed ? step : 16 * step + 3) {
                expect_byte_is_mended(&original, &damaged, offset, (uint8_t)change);
            }
        } else if (random_below(&state, 8 * step) == 0) {
            expect_byte_is_mended(&original, &damaged, offset,
                                  (uint8_t)(1 + random_below(&state, 255)));
        }
    }
    region_free(&damaged);
    region_free(&original);
}

START_TEST(every_byte_of_a_small_one)
{
    mend_every_byte(region_make(schema_small), 13);
}
END_TEST

START_TEST(every_byte_with_checksums)
{
    mend_every_byte(region_make(schema_sealed), 37);
}
END_TEST

START_TEST(every_byte_of_an_aligned_one)
{
    mend_every_byte(region_make(schema_aligned), 61);
}
END_TEST

START_TEST(every_byte_without_a_text)
{
    mend_every_byte(region_without_text(schema_sealed), 29);
}
END_TEST

START_TEST(bytes_of_a_long_one)
{
    char *schema = schema_long();

    mend_every_byte(region_make(schema), 97);
    free(schema);
}
END_TEST

/* --- Lengths --------------------------------------------------------------------------------- */

static void cut_everywhere(region original, uint32_t step)
{
    for (uint32_t size = 0; size < original.size; size += size < 128 ? 1 : step) {
        region cut = region_copy(&original);
        mmf_header_check check;

        cut.file_size = size;
        check = region_check(&cut, original.model);
        ck_assert_uint_eq(check.defect_count, 1);
        ck_assert_msg(check.defects[0].problem ==
                          (size == 0 ? MMF_PROBLEM_MAGIC : MMF_PROBLEM_HEADER_CUT),
                      "%u: %s", (unsigned)size, defects_text(&check));
        mmf_header_check_free(&check);
        region_free(&cut);
    }
    region_free(&original);
}

START_TEST(every_length)
{
    char *schema = schema_long();

    cut_everywhere(region_make(schema_small), 13);
    cut_everywhere(region_make(schema), 211);
    cut_everywhere(region_without_text(schema_small), 97);
    cut_everywhere(region_make(schema_old), 1);
    free(schema);
}
END_TEST

START_TEST(short_files_of_something_else)
{
    uint8_t bytes[64];
    region other = {.bytes = bytes};

    memset(bytes, 'M', sizeof bytes);
    for (other.file_size = 3; other.file_size < sizeof bytes; other.file_size++) {
        mmf_header_check check = region_check(&other, NULL);

        ck_assert(has_defect(&check, MMF_PROBLEM_MAGIC, NULL));
        mmf_header_check_free(&check);
    }
}
END_TEST

/* --- Accidents ------------------------------------------------------------------------------- */

/* Copies what no record depends on, and what this module does not judge. */
static void forgive(uint8_t *bytes, const region *original)
{
    memcpy(bytes + 0x70, original->bytes + 0x70, 24);
    memcpy(bytes + 0xfc, original->bytes + 0xfc, 4);
    for (uint32_t offset = 0; offset < 0x800; offset++) {
        if (!is_judged(offset)) {
            bytes[offset] = original->bytes[offset];
        }
    }
}

/* What is called safe has to be what was there; where the checksum alone was given up, all but the
 * bytes for which it alone vouches, and words of the schema. */
static void expect_no_false_claim(mmf_header_check *check, const region *original)
{
    if (is_fatal(check) || !is_safe(check)) {
        return;
    }
    forgive(check->bytes, original);
    if (has_defect(check, MMF_PROBLEM_HEADER_CHECKSUM, NULL)) {
        ck_assert_msg(memcmp(check->bytes, original->bytes, 0x800) == 0, "%s", defects_text(check));
    } else {
        ck_assert_msg(is_original(check, original), "%s", defects_text(check));
    }
}

static void damage(uint64_t *state, region *damaged)
{
    unsigned bytes = 2 + (unsigned)random_below(state, 12);
    uint32_t begin = random_percent(state, 50) ? 0 : 0x800;
    uint32_t length = begin == 0 ? 0x100 : damaged->text_size + 20;
    bool is_burst = random_percent(state, 30);

    begin += (uint32_t)random_below(state, length);
    for (unsigned i = 0; i < bytes; i++) {
        uint32_t offset = is_burst ? begin + i : (uint32_t)random_below(state, length);

        if (!is_burst && begin >= 0x800) {
            offset += 0x800;
        }
        damaged->bytes[offset] = random_percent(state, 20) ? 0 : (uint8_t)random_next(state);
    }
}

static void have_accidents(region original, unsigned count, uint64_t seed)
{
    uint64_t state = seed;

    for (unsigned i = 0; i < count; i++) {
        region damaged = region_copy(&original);
        mmf_header_check check;

        damage(&state, &damaged);
        check = region_check(&damaged, random_percent(&state, 30) ? original.model : NULL);
        expect_no_false_claim(&check, &original);
        mmf_header_check_free(&check);
        region_free(&damaged);
    }
    region_free(&original);
}

START_TEST(accidents)
{
    have_accidents(region_make(schema_small), 2500, 100);
    have_accidents(region_make(schema_sealed), 2000, 200);
    have_accidents(region_make(schema_aligned), 1500, 300);
}
END_TEST

START_TEST(accidents_without_a_text)
{
    have_accidents(region_without_text(schema_small), 2000, 400);
}
END_TEST

/* Format 1 claims nothing: it has no proofs. */
START_TEST(accidents_of_format_1)
{
    region original = region_make(schema_old);
    uint64_t state = 6;

    for (unsigned i = 0; i < 2000; i++) {
        region damaged = region_copy(&original);
        mmf_header_check check;

        for (unsigned n = 1 + (unsigned)random_below(&state, 4); n > 0; n--) {
            damaged.bytes[random_below(&state, 64)] ^= (uint8_t)(1 + random_below(&state, 255));
        }
        check = region_check(&damaged, random_percent(&state, 50) ? original.model : NULL);
        if (check.schema) { /* by the given one: all that it implies is there again */
            ck_assert_int_eq(memcmp(check.bytes, original.bytes, 0x28), 0);
            ck_assert_int_eq(memcmp(check.bytes + 0x2c, original.bytes + 0x2c, 4), 0);
        }
        for (size_t k = 0; k < check.defect_count; k++) {
            ck_assert_int_ne(mmf_problem_info_of(check.defects[k].problem)->repair,
                             MMF_REPAIR_SAFE);
        }
        mmf_header_check_free(&check);
        region_free(&damaged);
    }
    region_free(&original);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, every_byte_of_a_small_one);
    tcase_add_test(tcase, every_byte_with_checksums);
    tcase_add_test(tcase, every_byte_of_an_aligned_one);
    tcase_add_test(tcase, every_byte_without_a_text);
    tcase_add_test(tcase, bytes_of_a_long_one);
    tcase_add_test(tcase, every_length);
    tcase_add_test(tcase, short_files_of_something_else);
    tcase_add_test(tcase, accidents);
    tcase_add_test(tcase, accidents_without_a_text);
    tcase_add_test(tcase, accidents_of_format_1);
}
