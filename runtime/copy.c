#include "runtime/bytes.h"

#include <stddef.h>

/* A range of bytes, split at multiples of 8: some bytes of a first word, whole words, and some
 * bytes of a last one. Either of the ends may be empty. */
typedef struct split {
    uint32_t skip; /* bytes of the first word before the range */
    uint32_t head; /* bytes of the range in the first word, 0 when the range begins with a word */
    uint32_t body; /* bytes in whole words */
    uint32_t tail; /* bytes of the range in the last word */
} split;

static inline split split_range(const unsigned char *address, uint32_t size)
{
    split result = {(uint32_t)((uintptr_t)address & 7), 0, 0, 0};

    if (result.skip) {
        result.head = size < 8 - result.skip ? size : 8 - result.skip;
    }
    result.tail = (size - result.head) & 7;
    result.body = size - result.head - result.tail;
    return result;
}

#ifndef MMF_BYTES_OVERLAP
/* `size` bytes, 0 to 7, beginning at byte `skip` of an aligned word. */
static inline void load_part(unsigned char *to, const unsigned char *word_address, uint32_t skip,
                             uint32_t size)
{
    uint64_t word = mmf_load_relaxed((const mmf_word64 *)(const void *)word_address) >> 8 * skip;

    for (uint32_t i = 0; i < size; i++) {
        to[i] = (unsigned char)(word >> 8 * i);
    }
}
#endif

/* Without `from`, zeros. */
static inline void store_part(unsigned char *word_address, const unsigned char *from, uint32_t skip,
                              uint32_t size)
{
    mmf_word64 *address = (mmf_word64 *)(void *)word_address;
    uint64_t word = mmf_load_relaxed(address);

    for (uint32_t i = 0; i < size; i++) {
        uint32_t shift = 8 * (skip + i);

        word &= ~((uint64_t)0xff << shift);
        word |= (uint64_t)(from ? from[i] : 0) << shift;
    }
    mmf_store_relaxed(address, word);
}

#ifdef MMF_BYTES_OVERLAP

void mmf_bytes_load(void *to, const unsigned char *from, uint32_t size)
{
    mmf_bytes_load_at_once(to, from, size);
}

#else

void mmf_bytes_load(void *to, const unsigned char *from, uint32_t size)
{
    split parts = split_range(from, size);
    unsigned char *out = to;

    if (parts.head) {
        load_part(out, from - parts.skip, parts.skip, parts.head);
    }
    mmf_words_load(out + parts.head, from + parts.head, parts.body);
    if (parts.tail) {
        load_part(out + size - parts.tail, from + size - parts.tail, 0, parts.tail);
    }
}

#endif

/* What lies in one word has to be one store: there is no undo image of it. */
void mmf_bytes_store(unsigned char *to, const void *from, uint32_t size)
{
    split parts = split_range(to, size);
    const unsigned char *in = from;

#ifdef MMF_BYTES_OVERLAP
    if (mmf_likely(size > 8)) {
        mmf_bytes_move_many(to, in, size);
        return;
    }
#endif
    if (parts.head) {
        store_part(to - parts.skip, in, parts.skip, parts.head);
    }
    if (parts.body) {
        mmf_words_store(to + parts.head, in + parts.head, parts.body);
    }
    if (parts.tail) {
        store_part(to + size - parts.tail, in + size - parts.tail, 0, parts.tail);
    }
}

void mmf_bytes_zero(unsigned char *to, uint32_t size)
{
    split parts = split_range(to, size);

    if (parts.head) {
        store_part(to - parts.skip, NULL, parts.skip, parts.head);
    }
    for (uint32_t i = parts.head; i < size - parts.tail; i += 8) {
        mmf_store_relaxed((mmf_word64 *)(void *)(to + i), 0);
    }
    if (parts.tail) {
        store_part(to + size - parts.tail, NULL, 0, parts.tail);
    }
}
