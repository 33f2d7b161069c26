/* Where the store is: a path that the user named, or one in a directory of its own. */
#ifndef MMF_EXAMPLES_TICKS_PLACE_H
#define MMF_EXAMPLES_TICKS_PLACE_H

#include <limits.h>

#include "examples/ticks/failure.h"

typedef struct place {
    char path[PATH_MAX];      /* of the store */
    char directory[PATH_MAX]; /* ours, to be removed; empty: there is none */
} place;

/* Makes a directory below $TEST_TMPDIR, $TMPDIR or /tmp, for a store that is not to stay. */
bool place_make(place *ret_place, failure *failure);

/* Takes the path as it is; the store stays. */
bool place_keep(const char *path, place *ret_place, failure *failure);

/* Removes what place_make() has made, and the store in it; false when that fails. */
bool place_remove(const place *place, failure *failure);

#endif
