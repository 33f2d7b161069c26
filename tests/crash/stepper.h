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

/* A place in the region: so many instructions behind so many system calls. */
typedef struct stepper_place {
    uint64_t calls;
    uint64_t steps;
} stepper_place;

typedef struct stepper_phase stepper_phase;

typedef struct stepper {
    pid_t child;
    stepper_place place;
    uint64_t steps;       /* instructions that were stepped, in all */
    bool is_in_call;      /* after stepper_run() */
    int result;           /* what region() returned, once it has */
    stepper_phase *phase; /* shared with the child */
} stepper;

/* Why nothing can be stepped here, or NULL. */
const char *stepper_refusal(void);

/* Starts a child, which stops before the first instruction of the region. */
void stepper_start(stepper *stepper, const stepper_code *code);

/* One instruction more, which may be a whole system call. False: the region is over. */
bool stepper_step(stepper *stepper);

/* Runs to the next system call, or, if it is in one, to behind that. False: the region is over. */
bool stepper_run(stepper *stepper);

/* Runs to that place. */
void stepper_go(stepper *stepper, stepper_place place);

/* SIGKILL; then the child is gone. */
void stepper_kill(stepper *stepper);

#endif
