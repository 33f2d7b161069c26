/* Processes that write to a store until they are told to stop, or killed: whole records, fields,
 * texts, and appends by which the file grows.
 */
#ifndef MMF_TESTS_FSCK_WRITERS_H
#define MMF_TESTS_FSCK_WRITERS_H

#include "tests/fsck/interrupt/wreck.h"

#define LIVE_PROCESSES 2u

/* In memory that the processes share. */
typedef struct live_writers {
    const wreck_kind *kind; /* to be set before the first one starts */
    const char *path;
    uint32_t flags;              /* of their handles */
    uint32_t threads;            /* of each process */
    uint32_t writes_per_opening; /* before a handle is closed and another one opened; 0: never */
    uint64_t seed;
    uint32_t stop;
    uint32_t writes;
    uint32_t failures;
    uint32_t starts;
    pid_t children[LIVE_PROCESSES];
} live_writers;

live_writers *live_writers_new(const char *path, uint32_t flags, uint32_t threads,
                               uint32_t writes_per_opening, uint64_t seed);

/* Returns when it has written something. */
void live_writer_start(live_writers *writers, uint32_t which);

/* A process that starts writers and kills them, one after the other. */
void live_breeder_start(live_writers *writers, uint32_t which);

/* Lets all that run come to their end. */
void live_writers_stop(live_writers *writers);

#endif
