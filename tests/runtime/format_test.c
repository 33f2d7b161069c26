/* The file format: where each number lies, what the validator believes, and what it does not.
 * Offsets are written here as literal numbers, a second time, on purpose. */
#include <stdlib.h>

#include "schema/crc32c.h"
#include "schema/format.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "format";

static const uint8_t uuid[16] = {0xf8, 0x1d, 0x4f, 0xae, 0x7d, 0xec, 0x41, 0xd0,
                                 0xa7, 0x65, 0x00, 0xa0, 0xc9, 0x1e, 0x6b, 0xf6};
#define CREATED_NS 0x1122334455667788u
#define TEXT_SIZE 3000u /* so that it runs over the first page */

static char text[TEXT_SIZE];

static mmf_header_info some_info(uint32_t format)
{
    mmf_header_info info = {
        .format = format,
        .schema_version = 0x01020304,
        .record_size = 256,
        .payload_size = 240,
        .record_align = 64,
        .record_count = 5,
        .capacity = 10,
    };

    for (unsigned i = 0; i < 32; i++) {
        info.schema_hash[i] = (uint8_t)(0xc0 + i);
    }
    return info;
}

/* A header region of format 2 with a text, 8192 bytes, for a file of FILE_SIZE bytes. */
#define REGION 8192u
#define FILE_SIZE (REGION + 10 * 256u)
static uint8_t good[REGION];

static void make_good(void)
{
    mmf_header_info info = some_info(MMF_FORMAT_2);

    for (unsigned i = 0; i < TEXT_SIZE; i++) {
        text[i] = (char)('a' + i % 26);
    }
    mmf_header_encode(&info, text, TEXT_SIZE, uuid, CREATED_NS, good);
}

/* A copy with a number changed, and with a right checksum. */
static uint8_t changed[REGION];

static void change(uint32_t offset, uint64_t value, size_t size)
{
    memcpy(changed + offset, &value, size);
}

static void fresh(void)
{
    make_good();
    memcpy(changed, good, sizeof good);
}

static void seal(void)
{
    uint32_t crc = mmf_header_crc(changed);

    memcpy(changed + 0xfc, &crc, sizeof crc);
}

static mmf_status validate(const uint8_t *bytes, size_t size, uint64_t file_size,
                           mmf_header_info *ret_info, mmf_error *error)
{
    uint8_t *exact = malloc(size ? size : 1); /* a sanitizer sees the first byte beyond */
    mmf_status status;

    ck_assert_ptr_nonnull(exact);
    memcpy(exact, bytes, size);
    status = mmf_header_validate(exact, size, file_size, ret_info, error);
    free(exact);
    return status;
}

#define ck_refused(expected, part)                                                                 \
    do {                                                                                           \
        mmf_error error_ = {0};                                                                    \
        mmf_header_info info_;                                                                     \
        ck_status(validate(changed, sizeof changed, FILE_SIZE, &info_, &error_), expected);        \
        ck_contains(error_.text, part);                                                            \
    } while (0)

static uint64_t number_at(const uint8_t *bytes, uint32_t offset, size_t size)
{
    uint64_t value = 0;

    memcpy(&value, bytes + offset, size);
    return value;
}

START_TEST(test_format_1_bytes)
{
    mmf_header_info info = some_info(MMF_FORMAT_1);
    uint8_t bytes[80];

    memset(bytes, 0xee, sizeof bytes);
    mmf_header_encode(&info, NULL, 0, uuid, CREATED_NS, bytes);
    ck_assert_mem_eq(bytes, "MMFG\1\0\0\0", 8);
    ck_assert_mem_eq(bytes + 0x08, info.schema_hash, 32);
    ck_assert_mem_eq(bytes + 0x28, "\4\3\2\1", 4);
    ck_assert_mem_eq(bytes + 0x2c, "\0\1\0\0", 4);
    ck_assert_mem_eq(bytes + 0x30, "\5\0\0\0\0\0\0\0", 8);
    ck_assert_mem_eq(bytes + 0x38, "\12\0\0\0\0\0\0\0", 8);
    ck_assert_uint_eq(bytes[64], 0xee); /* not a byte more */
    ck_assert_uint_eq(mmf_header_region_size(MMF_FORMAT_1, 0), 64);
}
END_TEST

START_TEST(test_format_2_bytes)
{
    make_good();
    ck_assert_mem_eq(good, "MMFG\2\0\0\0", 8);
    ck_assert_uint_eq(good[0x08], 0xc0);
    ck_assert_uint_eq(good[0x27], 0xdf);
    ck_assert_uint_eq(number_at(good, 0x28, 4), 0x01020304);
    ck_assert_uint_eq(number_at(good, 0x2c, 4), 256);
    ck_assert_uint_eq(number_at(good, 0x30, 8), 5);
    ck_assert_uint_eq(number_at(good, 0x38, 8), 10);
    ck_assert_uint_eq(number_at(good, 0x40, 8), 0);
    ck_assert_uint_eq(number_at(good, 0x48, 8), 0);
    ck_assert_uint_eq(number_at(good, 0x50, 8), 0);
    ck_assert_uint_eq(number_at(good, 0x58, 4), 8192);
    ck_assert_uint_eq(number_at(good, 0x5c, 4), 240);
    ck_assert_uint_eq(number_at(good, 0x60, 4), 64);
    ck_assert_uint_eq(number_at(good, 0x64, 4), 0x800);
    ck_assert_uint_eq(number_at(good, 0x68, 4), TEXT_SIZE);
    ck_assert_uint_eq(number_at(good, 0x6c, 4), 0);
    ck_assert_mem_eq(good + 0x70, uuid, 16);
    ck_assert_uint_eq(number_at(good, 0x80, 8), CREATED_NS);
    for (uint32_t at = 0x88; at < 0x800; at++) {
        ck_assert_msg(good[at] == 0 || (at >= 0xfc && at < 0x100), "byte %#x is %#x", at, good[at]);
    }
    ck_assert_mem_eq(good + 0x800, text, TEXT_SIZE);
    for (uint32_t at = 0x800 + TEXT_SIZE; at < REGION; at++) {
        ck_assert_uint_eq(good[at], 0);
    }
}
END_TEST

/* The checksum by its definition in format.h, from the offsets as literal numbers. */
START_TEST(test_format_2_checksum)
{
    uint32_t crc;

    make_good();
    crc = mmf_crc32c(0, good, 0x30);
    crc = mmf_crc32c(crc, good + 0x40, 0xfc - 0x40);
    crc = mmf_crc32c(crc, text, TEXT_SIZE);
    ck_assert_uint_eq(number_at(good, 0xfc, 4), crc);
    ck_assert_uint_eq(mmf_header_crc(good), crc);
}
END_TEST

START_TEST(test_region_sizes)
{
    ck_assert_uint_eq(mmf_header_region_size(MMF_FORMAT_2, 0), 4096);
    ck_assert_uint_eq(mmf_header_region_size(MMF_FORMAT_2, 2048), 4096);
    ck_assert_uint_eq(mmf_header_region_size(MMF_FORMAT_2, 2049), 8192);
    ck_assert_uint_eq(mmf_header_region_size(MMF_FORMAT_2, 2048 + 4096), 8192);
    ck_assert_uint_eq(mmf_header_region_size(MMF_FORMAT_2, 2048 + 4097), 12288);
}
END_TEST

START_TEST(test_round_trip)
{
    mmf_header_info info;
    mmf_header_info want = some_info(MMF_FORMAT_2);

    make_good();
    memset(&info, 0xff, sizeof info);
    ck_ok(validate(good, sizeof good, FILE_SIZE, &info, NULL));
    ck_assert_uint_eq(info.format, 2);
    ck_assert_uint_eq(info.schema_version, want.schema_version);
    ck_assert_uint_eq(info.record_size, 256);
    ck_assert_uint_eq(info.payload_size, 240);
    ck_assert_uint_eq(info.record_align, 64);
    ck_assert_uint_eq(info.data_offset, REGION);
    ck_assert_uint_eq(info.record_count, 5);
    ck_assert_uint_eq(info.capacity, 10);
    ck_assert(!info.capacity_is_stale && !info.must_not_write);
    ck_assert_uint_eq(info.schema_offset, 0x800);
    ck_assert_uint_eq(info.schema_size, TEXT_SIZE);
    ck_assert_mem_eq(info.schema_hash, want.schema_hash, 32);
}
END_TEST

START_TEST(test_round_trip_format_1)
{
    mmf_header_info want = some_info(MMF_FORMAT_1);
    mmf_header_info info;
    uint8_t bytes[64];

    mmf_header_encode(&want, NULL, 0, uuid, 0, bytes);
    ck_ok(validate(bytes, 64, 64 + 10 * 256, &info, NULL));
    ck_assert_uint_eq(info.format, 1);
    ck_assert_uint_eq(info.payload_size, 248);
    ck_assert_uint_eq(info.record_align, 8);
    ck_assert_uint_eq(info.data_offset, 64);
    ck_assert_uint_eq(info.record_count, 5);
    ck_assert_uint_eq(info.capacity, 10);
    ck_assert(!info.capacity_is_stale && !info.must_not_write);
    ck_assert_uint_eq(info.schema_offset + info.schema_size, 0);
}
END_TEST

/* A capacity of format 1 is believed as long as it can be true. */
START_TEST(test_stale_capacity_of_format_1)
{
    mmf_header_info info = some_info(MMF_FORMAT_1);
    mmf_error error = {0};
    uint8_t bytes[64];

    info.record_count = 200;
    info.capacity = 64; /* as the Go library leaves it */
    mmf_header_encode(&info, NULL, 0, uuid, 0, bytes);
    ck_ok(validate(bytes, 64, 64 + 256 * 256 + 100, &info, NULL));
    ck_assert(info.capacity_is_stale);
    ck_assert_uint_eq(info.capacity, 256);

    ck_ok(validate(bytes, 64, 64 + 200 * 256, &info, NULL));
    ck_assert_uint_eq(info.capacity, 200);
    ck_status(validate(bytes, 64, 64 + 200 * 256 - 1, &info, &error), MMF_E_TRUNCATED);
    ck_contains(error.text, "200 records");
    ck_contains(error.text, "199");

    info.record_count = 5;
    info.capacity = 1000; /* more than the file has */
    mmf_header_encode(&info, NULL, 0, uuid, 0, bytes);
    ck_ok(validate(bytes, 64, 64 + 20 * 256, &info, NULL));
    ck_assert(info.capacity_is_stale);
    ck_assert_uint_eq(info.capacity, 20);
}
END_TEST

/* Every byte of the header region, changed in several ways: what the checksum covers is noticed;
 * the rest gives a status that fits, and numbers that hold against the file's size. */
START_TEST(test_every_byte_changed)
{
    static const uint8_t flips[] = {0x01, 0x80, 0xff, 0x42};

    fresh();
    for (uint32_t at = 0; at < REGION; at++) {
        bool covered =
            at < 0x30 || (at >= 0x40 && at < 0x100) || (at >= 0x800 && at < 0x800 + TEXT_SIZE);

        for (size_t i = 0; i < sizeof flips; i++) {
            mmf_header_info info;
            mmf_error error = {0};
            mmf_status status;

            changed[at] = good[at] ^ flips[i];
            status = mmf_header_validate(changed, REGION, FILE_SIZE, &info, &error);
            changed[at] = good[at];
            ck_assert_msg(!covered || status != MMF_OK, "byte %#x changed, and not noticed", at);
            ck_assert_msg(status == error.status, "byte %#x", at);
            ck_assert((status == MMF_OK) == (error.text[0] == '\0'));
            if (at < 4) {
                ck_status(status, MMF_E_MAGIC);
            } else if (at < 8) {
                /* 0x01: format 3 or another number; never 1 by one flip of these */
                ck_status(status, MMF_E_VERSION);
            } else if (at >= 0x30 && at < 0x38) {
                ck_assert(status == MMF_OK ? info.record_count <= 10 : status == MMF_E_CORRUPT);
            } else if (at >= 0x38 && at < 0x40) {
                ck_assert(status == MMF_OK || status == MMF_E_CORRUPT || status == MMF_E_TRUNCATED);
                ck_assert(status != MMF_OK || (info.capacity <= 10 && info.capacity >= 5));
            } else if (!covered) {
                ck_status(status, MMF_OK);
            }
        }
    }
}
END_TEST

/* The same for format 1, where nothing has a checksum: never a number that is not backed. */
START_TEST(test_every_byte_changed_format_1)
{
    mmf_header_info info = some_info(MMF_FORMAT_1);
    uint8_t bytes[64];
    const uint64_t size = 64 + 10 * 256;

    mmf_header_encode(&info, NULL, 0, uuid, 0, bytes);
    for (uint32_t at = 0; at < 64; at++) {
        uint8_t was = bytes[at];

        for (unsigned value = 0; value < 256; value++) {
            mmf_header_info seen;

            bytes[at] = (uint8_t)value;
            if (mmf_header_validate(bytes, 64, size, &seen, NULL) == MMF_OK) {
                ck_assert_uint_ge(seen.record_size, 16);
                ck_assert_uint_eq(seen.record_size % 8, 0);
                ck_assert_uint_le(seen.record_count, seen.capacity);
                ck_assert_uint_le(seen.capacity, (size - 64) / seen.record_size);
            }
        }
        bytes[at] = was;
    }
}
END_TEST

START_TEST(test_magic)
{
    mmf_header_info info;
    mmf_error error = {0};

    fresh();
    ck_status(validate(changed, 0, 0, &info, &error), MMF_E_MAGIC);
    ck_contains(error.text, "empty");
    ck_status(validate((const uint8_t *)"M", 1, 1, &info, NULL), MMF_E_TRUNCATED);
    ck_status(validate((const uint8_t *)"MMF", 3, 3, &info, NULL), MMF_E_TRUNCATED);
    ck_status(validate((const uint8_t *)"MMX", 3, 3, &info, NULL), MMF_E_MAGIC);
    ck_status(validate((const uint8_t *)"MMFGMMFG", 8, 8, &info, NULL), MMF_E_TRUNCATED);
    change(0, 0x464d4d00, 4);
    ck_refused(MMF_E_MAGIC, "00 4d 4d 46");
}
END_TEST

START_TEST(test_every_prefix)
{
    make_good();
    for (uint32_t size = 1; size < REGION; size++) {
        mmf_header_info info;
        mmf_error error = {0};

        ck_status(validate(good, size, size, &info, &error), MMF_E_TRUNCATED);
        ck_assert_uint_ge(mmf_header_extent(good, size), 64);
    }
    /* fewer bytes were read than the file has now: it has been growing; still not believed */
    for (uint32_t size = 64; size < REGION; size += 61) {
        mmf_header_info info;

        ck_status(validate(good, size, FILE_SIZE, &info, NULL), MMF_E_TRUNCATED);
    }
}
END_TEST

START_TEST(test_versions)
{
    static const uint32_t versions[] = {0, 3, 4, 0x02000000, UINT32_MAX};

    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        fresh();
        change(4, versions[i], 4);
        seal();
        ck_refused(MMF_E_VERSION, "expected 1 or 2");
    }
}
END_TEST

START_TEST(test_feature_bits)
{
    mmf_header_info info;

    for (unsigned bit = 0; bit < 64; bit++) {
        fresh();
        change(0x40, UINT64_C(1) << bit, 8); /* compatible: ignored */
        seal();
        ck_ok(validate(changed, REGION, FILE_SIZE, &info, NULL));
        ck_assert(!info.must_not_write);

        fresh();
        change(0x48, UINT64_C(1) << bit, 8); /* may only be read, but for bit 0 */
        seal();
        ck_ok(validate(changed, REGION, FILE_SIZE, &info, NULL));
        ck_assert_int_eq(info.must_not_write, bit != 0);
        ck_assert_uint_eq(info.checksum_offset, bit == 0 ? 248 : 0);

        fresh();
        change(0x50, UINT64_C(1) << bit, 8);
        seal();
        ck_refused(MMF_E_VERSION, "features");
    }
}
END_TEST

/* The bit is in the file, and nothing else: the place follows from the payload. */
START_TEST(test_checksum_round_trip)
{
    mmf_header_info info = some_info(MMF_FORMAT_2);
    mmf_header_info seen;

    make_good();
    ck_ok(validate(good, REGION, FILE_SIZE, &seen, NULL));
    ck_assert_uint_eq(seen.checksum_offset, 0);
    info.checksum_offset = 8 + 240;
    mmf_header_encode(&info, text, TEXT_SIZE, uuid, CREATED_NS, changed);
    ck_assert_uint_eq(number_at(changed, 0x40, 8), 0);
    ck_assert_uint_eq(number_at(changed, 0x48, 8), 1);
    ck_assert_uint_eq(number_at(changed, 0x50, 8), 0);
    memset(&seen, 0xff, sizeof seen);
    ck_ok(validate(changed, REGION, FILE_SIZE, &seen, NULL));
    ck_assert_uint_eq(seen.checksum_offset, 248);
    ck_assert_uint_eq(seen.payload_size, 240);
    ck_assert_uint_eq(seen.record_size, 256);
    ck_assert(!seen.must_not_write);
}
END_TEST

/* Beside the bit that is known, one that is not. */
START_TEST(test_checksum_and_an_unknown_feature)
{
    mmf_header_info info;

    fresh();
    change(0x48, 1 | 2, 8);
    seal();
    ck_ok(validate(changed, REGION, FILE_SIZE, &info, NULL));
    ck_assert(info.must_not_write);
    ck_assert_uint_eq(info.checksum_offset, 248);
}
END_TEST

/* A checksum has 8 bytes of its own behind the payload. */
START_TEST(test_checksum_without_room)
{
    mmf_header_info info;

    fresh(); /* the payload has all of the record, as it may without a checksum */
    change(0x5c, 248, 4);
    seal();
    ck_ok(validate(changed, REGION, FILE_SIZE, &info, NULL));
    ck_assert_uint_eq(info.checksum_offset, 0);
    change(0x48, 1, 8);
    seal();
    ck_refused(MMF_E_CORRUPT, "record size 256 with a payload of 248 and a checksum, expected 264");
    change(0x5c, UINT32_MAX - 7, 4); /* 8 + payload would wrap around */
    seal();
    ck_refused(MMF_E_CORRUPT, "payload size");
    change(0x5c, 8, 4);
    seal();
    ck_ok(validate(changed, REGION, FILE_SIZE, &info, NULL));
    ck_assert_uint_eq(info.checksum_offset, 16);
}
END_TEST

/* The smallest records: 16 bytes have no room, 24 have. */
START_TEST(test_checksum_of_the_smallest_record)
{
    mmf_header_info info = some_info(MMF_FORMAT_2);
    mmf_error error = {0};
    mmf_header_info seen;
    uint8_t bytes[4096];

    info.payload_size = 8;
    info.record_align = 8;
    info.checksum_offset = 16;
    for (info.record_size = 16; info.record_size <= 24; info.record_size += 8) {
        mmf_status status;

        mmf_header_encode(&info, NULL, 0, uuid, CREATED_NS, bytes);
        status = validate(bytes, sizeof bytes, 4096 + 10 * 24, &seen, &error);
        ck_status(status, info.record_size == 16 ? MMF_E_CORRUPT : MMF_OK);
    }
    ck_contains(error.text, "record size 16");
    ck_assert_uint_eq(seen.checksum_offset, 16);
}
END_TEST

/* Format 1 has no place for the bit: what lies at 48 there is a record. */
START_TEST(test_no_checksum_in_format_1)
{
    mmf_header_info info = some_info(MMF_FORMAT_1);
    mmf_header_info seen;
    uint8_t bytes[64 + 256];

    info.record_count = 1;
    info.capacity = 1;
    info.checksum_offset = 248;
    memset(bytes, 0xff, sizeof bytes);
    mmf_header_encode(&info, NULL, 0, uuid, 0, bytes);
    ck_assert_uint_eq(bytes[0x48], 0xff);
    ck_ok(validate(bytes, sizeof bytes, sizeof bytes, &seen, NULL));
    ck_assert_uint_eq(seen.checksum_offset, 0);
}
END_TEST

START_TEST(test_record_sizes)
{
    static const uint32_t bad[] = {0, 1, 8, 15, 17, 20, 255, 0x1000008, 0xfffffff8, UINT32_MAX};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        fresh();
        change(0x2c, bad[i], 4);
        seal();
        ck_refused(MMF_E_CORRUPT, "record size");
    }
    fresh(); /* 264 is no multiple of the alignment 64 */
    change(0x2c, 264, 4);
    seal();
    ck_refused(MMF_E_CORRUPT, "alignment");
}
END_TEST

START_TEST(test_record_size_limit)
{
    mmf_header_info info = some_info(MMF_FORMAT_1);
    mmf_header_info seen;
    uint8_t bytes[64];

    info.record_size = MMF_RECORD_SIZE_MAX;
    info.record_count = 1;
    info.capacity = 1;
    mmf_header_encode(&info, NULL, 0, uuid, 0, bytes);
    ck_ok(validate(bytes, 64, 64 + (uint64_t)MMF_RECORD_SIZE_MAX, &seen, NULL));
    ck_status(validate(bytes, 64, 63 + (uint64_t)MMF_RECORD_SIZE_MAX, &seen, NULL),
              MMF_E_TRUNCATED);
    info.record_size = 16;
    mmf_header_encode(&info, NULL, 0, uuid, 0, bytes);
    ck_ok(validate(bytes, 64, 80, &seen, NULL));
    ck_assert_uint_eq(seen.payload_size, 8);
}
END_TEST

START_TEST(test_payload_and_alignment)
{
    static const uint32_t bad_payloads[] = {0, 4, 7, 241, 244, 256, UINT32_MAX, 0xfffffff8};
    static const uint32_t bad_alignments[] = {0, 1, 4, 7, 12, 65, 96, 256, 0x80000000};

    for (size_t i = 0; i < sizeof bad_payloads / sizeof *bad_payloads; i++) {
        fresh();
        change(0x5c, bad_payloads[i], 4);
        seal();
        ck_refused(MMF_E_CORRUPT, "payload size");
    }
    for (size_t i = 0; i < sizeof bad_alignments / sizeof *bad_alignments; i++) {
        fresh();
        change(0x60, bad_alignments[i], 4);
        seal();
        ck_refused(MMF_E_CORRUPT, "alignment");
    }
}
END_TEST

START_TEST(test_header_sizes)
{
    static const uint32_t bad[] = {0, 1, 64, 4095, 4097, 8200, 0x1001000, 0xfffff000, UINT32_MAX};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        fresh();
        change(0x58, bad[i], 4);
        ck_refused(MMF_E_CORRUPT, "header size"); /* before the checksum is looked at */
        ck_assert_uint_ge(mmf_header_extent(changed, REGION), 64);
        ck_assert_uint_le(mmf_header_extent(changed, REGION), MMF_HEADER_SIZE_MAX);
    }
    fresh();
    change(0x58, 0x1000000, 4); /* as large as it may be, but the file is not */
    ck_refused(MMF_E_TRUNCATED, "header alone 16777216");
    fresh();
    change(0x58, 4096, 4); /* the text no longer fits */
    ck_refused(MMF_E_CORRUPT, "schema text");
}
END_TEST

START_TEST(test_schema_text_places)
{
    static const struct {
        uint32_t offset;
        uint32_t size;
    } bad[] = {
        {0, 1},
        {1, 10},
        {0x7ff, 10},
        {0x800, REGION - 0x800 + 1},
        {REGION, 1},
        {REGION + 1, 0},
        {0x800, UINT32_MAX},
        {UINT32_MAX, 0},
        {UINT32_MAX, 1},
        {0xfffff800, 0x900},
        {UINT32_MAX, UINT32_MAX},
    };
    mmf_header_info info;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        fresh();
        change(0x64, bad[i].offset, 4);
        change(0x68, bad[i].size, 4);
        ck_refused(MMF_E_CORRUPT, "schema text");
    }
    fresh(); /* a file without a text */
    change(0x64, 0, 4);
    change(0x68, 0, 4);
    seal();
    ck_ok(validate(changed, REGION, FILE_SIZE, &info, NULL));
    fresh(); /* up to the last byte */
    change(0x68, REGION - 0x800, 4);
    seal();
    ck_ok(validate(changed, REGION, FILE_SIZE, &info, NULL));
}
END_TEST

/* Sizes whose product with something else wraps around. */
START_TEST(test_huge_numbers)
{
    static const uint64_t huge[] = {11,
                                    1u << 24,
                                    UINT64_C(1) << 56, /* * 256 = 0 */
                                    (UINT64_C(1) << 56) + 10,
                                    UINT64_C(1) << 63,
                                    UINT64_MAX / 256,
                                    UINT64_MAX - 1,
                                    UINT64_MAX};

    for (size_t i = 0; i < sizeof huge / sizeof *huge; i++) {
        fresh();
        change(0x38, huge[i], 8);
        ck_refused(MMF_E_TRUNCATED, "the file has 10752 bytes");
        fresh();
        change(0x30, huge[i], 8);
        ck_refused(MMF_E_CORRUPT, "records in a file");
        fresh();
        change(0x30, huge[i], 8);
        change(0x38, huge[i], 8);
        ck_refused(MMF_E_TRUNCATED, "the file has 10752 bytes");
    }
}
END_TEST

START_TEST(test_file_sizes)
{
    mmf_header_info info;
    mmf_error error = {0};

    make_good();
    ck_ok(validate(good, REGION, FILE_SIZE, &info, NULL));
    ck_ok(validate(good, REGION, FILE_SIZE + 1, &info, NULL));
    ck_ok(validate(good, REGION, UINT64_MAX, &info, NULL));
    ck_assert_uint_eq(info.capacity, 10);
    ck_status(validate(good, REGION, FILE_SIZE - 1, &info, &error), MMF_E_TRUNCATED);
    ck_contains(error.text, "9 records");
    ck_contains(error.text, "expected 10");
    /* it has shrunk since its bytes were read */
    ck_status(validate(good, REGION, REGION - 1, &info, NULL), MMF_E_TRUNCATED);
    ck_status(validate(good, REGION, 40, &info, NULL), MMF_E_TRUNCATED);
    ck_status(validate(good, REGION, 0, &info, NULL), MMF_E_MAGIC);
}
END_TEST

/* Format 1 that has shrunk below its header since its bytes were read. */
START_TEST(test_shrunk_format_1)
{
    mmf_header_info info = some_info(MMF_FORMAT_1);
    uint8_t bytes[64];

    mmf_header_encode(&info, NULL, 0, uuid, 0, bytes);
    for (uint64_t size = 1; size < 64; size++) {
        ck_status(validate(bytes, 64, size, &info, NULL), MMF_E_TRUNCATED);
    }
    ck_status(validate(bytes, 64, 0, &info, NULL), MMF_E_MAGIC);
}
END_TEST

START_TEST(test_info_is_untouched_on_failure)
{
    mmf_header_info info;
    mmf_header_info was;

    fresh();
    memset(&info, 0x5a, sizeof info);
    memcpy(&was, &info, sizeof was);
    change(0x38, 11, 8); /* the last thing that is looked at */
    ck_status(validate(changed, REGION, FILE_SIZE, &info, NULL), MMF_E_TRUNCATED);
    ck_assert_mem_eq(&info, &was, sizeof was);
}
END_TEST

START_TEST(test_extent)
{
    mmf_header_info info = some_info(MMF_FORMAT_1);
    uint8_t bytes[4096] = {0};

    make_good();
    ck_assert_uint_eq(mmf_header_extent(good, 4096), 8192);
    ck_assert_uint_eq(mmf_header_extent(good, 0x6c), 8192);
    ck_assert_uint_eq(mmf_header_extent(good, 0x6b), 64);
    ck_assert_uint_eq(mmf_header_extent(good, 0), 64);
    ck_assert_uint_eq(mmf_header_extent(bytes, sizeof bytes), 64);
    mmf_header_encode(&info, NULL, 0, uuid, 0, bytes);
    memset(bytes + 64, 0xff, sizeof bytes - 64);
    ck_assert_uint_eq(mmf_header_extent(bytes, sizeof bytes), 64);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_format_1_bytes);
    tcase_add_test(tcase, test_format_2_bytes);
    tcase_add_test(tcase, test_format_2_checksum);
    tcase_add_test(tcase, test_region_sizes);
    tcase_add_test(tcase, test_round_trip);
    tcase_add_test(tcase, test_round_trip_format_1);
    tcase_add_test(tcase, test_stale_capacity_of_format_1);
    tcase_add_test(tcase, test_every_byte_changed);
    tcase_add_test(tcase, test_every_byte_changed_format_1);
    tcase_add_test(tcase, test_magic);
    tcase_add_test(tcase, test_every_prefix);
    tcase_add_test(tcase, test_versions);
    tcase_add_test(tcase, test_feature_bits);
    tcase_add_test(tcase, test_checksum_round_trip);
    tcase_add_test(tcase, test_checksum_and_an_unknown_feature);
    tcase_add_test(tcase, test_checksum_without_room);
    tcase_add_test(tcase, test_checksum_of_the_smallest_record);
    tcase_add_test(tcase, test_no_checksum_in_format_1);
    tcase_add_test(tcase, test_record_sizes);
    tcase_add_test(tcase, test_record_size_limit);
    tcase_add_test(tcase, test_payload_and_alignment);
    tcase_add_test(tcase, test_header_sizes);
    tcase_add_test(tcase, test_schema_text_places);
    tcase_add_test(tcase, test_huge_numbers);
    tcase_add_test(tcase, test_file_sizes);
    tcase_add_test(tcase, test_shrunk_format_1);
    tcase_add_test(tcase, test_info_is_untouched_on_failure);
    tcase_add_test(tcase, test_extent);
}
