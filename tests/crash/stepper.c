#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tests/crash/stepper.h"

#include <check.h>
#include <elf.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
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

/* The signal that it stopped with. */
static int wait_for_stop(const stepper *stepper)
{
    int status = 0;
    pid_t got;

    do {
        got = waitpid(stepper->child, &status, __WALL);
    } while (got < 0 && errno == EINTR);
    ck_assert_int_eq(got, stepper->child);
    ck_assert_msg(WIFSTOPPED(status), "the child ended by itself, with %d",
                  WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
    return WSTOPSIG(status);
}

static int resume(const stepper *stepper, enum __ptrace_request how)
{
    ck_assert_int_eq(ptrace(how, stepper->child, NULL, NULL), 0);
    return wait_for_stop(stepper);
}

static void step(const stepper *stepper)
{
    int signal = resume(stepper, PTRACE_SINGLESTEP);

    ck_assert_msg(signal == SIGTRAP, "the child has got signal %d", signal);
}

/* Whether the next instruction is a system call. */
static bool is_before_call(const stepper *stepper)
{
    struct user_regs_struct registers;
    struct iovec vector = {&registers, sizeof registers};
    long word;

    ck_assert_int_eq(
        ptrace(PTRACE_GETREGSET, stepper->child, (void *)(uintptr_t)NT_PRSTATUS, &vector), 0);
#if defined(__aarch64__)
    word = ptrace(PTRACE_PEEKTEXT, stepper->child, (void *)(uintptr_t)registers.pc, NULL);
    return (uint32_t)word == 0xd4000001; /* svc #0 */
#elif defined(__x86_64__)
    word = ptrace(PTRACE_PEEKTEXT, stepper->child, (void *)(uintptr_t)registers.rip, NULL);
    return (uint16_t)word == 0x050f; /* syscall */
#else
    (void)word;
    return false;
#endif
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

    *stepper = (struct stepper){.result = -1};
    stepper->phase = mmap(NULL, sizeof *stepper->phase, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert((void *)stepper->phase != MAP_FAILED);
    stay_on_this_processor();
    stepper->child = test_fork(child_main, argument);
    ck_assert_int_eq(wait_for_stop(stepper), SIGSTOP);
    ck_assert_int_eq(ptrace(PTRACE_SETOPTIONS, stepper->child, NULL, PTRACE_O_TRACESYSGOOD), 0);
    while (phase_of(stepper) == PHASE_BEFORE) {
        step(stepper);
    }
}

/* Whether the region goes on. */
static bool goes_on(stepper *stepper)
{
    if (phase_of(stepper) != PHASE_OVER) {
        return true;
    }
    stepper->result = stepper->phase->result;
    return false;
}

bool stepper_step(stepper *stepper)
{
    bool is_call = is_before_call(stepper);

    ck_assert_msg(stepper->steps < STEPS_MAX, "the region does not end");
    step(stepper);
    stepper->steps++;
    stepper->place.steps++;
    if (is_call) {
        stepper->place.calls++;
        stepper->place.steps = 0;
    }
    return goes_on(stepper);
}

bool stepper_run(stepper *stepper)
{
    int signal = resume(stepper, PTRACE_SYSCALL);

    ck_assert_msg(signal == (SIGTRAP | 0x80), "the child has got signal %d", signal);
    stepper->is_in_call = !stepper->is_in_call;
    if (!stepper->is_in_call) {
        stepper->place.calls++;
        stepper->place.steps = 0;
    }
    return goes_on(stepper);
}

void stepper_go(stepper *stepper, stepper_place place)
{
    bool more = true;

    while (more && stepper->place.calls < place.calls) {
        more = stepper_run(stepper);
    }
    while (more && stepper->place.steps < place.steps) {
        more = stepper_step(stepper);
    }
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
