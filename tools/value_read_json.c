/* JSON values to fields. */
#include "tools/value_parts.h"
#include "tools/value_text.h"

#define WORD_MAX 1024u /* characters of what is no string and no bytes but stands in quotes */

/* --- Strings --------------------------------------------------------------------------------- */

static mmf_status read_string(const mmf_field *field, const char *text, size_t size, uint8_t *to,
                              mmf_error *error)
{
    size_t length;
    mmf_status status;

    if (!mmf_json_unescape(text, size, NULL, &length)) {
        return mmf_value_refuse(field, text, size,
                                "a JSON string of UTF-8 (of other bytes: {\"hex\": \"ff00\"})",
                                error);
    }
    status = mmf_value_begin_text(field, length, to, error);
    if (status == MMF_OK) {
        (void)mmf_json_unescape(text, size, (char *)to + 4, &length);
    }
    return status;
}

/* What is between the quotes, of any type but string. */
static mmf_status read_quoted(const mmf_field *field, const char *text, size_t size, bool is_raw,
                              uint8_t *to, mmf_error *error)
{
    char word[WORD_MAX];
    size_t length = size;

    if (size == 0 || !memchr(text, '\\', size)) {
        return mmf_value_read_element(field, text, size, is_raw, to, error);
    }
    if (!mmf_json_unescape(text, size, NULL, &length) || length > sizeof word) {
        return mmf_value_refuse(field, text, size, NULL, error);
    }
    (void)mmf_json_unescape(text, size, word, &length);
    return mmf_value_read_element(field, word, length, is_raw, to, error);
}

/* {"hex": "ff00"}: its digits; false: something else. */
static bool find_hex(const char *text, size_t size, const char **ret_digits, size_t *ret_count)
{
    static const char key[] = "\"hex\"";
    const char *end = text + size;
    const char *at = mmf_json_skip_space(text + 1, end);
    const char *digits;

    if ((size_t)(end - at) < sizeof key || memcmp(at, key, sizeof key - 1) != 0) {
        return false;
    }
    at = mmf_json_skip_space(at + sizeof key - 1, end);
    if (at == end || *at != ':') {
        return false;
    }
    at = mmf_json_skip_space(at + 1, end);
    if (at == end || *at != '"') {
        return false;
    }
    digits = at + 1;
    at = mmf_json_string_end(digits, end);
    if (!at) {
        return false;
    }
    *ret_digits = digits;
    *ret_count = (size_t)(at - digits);
    at = mmf_json_skip_space(at + 1, end);
    return end - at == 1 && *at == '}' && mmf_hex_read(*ret_digits, *ret_count, NULL);
}

static mmf_status read_hex(const mmf_field *field, const char *text, size_t size, uint8_t *to,
                           mmf_error *error)
{
    const char *digits;
    size_t count;
    mmf_status status;

    if (!find_hex(text, size, &digits, &count)) {
        return mmf_value_refuse(field, text, size, "a string, or {\"hex\": \"ff00\"}", error);
    }
    status = mmf_value_begin_text(field, count / 2, to, error);
    if (status == MMF_OK) {
        (void)mmf_hex_read(digits, count, to + 4);
    }
    return status;
}

/* --- Values ---------------------------------------------------------------------------------- */

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9') {
        at++;
    }
    return at;
}

/* JSON's numbers: no plus, no 0x, no zeros in front, digits on both sides of a point. */
static bool is_number(const char *text, size_t size)
{
    const char *end = text + size;
    const char *first = text + (size > 0 && *text == '-');
    const char *at = skip_digits(first, end);
    const char *begin;

    if (at == first || (*first == '0' && at - first > 1)) {
        return false;
    }
    if (at < end && *at == '.') {
        begin = at + 1;
        at = skip_digits(begin, end);
        if (at == begin) {
            return false;
        }
    }
    if (at < end && (*at | 0x20) == 'e') {
        begin = at + 1 + (end - at > 1 && (at[1] == '-' || at[1] == '+'));
        at = skip_digits(begin, end);
        if (at == begin) {
            return false;
        }
    }
    return at == end;
}

static bool is_literal(const mmf_field *field, const char *text, size_t size)
{
    if (field->type == MMF_TYPE_BOOL && ((size == 4 && memcmp(text, "true", 4) == 0) ||
                                         (size == 5 && memcmp(text, "false", 5) == 0))) {
        return true;
    }
    return !mmf_type_is_text(field->type) && is_number(text, size);
}

mmf_status mmf_value_read_json(const mmf_field *field, const char *text, size_t size, bool is_raw,
                               uint8_t *to, mmf_error *error)
{
    if (size > 0 && *text == '"') {
        if (mmf_json_string_end(text + 1, text + size) != text + size - 1) {
            return mmf_value_refuse(field, text, size, "one JSON value", error);
        }
        return field->type == MMF_TYPE_STRING
                   ? read_string(field, text + 1, size - 2, to, error)
                   : read_quoted(field, text + 1, size - 2, is_raw, to, error);
    }
    if (size > 0 && *text == '{' && field->type == MMF_TYPE_STRING) {
        return read_hex(field, text, size, to, error);
    }
    if (!is_literal(field, text, size)) {
        return mmf_value_refuse(
            field, text, size,
            field->type == MMF_TYPE_BYTES ? "a string of hexadecimal digits" : NULL, error);
    }
    return mmf_value_read_element(field, text, size, is_raw, to, error);
}

/* --- Arrays ---------------------------------------------------------------------------------- */

static mmf_status refuse_count(const mmf_field *field, uint32_t found, mmf_error *error)
{
    return mmf_error_set(error, MMF_E_INVALID, "found %s%u elements, expected %u",
                         found > field->count ? "more than " : "",
                         found > field->count ? field->count : found, field->count);
}

static mmf_status read_element_of(const mmf_field *field, uint32_t index, const char *text,
                                  size_t size, bool is_raw, uint8_t *to, mmf_error *error)
{
    mmf_error detail = {0};
    mmf_status status = mmf_value_read_json(field, text, size, is_raw,
                                            to + (size_t)index * field->element_size, &detail);

    if (status != MMF_OK) {
        return mmf_error_set(error, status, "element %u: %s", index, detail.text);
    }
    return MMF_OK;
}

mmf_status mmf_value_read_array(const mmf_field *field, const char *text, size_t size, bool is_raw,
                                uint8_t *to, mmf_error *error)
{
    const char *end = text + size - 1; /* the closing bracket */
    const char *at = text + 1;
    uint32_t count = 0;
    mmf_status status;

    if (size < 2 || *text != '[' || *end != ']') {
        return mmf_value_refuse(field, text, size, "a JSON array", error);
    }
    at = mmf_json_skip_space(at, end);
    while (at < end || count > 0) {
        const char *value = mmf_json_skip_space(at, end);

        at = mmf_json_value_end(value, end);
        if (!at || count == field->count) {
            return at ? refuse_count(field, count + 1, error)
                      : mmf_value_refuse(field, text, size, "a JSON array", error);
        }
        status = read_element_of(field, count, value, (size_t)(at - value), is_raw, to, error);
        if (status != MMF_OK) {
            return status;
        }
        count++;
        at = mmf_json_skip_space(at, end);
        if (at == end) {
            break;
        }
        if (*at++ != ',') {
            return mmf_value_refuse(field, text, size, "a JSON array", error);
        }
    }
    return count == field->count ? MMF_OK : refuse_count(field, count, error);
}
