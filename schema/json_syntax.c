/* Texts that are no JSON. jansson reports where it stopped, which is behind the token that is
 * wrong, and says what it expected; here it gets the token's own place, and a hint. */
#include <string.h>

#include "schema/json.h"
#include "schema/json_parts.h"

static const mmf_location whole_file = {0, 0};
static const mmf_location first_byte = {1, 1};

static bool begins_with(const char *text, size_t size, const char *bytes)
{
    size_t length = strlen(bytes);

    return size >= length && memcmp(text, bytes, length) == 0;
}

static bool is_blank(const char *text, size_t size)
{
    size_t i = 0;

    while (i < size && text[i] != '\0' && strchr(" \t\r\n", text[i])) {
        i++;
    }
    return i == size;
}

bool mmf_json_check_text(mmf_diagnostics *diagnostics, const char *text, size_t size)
{
    const char *nul = size > 0 ? memchr(text, '\0', size) : NULL;
    mmf_location location = first_byte;
    const char *fault = NULL;

    if (size > MMF_SCHEMA_SIZE_MAX) {
        mmf_diagnostics_add(diagnostics, MMF_SEVERITY_ERROR, whole_file,
                            "the schema is larger than %u bytes", MMF_SCHEMA_SIZE_MAX);
        return false;
    }
    if (is_blank(text, size)) {
        fault = "the file is empty, and a schema is a JSON object";
    } else if (begins_with(text, size, "\xef\xbb\xbf")) {
        fault = "the file begins with a byte order mark; save it as UTF-8 without one";
    } else if (begins_with(text, size, "\xff\xfe") || begins_with(text, size, "\xfe\xff")) {
        fault = "the file is UTF-16; save it as UTF-8";
    }
    if (!fault && nul) {
        fault = "the file holds a NUL byte, and a schema is text in UTF-8";
        location = mmf_locate_offset(text, size, (size_t)(nul - text));
    }
    if (fault) {
        mmf_diagnostics_add(diagnostics, MMF_SEVERITY_ERROR, location, "%s", fault);
    }
    return !fault;
}

/* The byte to report, from the number of bytes that jansson had consumed. */
static size_t offset_of(const char *text, size_t size, const json_error_t *error)
{
    size_t consumed = error->position > 0 ? (size_t)error->position : 0;

    if (json_error_code(error) == json_error_invalid_utf8) {
        return consumed; /* the wrong byte is not consumed */
    }
    if (json_error_code(error) == json_error_premature_end_of_input) {
        return mmf_locate_token(text, size, size + 1);
    }
    return mmf_locate_token(text, size, consumed);
}

/* The last character in front of offset that is not blank; NUL when there is none. */
static char character_before(const char *text, size_t offset)
{
    while (offset > 0 && strchr(" \t\r\n", text[offset - 1])) {
        offset--;
    }
    return offset > 0 ? text[offset - 1] : '\0';
}

static bool is_value_start(char character)
{
    return character != '\0' && strchr("\"{[-0123456789tfn", character) != NULL;
}

/* What to do about common mistakes; "" when nothing fits. */
static const char *syntax_hint(const char *text, size_t size, size_t offset,
                               const json_error_t *error)
{
    char found = offset < size ? text[offset] : '\0';
    bool wants_end = begins_with(error->text, strlen(error->text), "'}' expected") ||
                     begins_with(error->text, strlen(error->text), "']' expected");

    if ((found == '}' || found == ']') && character_before(text, offset) == ',') {
        return "; the comma before it is one too many";
    }
    if (wants_end && is_value_start(found)) {
        return "; is a comma missing before it?";
    }
    if (found == '/' || found == '#') {
        return "; JSON has no comments";
    }
    if (found == '\'') {
        return "; strings stand in double quotes";
    }
    if (begins_with(text + offset, size - offset, "NaN") ||
        begins_with(text + offset, size - offset, "Infinity")) {
        return "; a default is written \"nan\", \"inf\" or \"-inf\"";
    }
    return "";
}

static const char *overflow_text(const char *text, size_t size, size_t offset)
{
    for (; offset < size && strchr("+-.0123456789eE", text[offset]); offset++) {
        if (strchr(".eE", text[offset])) {
            return "the number is beyond the range of float64";
        }
    }
    return "the integer is beyond the range of int64; the default of a uint64 can be a string of "
           "digits, such as \"18446744073709551615\"";
}

void mmf_json_report_syntax(mmf_diagnostics *diagnostics, const char *text, size_t size,
                            const json_error_t *error)
{
    size_t offset = offset_of(text, size, error);
    mmf_location location = mmf_locate_offset(text, size, offset);

    switch (json_error_code(error)) {
    case json_error_invalid_utf8:
        mmf_diagnostics_add(diagnostics, MMF_SEVERITY_ERROR, location,
                            "the byte 0x%02x is not UTF-8",
                            offset < size ? (unsigned char)text[offset] : 0u);
        break;
    case json_error_numeric_overflow:
        mmf_diagnostics_add(diagnostics, MMF_SEVERITY_ERROR, location, "%s",
                            overflow_text(text, size, offset));
        break;
    case json_error_null_character:
    case json_error_null_byte_in_key:
        mmf_diagnostics_add(diagnostics, MMF_SEVERITY_ERROR, location,
                            "\\u0000 is not allowed in a string; bytes can hold zeros");
        break;
    case json_error_stack_overflow:
        mmf_diagnostics_add(diagnostics, MMF_SEVERITY_ERROR, location,
                            "arrays and objects are nested too deeply");
        break;
    default:
        mmf_diagnostics_add(diagnostics, MMF_SEVERITY_ERROR, location, "not valid JSON: %s%s",
                            error->text, syntax_hint(text, size, offset, error));
    }
}
