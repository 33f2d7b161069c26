/* Proof: an image is believed when its checksum is right and it is consistent in itself. The
 * checksum alone would not do: among the changes of one byte of a file of many pages there is one
 * that makes it right by luck in a thousand files. */
#define _POSIX_C_SOURCE 200809L /* strnlen */

#include <stdlib.h>
#include <string.h>

#include "fsck/crc_byte.h"
#include "fsck/header_parts.h"
#include "schema/crc32c.h"

/* What the checksum is over, the text being there: as mmf_header_crc() has it, but for a place of
 * the text that the header need not give. */
typedef struct coverage {
    uint32_t text_offset;
    uint32_t text_size;
} coverage;

#define FIRST_END ((uint32_t)offsetof(mmf_header_common, record_count))
#define SECOND_BEGIN ((uint32_t)offsetof(mmf_header, features_compatible))
#define SECOND_END ((uint32_t)offsetof(mmf_header, header_crc))
#define FIXED_SIZE (FIRST_END + SECOND_END - SECOND_BEGIN)

static uint32_t covered_crc(const uint8_t *bytes, coverage covered)
{
    uint32_t crc = mmf_crc32c(0, bytes, FIRST_END);

    crc = mmf_crc32c(crc, bytes + SECOND_BEGIN, SECOND_END - SECOND_BEGIN);
    return mmf_crc32c(crc, bytes + covered.text_offset, covered.text_size);
}

/* Where in the file a position in the covered bytes, or behind them in the checksum, lies. */
static uint32_t file_offset(coverage covered, uint64_t position)
{
    if (position < FIRST_END) {
        return (uint32_t)position;
    }
    if (position < FIXED_SIZE) {
        return (uint32_t)position - FIRST_END + SECOND_BEGIN;
    }
    if (position < FIXED_SIZE + (uint64_t)covered.text_size) {
        return (uint32_t)position - FIXED_SIZE + covered.text_offset;
    }
    return (uint32_t)(position - FIXED_SIZE - covered.text_size) + SECOND_END;
}

/* The one byte whose change makes the checksum right. False: there is none, or it is right. */
static bool find_wrong_byte(const uint8_t *bytes, coverage covered, uint32_t *ret_offset,
                            uint8_t *ret_change)
{
    uint32_t difference = mmf_header_load(bytes).header_crc ^ covered_crc(bytes, covered);
    mmf_crc_byte found;

    if (!mmf_crc_find_byte(difference, FIXED_SIZE + (uint64_t)covered.text_size, &found)) {
        return false;
    }
    *ret_offset = file_offset(covered, found.position);
    *ret_change = found.change;
    return true;
}

/* Tries one image, which it takes: as it is, or (by_byte) with one byte changed. */
static mmf_status try_image(mmf_header_image *image, bool by_byte, mmf_header_image *ret_proved)
{
    mmf_header header = mmf_header_load(image->bytes);
    coverage covered = {header.schema_offset, header.schema_size};
    uint32_t offset = 0;
    uint8_t change = 0;
    bool agrees = false;
    mmf_status status = MMF_OK;

    if (by_byte ? find_wrong_byte(image->bytes, covered, &offset, &change)
                : covered_crc(image->bytes, covered) == header.header_crc) {
        image->bytes[offset] ^= change;
        status = mmf_header_image_agrees(image, offset >= MMF_SCHEMA_TEXT_OFFSET, &agrees);
    }
    if (status == MMF_OK && agrees) {
        *ret_proved = *image;
    } else {
        mmf_header_image_free(image);
    }
    return status;
}

/* What a text implies, as this version or a newer one would have written it. */
static mmf_status try_text(const mmf_header_source *source, const mmf_header_text *text,
                           bool by_byte, mmf_header_image *ret_proved)
{
    mmf_header header = mmf_header_load(source->bytes);

    for (unsigned is_newer = mmf_header_is_newer(&header); !ret_proved->bytes; is_newer--) {
        mmf_header_image image;
        mmf_status status = mmf_header_image_imply(source, text, is_newer != 0, &image);

        if (status == MMF_OK) {
            status = try_image(&image, by_byte, ret_proved);
        }
        if (status != MMF_OK && status != MMF_E_TRUNCATED) {
            return status;
        }
        if (is_newer == 0) {
            break;
        }
    }
    return MMF_OK;
}

/* The header's own fields, with one byte changed; the place of the text is one that the changed
 * header has to give. */
static mmf_status try_byte(const mmf_header_source *source, coverage covered,
                           mmf_header_image *ret_proved)
{
    mmf_header header = mmf_header_load(source->bytes);
    mmf_header_image image;
    uint32_t offset;
    uint8_t change;
    bool agrees = false;
    mmf_status status;

    if (!find_wrong_byte(source->bytes, covered, &offset, &change)) {
        return MMF_OK;
    }
    if (offset < MMF_HEADER_COVERED_END) {
        ((uint8_t *)&header)[offset] ^= change;
    }
    if (!mmf_header_extent_is_sane(&header, source->size) ||
        header.schema_offset != covered.text_offset || header.schema_size != covered.text_size) {
        return MMF_OK;
    }
    status = mmf_header_image_copy(source, header.header_size, &image);
    if (status != MMF_OK) {
        return status;
    }
    image.bytes[offset] ^= change;
    status = mmf_header_image_agrees(&image, offset >= MMF_SCHEMA_TEXT_OFFSET, &agrees);
    if (status == MMF_OK && agrees) {
        *ret_proved = image;
    } else {
        mmf_header_image_free(&image);
    }
    return status;
}

/* The places where the text may be: where the header says, where it always is, or none. */
static mmf_status try_bytes(const mmf_header_source *source, mmf_header_image *ret_proved)
{
    mmf_header header = mmf_header_load(source->bytes);
    uint64_t end = (uint64_t)header.schema_offset + header.schema_size;
    size_t room = source->size - MMF_SCHEMA_TEXT_OFFSET;
    const char *text = (const char *)source->bytes + MMF_SCHEMA_TEXT_OFFSET;
    coverage places[3] = {{header.schema_offset, header.schema_size},
                          {MMF_SCHEMA_TEXT_OFFSET, (uint32_t)strnlen(text, room)},
                          {0, 0}};
    bool own_is_sane = header.schema_offset >= MMF_SCHEMA_TEXT_OFFSET && end <= source->size;
    mmf_status status = MMF_OK;

    for (size_t i = own_is_sane ? 0 : 1; i < 3 && status == MMF_OK && !ret_proved->bytes; i++) {
        status = try_byte(source, places[i], ret_proved);
    }
    return status;
}

static mmf_status try_texts(const mmf_header_source *source, const mmf_header_texts *texts,
                            bool by_byte, mmf_header_image *ret_proved)
{
    mmf_status status = MMF_OK;

    for (size_t i = 0; i < texts->count && status == MMF_OK && !ret_proved->bytes; i++) {
        status = try_text(source, &texts->items[i], by_byte, ret_proved);
    }
    return status;
}

static mmf_status try_given(const mmf_header_source *source, mmf_header_image *ret_proved)
{
    mmf_header_text place;
    char *text;
    mmf_status status = mmf_header_given_text(source, &text, &place);

    if (status != MMF_OK || !text) {
        return status;
    }
    status = try_text(source, &place, false, ret_proved);
    if (status == MMF_OK && !ret_proved->bytes) {
        status = try_text(source, &place, true, ret_proved);
    }
    free(text);
    return status;
}

mmf_status mmf_header_prove(const mmf_header_source *source, const mmf_header_texts *texts,
                            mmf_header_image *image)
{
    mmf_header_image proved = {0};
    mmf_status status;

    if (source->size < sizeof(mmf_header)) {
        return MMF_OK;
    }
    status = try_texts(source, texts, false, &proved);
    if (status == MMF_OK && !proved.bytes) {
        status = try_texts(source, texts, true, &proved);
    }
    if (status == MMF_OK && !proved.bytes) {
        status = try_bytes(source, &proved);
    }
    if (status == MMF_OK && !proved.bytes) {
        status = try_given(source, &proved);
    }
    if (proved.bytes) {
        *image = proved;
    }
    return status;
}
