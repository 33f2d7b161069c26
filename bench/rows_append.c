/* Appending records of 48 bytes, beside writing the same bytes to a mapped file: a fresh one, whose
 * pages the kernel maps as they are met, or one whose pages are there. And growing. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/keep.h"
#include "bench/peers.h"
#include "bench/setups.h"

#define APPENDS 5000000u
#define BATCH 1000u

static bench_plain_record *plain; /* in a mapped file; NULL: there is none */
static uint64_t plain_records;
static int plain_fd = -1;

/* --- Before a run ---------------------------------------------------------------------------- */

static void new_store(bench_fixture *fixture, uint32_t flags, uint64_t capacity)
{
    bench_check("close", market_cap_store_close(fixture->store));
    fixture->store = bench_store_create(fixture->path, flags | MMF_NO_SYNC, capacity);
}

static void store_of_full_size(bench_fixture *fixture, uint64_t operations)
{
    new_store(fixture, MMF_ONE_WRITER, operations);
}

static void store_of_many(bench_fixture *fixture, uint64_t operations)
{
    new_store(fixture, 0, operations);
}

static void store_that_grows(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    new_store(fixture, MMF_ONE_WRITER, 0);
}

static void touched_store(bench_fixture *fixture, uint64_t operations)
{
    new_store(fixture, MMF_ONE_WRITER, operations);
    bench_touch(fixture->store->base.records, operations * MARKET_CAP_RECORD_SIZE);
}

static void touched_store_of_many(bench_fixture *fixture, uint64_t operations)
{
    new_store(fixture, 0, operations);
    bench_touch(fixture->store->base.records, operations * MARKET_CAP_RECORD_SIZE);
}

static void forget_file(void)
{
    if (plain) {
        munmap(plain, plain_records * sizeof *plain);
        plain = NULL;
    }
    if (plain_fd >= 0) {
        close(plain_fd);
        plain_fd = -1;
    }
}

static void empty_file(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    forget_file();
    plain_fd = bench_new_file(fixture->other_path, 0);
}

/* Made as a store is: its blocks are allocated, nothing is written. */
static void fresh_file(bench_fixture *fixture, uint64_t operations)
{
    empty_file(fixture, operations);
    plain_records = operations;
    if ((errno = posix_fallocate(plain_fd, 0, (off_t)(operations * sizeof *plain))) != 0) {
        bench_fail_system(fixture->other_path);
    }
    plain = bench_map(plain_fd, operations * sizeof *plain);
}

static void touched_file(bench_fixture *fixture, uint64_t operations)
{
    fresh_file(fixture, operations);
    bench_touch(plain, operations * sizeof *plain);
}

/* Mapped beyond its end, as a store is: its blocks are to come. */
static void file_to_grow(bench_fixture *fixture, uint64_t operations)
{
    empty_file(fixture, operations);
    plain_records = operations;
    plain = bench_map(plain_fd, operations * sizeof *plain);
}

static void end(bench_fixture *fixture)
{
    (void)fixture;
    forget_file();
}

/* --- One by one ------------------------------------------------------------------------------ */

static void append(bench_fixture *fixture, uint64_t operations)
{
    market_cap_store *store = fixture->store;
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("append", market_cap_append(store, &record, NULL));
        bench_keep_object(&record);
    }
}

static void plain_append(bench_fixture *fixture, uint64_t operations)
{
    bench_plain_record *records = plain;
    market_cap record = bench_record(7);

    (void)fixture;
    for (uint64_t i = 0; i < operations; i++) {
        records[i].spare = 512;
        memcpy(&records[i].payload, &record, sizeof record);
        bench_keep_object(&record);
    }
}

/* By a quarter, which is what a store does. */
static uint64_t allocate_more(bench_fixture *fixture, uint64_t room)
{
    uint64_t more = room / 4 > 64 ? room / 4 : 64;

    if ((errno = posix_fallocate(plain_fd, (off_t)(room * sizeof *plain),
                                 (off_t)(more * sizeof *plain))) != 0) {
        bench_fail_system(fixture->other_path);
    }
    return room + more;
}

static void plain_append_growing(bench_fixture *fixture, uint64_t operations)
{
    bench_plain_record *records = plain;
    market_cap record = bench_record(7);
    uint64_t room = 0;

    for (uint64_t i = 0; i < operations; i++) {
        if (i == room) {
            room = allocate_more(fixture, room);
        }
        records[i].spare = 512;
        memcpy(&records[i].payload, &record, sizeof record);
        bench_keep_object(&record);
    }
}

static void call_write(bench_fixture *fixture, uint64_t operations)
{
    bench_plain_record record = {512, bench_record(7)};

    (void)fixture;
    for (uint64_t i = 0; i < operations; i++) {
        bench_check_size("write", write(plain_fd, &record, sizeof record), sizeof record);
    }
}

/* --- By batches ------------------------------------------------------------------------------ */

static uint64_t batch_of(uint64_t left)
{
    return left < BATCH ? left : BATCH;
}

static void fill_batch(market_cap batch[BATCH])
{
    for (uint32_t i = 0; i < BATCH; i++) {
        batch[i] = bench_record(7);
    }
}

static void append_batches(bench_fixture *fixture, uint64_t operations)
{
    market_cap_store *store = fixture->store;
    market_cap batch[BATCH];
    uint64_t n;

    fill_batch(batch);
    for (uint64_t i = 0; i < operations; i += n) {
        n = batch_of(operations - i);
        bench_check("append_n", market_cap_append_n(store, batch, n, NULL));
        bench_keep_object(batch);
    }
}

static void plain_append_batches(bench_fixture *fixture, uint64_t operations)
{
    bench_plain_record *records = plain;
    market_cap batch[BATCH];
    uint64_t n;

    (void)fixture;
    fill_batch(batch);
    for (uint64_t i = 0; i < operations; i += n) {
        n = batch_of(operations - i);
        for (uint64_t j = 0; j < n; j++) {
            records[i + j].spare = 512;
            memcpy(&records[i + j].payload, &batch[j], sizeof batch[j]);
        }
        bench_keep_object(batch);
    }
}

/* As if the records lay in memory as they lie in the file. */
static void copy_batches(bench_fixture *fixture, uint64_t operations)
{
    bench_plain_record batch[BATCH];
    uint64_t n;

    (void)fixture;
    for (uint32_t i = 0; i < BATCH; i++) {
        batch[i] = (bench_plain_record){512, bench_record(7)};
    }
    for (uint64_t i = 0; i < operations; i += n) {
        n = batch_of(operations - i);
        memcpy(&plain[i], batch, n * sizeof *batch);
        bench_keep_object(batch);
    }
}

/* --- What there is then ---------------------------------------------------------------------- */

static uint64_t appended(bench_fixture *fixture)
{
    uint64_t count = market_cap_store_len(fixture->store);
    market_cap record;

    bench_check("get", market_cap_get(fixture->store, count - 1, &record));
    return bench_hash(0, &record, sizeof record);
}

static uint64_t plain_appended(bench_fixture *fixture)
{
    (void)fixture;
    return bench_hash(0, &plain[plain_records - 1].payload, sizeof(market_cap));
}

static uint64_t written(bench_fixture *fixture)
{
    bench_plain_record record;
    off_t last = lseek(plain_fd, 0, SEEK_END) - (off_t)sizeof record;

    (void)fixture;
    bench_check_size("pread", pread(plain_fd, &record, sizeof record, last), sizeof record);
    return bench_hash(0, &record.payload, sizeof record.payload);
}

/* --- Growing --------------------------------------------------------------------------------- */

static void small_store(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    new_store(fixture, MMF_ONE_WRITER, 64);
}

#define GROWTH_BYTES (100 * MB)

static void reserve(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    bench_check("reserve",
                market_cap_store_reserve(fixture->store,
                                         GROWTH_BYTES / fixture->divisor / MARKET_CAP_RECORD_SIZE));
}

static void plain_reserve(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    if ((errno = posix_fallocate(plain_fd, 0, (off_t)(GROWTH_BYTES / fixture->divisor))) != 0) {
        bench_fail_system(fixture->other_path);
    }
}

#define APPEND(row_name, row_bytes, ours, ours_first, theirs, theirs_first)                        \
    {                                                                                              \
        .group = "append", .name = row_name, .operations = APPENDS, .bytes = row_bytes,            \
        .memory = 600 * MB, .end = end,                                                            \
        .ways = {                                                                                  \
            BENCH_WAY_THAT("mmf", ours, ours_first, appended),                                     \
            BENCH_WAY_THAT("plain", theirs, theirs_first, plain_appended),                         \
        },                                                                                         \
    }

static const bench_row rows[] = {
    {
        .group = "append",
        .name = "append",
        .operations = APPENDS,
        .memory = 2000 * MB,
        .end = end,
        .ways =
            {
                BENCH_WAY_THAT("mmf", append, store_that_grows, appended),
                BENCH_WAY_THAT("plain", plain_append_growing, file_to_grow, plain_appended),
                BENCH_WAY_THAT("write", call_write, empty_file, written),
                BENCH_WAY_THAT("lmdb", bench_lmdb_append, bench_need_new_lmdb, bench_lmdb_appended),
                BENCH_WAY_THAT("sqlite", bench_sqlite_append, bench_need_new_sqlite,
                               bench_sqlite_appended),
            },
    },
    APPEND("append, file of full size", 0, append, store_of_full_size, plain_append, fresh_file),
    APPEND("append, touched pages", 0, append, touched_store, plain_append, touched_file),
    APPEND("append, many writers", 0, append, store_of_many, plain_append, fresh_file),
    APPEND("append, touched, many writers", 0, append, touched_store_of_many, plain_append,
           touched_file),
    {
        .group = "append",
        .name = "append_n",
        .operations = APPENDS,
        .bytes = sizeof(bench_plain_record),
        .memory = 1000 * MB,
        .end = end,
        .ways =
            {
                BENCH_WAY_THAT("mmf", append_batches, touched_store, appended),
                BENCH_WAY_THAT("plain", plain_append_batches, touched_file, plain_appended),
                BENCH_WAY_THAT("memcpy", copy_batches, touched_file, plain_appended),
            },
    },
    {
        .group = "append",
        .name = "append_n, file of full size",
        .operations = APPENDS,
        .bytes = sizeof(bench_plain_record),
        .memory = 1000 * MB,
        .end = end,
        .ways =
            {
                BENCH_WAY_THAT("mmf", append_batches, store_of_full_size, appended),
                BENCH_WAY_THAT("plain", plain_append_batches, fresh_file, plain_appended),
                BENCH_WAY_THAT("memcpy", copy_batches, fresh_file, plain_appended),
            },
    },
    {
        .group = "growth",
        .name = "grow by 100 MB",
        .flags = BENCH_EXACT | BENCH_UNDIVIDED | BENCH_UNLIKE | BENCH_ELAPSED,
        .operations = 1,
        .memory = 300 * MB,
        .end = end,
        .ways =
            {
                BENCH_WAY_AFTER("mmf", reserve, small_store),
                BENCH_WAY_AFTER("plain", plain_reserve, empty_file),
            },
    },
};

const bench_rows bench_append_rows = BENCH_ROWS_OF(rows);
