/* A change of one record, and waiting until it is on the disk. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <unistd.h>

#include "bench/file_ways.h"
#include "bench/peers.h"
#include "bench/setups.h"

static void set_and_sync(bench_fixture *fixture, uint64_t operations)
{
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("set", market_cap_set(fixture->store, 0, &record));
        bench_check("sync", market_cap_store_sync(fixture->store));
    }
}

static void set_and_sync_range(bench_fixture *fixture, uint64_t operations)
{
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("set", market_cap_set(fixture->store, 0, &record));
        bench_check("sync", market_cap_store_sync_range(fixture->store, 0, 1));
    }
}

/* The page of the first record. */
static void plain_set_and_sync(bench_fixture *fixture, uint64_t operations)
{
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        memcpy(&fixture->plain[0].payload, &record, sizeof record);
        if (msync(fixture->mapping.bytes + fixture->data_offset / 4096 * 4096, 4096, MS_SYNC) !=
            0) {
            bench_fail_system("msync");
        }
    }
}

static void pwrite_and_sync(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        bench_pwrite_record(fixture, 1);
        if (fdatasync(fixture->mapping.fd) != 0) {
            bench_fail_system("fdatasync");
        }
    }
}

/* Each way changes the first record alone, however often. */
static uint64_t first_record(bench_fixture *fixture)
{
    return bench_hash(0, &fixture->plain[0].payload, sizeof(market_cap));
}

static const bench_row rows[] = {
    {
        .group = "sync",
        .name = "set a record and sync",
        .setup = BENCH_ONE,
        .flags = BENCH_CHANGES | BENCH_ELAPSED,
        .operations = 1000,
        .ways =
            {
                BENCH_WAY_THAT("mmf", set_and_sync, NULL, bench_file_changes),
                BENCH_WAY_THAT("plain", plain_set_and_sync, NULL, bench_file_changes),
                BENCH_WAY_THAT("pwrite", pwrite_and_sync, NULL, bench_file_changes),
                BENCH_WAY_THAT("lmdb", bench_lmdb_set_and_sync, bench_need_lmdb,
                               bench_lmdb_changes),
                BENCH_WAY_THAT("sqlite", bench_sqlite_set_and_sync, bench_need_synced_sqlite,
                               bench_sqlite_changes),
            },
    },
    {
        .group = "sync",
        .name = "set a record and sync_range",
        .setup = BENCH_ONE,
        .flags = BENCH_CHANGES | BENCH_ELAPSED,
        .operations = 1000,
        .ways =
            {
                BENCH_WAY_THAT("mmf", set_and_sync_range, NULL, first_record),
                BENCH_WAY_THAT("plain", plain_set_and_sync, NULL, first_record),
            },
    },
};

const bench_rows bench_sync_rows = BENCH_ROWS_OF(rows);
