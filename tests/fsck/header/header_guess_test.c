/* Headers for which no checksum speaks: guesses, format 1, and bytes made by an enemy. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/json.h"
#include "tests/fsck/header/regions.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "header_guess";

/* --- Guesses --------------------------------------------------------------------------------- */

/* Nothing is proved: the checksum is damaged too. */
START_TEST(fields_by_the_schema_in_the_file)
{
    region original = region_make(schema_small);
    region damaged = region_copy(&original);
    mmf_header_check check;

    region_header(&damaged)->header_crc ^= 0x12345678;
    region_header(&damaged)->common.record_size = 4096;
    region_header(&damaged)->header_size = 8192;
    check = region_check(&damaged, NULL);
    expect_count(&check, 2);
    expect_defect(&check, HEADER_GUESS, "record_size");
    expect_defect(&check, HEADER_GUESS, "header_size");
    expect_bytes(&check, &original);
    mmf_header_check_free(&check);
    region_free(&damaged);
    region_free(&original);
}
END_TEST

/* The first sector is lost, and the text is in the fifth. */
START_TEST(a_sector_of_zeros)
{
    region original = region_make(schema_small);
    region damaged = region_copy(&original);
    region expected = region_copy(&original);
    mmf_header_check check;

    memset(damaged.bytes, 0, 512);
    check = region_check(&damaged, NULL);
    expect_defect(&check, HEADER_GUESS, "magic");
    ck_assert_ptr_nonnull(check.schema);
    memset(expected.bytes + 0x30, 0, 16);
    memset(expected.bytes + 0x70, 0, 0x200 - 0x70);
    region_seal(&expected);
    expect_bytes(&check, &expected);
    mmf_header_check_free(&check);
    damaged.bytes[0x800 + damaged.text_size] = ' '; /* readable, but not as we write it */
    check = check_one(&damaged, NULL, MMF_PROBLEM_MAGIC);
    mmf_header_check_free(&check);
    region_free(&damaged);
    region_free(&expected);
    region_free(&original);
}
END_TEST

/* The given schema has other documentation than the file's had, and its hash. */
START_TEST(fields_by_a_given_schema)
{
    region original = region_make(schema_small);
    region given = region_make("{\"name\":\"Tick\",\"version\":7,\"fields\":["
                               "{\"name\":\"price\",\"type\":\"float64\"},"
                               "{\"name\":\"side\",\"type\":\"enum\",\"base\":\"uint8\","
                               "\"symbols\":{\"BUY\":0,\"SELL\":1}}]}");
    region other = region_make(schema_sealed);
    region damaged = region_copy(&original);
    mmf_header_check check;

    memset(damaged.bytes + 0x820, 'x', 60);
    region_header(&damaged)->common.record_size = 4096;
    check = region_check(&damaged, given.model);
    expect_defect(&check, HEADER_GUESS, "record_size");
    expect_defect(&check, HEADER_GUESS, "schema_text");
    ck_contains(check.defects[0].text, "given schema");
    ck_assert_ptr_nonnull(check.schema);
    mmf_header_check_free(&check);
    check = check_one(&damaged, other.model, MMF_PROBLEM_HEADER_LOST);
    mmf_header_check_free(&check);
    region_free(&damaged);
    region_free(&given);
    region_free(&other);
    region_free(&original);
}
END_TEST

/* Two bytes of a field's name are damaged, and it is a name still: header and given schema say. */
START_TEST(a_text_that_became_another_schema)
{
    region original = region_make(schema_small);
    region damaged = region_copy(&original);
    char *name = strstr((char *)damaged.bytes + 0x800, "price");
    mmf_header_check check;

    memcpy(name, "qsi", 3);
    check = check_one(&damaged, original.model, MMF_PROBLEM_HEADER_FIELD);
    expect_bytes(&check, &original);
    mmf_header_check_free(&check);
    region_header(&damaged)->header_crc ^= 0x12345678;
    check = check_one(&damaged, original.model, MMF_PROBLEM_HEADER_GUESS);
    ck_assert_str_eq(check.defects[0].field, "schema_text");
    expect_bytes(&check, &original);
    mmf_header_check_free(&check);
    check = check_one(&damaged, NULL, MMF_PROBLEM_HEADER_GUESS);
    ck_assert_str_eq(check.defects[0].field, "schema_hash");
    mmf_header_check_free(&check);
    region_free(&damaged);
    region_free(&original);
}
END_TEST

/* A region of its own size is kept: records lie where they lie. */
START_TEST(a_region_larger_than_the_given_text_needs)
{
    char *schema = schema_long();
    region original = region_make(schema);
    region short_one;
    region damaged = region_copy(&original);
    mmf_header_check check;
    char *doc;

    for (doc = strstr(schema, ",\"doc\""); doc; doc = strstr(schema, ",\"doc\"")) {
        char *end = strchr(doc, '}');

        memmove(doc, end, strlen(end) + 1);
    }
    short_one = region_make(schema);
    ck_assert_uint_lt(short_one.size, original.size);
    memset(damaged.bytes + 0x820, 'x', 60);
    check = region_check(&damaged, short_one.model);
    ck_assert_uint_eq(check.size, original.size);
    expect_defect(&check, HEADER_GUESS, "schema_size");
    ck_assert(!has_defect(&check, MMF_PROBLEM_HEADER_GUESS, "header_size"));
    mmf_header_check_free(&check);
    region_free(&damaged);

    damaged = region_copy(&short_one); /* no room, though the file has enough */
    damaged.file_size += original.size;
    damaged.bytes = realloc(damaged.bytes, damaged.file_size);
    ck_assert_ptr_nonnull(damaged.bytes);
    memset(damaged.bytes + short_one.file_size, 0, original.size);
    memset(damaged.bytes + 0x820, 'x', 60);
    check = check_one(&damaged, original.model, MMF_PROBLEM_HEADER_LOST);
    mmf_header_check_free(&check);
    region_free(&damaged);
    region_free(&short_one);
    region_free(&original);
    free(schema);
}
END_TEST

/* --- Format 1 -------------------------------------------------------------------------------- */

START_TEST(format_1_that_is_sound)
{
    region old = region_make(schema_old);
    region newer = region_make(schema_small);
    mmf_header_check check = check_one(&old, NULL, MMF_PROBLEM_NO_SCHEMA);

    expect_bytes(&check, &old);
    mmf_header_check_free(&check);
    check = check_one(&old, old.model, MMF_PROBLEM_COUNT);
    ck_assert_ptr_eq(check.schema, old.model);
    expect_bytes(&check, &old);
    mmf_header_check_free(&check);
    check = check_one(&old, newer.model, MMF_PROBLEM_SCHEMA_GIVEN);
    ck_assert_ptr_null(check.schema);
    expect_bytes(&check, &old);
    mmf_header_check_free(&check);
    region_free(&old);
    region_free(&newer);
}
END_TEST

START_TEST(format_1_by_the_given_schema)
{
    static const uint8_t offsets[] = {0, 2, 4, 5, 8, 39, 0x2c, 0x2d};
    region original = region_make(schema_old);

    for (unsigned i = 0; i < sizeof offsets; i++) {
        region damaged = region_copy(&original);
        mmf_header_check check;

        damaged.bytes[offsets[i]] ^= 0x41;
        check = check_one(&damaged, original.model, MMF_PROBLEM_HEADER_GUESS);
        expect_bytes(&check, &original);
        mmf_header_check_free(&check);
        memset(damaged.bytes, 0x77, 15); /* much, but not the rest of the hash */
        check = region_check(&damaged, original.model);
        expect_bytes(&check, &original);
        mmf_header_check_free(&check);
        region_free(&damaged);
    }
    region_free(&original);
}
END_TEST

START_TEST(format_1_without_a_given_schema)
{
    region original = region_make(schema_old);
    region damaged = region_copy(&original);
    mmf_header_check check;

    damaged.bytes[1] = 'X';
    check = region_check(&damaged, NULL);
    expect_defect(&check, HEADER_GUESS, "magic");
    expect_defect(&check, NO_SCHEMA, NULL);
    expect_bytes(&check, &original);
    mmf_header_check_free(&check);
    damaged.bytes[0x31] = 1; /* more records than the file has */
    check = check_one(&damaged, NULL, MMF_PROBLEM_MAGIC);
    mmf_header_check_free(&check);
    damaged.bytes[0x31] = 0;
    damaged.bytes[2] = 'X';
    check = check_one(&damaged, NULL, MMF_PROBLEM_MAGIC);
    mmf_header_check_free(&check);
    memcpy(damaged.bytes, MMF_MAGIC, 4);
    damaged.bytes[0x2c] = 3;
    check = check_one(&damaged, NULL, MMF_PROBLEM_HEADER_LOST);
    mmf_header_check_free(&check);
    damaged.bytes[0x2c] = original.bytes[0x2c];
    damaged.bytes[4] = 9;
    check = check_one(&damaged, NULL, MMF_PROBLEM_VERSION);
    mmf_header_check_free(&check);
    region_free(&damaged);
    region_free(&original);
}
END_TEST

START_TEST(format_1_of_another_schema)
{
    region old = region_make(schema_old);
    region other = region_make("{\"name\":\"Old\",\"version\":2,\"format\":1,\"fields\":["
                               "{\"name\":\"id\",\"type\":\"uint64\"},"
                               "{\"name\":\"nome\",\"type\":\"string\",\"max\":12}]}");
    mmf_header_check check = check_one(&old, other.model, MMF_PROBLEM_SCHEMA_GIVEN);

    ck_assert_ptr_null(check.schema);
    expect_bytes(&check, &old);
    mmf_header_check_free(&check);
    region_free(&old);
    region_free(&other);
}
END_TEST

START_TEST(format_1_with_the_checksum_of_format_2)
{
    region original = region_make(schema_small);
    region forged = region_copy(&original);
    mmf_header_check check;

    region_header(&forged)->common.format_version = 1;
    region_seal(&forged);
    check = check_one(&forged, NULL, MMF_PROBLEM_HEADER_GUESS);
    ck_assert_str_eq(check.defects[0].field, "format_version");
    expect_bytes(&check, &original);
    mmf_header_check_free(&check);
    region_free(&forged);
    region_free(&original);
}
END_TEST

/* A version byte of 1 in a file of format 2 that nothing proves: the text has to say the rest. */
START_TEST(format_2_is_not_taken_for_format_1)
{
    region original = region_make(schema_small);
    region damaged = region_copy(&original);
    mmf_header_check check;

    damaged.bytes[4] = 1;
    memset(damaged.bytes + 0x70, 0x99, 16);
    check = check_one(&damaged, NULL, MMF_PROBLEM_HEADER_GUESS);
    ck_assert_str_eq(check.defects[0].field, "format_version");
    ck_assert_uint_eq(check.size, original.size);
    mmf_header_check_free(&check);
    memset(damaged.bytes + 0x2c, 0x40, 2);
    memset(damaged.bytes + 0x20, 0x40, 8);
    check = region_check(&damaged, NULL);
    expect_count(&check, 3);
    expect_defect(&check, HEADER_GUESS, "schema_hash");
    mmf_header_check_free(&check);
    region_free(&damaged);

    damaged = region_make(schema_old);
    damaged.file_size += 8192;
    damaged.bytes = realloc(damaged.bytes, damaged.file_size);
    ck_assert_ptr_nonnull(damaged.bytes);
    memset(damaged.bytes + damaged.file_size - 8192, 0, 8192);
    memcpy(damaged.bytes + 0x800, schema_small, strlen(schema_small)); /* in its records */
    check = check_one(&damaged, NULL, MMF_PROBLEM_NO_SCHEMA);
    ck_assert_uint_eq(check.size, 64);
    mmf_header_check_free(&check);
    damaged.bytes[0] = 'X'; /* the given schema's hash says more than that text */
    damaged.bytes[4] = 0;
    check = region_check(&damaged, damaged.model);
    ck_assert_uint_eq(check.size, 64);
    expect_count(&check, 2);
    mmf_header_check_free(&check);
    region_free(&damaged);
    region_free(&original);
}
END_TEST

/* --- Other people's bytes -------------------------------------------------------------------- */

START_TEST(a_place_of_the_text_that_cannot_be)
{
    static const uint32_t numbers[] = {0, 1, 0x7ff, 0x1000, 0x7fffffff, 0xfffff800, 0xffffffff};
    region original = region_make(schema_small);
    region damaged = region_copy(&original);
    mmf_header *header = region_header(&damaged);
    const size_t count = sizeof numbers / sizeof *numbers;

    for (size_t i = 0; i < count * count * count; i++) {
        mmf_header_check check;

        header->header_size = numbers[i % count];
        header->schema_offset = numbers[i / count % count];
        header->schema_size = numbers[i / count / count];
        check = region_check(&damaged, NULL);
        expect_bytes(&check, &original);
        ck_assert(is_safe(&check));
        mmf_header_check_free(&check);
        header->header_crc ^= 0x12345678;
        check = region_check(&damaged, NULL);
        expect_bytes(&check, &original);
        mmf_header_check_free(&check);
        header->header_crc ^= 0x12345678;
    }
    region_free(&damaged);
    region_free(&original);
}
END_TEST

/* Files of 5 MiB whose text is all of one kind, with the checksum right and wrong. */
static void survive(const char *piece)
{
    const uint32_t size = 5u << 20;
    region small = region_make(schema_small);
    region hostile = {.bytes = calloc(1, size), .size = size, .file_size = size};
    mmf_header *header = region_header(&hostile);
    size_t length = strlen(piece);

    ck_assert_ptr_nonnull(hostile.bytes);
    memcpy(hostile.bytes, small.bytes, 0x800);
    header->header_size = size;
    header->schema_size = MMF_SCHEMA_SIZE_MAX;
    for (size_t i = 0; i + length <= MMF_SCHEMA_SIZE_MAX; i += length) {
        memcpy(hostile.bytes + 0x800 + i, piece, length);
    }
    for (unsigned is_sealed = 0; is_sealed < 2; is_sealed++) {
        mmf_header_check check;

        if (is_sealed) {
            region_seal(&hostile);
        }
        check = region_check(&hostile, is_sealed ? small.model : NULL);
        ck_assert(is_sealed ? has_defect(&check, MMF_PROBLEM_SCHEMA_TEXT, NULL)
                            : has_defect(&check, MMF_PROBLEM_HEADER_LOST, NULL));
        mmf_header_check_free(&check);
    }
    region_free(&hostile);
    region_free(&small);
}

START_TEST(deep_and_long_texts)
{
    survive("[");
    survive("{\"a\":");
    survive("\xff");
    survive("\"");
    survive(" ");
}
END_TEST

START_TEST(an_image_of_the_largest_size)
{
    region small = region_make(schema_small);
    region hostile = {.bytes = calloc(1, MMF_HEADER_SIZE_MAX + 4096),
                      .size = MMF_HEADER_SIZE_MAX,
                      .file_size = MMF_HEADER_SIZE_MAX + 4096};
    mmf_header_check check;

    ck_assert_ptr_nonnull(hostile.bytes);
    memcpy(hostile.bytes, small.bytes, small.size);
    region_header(&hostile)->header_size = MMF_HEADER_SIZE_MAX;
    region_seal(&hostile);
    hostile.bytes[MMF_HEADER_SIZE_MAX - 1] = 1;
    check = check_one(&hostile, NULL, MMF_PROBLEM_RESERVED);
    ck_assert_uint_eq(check.size, MMF_HEADER_SIZE_MAX);
    ck_assert_uint_eq(check.defects[0].offset, MMF_HEADER_SIZE_MAX - 1);
    mmf_header_check_free(&check);
    hostile.bytes[0x71] ^= 0x55; /* proved, and the region stays as large as it says */
    check = region_check(&hostile, NULL);
    ck_assert_uint_eq(check.size, MMF_HEADER_SIZE_MAX);
    expect_defect(&check, HEADER_FIELD, "uuid");
    mmf_header_check_free(&check);
    region_free(&hostile);
    region_free(&small);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, fields_by_the_schema_in_the_file);
    tcase_add_test(tcase, a_sector_of_zeros);
    tcase_add_test(tcase, fields_by_a_given_schema);
    tcase_add_test(tcase, a_text_that_became_another_schema);
    tcase_add_test(tcase, a_region_larger_than_the_given_text_needs);
    tcase_add_test(tcase, format_1_that_is_sound);
    tcase_add_test(tcase, format_1_by_the_given_schema);
    tcase_add_test(tcase, format_1_without_a_given_schema);
    tcase_add_test(tcase, format_1_of_another_schema);
    tcase_add_test(tcase, format_1_with_the_checksum_of_format_2);
    tcase_add_test(tcase, format_2_is_not_taken_for_format_1);
    tcase_add_test(tcase, a_place_of_the_text_that_cannot_be);
    tcase_add_test(tcase, deep_and_long_texts);
    tcase_add_test(tcase, an_image_of_the_largest_size);
}
