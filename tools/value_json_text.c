/* JSON's strings, and where a value ends. */
#include "tools/value_text.h"

static void escape_character(mmf_output *output, char character)
{
    static const char letters[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                   ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    char escape[6] = "\\u00";
    unsigned char byte = (unsigned char)character;

    if (letters[byte] != '\0') {
        escape[1] = letters[byte];
        mmf_output_add(output, escape, 2);
        return;
    }
    (void)mmf_hex_write(escape + 4, &byte, 1);
    mmf_output_add(output, escape, sizeof escape);
}

void mmf_json_escape(mmf_output *output, const char *text, size_t size)
{
    size_t first = 0;

    mmf_output_add_char(output, '"');
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)text[i] < 0x20 || text[i] == '"' || text[i] == '\\') {
            mmf_output_add(output, text + first, i - first);
            escape_character(output, text[i]);
            first = i + 1;
        }
    }
    mmf_output_add(output, text + first, size - first);
    mmf_output_add_char(output, '"');
}

/* --- Reading --------------------------------------------------------------------------------- */

/* The four digits behind \u. */
static bool read_unit(const char *at, const char *end, uint32_t *ret_unit)
{
    uint8_t bytes[2];

    if (end - at < 4 || !mmf_hex_read(at, 4, bytes)) {
        return false;
    }
    *ret_unit = 256u * bytes[0] + bytes[1];
    return true;
}

static size_t encode(uint32_t code, char bytes[4])
{
    if (code < 0x80) {
        bytes[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        bytes[0] = (char)(0xc0 | code >> 6);
        bytes[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        bytes[0] = (char)(0xe0 | code >> 12);
        bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
        bytes[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    bytes[0] = (char)(0xf0 | code >> 18);
    bytes[1] = (char)(0x80 | (code >> 12 & 0x3f));
    bytes[2] = (char)(0x80 | (code >> 6 & 0x3f));
    bytes[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* Behind \u: one character, which may need a pair. The end of it, NULL: none. */
static const char *read_code(const char *at, const char *end, uint32_t *ret_code)
{
    uint32_t high, low;

    if (!read_unit(at, end, &high)) {
        return NULL;
    }
    if (high < 0xd800 || high > 0xdfff) {
        *ret_code = high;
        return at + 4;
    }
    if (high > 0xdbff || end - at < 10 || at[4] != '\\' || at[5] != 'u' ||
        !read_unit(at + 6, end, &low) || low < 0xdc00 || low > 0xdfff) {
        return NULL;
    }
    *ret_code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    return at + 10;
}

/* Behind a backslash. */
static const char *read_escape(const char *at, const char *end, char bytes[4], size_t *ret_length)
{
    static const char names[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const char *found = at < end && *at != '\0' ? strchr(names, *at) : NULL;
    uint32_t code;

    if (found) {
        bytes[0] = meanings[found - names];
        *ret_length = 1;
        return at + 1;
    }
    at = at < end && *at == 'u' ? read_code(at + 1, end, &code) : NULL;
    if (at) {
        *ret_length = encode(code, bytes);
    }
    return at;
}

bool mmf_json_unescape(const char *text, size_t size, char *to, size_t *ret_size)
{
    const char *at = text;
    const char *end = text + size;
    size_t written = 0;
    char bytes[4];

    while (at < end) {
        const char *from = at;
        size_t length = (unsigned char)*at >= 0x20 ? mmf_utf8_length(at, (size_t)(end - at)) : 0;

        if (*at == '\\') {
            from = bytes;
            at = read_escape(at + 1, end, bytes, &length);
        } else {
            at = length > 0 ? at + length : NULL;
        }
        if (!at) {
            return false;
        }
        if (to) {
            memcpy(to + written, from, length);
        }
        written += length;
    }
    *ret_size = written;
    return true;
}

/* What ends a number or a word. */
static const bool ends_token[256] = {
    [','] = true, [']'] = true, ['}'] = true,  [':'] = true,  ['['] = true,  ['{'] = true,
    ['"'] = true, [' '] = true, ['\t'] = true, ['\r'] = true, ['\n'] = true, ['\0'] = true,
};

static const char *token_end(const char *at, const char *end)
{
    while (at < end && !ends_token[(unsigned char)*at]) {
        at++;
    }
    return at;
}

const char *mmf_json_value_end(const char *at, const char *end)
{
    size_t depth = 0;

    do {
        at = mmf_json_skip_space(at, end);
        if (at == end) {
            return NULL;
        }
        if (*at == '"') {
            at = mmf_json_string_end(at + 1, end);
            if (!at) {
                return NULL;
            }
            at++;
        } else if (*at == '[' || *at == '{') {
            depth++;
            at++;
        } else if (*at == ']' || *at == '}') {
            if (depth == 0) {
                return NULL;
            }
            depth--;
            at++;
        } else if (depth > 0 && (*at == ',' || *at == ':')) {
            at++;
        } else {
            const char *token = at;

            at = token_end(at, end);
            if (at == token) {
                return NULL;
            }
        }
    } while (depth > 0);
    return at;
}
