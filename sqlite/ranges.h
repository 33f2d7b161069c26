/* Sets of keys (number.h) as ranges: what a comparison asks of a number. Internal. */
#ifndef MMF_SQLITE_RANGES_H
#define MMF_SQLITE_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/atomic.h"

/* Comparisons, as sets of what the left side may be to the right side. */
#define MMF_SQLITE_BELOW 1u
#define MMF_SQLITE_EQUAL 2u
#define MMF_SQLITE_ABOVE 4u

typedef struct mmf_sqlite_range {
    uint64_t first;
    uint64_t last; /* included */
} mmf_sqlite_range;

/* Sorted and apart from each other. Zero-initialised is empty. */
typedef struct mmf_sqlite_ranges {
    mmf_sqlite_range *items;
    size_t count;
    size_t capacity;
} mmf_sqlite_ranges;

/* How the value of a key compares with something: below 0, 0 or above; never less for a larger
 * key. */
typedef int mmf_sqlite_order(const void *context, uint64_t key);

/* Adds the keys of the domain whose values compare so, which are found by bisection. False: out of
 * memory. To be sorted before anything else is asked. */
bool mmf_sqlite_ranges_add_order(mmf_sqlite_ranges *ranges, mmf_sqlite_range domain,
                                 mmf_sqlite_order *order, const void *context, unsigned comparison);
bool mmf_sqlite_ranges_add(mmf_sqlite_ranges *ranges, uint64_t first, uint64_t last);
void mmf_sqlite_ranges_sort(mmf_sqlite_ranges *ranges);
/* Keeps what is in both; both are sorted. False: out of memory. */
bool mmf_sqlite_ranges_intersect(mmf_sqlite_ranges *ranges, const mmf_sqlite_ranges *others);
void mmf_sqlite_ranges_clear(mmf_sqlite_ranges *ranges);

bool mmf_sqlite_ranges_have_slow(const mmf_sqlite_ranges *ranges, uint64_t key);

MMF_ALWAYS_INLINE bool mmf_sqlite_ranges_have(const mmf_sqlite_ranges *ranges, uint64_t key)
{
    if (mmf_likely(ranges->count == 1)) {
        return key - ranges->items->first <= ranges->items->last - ranges->items->first;
    }
    return mmf_sqlite_ranges_have_slow(ranges, key);
}

#endif
