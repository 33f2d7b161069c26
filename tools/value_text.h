/* Characters: UTF-8, and the ways in which text is quoted and escaped. */
#ifndef MMF_TOOLS_VALUE_TEXT_H
#define MMF_TOOLS_VALUE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/output.h"

/* Bytes of the character that begins there, of the `size` that are left (at least 1); 0: what is
 * there is no UTF-8. */
size_t mmf_utf8_length(const char *at, size_t size);
bool mmf_utf8_is_valid(const char *text, size_t size);

/* As TEXT has it: one line that leaves a terminal alone. The reader gives what was written; to may
 * be NULL, to have the size alone. False: an escape that is none. */
void mmf_text_escape(mmf_output *output, const char *text, size_t size);
bool mmf_text_unescape(const char *text, size_t size, char *to, size_t *ret_size);

/* Quotes what stands in output from `start` on where CSV needs that. */
void mmf_csv_quote(mmf_output *output, size_t start);

/* A JSON string with its quotes; text is UTF-8. */
void mmf_json_escape(mmf_output *output, const char *text, size_t size);

/* What is between the quotes of a JSON string; to as above. False: a bad escape, half of a
 * surrogate pair, a control character, or bytes that are no UTF-8. */
bool mmf_json_unescape(const char *text, size_t size, char *to, size_t *ret_size);

/* The end of a JSON value that begins there: as many brackets are closed as were opened, of
 * whatever kind, and quotes too; nothing else is looked at. NULL: it does not end. */
const char *mmf_json_value_end(const char *at, const char *end);

static inline const char *mmf_json_skip_space(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) {
        at++;
    }
    return at;
}

/* The closing quote of the JSON string whose first character is at `at`; NULL: there is none. */
static inline const char *mmf_json_string_end(const char *at, const char *end)
{
    while (at < end && *at != '"') {
        at += *at == '\\' ? 2 : 1;
    }
    return at < end ? at : NULL;
}

/* Two hexadecimal digits a byte. */
char *mmf_hex_write(char *to, const uint8_t *bytes, size_t size);
int mmf_hex_digit(char character); /* -1: none */
/* Of size / 2 bytes; to may be NULL. False: an odd number of digits, or something else. */
bool mmf_hex_read(const char *text, size_t size, uint8_t *to);

#endif
