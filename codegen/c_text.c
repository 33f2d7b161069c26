#include "codegen/c_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/wrap.h"

/* --- Comments -------------------------------------------------------------------------------- */

/* The bytes of a character that is invisible or changes the direction of text (U+0080 … U+009F,
 * U+200B … U+200F, U+2028 … U+202E, U+2060 … U+206F), in UTF-8; 0: it is another one. */
static size_t hidden_size(const unsigned char *text)
{
    if (text[0] == 0xc2 && text[1] >= 0x80 && text[1] <= 0x9f) {
        return 2;
    }
    if (text[0] != 0xe2) {
        return 0;
    }
    if (text[1] == 0x80) {
        return (text[2] >= 0x8b && text[2] <= 0x8f) || (text[2] >= 0xa8 && text[2] <= 0xae) ? 3 : 0;
    }
    return text[1] == 0x81 && text[2] >= 0xa0 && text[2] <= 0xaf ? 3 : 0;
}

static bool is_word_end(char next)
{
    return (unsigned char)next <= ' ' || next == 0x7f;
}

/* One character of a doc text; returns its bytes. */
static size_t add_doc_character(mmf_text *text, const char *doc, bool one_line)
{
    size_t hidden = hidden_size((const unsigned char *)doc);

    if (hidden > 0) {
        mmf_text_add(text, " ");
        return hidden;
    }
    if (*doc == '\n') {
        mmf_text_add(text, one_line ? " " : "\n");
    } else if (is_word_end(*doc)) {
        mmf_text_add(text, " ");
    } else if (*doc == '\\' &&
               (is_word_end(doc[1]) || hidden_size((const unsigned char *)doc + 1))) {
        mmf_text_add(text, "[backslash]");
    } else {
        mmf_text_add_bytes(text, doc, 1);
        if ((doc[0] == '*' && doc[1] == '/') || (doc[0] == '/' && doc[1] == '*') ||
            (doc[0] == '?' && doc[1] == '?')) {
            mmf_text_add(text, " ");
        }
    }
    return 1;
}

void mmf_c_add_doc(mmf_text *text, const char *doc, bool one_line)
{
    while (*doc) {
        doc += add_doc_character(text, doc, one_line);
    }
}

void mmf_c_add_comment(mmf_text *text, size_t indent, const char *body)
{
    mmf_text comment = {0};
    bool is_first = true;

    while (*body || is_first) {
        size_t size = strcspn(body, "\n");

        while (size > 0 && body[size - 1] == ' ') {
            size--;
        }
        mmf_text_add_spaces(&comment, indent);
        mmf_text_add(&comment, is_first ? "/*" : " *");
        mmf_text_add(&comment, size > 0 ? " " : "");
        mmf_text_add_bytes(&comment, body, size);
        body += strcspn(body, "\n");
        body += *body == '\n';
        mmf_text_add(&comment, *body ? "\n" : " */\n");
        is_first = false;
    }
    mmf_wrap_lines(text, mmf_text_string(&comment));
    text->out_of_memory |= comment.out_of_memory;
    mmf_text_clear(&comment);
}

void mmf_c_add_heading(mmf_text *text, const char *title)
{
    size_t width = strlen("/* ---   */") + mmf_text_width(title, strlen(title));

    mmf_text_format(text, "/* --- %s ", title);
    for (; width < MMF_TEXT_COLUMNS - 1; width++) {
        mmf_text_add(text, "-");
    }
    mmf_text_add(text, " */\n");
}

/* --- Strings --------------------------------------------------------------------------------- */

/* One byte within quotes. Octal escapes have three digits, so that no digit that follows is taken
 * for a part of them. */
static void add_escaped(mmf_text *text, unsigned char byte, char quote)
{
    if (byte == '\n') {
        mmf_text_add(text, "\\n");
    } else if (byte < ' ' || byte > '~') {
        mmf_text_format(text, "\\%03o", byte);
    } else if (byte == '\\' || byte == quote || byte == '?') {
        mmf_text_format(text, "\\%c", byte);
    } else {
        mmf_text_add_bytes(text, (const char *)&byte, 1);
    }
}

void mmf_c_add_string(mmf_text *text, const char *bytes, size_t size)
{
    mmf_text_add(text, "\"");
    for (size_t i = 0; i < size; i++) {
        add_escaped(text, (unsigned char)bytes[i], '"');
    }
    mmf_text_add(text, "\"");
}

void mmf_c_add_character(mmf_text *text, unsigned char byte)
{
    mmf_text_add(text, "'");
    add_escaped(text, byte, '\'');
    mmf_text_add(text, "'");
}

void mmf_c_add_message(mmf_text *text, const char *message)
{
    mmf_text line = {0};
    const char *data;

    mmf_c_add_doc(&line, message, true);
    data = mmf_text_string(&line);
    mmf_text_add(text, "\"");
    for (; *data; data++) {
        if (*data == '"' || *data == '\\' || *data == '?') {
            mmf_text_add(text, "\\");
        }
        mmf_text_add_bytes(text, data, 1);
    }
    mmf_text_add(text, "\"");
    text->out_of_memory |= line.out_of_memory;
    mmf_text_clear(&line);
}

/* Whether a literal should end before bytes[i]: where JSON's next object begins and, in a line that
 * has `width` columns already, at the next key. */
static bool should_break(const char *bytes, size_t i, size_t width)
{
    if (width > MMF_TEXT_COLUMNS - 7) {
        return true;
    }
    if (i == 0 || (bytes[i - 1] != ',' && bytes[i - 1] != '[')) {
        return false;
    }
    return bytes[i] == '{' || width > MMF_TEXT_COLUMNS - 25;
}

static void add_string_pieces(mmf_text *text, const char *bytes, size_t size)
{
    size_t line_begin = text->size;

    mmf_text_add(text, "    \"");
    for (size_t i = 0; i < size; i++) {
        if (should_break(bytes, i, text->size - line_begin)) {
            mmf_text_add(text, "\"\n");
            line_begin = text->size;
            mmf_text_add(text, "    \"");
        }
        add_escaped(text, (unsigned char)bytes[i], '"');
    }
    mmf_text_add(text, "\"");
}

static void add_character_list(mmf_text *text, const char *bytes, size_t size)
{
    size_t line_begin = text->size;

    mmf_text_add(text, "    {");
    for (size_t i = 0; i < size; i++) {
        if (text->size - line_begin > MMF_TEXT_COLUMNS - 10) {
            mmf_text_add(text, "\n");
            line_begin = text->size;
            mmf_text_add(text, "     ");
        }
        mmf_c_add_character(text, (unsigned char)bytes[i]);
        mmf_text_add(text, ",");
    }
    mmf_text_add(text, "'\\0'}");
}

void mmf_c_add_long_string(mmf_text *text, const char *bytes, size_t size)
{
    if (size <= MMF_C_STRING_MAX) {
        add_string_pieces(text, bytes, size);
    } else {
        add_character_list(text, bytes, size);
    }
}

/* --- Numbers --------------------------------------------------------------------------------- */

void mmf_c_add_integer(mmf_text *text, mmf_type type, mmf_integer value)
{
    if (type == MMF_TYPE_BOOL) {
        mmf_text_add(text, value.u ? "true" : "false");
    } else if (mmf_type_is_unsigned(type)) {
        mmf_text_format(text, value.u > INT32_MAX ? "UINT64_C(%" PRIu64 ")" : "%" PRIu64, value.u);
    } else if (value.i == INT64_MIN) {
        /* the literal would be one too large before its sign is seen */
        mmf_text_add(text, "(-INT64_C(9223372036854775807) - 1)");
    } else if (value.i < -INT32_MAX || value.i > INT32_MAX) {
        mmf_text_format(text, "%sINT64_C(%" PRIu64 ")", value.i < 0 ? "-" : "",
                        value.i < 0 ? (uint64_t)-value.i : (uint64_t)value.i);
    } else {
        mmf_text_format(text, "%" PRId64, value.i);
    }
}

/* The shortest decimal that reads back as the same number. */
static void print_shortest(char *number, size_t size, mmf_type type, double value)
{
    int digits_max = type == MMF_TYPE_FLOAT32 ? 9 : 17;

    for (int digits = 1; digits <= digits_max; digits++) {
        snprintf(number, size, "%.*g", digits, value);
        if (type == MMF_TYPE_FLOAT32 ? strtof(number, NULL) == (float)value
                                     : strtod(number, NULL) == value) {
            return;
        }
    }
}

void mmf_c_add_float(mmf_text *text, mmf_type type, double value)
{
    const char *suffix = type == MMF_TYPE_FLOAT32 ? "f" : "";
    char number[40];

    if (isnan(value)) {
        mmf_text_format(text, "__builtin_nan%s(\"\")", suffix);
        return;
    }
    if (isinf(value)) {
        mmf_text_format(text, "%s__builtin_inf%s()", value < 0 ? "-" : "", suffix);
        return;
    }
    print_shortest(number, sizeof number, type, value);
    mmf_text_add(text, number);
    mmf_text_add(text, strpbrk(number, ".e") ? "" : ".0");
    mmf_text_add(text, suffix);
}
