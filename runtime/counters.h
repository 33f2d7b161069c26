/* The counters behind mmf_stats(). Internal.
 *
 * Each thread has a block of counters that it alone changes, by plain additions that others may
 * see; the sum over all blocks is what has been counted. Blocks are static and few: a thread takes
 * one with the first thing that it counts, and leaves it as it is to the next when it ends. A
 * thread that finds none, or counts while it is ending, adds to a block that is shared, by locked
 * additions; so nothing is ever allocated, lost, or counted twice.
 */
#ifndef MMF_RUNTIME_COUNTERS_H
#define MMF_RUNTIME_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/atomic.h"
#include "runtime/stats.h"

#define MMF_COUNTER(name, text) MMF_COUNTER_##name,

typedef enum mmf_counter {
    MMF_STATISTICS(MMF_COUNTER) /* in the order of the members */
    MMF_COUNTERS
} mmf_counter;

#undef MMF_COUNTER

/* Of the calling thread; NULL: it has none, or not yet. */
extern _Thread_local uint64_t *mmf_counters_own;

void mmf_count_slow(mmf_counter counter, uint64_t value);

/* Not in signal handlers: they might interrupt just this. */
static inline void mmf_count(mmf_counter counter, uint64_t value)
{
    uint64_t *own = mmf_counters_own;

    if (mmf_likely(own != NULL)) {
        mmf_store_relaxed(&own[counter], mmf_load_relaxed(&own[counter]) + value);
    } else {
        mmf_count_slow(counter, value);
    }
}

/* One call, and how many bytes it has moved. */
static inline void mmf_count_call(mmf_counter calls, mmf_counter bytes, uint64_t size)
{
    uint64_t *own = mmf_counters_own;

    if (mmf_likely(own != NULL)) {
        mmf_store_relaxed(&own[calls], mmf_load_relaxed(&own[calls]) + 1);
        mmf_store_relaxed(&own[bytes], mmf_load_relaxed(&own[bytes]) + size);
    } else {
        mmf_count_slow(calls, 1);
        mmf_count_slow(bytes, size);
    }
}

/* By a locked addition: in signal handlers, and in a child before fork(2) returns. */
void mmf_count_anywhere(mmf_counter counter, uint64_t value);

/* A mapping that comes, and one that goes. Anywhere too. */
void mmf_count_mapping(uint64_t size);
void mmf_count_unmapping(uint64_t size);

#endif
