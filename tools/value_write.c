/* Fields to text. */
#include <arpa/inet.h>
#include <math.h>

#include "schema/layout.h"
#include "tools/value.h"
#include "tools/value_number.h"
#include "tools/value_parts.h"
#include "tools/value_text.h"
#include "tools/value_time.h"

/* --- Numbers --------------------------------------------------------------------------------- */

mmf_integer mmf_value_integer(const mmf_field *field, const uint8_t *bytes)
{
    mmf_integer value = {.u = 0};
    uint32_t size = mmf_type_info_of(field->base)->size;
    uint32_t unused = 64 - 8 * size;

    memcpy(&value.u, bytes, size); /* of a little-endian machine: schema/format.h */
    if (mmf_type_is_signed(field->base)) {
        value.i = (int64_t)(value.u << unused) >> unused;
    }
    return value;
}

static char *write_stored(char *to, bool is_signed, mmf_integer value)
{
    return is_signed ? mmf_number_write_i64(to, value.i) : mmf_number_write_u64(to, value.u);
}

/* NULL: a year that is not written as one. */
static char *write_time(char *to, const mmf_field *field, bool is_signed, mmf_integer value)
{
    uint32_t digits = 3 * (uint32_t)field->unit;
    int64_t one = (int64_t)mmf_powers_of_10[digits];
    int64_t seconds, fraction;

    if (!is_signed && value.u > INT64_MAX) {
        if (one == 1) {
            return NULL;
        }
        return mmf_time_write(to, (int64_t)(value.u / (uint64_t)one), value.u % (uint64_t)one,
                              digits);
    }
    seconds = value.i / one;
    fraction = value.i % one;
    if (fraction < 0) {
        fraction += one;
        seconds--;
    }
    return mmf_time_write(to, seconds, (uint64_t)fraction, digits);
}

static char *write_address(char *to, uint32_t address)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        to = mmf_number_write_u64(to, address >> shift & 0xff);
        *to++ = '.';
    }
    return to - 1;
}

static char *write_number(char *to, const mmf_field *field, mmf_integer value, bool is_raw,
                          bool *ret_is_number)
{
    bool is_signed = mmf_type_is_signed(field->base);
    mmf_logical logical = is_raw ? MMF_LOGICAL_NONE : field->logical;
    char *end = NULL;

    *ret_is_number = is_signed || value.u <= INT64_MAX;
    if (logical == MMF_LOGICAL_DECIMAL) {
        bool is_negative = is_signed && value.i < 0;

        return mmf_number_write_decimal(to, is_negative, is_negative ? 0 - value.u : value.u,
                                        field->scale);
    }
    if (logical == MMF_LOGICAL_TIMESTAMP) {
        end = write_time(to, field, is_signed, value);
    } else if (logical == MMF_LOGICAL_IPV4) {
        end = write_address(to, (uint32_t)value.u);
    }
    if (end) {
        *ret_is_number = false;
        return end;
    }
    return write_stored(to, is_signed, value);
}

/* The array of symbols is often in order and without gaps. */
static const mmf_symbol *symbol_of(const mmf_field *field, int64_t value)
{
    if (value >= 0 && value < (int64_t)field->symbol_count &&
        field->symbols[value].value == value) {
        return &field->symbols[value];
    }
    return mmf_field_symbol(field, value);
}

static void write_enum(mmf_output *output, const mmf_field *field, mmf_integer value,
                       mmf_notation notation)
{
    const mmf_symbol *symbol = notation.is_raw ? NULL : symbol_of(field, value.i);
    const char *quote = notation.syntax == MMF_SYNTAX_JSON ? "\"" : "";
    char *room = mmf_output_room(output, MMF_NUMBER_ROOM);

    if (room && symbol) {
        mmf_output_add(output, quote, strlen(quote));
        mmf_output_add(output, symbol->name.text, strlen(symbol->name.text));
        mmf_output_add(output, quote, strlen(quote));
    } else if (room) {
        char *end = write_stored(room, mmf_type_is_signed(field->base), value);

        output->size += (size_t)(end - room);
    }
}

/* --- Text ------------------------------------------------------------------------------------ */

static void write_hex(mmf_output *output, const uint8_t *bytes, size_t size)
{
    char *room = mmf_output_room(output, 2 * size);

    if (room) {
        (void)mmf_hex_write(room, bytes, size);
        output->size += 2 * size;
    }
}

static void write_uuid(mmf_output *output, const uint8_t *bytes)
{
    static const uint8_t groups[] = {4, 2, 2, 2, 6};

    for (size_t i = 0; i < sizeof groups; i++) {
        if (i > 0) {
            mmf_output_add_char(output, '-');
        }
        write_hex(output, bytes, groups[i]);
        bytes += groups[i];
    }
}

/* By its logical type; false: bytes of that length have none. */
static bool write_logical(mmf_output *output, const mmf_field *field, const uint8_t *bytes,
                          uint32_t length)
{
    char address[INET6_ADDRSTRLEN];

    if (field->logical == MMF_LOGICAL_NONE || length != mmf_value_whole_size(field)) {
        return false;
    }
    if (field->logical == MMF_LOGICAL_UUID) {
        write_uuid(output, bytes);
        return true;
    }
    if (!inet_ntop(length == 4 ? AF_INET : AF_INET6, bytes, address, sizeof address)) {
        return false;
    }
    mmf_output_add(output, address, strlen(address));
    return true;
}

/* Bytes, or what is held by them. */
static void write_bytes(mmf_output *output, const mmf_field *field, const uint8_t *bytes,
                        uint32_t length, mmf_notation notation)
{
    bool is_quoted =
        notation.syntax == MMF_SYNTAX_JSON || (notation.syntax == MMF_SYNTAX_CSV && length == 0);

    if (is_quoted) {
        mmf_output_add_char(output, '"');
    }
    if (notation.is_raw || !write_logical(output, field, bytes, length)) {
        write_hex(output, bytes, length);
    }
    if (is_quoted) {
        mmf_output_add_char(output, '"');
    }
}

static void write_string(mmf_output *output, const char *text, uint32_t length, mmf_syntax syntax)
{
    size_t start = output->size;

    switch (syntax) {
    case MMF_SYNTAX_TEXT:
        mmf_text_escape(output, text, length);
        break;
    case MMF_SYNTAX_CSV:
        mmf_output_add(output, text, length);
        mmf_csv_quote(output, start);
        break;
    case MMF_SYNTAX_JSON:
        if (mmf_utf8_is_valid(text, length)) {
            mmf_json_escape(output, text, length);
        } else {
            mmf_output_add(output, "{\"hex\": \"", 9);
            write_hex(output, (const uint8_t *)text, length);
            mmf_output_add(output, "\"}", 2);
        }
        break;
    }
}

/* --- Elements -------------------------------------------------------------------------------- */

/* Into MMF_NUMBER_ROOM bytes; not of enums, strings and bytes. *ret_is_number: as a JSON number, or
 * a literal. */
static char *write_scalar(char *to, const mmf_field *field, const uint8_t *bytes, bool is_raw,
                          bool *ret_is_number)
{
    *ret_is_number = true;
    if (field->type == MMF_TYPE_FLOAT64) {
        double value;

        memcpy(&value, bytes, sizeof value);
        *ret_is_number = isfinite(value);
        return mmf_number_write_f64(to, value);
    }
    if (field->type == MMF_TYPE_FLOAT32) {
        float value;

        memcpy(&value, bytes, sizeof value);
        *ret_is_number = isfinite(value);
        return mmf_number_write_f32(to, value);
    }
    if (field->type == MMF_TYPE_BOOL) {
        const char *word = is_raw ? (*bytes ? "1" : "0") : *bytes ? "true" : "false";
        size_t length = strlen(word);

        memcpy(to, word, length);
        return to + length;
    }
    return write_number(to, field, mmf_value_integer(field, bytes), is_raw, ret_is_number);
}

static void write_plain(mmf_output *output, const mmf_field *field, const uint8_t *bytes,
                        mmf_notation notation)
{
    char *room = mmf_output_room(output, MMF_NUMBER_ROOM + 2);
    bool is_number;
    char *end;

    if (!room) {
        return;
    }
    if (notation.syntax != MMF_SYNTAX_JSON) {
        end = write_scalar(room, field, bytes, notation.is_raw, &is_number);
    } else {
        room[0] = '"';
        end = write_scalar(room + 1, field, bytes, notation.is_raw, &is_number);
        if (is_number) {
            memmove(room, room + 1, (size_t)(end - room - 1));
            end--;
        } else {
            *end++ = '"';
        }
    }
    output->size += (size_t)(end - room);
}

static void write_element(mmf_output *output, const mmf_field *field, const uint8_t *bytes,
                          mmf_notation notation)
{
    switch (field->type) {
    case MMF_TYPE_STRING:
        write_string(output, (const char *)bytes + 4, mmf_value_length(field, bytes),
                     notation.syntax);
        break;
    case MMF_TYPE_BYTES:
        write_bytes(output, field, bytes + 4, mmf_value_length(field, bytes), notation);
        break;
    case MMF_TYPE_ENUM:
        write_enum(output, field, mmf_value_integer(field, bytes), notation);
        break;
    default:
        write_plain(output, field, bytes, notation);
    }
}

static void write_array(mmf_output *output, const mmf_field *field, const uint8_t *bytes,
                        mmf_notation notation)
{
    mmf_notation json = {MMF_SYNTAX_JSON, notation.is_raw};
    size_t start = output->size;

    for (uint32_t i = 0; i < field->count; i++) {
        mmf_output_add_char(output, (char)(i > 0 ? ',' : '['));
        write_element(output, field, bytes + (size_t)i * field->element_size, json);
    }
    mmf_output_add_char(output, ']');
    if (notation.syntax == MMF_SYNTAX_CSV) {
        mmf_csv_quote(output, start);
    }
}

void mmf_value_write(mmf_output *output, const mmf_field *field, const uint8_t *payload,
                     mmf_notation notation)
{
    const uint8_t *bytes = payload + (field->offset - MMF_COUNTER_SIZE);

    if (field->count == 0) {
        write_element(output, field, bytes, notation);
    } else if (!notation.is_raw && mmf_value_is_whole(field)) {
        write_bytes(output, field, bytes, field->count, notation);
    } else {
        write_array(output, field, bytes, notation);
    }
}

/* --- Rows ------------------------------------------------------------------------------------ */

void mmf_value_write_row(mmf_output *output, const mmf_field *const *fields, size_t count,
                         const uint8_t *payload, mmf_notation notation)
{
    char separator = (char)(notation.syntax == MMF_SYNTAX_TEXT ? '\t' : ',');
    bool is_object = notation.syntax == MMF_SYNTAX_JSON;

    if (is_object) {
        mmf_output_add_char(output, '{');
    }
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            mmf_output_add_char(output, separator);
        }
        if (is_object) {
            mmf_json_escape(output, fields[i]->name.text, strlen(fields[i]->name.text));
            mmf_output_add_char(output, ':');
        }
        mmf_value_write(output, fields[i], payload, notation);
    }
    if (is_object) {
        mmf_output_add_char(output, '}');
    }
    mmf_output_add_char(output, '\n');
}

void mmf_value_write_names(mmf_output *output, const mmf_field *const *fields, size_t count,
                           mmf_notation notation)
{
    char separator = (char)(notation.syntax == MMF_SYNTAX_TEXT ? '\t' : ',');

    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            mmf_output_add_char(output, separator);
        }
        mmf_output_add(output, fields[i]->name.text, strlen(fields[i]->name.text));
    }
    mmf_output_add_char(output, '\n');
}
