#include "schema/printable.h"

#include <stdbool.h>
#include <string.h>

#define SAFE_IN_SHELL                                                                              \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"                               \
    "%+,-./:=@_"

size_t mmf_utf8_decode(const char *text, uint32_t *ret_character)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = bytes[0] < 0x80 ? 1 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
    uint32_t character = length == 1 ? bytes[0] : bytes[0] & (0x7fu >> length);

    if (bytes[0] == 0 || (bytes[0] >= 0x80 && bytes[0] < 0xc2) || bytes[0] > 0xf4) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            return 0;
        }
        character = character << 6 | (bytes[i] & 0x3f);
    }
    if (character < smallest[length] || character > 0x10ffff ||
        (character >= 0xd800 && character <= 0xdfff)) {
        return 0;
    }
    *ret_character = character;
    return length;
}

static bool is_harmless(uint32_t character)
{
    bool is_control = character < 0x20 || (character >= 0x7f && character < 0xa0);
    bool ends_line = character == 0x2028 || character == 0x2029;
    bool turns = character == 0x061c || character == 0x200e || character == 0x200f ||
                 (character >= 0x202a && character <= 0x202e) ||
                 (character >= 0x2066 && character <= 0x2069);

    return !is_control && !ends_line && !turns;
}

/* Bytes of text that are one step: a character, or a byte that belongs to none. */
static size_t step(const char *text, bool *ret_is_harmless)
{
    uint32_t character = 0;
    size_t length = mmf_utf8_decode(text, &character);

    *ret_is_harmless = length > 0 && is_harmless(character);
    return length > 0 ? length : 1;
}

void mmf_put_text(FILE *out, const char *text)
{
    bool harmless;

    for (size_t length; *text; text += length) {
        length = step(text, &harmless);
        (void)fwrite(harmless ? text : "?", 1, harmless ? length : 1, out);
    }
}

size_t mmf_printable(const char *text, size_t columns, char *ret_buffer, size_t size)
{
    size_t used = 0;
    size_t count = 0;
    bool harmless;

    for (size_t length; *text && count < columns; text += length, count++) {
        length = step(text, &harmless);
        if (used + (harmless ? length : 1) >= size) {
            break;
        }
        memcpy(ret_buffer + used, harmless ? text : "?", harmless ? length : 1);
        used += harmless ? length : 1;
    }
    ret_buffer[used] = '\0';
    return count;
}

size_t mmf_make_printable(char *text, size_t size)
{
    size_t used = 0;
    bool harmless;

    for (size_t length, at = 0; at < size; at += length) {
        length = step(text + at, &harmless);
        if (harmless) {
            memmove(text + used, text + at, length);
            used += length;
        } else {
            text[used++] = '?';
        }
    }
    return used;
}

static bool is_printable(const char *text)
{
    bool harmless = true;

    for (size_t length; harmless && *text; text += length) {
        length = step(text, &harmless);
    }
    return harmless;
}

static void put_quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text; text++) {
        if (*text == '\'') {
            fputs("'\\''", out);
        } else {
            fputc(*text, out);
        }
    }
    fputc('\'', out);
}

/* $'…' of POSIX 2024, which shells have had for decades: three octal digits end by themselves. */
static void put_escaped(FILE *out, const char *text)
{
    bool harmless;

    fputs("$'", out);
    for (size_t length; *text; text += length) {
        length = step(text, &harmless);
        if (*text == '\'' || *text == '\\') {
            fprintf(out, "\\%c", *text);
        } else if (harmless) {
            (void)fwrite(text, 1, length, out);
        } else {
            for (size_t i = 0; i < length; i++) {
                fprintf(out, "\\%03o", (unsigned char)text[i]);
            }
        }
    }
    fputc('\'', out);
}

void mmf_put_shell_word(FILE *out, const char *text)
{
    if (text[0] != '\0' && text[strspn(text, SAFE_IN_SHELL)] == '\0') {
        fputs(text, out);
    } else if (is_printable(text)) {
        put_quoted(out, text);
    } else {
        put_escaped(out, text);
    }
}
