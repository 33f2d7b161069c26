/* Walking through an operation one instruction at a time, with a look at the store after each that
 * changed it, and killing whoever does it at those instructions.
 */
#ifndef MMF_TESTS_CRASH_WALK_H
#define MMF_TESTS_CRASH_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/crash/plan.h"
#include "tests/crash/stepper.h"

/* What is walked through. It is started many times over. */
typedef struct walk_way {
    const char *name;
    const plan *plan;
    /* makes the store, and a child that stands before the region */
    void (*start)(void *argument, stepper *ret_stepper);
    /* after the child was killed: what handles see that were open; may be NULL */
    void (*look)(void *argument, plan_outcome *outcome);
    void *argument;
} walk_way;

/* MMF_STEPS=all in the environment: every instruction is stepped, and followed by a kill, however
 * long that takes; MMF_STEPS=N: by a kill after each Nth. Otherwise stretches from one system call
 * to the next that leave the files alone are run through, and kills are a sample of the
 * instructions that changed something. */
bool walk_takes_all(void);

/* Whether nothing can be stepped here; says so. */
bool walk_is_refused(void);

/* MMF_STEPS_OF=TEXT in the environment: only what has that in its name. */
bool walk_is_wanted(const char *name);

/* Goes all the way, and prints a line about it. */
void walk_all_the_way(const walk_way *way);

#endif
