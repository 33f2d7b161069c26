/* Text under construction, and templates: pieces of C with named holes, $name$.
 *
 * A template is written as the C it becomes, one declaration or call a line however long; after
 * its holes are filled, lines beyond MMF_TEXT_COLUMNS are broken as clang-format would break them.
 */
#ifndef MMF_CODEGEN_TEXT_H
#define MMF_CODEGEN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

#define MMF_TEXT_COLUMNS 100

/* Zero-initialised is an empty text. */
typedef struct mmf_text {
    char *data; /* ends with a NUL; NULL while nothing was added */
    size_t size;
    size_t capacity;
    bool out_of_memory; /* something is missing */
} mmf_text;

/* A hole's name and what fills it. value NULL: the hole must not be used. */
typedef struct mmf_hole {
    const char *name;
    const char *value;
} mmf_hole;

/* Holes, searched from the inner list to the outer ones. */
typedef struct mmf_holes {
    const mmf_hole *items;
    size_t count;
    const struct mmf_holes *outer; /* NULL: none */
} mmf_holes;

void mmf_text_clear(mmf_text *text); /* frees */

void mmf_text_add(mmf_text *text, const char *string);
void mmf_text_add_bytes(mmf_text *text, const char *bytes, size_t size);
void mmf_text_add_spaces(mmf_text *text, size_t count);
void mmf_text_format(mmf_text *text, const char *format, ...) MMF_PRINTF(2, 3);

/* What was added so far; "" when there is nothing. Good until the next addition. */
const char *mmf_text_string(const mmf_text *text);

/* Adds a template with its holes filled and its long lines broken. Every hole must be known and
 * have a value: anything else is a bug in the template. A dollar sign stands for nothing else. */
void mmf_text_fill(mmf_text *text, const char *pattern, const mmf_holes *holes);

/* The same without breaking lines. */
void mmf_text_fill_raw(mmf_text *text, const char *pattern, const mmf_holes *holes);

/* Columns of a UTF-8 text: its code points. */
size_t mmf_text_width(const char *bytes, size_t size);

#endif
