/* SQLite's interface, either as a loaded extension sees it or, with SQLITE_CORE, as a program that
 * is linked with SQLite does; and what older versions do not have. Internal. */
#ifndef MMF_SQLITE_API_H
#define MMF_SQLITE_API_H

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3ext.h>

SQLITE_EXTENSION_INIT3

/* Since 3.38.0: constraints that come with their operand when a query is planned, IN as one
 * constraint, LIMIT and OFFSET. With an older SQLite, here or at run time, queries do without. */
#ifndef SQLITE_INDEX_CONSTRAINT_LIMIT
#define SQLITE_INDEX_CONSTRAINT_LIMIT 73
#define SQLITE_INDEX_CONSTRAINT_OFFSET 74
#endif

/* The operand of a constraint as SQL has it, or NULL when it is not a literal. */
sqlite3_value *mmf_sqlite_literal(sqlite3_index_info *info, int constraint);

/* Whether the constraint is an IN that can be had as a whole; then it will be. */
bool mmf_sqlite_take_in(sqlite3_index_info *info, int constraint);

/* The first or next value of an IN that was taken. SQLITE_OK, SQLITE_DONE, or an error. */
int mmf_sqlite_in_first(sqlite3_value *in, sqlite3_value **ret_value);
int mmf_sqlite_in_next(sqlite3_value *in, sqlite3_value **ret_value);

#endif
