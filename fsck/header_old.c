/* Headers of format 1: 64 bytes without a checksum, for which a given schema alone can speak. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fsck/header_parts.h"
#include "schema/hash.h"

static mmf_header_common load(const uint8_t *bytes)
{
    mmf_header_common common;

    memcpy(&common, bytes, sizeof common);
    return common;
}

static bool record_size_is_sane(uint32_t size)
{
    return size >= 16 && size % 8 == 0 && size <= MMF_RECORD_SIZE_MAX;
}

static unsigned magic_likeness(const mmf_header_common *common)
{
    unsigned equal = 0;

    for (unsigned i = 0; i < MMF_MAGIC_SIZE; i++) {
        equal += common->magic[i] == MMF_MAGIC[i];
    }
    return equal;
}

bool mmf_header_is_old_by_given(const mmf_header_source *source)
{
    mmf_header_common common = load(source->bytes);

    return source->given && source->given->format == MMF_FORMAT_1 &&
           mmf_header_hash_likeness(common.schema_hash, source->given->hash) >=
               MMF_HEADER_HASH_NEAR;
}

bool mmf_header_is_old(const mmf_header_source *source)
{
    mmf_header_common common = load(source->bytes);
    unsigned likeness = magic_likeness(&common);

    if (mmf_header_is_old_by_given(source)) {
        return true;
    }
    if (common.format_version != MMF_FORMAT_1 || likeness < MMF_MAGIC_SIZE - 1) {
        return false;
    }
    return likeness == MMF_MAGIC_SIZE ||
           (record_size_is_sane(common.record_size) &&
            common.record_count <= (source->file_size - sizeof common) / common.record_size);
}

/* The header has the given schema's hash, or one that is hardly damaged: what else it says follows.
 */
static void judge_by_given(const mmf_header_source *source, mmf_header_common *expected)
{
    memcpy(expected->schema_hash, source->given->hash, sizeof expected->schema_hash);
    expected->record_size = source->given->record_size;
}

static void add_other_schema(const mmf_header_source *source, const mmf_header_common *common,
                             mmf_header_check *check)
{
    mmf_header_add(
        check, MMF_PROBLEM_SCHEMA_GIVEN, "schema_hash", offsetof(mmf_header_common, schema_hash), 0,
        "the file has records of %" PRIu32 " bytes and the schema hash %s, the given "
        "schema, of format %" PRIu32 ", %" PRIu32 " and %s",
        common->record_size, mmf_header_show_hash(common->schema_hash).text, source->given->format,
        source->given->record_size, mmf_header_show_hash(source->given->hash).text);
}

mmf_status mmf_header_judge_old(const mmf_header_source *source, mmf_header_check *check)
{
    bool by_given = mmf_header_is_old_by_given(source);
    mmf_header_common common = load(source->bytes);
    mmf_header_common expected = common;
    mmf_header_image image;

    memcpy(expected.magic, MMF_MAGIC, MMF_MAGIC_SIZE);
    expected.format_version = MMF_FORMAT_1;
    if (by_given) {
        judge_by_given(source, &expected);
    }
    if (!record_size_is_sane(expected.record_size)) {
        mmf_header_add_fatal(source, check);
        return MMF_OK;
    }
    if (mmf_header_image_copy(source, sizeof common, &image) != MMF_OK) {
        return MMF_E_NO_MEMORY;
    }
    memcpy(image.bytes, &expected, sizeof expected);
    mmf_header_add_differences(check, MMF_PROBLEM_HEADER_GUESS, source->bytes, image.bytes,
                               sizeof common,
                               by_given ? "by the given schema" : "by what follows it");
    if (by_given) {
        check->schema = source->given;
    } else if (source->given) {
        add_other_schema(source, &common, check);
    } else {
        mmf_header_add(check, MMF_PROBLEM_NO_SCHEMA, NULL, 0, 0,
                       "files of format 1 hold no schema");
    }
    check->bytes = image.bytes;
    check->size = image.size;
    return MMF_OK;
}
