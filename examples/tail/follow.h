/* A file followed by its name. */
#ifndef MMF_EXAMPLES_TAIL_FOLLOW_H
#define MMF_EXAMPLES_TAIL_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/file.h"

typedef struct tail {
    const char *path;
    mmf_file *file; /* NULL: there is none at the moment */
} tail;

typedef struct tail_news {
    bool was_cut;      /* to be read from its beginning again */
    bool was_replaced; /* by another file of its name, after all of the old one has been read */
} tail_news;

/* What a file has already is skipped, unless it is wanted. path is the caller's. */
void tail_begin(tail *tail, const char *path, bool from_beginning);
void tail_end(tail *tail);

/* What is new, up to size bytes; 0: nothing at the moment. */
size_t tail_read(tail *tail, char *buffer, size_t size, tail_news *ret_news);

#endif
