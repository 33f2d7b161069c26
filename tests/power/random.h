/* Numbers that a seed decides: SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014). */
#ifndef MMF_TESTS_POWER_RANDOM_H
#define MMF_TESTS_POWER_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t random_mix(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline uint64_t random_next(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    return random_mix(*state);
}

/* 0 … n - 1; n is not 0. The bias does not matter for so small n. */
static inline uint64_t random_below(uint64_t *state, uint64_t n)
{
    return random_next(state) % n;
}

static inline bool random_percent(uint64_t *state, unsigned percent)
{
    return random_below(state, 100) < percent;
}

#endif
