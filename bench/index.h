/* Which record an iteration takes: the same for all ways, computed with the same instructions. */
#ifndef MMF_BENCH_INDEX_H
#define MMF_BENCH_INDEX_H

#include <stdint.h>

/* Round and round through a few records, which stay in the cache. */
#define BENCH_CACHED_RECORDS 1024u
#define BENCH_CACHED_MASK (BENCH_CACHED_RECORDS - 1)

/* The next number of a linear congruential sequence (Knuth's MMIX constants); its high bits are
 * good enough to defeat the prefetchers. 32 bits. */
static inline uint64_t bench_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 32;
}

/* A random index of that many records, at most 2^32. */
static inline uint64_t bench_random_index(uint64_t *state, uint64_t records)
{
    return bench_random(state) * records >> 32;
}

#endif
