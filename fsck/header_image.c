#define _POSIX_C_SOURCE 200809L /* strnlen */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fsck/header_parts.h"
#include "schema/hash.h"
#include "schema/json.h"

unsigned mmf_header_hash_likeness(const uint8_t *hash, const uint8_t *other)
{
    unsigned equal = 0;

    for (unsigned i = 0; i < MMF_HASH_SIZE; i++) {
        equal += hash[i] == other[i];
    }
    return equal;
}

bool mmf_header_is_newer(const mmf_header *header)
{
    return header->features_compatible != 0 ||
           (header->features_read_only & ~MMF_FEATURES_READ_ONLY_KNOWN) != 0;
}

mmf_header mmf_header_load(const uint8_t *bytes)
{
    mmf_header header;

    memcpy(&header, bytes, sizeof header);
    return header;
}

/* --- Schema texts ---------------------------------------------------------------------------- */

static void first_error(const mmf_diagnostics *diagnostics, char *ret_reason)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        const mmf_diagnostic *item = &diagnostics->items[i];

        if (item->severity == MMF_SEVERITY_ERROR) {
            (void)snprintf(ret_reason, MMF_CHECK_TEXT_SIZE, "line %u, column %u: %.400s",
                           (unsigned)item->location.line, (unsigned)item->location.column,
                           item->text);
            return;
        }
    }
    (void)snprintf(ret_reason, MMF_CHECK_TEXT_SIZE, "it is no schema");
}

mmf_status mmf_header_parse(const uint8_t *text, size_t size, mmf_model **ret_model,
                            char *ret_reason)
{
    mmf_diagnostics diagnostics = {0};
    mmf_status status = mmf_schema_parse((const char *)text, size, &diagnostics, ret_model);

    if (status == MMF_E_SYNTAX && ret_reason) {
        first_error(&diagnostics, ret_reason);
    }
    mmf_diagnostics_clear(&diagnostics);
    return status;
}

/* Adds the text if it can be read, and is not there already. */
static mmf_status add_text(const mmf_header_source *source, uint32_t offset, uint32_t size,
                           mmf_header_texts *texts)
{
    mmf_model *model;
    mmf_status status;

    if (texts->count > 0 && texts->items[0].offset == offset && texts->items[0].size == size) {
        return MMF_OK;
    }
    status = mmf_header_parse(source->bytes + offset, size, &model, NULL);
    if (status != MMF_OK) {
        return status == MMF_E_SYNTAX ? MMF_OK : status;
    }
    if (model->format != MMF_FORMAT_2) {
        mmf_model_free(model);
        return MMF_OK;
    }
    texts->models[texts->count] = model;
    texts->items[texts->count] = (mmf_header_text){
        .text = (const char *)source->bytes + offset,
        .offset = offset,
        .size = size,
        .model = model,
    };
    texts->count++;
    return MMF_OK;
}

mmf_status mmf_header_texts_find(const mmf_header_source *source, mmf_header_texts *ret_texts)
{
    mmf_header_texts texts = {0};
    mmf_header header;
    mmf_status status;
    size_t room;

    if (source->size < sizeof header) {
        *ret_texts = texts;
        return MMF_OK;
    }
    room = source->size - MMF_SCHEMA_TEXT_OFFSET;
    status = add_text(source, MMF_SCHEMA_TEXT_OFFSET,
                      (uint32_t)strnlen((const char *)source->bytes + MMF_SCHEMA_TEXT_OFFSET, room),
                      &texts);
    header = mmf_header_load(source->bytes);
    if (status == MMF_OK && header.schema_offset >= MMF_SCHEMA_TEXT_OFFSET &&
        (uint64_t)header.schema_offset + header.schema_size <= source->size) {
        status = add_text(source, header.schema_offset, header.schema_size, &texts);
    }
    if (status != MMF_OK) {
        mmf_header_texts_free(&texts);
        return status;
    }
    *ret_texts = texts;
    return MMF_OK;
}

void mmf_header_texts_free(mmf_header_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        mmf_model_free(texts->models[i]);
    }
    *texts = (mmf_header_texts){0};
}

mmf_status mmf_header_text_is_canonical(const mmf_header_text *text, bool *ret_is)
{
    char *canonical = mmf_schema_canonical(text->model);

    if (!canonical) {
        return MMF_E_NO_MEMORY;
    }
    *ret_is = strlen(canonical) == text->size && memcmp(canonical, text->text, text->size) == 0;
    free(canonical);
    return MMF_OK;
}

mmf_status mmf_header_given_text(const mmf_header_source *source, char **ret_text,
                                 mmf_header_text *ret_place)
{
    char *text;

    if (!source->given || source->given->format != MMF_FORMAT_2) {
        *ret_text = NULL;
        return MMF_OK;
    }
    text = mmf_schema_canonical(source->given);
    if (!text) {
        return MMF_E_NO_MEMORY;
    }
    *ret_text = text;
    *ret_place = (mmf_header_text){
        .text = text,
        .offset = MMF_SCHEMA_TEXT_OFFSET,
        .size = (uint32_t)strnlen(text, MMF_HEADER_SIZE_MAX),
        .model = source->given,
    };
    return MMF_OK;
}

/* --- Images ---------------------------------------------------------------------------------- */

mmf_status mmf_header_image_copy(const mmf_header_source *source, uint32_t size,
                                 mmf_header_image *ret_image)
{
    uint8_t *bytes = malloc(size);

    if (!bytes) {
        return MMF_E_NO_MEMORY;
    }
    memcpy(bytes, source->bytes, size);
    *ret_image = (mmf_header_image){bytes, size};
    return MMF_OK;
}

void mmf_header_image_free(mmf_header_image *image)
{
    free(image->bytes);
    *image = (mmf_header_image){0};
}

void mmf_header_store_crc(mmf_header_image *image)
{
    uint32_t crc = mmf_header_crc(image->bytes);

    memcpy(image->bytes + offsetof(mmf_header, header_crc), &crc, sizeof crc);
}

/* Bytes of a region that ends with the text. */
static uint64_t region_size(uint32_t text_offset, uint32_t text_size)
{
    uint64_t end = (uint64_t)text_offset + text_size;

    return (end + MMF_PAGE_SIZE - 1) / MMF_PAGE_SIZE * MMF_PAGE_SIZE;
}

/* All that follows from a schema and the place of its text. */
static void imply(const mmf_model *model, uint32_t offset, uint32_t size, mmf_header *header)
{
    uint64_t unknown = header->features_read_only & ~MMF_FEATURES_READ_ONLY_KNOWN;

    memcpy(header->common.magic, MMF_MAGIC, MMF_MAGIC_SIZE);
    header->common.format_version = MMF_FORMAT_2;
    memcpy(header->common.schema_hash, model->hash, sizeof header->common.schema_hash);
    header->common.schema_version = model->version;
    header->common.record_size = model->record_size;
    header->features_read_only = unknown | (model->has_checksum ? MMF_FEATURE_RECORD_CHECKSUM : 0);
    header->header_size = (uint32_t)region_size(offset, size);
    header->payload_size = model->payload_size;
    header->record_align = model->align;
    header->schema_offset = offset;
    header->schema_size = size;
}

/* What this version writes where it has nothing to say. */
static void clear_unknown(mmf_header *header)
{
    header->features_compatible = 0;
    header->features_read_only &= MMF_FEATURES_READ_ONLY_KNOWN;
    header->features_incompatible = 0;
    header->reserved_06c = 0;
    memset(header->reserved_088, 0, sizeof header->reserved_088);
}

mmf_status mmf_header_image_imply(const mmf_header_source *source, const mmf_header_text *text,
                                  bool is_newer, mmf_header_image *ret_image)
{
    uint64_t size = region_size(text->offset, text->size);
    mmf_header_image image;
    mmf_header header;

    if (size > source->size || size > MMF_HEADER_SIZE_MAX) {
        return MMF_E_TRUNCATED;
    }
    if (mmf_header_image_copy(source, (uint32_t)size, &image) != MMF_OK) {
        return MMF_E_NO_MEMORY;
    }
    header = mmf_header_load(image.bytes);
    imply(text->model, text->offset, text->size, &header);
    if (!is_newer) {
        clear_unknown(&header);
    }
    memcpy(image.bytes, &header, MMF_HEADER_COVERED_END);
    memcpy(image.bytes + text->offset, text->text, text->size);
    *ret_image = image;
    return MMF_OK;
}

/* --- Whether an image can be believed -------------------------------------------------------- */

bool mmf_header_extent_is_sane(const mmf_header *header, uint64_t file_size)
{
    uint64_t text_end = (uint64_t)header->schema_offset + header->schema_size;

    if (header->header_size == 0 || header->header_size % MMF_PAGE_SIZE != 0 ||
        header->header_size > MMF_HEADER_SIZE_MAX || header->header_size > file_size) {
        return false;
    }
    return header->schema_offset == 0
               ? header->schema_size == 0
               : header->schema_offset >= MMF_SCHEMA_TEXT_OFFSET && text_end <= header->header_size;
}

mmf_status mmf_header_image_validate(mmf_header_image *image)
{
    uint8_t *counts = image->bytes + offsetof(mmf_header_common, record_count);
    uint8_t saved[16];
    mmf_header_info info;
    mmf_status status;

    _Static_assert(offsetof(mmf_header_common, capacity) + 8 -
                           offsetof(mmf_header_common, record_count) ==
                       sizeof saved,
                   "both counts");
    memcpy(saved, counts, sizeof saved);
    memset(counts, 0, sizeof saved);
    status = mmf_header_validate(image->bytes, image->size, image->size, &info, NULL);
    memcpy(counts, saved, sizeof saved);
    return status;
}

/* Whether a model says what the header has; the region may be larger than it has to be. */
static bool model_agrees(const mmf_model *model, const mmf_header *header)
{
    mmf_header implied = *header;

    imply(model, header->schema_offset, header->schema_size, &implied);
    if (!mmf_header_is_newer(header)) {
        clear_unknown(&implied);
    }
    if (implied.header_size < header->header_size) {
        implied.header_size = header->header_size;
    }
    return model->format == MMF_FORMAT_2 && memcmp(&implied, header, MMF_HEADER_COVERED_END) == 0;
}

mmf_status mmf_header_image_agrees(mmf_header_image *image, bool is_text_changed, bool *ret_agrees)
{
    mmf_header header = mmf_header_load(image->bytes);
    mmf_model *model;
    mmf_status status = mmf_header_image_validate(image);

    if (status == MMF_E_VERSION && header.common.format_version == MMF_FORMAT_2) {
        /* Of a newer version that this one refuses: what it implies is not known. */
        *ret_agrees = mmf_header_extent_is_sane(&header, image->size) &&
                      mmf_header_crc(image->bytes) == header.header_crc;
        return MMF_OK;
    }
    if (status != MMF_OK) {
        *ret_agrees = false;
        return MMF_OK;
    }
    status =
        mmf_header_parse(image->bytes + header.schema_offset, header.schema_size, &model, NULL);
    if (status == MMF_OK) {
        *ret_agrees = model_agrees(model, &header);
        mmf_model_free(model);
    } else if (status == MMF_E_SYNTAX) {
        *ret_agrees = !is_text_changed;
        if (!mmf_header_is_newer(&header)) {
            mmf_header cleared = header;

            clear_unknown(&cleared);
            *ret_agrees = *ret_agrees && memcmp(&cleared, &header, sizeof header) == 0;
        }
    }
    return status == MMF_E_SYNTAX ? MMF_OK : status;
}
