#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tests/crash/stepper.h"

#include <check.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "tests/runtime/testing.h"

/* More than any region takes; an endless loop ends here. */
#define STEPS_MAX 20000000u

#define PHASE_BEFORE 0u
#define PHASE_INSIDE 1u
#define PHASE_OVER 2u

struct stepper_phase {
    uint32_t phase;
    int32_t result;
};

static void child_main(void *argument)
{
    const stepper *self = ((void **)argument)[0];
    const stepper_code *code = ((void **)argument)[1];
    int result;

    must(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
    code->prepare(code->argument);
    (void)raise(SIGSTOP);
    __atomic_store_n(&self->phase->phase, PHASE_INSIDE, __ATOMIC_RELEASE);
    result = code->region(code->argument);
    self->phase->result = result;
    __atomic_store_n(&self->phase->phase, PHASE_OVER, __ATOMIC_RELEASE);
    (void)raise(SIGSTOP);
}

static void wait_for_stop(const stepper *stepper)
{
    int status = 0;
    pid_t got;

    do {
        got = waitpid(stepper->child, &status, __WALL);
    } while (got < 0 && errno == EINTR);
    ck_assert_int_eq(got, stepper->child);
    ck_assert_msg(WIFSTOPPED(status), "the child ended by itself, with %d",
                  WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
    ck_assert_msg(WSTOPSIG(status) == SIGSTOP || WSTOPSIG(status) == SIGTRAP,
                  "the child has got signal %d", WSTOPSIG(status));
}

static void step(stepper *stepper)
{
    ck_assert_int_eq(ptrace(PTRACE_SINGLESTEP, stepper->child, NULL, NULL), 0);
    wait_for_stop(stepper);
}

static uint32_t phase_of(const stepper *stepper)
{
    return __atomic_load_n(&stepper->phase->phase, __ATOMIC_ACQUIRE);
}

/* With its child, whose stops are then half as expensive. */
static void stay_on_this_processor(void)
{
    cpu_set_t set;
    int processor = sched_getcpu();

    CPU_ZERO(&set);
    if (processor >= 0 && processor < CPU_SETSIZE) {
        CPU_SET((unsigned)processor, &set);
        (void)sched_setaffinity(0, sizeof set, &set);
    }
}

void stepper_start(stepper *stepper, const stepper_code *code)
{
    void *argument[2] = {stepper, (void *)(uintptr_t)code};

    stepper->steps = 0;
    stepper->result = -1;
    stepper->phase = mmap(NULL, sizeof *stepper->phase, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert((void *)stepper->phase != MAP_FAILED);
    stay_on_this_processor();
    stepper->child = test_fork(child_main, argument);
    wait_for_stop(stepper);
    while (phase_of(stepper) == PHASE_BEFORE) {
        step(stepper);
    }
}

bool stepper_step(stepper *stepper)
{
    step(stepper);
    if (phase_of(stepper) == PHASE_OVER) {
        stepper->result = stepper->phase->result;
        return false;
    }
    stepper->steps++;
    ck_assert_msg(stepper->steps < STEPS_MAX, "the region does not end");
    return true;
}

void stepper_kill(stepper *stepper)
{
    (void)kill(stepper->child, SIGKILL);
    ck_assert_int_eq(waitpid(stepper->child, NULL, __WALL), stepper->child);
    (void)munmap(stepper->phase, sizeof *stepper->phase);
    stepper->phase = NULL;
}

/* --- Whether it can be done ------------------------------------------------------------------ */

static void traced(void *argument)
{
    (void)argument;
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
        _exit(1);
    }
    (void)raise(SIGSTOP);
}

const char *stepper_refusal(void)
{
    pid_t child;
    int status = 0;
    bool steps;

#if defined(__aarch64__)
    /* Load and store exclusive never succeed when there is an exception between them. */
    if (!(getauxval(AT_HWCAP) & (1ul << 8))) {
        return "this processor has no atomic instructions that can be stepped";
    }
#elif !defined(__x86_64__)
    return "not written for this processor";
#endif
    child = test_fork(traced, NULL);
    ck_assert_int_eq(waitpid(child, &status, __WALL), child);
    if (!WIFSTOPPED(status)) {
        return "ptrace(2) is not permitted";
    }
    steps = ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) == 0 &&
            waitpid(child, &status, __WALL) == child && WIFSTOPPED(status) &&
            WSTOPSIG(status) == SIGTRAP;
    (void)kill(child, SIGKILL);
    (void)waitpid(child, &status, __WALL);
    return steps ? NULL : "PTRACE_SINGLESTEP does not work here";
}
