/* What a query wants, from planning it (xBestIndex) to running it (xFilter): a text, which EXPLAIN
 * QUERY PLAN shows too: "fields=0x3 2.4.1:price>? -1.6.0:rowid>=?". Internal. */
#ifndef MMF_SQLITE_PLAN_H
#define MMF_SQLITE_PLAN_H

#include <stdbool.h>
#include <stdint.h>

/* In place of a field's number. */
#define MMF_SQLITE_TERM_ROWID (-1)
#define MMF_SQLITE_TERM_LIMIT (-2)
#define MMF_SQLITE_TERM_OFFSET (-3)
#define MMF_SQLITE_TERM_FILE (-4)
#define MMF_SQLITE_TERM_SCHEMA (-5)
#define MMF_SQLITE_TERM_RAW (-6)

/* The operand is a literal; is the list of an IN. */
#define MMF_SQLITE_TERM_LITERAL 1u
#define MMF_SQLITE_TERM_IN 2u

typedef struct mmf_sqlite_term {
    int column;
    unsigned comparison; /* MMF_SQLITE_BELOW, … */
    unsigned flags;      /* MMF_SQLITE_TERM_LITERAL, … */
} mmf_sqlite_term;

/* In SQLite's idxNum: by rowid, from the last record to the first. */
#define MMF_SQLITE_PLAN_DESCENDING 1

/* Fields that are used: bit i of field i; bit 63 of all from 63 on. */
const char *mmf_sqlite_plan_fields(const char *plan, uint64_t *ret_fields);

/* The next term, one for each value of xFilter; returns what is behind it. */
const char *mmf_sqlite_plan_term(const char *plan, mmf_sqlite_term *ret_term);

#endif
