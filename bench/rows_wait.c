/* How quickly news arrive: two processes take turns, each waits for the other's record and changes
 * its own; and the same by pipes. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/machine.h"
#include "bench/setups.h"

static pid_t child;
static uint64_t version;
static int there[2];
static int back[2];

/* --- By waiting ------------------------------------------------------------------------------ */

static void await(market_cap_store *store, uint64_t index, uint64_t *seen)
{
    bench_check("wait", market_cap_wait_changed(store, index, *seen, MMF_WAIT_FOREVER));
    bench_check("version", market_cap_read_version(store, index, seen));
}

static _Noreturn void echo(const bench_fixture *fixture, uint64_t operations)
{
    const mmf_options options = {.flags = MMF_NO_SYNC};
    market_cap_store *store;
    uint64_t seen = 0;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    bench_go_to_processor(fixture->processors[1]);
    bench_check("open", market_cap_store_open(fixture->data_path, &options, &store));
    bench_check("version", market_cap_read_version(store, 0, &seen));
    bench_check("ready", market_cap_set_id(store, 1, 1));
    for (uint64_t n = 0; n < operations; n++) {
        await(store, 0, &seen);
        bench_check("set", market_cap_set_id(store, 1, n));
    }
    _exit(0);
}

static void start_echo(bench_fixture *fixture, uint64_t operations)
{
    bench_check("version", market_cap_read_version(fixture->store, 1, &version));
    child = fork();
    if (child < 0) {
        bench_fail_system("fork");
    }
    if (child == 0) {
        echo(fixture, operations);
    }
    await(fixture->store, 1, &version);
}

static void take_turns(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        bench_check("set", market_cap_set_id(fixture->store, 0, i));
        await(fixture->store, 1, &version);
    }
}

static void wait_for_child(bench_fixture *fixture, uint64_t operations)
{
    (void)fixture;
    (void)operations;
    (void)waitpid(child, NULL, 0);
}

/* --- By pipes -------------------------------------------------------------------------------- */

static _Noreturn void pipe_echo(const bench_fixture *fixture)
{
    char byte;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    bench_go_to_processor(fixture->processors[1]);
    close(there[1]);
    while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1) {
    }
    _exit(0);
}

static void start_pipes(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    if (pipe(there) != 0 || pipe(back) != 0) {
        bench_fail_system("pipe");
    }
    child = fork();
    if (child < 0) {
        bench_fail_system("fork");
    }
    if (child == 0) {
        pipe_echo(fixture);
    }
}

static void take_turns_by_pipes(bench_fixture *fixture, uint64_t operations)
{
    char byte = 0;

    (void)fixture;
    for (uint64_t i = 0; i < operations; i++) {
        if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1) {
            bench_fail_system("pipe");
        }
    }
}

static void close_pipes(bench_fixture *fixture, uint64_t operations)
{
    for (int i = 0; i < 2; i++) {
        close(there[i]);
        close(back[i]);
    }
    wait_for_child(fixture, operations);
}

/* --- When nobody waits ----------------------------------------------------------------------- */

static void wait_for_nothing(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        /* it has more already */
        bench_check("wait", market_cap_store_wait(fixture->store, 0, MMF_WAIT_FOREVER));
    }
}

static void look_at_count(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        __asm__ volatile("" : : "r"(*(volatile uint64_t *)&fixture->setup.records) : "memory");
    }
}

static const bench_row rows[] = {
    {
        .group = "wait and wake",
        .name = "round trip by waiting, two processes",
        .setup = BENCH_MANY,
        .flags = BENCH_ELAPSED | BENCH_UNLIKE | BENCH_CHANGES | BENCH_TWO,
        .operations = 10000,
        .ways =
            {
                {"mmf", take_turns, start_echo, wait_for_child, NULL},
                {"pipes", take_turns_by_pipes, start_pipes, close_pipes, NULL},
            },
    },
    {
        .group = "wait and wake",
        .name = "wait for what has happened",
        .setup = BENCH_MANY,
        .flags = BENCH_UNLIKE,
        .operations = BENCH_MANY_OPERATIONS,
        .ways = {BENCH_WAY("mmf", wait_for_nothing), BENCH_WAY("plain", look_at_count)},
    },
};

const bench_rows bench_wait_rows = BENCH_ROWS_OF(rows);
