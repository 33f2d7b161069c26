/* What a dead writer costs those who live. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/setups.h"

#define SMALL 10u
#define LARGE 10000000u

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

static void prepare(bench_fixture *fixture, const char *path, uint64_t records)
{
    bench_check("close", market_cap_store_close(fixture->store));
    fixture->store = NULL;
    if (access(path, F_OK) != 0) {
        bench_store_make(path, records);
    }
    die_inside(path);
}

static void prepare_large(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    prepare(fixture, fixture->path, bench_divided(fixture, LARGE));
}

static void prepare_small(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    prepare(fixture, fixture->other_path, SMALL);
}

/* Opens the store and reads the record that the dead writer was in. */
static void open_and_get(bench_fixture *fixture, const char *path)
{
    market_cap record;

    bench_check("open", market_cap_store_open(path, NULL, &fixture->store));
    bench_check("get", market_cap_get(fixture->store, 0, &record));
    fixture->seen = bench_hash(0, &record, sizeof record);
}

static void recover_large(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    open_and_get(fixture, fixture->path);
}

static void recover_small(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    open_and_get(fixture, fixture->other_path);
}

/* --- A handle that was open all the time ----------------------------------------------------- */

static void prepare_open(bench_fixture *fixture, uint64_t operations)
{
    prepare_small(fixture, operations);
    bench_check("open", market_cap_store_open(fixture->other_path, NULL, &fixture->store));
    die_inside(fixture->other_path);
}

static void prepare_at_rest(bench_fixture *fixture, uint64_t operations)
{
    market_cap record;

    prepare_open(fixture, operations);
    bench_check("get", market_cap_get(fixture->store, 0, &record));
}

static void get_first(bench_fixture *fixture, uint64_t operations)
{
    market_cap record;

    (void)operations;
    bench_check("get", market_cap_get(fixture->store, 0, &record));
    fixture->seen = bench_hash(0, &record, sizeof record);
}

#define ONCE (BENCH_EXACT | BENCH_UNDIVIDED | BENCH_ELAPSED)

static const bench_row rows[] = {
    {
        .group = "recovery",
        .name = "open after a kill, and get, of 10 M",
        .flags = ONCE,
        .operations = 1,
        .memory = 600 * MB,
        .ways =
            {
                BENCH_WAY_AFTER("mmf", recover_large, prepare_large),
                BENCH_WAY_AFTER("mmf of 10", recover_small, prepare_small),
            },
    },
    {
        .group = "recovery",
        .name = "get a record that a dead writer was in",
        .flags = ONCE,
        .operations = 1,
        .ways =
            {
                BENCH_WAY_AFTER("mmf", get_first, prepare_open),
                BENCH_WAY_AFTER("mmf at rest", get_first, prepare_at_rest),
            },
    },
};

const bench_rows bench_recovery_rows = BENCH_ROWS_OF(rows);
