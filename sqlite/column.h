/* Fields as columns: which SQL type each has, and its values. Internal. */
#ifndef MMF_SQLITE_COLUMN_H
#define MMF_SQLITE_COLUMN_H

#include "schema/model.h"
#include "sqlite/api.h"
#include "sqlite/number.h"
#include "tools/output.h"

typedef enum mmf_sqlite_kind {
    MMF_SQLITE_INTEGER,   /* also enums, timestamps and decimals as they are stored */
    MMF_SQLITE_REAL,      /* NaN is NULL */
    MMF_SQLITE_DECIMAL,   /* REAL */
    MMF_SQLITE_TIMESTAMP, /* TEXT, ISO 8601 */
    MMF_SQLITE_ENUM,      /* TEXT: the name, or the digits of a number that has none */
    MMF_SQLITE_TEXT,
    MMF_SQLITE_BLOB,
    MMF_SQLITE_ADDRESS, /* TEXT: uuid, ipv4, ipv6; BLOB where bytes have another length */
    MMF_SQLITE_JSON,    /* TEXT: an array */
} mmf_sqlite_kind;

typedef struct mmf_sqlite_column {
    const mmf_field *field;
    mmf_sqlite_number number;
    mmf_sqlite_kind kind;
    bool is_raw;
} mmf_sqlite_column;

mmf_sqlite_column mmf_sqlite_column_of(const mmf_field *field, bool is_raw);

/* The type to declare it with: "INTEGER", "REAL", "TEXT" or "BLOB". */
const char *mmf_sqlite_column_type(const mmf_sqlite_column *column);

/* A uint64 above INT64_MAX is TEXT: 20 digits, so that such texts, which SQLite puts behind all
 * numbers, are in the order of their values. Size with its NUL. */
#define MMF_SQLITE_LARGE_SIZE 21u
void mmf_sqlite_large_text(uint64_t value, char ret_text[static MMF_SQLITE_LARGE_SIZE]);

/* A decimal as REAL. */
double mmf_sqlite_decimal(const mmf_sqlite_column *column, mmf_integer integer);

/* Makes the column's value of that payload (tools/table.h) the result. text: for use within. */
void mmf_sqlite_column_result(const mmf_sqlite_column *column, const uint8_t *payload,
                              mmf_output *text, sqlite3_context *context);

#endif
