/* What a field is as a column of a table elsewhere: the types that SQL's emitters name and the
 * exporters write are of one table, columns.def.
 *
 * Logical columns have the types that say what a value means (timestamptz, uuid, an enum's names).
 * Raw ones have the stored number or bytes and lose nothing: integers for timestamps, decimals and
 * enums, bytes for uuids, addresses and strings.
 */
#ifndef MMF_CODEGEN_COLUMNS_H
#define MMF_CODEGEN_COLUMNS_H

#include "schema/model.h"

typedef enum mmf_column_kind {
#define MMF_COLUMN(id, sqlite, postgres, oid, clickhouse, numpy) MMF_COLUMN_##id,
#include "codegen/columns.def"
#undef MMF_COLUMN
} mmf_column_kind;

typedef struct mmf_column_info {
    const char *sqlite;
    const char *postgres;
    uint32_t oid;
    const char *clickhouse;
    const char *numpy;
} mmf_column_info;

typedef struct mmf_column {
    const mmf_field *field;
    mmf_column_kind kind;
    bool is_array;
    uint32_t elements;     /* values in a record; 1 unless it is an array */
    uint32_t element_size; /* distance of two of them, bytes */
    mmf_type number;       /* the integer type that lies in the file: of enums the base */
    bool is_nullable;      /* a uuid or an address in a bytes field: without bytes it is none */
} mmf_column;

const mmf_column_info *mmf_column_info_of(mmf_column_kind kind);

mmf_column mmf_column_of(const mmf_field *field, bool is_raw);

/* Digits that any value of the column has at most, those of its scale included; of DECIMAL. */
uint32_t mmf_column_digits(const mmf_column *column);

/* Bits of ClickHouse's Enum that holds all symbols: 8 or 16; 0: none does, and the column is an
 * integer. Of ENUM. */
uint32_t mmf_column_enum_bits(const mmf_column *column);

#endif
