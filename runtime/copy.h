/* Copies between a record in a file and the program's own memory: the only way in which payload is
 * touched while others may be reading or writing it, in words of relaxed atomics or pairs of them.
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

/* --- Pairs of words -------------------------------------------------------------------------
 *
 * On x86-64 two words at a time: opaque instructions that the compiler can neither split, repeat
 * nor move across an atomic access or a fence. The processor keeps loads in order with loads and
 * stores with stores, 16-byte ones too (Intel SDM volume 3A, 9.2), which is all that a sequence
 * lock asks for; it need not be one access. Sanitizers see the portable words instead. */
#if defined(__x86_64__) && !defined(MMF_SANITIZED)

typedef long long __attribute__((vector_size(16), may_alias, aligned(8))) mmf_pair;

static inline void mmf_pair_load(unsigned char *to, const unsigned char *from)
{
    mmf_pair pair;

    __asm__ volatile("movdqu %1, %0" : "=x"(pair) : "m"(*(const mmf_pair *)(const void *)from));
    memcpy(to, &pair, sizeof pair);
}

static inline void mmf_pair_store(unsigned char *to, const unsigned char *from)
{
    mmf_pair pair;

    memcpy(&pair, from, sizeof pair);
    __asm__ volatile("movdqu %1, %0" : "=m"(*(mmf_pair *)(void *)to) : "x"(pair));
}

#else

static inline void mmf_pair_load(unsigned char *to, const unsigned char *from)
{
    uint64_t pair[2];

    pair[0] = mmf_load_relaxed((const mmf_word64 *)(const void *)from);
    pair[1] = mmf_load_relaxed((const mmf_word64 *)(const void *)(from + 8));
    memcpy(to, pair, sizeof pair);
}

static inline void mmf_pair_store(unsigned char *to, const unsigned char *from)
{
    uint64_t pair[2];

    memcpy(pair, from, sizeof pair);
    mmf_store_relaxed((mmf_word64 *)(void *)to, pair[0]);
    mmf_store_relaxed((mmf_word64 *)(void *)(to + 8), pair[1]);
}

#endif

/* A word that is at hand and one from memory, in one store where that can be. */
#if defined(__x86_64__) && !defined(MMF_SANITIZED)
static inline void mmf_pair_join(unsigned char *to, uint64_t first, const unsigned char *second)
{
    mmf_pair pair = {(long long)first, 0};

    __asm__ volatile("movhps %1, %0" : "+x"(pair) : "m"(*(const mmf_word64 *)(const void *)second));
    __asm__ volatile("movdqu %1, %0" : "=m"(*(mmf_pair *)(void *)to) : "x"(pair));
}
#else
static inline void mmf_pair_join(unsigned char *to, uint64_t first, const unsigned char *second)
{
    mmf_store_relaxed((mmf_word64 *)(void *)to, first);
    mmf_store_relaxed((mmf_word64 *)(void *)(to + 8),
                      mmf_load_relaxed((const mmf_word64 *)(const void *)second));
}
#endif

static inline void mmf_word_load(unsigned char *to, const unsigned char *from)
{
    uint64_t word = mmf_load_relaxed((const mmf_word64 *)(const void *)from);

    memcpy(to, &word, sizeof word);
}

static inline void mmf_word_store(unsigned char *to, const unsigned char *from, uint64_t mask)
{
    uint64_t word;

    memcpy(&word, from, sizeof word);
    mmf_store_relaxed((mmf_word64 *)(void *)to, word & mask);
}

/* --- Whole payloads -------------------------------------------------------------------------- */

/* The record's side is a multiple of 8, and so is size, better a constant. */
MMF_ALWAYS_INLINE void mmf_words_load(void *to, const unsigned char *from, uint32_t size)
{
    unsigned char *out = (unsigned char *)to;
    uint32_t i = 0;

#pragma GCC unroll 16
    for (; i + 16 <= size; i += 16) {
        mmf_pair_load(out + i, from + i);
    }
    if (i < size) {
        mmf_word_load(out + i, from + i);
    }
}

MMF_ALWAYS_INLINE void mmf_words_store(unsigned char *to, const void *from, uint32_t size)
{
    const unsigned char *in = (const unsigned char *)from;
    uint32_t i = 0;

#pragma GCC unroll 16
    for (; i + 16 <= size; i += 16) {
        mmf_pair_store(to + i, in + i);
    }
    if (i < size) {
        mmf_word_store(to + i, in + i, UINT64_MAX);
    }
}

/* From one file to another: between a record and an undo image. Both sides are multiples of 8. */
MMF_ALWAYS_INLINE void mmf_words_copy(unsigned char *to, const unsigned char *from, uint32_t size)
{
    unsigned char pair[16];
    uint32_t i = 0;

#pragma GCC unroll 16
    for (; i + 16 <= size; i += 16) {
        mmf_pair_load(pair, from + i);
        mmf_pair_store(to + i, pair);
    }
    if (i < size) {
        mmf_word_load(pair, from + i);
        mmf_word_store(to + i, pair, UINT64_MAX);
    }
}

/* The same through a mask of the same size, better a constant: zero bits for padding, which is zero
 * on disk. */
MMF_ALWAYS_INLINE void mmf_words_store_masked(unsigned char *to, const void *from,
                                              const uint64_t *mask, uint32_t size)
{
    const unsigned char *in = (const unsigned char *)from;
    uint32_t i = 0;

#pragma GCC unroll 16
    for (; i + 16 <= size; i += 16) {
        if ((mask[i / 8] & mask[i / 8 + 1]) == UINT64_MAX) {
            mmf_pair_store(to + i, in + i);
        } else {
            mmf_word_store(to + i, in + i, mask[i / 8]);
            mmf_word_store(to + i + 8, in + i + 8, mask[i / 8 + 1]);
        }
    }
    if (i < size) {
        mmf_word_store(to + i, in + i, mask[i / 8]);
    }
}

/* A word of a payload as the program may see it. In the mask a byte of a field is 0xff, a bool's is
 * 0x01 and padding's is 0x00; a bool comes out as 1 for any byte but 0, since a bool that is
 * neither 0 nor 1 is undefined in C, and padding as 0. With a constant mask, a few instructions. */
MMF_ALWAYS_INLINE uint64_t mmf_word_clean(uint64_t word, uint64_t mask)
{
    const uint64_t ones = 0x0101010101010101u;
    const uint64_t low_bits = 0x7f7f7f7f7f7f7f7fu;
    uint64_t bools = mask & ones & ~(mask >> 1);
    uint64_t candidates = word & bools * 0xff;
    uint64_t is_set; /* in bit 7 of each byte */

    if ((bools & (bools - 1)) == 0) { /* one bool in this word, or none */
        return (word & mask & ~bools) | (candidates ? bools : 0);
    }
    is_set = ((candidates & low_bits) + low_bits) | candidates;
    return (word & mask & ~bools) | (is_set >> 7 & bools);
}

MMF_ALWAYS_INLINE void mmf_word_load_clean(unsigned char *to, const unsigned char *from,
                                           uint64_t mask)
{
    uint64_t word = mmf_load_relaxed((const mmf_word64 *)(const void *)from);

    word = mmf_word_clean(word, mask);
    memcpy(to, &word, sizeof word);
}

MMF_ALWAYS_INLINE void mmf_words_load_clean(void *to, const unsigned char *from,
                                            const uint64_t *mask, uint32_t size)
{
    unsigned char *out = (unsigned char *)to;
    uint32_t i = 0;

#pragma GCC unroll 16
    for (; i + 16 <= size; i += 16) {
        if ((mask[i / 8] & mask[i / 8 + 1]) == UINT64_MAX) {
            mmf_pair_load(out + i, from + i);
        } else {
            mmf_word_load_clean(out + i, from + i, mask[i / 8]);
            mmf_word_load_clean(out + i + 8, from + i + 8, mask[i / 8 + 1]);
        }
    }
    if (i < size) {
        mmf_word_load_clean(out + i, from + i, mask[i / 8]);
    }
}

/* The same in the program's own memory. */
static inline void mmf_words_clean(void *words, const uint64_t *mask, uint32_t size)
{
    unsigned char *bytes = (unsigned char *)words;

    for (uint32_t i = 0; i < size; i += 8) {
        uint64_t word;

        memcpy(&word, bytes + i, sizeof word);
        word = mmf_word_clean(word, mask[i / 8]);
        memcpy(bytes + i, &word, sizeof word);
    }
}

/* --- Any bytes ------------------------------------------------------------------------------- */

/* Any number of bytes at any place of a payload. The writer must own the record: bytes beside the
 * range are rewritten as they are where they share a word with it. */
void mmf_bytes_load(void *to, const unsigned char *from, uint32_t size);
void mmf_bytes_store(unsigned char *to, const void *from, uint32_t size);
void mmf_bytes_zero(unsigned char *to, uint32_t size);

#ifdef __cplusplus
}
#endif
#endif
