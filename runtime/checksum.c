#include "runtime/checksum.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "runtime/copy.h"
#include "runtime/seqlock.h"
#include "schema/crc32c.h"

/* The processor's own instruction for this polynomial takes a word in three cycles. */
#if defined(__x86_64__)

__attribute__((target("sse4.2"))) static uint32_t crc_by_instruction(const unsigned char *payload,
                                                                     uint32_t size)
{
    uint64_t crc = UINT32_MAX;

    for (uint32_t i = 0; i < size; i += 8) {
        crc = __builtin_ia32_crc32di(
            crc, mmf_load_relaxed((const mmf_word64 *)(const void *)(payload + i)));
    }
    return ~(uint32_t)crc;
}

/* Asked once: under a hypervisor cpuid takes a microsecond. (__builtin_cpu_supports() does not link
 * with gcc's -flto.) */
static bool has_instruction(void)
{
    static uint32_t answer; /* 0: not asked; 1: no; 2: yes */
    uint32_t known = mmf_load_relaxed(&answer);
    unsigned a, b, c, d;

    if (mmf_unlikely(known == 0)) {
        known = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_2) != 0 ? 2 : 1;
        mmf_store_relaxed(&answer, known);
    }
    return known == 2;
}

#else

static uint32_t crc_by_instruction(const unsigned char *payload, uint32_t size)
{
    (void)payload;
    (void)size;
    return 0;
}

static bool has_instruction(void)
{
    return false;
}

#endif

uint32_t mmf_checksum_of(const unsigned char *payload, uint32_t size)
{
    uint32_t crc = 0;

    if (has_instruction()) {
        return crc_by_instruction(payload, size);
    }
    for (uint32_t i = 0; i < size; i += 8) {
        uint64_t word = mmf_load_relaxed((const mmf_word64 *)(const void *)(payload + i));

        crc = mmf_crc32c(crc, &word, sizeof word);
    }
    return crc;
}

static mmf_word64 *checksum_word(const mmf_header_info *info, const unsigned char *record)
{
    return (mmf_word64 *)(uintptr_t)(record + info->checksum_offset);
}

void mmf_checksum_seal(const mmf_header_info *info, unsigned char *record)
{
    mmf_store_relaxed(checksum_word(info, record),
                      (uint64_t)mmf_checksum_of(record + MMF_COUNTER_BYTES, info->payload_size));
}

bool mmf_checksum_is_right(const mmf_header_info *info, const unsigned char *record)
{
    return mmf_load_relaxed(checksum_word(info, record)) ==
           mmf_checksum_of(record + MMF_COUNTER_BYTES, info->payload_size);
}
