#include "runtime/wait.h"

#include "runtime/system.h"

/* A write takes some 10 ns to 1 µs, and a pause about as much: who is still odd after the first
 * rounds has been interrupted, so the processor is better given away. */
#define PAUSE_ROUNDS 64u
#define YIELD_ROUNDS 32u
/* Tries between two yields while writers are at it all the time: a yield can cost a reader a time
 * slice, after which its luck is no better than before. */
#define BURST_ROUNDS 32u
#define SLEEP_NS_MIN 1000u
#define SLEEP_DOUBLINGS_MAX 8u /* 256 µs */

static inline void pause_processor(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory"); /* yield is a no-op on most cores */
#endif
}

bool mmf_wait_is_long(const mmf_wait *wait)
{
    return wait->rounds >= PAUSE_ROUNDS;
}

void mmf_wait_moved(mmf_wait *wait)
{
    if (wait->rounds > PAUSE_ROUNDS) {
        wait->rounds = PAUSE_ROUNDS - BURST_ROUNDS;
    }
}

bool mmf_wait_round(mmf_wait *wait, uint64_t timeout_ns)
{
    uint32_t round = wait->rounds++;
    uint64_t now;

    if (round < PAUSE_ROUNDS) {
        pause_processor();
        return true;
    }
    now = mmf_sys_monotonic_ns();
    if (wait->deadline_ns == 0) {
        wait->deadline_ns = now + timeout_ns;
    }
    if (now >= wait->deadline_ns) {
        wait->rounds = round; /* a caller that goes on all the same waits as before */
        return false;
    }
    if (round < PAUSE_ROUNDS + YIELD_ROUNDS) {
        mmf_sys_yield();
    } else {
        uint32_t doublings = round - PAUSE_ROUNDS - YIELD_ROUNDS;
        uint64_t sleep_ns = (uint64_t)SLEEP_NS_MIN
                            << (doublings < SLEEP_DOUBLINGS_MAX ? doublings : SLEEP_DOUBLINGS_MAX);
        uint64_t rest_ns = wait->deadline_ns - now;

        mmf_sys_sleep_ns(sleep_ns < rest_ns ? sleep_ns : rest_ns);
    }
    return true;
}
