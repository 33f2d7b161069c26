/* What is found in headers that say something wrong, and what becomes of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/json.h"
#include "tests/fsck/header/regions.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "header_check";

/* --- Sound headers --------------------------------------------------------------------------- */

static void expect_sound(region sound)
{
    mmf_header_check check;

    region_header(&sound)->state = 7;
    region_header(&sound)->wait_word = 99;
    region_header(&sound)->durable_0.reserved[3] = 1;
    check = check_one(&sound, NULL, MMF_PROBLEM_COUNT);
    expect_bytes(&check, &sound);
    ck_assert_ptr_nonnull(check.model);
    ck_assert_mem_eq(check.model->hash, sound.model->hash, sizeof check.model->hash);
    mmf_header_check_free(&check);
    check = check_one(&sound, sound.model, MMF_PROBLEM_COUNT);
    ck_assert_ptr_eq(check.schema, check.model);
    mmf_header_check_free(&check);
    region_free(&sound);
}

START_TEST(sound_ones_have_no_defects)
{
    char *schema = schema_long();

    expect_sound(region_make(schema_small));
    expect_sound(region_make(schema_sealed));
    expect_sound(region_make(schema_aligned));
    expect_sound(region_make(schema));
    free(schema);
}
END_TEST

START_TEST(the_extent_suffices_for_a_sound_one)
{
    region sound = region_make(schema_small);
    mmf_header_check check;

    ck_ok(mmf_header_check_run(sound.bytes, mmf_header_extent(sound.bytes, sound.size),
                               sound.file_size, NULL, &check));
    expect_count(&check, 0);
    mmf_header_check_free(&check);
    region_free(&sound);
}
END_TEST

START_TEST(freeing_nothing)
{
    mmf_header_check check = {0};

    mmf_header_check_free(&check);
    mmf_header_check_free(&check);
}
END_TEST

START_TEST(a_file_without_a_text)
{
    region bare = region_without_text(schema_sealed);
    region other = region_make(schema_small);
    mmf_header_check check = check_one(&bare, NULL, MMF_PROBLEM_NO_SCHEMA);

    ck_assert_ptr_null(check.schema);
    expect_bytes(&check, &bare);
    mmf_header_check_free(&check);
    check = check_one(&bare, bare.model, MMF_PROBLEM_COUNT);
    ck_assert_ptr_eq(check.schema, bare.model);
    ck_assert_ptr_null(check.model);
    mmf_header_check_free(&check);
    check = check_one(&bare, other.model, MMF_PROBLEM_SCHEMA_GIVEN);
    ck_assert_ptr_null(check.schema);
    mmf_header_check_free(&check);
    region_free(&bare);
    region_free(&other);
}
END_TEST

START_TEST(a_given_schema_that_is_another)
{
    region sound = region_make(schema_small);
    region other = region_make(schema_sealed);
    region old = region_make(schema_old);
    mmf_header_check check = check_one(&sound, other.model, MMF_PROBLEM_SCHEMA_GIVEN);

    ck_assert_ptr_eq(check.schema, check.model);
    expect_bytes(&check, &sound);
    mmf_header_check_free(&check);
    check = check_one(&sound, old.model, MMF_PROBLEM_SCHEMA_GIVEN);
    mmf_header_check_free(&check);
    region_free(&sound);
    region_free(&other);
    region_free(&old);
}
END_TEST

/* --- Right checksums over something wrong ---------------------------------------------------- */

START_TEST(the_hash_of_another_schema)
{
    region original = region_make(schema_small);
    region forged = region_copy(&original);
    mmf_header_check check;

    memset(region_header(&forged)->common.schema_hash, 0xab, 32);
    region_seal(&forged);
    check = check_one(&forged, NULL, MMF_PROBLEM_SCHEMA_HASH);
    expect_bytes(&check, &original);
    ck_assert_ptr_nonnull(check.model);
    mmf_header_check_free(&check);
    region_free(&forged);
    region_free(&original);
}
END_TEST

/* The header and the given schema against the text. */
START_TEST(the_text_of_another_schema)
{
    region forged = region_make(schema_small);
    region other = region_make("{\"name\":\"Tick\",\"version\":7,\"fields\":["
                               "{\"name\":\"prize\",\"type\":\"float64\"},"
                               "{\"name\":\"side\",\"type\":\"uint8\"}]}");
    mmf_header_check check;

    memcpy(region_header(&forged)->common.schema_hash, other.model->hash, 32);
    region_seal(&forged);
    check = check_one(&forged, other.model, MMF_PROBLEM_SCHEMA_TEXT);
    ck_assert_ptr_eq(check.schema, other.model);
    mmf_header_check_free(&check);
    region_free(&forged);
    region_free(&other);
}
END_TEST

START_TEST(sizes_that_the_schema_has_not)
{
    region forged = region_make(schema_small);
    mmf_header_check check;

    region_header(&forged)->common.record_size += 8;
    region_seal(&forged);
    check = check_one(&forged, NULL, MMF_PROBLEM_SCHEMA_LAYOUT);
    ck_assert_ptr_null(check.schema);
    expect_bytes(&check, &forged);
    mmf_header_check_free(&check);
    region_header(&forged)->common.record_size -= 1;
    region_seal(&forged);
    check = check_one(&forged, NULL, MMF_PROBLEM_HEADER_LOST);
    mmf_header_check_free(&check);
    region_free(&forged);
}
END_TEST

START_TEST(a_version_that_the_schema_has_not)
{
    region original = region_make(schema_small);
    region forged = region_copy(&original);
    mmf_header_check check;

    region_header(&forged)->common.schema_version = 8;
    region_seal(&forged);
    check = check_one(&forged, NULL, MMF_PROBLEM_HEADER_GUESS);
    ck_assert_str_eq(check.defects[0].field, "schema_version");
    expect_bytes(&check, &original);
    mmf_header_check_free(&check);
    region_free(&forged);
    region_free(&original);
}
END_TEST

START_TEST(an_alignment_that_the_schema_has_not)
{
    region original = region_make(schema_aligned);
    region forged = region_copy(&original);
    mmf_header_check check;

    region_header(&forged)->record_align = 32;
    region_seal(&forged);
    check = check_one(&forged, NULL, MMF_PROBLEM_HEADER_GUESS);
    ck_assert_str_eq(check.defects[0].field, "record_align");
    expect_bytes(&check, &original);
    mmf_header_check_free(&check);
    region_free(&forged);
    region_free(&original);
}
END_TEST

START_TEST(a_text_that_is_no_schema)
{
    region forged = region_make(schema_small);
    region other = region_make(schema_sealed);
    mmf_header_check check;

    forged.bytes[0x800] = '[';
    region_seal(&forged);
    check = check_one(&forged, NULL, MMF_PROBLEM_SCHEMA_TEXT);
    ck_assert_ptr_null(check.schema);
    expect_bytes(&check, &forged);
    mmf_header_check_free(&check);
    check = check_one(&forged, forged.model, MMF_PROBLEM_SCHEMA_TEXT);
    ck_assert_ptr_eq(check.schema, forged.model);
    mmf_header_check_free(&check);
    check = region_check(&forged, other.model);
    expect_defect(&check, SCHEMA_TEXT, NULL);
    expect_defect(&check, SCHEMA_GIVEN, NULL);
    mmf_header_check_free(&check);
    region_free(&forged);
    region_free(&other);
}
END_TEST

START_TEST(a_text_of_format_1)
{
    region forged = region_make(schema_small);
    mmf_header_check check;
    static const char text[] = "{\"name\":\"T\",\"version\":7,\"format\":1,\"fields\":["
                               "{\"name\":\"price\",\"type\":\"uint64\"}]}";

    memset(forged.bytes + 0x800, 0, forged.text_size);
    memcpy(forged.bytes + 0x800, text, sizeof text);
    region_header(&forged)->schema_size = sizeof text - 1;
    region_seal(&forged);
    check = check_one(&forged, NULL, MMF_PROBLEM_SCHEMA_LAYOUT);
    mmf_header_check_free(&check);
    region_free(&forged);
}
END_TEST

START_TEST(features_of_newer_versions)
{
    region forged = region_make(schema_small);
    mmf_header_check check;

    region_header(&forged)->features_compatible = 0x8000;
    forged.bytes[0x90] = 1;
    forged.bytes[0x150] = 1;
    region_seal(&forged);
    check = check_one(&forged, NULL, MMF_PROBLEM_COUNT);
    expect_bytes(&check, &forged);
    ck_assert_ptr_nonnull(check.schema);
    mmf_header_check_free(&check);

    region_header(&forged)->features_read_only = 6;
    region_seal(&forged);
    check = check_one(&forged, NULL, MMF_PROBLEM_NEWER_WRITER);
    expect_bytes(&check, &forged);
    mmf_header_check_free(&check);

    memset(region_header(&forged)->common.schema_hash, 1, 32); /* another definition of it */
    region_seal(&forged);
    check = region_check(&forged, NULL);
    expect_defect(&check, NEWER_WRITER, NULL);
    expect_defect(&check, NO_SCHEMA, NULL);
    expect_bytes(&check, &forged);
    mmf_header_check_free(&check);

    region_header(&forged)->features_incompatible = 1;
    region_seal(&forged);
    check = check_one(&forged, NULL, MMF_PROBLEM_FEATURES);
    mmf_header_check_free(&check);
    forged.bytes[0x71] ^= 0x55; /* damage does not make it ours */
    check = region_check(&forged, NULL);
    expect_defect(&check, FEATURES, NULL);
    mmf_header_check_free(&check);
    region_free(&forged);
}
END_TEST

/* Two bytes of the UUID are damaged, so that nothing is proved. */
START_TEST(features_that_nothing_proves)
{
    region forged = region_make(schema_small);
    mmf_header_check check;

    forged.bytes[0x71] ^= 0x55;
    forged.bytes[0x72] ^= 0x11;
    region_header(&forged)->features_read_only = 2;
    check = region_check(&forged, NULL);
    expect_defect(&check, HEADER_GUESS, "header_crc");
    expect_defect(&check, NEWER_WRITER, NULL);
    ck_assert_uint_eq(((mmf_header *)(void *)check.bytes)->features_read_only, 2);
    mmf_header_check_free(&check);
    region_header(&forged)->features_incompatible = 2;
    check = check_one(&forged, NULL, MMF_PROBLEM_FEATURES);
    mmf_header_check_free(&check);
    region_header(&forged)->common.record_size = 77;
    check = region_check(&forged, NULL);
    expect_defect(&check, HEADER_GUESS, "features_incompatible");
    expect_defect(&check, HEADER_GUESS, "record_size");
    mmf_header_check_free(&check);
    region_free(&forged);
}
END_TEST

START_TEST(versions_to_come)
{
    region forged = region_make(schema_small);
    mmf_header_check check;

    for (unsigned sealed = 0; sealed < 3; sealed++) {
        region_header(&forged)->common.format_version = 3;
        if (sealed < 2) {
            region_seal(&forged);
        }
        forged.bytes[0x71] ^= sealed == 1 ? 0x55 : 0;
        region_header(&forged)->header_crc ^= sealed == 2 ? 0x00100100 : 0;
        check = check_one(&forged, NULL, MMF_PROBLEM_VERSION);
        mmf_header_check_free(&check);
        check = check_one(&forged, forged.model, MMF_PROBLEM_VERSION);
        mmf_header_check_free(&check);
    }
    region_free(&forged);
}
END_TEST

/* --- Damage that the checksum proves --------------------------------------------------------- */

START_TEST(much_damage_with_the_text_intact)
{
    region original = region_make(schema_sealed);
    region damaged = region_copy(&original);
    mmf_header *header = region_header(&damaged);
    mmf_header_check check;

    memset(damaged.bytes, 0xee, 0x30);
    memset(&header->features_compatible, 0xdd, 0x70 - 0x40);
    memset(header->reserved_088, 0xcc, sizeof header->reserved_088);
    check = region_check(&damaged, NULL);
    ck_assert(is_safe(&check));
    expect_bytes(&check, &original);
    expect_count(&check, 15);
    expect_defect(&check, HEADER_FIELD, "schema_hash");
    expect_defect(&check, HEADER_FIELD, "features_read_only");
    mmf_header_check_free(&check);
    header->uuid[3] ^= 1; /* and one byte that no text implies */
    check = region_check(&damaged, NULL);
    ck_assert(is_safe(&check));
    expect_bytes(&check, &original);
    expect_defect(&check, HEADER_FIELD, "uuid");
    mmf_header_check_free(&check);
    region_free(&damaged);
    region_free(&original);
}
END_TEST

START_TEST(the_text_says_found_and_expected)
{
    region original = region_make(schema_sealed);
    region damaged = region_copy(&original);
    mmf_header_check check;

    region_header(&damaged)->common.record_size = 4711;
    check = check_one(&damaged, NULL, MMF_PROBLEM_HEADER_FIELD);
    ck_assert_str_eq(check.defects[0].field, "record_size");
    ck_assert_str_eq(check.defects[0].text,
                     "record_size: found 4711, expected 56, which the checksum proves");
    mmf_header_check_free(&check);
    damaged.bytes[0x2c] = original.bytes[0x2c];
    damaged.bytes[0x2d] = original.bytes[0x2d];
    damaged.bytes[8 + 20] ^= 1; /* behind what is shown of a hash */
    check = check_one(&damaged, NULL, MMF_PROBLEM_HEADER_FIELD);
    ck_contains(check.defects[0].text, "0x1c");
    mmf_header_check_free(&check);
    region_free(&damaged);
    region_free(&original);
}
END_TEST

static uint8_t *field_at(region *region, unsigned i)
{
    static const uint16_t offsets[] = {0,    4,    8,    0x28, 0x2c, 0x40, 0x48, 0x50,
                                       0x58, 0x5c, 0x60, 0x64, 0x68, 0x6c, 0x90};

    return region->bytes + offsets[i];
}

START_TEST(any_two_fields_that_the_text_implies)
{
    region original = region_make(schema_small);
    region damaged = region_copy(&original);

    for (unsigned i = 0; i < 15; i++) {
        for (unsigned k = 0; k < i; k++) {
            mmf_header_check check;

            memset(field_at(&damaged, i), 0xa5, 4);
            memset(field_at(&damaged, k), 0x5a, 3);
            check = region_check(&damaged, NULL);
            ck_assert_msg(is_safe(&check), "%s", defects_text(&check));
            expect_count(&check, 2);
            expect_bytes(&check, &original);
            mmf_header_check_free(&check);
            memcpy(damaged.bytes, original.bytes, 0x100);
        }
    }
    region_free(&damaged);
    region_free(&original);
}
END_TEST

START_TEST(the_checksum_alone)
{
    region original = region_make(schema_small);
    region damaged = region_copy(&original);
    mmf_header_check check;

    region_header(&damaged)->header_crc ^= 0x12345678;
    check = check_one(&damaged, NULL, MMF_PROBLEM_HEADER_CHECKSUM);
    expect_bytes(&check, &original);
    mmf_header_check_free(&check);
    region_free(&damaged);
    region_free(&original);
}
END_TEST

START_TEST(the_uuid_alone)
{
    region original = region_make(schema_small);
    region damaged = region_copy(&original);
    mmf_header_check check;

    memset(region_header(&damaged)->uuid, 0x33, 16);
    check = check_one(&damaged, NULL, MMF_PROBLEM_HEADER_CHECKSUM);
    region_seal(&damaged);
    expect_bytes(&check, &damaged);
    mmf_header_check_free(&check);
    region_free(&damaged);
    region_free(&original);
}
END_TEST

START_TEST(a_given_schema_proves_the_text)
{
    region original = region_make(schema_small);
    region other = region_make(schema_sealed);
    region damaged = region_copy(&original);
    mmf_header_check check;

    memset(damaged.bytes + 0x820, 'x', 60);
    memset(damaged.bytes, 0, 0x30);
    check = region_check(&damaged, original.model);
    ck_assert(is_safe(&check));
    expect_bytes(&check, &original);
    expect_defect(&check, HEADER_FIELD, "schema_text");
    mmf_header_check_free(&check);
    check = check_one(&damaged, other.model, MMF_PROBLEM_MAGIC);
    mmf_header_check_free(&check);
    memcpy(damaged.bytes, original.bytes, 0x30);
    check = check_one(&damaged, NULL, MMF_PROBLEM_HEADER_LOST);
    mmf_header_check_free(&check);
    region_free(&damaged);
    region_free(&other);
    region_free(&original);
}
END_TEST

START_TEST(reserved_areas)
{
    static const uint16_t places[] = {0x104, 0x13f, 0x1ff, 0x240, 0x3ff, 0x440, 0x7ff, 0xfff};
    region original = region_make(schema_small);
    region damaged = region_copy(&original);
    mmf_header_check check;

    for (unsigned i = 0; i < 8; i++) {
        damaged.bytes[places[i]] = 1;
    }
    check = region_check(&damaged, NULL);
    expect_count(&check, 6);
    ck_assert(is_safe(&check));
    expect_bytes(&check, &original);
    expect_defect(&check, RESERVED, "reserved_440");
    mmf_header_check_free(&check);
    region_free(&damaged);
    region_free(&original);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, sound_ones_have_no_defects);
    tcase_add_test(tcase, the_extent_suffices_for_a_sound_one);
    tcase_add_test(tcase, freeing_nothing);
    tcase_add_test(tcase, a_file_without_a_text);
    tcase_add_test(tcase, a_given_schema_that_is_another);
    tcase_add_test(tcase, the_hash_of_another_schema);
    tcase_add_test(tcase, the_text_of_another_schema);
    tcase_add_test(tcase, sizes_that_the_schema_has_not);
    tcase_add_test(tcase, a_version_that_the_schema_has_not);
    tcase_add_test(tcase, an_alignment_that_the_schema_has_not);
    tcase_add_test(tcase, a_text_that_is_no_schema);
    tcase_add_test(tcase, a_text_of_format_1);
    tcase_add_test(tcase, features_of_newer_versions);
    tcase_add_test(tcase, features_that_nothing_proves);
    tcase_add_test(tcase, versions_to_come);
    tcase_add_test(tcase, much_damage_with_the_text_intact);
    tcase_add_test(tcase, the_text_says_found_and_expected);
    tcase_add_test(tcase, any_two_fields_that_the_text_implies);
    tcase_add_test(tcase, the_checksum_alone);
    tcase_add_test(tcase, the_uuid_alone);
    tcase_add_test(tcase, a_given_schema_proves_the_text);
    tcase_add_test(tcase, reserved_areas);
}
