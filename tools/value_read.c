/* Text to fields. */
#include <arpa/inet.h>
#include <stdlib.h>

#include "schema/layout.h"
#include "tools/value_number.h"
#include "tools/value_parts.h"
#include "tools/value_text.h"
#include "tools/value_time.h"

#define WORD_MAX 63u /* bytes of a symbol's name, or of an address */

/* --- Numbers --------------------------------------------------------------------------------- */

/* Stores a number that is within the range of the field's integer type; false: it is not. */
static bool store_integer(const mmf_field *field, mmf_wide_integer value, uint8_t *to)
{
    uint64_t stored = value.is_negative ? 0 - value.magnitude : value.magnitude;
    uint64_t max;
    int64_t min;

    mmf_type_integer_range(field->base, &min, &max);
    if (value.magnitude > (value.is_negative ? 0 - (uint64_t)min : max)) {
        return false;
    }
    memcpy(to, &stored, mmf_type_info_of(field->base)->size); /* of a little-endian machine */
    return true;
}

static bool read_integer(const mmf_field *field, const char *text, size_t size, uint8_t *to)
{
    mmf_wide_integer value;

    return mmf_number_read_integer(text, size, &value) == MMF_NUMBER_OK &&
           store_integer(field, value, to);
}

/* seconds * one + fraction, which may be before 1970; false: beyond 64 bits. */
static bool count_units(int64_t seconds, uint64_t fraction, uint64_t one,
                        mmf_wide_integer *ret_value)
{
    bool is_negative = seconds < 0;
    uint64_t magnitude = is_negative ? 0 - (uint64_t)seconds : (uint64_t)seconds;

    if (__builtin_mul_overflow(magnitude, one, &magnitude)) {
        return false;
    }
    if (is_negative) {
        magnitude -= fraction; /* which is less than one, and that than the magnitude */
    } else if (__builtin_add_overflow(magnitude, fraction, &magnitude)) {
        return false;
    }
    *ret_value = (mmf_wide_integer){is_negative, magnitude};
    return true;
}

static mmf_status read_time(const mmf_field *field, const char *text, size_t size, uint8_t *to,
                            mmf_error *error)
{
    uint32_t digits = 3 * (uint32_t)field->unit;
    const char *expected = NULL;
    mmf_wide_integer value;
    uint64_t fraction;
    int64_t seconds;

    switch (mmf_time_read(text, size, digits, &seconds, &fraction)) {
    case MMF_TIME_OK:
        if (count_units(seconds, fraction, mmf_powers_of_10[digits], &value) &&
            store_integer(field, value, to)) {
            return MMF_OK;
        }
        expected = "a time that fits the field's type and unit";
        break;
    case MMF_TIME_NO_ZONE:
        expected = "a Z or an offset such as +02:00 behind the time";
        break;
    case MMF_TIME_FINE:
        expected = "no finer time than the field's unit";
        break;
    case MMF_TIME_NONE:
        if (read_integer(field, text, size, to)) {
            return MMF_OK;
        }
        break;
    }
    return mmf_value_refuse(field, text, size, expected, error);
}

static bool read_decimal(const mmf_field *field, const char *text, size_t size, bool is_raw,
                         uint8_t *to)
{
    mmf_wide_integer value;

    if (is_raw && !memchr(text, '.', size)) {
        return read_integer(field, text, size, to);
    }
    return mmf_number_read_decimal(text, size, field->scale, &value) == MMF_NUMBER_OK &&
           store_integer(field, value, to);
}

static bool read_float(const mmf_field *field, const char *text, size_t size, uint8_t *to)
{
    double real;
    float narrow;

    if (field->type == MMF_TYPE_FLOAT64) {
        if (mmf_number_read_f64(text, size, &real) != MMF_NUMBER_OK) {
            return false;
        }
        memcpy(to, &real, sizeof real);
        return true;
    }
    if (mmf_number_read_f32(text, size, &narrow) != MMF_NUMBER_OK) {
        return false;
    }
    memcpy(to, &narrow, sizeof narrow);
    return true;
}

/* --- Words ----------------------------------------------------------------------------------- */

static bool is_word(const char *text, size_t size, const char *word)
{
    return strlen(word) == size && memcmp(text, word, size) == 0;
}

static bool read_bool(const char *text, size_t size, uint8_t *to)
{
    bool is_true = is_word(text, size, "true") || is_word(text, size, "1");

    if (!is_true && !is_word(text, size, "false") && !is_word(text, size, "0")) {
        return false;
    }
    *to = is_true;
    return true;
}

static bool read_enum(const mmf_field *field, const char *text, size_t size, uint8_t *to)
{
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        const mmf_symbol *symbol = &field->symbols[i];

        if (symbol->name.text[0] == (size > 0 ? text[0] : '\0') &&
            is_word(text, size, symbol->name.text)) {
            memcpy(to, &symbol->value, mmf_type_info_of(field->base)->size);
            return true;
        }
    }
    return read_integer(field, text, size, to);
}

/* --- Bytes ----------------------------------------------------------------------------------- */

mmf_status mmf_value_begin_text(const mmf_field *field, size_t size, uint8_t *to, mmf_error *error)
{
    uint32_t length = (uint32_t)size;

    if (size > field->max) {
        return mmf_error_set(error, MMF_E_TOO_LONG, "found %zu bytes, expected at most %u", size,
                             field->max);
    }
    memcpy(to, &length, sizeof length);
    memset(to + sizeof length + size, 0, field->max - size);
    return MMF_OK;
}

static bool read_uuid(const char *text, size_t size, uint8_t bytes[16])
{
    char digits[32];
    size_t count = 0;

    if (size != 36) {
        return size == 32 && mmf_hex_read(text, size, bytes);
    }
    for (size_t i = 0; i < size; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i] != '-') {
                return false;
            }
        } else {
            digits[count++] = text[i];
        }
    }
    return mmf_hex_read(digits, sizeof digits, bytes);
}

/* A UUID or an address; false: none. */
static bool read_whole(mmf_logical logical, const char *text, size_t size, uint8_t bytes[16])
{
    char copy[WORD_MAX + 1];

    if (logical == MMF_LOGICAL_UUID) {
        return read_uuid(text, size, bytes);
    }
    if (size > WORD_MAX || memchr(text, '\0', size)) {
        return false;
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    return inet_pton(logical == MMF_LOGICAL_IPV4 ? AF_INET : AF_INET6, copy, bytes) == 1;
}

static bool read_address_number(const char *text, size_t size, uint8_t *to)
{
    uint8_t bytes[16];
    uint32_t address;

    if (!read_whole(MMF_LOGICAL_IPV4, text, size, bytes)) {
        return false;
    }
    memcpy(&address, bytes, sizeof address);
    address = ntohl(address);
    memcpy(to, &address, sizeof address);
    return true;
}

static mmf_status read_bytes(const mmf_field *field, const char *text, size_t size, uint8_t *to,
                             mmf_error *error)
{
    uint8_t bytes[16];
    mmf_status status;

    if (field->logical != MMF_LOGICAL_NONE && read_whole(field->logical, text, size, bytes)) {
        status = mmf_value_begin_text(field, mmf_value_whole_size(field), to, error);
        if (status == MMF_OK) {
            memcpy(to + 4, bytes, mmf_value_whole_size(field));
        }
        return status;
    }
    if (!mmf_hex_read(text, size, NULL)) {
        return mmf_value_refuse(field, text, size, NULL, error);
    }
    status = mmf_value_begin_text(field, size / 2, to, error);
    if (status == MMF_OK) {
        (void)mmf_hex_read(text, size, to + 4);
    }
    return status;
}

/* --- Elements and fields --------------------------------------------------------------------- */

static mmf_status read_string(const mmf_field *field, const char *text, size_t size, uint8_t *to,
                              mmf_error *error)
{
    mmf_status status = mmf_value_begin_text(field, size, to, error);

    if (status == MMF_OK && size > 0) {
        memcpy(to + 4, text, size);
    }
    return status;
}

static bool read_plain(const mmf_field *field, const char *text, size_t size, bool is_raw,
                       uint8_t *to)
{
    switch (field->type) {
    case MMF_TYPE_BOOL:
        return read_bool(text, size, to);
    case MMF_TYPE_FLOAT32:
    case MMF_TYPE_FLOAT64:
        return read_float(field, text, size, to);
    case MMF_TYPE_ENUM:
        return read_enum(field, text, size, to);
    default:
        break;
    }
    if (field->logical == MMF_LOGICAL_DECIMAL) {
        return read_decimal(field, text, size, is_raw, to);
    }
    return (field->logical == MMF_LOGICAL_IPV4 && field->base == MMF_TYPE_UINT32 &&
            read_address_number(text, size, to)) ||
           read_integer(field, text, size, to);
}

mmf_status mmf_value_read_element(const mmf_field *field, const char *text, size_t size,
                                  bool is_raw, uint8_t *to, mmf_error *error)
{
    if (field->type == MMF_TYPE_STRING) {
        return read_string(field, text, size, to, error);
    }
    if (field->type == MMF_TYPE_BYTES) {
        return read_bytes(field, text, size, to, error);
    }
    if (field->logical == MMF_LOGICAL_TIMESTAMP) {
        return read_time(field, text, size, to, error);
    }
    return read_plain(field, text, size, is_raw, to)
               ? MMF_OK
               : mmf_value_refuse(field, text, size, NULL, error);
}

/* TEXT alone has escapes in a string. */
static mmf_status read_escaped(const mmf_field *field, const char *text, size_t size, uint8_t *to,
                               mmf_error *error)
{
    size_t length;
    mmf_status status;

    if (!mmf_text_unescape(text, size, NULL, &length)) {
        return mmf_value_refuse(field, text, size, "\\n, \\t, \\\\ or \\xHH for a backslash",
                                error);
    }
    status = mmf_value_begin_text(field, length, to, error);
    if (status == MMF_OK) {
        (void)mmf_text_unescape(text, size, (char *)to + 4, &length);
    }
    return status;
}

/* An array that is one value, as such, not as an array. */
static mmf_status read_whole_array(const mmf_field *field, const char *text, size_t size,
                                   bool is_quoted, uint8_t *to, mmf_error *error)
{
    uint8_t bytes[16];
    bool has_quotes = size >= 2 && text[0] == '"' && text[size - 1] == '"';

    if (is_quoted && !has_quotes) {
        return mmf_value_refuse(field, text, size, NULL, error);
    }
    if (!read_whole(field->logical, text + is_quoted, size - 2 * (size_t)is_quoted, bytes)) {
        return mmf_value_refuse(field, text, size, NULL, error);
    }
    memcpy(to, bytes, field->count);
    return MMF_OK;
}

static mmf_status read_elements(const mmf_field *field, const char *text, size_t size, bool is_raw,
                                uint8_t *to, mmf_error *error)
{
    uint8_t *elements = calloc(1, field->size);
    mmf_status status;

    if (!elements) {
        return mmf_error_set(error, MMF_E_NO_MEMORY, "out of memory");
    }
    status = mmf_value_read_array(field, text, size, is_raw, elements, error);
    if (status == MMF_OK) {
        memcpy(to, elements, field->size);
    }
    free(elements);
    return status;
}

mmf_status mmf_value_read(const mmf_field *field, const char *text, size_t size,
                          mmf_notation notation, uint8_t *payload, mmf_error *error)
{
    uint8_t *to = payload + (field->offset - MMF_COUNTER_SIZE);
    bool is_json = notation.syntax == MMF_SYNTAX_JSON;

    if (mmf_value_is_whole(field) && (size == 0 || text[0] != '[')) {
        return read_whole_array(field, text, size, is_json, to, error);
    }
    if (field->count > 0) {
        return read_elements(field, text, size, notation.is_raw, to, error);
    }
    if (is_json) {
        return mmf_value_read_json(field, text, size, notation.is_raw, to, error);
    }
    if (field->type == MMF_TYPE_STRING && notation.syntax == MMF_SYNTAX_TEXT) {
        return read_escaped(field, text, size, to, error);
    }
    return mmf_value_read_element(field, text, size, notation.is_raw, to, error);
}
