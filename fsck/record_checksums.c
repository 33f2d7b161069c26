/* Checksums of many records. The processor's instruction takes three cycles for a word, but can
 * begin a new one in each: so four records are gone through side by side. */
#include "fsck/record_parts.h"
#include "runtime/checksum.h"
#include "schema/layout.h"

#define SIDE_BY_SIDE 4u

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) static uint64_t step(uint64_t crc, const unsigned char *word)
{
    return __builtin_ia32_crc32di(crc, mmf_load_number(word, 8));
}

/* 0 where the word behind the payload is the checksum, and zero beside it. */
static uint64_t compare(const unsigned char *word, uint64_t crc)
{
    return mmf_load_number(word, 8) ^ (uint32_t)~crc;
}

__attribute__((target("sse4.2"))) static bool four_are_right(const mmf_header_info *info,
                                                             const unsigned char *records)
{
    size_t stride = info->record_size;
    const unsigned char *word = records + MMF_COUNTER_SIZE;
    const unsigned char *end = records + info->checksum_offset;
    uint64_t a = UINT32_MAX;
    uint64_t b = UINT32_MAX;
    uint64_t c = UINT32_MAX;
    uint64_t d = UINT32_MAX;

    for (; word < end; word += 8) {
        a = step(a, word);
        b = step(b, word + stride);
        c = step(c, word + 2 * stride);
        d = step(d, word + 3 * stride);
    }
    return (compare(word, a) | compare(word + stride, b) | compare(word + 2 * stride, c) |
            compare(word + 3 * stride, d)) == 0;
}

static bool can_do_four(void)
{
    return __builtin_cpu_supports("sse4.2") != 0;
}

#else

static bool four_are_right(const mmf_header_info *info, const unsigned char *records)
{
    (void)info;
    (void)records;
    return false;
}

static bool can_do_four(void)
{
    return false;
}

#endif

bool mmf_checksums_are_right(const mmf_header_info *info, const unsigned char *records,
                             size_t count)
{
    size_t done = 0;

    for (; count - done >= SIDE_BY_SIDE && can_do_four(); done += SIDE_BY_SIDE) {
        if (!four_are_right(info, records + done * info->record_size)) {
            return false;
        }
    }
    for (; done < count; done++) {
        if (!mmf_checksum_is_right(info, records + done * info->record_size)) {
            return false;
        }
    }
    return true;
}
