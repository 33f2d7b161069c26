#include "sqlite/column.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tools/table.h"
#include "tools/value.h"

static mmf_sqlite_kind stored_kind(const mmf_field *field)
{
    switch (field->type) {
    case MMF_TYPE_FLOAT32:
    case MMF_TYPE_FLOAT64:
        return MMF_SQLITE_REAL;
    case MMF_TYPE_STRING:
        return MMF_SQLITE_TEXT;
    case MMF_TYPE_BYTES:
        return MMF_SQLITE_BLOB;
    default:
        return MMF_SQLITE_INTEGER;
    }
}

static mmf_sqlite_kind kind_of(const mmf_field *field, bool is_raw)
{
    bool is_address = field->logical == MMF_LOGICAL_UUID || field->logical == MMF_LOGICAL_IPV4 ||
                      field->logical == MMF_LOGICAL_IPV6;
    bool is_octets = is_address && field->type == MMF_TYPE_UINT8;

    if (field->count != 0 && (is_raw || !is_octets)) {
        return MMF_SQLITE_JSON;
    }
    if (is_raw) {
        return stored_kind(field);
    }
    if (is_address) {
        return MMF_SQLITE_ADDRESS;
    }
    if (field->logical == MMF_LOGICAL_TIMESTAMP) {
        return MMF_SQLITE_TIMESTAMP;
    }
    if (field->logical == MMF_LOGICAL_DECIMAL) {
        return MMF_SQLITE_DECIMAL;
    }
    return field->type == MMF_TYPE_ENUM ? MMF_SQLITE_ENUM : stored_kind(field);
}

mmf_sqlite_column mmf_sqlite_column_of(const mmf_field *field, bool is_raw)
{
    return (mmf_sqlite_column){
        .field = field,
        .number = mmf_sqlite_number_of(field),
        .kind = kind_of(field, is_raw),
        .is_raw = is_raw,
    };
}

const char *mmf_sqlite_column_type(const mmf_sqlite_column *column)
{
    switch (column->kind) {
    case MMF_SQLITE_INTEGER:
        return "INTEGER";
    case MMF_SQLITE_REAL:
    case MMF_SQLITE_DECIMAL:
        return "REAL";
    case MMF_SQLITE_BLOB:
        return "BLOB";
    default:
        return "TEXT";
    }
}

void mmf_sqlite_large_text(uint64_t value, char ret_text[static MMF_SQLITE_LARGE_SIZE])
{
    (void)snprintf(ret_text, MMF_SQLITE_LARGE_SIZE, "%020" PRIu64, value);
}

double mmf_sqlite_decimal(const mmf_sqlite_column *column, mmf_integer integer)
{
    static const double POWERS[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
    double number =
        mmf_type_is_unsigned(column->field->base) ? (double)integer.u : (double)integer.i;

    return number / POWERS[column->field->scale];
}

static void result_integer(const mmf_sqlite_column *column, mmf_integer integer,
                           sqlite3_context *context)
{
    char text[MMF_SQLITE_LARGE_SIZE];

    if (integer.i < 0 && column->field->base == MMF_TYPE_UINT64) {
        mmf_sqlite_large_text(integer.u, text);
        sqlite3_result_text(context, text, (int)strlen(text), SQLITE_TRANSIENT);
        return;
    }
    sqlite3_result_int64(context, integer.i);
}

static void result_text(const mmf_field *field, const uint8_t *payload, sqlite3_context *context)
{
    const uint8_t *element = payload + mmf_table_field_offset(field);
    uint32_t length = mmf_table_text_length(field, element);
    const char *content = (const char *)element + sizeof length;

    if (field->type == MMF_TYPE_STRING) {
        sqlite3_result_text(context, content, (int)length, SQLITE_TRANSIENT);
    } else {
        sqlite3_result_blob(context, content, (int)length, SQLITE_TRANSIENT);
    }
}

static void result_written(const mmf_sqlite_column *column, const uint8_t *payload,
                           mmf_output *text, sqlite3_context *context)
{
    mmf_notation notation = {
        .syntax = column->kind == MMF_SQLITE_JSON ? MMF_SYNTAX_JSON : MMF_SYNTAX_TEXT,
        .is_raw = column->is_raw,
    };

    text->size = 0;
    mmf_value_write(text, column->field, payload, notation);
    if (text->has_failed) {
        sqlite3_result_error_nomem(context);
        return;
    }
    sqlite3_result_text64(context, text->bytes, text->size, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* Bytes that are no address, but for their type. */
static bool is_misfit(const mmf_field *field, const uint8_t *payload)
{
    return field->type == MMF_TYPE_BYTES &&
           mmf_table_text_length(field, payload + mmf_table_field_offset(field)) != field->max;
}

void mmf_sqlite_column_result(const mmf_sqlite_column *column, const uint8_t *payload,
                              mmf_output *text, sqlite3_context *context)
{
    const mmf_field *field = column->field;

    switch (column->kind) {
    case MMF_SQLITE_INTEGER:
        result_integer(column, mmf_sqlite_number_integer(&column->number, payload), context);
        break;
    case MMF_SQLITE_REAL:
        sqlite3_result_double(context, mmf_sqlite_number_real(&column->number, payload));
        break;
    case MMF_SQLITE_DECIMAL:
        sqlite3_result_double(context, mmf_sqlite_decimal(column, mmf_sqlite_number_integer(
                                                                      &column->number, payload)));
        break;
    case MMF_SQLITE_TEXT:
    case MMF_SQLITE_BLOB:
        result_text(field, payload, context);
        break;
    case MMF_SQLITE_ADDRESS:
        if (is_misfit(field, payload)) {
            result_text(field, payload, context);
            break;
        }
        result_written(column, payload, text, context);
        break;
    default:
        result_written(column, payload, text, context);
    }
}
