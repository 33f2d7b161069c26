/* Time that only goes forward. */
#ifndef MMF_EXAMPLES_TICKS_CLOCK_H
#define MMF_EXAMPLES_TICKS_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_NS_PER_MS UINT64_C(1000000)

static inline uint64_t clock_now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* Less than a second; a signal ends it early. */
static inline void clock_sleep_ms(unsigned ms)
{
    struct timespec time = {0, (long)(ms * CLOCK_NS_PER_MS)};

    (void)nanosleep(&time, NULL);
}

#endif
