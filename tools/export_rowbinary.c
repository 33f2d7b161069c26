/* rowbinary: values one behind the other, little-endian as they lie in the record; strings and
 * arrays behind their length in base 128, and before what may be NULL a byte that says so. */
#include <string.h>

#include "tools/export_parts.h"

#define LENGTH_MAX 5u /* bytes of a length below 2^32 */
#define DECIMAL_MAX 16u

static char *put_length(char *to, uint32_t length)
{
    for (; length >= 0x80; length >>= 7) {
        *to++ = (char)(length | 0x80);
    }
    *to++ = (char)length;
    return to;
}

static char *put_bytes(char *to, const void *bytes, size_t size)
{
    memcpy(to, bytes, size);
    return to + size;
}

/* --- Values ---------------------------------------------------------------------------------- */

#define PUT_FIXED(size)                                                                            \
    static char *put_fixed_##size(mmf_export_column *column, const uint8_t *from, char *to)        \
    {                                                                                              \
        (void)column;                                                                              \
        return put_bytes(to, from, size);                                                          \
    }

PUT_FIXED(1)
PUT_FIXED(2)
PUT_FIXED(4)
PUT_FIXED(8)

static char *put_text(mmf_export_column *column, const uint8_t *from, char *to)
{
    uint32_t length = mmf_export_length(from);

    (void)column;
    return put_bytes(put_length(to, length), from + sizeof length, length);
}

/* Enum8 or Enum16; element_max says which. */
static char *put_enum(mmf_export_column *column, const uint8_t *from, char *to)
{
    uint64_t number = mmf_export_number(column, from);

    if (!mmf_export_symbol(column, number)) {
        return mmf_export_refusal(column, "%s is the number of no symbol",
                                  mmf_export_show(column, number).text);
    }
    return put_bytes(to, &number, column->element_max);
}

/* Ticks since 1970 in int64; element: 1900-01-01 to 2299-12-31. */
static char *put_timestamp(mmf_export_column *column, const uint8_t *from, char *to)
{
    uint64_t number = mmf_export_number(column, from);
    int64_t time = (int64_t)number;

    if (time < column->time_least || time > column->time_most ||
        (number > INT64_MAX && !mmf_type_is_signed(column->type.number))) {
        return mmf_export_refusal(column, "%s %s is a time that DateTime64 does not have",
                                  mmf_export_show(column, number).text,
                                  mmf_time_unit_name(column->type.field->unit));
    }
    return put_bytes(to, &time, sizeof time);
}

/* Decimal32, 64 or 128; element_max says which. */
static char *put_decimal(mmf_export_column *column, const uint8_t *from, char *to)
{
    uint64_t number = mmf_export_number(column, from);
    bool is_negative = mmf_type_is_signed(column->type.number) && (int64_t)number < 0;
    uint8_t bytes[DECIMAL_MAX];

    memset(bytes, is_negative ? 0xff : 0, sizeof bytes);
    memcpy(bytes, &number, sizeof number);
    return put_bytes(to, bytes, column->element_max);
}

/* --- Uuids and addresses --------------------------------------------------------------------- */

static void reverse(char *to, const uint8_t *from, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        to[i] = (char)from[size - 1 - i];
    }
}

/* The value where there is one, behind the byte of Nullable. NULL in *ret_bytes: it is written. */
static char *put_presence(mmf_export_column *column, const uint8_t *from, uint32_t size, char *to,
                          const uint8_t **ret_bytes)
{
    bool is_null;

    *ret_bytes = mmf_export_bytes(column, from, size, &is_null);
    if (!*ret_bytes && !is_null) {
        return NULL;
    }
    if (column->type.is_nullable) {
        *to++ = is_null;
    }
    return to;
}

/* Two numbers of 64 bits, the high one first, each little-endian. */
static char *put_uuid(mmf_export_column *column, const uint8_t *from, char *to)
{
    const uint8_t *bytes;

    to = put_presence(column, from, 16, to, &bytes);
    if (!bytes) {
        return to;
    }
    reverse(to, bytes, 8);
    reverse(to + 8, bytes + 8, 8);
    return to + 16;
}

/* The number, which the bytes have in the order of the network. */
static char *put_ipv4(mmf_export_column *column, const uint8_t *from, char *to)
{
    const uint8_t *bytes;

    if (column->type.field->type == MMF_TYPE_UINT32) {
        return put_bytes(to, from, 4);
    }
    to = put_presence(column, from, 4, to, &bytes);
    if (!bytes) {
        return to;
    }
    reverse(to, bytes, 4);
    return to + 4;
}

static char *put_ipv6(mmf_export_column *column, const uint8_t *from, char *to)
{
    const uint8_t *bytes;

    to = put_presence(column, from, 16, to, &bytes);
    return bytes ? put_bytes(to, bytes, 16) : to;
}

/* --- Columns --------------------------------------------------------------------------------- */

static char *put_array(mmf_export_column *column, const uint8_t *from, char *to)
{
    to = put_length(to, column->type.elements);
    for (uint32_t i = 0; i < column->type.elements && to; i++) {
        to = column->put_element(column, from, to);
        from += column->type.element_size;
    }
    return to;
}

static const struct {
    mmf_export_put put;
    uint32_t max; /* bytes of a value; 0: depends on the field */
} puts_of[] = {
    [MMF_COLUMN_BOOL] = {put_fixed_1, 1},        [MMF_COLUMN_INT8] = {put_fixed_1, 1},
    [MMF_COLUMN_UINT8] = {put_fixed_1, 1},       [MMF_COLUMN_INT16] = {put_fixed_2, 2},
    [MMF_COLUMN_UINT16] = {put_fixed_2, 2},      [MMF_COLUMN_INT32] = {put_fixed_4, 4},
    [MMF_COLUMN_UINT32] = {put_fixed_4, 4},      [MMF_COLUMN_INT64] = {put_fixed_8, 8},
    [MMF_COLUMN_UINT64] = {put_fixed_8, 8},      [MMF_COLUMN_FLOAT32] = {put_fixed_4, 4},
    [MMF_COLUMN_FLOAT64] = {put_fixed_8, 8},     [MMF_COLUMN_STRING] = {put_text, 0},
    [MMF_COLUMN_BYTES] = {put_text, 0},          [MMF_COLUMN_ENUM] = {put_enum, 0},
    [MMF_COLUMN_TIMESTAMP] = {put_timestamp, 8}, [MMF_COLUMN_DECIMAL] = {put_decimal, 0},
    [MMF_COLUMN_UUID] = {put_uuid, 17},          [MMF_COLUMN_IPV4] = {put_ipv4, 5},
    [MMF_COLUMN_IPV6] = {put_ipv6, 17},
};

static void set_enum(mmf_export_column *column)
{
    uint32_t bits = mmf_column_enum_bits(&column->type);

    if (bits > 0) {
        column->element_max = bits / 8;
        return;
    }
    column->type = mmf_column_of(column->type.field, true); /* the number, as the table has it */
    column->put_element = puts_of[column->type.kind].put;
    column->element_max = puts_of[column->type.kind].max;
}

/* What is beyond is shown as something else there. Nanoseconds end before, where int64 does. */
static void set_time_range(mmf_export_column *column)
{
    static const int64_t units_per_second[] = {
        [MMF_TIME_UNIT_S] = 1,
        [MMF_TIME_UNIT_MS] = 1000,
        [MMF_TIME_UNIT_US] = 1000000,
        [MMF_TIME_UNIT_NS] = 1000000000,
    };
    mmf_time_unit unit = column->type.field->unit;

    column->time_least = -2208988800 * units_per_second[unit];
    column->time_most =
        unit == MMF_TIME_UNIT_NS ? INT64_MAX : 10413792000 * units_per_second[unit] - 1;
}

static void set_column(mmf_export_column *column)
{
    column->put_element = puts_of[column->type.kind].put;
    column->element_max = puts_of[column->type.kind].max;
    switch (column->type.kind) {
    case MMF_COLUMN_STRING:
    case MMF_COLUMN_BYTES:
        column->element_max = LENGTH_MAX + (size_t)column->type.field->max;
        break;
    case MMF_COLUMN_ENUM:
        set_enum(column);
        break;
    case MMF_COLUMN_TIMESTAMP:
        set_time_range(column);
        break;
    case MMF_COLUMN_DECIMAL:
        column->element_max = mmf_column_digits(&column->type) <= 9    ? 4
                              : mmf_column_digits(&column->type) <= 18 ? 8
                                                                       : DECIMAL_MAX;
        break;
    default:
        break;
    }
    column->put = column->type.is_array ? put_array : column->put_element;
}

static mmf_status begin(mmf_export *export)
{
    for (uint32_t i = 0; i < export->column_count; i++) {
        mmf_export_column *column = &export->columns[i];

        set_column(column);
        export->row_max += LENGTH_MAX + column->element_max * column->type.elements;
    }
    return MMF_OK;
}

const mmf_export_format mmf_export_rowbinary = {"rowbinary", true, begin, mmf_export_put_columns,
                                                NULL};
