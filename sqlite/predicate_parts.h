/* Predicates of columns whose values are texts that stand for something else. Internal to them. */
#ifndef MMF_SQLITE_PREDICATE_PARTS_H
#define MMF_SQLITE_PREDICATE_PARTS_H

#include "sqlite/predicate.h"

int mmf_sqlite_predicate_make_timestamp(const mmf_sqlite_comparison *comparison,
                                        mmf_sqlite_predicate *predicate, bool *ret_made);
int mmf_sqlite_predicate_make_enum(const mmf_sqlite_comparison *comparison,
                                   mmf_sqlite_predicate *predicate, bool *ret_made);
int mmf_sqlite_predicate_make_address(const mmf_sqlite_comparison *comparison,
                                      mmf_sqlite_predicate *predicate, bool *ret_made);

/* Whether the operands are texts that SQLite compares as texts, whatever their affinity. */
bool mmf_sqlite_texts_are_certain(const mmf_sqlite_comparison *comparison);

/* Copies the operands and sorts them. SQLITE_OK or SQLITE_NOMEM. */
int mmf_sqlite_predicate_take_bytes(mmf_sqlite_predicate *predicate,
                                    const mmf_sqlite_operand *operands, size_t count);

#endif
