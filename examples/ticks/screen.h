/* What the reader shows: on a terminal a table that is redrawn in place, else a line now and then.
 */
#ifndef MMF_EXAMPLES_TICKS_SCREEN_H
#define MMF_EXAMPLES_TICKS_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

#include "examples/ticks/bar.mmf.h"

#define SCREEN_ROWS 8

typedef struct screen_row {
    uint64_t index;
    bar record;
    double average; /* NAN: none yet */
    double per_second;
} screen_row;

typedef struct screen {
    FILE *out;
    bool in_place; /* redraw by ANSI sequences */
    bool color;
    uint64_t total;
    uint64_t next_frame_ns;
    unsigned shown; /* rows of the table so far */
    bool drawn;
    screen_row rows[SCREEN_ROWS];
} screen;

/* A screen on out for `total` records: in place on a terminal that understands it, in colour
 * unless NO_COLOR is set to something (no-color.org). */
screen screen_on(FILE *out, uint64_t total);

void screen_begin(screen *screen);

/* The next record; shown when it is time, or when it is the last. */
void screen_add(screen *screen, const screen_row *row);

#endif
