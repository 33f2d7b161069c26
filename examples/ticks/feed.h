/* The feed: a process that appends rows to a store, one after the other, at its own pace. */
#ifndef MMF_EXAMPLES_TICKS_FEED_H
#define MMF_EXAMPLES_TICKS_FEED_H

#include <sys/types.h>

#include "examples/ticks/csv.h"

typedef struct feed {
    pid_t pid; /* 0: ended, and waited for */
    int wait_status;
} feed;

/* Creates the store, which must not exist, and starts the process; it takes duration_ms for all
 * rows (0: as fast as it can), opens the store by itself, and is its one writer. */
bool feed_start(const char *path, const bars *bars, unsigned duration_ms, feed *ret_feed,
                failure *failure);

/* Whether it still runs; asks without waiting. */
bool feed_is_running(feed *feed);

/* Of a feed that has ended: false, and why, unless it said that it appended everything. */
bool feed_succeeded(const feed *feed, failure *failure);

/* Ends it if it still runs. */
void feed_stop(feed *feed);

#endif
