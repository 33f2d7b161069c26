#include "fsck/header_check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fsck/header_parts.h"
#include "schema/hash.h"

/* --- What cannot be judged ------------------------------------------------------------------- */

void mmf_header_add_features(mmf_header_check *check, const mmf_header *header)
{
    uint64_t unknown = header->features_incompatible & ~MMF_FEATURES_INCOMPATIBLE_KNOWN;

    mmf_header_add(check, MMF_PROBLEM_FEATURES, "features_incompatible",
                   offsetof(mmf_header, features_incompatible), sizeof unknown,
                   "incompatible features %#" PRIx64 " that this version does not know", unknown);
}

void mmf_header_add_fatal(const mmf_header_source *source, mmf_header_check *check)
{
    mmf_error error = {0};
    mmf_header_info info;
    uint32_t version = 0;
    mmf_status status =
        mmf_header_validate(source->bytes, source->size, source->file_size, &info, &error);

    if (status == MMF_E_VERSION) { /* then there are 64 bytes */
        memcpy(&version, source->bytes + offsetof(mmf_header_common, format_version),
               sizeof version);
    }
    if (status == MMF_E_MAGIC) {
        mmf_header_add(check, MMF_PROBLEM_MAGIC, "magic", 0, MMF_MAGIC_SIZE, "%s", error.text);
    } else if (status == MMF_E_VERSION && version != MMF_FORMAT_2) {
        mmf_header_add(check, MMF_PROBLEM_VERSION, "format_version",
                       offsetof(mmf_header_common, format_version), sizeof(uint32_t), "%s",
                       error.text);
    } else if (status == MMF_E_TRUNCATED) {
        mmf_header_add(check, MMF_PROBLEM_HEADER_CUT, NULL, 0, 0, "%s", error.text);
    } else {
        mmf_header_add(check, MMF_PROBLEM_HEADER_LOST, NULL, 0, 0, "%s",
                       status == MMF_OK ? "the header contradicts itself" : error.text);
    }
}

/* --- The schema of a header whose checksum is right ------------------------------------------ */

/* Whether records of that schema are what the header says: alignment is no business of theirs. */
static bool has_records_of(const mmf_header *header, const mmf_model *model)
{
    bool has_checksum = (header->features_read_only & MMF_FEATURE_RECORD_CHECKSUM) != 0;

    return model->format == MMF_FORMAT_2 && header->common.record_size == model->record_size &&
           header->payload_size == model->payload_size && has_checksum == model->has_checksum;
}

static bool has_hash_of(const mmf_header *header, const mmf_model *model)
{
    return memcmp(header->common.schema_hash, model->hash, MMF_HASH_SIZE) == 0;
}

/* The file has no schema that could be used: the given one then, when the header agrees with it.
 * Returns whether it does. */
static bool use_given(const mmf_header_source *source, const mmf_header *header,
                      mmf_header_check *check)
{
    const mmf_model *given = source->given;

    if (!given) {
        return false;
    }
    if (has_hash_of(header, given) && has_records_of(header, given)) {
        check->schema = given;
        return true;
    }
    mmf_header_add(
        check, MMF_PROBLEM_SCHEMA_GIVEN, "schema_hash", offsetof(mmf_header_common, schema_hash), 0,
        "the file has records of %" PRIu32 " bytes and the schema hash %s, the given "
        "schema, of format %" PRIu32 ", %" PRIu32 " and %s",
        header->common.record_size, mmf_header_show_hash(header->common.schema_hash).text,
        given->format, given->record_size, mmf_header_show_hash(given->hash).text);
    return false;
}

static void judge_without_text(const mmf_header_source *source, const mmf_header *header,
                               const char *reason, mmf_header_check *check)
{
    if (!use_given(source, header, check) && !source->given) {
        mmf_header_add(check, MMF_PROBLEM_NO_SCHEMA, NULL, 0, 0, "%s", reason);
    }
}

static void add_layout(const mmf_header *header, const mmf_model *model, mmf_header_check *check)
{
    mmf_header_add(check, MMF_PROBLEM_SCHEMA_LAYOUT, "record_size",
                   offsetof(mmf_header_common, record_size), 0,
                   "the header has records of %" PRIu32 " bytes with a payload of %" PRIu32
                   "%s, aligned to %" PRIu32 ", its schema, of format %" PRIu32 ", %" PRIu32
                   ", %" PRIu32 "%s, %" PRIu32,
                   header->common.record_size, header->payload_size,
                   header->features_read_only & MMF_FEATURE_RECORD_CHECKSUM ? " and a checksum"
                                                                            : "",
                   header->record_align, model->format, model->record_size, model->payload_size,
                   model->has_checksum ? " and a checksum" : "", model->align);
}

/* Hash, version and alignment as the schema has them; what is then different is a defect. */
static void follow_schema(const mmf_header *header, const mmf_model *model, mmf_header_check *check)
{
    mmf_header_image image = {check->bytes, check->size};
    mmf_header expected = *header;

    if (!has_hash_of(header, model)) {
        mmf_header_add(check, MMF_PROBLEM_SCHEMA_HASH, "schema_hash",
                       offsetof(mmf_header_common, schema_hash), MMF_HASH_SIZE,
                       "schema_hash: found %s, that of the schema in the file is %s",
                       mmf_header_show_hash(header->common.schema_hash).text,
                       mmf_header_show_hash(model->hash).text);
        memcpy(check->bytes + offsetof(mmf_header_common, schema_hash), model->hash, MMF_HASH_SIZE);
    }
    memcpy(expected.common.schema_hash, check->bytes + offsetof(mmf_header_common, schema_hash),
           MMF_HASH_SIZE);
    expected.common.schema_version = model->version;
    expected.record_align = model->align;
    mmf_header_add_differences(check, MMF_PROBLEM_HEADER_GUESS, check->bytes,
                               (const uint8_t *)&expected, MMF_HEADER_COVERED_END,
                               "by the schema in the file");
    memcpy(check->bytes, &expected, MMF_HEADER_COVERED_END);
    mmf_header_store_crc(&image);
}

static void add_given_differs(const mmf_header_source *source, const mmf_model *model,
                              mmf_header_check *check)
{
    const mmf_model *given = source->given;

    if (given && (given->format != model->format ||
                  memcmp(given->hash, model->hash, sizeof given->hash) != 0)) {
        mmf_header_add(check, MMF_PROBLEM_SCHEMA_GIVEN, "schema_hash",
                       offsetof(mmf_header_common, schema_hash), 0,
                       "the schema in the file, \"%s\", has the hash %s, the given one, \"%s\", "
                       "of format %" PRIu32 ", %s",
                       model->name.text, mmf_header_show_hash(model->hash).text, given->name.text,
                       given->format, mmf_header_show_hash(given->hash).text);
    }
}

/* A text that can be read. Takes the model. */
static void judge_model(const mmf_header_source *source, const mmf_header *header, mmf_model *model,
                        mmf_header_check *check)
{
    bool same_hash = has_hash_of(header, model);
    bool same_align = header->record_align == model->align;
    bool same_records = has_records_of(header, model);

    if (mmf_header_is_newer(header) && !(same_hash && same_records)) {
        judge_without_text(source, header,
                           "the features of a newer version make records of another kind than "
                           "this version reads in the schema",
                           check);
    } else if (!same_records || (!same_hash && !same_align)) {
        add_layout(header, model, check);
        (void)use_given(source, header, check);
    } else if (!same_hash && source->given && has_hash_of(header, source->given)) {
        mmf_header_add(check, MMF_PROBLEM_SCHEMA_TEXT, "schema_text", header->schema_offset, 0,
                       "the schema in the file has the hash %s, the header has %s, as the given "
                       "schema",
                       mmf_header_show_hash(model->hash).text,
                       mmf_header_show_hash(header->common.schema_hash).text);
        (void)use_given(source, header, check);
    } else {
        follow_schema(header, model, check);
        add_given_differs(source, model, check);
        check->model = model;
        check->schema = model;
        return;
    }
    mmf_model_free(model);
}

static mmf_status judge_schema(const mmf_header_source *source, mmf_header_check *check)
{
    mmf_header header = mmf_header_load(check->bytes);
    char reason[MMF_CHECK_TEXT_SIZE] = "";
    mmf_model *model;
    mmf_status status;

    if (header.schema_size == 0) {
        judge_without_text(source, &header, "the file holds no schema", check);
        return MMF_OK;
    }
    status =
        mmf_header_parse(check->bytes + header.schema_offset, header.schema_size, &model, reason);
    if (status == MMF_OK) {
        judge_model(source, &header, model, check);
    } else if (status == MMF_E_SYNTAX && mmf_header_is_newer(&header)) {
        judge_without_text(source, &header, "the schema is one of a newer version", check);
    } else if (status == MMF_E_SYNTAX) {
        mmf_header_add(check, MMF_PROBLEM_SCHEMA_TEXT, "schema_text", header.schema_offset,
                       header.schema_size, "the schema text, %s", reason);
        (void)use_given(source, &header, check);
    }
    return status == MMF_E_SYNTAX ? MMF_OK : status;
}

/* A region with a right checksum: what is left to judge. Takes the image. */
static mmf_status judge_image(const mmf_header_source *source, mmf_header_image *image,
                              mmf_header_check *check)
{
    mmf_header header = mmf_header_load(image->bytes);
    uint64_t unknown = header.features_read_only & ~MMF_FEATURES_READ_ONLY_KNOWN;

    if ((header.features_incompatible & ~MMF_FEATURES_INCOMPATIBLE_KNOWN) != 0) {
        mmf_header_add_features(check, &header);
        mmf_header_image_free(image);
        return MMF_OK;
    }
    if (mmf_header_image_validate(image) != MMF_OK) {
        mmf_header_add_fatal(source, check);
        mmf_header_image_free(image);
        return MMF_OK;
    }
    check->bytes = image->bytes;
    check->size = image->size;
    if (unknown != 0) {
        mmf_header_add(check, MMF_PROBLEM_NEWER_WRITER, "features_read_only",
                       offsetof(mmf_header, features_read_only), sizeof unknown,
                       "read-only compatible features %#" PRIx64 " that this version does not know",
                       unknown);
    }
    if (!mmf_header_is_newer(&header)) {
        mmf_header_clear_reserved(check);
    }
    return judge_schema(source, check);
}

/* --- The order of thought -------------------------------------------------------------------- */

static bool is_sound(const mmf_header_source *source)
{
    mmf_header header;

    if (source->size < sizeof header) {
        return false;
    }
    header = mmf_header_load(source->bytes);
    return memcmp(header.common.magic, MMF_MAGIC, MMF_MAGIC_SIZE) == 0 &&
           header.common.format_version == MMF_FORMAT_2 &&
           mmf_header_extent_is_sane(&header, source->size) &&
           mmf_header_crc(source->bytes) == header.header_crc;
}

/* What the checksum proves to have been otherwise. */
static void add_proved(const mmf_header_source *source, const mmf_header_image *image,
                       mmf_header_check *check)
{
    static const char reason[] = "which the checksum proves";
    mmf_header found = mmf_header_load(source->bytes);
    mmf_header proved = mmf_header_load(image->bytes);

    mmf_header_add_differences(check, MMF_PROBLEM_HEADER_FIELD, source->bytes, image->bytes,
                               MMF_HEADER_COVERED_END, reason);
    mmf_header_add_text_difference(check, MMF_PROBLEM_HEADER_FIELD, source->bytes, image->bytes,
                                   proved.schema_offset, proved.schema_size, reason);
    if (found.header_crc != proved.header_crc) {
        mmf_header_add(check, MMF_PROBLEM_HEADER_CHECKSUM, "header_crc",
                       offsetof(mmf_header, header_crc), sizeof found.header_crc,
                       "header_crc: found %08" PRIx32 ", computed %08" PRIx32
                       ": one byte of it is damaged",
                       found.header_crc, proved.header_crc);
    }
}

/* A header that is not sound as it is: proved, else guessed, else of format 1, else lost. */
static mmf_status judge_damaged(const mmf_header_source *source, const mmf_header_texts *texts,
                                mmf_header_check *check)
{
    mmf_header_image image = {0};
    mmf_status status = mmf_header_prove(source, texts, &image);

    if (status == MMF_OK && image.bytes) {
        add_proved(source, &image, check);
        return judge_image(source, &image, check);
    }
    if (status == MMF_OK && mmf_header_is_old_by_given(source)) {
        return mmf_header_judge_old(source, check);
    }
    if (status == MMF_OK) {
        status = mmf_header_guess(source, texts, check, &image);
    }
    if (status == MMF_OK && image.bytes) {
        return judge_image(source, &image, check);
    }
    if (status != MMF_OK || check->defect_count > 0) {
        return status;
    }
    if (mmf_header_is_old(source)) {
        return mmf_header_judge_old(source, check);
    }
    mmf_header_add_fatal(source, check);
    return MMF_OK;
}

static mmf_status judge(const mmf_header_source *source, mmf_header_check *check)
{
    mmf_header_image image;
    mmf_header_texts texts;
    mmf_status status;

    if (source->size < sizeof(mmf_header_common)) {
        mmf_header_add_fatal(source, check);
        return MMF_OK;
    }
    if (is_sound(source)) {
        status = mmf_header_image_copy(source, mmf_header_load(source->bytes).header_size, &image);
        return status == MMF_OK ? judge_image(source, &image, check) : status;
    }
    status = mmf_header_texts_find(source, &texts);
    if (status == MMF_OK) {
        status = judge_damaged(source, &texts, check);
        mmf_header_texts_free(&texts);
    }
    return status;
}

mmf_status mmf_header_check_run(const uint8_t *bytes, size_t size, uint64_t file_size,
                                const mmf_model *given, mmf_header_check *ret_check)
{
    mmf_header_check check = {0};
    mmf_header_source source = {bytes, size, file_size, given};
    mmf_status status;

    if (source.size > file_size) {
        source.size = (size_t)file_size;
    }
    if (source.size > MMF_HEADER_SIZE_MAX) {
        source.size = MMF_HEADER_SIZE_MAX;
    }
    check.defects = calloc(MMF_HEADER_DEFECTS_MAX, sizeof *check.defects);
    if (!check.defects) {
        return MMF_E_NO_MEMORY;
    }
    status = judge(&source, &check);
    if (status == MMF_OK) {
        *ret_check = check;
    } else {
        mmf_header_check_free(&check);
    }
    return status;
}

void mmf_header_check_free(mmf_header_check *check)
{
    free(check->bytes);
    mmf_model_free(check->model);
    free(check->defects);
    *check = (mmf_header_check){0};
}
