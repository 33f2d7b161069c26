/* Text of files and of command lines on its way out. A path may be any bytes, and what a damaged
 * file has may be anything: none of it may move a cursor, recolour a terminal, or end a line. */
#ifndef MMF_SCHEMA_PRINTABLE_H
#define MMF_SCHEMA_PRINTABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The character at text, which is UTF-8; returns its bytes, 0 where it is none (also at the end of
 * the text): overlong forms, surrogates, and what is beyond U+10FFFF. */
size_t mmf_utf8_decode(const char *text, uint32_t *ret_character);

/* The text with '?' in place of each control character, each character that turns the direction of
 * writing, and each byte that is no UTF-8. */
void mmf_put_text(FILE *out, const char *text);

/* The same into a buffer, cut between characters after `columns` of them; size is at least 1.
 * Returns how many there are. */
size_t mmf_printable(const char *text, size_t columns, char *ret_buffer, size_t size);

/* The same in place, of size bytes, among which zeros may be; text[size] is '\0'. Returns how many
 * bytes it has then. */
size_t mmf_make_printable(char *text, size_t size);

/* As one word of a shell, so that pasting it gives these very bytes. */
void mmf_put_shell_word(FILE *out, const char *text);

#endif
