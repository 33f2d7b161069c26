/* pgcopy: COPY BINARY of PostgreSQL. A signature, flags, the length of an extension; for each row
 * the number of its columns, and each value behind its length, -1 for NULL; -1 instead of a number
 * of columns is the end. All numbers are big-endian. */
#define _DEFAULT_SOURCE /* htobe16 */
#include <endian.h>
#include <inttypes.h>

#include "tools/export_numeric.h"
#include "tools/export_parts.h"
#include "tools/export_utf8.h"

#define INET_SIZE(size) (4u + (size))
#define ARRAY_HEAD 24u /* length, dimensions, flags, type, size, lower bound: 4 bytes each */

static char *put_16(char *to, uint16_t number)
{
    number = htobe16(number);
    memcpy(to, &number, sizeof number);
    return to + sizeof number;
}

static char *put_32(char *to, uint32_t number)
{
    number = htobe32(number);
    memcpy(to, &number, sizeof number);
    return to + sizeof number;
}

static char *put_64(char *to, uint64_t number)
{
    number = htobe64(number);
    memcpy(to, &number, sizeof number);
    return to + sizeof number;
}

static char *put_null(char *to)
{
    return put_32(to, UINT32_MAX);
}

static char *put_sized(char *to, const void *bytes, uint32_t size)
{
    to = put_32(to, size);
    memcpy(to, bytes, size);
    return to + size;
}

/* --- Numbers --------------------------------------------------------------------------------- */

/* bits: of the column, which are more than c_type has where that is unsigned. */
#define PUT_NUMBER(name, c_type, bits)                                                             \
    static char *put_##name(mmf_export_column *column, const uint8_t *from, char *to)              \
    {                                                                                              \
        c_type number;                                                                             \
                                                                                                   \
        (void)column;                                                                              \
        memcpy(&number, from, sizeof number);                                                      \
        return put_##bits(put_32(to, (bits) / 8), (uint##bits##_t)number);                         \
    }

PUT_NUMBER(int8, int8_t, 16)
PUT_NUMBER(uint8, uint8_t, 16)
PUT_NUMBER(int16, int16_t, 16)
PUT_NUMBER(uint16, uint16_t, 32)
PUT_NUMBER(int32, int32_t, 32)
PUT_NUMBER(uint32, uint32_t, 64)
PUT_NUMBER(int64, int64_t, 64)
PUT_NUMBER(float32, uint32_t, 32) /* by their bits */
PUT_NUMBER(float64, uint64_t, 64)

static char *put_bool(mmf_export_column *column, const uint8_t *from, char *to)
{
    (void)column;
    return put_sized(to, from, 1);
}

static char *put_numeric(char *to, uint64_t magnitude, bool is_negative, uint32_t scale)
{
    char *end = mmf_export_numeric(to + 4, magnitude, is_negative, scale);

    (void)put_32(to, (uint32_t)(end - to - 4));
    return end;
}

static char *put_uint64(mmf_export_column *column, const uint8_t *from, char *to)
{
    return put_numeric(to, mmf_export_number(column, from), false, 0);
}

static char *put_decimal(mmf_export_column *column, const uint8_t *from, char *to)
{
    uint64_t number = mmf_export_number(column, from);
    bool is_negative = mmf_type_is_signed(column->type.number) && (int64_t)number < 0;

    return put_numeric(to, is_negative ? 0 - number : number, is_negative,
                       column->type.field->scale);
}

/* --- Texts ----------------------------------------------------------------------------------- */

static char *put_bytes(mmf_export_column *column, const uint8_t *from, char *to)
{
    (void)column;
    return put_sized(to, from + 4, mmf_export_length(from));
}

static char *put_string(mmf_export_column *column, const uint8_t *from, char *to)
{
    uint32_t length = mmf_export_length(from);
    size_t fault = mmf_export_utf8_fault(from + 4, length);

    if (fault < length) {
        return mmf_export_refusal(column,
                                  "byte %zu is 0x%02x, which text in UTF-8 has not there; raw, it "
                                  "is bytea",
                                  fault, from[4 + fault]);
    }
    return put_sized(to, from + 4, length);
}

static char *put_enum(mmf_export_column *column, const uint8_t *from, char *to)
{
    uint64_t number = mmf_export_number(column, from);
    const mmf_symbol *symbol = mmf_export_symbol(column, number);

    if (!symbol) {
        return mmf_export_refusal(column, "%s is the number of no symbol",
                                  mmf_export_show(column, number).text);
    }
    return put_sized(to, symbol->name.text, (uint32_t)strlen(symbol->name.text));
}

/* --- Times and addresses --------------------------------------------------------------------- */

/* Seconds and microseconds from 2000-01-01 on: 4714-11-24 BC to 294276-12-31. */
#define EPOCH_S 946684800 /* from 1970 to 2000 */
#define TIME_LEAST_US (-211813488000000000)
#define TIME_MOST_US 9223371331199999999

static const int64_t units_per_second[] = {
    [MMF_TIME_UNIT_S] = 1,
    [MMF_TIME_UNIT_MS] = 1000,
    [MMF_TIME_UNIT_US] = 1000000,
    [MMF_TIME_UNIT_NS] = 1000000000,
};

/* Of nanoseconds and microseconds int64 has none that is too late; of nanoseconds none at all. */
static void set_time_range(mmf_export_column *column)
{
    mmf_time_unit unit = column->type.field->unit;
    int64_t epoch = EPOCH_S * units_per_second[unit];
    int64_t us = unit == MMF_TIME_UNIT_NS ? 1 : 1000000 / units_per_second[unit];

    column->time_least = unit == MMF_TIME_UNIT_NS ? INT64_MIN : TIME_LEAST_US / us + epoch;
    column->time_most = us == 1 ? INT64_MAX : TIME_MOST_US / us + epoch;
}

static char *put_timestamp(mmf_export_column *column, const uint8_t *from, char *to)
{
    mmf_time_unit unit = column->type.field->unit;
    uint64_t number = mmf_export_number(column, from);
    int64_t time = (int64_t)number;

    if (time < column->time_least || time > column->time_most ||
        (number > INT64_MAX && !mmf_type_is_signed(column->type.number))) {
        return mmf_export_refusal(column, "%s %s is a time that timestamptz does not have",
                                  mmf_export_show(column, number).text, mmf_time_unit_name(unit));
    }
    if (unit == MMF_TIME_UNIT_NS) { /* into the past, as clocks do */
        time = time / 1000 - (time % 1000 < 0) - EPOCH_S * units_per_second[MMF_TIME_UNIT_US];
    } else {
        time = (time - EPOCH_S * units_per_second[unit]) * (1000000 / units_per_second[unit]);
    }
    return put_64(put_32(to, 8), (uint64_t)time);
}

static char *put_uuid(mmf_export_column *column, const uint8_t *from, char *to)
{
    bool is_null;
    const uint8_t *bytes = mmf_export_bytes(column, from, 16, &is_null);

    return bytes ? put_sized(to, bytes, 16) : is_null ? put_null(to) : NULL;
}

/* Family, bits of the network, not a cidr, bytes, address. */
static char *put_inet(char *to, char family, const void *bytes, uint32_t size)
{
    const char head[] = {family, (char)(size * 8), 0, (char)size};

    to = put_32(to, INET_SIZE(size));
    memcpy(to, head, sizeof head);
    memcpy(to + sizeof head, bytes, size);
    return to + sizeof head + size;
}

static char *put_ipv4(mmf_export_column *column, const uint8_t *from, char *to)
{
    bool is_null = false;
    const uint8_t *bytes;
    uint32_t number;

    if (column->type.field->type == MMF_TYPE_UINT32) {
        memcpy(&number, from, sizeof number);
        number = htobe32(number);
        return put_inet(to, 2, &number, sizeof number);
    }
    bytes = mmf_export_bytes(column, from, 4, &is_null);
    return bytes ? put_inet(to, 2, bytes, 4) : is_null ? put_null(to) : NULL;
}

static char *put_ipv6(mmf_export_column *column, const uint8_t *from, char *to)
{
    bool is_null;
    const uint8_t *bytes = mmf_export_bytes(column, from, 16, &is_null);

    return bytes ? put_inet(to, 3, bytes, 16) : is_null ? put_null(to) : NULL;
}

/* --- Columns --------------------------------------------------------------------------------- */

static const struct {
    mmf_export_put put;
    uint32_t max; /* bytes of a value, its length included; 0: depends on the field */
} puts_of[] = {
    [MMF_COLUMN_BOOL] = {put_bool, 5},
    [MMF_COLUMN_INT8] = {put_int8, 6},
    [MMF_COLUMN_UINT8] = {put_uint8, 6},
    [MMF_COLUMN_INT16] = {put_int16, 6},
    [MMF_COLUMN_UINT16] = {put_uint16, 8},
    [MMF_COLUMN_INT32] = {put_int32, 8},
    [MMF_COLUMN_UINT32] = {put_uint32, 12},
    [MMF_COLUMN_INT64] = {put_int64, 12},
    [MMF_COLUMN_UINT64] = {put_uint64, 4 + MMF_NUMERIC_MAX},
    [MMF_COLUMN_FLOAT32] = {put_float32, 8},
    [MMF_COLUMN_FLOAT64] = {put_float64, 12},
    [MMF_COLUMN_STRING] = {put_string, 0},
    [MMF_COLUMN_BYTES] = {put_bytes, 0},
    [MMF_COLUMN_ENUM] = {put_enum, 4 + MMF_SCHEMA_NAME_MAX},
    [MMF_COLUMN_TIMESTAMP] = {put_timestamp, 12},
    [MMF_COLUMN_DECIMAL] = {put_decimal, 4 + MMF_NUMERIC_MAX},
    [MMF_COLUMN_UUID] = {put_uuid, 20},
    [MMF_COLUMN_IPV4] = {put_ipv4, 4 + INET_SIZE(4)},
    [MMF_COLUMN_IPV6] = {put_ipv6, 4 + INET_SIZE(16)},
};

/* One dimension from 1. The type of an enum is the server's own, so that there is no number of it
 * to write: 0, which servers from version 14 on do not compare with theirs. */
static char *put_array(mmf_export_column *column, const uint8_t *from, char *to)
{
    char *start = to;
    bool has_null = false;

    to = put_32(to + 4, 1);
    to = put_32(to + 4, mmf_column_info_of(column->type.kind)->oid);
    to = put_32(to, column->type.elements);
    to = put_32(to, 1);
    for (uint32_t i = 0; i < column->type.elements; i++, from += column->type.element_size) {
        char *end = column->put_element(column, from, to);

        if (!end) {
            return NULL;
        }
        has_null |= (unsigned char)*to == 0xff;
        to = end;
    }
    (void)put_32(start, (uint32_t)(to - start - 4));
    (void)put_32(start + 8, has_null);
    return to;
}

static mmf_status begin(mmf_export *export)
{
    static const char head[] = "PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0"; /* 11, flags, extension */

    export->row_max = sizeof(uint16_t);
    for (uint32_t i = 0; i < export->column_count; i++) {
        mmf_export_column *column = &export->columns[i];
        uint32_t max = puts_of[column->type.kind].max;

        column->put_element = puts_of[column->type.kind].put;
        column->put = column->type.is_array ? put_array : column->put_element;
        if (column->type.kind == MMF_COLUMN_TIMESTAMP) {
            set_time_range(column);
        }
        column->element_max = max > 0 ? max : 4 + (size_t)column->type.field->max;
        export->row_max += ARRAY_HEAD + column->element_max * column->type.elements;
    }
    mmf_output_add(&export->output, head, 19);
    return MMF_OK;
}

static mmf_status put_row(mmf_export *export, uint64_t index)
{
    (void)put_16(export->output.bytes + export->output.size, (uint16_t) export->column_count);
    export->output.size += sizeof(uint16_t);
    return mmf_export_put_columns(export, index);
}

static void end(mmf_export *export)
{
    mmf_output_add(&export->output, "\xff\xff", 2);
}

const mmf_export_format mmf_export_pgcopy = {"pgcopy", true, begin, put_row, end};
