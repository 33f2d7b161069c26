/* Breaking lines of C that are longer than MMF_TEXT_COLUMNS. */
#ifndef MMF_CODEGEN_WRAP_H
#define MMF_CODEGEN_WRAP_H

#include "codegen/text.h"

/* Adds lines of C to text. A long line of code is broken behind commas and goes on below what
 * follows its opening parenthesis, or, where that is too far right for the longest argument, four
 * columns in; a long line of a comment goes on behind " * ". Preprocessor lines and lines that
 * offer no such place stay as they are. */
void mmf_wrap_lines(mmf_text *text, const char *lines);

#endif
