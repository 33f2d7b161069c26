#include "runtime/copy.h"

#include <stddef.h>

/* One step of a walk over a range of bytes: the aligned word that holds its first bytes. */
typedef struct word_part {
    mmf_word64 *word;
    uint32_t skip; /* bytes of the word before the range */
    uint32_t size; /* bytes of the word in the range */
} word_part;

static inline word_part word_part_at(const unsigned char *address, uint32_t size)
{
    uint32_t skip = (uint32_t)((uintptr_t)address & 7);
    uint32_t rest = 8 - skip;
    word_part part = {(mmf_word64 *)((uintptr_t)address - skip), skip, size < rest ? size : rest};

    return part;
}

void mmf_bytes_load(void *to, const unsigned char *from, uint32_t size)
{
    unsigned char *out = to;

    while (size) {
        word_part part = word_part_at(from, size);
        uint64_t word = mmf_load_relaxed(part.word);

        memcpy(out, (const unsigned char *)&word + part.skip, part.size);
        out += part.size;
        from += part.size;
        size -= part.size;
    }
}

/* Without `from`, zeros. */
static inline void store_bytes(unsigned char *to, const unsigned char *from, uint32_t size)
{
    while (size) {
        word_part part = word_part_at(to, size);
        uint64_t word = part.size == 8 ? 0 : mmf_load_relaxed(part.word);

        if (from) {
            memcpy((unsigned char *)&word + part.skip, from, part.size);
            from += part.size;
        } else {
            memset((unsigned char *)&word + part.skip, 0, part.size);
        }
        mmf_store_relaxed(part.word, word);
        to += part.size;
        size -= part.size;
    }
}

void mmf_bytes_store(unsigned char *to, const void *from, uint32_t size)
{
    store_bytes(to, from, size);
}

void mmf_bytes_zero(unsigned char *to, uint32_t size)
{
    store_bytes(to, NULL, size);
}
