/* "did you mean": the known word nearest to one that is not known. */
#ifndef MMF_SCHEMA_SUGGEST_H
#define MMF_SCHEMA_SUGGEST_H

#include <stddef.h>

/* The word of that list that a slip of the fingers turns into text: at most two letters left out,
 * added, exchanged or swapped, fewer in short words, whatever their case. The first of the nearest;
 * NULL when none is near. */
const char *mmf_suggest(const char *text, const char *const *words, size_t count);

#endif
