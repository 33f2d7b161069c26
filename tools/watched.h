/* Which records a sampler looks at, and how far their counters went between two looks.
 *
 * A small store is looked at as a whole. Of a large one every look has those that were hot, the
 * newest, and a share of the pages that are in memory, another share each time: what is not in
 * memory was not written just now. Growth of the share is taken for that of all of these pages.
 * So a look costs the same for a million records and for a hundred million, but for mincore(2).
 */
#ifndef MMF_TOOLS_WATCHED_H
#define MMF_TOOLS_WATCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"
#include "tools/table.h"

#define MMF_WATCHED_HOT 256u           /* that are remembered */
#define MMF_WATCHED_NEWEST 4096u       /* that are always looked at, of a large store */
#define MMF_WATCHED_RECORDS (1u << 20) /* at a look, at most, beside those */
#define MMF_WATCHED_PAGES (1u << 14)   /* the same of pages */

/* Steps of a counter: a write is two of them, one writer's setting of a scalar is one. A step is
 * 512, of writers of the Go library (format 1) it is 1. A counter that went back has made none.
 * When both kinds of writers had the record in between, this is a guess. */
uint64_t mmf_counter_steps(uint32_t format, uint64_t before, uint64_t after);

typedef struct mmf_hot {
    uint64_t index;
    uint64_t counter; /* at the second look */
    uint64_t steps;   /* between the two; not zero */
} mmf_hot;

typedef struct mmf_growth {
    double steps;     /* of all records */
    bool is_estimate; /* since not all could be looked at */
    uint64_t looked_at;
    uint64_t odd;                 /* of these: with a writer inside at the second look */
    uint64_t held;                /* of these: the same writer in the same write at both looks */
    uint64_t torn;                /* torn when the machine stopped, and not set since */
    mmf_hot hot[MMF_WATCHED_HOT]; /* most steps first */
    uint32_t hot_count;
} mmf_growth;

/* Zero-initialised is empty. One store at a time; one thread. */
typedef struct mmf_watched {
    uint64_t *index; /* growing, twice: those that are certain, and the share */
    uint64_t *counter;
    size_t count, capacity;
    size_t certain;          /* of count: whose growth counts for itself alone */
    uint64_t population;     /* records that the others stand for */
    bool is_all;             /* all records: index is not used */
    bool is_share;           /* the others are fewer than the population */
    uint64_t record_count;   /* of the store at that time */
    uint64_t resident_bytes; /* of the records, in memory at that time */
    uint64_t turn;
    uint64_t hot[2 * MMF_WATCHED_HOT]; /* the latest first */
    uint32_t hot_count;
} mmf_watched;

void mmf_watched_clear(mmf_watched *watched);

/* A record that may be hot, by other signs: the next looks have it. */
void mmf_watched_hint(mmf_watched *watched, uint64_t index);

/* The first look at this set. MMF_OK; MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_watched_look(mmf_watched *watched, const mmf_table *table);

/* The second one, at the same records and those that were appended since. When the file was cut
 * meanwhile (MMF_GUARD) it means nothing. */
void mmf_watched_measure(mmf_watched *watched, const mmf_table *table, mmf_growth *ret_growth);

#endif
