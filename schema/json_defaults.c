/* "default": a value of the field's type, or one for each element of an array. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "schema/json_parts.h"
#include "schema/suggest.h"

/* Halfway between the largest float32 and what would come next: rounding to even goes to infinity
 * from here on. */
#define FLOAT32_BOUND 0x1.ffffffp127

static bool refuse(mmf_reader *reader, mmf_node node, const mmf_field *field, const char *expected)
{
    mmf_reader_error(reader, node, "the default of type \"%s\" must be %s, found %s",
                     mmf_type_info_of(field->type)->name, expected, mmf_found(node.value).text);
    return false;
}

static bool read_bool(mmf_reader *reader, mmf_node node, const mmf_field *field, mmf_value *value)
{
    if (!json_is_boolean(node.value)) {
        return refuse(reader, node, field, "true or false");
    }
    value->integer.u = json_boolean_value(node.value) ? 1 : 0;
    return true;
}

/* An integer as sign and magnitude: the range of int64 and uint64 together. */
typedef struct wide_integer {
    bool is_negative;
    bool is_beyond; /* more than 64 bits */
    uint64_t magnitude;
} wide_integer;

/* Decimal digits without leading zeros, perhaps behind a minus. */
static bool parse_digits(const char *text, wide_integer *ret_number)
{
    wide_integer number = {.is_negative = *text == '-'};
    const char *digits = text + (number.is_negative ? 1 : 0);

    if (!*digits || (digits[0] == '0' && digits[1])) {
        return false;
    }
    for (const char *at = digits; *at; at++) {
        uint64_t digit = (uint64_t)(*at - '0');

        if (*at < '0' || *at > '9') {
            return false;
        }
        if (number.magnitude > (UINT64_MAX - digit) / 10) {
            number.is_beyond = true;
        }
        number.magnitude = 10 * number.magnitude + digit;
    }
    *ret_number = number;
    return true;
}

static bool parse_integer(const json_t *json, wide_integer *ret_number)
{
    json_int_t value = json_integer_value(json);

    if (json_is_string(json)) {
        return parse_digits(json_string_value(json), ret_number);
    }
    if (!json_is_integer(json)) {
        return false;
    }
    *ret_number = (wide_integer){
        .is_negative = value < 0,
        .magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value,
    };
    return true;
}

static bool read_integer(mmf_reader *reader, mmf_node node, const mmf_field *field,
                         mmf_value *value)
{
    wide_integer number;
    uint64_t max;
    int64_t min;

    if (!parse_integer(node.value, &number)) {
        return refuse(reader, node, field, "an integer, or a string of its digits");
    }
    mmf_type_integer_range(field->base, &min, &max);
    if (number.is_beyond || number.magnitude > (number.is_negative ? 0 - (uint64_t)min : max)) {
        mmf_reader_error(reader, node,
                         "the default %s does not fit %s (%" PRId64 " to %" PRIu64 ")",
                         mmf_show(node.value).text, mmf_type_info_of(field->base)->name, min, max);
        return false;
    }
    value->integer.u = number.is_negative ? 0 - number.magnitude : number.magnitude;
    return true;
}

static bool parse_real(const json_t *json, double *ret_value)
{
    const char *text = json_string_value(json);

    if (json_is_number(json)) {
        *ret_value = json_number_value(json);
    } else if (text && strcmp(text, "nan") == 0) {
        *ret_value = NAN;
    } else if (text && strcmp(text, "inf") == 0) {
        *ret_value = INFINITY;
    } else if (text && strcmp(text, "-inf") == 0) {
        *ret_value = -INFINITY;
    } else {
        return false;
    }
    return true;
}

/* The nearest float32 of a number within FLOAT32_BOUND. */
static double round_to_float32(double value)
{
    if (fabs(value) > (double)FLT_MAX) {
        return copysign((double)FLT_MAX, value);
    }
    return (double)(float)value;
}

static bool read_real(mmf_reader *reader, mmf_node node, const mmf_field *field, mmf_value *value)
{
    double real;

    if (!parse_real(node.value, &real)) {
        return refuse(reader, node, field, "a number, \"nan\", \"inf\" or \"-inf\"");
    }
    if (field->type == MMF_TYPE_FLOAT32 && isfinite(real)) {
        if (fabs(real) >= FLOAT32_BOUND) {
            mmf_reader_error(reader, node,
                             "the default %s does not fit float32 (at most 3.4028235e38)",
                             mmf_show(node.value).text);
            return false;
        }
        real = round_to_float32(real);
    }
    value->real = real;
    return true;
}

static int hex_digit(char character)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *found = character ? strchr(digits, character) : NULL;

    return found ? (int)((found - digits) % 16) : -1;
}

/* The bytes that hex digits stand for, into as much memory as half of them; false when they are
 * odd in number or no hex digits. */
static bool decode_hex(const char *text, size_t length, uint8_t *bytes)
{
    if (length % 2 != 0) {
        return false;
    }
    for (size_t i = 0; i < length; i += 2) {
        int high = hex_digit(text[i]);
        int low = hex_digit(text[i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        bytes[i / 2] = (uint8_t)(16 * high + low);
    }
    return true;
}

static bool read_text(mmf_reader *reader, mmf_node node, const mmf_field *field, mmf_value *value)
{
    bool is_hex = field->type == MMF_TYPE_BYTES;
    const char *text = json_string_value(node.value);
    size_t length = json_string_length(node.value);
    size_t size = is_hex ? length / 2 : length;

    if (!text) {
        return refuse(reader, node, field, is_hex ? "a string of hex digits" : "a string");
    }
    if (size > field->max) {
        mmf_reader_error(reader, node, "the default has %zu bytes, more than \"max\" %u", size,
                         field->max);
        return false;
    }
    value->bytes = mmf_reader_allocate(reader, size, 1);
    if (!value->bytes) {
        return false;
    }
    if (is_hex && !decode_hex(text, length, value->bytes)) {
        return refuse(reader, node, field, "an even number of hex digits");
    }
    if (!is_hex) {
        memcpy(value->bytes, text, size);
    }
    value->length = (uint32_t)size;
    return true;
}

static void report_unknown_symbol(mmf_reader *reader, mmf_node node, const mmf_field *field)
{
    const char **names = mmf_reader_allocate(reader, field->symbol_count, sizeof *names);
    const char *suggestion;

    if (!names) {
        return;
    }
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        names[i] = field->symbols[i].name.text;
    }
    suggestion = mmf_suggest(json_string_value(node.value), names, field->symbol_count);
    mmf_reader_error(reader, node, "the default %s is no symbol of this enum%s%s%s",
                     mmf_show(node.value).text, suggestion ? "; did you mean \"" : "",
                     suggestion ? suggestion : "", suggestion ? "\"?" : "");
    free(names);
}

static bool read_symbol(mmf_reader *reader, mmf_node node, const mmf_field *field, mmf_value *value)
{
    const char *text = json_string_value(node.value);

    if (!text) {
        return refuse(reader, node, field, "the name of a symbol");
    }
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        if (strcmp(field->symbols[i].name.text, text) == 0) {
            value->integer.i = field->symbols[i].value;
            return true;
        }
    }
    report_unknown_symbol(reader, node, field);
    return false;
}

static bool read_value(mmf_reader *reader, mmf_node node, const mmf_field *field, mmf_value *value)
{
    if (field->type == MMF_TYPE_BOOL) {
        return read_bool(reader, node, field, value);
    }
    if (field->type == MMF_TYPE_ENUM) {
        return read_symbol(reader, node, field, value);
    }
    if (mmf_type_is_text(field->type)) {
        return read_text(reader, node, field, value);
    }
    if (mmf_type_is_float(field->type)) {
        return read_real(reader, node, field, value);
    }
    return read_integer(reader, node, field, value);
}

/* One value for each element, no more and no less. */
static bool check_shape(mmf_reader *reader, mmf_node node, const mmf_field *field)
{
    size_t size = json_array_size(node.value);

    if (field->count > 0 && !json_is_array(node.value)) {
        mmf_reader_error(reader, node, "the default of an array must be an array of %u, found %s",
                         field->count, mmf_found(node.value).text);
        return false;
    }
    if (field->count > 0 && size != field->count) {
        mmf_reader_error(reader, node, "the default has %zu elements, and \"count\" is %u", size,
                         field->count);
        return false;
    }
    return true;
}

void mmf_json_read_default(mmf_reader *reader, mmf_node node, mmf_field *field)
{
    mmf_children elements;
    uint32_t i = 0;

    if (!node.value || !check_shape(reader, node, field)) {
        return;
    }
    field->defaults =
        mmf_reader_allocate(reader, mmf_field_elements(field), sizeof *field->defaults);
    if (!field->defaults) {
        return;
    }
    if (field->count == 0) {
        (void)read_value(reader, node, field, &field->defaults[0]);
        return;
    }
    for (elements = mmf_children_first(reader, node); elements.node.value;
         mmf_children_next(reader, &elements)) {
        (void)read_value(reader, elements.node, field, &field->defaults[i++]);
    }
}
