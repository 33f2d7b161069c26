/* A store that is open, with its columns. Internal. */
#ifndef MMF_SQLITE_SOURCE_H
#define MMF_SQLITE_SOURCE_H

#include "sqlite/column.h"
#include "tools/table.h"

typedef struct mmf_sqlite_source {
    mmf_table *table;
    mmf_sqlite_column *columns; /* one a field */
    uint32_t column_count;
} mmf_sqlite_source;

/* What a status is to SQLite. */
int mmf_sqlite_code(mmf_status status);

/* schema: path, or NULL. SQLITE_OK, or a code with *ret_error, to be freed with sqlite3_free().
 * To be closed in any case; zero-initialised before. */
int mmf_sqlite_source_open(mmf_sqlite_source *source, const char *file, const char *schema,
                           bool is_writable, bool is_raw, char **ret_error);
void mmf_sqlite_source_close(mmf_sqlite_source *source);

#endif
