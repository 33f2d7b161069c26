/* Whole records of 256 bytes: where copying takes longer than what surrounds it. */
#include <string.h>

#include "bench/index.h"
#include "bench/keep.h"
#include "bench/row.h"
#include "bench/wide.mmf.h"

#define RECORDS 128u /* 32 KiB */

typedef struct plain_wide {
    uint64_t spare;
    wide payload;
} plain_wide;

_Static_assert(sizeof(plain_wide) == WIDE_RECORD_SIZE, "same stride");

static wide_store *store;
static plain_wide plain[RECORDS];

/* The fixture's directory is removed at the end; the handle is left to the end of the program. */
static void open_store(bench_fixture *fixture, uint32_t flags)
{
    const mmf_options options = {.flags = flags | MMF_CREATE | MMF_NO_SYNC};

    bench_check("close", wide_store_close(store));
    bench_check("open", wide_store_open(fixture->small_path, &options, &store));
    while (wide_store_len(store) < RECORDS) {
        bench_check("append", wide_append(store, NULL, NULL));
    }
}

static void prepare_one(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    open_store(fixture, MMF_ONE_WRITER);
}

static void prepare_many(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    open_store(fixture, 0);
}

static void get(bench_fixture *fixture, uint64_t operations)
{
    (void)fixture;
    for (uint64_t i = 0; i < operations; i++) {
        wide record;

        bench_check("get", wide_get(store, i % RECORDS, &record));
        bench_keep_object(&record);
    }
}

static void plain_get(bench_fixture *fixture, uint64_t operations)
{
    (void)fixture;
    for (uint64_t i = 0; i < operations; i++) {
        wide record;

        memcpy(&record, &plain[i % RECORDS].payload, sizeof record);
        bench_keep_object(&record);
    }
}

static void set(bench_fixture *fixture, uint64_t operations)
{
    wide record = {{7}};

    (void)fixture;
    for (uint64_t i = 0; i < operations; i++) {
        bench_check("set", wide_set(store, i % RECORDS, &record));
        bench_keep_object(&record);
    }
}

static void plain_set(bench_fixture *fixture, uint64_t operations)
{
    wide record = {{7}};

    (void)fixture;
    for (uint64_t i = 0; i < operations; i++) {
        memcpy(&plain[i % RECORDS].payload, &record, sizeof record);
        bench_keep_object(&record);
    }
}

#define NONE                                                                                       \
    {                                                                                              \
        BENCH_NO_DATA, 0, 0                                                                        \
    }
#define N 2000000

static const bench_row rows[] = {
    {"get record (248 bytes)", "memcpy", NONE, get, plain_get, N, prepare_one, NULL},
    {"set record (248 bytes)", "memcpy", NONE, set, plain_set, N, prepare_one, NULL},
    {"set record (248), many", "memcpy", NONE, set, plain_set, N, prepare_many, NULL},
};

const bench_rows bench_wide_rows = {rows, sizeof rows / sizeof *rows};
