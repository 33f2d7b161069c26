#include "schema/format.h"

#include <inttypes.h>
#include <string.h>

#include "schema/crc32c.h"

/* Bytes that must be there before a format-2 header says how long it is. */
#define HEADER_2_PREFIX_SIZE 0x6cu

static uint32_t load_u32(const uint8_t *bytes, size_t offset)
{
    uint32_t value;

    memcpy(&value, bytes + offset, sizeof value);
    return value;
}

static uint64_t load_u64(const uint8_t *bytes, size_t offset)
{
    uint64_t value;

    memcpy(&value, bytes + offset, sizeof value);
    return value;
}

static uint32_t load_format(const uint8_t *bytes)
{
    return load_u32(bytes, offsetof(mmf_header_common, format_version));
}

/* --- Checksums ------------------------------------------------------------------------------- */

uint32_t mmf_header_crc(const uint8_t *bytes)
{
    const size_t count_offset = offsetof(mmf_header_common, record_count);
    const size_t fixed_offset = offsetof(mmf_header, features_compatible);
    uint32_t crc;

    crc = mmf_crc32c(0, bytes, count_offset);
    crc = mmf_crc32c(crc, bytes + fixed_offset, offsetof(mmf_header, header_crc) - fixed_offset);
    return mmf_crc32c(crc, bytes + load_u32(bytes, offsetof(mmf_header, schema_offset)),
                      load_u32(bytes, offsetof(mmf_header, schema_size)));
}

uint32_t mmf_durable_slot_crc(const mmf_durable_slot *slot)
{
    return mmf_crc32c(0, slot, offsetof(mmf_durable_slot, crc));
}

static bool durable_slot_is_valid(const mmf_durable_slot *slot)
{
    return slot->generation != 0 && slot->crc == mmf_durable_slot_crc(slot);
}

const mmf_durable_slot *mmf_durable_slot_newest(const mmf_durable_slot *slot_0,
                                                const mmf_durable_slot *slot_1)
{
    bool valid_0 = durable_slot_is_valid(slot_0);
    bool valid_1 = durable_slot_is_valid(slot_1);

    if (valid_0 && valid_1) {
        return slot_0->generation > slot_1->generation ? slot_0 : slot_1;
    }
    return valid_0 ? slot_0 : valid_1 ? slot_1 : NULL;
}

/* --- Validation ------------------------------------------------------------------------------ */

uint32_t mmf_header_extent(const uint8_t *bytes, size_t size)
{
    uint32_t header_size;

    if (size < HEADER_2_PREFIX_SIZE || memcmp(bytes, MMF_MAGIC, MMF_MAGIC_SIZE) != 0 ||
        load_format(bytes) != MMF_FORMAT_2) {
        return sizeof(mmf_header_common);
    }
    header_size = load_u32(bytes, offsetof(mmf_header, header_size));
    return header_size >= sizeof(mmf_header) && header_size <= MMF_HEADER_SIZE_MAX
               ? header_size
               : (uint32_t)sizeof(mmf_header);
}

static mmf_status check_magic(const uint8_t *bytes, size_t size, uint64_t file_size,
                              mmf_error *error)
{
    size_t seen = size < MMF_MAGIC_SIZE ? size : MMF_MAGIC_SIZE;

    if (file_size == 0) {
        return mmf_error_set(error, MMF_E_MAGIC, "the file is empty, expected \"MMFG\" at byte 0");
    }
    if (memcmp(bytes, MMF_MAGIC, seen) != 0) {
        uint8_t found[MMF_MAGIC_SIZE] = {0};

        memcpy(found, bytes, seen);
        return mmf_error_set(error, MMF_E_MAGIC,
                             "found the bytes %02x %02x %02x %02x at byte 0, expected \"MMFG\"",
                             found[0], found[1], found[2], found[3]);
    }
    if (size < sizeof(mmf_header_common)) {
        return mmf_error_set(error, MMF_E_TRUNCATED,
                             "the file has %" PRIu64 " bytes, expected a header of %zu", file_size,
                             sizeof(mmf_header_common));
    }
    return MMF_OK;
}

/* What both formats have; data_offset is not known yet. */
static mmf_status check_common(const uint8_t *bytes, mmf_header_info *info, mmf_error *error)
{
    info->format = load_format(bytes);
    info->schema_version = load_u32(bytes, offsetof(mmf_header_common, schema_version));
    info->record_size = load_u32(bytes, offsetof(mmf_header_common, record_size));
    info->record_count = load_u64(bytes, offsetof(mmf_header_common, record_count));
    info->capacity = load_u64(bytes, offsetof(mmf_header_common, capacity));
    info->header_capacity = info->capacity;
    memcpy(info->schema_hash, bytes + offsetof(mmf_header_common, schema_hash),
           sizeof info->schema_hash);

    if (info->format != MMF_FORMAT_1 && info->format != MMF_FORMAT_2) {
        return mmf_error_set(error, MMF_E_VERSION, "format version %" PRIu32 ", expected 1 or 2",
                             info->format);
    }
    if (info->record_size < 16 || info->record_size % 8 != 0 ||
        info->record_size > MMF_RECORD_SIZE_MAX) {
        return mmf_error_set(error, MMF_E_CORRUPT,
                             "record size %" PRIu32 ", expected a multiple of 8 from 16 to %u",
                             info->record_size, MMF_RECORD_SIZE_MAX);
    }
    return MMF_OK;
}

static bool is_power_of_two(uint32_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* The sizes that a format-2 header gives of itself and of its schema text. */
static mmf_status check_extent(const mmf_header *header, size_t size, uint64_t file_size,
                               mmf_error *error)
{
    uint64_t text_end = (uint64_t)header->schema_offset + header->schema_size;

    if (header->header_size % MMF_PAGE_SIZE != 0 || header->header_size == 0 ||
        header->header_size > MMF_HEADER_SIZE_MAX) {
        return mmf_error_set(error, MMF_E_CORRUPT,
                             "header size %" PRIu32 ", expected a multiple of 4096 up to %u",
                             header->header_size, MMF_HEADER_SIZE_MAX);
    }
    if (file_size < header->header_size || size < header->header_size) {
        return mmf_error_set(error, MMF_E_TRUNCATED,
                             "the file has %" PRIu64 " bytes, its header alone %" PRIu32, file_size,
                             header->header_size);
    }
    if (header->schema_offset == 0
            ? header->schema_size != 0
            : header->schema_offset < MMF_SCHEMA_TEXT_OFFSET || text_end > header->header_size) {
        return mmf_error_set(error, MMF_E_CORRUPT,
                             "schema text at %" PRIu32 " of %" PRIu32 " bytes, expected it between "
                             "%u and the header's end at %" PRIu32,
                             header->schema_offset, header->schema_size, MMF_SCHEMA_TEXT_OFFSET,
                             header->header_size);
    }
    return MMF_OK;
}

static mmf_status check_features(const mmf_header *header, mmf_header_info *info, mmf_error *error)
{
    uint64_t unknown = header->features_incompatible & ~MMF_FEATURES_INCOMPATIBLE_KNOWN;

    if (unknown != 0) {
        return mmf_error_set(error, MMF_E_VERSION,
                             "incompatible features %#" PRIx64 " that this version does not know",
                             unknown);
    }
    info->must_not_write = (header->features_read_only & ~MMF_FEATURES_READ_ONLY_KNOWN) != 0;
    return MMF_OK;
}

/* Of a record whose payload fits. */
static mmf_status check_checksum(const mmf_header *header, mmf_header_info *info, mmf_error *error)
{
    uint32_t offset = 8 + header->payload_size;

    if ((header->features_read_only & MMF_FEATURE_RECORD_CHECKSUM) == 0) {
        return MMF_OK;
    }
    if (info->record_size - offset < MMF_RECORD_CHECKSUM_SIZE) {
        return mmf_error_set(error, MMF_E_CORRUPT,
                             "record size %" PRIu32 " with a payload of %" PRIu32
                             " and a checksum, expected %" PRIu32 " or more",
                             info->record_size, header->payload_size,
                             offset + MMF_RECORD_CHECKSUM_SIZE);
    }
    info->checksum_offset = offset;
    return MMF_OK;
}

static mmf_status check_record_shape(const mmf_header *header, mmf_header_info *info,
                                     mmf_error *error)
{
    if (!is_power_of_two(header->record_align) || header->record_align < 8 ||
        header->record_align > MMF_RECORD_ALIGN_MAX ||
        info->record_size % header->record_align != 0) {
        return mmf_error_set(error, MMF_E_CORRUPT,
                             "record alignment %" PRIu32 " for records of %" PRIu32 " bytes, "
                             "expected a power of two from 8 to %u that divides them",
                             header->record_align, info->record_size, MMF_RECORD_ALIGN_MAX);
    }
    if (header->payload_size < 8 || header->payload_size % 8 != 0 ||
        header->payload_size > info->record_size - 8) {
        return mmf_error_set(error, MMF_E_CORRUPT,
                             "payload size %" PRIu32 ", expected a multiple of 8 up to %" PRIu32,
                             header->payload_size, info->record_size - 8);
    }
    return check_checksum(header, info, error);
}

/* The part of a format-2 header that format 1 has not. */
static mmf_status check_format_2(const uint8_t *bytes, size_t size, uint64_t file_size,
                                 mmf_header_info *info, mmf_error *error)
{
    mmf_header header;
    uint32_t crc;
    mmf_status status;

    if (size < sizeof header) {
        return mmf_error_set(error, MMF_E_TRUNCATED,
                             "the file has %" PRIu64 " bytes, expected a header of %zu or more",
                             file_size, sizeof header);
    }
    memcpy(&header, bytes, sizeof header);
    status = check_features(&header, info, error);
    if (status != MMF_OK) {
        return status;
    }
    status = check_extent(&header, size, file_size, error);
    if (status != MMF_OK) {
        return status;
    }
    crc = mmf_header_crc(bytes);
    if (crc != header.header_crc) {
        return mmf_error_set(error, MMF_E_CORRUPT,
                             "header checksum %08" PRIx32 " in the file, %08" PRIx32 " computed",
                             header.header_crc, crc);
    }
    info->data_offset = header.header_size;
    info->payload_size = header.payload_size;
    info->record_align = header.record_align;
    info->schema_offset = header.schema_offset;
    info->schema_size = header.schema_size;
    return check_record_shape(&header, info, error);
}

/* Counts against the real size: by division, since the multiplied form can overflow. */
static mmf_status check_counts(uint64_t file_size, mmf_header_info *info, mmf_error *error)
{
    uint64_t fit = (file_size - info->data_offset) / info->record_size;

    if (info->format == MMF_FORMAT_1 && info->capacity != fit) {
        /* The Go library writes back a capacity of the past; what the file has is what counts. */
        info->capacity_is_stale = info->capacity > fit || info->capacity < info->record_count;
        if (info->capacity_is_stale) {
            info->capacity = fit;
        }
    }
    if (info->record_count > info->capacity) {
        return mmf_error_set(error, info->format == MMF_FORMAT_1 ? MMF_E_TRUNCATED : MMF_E_CORRUPT,
                             "%" PRIu64 " records in a file with room for %" PRIu64,
                             info->record_count, info->capacity);
    }
    if (info->capacity > fit) {
        return mmf_error_set(error, MMF_E_TRUNCATED,
                             "the file has %" PRIu64 " bytes, room for %" PRIu64
                             " records, expected %" PRIu64,
                             file_size, fit, info->capacity);
    }
    return MMF_OK;
}

mmf_status mmf_header_validate(const uint8_t *bytes, size_t size, uint64_t file_size,
                               mmf_header_info *ret_info, mmf_error *error)
{
    mmf_header_info info = {0};
    mmf_status status;

    if (size > file_size) {
        size = (size_t)file_size; /* it has shrunk meanwhile */
    }
    status = check_magic(bytes, size, file_size, error);
    if (status != MMF_OK) {
        return status;
    }
    status = check_common(bytes, &info, error);
    if (status != MMF_OK) {
        return status;
    }
    if (info.format == MMF_FORMAT_1) {
        info.data_offset = sizeof(mmf_header_common);
        info.payload_size = info.record_size - 8;
        info.record_align = 8;
    } else {
        status = check_format_2(bytes, size, file_size, &info, error);
        if (status != MMF_OK) {
            return status;
        }
    }
    status = check_counts(file_size, &info, error);
    if (status != MMF_OK) {
        return status;
    }
    *ret_info = info;
    return MMF_OK;
}

/* --- Making ---------------------------------------------------------------------------------- */

uint32_t mmf_header_region_size(uint32_t format, uint32_t text_size)
{
    if (format == MMF_FORMAT_1) {
        return sizeof(mmf_header_common);
    }
    return (MMF_SCHEMA_TEXT_OFFSET + text_size + MMF_PAGE_SIZE - 1) & ~(MMF_PAGE_SIZE - 1);
}

static void encode_common(const mmf_header_info *info, mmf_header_common *ret_common)
{
    memcpy(ret_common->magic, MMF_MAGIC, MMF_MAGIC_SIZE);
    ret_common->format_version = info->format;
    memcpy(ret_common->schema_hash, info->schema_hash, sizeof ret_common->schema_hash);
    ret_common->schema_version = info->schema_version;
    ret_common->record_size = info->record_size;
    ret_common->record_count = info->record_count;
    ret_common->capacity = info->capacity;
}

void mmf_header_encode(const mmf_header_info *info, const char *text, uint32_t text_size,
                       const uint8_t uuid[16], uint64_t created_ns, uint8_t *ret_bytes)
{
    mmf_header header = {0};

    encode_common(info, &header.common);
    if (info->format == MMF_FORMAT_1) {
        memcpy(ret_bytes, &header.common, sizeof header.common);
        return;
    }
    header.features_read_only = info->checksum_offset ? MMF_FEATURE_RECORD_CHECKSUM : 0;
    header.header_size = mmf_header_region_size(info->format, text_size);
    header.payload_size = info->payload_size;
    header.record_align = info->record_align;
    header.schema_offset = text_size ? MMF_SCHEMA_TEXT_OFFSET : 0;
    header.schema_size = text_size;
    memcpy(header.uuid, uuid, sizeof header.uuid);
    header.created_ns = created_ns;

    memset(ret_bytes, 0, header.header_size);
    memcpy(ret_bytes, &header, sizeof header);
    if (text_size) {
        memcpy(ret_bytes + MMF_SCHEMA_TEXT_OFFSET, text, text_size);
    }
    header.header_crc = mmf_header_crc(ret_bytes);
    memcpy(ret_bytes + offsetof(mmf_header, header_crc), &header.header_crc,
           sizeof header.header_crc);
}
