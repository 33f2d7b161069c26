/* Any text and any value as C: comments that nothing breaks out of, literals that mean the same. */
#ifndef MMF_CODEGEN_C_TEXT_H
#define MMF_CODEGEN_C_TEXT_H

#include "codegen/text.h"
#include "schema/model.h"

/* Adds text from a schema so that it may stand in a block comment: no comment delimiters, no
 * trigraphs, no backslash at the end of a word, no control or direction-changing characters.
 * Newlines stay, or are spaces when one_line. */
void mmf_c_add_doc(mmf_text *text, const char *doc, bool one_line);

/* Adds a block comment, wrapped, with newlines in body as line breaks. body is safe already. */
void mmf_c_add_comment(mmf_text *text, size_t indent, const char *body);

/* Adds a heading: a comment that fills the line. title is safe already. */
void mmf_c_add_heading(mmf_text *text, const char *title);

/* A string literal of exactly these bytes. Everything but printable ASCII is in octal. */
void mmf_c_add_string(mmf_text *text, const char *bytes, size_t size);

/* One character constant of that byte. */
void mmf_c_add_character(mmf_text *text, unsigned char byte);

/* A string literal for an attribute's message: one line, UTF-8 as it is. */
void mmf_c_add_message(mmf_text *text, const char *message);

/* A long text as an initializer of a char array, over several lines, each indented by four: string
 * literals up to `MMF_C_STRING_MAX` bytes, a list of characters beyond that and a NUL beyond that,
 * as compilers need not take longer literals. No line break at the end. */
#define MMF_C_STRING_MAX 4000
void mmf_c_add_long_string(mmf_text *text, const char *bytes, size_t size);

/* Literals of a type. */
void mmf_c_add_integer(mmf_text *text, mmf_type type, mmf_integer value);
void mmf_c_add_float(mmf_text *text, mmf_type type, double value);

#endif
