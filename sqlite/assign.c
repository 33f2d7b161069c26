#include "sqlite/assign.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "sqlite/number.h"
#include "tools/table.h"
#include "tools/value.h"

/* Of a value that is shown in a message. */
#define SHOWN_MAX 60

static const char *type_name(int type)
{
    static const char *const NAMES[] = {"nothing", "integer", "real", "text", "blob", "NULL"};

    return type >= SQLITE_INTEGER && type <= SQLITE_NULL ? NAMES[type] : NAMES[0];
}

/* "'abc': expected …". */
static mmf_status refuse(sqlite3_value *value, const char *expected, mmf_error *error)
{
    int type = sqlite3_value_type(value);
    int size = sqlite3_value_bytes(value);
    const char *text = type == SQLITE_BLOB ? "" : (const char *)sqlite3_value_text(value);

    if (type == SQLITE_BLOB) {
        return mmf_error_set(error, MMF_E_INVALID, "a blob of %d bytes: expected %s", size,
                             expected);
    }
    return mmf_error_set(error, MMF_E_INVALID, "%s %.*s%s: expected %s", type_name(type), SHOWN_MAX,
                         text ? text : "", size > SHOWN_MAX ? "…" : "", expected);
}

/* --- Numbers --------------------------------------------------------------------------------- */

static void store(const mmf_field *field, mmf_integer integer, uint8_t *payload)
{
    /* Little-endian, on disk as in memory: the low bytes come first. */
    memcpy(payload + mmf_table_field_offset(field), &integer, field->size);
}

static const char *range_text(const mmf_field *field, char *text, size_t size)
{
    uint64_t max;
    int64_t min;

    if (field->base == MMF_TYPE_BOOL) {
        return "0 or 1";
    }
    mmf_type_integer_range(field->base, &min, &max);
    (void)sqlite3_snprintf((int)size, text, "an integer of %lld … %llu", (long long)min,
                           (unsigned long long)max);
    return text;
}

static bool is_in_range(const mmf_field *field, int64_t number)
{
    uint64_t max;
    int64_t min;

    if (field->base == MMF_TYPE_BOOL) {
        return number == 0 || number == 1;
    }
    mmf_type_integer_range(field->base, &min, &max);
    return number >= min && (number < 0 || (uint64_t)number <= max);
}

/* A REAL that is a whole number. */
static bool whole_of(double real, int64_t *ret_number)
{
    if (!(real >= -0x1p63 && real < 0x1p63) || real != trunc(real)) {
        return false;
    }
    *ret_number = (int64_t)real;
    return true;
}

static mmf_status read_text(const mmf_sqlite_column *column, sqlite3_value *value, uint8_t *payload,
                            mmf_error *error)
{
    mmf_notation notation = {
        .syntax = column->kind == MMF_SQLITE_JSON ? MMF_SYNTAX_JSON : MMF_SYNTAX_TEXT,
        .is_raw = column->is_raw,
    };
    const char *text = (const char *)sqlite3_value_text(value);

    if (!text) {
        return mmf_error_set(error, MMF_E_NO_MEMORY, "out of memory");
    }
    return mmf_value_read(column->field, text, (size_t)sqlite3_value_bytes(value), notation,
                          payload, error);
}

static mmf_status assign_integer(const mmf_sqlite_column *column, sqlite3_value *value,
                                 uint8_t *payload, mmf_error *error)
{
    int type = sqlite3_value_type(value);
    int64_t number = sqlite3_value_int64(value);
    bool is_whole = type == SQLITE_INTEGER ||
                    (type == SQLITE_FLOAT && whole_of(sqlite3_value_double(value), &number));
    char text[80];

    if (type == SQLITE_TEXT) {
        return read_text(column, value, payload, error);
    }
    if (!is_whole || !is_in_range(column->field, number)) {
        return refuse(value, range_text(column->field, text, sizeof text), error);
    }
    store(column->field, (mmf_integer){.i = number}, payload);
    return MMF_OK;
}

static mmf_status assign_real(const mmf_sqlite_column *column, sqlite3_value *value,
                              uint8_t *payload, mmf_error *error)
{
    int type = sqlite3_value_type(value);
    double real = sqlite3_value_double(value);
    float narrow = (float)real;

    if (type == SQLITE_TEXT) {
        return read_text(column, value, payload, error);
    }
    if (type == SQLITE_BLOB) {
        return refuse(value, "a number", error);
    }
    if (column->field->type == MMF_TYPE_FLOAT64) {
        memcpy(payload + mmf_table_field_offset(column->field), &real, sizeof real);
        return MMF_OK;
    }
    if (isinf(narrow) && !isinf(real)) {
        return refuse(value, "a number that a float32 holds", error);
    }
    memcpy(payload + mmf_table_field_offset(column->field), &narrow, sizeof narrow);
    return MMF_OK;
}

/* A REAL is the decimal next to it. By way of its text where it is not too large for that: 1.005 in
 * cents is 100.49999999999999. */
static mmf_status assign_decimal(const mmf_sqlite_column *column, sqlite3_value *value,
                                 uint8_t *payload, mmf_error *error)
{
    double real = sqlite3_value_double(value);
    char text[400];

    switch (sqlite3_value_type(value)) {
    case SQLITE_TEXT:
        return read_text(column, value, payload, error);
    case SQLITE_INTEGER:
        (void)sqlite3_snprintf((int)sizeof text, text, "%lld%s", sqlite3_value_int64(value),
                               column->field->scale > 0 ? ".0" : "");
        break;
    case SQLITE_FLOAT:
        (void)sqlite3_snprintf((int)sizeof text, text, "%.*f", (int)column->field->scale, real);
        break;
    default:
        return refuse(value, "a number, or its digits as text", error);
    }
    return mmf_value_read(column->field, text, strlen(text), (mmf_notation){MMF_SYNTAX_TEXT, false},
                          payload, error);
}

/* --- Names, texts, bytes --------------------------------------------------------------------- */

static mmf_status assign_enum(const mmf_sqlite_column *column, sqlite3_value *value,
                              uint8_t *payload, mmf_error *error)
{
    const mmf_field *field = column->field;
    int type = sqlite3_value_type(value);
    const char *text = type == SQLITE_TEXT ? (const char *)sqlite3_value_text(value) : NULL;
    const mmf_symbol *symbol =
        type == SQLITE_INTEGER ? mmf_field_symbol(field, sqlite3_value_int64(value)) : NULL;

    for (uint32_t i = 0; text && !symbol && i < field->symbol_count; i++) {
        if (strcmp(field->symbols[i].name.text, text) == 0) {
            symbol = &field->symbols[i];
        }
    }
    if (!symbol) {
        char *names = sqlite3_mprintf("one of:");
        mmf_status status;

        for (uint32_t i = 0; names && i < field->symbol_count && strlen(names) < 300; i++) {
            char *longer = sqlite3_mprintf("%s %s", names, field->symbols[i].name.text);

            sqlite3_free(names);
            names = longer;
        }
        status = refuse(value, names ? names : "a name", error);
        sqlite3_free(names);
        return status;
    }
    store(field, (mmf_integer){.i = symbol->value}, payload);
    return MMF_OK;
}

static mmf_status assign_bytes(const mmf_sqlite_column *column, sqlite3_value *value,
                               uint8_t *payload, mmf_error *error)
{
    const mmf_field *field = column->field;
    bool is_string = field->type == MMF_TYPE_STRING;
    uint8_t *at = payload + mmf_table_field_offset(field);
    const void *bytes;
    uint32_t size;

    if ((sqlite3_value_type(value) == SQLITE_BLOB) == is_string) {
        return refuse(value, is_string ? "a text" : "a blob, such as x'00ff'", error);
    }
    bytes = is_string ? (const void *)sqlite3_value_text(value) : sqlite3_value_blob(value);
    size = (uint32_t)sqlite3_value_bytes(value);
    if (size > field->max) {
        return mmf_error_set(error, MMF_E_TOO_LONG, "%.*s%s: %u bytes, at most %u are possible",
                             SHOWN_MAX, is_string ? (const char *)bytes : "a blob",
                             is_string && size > SHOWN_MAX ? "…" : "", size, field->max);
    }
    memset(at, 0, field->size);
    memcpy(at, &size, sizeof size);
    if (size > 0) {
        memcpy(at + sizeof size, bytes, size);
    }
    return MMF_OK;
}

static mmf_status assign_address(const mmf_sqlite_column *column, sqlite3_value *value,
                                 uint8_t *payload, mmf_error *error)
{
    const mmf_field *field = column->field;
    int type = sqlite3_value_type(value);

    if (type == SQLITE_TEXT) {
        return read_text(column, value, payload, error);
    }
    if (type == SQLITE_BLOB && field->type == MMF_TYPE_BYTES) {
        return assign_bytes(column, value, payload, error);
    }
    if (type == SQLITE_BLOB && field->count != 0 &&
        (uint32_t)sqlite3_value_bytes(value) == field->size) {
        memcpy(payload + mmf_table_field_offset(field), sqlite3_value_blob(value), field->size);
        return MMF_OK;
    }
    return refuse(value, "a text", error);
}

/* What SQLite's date functions make has no Z, and means it. */
static mmf_status assign_timestamp(const mmf_sqlite_column *column, sqlite3_value *value,
                                   uint8_t *payload, mmf_error *error)
{
    const char *text = (const char *)sqlite3_value_text(value);
    char *with_zone = text ? sqlite3_mprintf("%sZ", text) : NULL;
    mmf_status status = MMF_E_INVALID;

    if (with_zone) {
        status = mmf_value_read(column->field, with_zone, strlen(with_zone),
                                (mmf_notation){MMF_SYNTAX_TEXT, false}, payload, NULL);
    }
    sqlite3_free(with_zone);
    return status == MMF_OK ? MMF_OK : read_text(column, value, payload, error);
}

static mmf_status assign_written(const mmf_sqlite_column *column, sqlite3_value *value,
                                 uint8_t *payload, mmf_error *error)
{
    if (sqlite3_value_type(value) == SQLITE_TEXT) {
        return column->kind == MMF_SQLITE_TIMESTAMP
                   ? assign_timestamp(column, value, payload, error)
                   : read_text(column, value, payload, error);
    }
    return refuse(value,
                  column->kind == MMF_SQLITE_JSON ? "a JSON array, as text"
                                                  : "ISO 8601, as text (numbers need raw=1)",
                  error);
}

mmf_status mmf_sqlite_assign(const mmf_sqlite_column *column, sqlite3_value *value,
                             uint8_t *payload, mmf_error *error)
{
    switch (column->kind) {
    case MMF_SQLITE_INTEGER:
        return assign_integer(column, value, payload, error);
    case MMF_SQLITE_REAL:
        return assign_real(column, value, payload, error);
    case MMF_SQLITE_DECIMAL:
        return assign_decimal(column, value, payload, error);
    case MMF_SQLITE_ENUM:
        return assign_enum(column, value, payload, error);
    case MMF_SQLITE_TEXT:
    case MMF_SQLITE_BLOB:
        return assign_bytes(column, value, payload, error);
    case MMF_SQLITE_ADDRESS:
        return assign_address(column, value, payload, error);
    default:
        return assign_written(column, value, payload, error);
    }
}

mmf_status mmf_sqlite_assign_null(const mmf_sqlite_column *column, uint8_t *payload,
                                  mmf_error *error)
{
    const double nan64 = (double)NAN;
    const float nan32 = NAN;
    uint8_t *at = payload + mmf_table_field_offset(column->field);

    if (column->kind != MMF_SQLITE_REAL) {
        return mmf_error_set(error, MMF_E_INVALID, "NULL: records have no NULL, but NaN in floats");
    }
    if (column->field->type == MMF_TYPE_FLOAT64) {
        memcpy(at, &nan64, sizeof nan64);
    } else {
        memcpy(at, &nan32, sizeof nan32);
    }
    return MMF_OK;
}
