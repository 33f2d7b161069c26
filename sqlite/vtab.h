/* The virtual table, in both of its forms, and its cursors. Internal.
 *
 * Of a file (CREATE VIRTUAL TABLE): its fields, then _index and _version, which are hidden.
 * Of any file (mmf('ticks.mmf')): SQLite has to know the columns before it knows the file, so they
 * are the same for all: _index, _version and the record as a JSON object.
 */
#ifndef MMF_SQLITE_VTAB_H
#define MMF_SQLITE_VTAB_H

#include "sqlite/arguments.h"
#include "sqlite/scan.h"

typedef struct mmf_sqlite_vtab {
    sqlite3_vtab base;
    sqlite3 *db;
    mmf_sqlite_arguments arguments;
    mmf_sqlite_source source; /* none: of any file */
    bool is_utf8;             /* the database */
} mmf_sqlite_vtab;

static inline bool mmf_sqlite_vtab_is_generic(const mmf_sqlite_vtab *vtab)
{
    return !vtab->source.table;
}

/* Columns beside the fields. */
typedef enum mmf_sqlite_special {
    MMF_SQLITE_FIELD, /* none of them */
    MMF_SQLITE_INDEX,
    MMF_SQLITE_VERSION,
    MMF_SQLITE_RECORD,
    MMF_SQLITE_FILE, /* the arguments of mmf('ticks.mmf', …) */
    MMF_SQLITE_SCHEMA,
    MMF_SQLITE_RAW,
} mmf_sqlite_special;

mmf_sqlite_special mmf_sqlite_vtab_special(const mmf_sqlite_vtab *vtab, int column);

typedef struct mmf_sqlite_cursor {
    sqlite3_vtab_cursor base;
    mmf_sqlite_source opened;        /* of any file: the one of the last xFilter */
    const mmf_sqlite_source *source; /* that, or the table's own */
    char *file;                      /* of any file: the arguments, NULL where not given */
    char *schema;
    bool is_raw;
    mmf_sqlite_scan scan;
    mmf_output text;
} mmf_sqlite_cursor;

/* SQLite's methods, each in the file of its subject: plan.c, cursor.c, change.c. */
int mmf_sqlite_best_index(sqlite3_vtab *base, sqlite3_index_info *info);
int mmf_sqlite_open(sqlite3_vtab *base, sqlite3_vtab_cursor **ret_cursor);
int mmf_sqlite_close(sqlite3_vtab_cursor *base);
int mmf_sqlite_filter(sqlite3_vtab_cursor *base, int number, const char *plan, int count,
                      sqlite3_value **values);
int mmf_sqlite_next(sqlite3_vtab_cursor *base);
int mmf_sqlite_eof(sqlite3_vtab_cursor *base);
int mmf_sqlite_column_at(sqlite3_vtab_cursor *base, sqlite3_context *context, int column);
int mmf_sqlite_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret_rowid);
int mmf_sqlite_update(sqlite3_vtab *base, int count, sqlite3_value **values,
                      sqlite3_int64 *ret_rowid);

/* Fills the cursor's scan with rows and predicates. */
int mmf_sqlite_apply_terms(mmf_sqlite_cursor *cursor, const char *plan, int count,
                           sqlite3_value **values);

/* Leaves the text as the table's error, and returns the code. */
int mmf_sqlite_fail(mmf_sqlite_vtab *vtab, int code, const char *format, ...) MMF_PRINTF(3, 4);

#endif
