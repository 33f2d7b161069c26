/* What the processes of kill_test share: who has begun to write what, and what has been
 * acknowledged. It lies in memory that outlives them.
 */
#ifndef MMF_TESTS_CRASH_KILL_H
#define MMF_TESTS_CRASH_KILL_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/crash/subject.h"

#define KILL_PROCESSES 3u
#define KILL_THREADS 2u /* of a process, at most */
#define KILL_WRITERS (KILL_PROCESSES * KILL_THREADS)

/* Records: hot ones that everybody writes, one of its own for each writing thread, and then those
 * that are appended. */
#define KILL_HOT 10u
#define KILL_FIRST_OWN KILL_HOT
#define KILL_FIXED (KILL_HOT + KILL_WRITERS)

#define KILL_TIMEOUT_MS 1000u
#define KILL_APPENDS_PER_KILL 24u
#define KILL_TEXT 256u

typedef struct kill_append {
    uint64_t index;
    uint32_t number;
} kill_append;

typedef struct kill_writer {
    uint32_t begun; /* number that its own record is being given */
    uint32_t acknowledged;
    uint32_t append_count;
    uint32_t append_checked; /* by the parent */
    kill_append *appends;    /* acknowledged ones */
} kill_writer;

typedef struct kill_board {
    const crash_type *type;
    const char *path;
    uint32_t flags; /* of writers */
    uint32_t threads;
    uint32_t stop;
    uint32_t number; /* the last that anybody has begun to write */
    uint32_t appends_begun;
    uint32_t appends_allowed; /* grows with the kills, so that the file does not */
    uint64_t reads;
    uint64_t stuck; /* gets of the reader without permission that gave up */
    uint32_t violations;
    char violation[KILL_TEXT]; /* the first */
    kill_writer writers[KILL_WRITERS];
} kill_board;

/* What is changed in a fixed record; CRASH_WHOLE where the type has no such field. */
crash_part kill_part(const kill_board *board, uint64_t index);
uint32_t kill_first_number(uint64_t index);

/* The next number, for a write that begins now. */
uint32_t kill_begin(kill_board *board);

/* Notes a violation; children go on, and the parent ends the test. */
void kill_found(kill_board *board, const char *who, const char *what, uint64_t index);

/* Whether a record that was read is one that somebody has written; notes it if not. */
bool kill_check(kill_board *board, const char *who, uint64_t index, const crash_payload *payload);

/* --- Children: each opens its own handle, and works until it is killed or board->stop -------- */

typedef struct kill_child {
    kill_board *board;
    uint32_t process; /* of a writer */
    uint32_t seed;
    uint32_t flags; /* of a reader's handle */
    bool without_permission;
    const char *name;
} kill_child;

void kill_writer_main(void *child);
void kill_reader_main(void *child);

#endif
