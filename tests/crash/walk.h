/* Walking through an operation one instruction at a time, with a look at the store after each that
 * changed it.
 */
#ifndef MMF_TESTS_CRASH_WALK_H
#define MMF_TESTS_CRASH_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/crash/plan.h"
#include "tests/crash/stepper.h"

typedef struct walk {
    uint64_t begin_ms;
    uint64_t steps;    /* instructions */
    uint64_t *changes; /* those that changed the files */
    size_t count;      /* of changes */
    size_t room;
    unsigned kills;   /* so far */
    uint64_t stepped; /* instructions stepped for the kills */
} walk;

/* MMF_STEPS=all in the environment: kill after every instruction, however long it takes. */
bool walk_takes_all(void);

/* Whether nothing can be stepped here; says so. */
bool walk_is_refused(void);

/* Steps a child that has been started to its end, and checks a copy of the files wherever they have
 * changed, and the files at the end. What was once found new does not become old again. */
void walk_on(walk *walk, const plan *plan, stepper *stepper);

/* The next instruction after which a child is to be killed: each, or a sample of those that changed
 * something. False: there are no more. */
bool walk_next_kill(walk *walk, uint64_t *ret_step);

/* Prints one line. */
void walk_report(const walk *walk, const char *name, uint32_t flags);

void walk_free(walk *walk);

#endif
