/* The reader: follows the store through a read-only handle while the feed writes it. */
#ifndef MMF_EXAMPLES_TICKS_WATCH_H
#define MMF_EXAMPLES_TICKS_WATCH_H

#include <signal.h>

#include "examples/ticks/failure.h"
#include "examples/ticks/feed.h"
#include "examples/ticks/screen.h"

typedef struct watch {
    const char *path;
    feed *feed;
    screen *screen;
    uint64_t total;    /* records to come */
    unsigned stall_ms; /* longest time without a new record */
    const volatile sig_atomic_t *interrupted;
    double *averages; /* out: of each record; room for total */
    uint64_t count;   /* out: records read */
} watch;

/* Reads until the feed has ended and everything is read. False when it fails, is interrupted,
 * appends nothing for too long, ends badly, or has appended more or less than it should. */
bool watch_run(watch *watch, failure *failure);

#endif
