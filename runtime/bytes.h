/* Bytes of a payload at any place, of any number, in few instructions: x86-64, where any address
 * will do and the last piece may begin within the one before it, so that nothing is spent on where
 * a range begins and ends. Elsewhere, and under sanitizers, mmf_bytes_load() and _store() do it by
 * aligned words. Internal.
 */
#ifndef MMF_RUNTIME_BYTES_H
#define MMF_RUNTIME_BYTES_H

#include "runtime/copy.h"

#if defined(__x86_64__) && !defined(MMF_SANITIZED)
#define MMF_BYTES_OVERLAP 1

typedef uint64_t __attribute__((may_alias, aligned(1))) mmf_word64_anywhere;
typedef uint32_t __attribute__((may_alias, aligned(1))) mmf_word32_anywhere;

static inline void mmf_bytes_move64(unsigned char *to, const unsigned char *from)
{
    uint64_t word;

    __asm__ volatile("movq %1, %0"
                     : "=r"(word)
                     : "m"(*(const mmf_word64_anywhere *)(const void *)from));
    __asm__ volatile("movq %1, %0" : "=m"(*(mmf_word64_anywhere *)(void *)to) : "r"(word));
}

static inline void mmf_bytes_move32(unsigned char *to, const unsigned char *from)
{
    uint32_t word;

    __asm__ volatile("movl %1, %0"
                     : "=r"(word)
                     : "m"(*(const mmf_word32_anywhere *)(const void *)from));
    __asm__ volatile("movl %1, %0" : "=m"(*(mmf_word32_anywhere *)(void *)to) : "r"(word));
}

static inline void mmf_bytes_move_pairs(unsigned char *to, const unsigned char *from, uint32_t size)
{
    unsigned char pair[16];

    for (uint32_t i = 0; i + 16 < size; i += 16) {
        mmf_pair_load(pair, from + i);
        mmf_pair_store(to + i, pair);
    }
    mmf_pair_load(pair, from + size - 16);
    mmf_pair_store(to + size - 16, pair);
}

/* More than 8 bytes. */
static inline void mmf_bytes_move_many(unsigned char *to, const unsigned char *from, uint32_t size)
{
    if (size >= 16) {
        mmf_bytes_move_pairs(to, from, size);
    } else {
        mmf_bytes_move64(to, from);
        mmf_bytes_move64(to + size - 8, from + size - 8);
    }
}

static inline void mmf_bytes_move_few(unsigned char *to, const unsigned char *from, uint32_t size)
{
    if (size >= 4) {
        mmf_bytes_move32(to, from);
        mmf_bytes_move32(to + size - 4, from + size - 4);
        return;
    }
    for (uint32_t i = 0; i < size; i++) {
        to[i] = mmf_load_relaxed((const mmf_word8 *)(from + i));
    }
}

MMF_ALWAYS_INLINE void mmf_bytes_load_at_once(void *to, const unsigned char *from, uint32_t size)
{
    if (mmf_likely(size > 8)) {
        mmf_bytes_move_many((unsigned char *)to, from, size);
    } else {
        mmf_bytes_move_few((unsigned char *)to, from, size);
    }
}

#else

static inline void mmf_bytes_load_at_once(void *to, const unsigned char *from, uint32_t size)
{
    mmf_bytes_load(to, from, size);
}

#endif
#endif
