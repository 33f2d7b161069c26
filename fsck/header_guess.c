/* Nothing proves what a damaged header of format 2 was: then a schema that fits what is left of it
 * says what it most likely was, and somebody has to say yes. */
#include <stdlib.h>
#include <string.h>

#include "fsck/header_parts.h"

static bool magic_is_right(const mmf_header *header)
{
    return memcmp(header->common.magic, MMF_MAGIC, MMF_MAGIC_SIZE) == 0;
}

static bool has_what_it_implies(const uint8_t *found, const mmf_header_image *image)
{
    return memcmp(found, image->bytes, offsetof(mmf_header_common, record_count)) == 0 &&
           memcmp(found + offsetof(mmf_header, features_compatible),
                  image->bytes + offsetof(mmf_header, features_compatible),
                  offsetof(mmf_header, header_crc) - offsetof(mmf_header, features_compatible)) ==
               0;
}

/* Whether nothing but bits of a newer version are in the way: then it is of one. */
static bool is_of_newer_version(const mmf_header_source *source, const mmf_header_image *image)
{
    mmf_header header = mmf_header_load(source->bytes);
    mmf_header implied = mmf_header_load(image->bytes);

    if (header.features_incompatible == 0) {
        return false;
    }
    implied.features_compatible = header.features_compatible;
    implied.features_read_only |= header.features_read_only & ~MMF_FEATURES_READ_ONLY_KNOWN;
    implied.features_incompatible = header.features_incompatible;
    implied.reserved_06c = header.reserved_06c;
    memcpy(implied.reserved_088, header.reserved_088, sizeof implied.reserved_088);
    implied.header_crc = header.header_crc;
    return memcmp(&implied, &header, MMF_HEADER_COVERED_END) == 0;
}

/* Whether a text in a file says enough against what the header's first bytes say of themselves. A
 * right magic with an unknown version is a newer version's, and a file of format 1 may have
 * any text at 0x800, in a record, but not that text's hash. */
static mmf_status text_weighs_enough(const mmf_header_source *source, const mmf_header_text *text,
                                     bool *ret_enough)
{
    mmf_header header = mmf_header_load(source->bytes);
    uint32_t version = header.common.format_version;

    if (version == MMF_FORMAT_1) {
        *ret_enough = mmf_header_hash_likeness(header.common.schema_hash, text->model->hash) >=
                      MMF_HEADER_HASH_NEAR;
        return MMF_OK;
    }
    if (magic_is_right(&header)) {
        *ret_enough = version == MMF_FORMAT_2;
        return MMF_OK;
    }
    return mmf_header_text_is_canonical(text, ret_enough);
}

/* The checksum is all that is wrong, or the bytes that it alone vouches for are. */
static void accept(mmf_header_check *check, mmf_header_image *image)
{
    uint32_t found = mmf_header_load(image->bytes).header_crc;

    mmf_header_store_crc(image);
    mmf_header_add(check, MMF_PROBLEM_HEADER_CHECKSUM, "header_crc",
                   offsetof(mmf_header, header_crc), sizeof found,
                   "header_crc: found %08x, computed %08x: it is damaged itself, or the UUID, the "
                   "time of creation or words of the schema on which no record depends are",
                   (unsigned)found, (unsigned)mmf_header_load(image->bytes).header_crc);
}

/* All is as it should be but for the checksum, and features of a newer version are there, or
 * damage: they stay, with which the file can be read. */
static void accept_newer(mmf_header_check *check, mmf_header_image *image)
{
    uint32_t found = mmf_header_load(image->bytes).header_crc;

    mmf_header_store_crc(image);
    mmf_header_add(check, MMF_PROBLEM_HEADER_GUESS, "header_crc", offsetof(mmf_header, header_crc),
                   sizeof found,
                   "header_crc: found %08x, computed %08x over features of a newer version, if "
                   "they are not what is damaged",
                   (unsigned)found, (unsigned)mmf_header_load(image->bytes).header_crc);
}

/* The image with what newer versions may have, when that is all there is to it. */
static mmf_status guess_newer(const mmf_header_source *source, const mmf_header_text *text,
                              mmf_header_check *check, mmf_header_image *ret_image)
{
    mmf_header header = mmf_header_load(source->bytes);
    mmf_header_image image;
    mmf_status status;

    if (!mmf_header_is_newer(&header) || header.features_incompatible != 0) {
        return MMF_OK;
    }
    status = mmf_header_image_imply(source, text, true, &image);
    if (status != MMF_OK) {
        return status;
    }
    if (has_what_it_implies(source->bytes, &image)) {
        accept_newer(check, &image);
        *ret_image = image;
    } else {
        mmf_header_image_free(&image);
    }
    return MMF_OK;
}

/* The image that this version would have made of the text. */
static mmf_status guess_own(const mmf_header_source *source, const mmf_header_text *text,
                            mmf_header_check *check, mmf_header_image *ret_image)
{
    mmf_header header = mmf_header_load(source->bytes);
    mmf_header_image image;
    mmf_status status = mmf_header_image_imply(source, text, false, &image);

    if (status != MMF_OK) {
        return status;
    }
    if (is_of_newer_version(source, &image)) {
        mmf_header_add_features(check, &header);
        mmf_header_image_free(&image);
        return MMF_OK;
    }
    if (has_what_it_implies(source->bytes, &image)) {
        accept(check, &image);
    } else {
        mmf_header_add_differences(check, MMF_PROBLEM_HEADER_GUESS, source->bytes, image.bytes,
                                   MMF_HEADER_COVERED_END, "by the schema in the file");
        mmf_header_store_crc(&image);
    }
    *ret_image = image;
    return MMF_OK;
}

static mmf_status guess_by_text(const mmf_header_source *source, const mmf_header_text *text,
                                mmf_header_check *check, mmf_header_image *ret_image)
{
    bool enough = false;
    mmf_status status = text_weighs_enough(source, text, &enough);

    if (status == MMF_OK && enough) {
        status = guess_newer(source, text, check, ret_image);
    }
    if (status == MMF_OK && enough && !ret_image->bytes) {
        status = guess_own(source, text, check, ret_image);
    }
    return status == MMF_E_TRUNCATED ? MMF_OK : status; /* no file of this text */
}

/* Whether a header is one of the given schema: its hash is hardly damaged, or all else fits. */
static bool given_fits(const mmf_header *header, const mmf_header *implied)
{
    bool may_be_newer = magic_is_right(header) && header->common.format_version != MMF_FORMAT_2 &&
                        header->common.format_version != MMF_FORMAT_1;

    if (mmf_header_hash_likeness(header->common.schema_hash, implied->common.schema_hash) >=
        MMF_HEADER_HASH_NEAR) {
        return !may_be_newer;
    }
    return magic_is_right(header) && header->common.format_version == MMF_FORMAT_2 &&
           header->common.record_size == implied->common.record_size &&
           memcmp(&header->features_compatible, &implied->features_compatible,
                  offsetof(mmf_header, uuid) - offsetof(mmf_header, features_compatible)) == 0;
}

/* The size of the region as the header has it, when that can be: the file's text may have had other
 * documentation than the given one, and records lie where they lie. */
static mmf_status with_own_region(const mmf_header_source *source, mmf_header_image *image)
{
    mmf_header header = mmf_header_load(source->bytes);
    mmf_header implied = mmf_header_load(image->bytes);
    mmf_header_image larger;

    implied.header_size = header.header_size;
    if (header.header_size <= image->size || !mmf_header_extent_is_sane(&implied, source->size)) {
        return MMF_OK;
    }
    if (mmf_header_image_copy(source, header.header_size, &larger) != MMF_OK) {
        return MMF_E_NO_MEMORY;
    }
    memcpy(image->bytes + offsetof(mmf_header, header_size), &implied.header_size,
           sizeof implied.header_size);
    memcpy(larger.bytes, image->bytes, image->size);
    mmf_header_image_free(image);
    *image = larger;
    return MMF_OK;
}

/* Whether the header gives a size of its own that is smaller than the given text needs. */
static bool has_no_room(const mmf_header_source *source, const mmf_header *header, uint32_t needed)
{
    return header->header_size != 0 && header->header_size % MMF_PAGE_SIZE == 0 &&
           header->header_size < needed && header->header_size <= source->size;
}

static mmf_status guess_by_given(const mmf_header_source *source, mmf_header_check *check,
                                 mmf_header_image *ret_image)
{
    static const char reason[] = "by the given schema";
    mmf_header header = mmf_header_load(source->bytes);
    mmf_header_image image = {0};
    mmf_header_text place;
    mmf_header implied;
    char *text;
    mmf_status status = mmf_header_given_text(source, &text, &place);

    if (status != MMF_OK || !text) {
        return status;
    }
    status = mmf_header_image_imply(source, &place, false, &image);
    free(text);
    if (status != MMF_OK) {
        return status == MMF_E_TRUNCATED ? MMF_OK : status;
    }
    implied = mmf_header_load(image.bytes);
    if (!given_fits(&header, &implied) || has_no_room(source, &header, image.size)) {
        mmf_header_image_free(&image);
        return MMF_OK;
    }
    status = with_own_region(source, &image);
    if (status != MMF_OK) {
        mmf_header_image_free(&image);
        return status;
    }
    mmf_header_add_differences(check, MMF_PROBLEM_HEADER_GUESS, source->bytes, image.bytes,
                               MMF_HEADER_COVERED_END, reason);
    mmf_header_add_text_difference(check, MMF_PROBLEM_HEADER_GUESS, source->bytes, image.bytes,
                                   place.offset, place.size, reason);
    mmf_header_store_crc(&image);
    *ret_image = image;
    return MMF_OK;
}

/* Whether the header's hash speaks for the given schema rather than for the text. */
static bool given_comes_first(const mmf_header_source *source, const mmf_header_texts *texts)
{
    mmf_header header = mmf_header_load(source->bytes);
    const uint8_t *hash = header.common.schema_hash;

    for (size_t i = 0; i < texts->count; i++) {
        if (mmf_header_hash_likeness(hash, texts->items[i].model->hash) >= MMF_HEADER_HASH_NEAR) {
            return false;
        }
    }
    return source->given &&
           mmf_header_hash_likeness(hash, source->given->hash) >= MMF_HEADER_HASH_NEAR;
}

mmf_status mmf_header_guess(const mmf_header_source *source, const mmf_header_texts *texts,
                            mmf_header_check *check, mmf_header_image *image)
{
    mmf_header_image guessed = {0};
    mmf_status status = MMF_OK;

    if (source->size < sizeof(mmf_header)) {
        return MMF_OK;
    }
    if (given_comes_first(source, texts)) {
        status = guess_by_given(source, check, &guessed);
    }
    for (size_t i = 0; i < texts->count; i++) {
        if (status == MMF_OK && check->defect_count == 0) {
            status = guess_by_text(source, &texts->items[i], check, &guessed);
        }
    }
    if (status == MMF_OK && check->defect_count == 0) {
        status = guess_by_given(source, check, &guessed);
    }
    if (status == MMF_OK) {
        *image = guessed;
    }
    return status;
}
