/* Going through records: each is tested where it lies, and only what passes is copied; both within
 * one read section, so that what was tested is what is shown. Internal. */
#ifndef MMF_SQLITE_SCAN_H
#define MMF_SQLITE_SCAN_H

#include "sqlite/predicate.h"
#include "sqlite/source.h"

typedef struct mmf_sqlite_scan {
    const mmf_table *table;
    mmf_sqlite_predicate *predicates; /* all of them have to be met */
    size_t predicate_count;
    size_t predicate_capacity;

    mmf_sqlite_ranges rows; /* indices */
    bool is_descending;
    size_t range;         /* of rows: the one that index is in; rows.count: the end */
    uint64_t index;       /* of the record that was found, or is to be tried next */
    uint64_t copy_offset; /* of what is wanted of a payload, multiples of 8 */
    uint64_t copy_size;

    uint8_t *payload; /* of the record that was found; only what is wanted */
    uint64_t version; /* its counter */
    bool has_version; /* not of a record whose writer died, to a handle that only reads */
} mmf_sqlite_scan;

/* Looks from scan->index on, which is included, for a record that passes; at the end there is none,
 * and scan->range is rows.count. Otherwise scan->index is where it went wrong: statuses of
 * mmf_table_get(). */
MMF_NODISCARD mmf_status mmf_sqlite_scan_find(mmf_sqlite_scan *scan);

/* To the first row, or to the one behind the present one. */
void mmf_sqlite_scan_rewind(mmf_sqlite_scan *scan);
void mmf_sqlite_scan_step(mmf_sqlite_scan *scan);

static inline bool mmf_sqlite_scan_is_over(const mmf_sqlite_scan *scan)
{
    return scan->range >= scan->rows.count;
}

/* Forgets rows and predicates. */
void mmf_sqlite_scan_reset(mmf_sqlite_scan *scan);

#endif
