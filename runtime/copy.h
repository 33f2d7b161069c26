/* Copies between a record in a file and the program's own memory, in words of relaxed atomics: the
 * only way in which payload is touched while others may be reading it.
 *
 * The record's side lies in a mapping; records begin at multiples of 8 and are multiples of 8 long,
 * so the aligned word around any byte of a payload belongs to the same record. The program's side
 * may be unaligned.
 */
#ifndef MMF_RUNTIME_COPY_H
#define MMF_RUNTIME_COPY_H

#include <stdint.h>
#include <string.h>

#include "runtime/atomic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whole words: the record's side is a multiple of 8, and so is size, better a constant. */
static inline void mmf_words_load(void *to, const unsigned char *from, uint32_t size)
{
#pragma GCC unroll 16
    for (uint32_t i = 0; i < size; i += 8) {
        uint64_t word = mmf_load_relaxed((const mmf_word64 *)(const void *)(from + i));
        memcpy((unsigned char *)to + i, &word, 8);
    }
}

static inline void mmf_words_store(unsigned char *to, const void *from, uint32_t size)
{
#pragma GCC unroll 16
    for (uint32_t i = 0; i < size; i += 8) {
        uint64_t word;
        memcpy(&word, (const unsigned char *)from + i, 8);
        mmf_store_relaxed((mmf_word64 *)(void *)(to + i), word);
    }
}

/* The same through a mask of the same size: zero bits for padding, which is zero on disk. */
static inline void mmf_words_store_masked(unsigned char *to, const void *from, const uint64_t *mask,
                                          uint32_t size)
{
#pragma GCC unroll 16
    for (uint32_t i = 0; i < size; i += 8) {
        uint64_t word;
        memcpy(&word, (const unsigned char *)from + i, 8);
        mmf_store_relaxed((mmf_word64 *)(void *)(to + i), word & mask[i / 8]);
    }
}

/* Any number of bytes at any place of a payload. The writer must own the record: bytes beside the
 * range are rewritten as they are where they share a word with it. */
void mmf_bytes_load(void *to, const unsigned char *from, uint32_t size);
void mmf_bytes_store(unsigned char *to, const void *from, uint32_t size);
void mmf_bytes_zero(unsigned char *to, uint32_t size);

#ifdef __cplusplus
}
#endif
#endif
