/* What a dead writer costs those who live, and how quickly news arrive. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/row.h"

#define SMALL 10u
#define LARGE 10000000u

/* --- A writer killed in the middle of a change ----------------------------------------------- */

/* In a child: enters record 0, changes half of it, and dies. */
static void die_inside(const char *path)
{
    static const unsigned char half[16] = {1};
    pid_t child = fork();

    if (child == 0) {
        market_cap_store *store;
        mmf_write_section section;

        bench_check("open", market_cap_store_open(path, NULL, &store));
        bench_check("begin", mmf_write_begin(&store->base, 0, MARKET_CAP_RECORD_SIZE, 8,
                                             MARKET_CAP_PAYLOAD_SIZE, &section));
        mmf_bytes_store(section.payload, half, sizeof half);
        (void)kill(getpid(), SIGKILL);
    }
    if (child < 0 || waitpid(child, NULL, 0) != child) {
        bench_fail_system("fork");
    }
}

static void fill_store(const char *path, uint64_t records)
{
    market_cap_store *store;

    if (access(path, F_OK) == 0) {
        return;
    }
    store = bench_store_create(path, MMF_ONE_WRITER, records);
    for (uint64_t i = 0; i < records; i++) {
        market_cap record = bench_record(i);

        bench_check("append", market_cap_append(store, &record, NULL));
    }
    bench_check("close", market_cap_store_close(store));
}

static void prepare(bench_fixture *fixture, const char *path, uint64_t records)
{
    bench_check("close", market_cap_store_close(fixture->store));
    fixture->store = NULL;
    fill_store(path, records);
    die_inside(path);
}

static void prepare_large(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    prepare(fixture, fixture->path, LARGE / fixture->divisor);
}

static void prepare_small(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    prepare(fixture, fixture->small_path, SMALL);
}

/* Opens the store and reads the record that the dead writer was in. */
static void open_and_get(bench_fixture *fixture, const char *path)
{
    market_cap record;

    bench_check("open", market_cap_store_open(path, NULL, &fixture->store));
    bench_check("get", market_cap_get(fixture->store, 0, &record));
}

static void recover_large(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    open_and_get(fixture, fixture->path);
}

static void recover_small(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    open_and_get(fixture, fixture->small_path);
}

/* --- News ------------------------------------------------------------------------------------ */

/* Two processes that take turns: each waits for the other's record and changes its own. */
static void echo(const char *path)
{
    market_cap_store *store;
    uint64_t version = 0;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    bench_check("open", market_cap_store_open(path, NULL, &store));
    bench_check("version", market_cap_read_version(store, 0, &version));
    bench_check("ready", market_cap_set_id(store, 1, 1));
    for (uint64_t n = 2;; n++) {
        bench_check("wait", market_cap_wait_changed(store, 0, version, MMF_WAIT_FOREVER));
        bench_check("version", market_cap_read_version(store, 0, &version));
        bench_check("set", market_cap_set_id(store, 1, n));
    }
}

static void round_trips(bench_fixture *fixture, uint64_t operations)
{
    market_cap_store *store = fixture->store;
    uint64_t version = 0;
    pid_t child;

    bench_check("version", market_cap_read_version(store, 1, &version));
    child = fork();
    if (child == 0) {
        echo(fixture->path);
    }
    for (uint64_t i = 0; i <= operations; i++) {
        bench_check("wait", market_cap_wait_changed(store, 1, version, MMF_WAIT_FOREVER));
        bench_check("version", market_cap_read_version(store, 1, &version));
        bench_check("set", market_cap_set_id(store, 0, i));
    }
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
}

static void pipe_echo(int from, int to)
{
    char byte;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read(from, &byte, 1) == 1 && write(to, &byte, 1) == 1) {
    }
    _exit(0);
}

static void pipe_round_trips(bench_fixture *fixture, uint64_t operations)
{
    int there[2];
    int back[2];
    char byte = 0;
    pid_t child;

    (void)fixture;
    if (pipe(there) != 0 || pipe(back) != 0) {
        bench_fail_system("pipe");
    }
    child = fork();
    if (child == 0) {
        pipe_echo(there[0], back[1]);
    }
    for (uint64_t i = 0; i < operations; i++) {
        if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1) {
            bench_fail_system("pipe");
        }
    }
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    for (int i = 0; i < 2; i++) {
        close(there[i]);
        close(back[i]);
    }
}

#define NONE                                                                                       \
    {                                                                                              \
        BENCH_NO_DATA, 0, 0                                                                        \
    }
#define SHARED                                                                                     \
    {                                                                                              \
        BENCH_RECORDS, 0, 1024                                                                     \
    }

static const bench_row rows[] = {
    {"open after a kill, 10 M", "of 10", NONE, recover_large, recover_small, 1, prepare_large,
     prepare_small},
    {"round trip by waiting", "by pipes", SHARED, round_trips, pipe_round_trips, 10000, NULL, NULL},
};

const bench_rows bench_death_rows = {rows, sizeof rows / sizeof *rows};
