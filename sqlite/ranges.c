#include "sqlite/ranges.h"

#include <stdlib.h>

#include "sqlite/api.h"

bool mmf_sqlite_ranges_add(mmf_sqlite_ranges *ranges, uint64_t first, uint64_t last)
{
    if (ranges->count == ranges->capacity) {
        size_t capacity = ranges->capacity ? ranges->capacity * 2 : 4;
        mmf_sqlite_range *items =
            sqlite3_realloc64(ranges->items, capacity * sizeof *ranges->items);

        if (!items) {
            return false;
        }
        ranges->items = items;
        ranges->capacity = capacity;
    }
    ranges->items[ranges->count++] = (mmf_sqlite_range){first, last};
    return true;
}

/* The first key whose order is at least that. False: there is none. */
static bool first_key(mmf_sqlite_range domain, mmf_sqlite_order *order, const void *context,
                      int least, uint64_t *ret_key)
{
    uint64_t low = domain.first;
    uint64_t high = domain.last;

    if (domain.first > domain.last || order(context, high) < least) {
        return false;
    }
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (order(context, middle) >= least) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    *ret_key = low;
    return true;
}

bool mmf_sqlite_ranges_add_order(mmf_sqlite_ranges *ranges, mmf_sqlite_range domain,
                                 mmf_sqlite_order *order, const void *context, unsigned comparison)
{
    uint64_t equal = 0;
    uint64_t above = 0;
    bool has_equal = first_key(domain, order, context, 0, &equal);
    bool has_above = first_key(domain, order, context, 1, &above);
    uint64_t last_equal = has_above ? above - 1 : domain.last;
    uint64_t last_below = has_equal ? equal - 1 : domain.last;
    bool done = true;

    if (comparison & MMF_SQLITE_BELOW && domain.first <= domain.last &&
        !(has_equal && equal == domain.first)) {
        done = mmf_sqlite_ranges_add(ranges, domain.first, last_below);
    }
    if (done && comparison & MMF_SQLITE_EQUAL && has_equal && !(has_above && above == equal)) {
        done = mmf_sqlite_ranges_add(ranges, equal, last_equal);
    }
    if (done && comparison & MMF_SQLITE_ABOVE && has_above) {
        done = mmf_sqlite_ranges_add(ranges, above, domain.last);
    }
    return done;
}

static int by_first(const void *left, const void *right)
{
    const mmf_sqlite_range *one = left;
    const mmf_sqlite_range *other = right;

    return one->first < other->first ? -1 : one->first > other->first;
}

void mmf_sqlite_ranges_sort(mmf_sqlite_ranges *ranges)
{
    size_t kept = 0;

    if (ranges->count < 2) {
        return;
    }
    qsort(ranges->items, ranges->count, sizeof *ranges->items, by_first);
    for (size_t i = 1; i < ranges->count; i++) {
        mmf_sqlite_range *last = &ranges->items[kept];
        mmf_sqlite_range next = ranges->items[i];

        if (last->last == UINT64_MAX || next.first <= last->last + 1) {
            last->last = next.last > last->last ? next.last : last->last;
        } else {
            ranges->items[++kept] = next;
        }
    }
    ranges->count = kept + 1;
}

bool mmf_sqlite_ranges_intersect(mmf_sqlite_ranges *ranges, const mmf_sqlite_ranges *others)
{
    mmf_sqlite_ranges both = {0};
    size_t i = 0;
    size_t j = 0;

    while (i < ranges->count && j < others->count) {
        const mmf_sqlite_range *one = &ranges->items[i];
        const mmf_sqlite_range *other = &others->items[j];
        uint64_t first = one->first > other->first ? one->first : other->first;
        uint64_t last = one->last < other->last ? one->last : other->last;

        if (first <= last && !mmf_sqlite_ranges_add(&both, first, last)) {
            mmf_sqlite_ranges_clear(&both);
            return false;
        }
        if (one->last < other->last) {
            i++;
        } else {
            j++;
        }
    }
    mmf_sqlite_ranges_clear(ranges);
    *ranges = both;
    return true;
}

void mmf_sqlite_ranges_clear(mmf_sqlite_ranges *ranges)
{
    sqlite3_free(ranges->items);
    *ranges = (mmf_sqlite_ranges){0};
}

bool mmf_sqlite_ranges_have_slow(const mmf_sqlite_ranges *ranges, uint64_t key)
{
    size_t low = 0;
    size_t high = ranges->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (key > ranges->items[middle].last) {
            low = middle + 1;
        } else if (key < ranges->items[middle].first) {
            high = middle;
        } else {
            return true;
        }
    }
    return false;
}
