/* A child that runs a region of code one instruction at a time (ptrace(2)), and can be killed after
 * any of them. x86-64 and arm64 Linux.
 */
#ifndef MMF_TESTS_CRASH_STEPPER_H
#define MMF_TESTS_CRASH_STEPPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Both run in the child; the region is what is stepped. */
typedef struct stepper_code {
    void (*prepare)(void *argument);
    int (*region)(void *argument);
    void *argument;
} stepper_code;

typedef struct stepper_phase stepper_phase;

typedef struct stepper {
    pid_t child;
    uint64_t steps;       /* instructions run in the region so far */
    int result;           /* what region() returned, once it has */
    stepper_phase *phase; /* shared with the child */
} stepper;

/* Why nothing can be stepped here, or NULL. */
const char *stepper_refusal(void);

/* Starts a child, which stops before the first instruction of the region. */
void stepper_start(stepper *stepper, const stepper_code *code);

/* One instruction more. False: the region is over. */
bool stepper_step(stepper *stepper);

/* SIGKILL; then the child is gone. */
void stepper_kill(stepper *stepper);

#endif
