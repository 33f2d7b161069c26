#define _GNU_SOURCE
#include "bench/beside.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/machine.h"

/* Seen by a child too. */
typedef struct flags {
    _Atomic bool has_begun;
    _Atomic bool is_enough;
} flags;

static flags *shared;
static pthread_t thread;
static pid_t child; /* 0: it is a thread */
static bench_fixture *fixture_of_thread;
static bench_busy *busy_of_thread;

static void reset_flags(void)
{
    if (!shared) {
        shared =
            mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (shared == MAP_FAILED) {
            bench_fail_system("mmap");
        }
    }
    atomic_store(&shared->has_begun, false);
    atomic_store(&shared->is_enough, false);
}

static void be_busy(bench_fixture *fixture, bench_busy *busy)
{
    bench_go_to_processor(fixture->processors[1]);
    do {
        busy(fixture);
        atomic_store_explicit(&shared->has_begun, true, memory_order_relaxed);
    } while (!atomic_load_explicit(&shared->is_enough, memory_order_relaxed));
}

static void *run_thread(void *argument)
{
    be_busy(fixture_of_thread, busy_of_thread);
    return argument;
}

static void wait_for_begin(void)
{
    while (!atomic_load(&shared->has_begun)) {
        if (child > 0 && waitpid(child, NULL, WNOHANG) != 0) {
            bench_fail("the other process", MMF_E_STUCK);
        }
        sched_yield();
    }
}

void bench_beside_start_thread(bench_fixture *fixture, bench_busy *busy)
{
    reset_flags();
    child = 0;
    fixture_of_thread = fixture;
    busy_of_thread = busy;
    if ((errno = pthread_create(&thread, NULL, run_thread, NULL)) != 0) {
        bench_fail_system("pthread_create");
    }
    wait_for_begin();
}

void bench_beside_start_process(bench_fixture *fixture, bench_busy *open, bench_busy *busy)
{
    reset_flags();
    child = fork();
    if (child < 0) {
        bench_fail_system("fork");
    }
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (open) {
            open(fixture);
        }
        be_busy(fixture, busy);
        _exit(0);
    }
    wait_for_begin();
}

void bench_beside_stop(bench_fixture *fixture, uint64_t operations)
{
    (void)fixture;
    (void)operations;
    atomic_store(&shared->is_enough, true);
    if (child > 0) {
        (void)waitpid(child, NULL, 0);
        child = 0;
    } else {
        pthread_join(thread, NULL);
    }
}
