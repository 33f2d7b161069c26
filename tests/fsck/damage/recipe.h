/* A recipe: one command a line, words apart by blanks, "…" around what has blanks in it, `#` to the
 * end of the line. What it can say is listed in recipes/README.md. */
#ifndef MMF_TESTS_FSCK_RECIPE_H
#define MMF_TESTS_FSCK_RECIPE_H

#include <stddef.h>

#include "tests/fsck/damage/subject.h"

#define RECIPE_WORDS_MAX 32u

/* One line, which is written to. More than RECIPE_WORDS_MAX words: the rest is left out, and the
 * number returned is larger. An open quotation ends with the line. */
unsigned recipe_split(char *line, char **ret_words);

/* Does what the line says; a line without words does nothing. With an error subject->error says
 * what. */
MMF_NODISCARD mmf_status recipe_do_line(subject *subject, char *line);

#endif
