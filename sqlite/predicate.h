/* A constraint that is tested on a record as it lies in the mapping. Internal.
 *
 * A test may pass a record that SQLite then finds does not meet the constraint, since SQLite looks
 * again; it never drops one that SQLite would have kept. So where the affinity of the operand,
 * which nobody tells us, would make a difference, there is no predicate, or it passes what is
 * doubtful.
 */
#ifndef MMF_SQLITE_PREDICATE_H
#define MMF_SQLITE_PREDICATE_H

#include "sqlite/column.h"
#include "sqlite/number.h"
#include "sqlite/operand.h"
#include "sqlite/ranges.h"

/* What is compared with what. */
typedef struct mmf_sqlite_comparison {
    const mmf_sqlite_column *column;
    unsigned comparison; /* MMF_SQLITE_BELOW, … */
    const mmf_sqlite_operand *operands;
    size_t count;    /* 1; of an IN any number, each to be compared with EQUAL */
    bool is_literal; /* the operand, so that it has no affinity */
    bool is_utf8;    /* the database: texts are in the order of their bytes as they are here */
} mmf_sqlite_comparison;

typedef struct mmf_sqlite_predicate {
    bool is_of_bytes;

    /* Numbers: passes keys of the ranges. */
    mmf_sqlite_number number;
    mmf_sqlite_ranges ranges;
    mmf_sqlite_range domain;
    bool passes_outside; /* of the domain: what the ranges say nothing of */

    /* Bytes: passes those that compare so with one of the operands. */
    uint32_t offset;
    const mmf_field *field;
    unsigned comparison;
    mmf_sqlite_operand *operands; /* sorted */
    size_t count;
    bool passes_numbers; /* texts that may be numbers to SQLite */
} mmf_sqlite_predicate;

/* Takes nothing; copies operands. *ret_made: false when the constraint is for SQLite alone. To be
 * cleared when it is true. SQLITE_OK or SQLITE_NOMEM. */
int mmf_sqlite_predicate_make(const mmf_sqlite_comparison *comparison,
                              mmf_sqlite_predicate *ret_predicate, bool *ret_made);
void mmf_sqlite_predicate_clear(mmf_sqlite_predicate *predicate);

/* Whether the predicate is the constraint, so that SQLite need not look again. */
bool mmf_sqlite_predicate_is_exact(const mmf_sqlite_column *column, int literal_type);

bool mmf_sqlite_predicate_test_bytes(const mmf_sqlite_predicate *predicate, const uint8_t *payload);

MMF_ALWAYS_INLINE bool mmf_sqlite_predicate_test(const mmf_sqlite_predicate *predicate,
                                                 const uint8_t *payload)
{
    uint64_t key;

    if (mmf_unlikely(predicate->is_of_bytes)) {
        return mmf_sqlite_predicate_test_bytes(predicate, payload);
    }
    key = mmf_sqlite_key(&predicate->number, payload);
    return mmf_sqlite_ranges_have(&predicate->ranges, key) ||
           mmf_unlikely(predicate->passes_outside &&
                        (key < predicate->domain.first || key > predicate->domain.last));
}

#endif
