#include "tests/fsck/header/regions.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/json.h"

#define RECORDS 3u

const char schema_small[] =
    "{\"name\":\"Tick\",\"version\":7,\"fields\":["
    "{\"name\":\"price\",\"type\":\"float64\",\"doc\":\"last price\"},"
    "{\"name\":\"side\",\"type\":\"enum\",\"base\":\"uint8\",\"symbols\":{\"BUY\":0,\"SELL\":1}}]}";
const char schema_sealed[] = "{\"name\":\"Sealed\",\"version\":1,\"checksum\":true,\"fields\":["
                             "{\"name\":\"id\",\"type\":\"uint64\"},"
                             "{\"name\":\"who\",\"type\":\"string\",\"max\":21}]}";
const char schema_aligned[] = "{\"name\":\"Line\",\"version\":1,\"align\":64,\"fields\":["
                              "{\"name\":\"id\",\"type\":\"uint64\"}]}";
const char schema_old[] = "{\"name\":\"Old\",\"version\":2,\"format\":1,\"fields\":["
                          "{\"name\":\"id\",\"type\":\"uint64\"},"
                          "{\"name\":\"name\",\"type\":\"string\",\"max\":12}]}";

char *schema_long(void)
{
    const size_t room = 32768;
    char *text = malloc(room);
    size_t used;

    ck_assert_ptr_nonnull(text);
    used = (size_t)snprintf(text, room, "{\"name\":\"Wide\",\"version\":3,\"fields\":[");
    for (unsigned i = 0; i < 30; i++) {
        used += (size_t)snprintf(text + used, room - used,
                                 "%s{\"name\":\"field_%02u\",\"type\":\"uint32\",\"doc\":\"%0300u "
                                 "words that nobody reads\"}",
                                 i > 0 ? "," : "", i, i);
    }
    (void)snprintf(text + used, room - used, "]}");
    return text;
}

static mmf_model *parse(const char *text)
{
    mmf_diagnostics diagnostics = {0};
    mmf_model *model = NULL;
    mmf_status status = mmf_schema_parse(text, strlen(text), &diagnostics, &model);

    ck_assert_msg(status == MMF_OK, "%s",
                  diagnostics.count > 0 ? diagnostics.items[0].text : mmf_status_name(status));
    mmf_diagnostics_clear(&diagnostics);
    return model;
}

static region make(const char *schema, bool has_text)
{
    static const uint8_t uuid[16] = {1, 2, 3, 4, 5, 6, 0x47, 8, 0x89, 10, 11, 12, 13, 14, 15, 16};
    region made = {.model = parse(schema)};
    char *text = mmf_schema_canonical(made.model);
    mmf_header_info info = {
        .format = made.model->format,
        .schema_version = made.model->version,
        .record_size = made.model->record_size,
        .payload_size = made.model->payload_size,
        .checksum_offset = made.model->checksum_offset,
        .record_align = made.model->align,
        .record_count = RECORDS - 1,
        .capacity = RECORDS,
    };

    ck_assert_ptr_nonnull(text);
    memcpy(info.schema_hash, made.model->hash, sizeof info.schema_hash);
    made.text_size = has_text && info.format == MMF_FORMAT_2 ? (uint32_t)strlen(text) : 0;
    made.size = mmf_header_region_size(info.format, made.text_size);
    made.file_size = made.size + (uint64_t)RECORDS * info.record_size;
    /* Records too: of zeros, for which a counter of 0 is good. */
    made.bytes = calloc(1, made.file_size);
    ck_assert_ptr_nonnull(made.bytes);
    mmf_header_encode(&info, text, made.text_size, uuid, 1234567890123456789u, made.bytes);
    free(text);
    return made;
}

region region_make(const char *schema)
{
    return make(schema, true);
}

region region_without_text(const char *schema)
{
    return make(schema, false);
}

region region_copy(const region *original)
{
    region copy = *original;

    copy.model = NULL;
    copy.bytes = malloc(copy.file_size);
    ck_assert_ptr_nonnull(copy.bytes);
    memcpy(copy.bytes, original->bytes, copy.file_size);
    return copy;
}

void region_free(region *region)
{
    free(region->bytes);
    mmf_model_free(region->model);
    region->bytes = NULL;
    region->model = NULL;
}

mmf_header *region_header(region *region)
{
    return (mmf_header *)(void *)region->bytes;
}

void region_seal(region *region)
{
    region_header(region)->header_crc = mmf_header_crc(region->bytes);
}

mmf_header_check region_check(const region *region, const mmf_model *given)
{
    mmf_header_check check = {0};
    /* A copy of just that size, so that a byte too far is one beyond an allocation. */
    uint8_t *copy = malloc(region->file_size > 0 ? region->file_size : 1);

    ck_assert_ptr_nonnull(copy);
    memcpy(copy, region->bytes, region->file_size);
    ck_assert_int_eq(
        mmf_header_check_run(copy, region->file_size, region->file_size, given, &check), MMF_OK);
    free(copy);
    expect_honest(&check, region);
    return check;
}

bool has_defect(const mmf_header_check *check, mmf_problem problem, const char *field)
{
    for (size_t i = 0; i < check->defect_count; i++) {
        const mmf_header_defect *defect = &check->defects[i];

        if (defect->problem == problem &&
            (!field || (defect->field && strcmp(field, defect->field) == 0))) {
            return true;
        }
    }
    return false;
}

bool is_safe(const mmf_header_check *check)
{
    for (size_t i = 0; i < check->defect_count; i++) {
        const mmf_problem_info *info = mmf_problem_info_of(check->defects[i].problem);

        if (info->severity != MMF_PROBLEM_NOTE && info->repair != MMF_REPAIR_SAFE) {
            return false;
        }
    }
    return true;
}

bool is_fatal(const mmf_header_check *check)
{
    for (size_t i = 0; i < check->defect_count; i++) {
        if (mmf_problem_info_of(check->defects[i].problem)->severity == MMF_PROBLEM_FATAL) {
            return true;
        }
    }
    return false;
}

const char *defects_text(const mmf_header_check *check)
{
    static char text[8192];
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < check->defect_count && used < sizeof text; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "[%s at %#x, %u: %s]",
                                 mmf_problem_info_of(check->defects[i].problem)->name,
                                 (unsigned)check->defects[i].offset,
                                 (unsigned)check->defects[i].size, check->defects[i].text);
    }
    return text;
}

static void expect_valid(const mmf_header_check *check)
{
    uint8_t *bytes = malloc(check->size);
    mmf_header_common *common = (mmf_header_common *)(void *)bytes;
    mmf_header_info info;
    mmf_error error = {0};

    ck_assert_ptr_nonnull(bytes);
    memcpy(bytes, check->bytes, check->size);
    common->record_count = 0;
    common->capacity = 0;
    ck_assert_msg(mmf_header_validate(bytes, check->size, check->size, &info, &error) == MMF_OK,
                  "%s; %s", error.text, defects_text(check));
    if (check->schema) {
        ck_assert_uint_eq(check->schema->record_size, info.record_size);
        ck_assert_uint_eq(check->schema->format, info.format);
        ck_assert_uint_eq(check->schema->checksum_offset, info.checksum_offset);
    }
    free(bytes);
}

void expect_honest(const mmf_header_check *check, const region *region)
{
    for (size_t i = 0; i < check->defect_count; i++) {
        const mmf_header_defect *defect = &check->defects[i];

        ck_assert_uint_gt(strlen(defect->text), 8);
        ck_assert_uint_lt(strlen(defect->text), sizeof defect->text);
        ck_assert_ptr_null(strchr(defect->text, '\n'));
        ck_assert_uint_le((uint64_t)defect->offset + defect->size,
                          region->file_size < 128 ? 128 : region->file_size);
    }
    ck_assert_msg((check->bytes == NULL) == is_fatal(check), "%s", defects_text(check));
    if (check->model) {
        ck_assert_ptr_eq(check->schema, check->model);
    }
    if (check->bytes) {
        ck_assert_uint_le(check->size, region->file_size);
        expect_valid(check);
    } else {
        ck_assert_ptr_null(check->schema);
    }
}

void expect_bytes(const mmf_header_check *check, const region *expected)
{
    ck_assert_ptr_nonnull(check->bytes);
    ck_assert_uint_eq(check->size, expected->size);
    ck_assert_msg(memcmp(check->bytes, expected->bytes, check->size) == 0, "%s",
                  defects_text(check));
}

mmf_header_check check_one(const region *damaged, const mmf_model *given, mmf_problem problem)
{
    mmf_header_check check = region_check(damaged, given);

    ck_assert_msg(check.defect_count == (problem == MMF_PROBLEM_COUNT ? 0 : 1), "%s",
                  defects_text(&check));
    ck_assert_msg(problem == MMF_PROBLEM_COUNT || check.defects[0].problem == problem, "%s",
                  defects_text(&check));
    return check;
}
