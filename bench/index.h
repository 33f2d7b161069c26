/* Which record an iteration takes: the same for ours and for plain, computed with the same
 * instructions. */
#ifndef MMF_BENCH_INDEX_H
#define MMF_BENCH_INDEX_H

#include <stdint.h>

/* Round and round through a few records, which stay in the cache. */
#define BENCH_CACHED_RECORDS 1024u
/* So many that most of them do not: 192 MiB of records. */
#define BENCH_LARGE_RECORDS (4u << 20)

/* The next number of a linear congruential sequence (Knuth's MMIX constants); its high bits are
 * good enough to defeat the prefetchers. */
static inline uint64_t bench_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 32;
}

#endif
