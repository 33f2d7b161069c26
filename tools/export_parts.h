/* What the writers of the formats share. Internal.
 *
 * An export is compiled once: a column for each field, with the function that writes it. A row is
 * then these functions called one after the other, into room that was made for the largest row. */
#ifndef MMF_TOOLS_EXPORT_PARTS_H
#define MMF_TOOLS_EXPORT_PARTS_H

#include "codegen/columns.h"
#include "tools/export.h"
#include "tools/output.h"
#include "tools/rows.h"

#define MMF_EXPORT_REFUSAL_SIZE 160

typedef struct mmf_export_column mmf_export_column;

/* Writes what lies at `from`, a cleaned payload's field or element, to `to`; returns the end. NULL:
 * the format does not have the value, and column->refusal says why. */
typedef char *(*mmf_export_put)(mmf_export_column *column, const uint8_t *from, char *to);

struct mmf_export_column {
    mmf_column type;
    uint32_t offset;               /* in the payload */
    mmf_export_put put;            /* the field */
    mmf_export_put put_element;    /* one of its elements */
    size_t element_max;            /* bytes that one element becomes, at most */
    const mmf_symbol **symbols;    /* of an enum, by value */
    int64_t time_least, time_most; /* of a timestamp, in its unit */
    char refusal[MMF_EXPORT_REFUSAL_SIZE];
};

typedef struct mmf_export {
    const mmf_table *table;
    const mmf_export_options *options;
    const struct mmf_export_format *format;
    mmf_export_column *columns;
    uint32_t column_count;
    uint64_t first, end;
    size_t row_max;   /* bytes of a row, at most */
    uint64_t *mask;   /* of the columns' bytes in a payload: see mmf_words_load_clean() */
    uint8_t *payload; /* of the record at hand, cleaned */
    mmf_rows *rows;   /* of csv and jsonl */
    mmf_output output;
    mmf_error *error;
} mmf_export;

typedef struct mmf_export_format {
    const char *name;
    bool has_columns; /* takes fields and is_raw */
    /* Chooses what columns are written by, sets row_max, and writes what stands before the rows. */
    mmf_status (*begin)(mmf_export *export);
    mmf_status (*put_row)(mmf_export *export, uint64_t index);
    void (*end)(mmf_export *export); /* NULL: nothing stands behind the rows */
} mmf_export_format;

extern const mmf_export_format mmf_export_csv;
extern const mmf_export_format mmf_export_jsonl;
extern const mmf_export_format mmf_export_pgcopy;
extern const mmf_export_format mmf_export_rowbinary;
extern const mmf_export_format mmf_export_raw;
extern const mmf_export_format mmf_export_npy;

/* "record N: FIELD: column->refusal": MMF_E_INVALID. */
mmf_status mmf_export_refuse(mmf_export *export, uint64_t index, const mmf_export_column *column);

/* All columns of the payload, one behind the other. */
mmf_status mmf_export_put_columns(mmf_export *export, uint64_t index);

/* Formats and returns NULL, for the put functions. */
char *mmf_export_refusal(mmf_export_column *column, const char *format, ...) MMF_PRINTF(2, 3);

/* The number at `from`, of column->type.number; of signed types as their 64 bits. */
uint64_t mmf_export_number(const mmf_export_column *column, const uint8_t *from);

/* The same as text, for refusals. */
typedef struct mmf_export_digits {
    char text[24];
} mmf_export_digits;
mmf_export_digits mmf_export_show(const mmf_export_column *column, uint64_t number);

/* An enum's symbol of that value; NULL: there is none. */
const mmf_symbol *mmf_export_symbol(const mmf_export_column *column, uint64_t number);

/* The bytes of a uuid or an address, `size` of them, wherever the schema has them. NULL and
 * *ret_is_null: there are none. NULL without: another number of bytes, which is refused. */
const uint8_t *mmf_export_bytes(mmf_export_column *column, const uint8_t *from, uint32_t size,
                                bool *ret_is_null);

/* Length of a string or bytes element; its content is behind it. */
static inline uint32_t mmf_export_length(const uint8_t *from)
{
    uint32_t length;

    memcpy(&length, from, sizeof length);
    return length;
}

#endif
