/* Waiting for another writer: bounded always, and idle after a short while. Internal. */
#ifndef MMF_RUNTIME_WAIT_H
#define MMF_RUNTIME_WAIT_H

#include <stdbool.h>
#include <stdint.h>

/* How long a caller has been waiting; zero-initialised before the first round. */
typedef struct mmf_wait {
    uint64_t deadline_ns;
    uint32_t rounds;
} mmf_wait;

/* One round: first the processor pauses, later the thread yields, then it sleeps, a little longer
 * each time. False: timeout_ns have passed since the first round. */
bool mmf_wait_round(mmf_wait *wait, uint64_t timeout_ns);

/* To be called when what is waited for has moved since the last round, so that somebody lives and
 * is quick: the next rounds pause and then yield, but do not sleep. The deadline stays. */
void mmf_wait_moved(mmf_wait *wait);

/* Whether the quick rounds are over, so that a system call to ask who holds what is worth it. */
bool mmf_wait_is_long(const mmf_wait *wait);

#endif
