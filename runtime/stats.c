#include "runtime/stats.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/counters.h"
#include "runtime/system_flush.h"

#define BLOCKS 64u

/* A cache line, and the one that is fetched with it. */
#define BLOCK_ALIGN 128

typedef struct block {
    _Alignas(BLOCK_ALIGN) uint64_t counters[MMF_COUNTERS];
    uint32_t is_taken; /* atomic */
} block;

_Static_assert(MMF_COUNTERS == MMF_STATISTICS_COUNT, "one counter a member");

static block blocks[BLOCKS];
static block shared_block;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool has_key;
static pthread_key_t ending_key; /* its value is the thread's block */

_Thread_local uint64_t *mmf_counters_own;
static _Thread_local bool has_none; /* for good: the thread is ending, or there was no block */

#define ROW_NAME(name, text) #name,
#define ROW_TEXT(name, text) text,

/* --- Blocks ---------------------------------------------------------------------------------- */

/* Other destructors may run after this one, and count. */
static void thread_ends(void *value)
{
    block *own = value;

    mmf_counters_own = NULL;
    has_none = true;
    mmf_store_release(&own->is_taken, 0);
}

/* The other threads are not here; what they have counted is. */
static void after_fork_in_child(void)
{
    for (unsigned i = 0; i < BLOCKS; i++) {
        if (blocks[i].counters != mmf_counters_own) {
            mmf_store_relaxed(&blocks[i].is_taken, 0);
        }
    }
}

static void initialise(void)
{
    has_key = pthread_key_create(&ending_key, thread_ends) == 0;
    (void)pthread_atfork(NULL, NULL, after_fork_in_child); /* at worst blocks stay taken */
}

static bool take(block *candidate)
{
    uint32_t nobody = 0;

    return mmf_load_relaxed(&candidate->is_taken) == 0 &&
           mmf_cas_acquire(&candidate->is_taken, &nobody, 1);
}

static void take_block(void)
{
    (void)pthread_once(&once, initialise);
    for (unsigned i = 0; has_key && i < BLOCKS; i++) {
        if (!take(&blocks[i])) {
            continue;
        }
        if (pthread_setspecific(ending_key, &blocks[i]) != 0) {
            mmf_store_release(&blocks[i].is_taken, 0);
            break;
        }
        mmf_counters_own = blocks[i].counters;
        return;
    }
    has_none = true;
}

void mmf_count_slow(mmf_counter counter, uint64_t value)
{
    if (!has_none) {
        take_block();
    }
    if (mmf_counters_own) {
        mmf_count(counter, value);
    } else {
        mmf_count_anywhere(counter, value);
    }
}

void mmf_count_anywhere(mmf_counter counter, uint64_t value)
{
    (void)mmf_add_relaxed(&shared_block.counters[counter], value);
}

/* These two go up and down: in one place they are right at every moment. */
void mmf_count_mapping(uint64_t size)
{
    mmf_count_anywhere(MMF_COUNTER_mappings, 1);
    mmf_count_anywhere(MMF_COUNTER_mapped_bytes, size);
}

void mmf_count_unmapping(uint64_t size)
{
    mmf_count_anywhere(MMF_COUNTER_mappings, (uint64_t)-1);
    mmf_count_anywhere(MMF_COUNTER_mapped_bytes, (uint64_t)0 - size);
}

/* --- What programs see ----------------------------------------------------------------------- */

static void add_block(uint64_t sums[MMF_COUNTERS], const block *from)
{
    for (unsigned i = 0; i < MMF_COUNTERS; i++) {
        sums[i] += mmf_load_relaxed(&from->counters[i]);
    }
}

void mmf_stats(mmf_statistics *ret)
{
    uint64_t sums[MMF_COUNTERS] = {0};

    add_block(sums, &shared_block);
    for (unsigned i = 0; i < BLOCKS; i++) {
        add_block(sums, &blocks[i]);
    }
    mmf_sys_page_faults(&sums[MMF_COUNTER_minor_faults], &sums[MMF_COUNTER_major_faults]);
    memcpy(ret, sums, sizeof *ret);
}

const char *mmf_statistic_name(size_t index)
{
    static const char *const names[] = {MMF_STATISTICS(ROW_NAME)};

    return index < MMF_STATISTICS_COUNT ? names[index] : NULL;
}

const char *mmf_statistic_text(size_t index)
{
    static const char *const texts[] = {MMF_STATISTICS(ROW_TEXT)};

    return index < MMF_STATISTICS_COUNT ? texts[index] : NULL;
}

uint64_t mmf_statistic_value(const mmf_statistics *statistics, size_t index)
{
    uint64_t value = 0;

    if (index < MMF_STATISTICS_COUNT) {
        memcpy(&value, (const char *)statistics + index * sizeof value, sizeof value);
    }
    return value;
}
