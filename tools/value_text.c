#include "tools/value_text.h"

#include "tools/value_number.h"

/* --- UTF-8 ----------------------------------------------------------------------------------- */

static bool continues(const char *at, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (((unsigned char)at[i] & 0xc0) != 0x80) {
            return false;
        }
    }
    return true;
}

size_t mmf_utf8_length(const char *at, size_t size)
{
    unsigned char first = (unsigned char)*at;
    unsigned char second = size > 1 ? (unsigned char)at[1] : 0;

    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xc2 && first < 0xe0) {
        return size >= 2 && continues(at + 1, 1) ? 2 : 0;
    }
    if (first >= 0xe0 && first < 0xf0) {
        bool is_overlong = first == 0xe0 && second < 0xa0;
        bool is_surrogate = first == 0xed && second >= 0xa0;

        return size >= 3 && continues(at + 1, 2) && !is_overlong && !is_surrogate ? 3 : 0;
    }
    if (first >= 0xf0 && first < 0xf5) {
        bool is_overlong = first == 0xf0 && second < 0x90;
        bool is_beyond = first == 0xf4 && second >= 0x90;

        return size >= 4 && continues(at + 1, 3) && !is_overlong && !is_beyond ? 4 : 0;
    }
    return 0;
}

bool mmf_utf8_is_valid(const char *text, size_t size)
{
    for (size_t i = 0; i < size;) {
        size_t length = mmf_utf8_length(text + i, size - i);

        if (length == 0) {
            return false;
        }
        i += length;
    }
    return true;
}

/* --- Hexadecimal ----------------------------------------------------------------------------- */

char *mmf_hex_write(char *to, const uint8_t *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++) {
        *to++ = digits[bytes[i] >> 4];
        *to++ = digits[bytes[i] & 15];
    }
    return to;
}

int mmf_hex_digit(char character)
{
    if (character >= '0' && character <= '9') {
        return character - '0';
    }
    character = (char)(character | 0x20);
    return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

bool mmf_hex_read(const char *text, size_t size, uint8_t *to)
{
    if (size % 2 != 0) {
        return false;
    }
    for (size_t i = 0; i < size; i += 2) {
        int high = mmf_hex_digit(text[i]);
        int low = mmf_hex_digit(text[i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        if (to) {
            to[i / 2] = (uint8_t)(16 * high + low);
        }
    }
    return true;
}

/* --- TEXT ------------------------------------------------------------------------------------ */

/* Characters that would end the line, command a terminal, or turn the direction of what follows. */
static bool is_harmless(const char *at, size_t length)
{
    const unsigned char *byte = (const unsigned char *)at;
    unsigned last;

    if (length == 1) {
        return *byte >= 0x20 && *byte != 0x7f;
    }
    if (length == 2) {
        return byte[0] != 0xc2 || byte[1] >= 0xa0; /* U+0080 … U+009F */
    }
    if (length != 3 || byte[0] != 0xe2) {
        return true;
    }
    last = byte[2];
    if (byte[1] == 0x80) { /* U+200E, U+200F, U+2028 … U+202E */
        return !(last == 0x8e || last == 0x8f || (last >= 0xa8 && last <= 0xae));
    }
    return byte[1] != 0x81 || last < 0xa6 || last > 0xa9; /* U+2066 … U+2069 */
}

static void escape_byte(mmf_output *output, char byte)
{
    char escape[4] = "\\x";

    if (byte == '\n' || byte == '\t' || byte == '\\') {
        escape[1] = (char)(byte == '\n' ? 'n' : byte == '\t' ? 't' : '\\');
        mmf_output_add(output, escape, 2);
        return;
    }
    (void)mmf_hex_write(escape + 2, (const uint8_t *)&byte, 1);
    mmf_output_add(output, escape, sizeof escape);
}

void mmf_text_escape(mmf_output *output, const char *text, size_t size)
{
    size_t first = 0; /* of what is to be copied as it is */

    for (size_t i = 0; i < size;) {
        size_t length = mmf_utf8_length(text + i, size - i);

        if (length > 0 && text[i] != '\\' && is_harmless(text + i, length)) {
            i += length;
            continue;
        }
        mmf_output_add(output, text + first, i - first);
        for (size_t end = i + (length > 0 ? length : 1); i < end; i++) {
            escape_byte(output, text[i]);
        }
        first = i;
    }
    mmf_output_add(output, text + first, size - first);
}

/* What stands behind a backslash; the characters that it has, 0: no escape. */
static size_t read_escape(const char *at, size_t size, char *ret_byte)
{
    uint8_t byte;

    if (size > 0 && (*at == 'n' || *at == 't' || *at == '\\')) {
        *ret_byte = (char)(*at == 'n' ? '\n' : *at == 't' ? '\t' : '\\');
        return 1;
    }
    if (size < 3 || *at != 'x' || !mmf_hex_read(at + 1, 2, &byte)) {
        return 0;
    }
    *ret_byte = (char)byte;
    return 3;
}

bool mmf_text_unescape(const char *text, size_t size, char *to, size_t *ret_size)
{
    size_t written = 0;

    for (size_t i = 0; i < size; i++) {
        char byte = text[i];

        if (byte == '\\') {
            size_t length = read_escape(text + i + 1, size - i - 1, &byte);

            if (length == 0) {
                return false;
            }
            i += length;
        }
        if (to) {
            to[written] = byte;
        }
        written++;
    }
    *ret_size = written;
    return true;
}

/* --- CSV ------------------------------------------------------------------------------------- */

/* Spaces at the ends, and what looks like a byte order mark, are nothing to this project's reader
 * but to others. */
static bool needs_quotes(const char *text, size_t size)
{
    if (size == 0 || text[0] == ' ' || text[0] == '\xef' || text[size - 1] == ' ') {
        return true;
    }
    for (size_t i = 0; i < size; i++) {
        if (text[i] == ',' || text[i] == '"' || text[i] == '\n' || text[i] == '\r') {
            return true;
        }
    }
    return false;
}

void mmf_csv_quote(mmf_output *output, size_t start)
{
    size_t size = output->size - start;
    size_t quotes = 0;
    char *from, *to;

    if (output->has_failed || !needs_quotes(output->bytes + start, size)) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        quotes += output->bytes[start + i] == '"';
    }
    if (!mmf_output_room(output, quotes + 2)) {
        return;
    }
    from = output->bytes + output->size;
    output->size += quotes + 2;
    to = output->bytes + output->size;
    *--to = '"';
    while (from > output->bytes + start) {
        *--to = *--from;
        if (*to == '"') {
            *--to = '"';
        }
    }
    *--to = '"';
}
