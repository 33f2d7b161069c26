/* Appending 5 million records of 48 bytes, beside writing the same bytes to memory of the same
 * kind: of a fresh file, whose pages the kernel maps as they are met, or mapped beforehand. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/keep.h"
#include "bench/row.h"

#define APPENDS 5000000u
#define BATCH 100u

/* --- Before a repetition --------------------------------------------------------------------- */

static void new_store(bench_fixture *fixture, uint32_t flags, uint64_t capacity)
{
    market_cap_store_close(fixture->store);
    fixture->store = NULL;
    fixture->store = bench_store_create(fixture->path, flags, capacity);
}

static void store_of_full_size(bench_fixture *fixture, uint64_t operations)
{
    new_store(fixture, MMF_ONE_WRITER, operations);
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

static void new_memory(bench_fixture *fixture, int fd, uint64_t operations)
{
    bench_unmap(fixture->plain, fixture->plain_size);
    fixture->plain_size = operations * sizeof *fixture->plain;
    fixture->plain = bench_map(fd, fixture->plain_size);
}

/* Made as a store is: its blocks are allocated, nothing is written. */
static void file_memory(bench_fixture *fixture, uint64_t operations)
{
    int fd;

    unlink(fixture->small_path);
    fd = open(fixture->small_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || posix_fallocate(fd, 0, (off_t)(operations * sizeof *fixture->plain)) != 0) {
        bench_fail_system(fixture->small_path);
    }
    new_memory(fixture, fd, operations);
    close(fd);
}

static void touched_file_memory(bench_fixture *fixture, uint64_t operations)
{
    file_memory(fixture, operations);
    bench_touch(fixture->plain, fixture->plain_size);
}

static void private_memory(bench_fixture *fixture, uint64_t operations)
{
    new_memory(fixture, -1, operations);
}

static void touched_private_memory(bench_fixture *fixture, uint64_t operations)
{
    new_memory(fixture, -1, operations);
    bench_touch(fixture->plain, fixture->plain_size);
}

/* --- The loops ------------------------------------------------------------------------------- */

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
    bench_plain_record *records = fixture->plain;
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        records[i].spare = 512;
        memcpy(&records[i].payload, &record, sizeof record);
        bench_keep_object(&record);
    }
}

static void append_batches(bench_fixture *fixture, uint64_t operations)
{
    market_cap_store *store = fixture->store;
    market_cap batch[BATCH];

    for (uint32_t i = 0; i < BATCH; i++) {
        batch[i] = bench_record(i);
    }
    for (uint64_t i = 0; i + BATCH <= operations; i += BATCH) {
        bench_check("append_n", market_cap_append_n(store, batch, BATCH, NULL));
        bench_keep_object(batch);
    }
}

static void plain_append_batches(bench_fixture *fixture, uint64_t operations)
{
    bench_plain_record *records = fixture->plain;
    market_cap batch[BATCH];

    for (uint32_t i = 0; i < BATCH; i++) {
        batch[i] = bench_record(i);
    }
    for (uint64_t i = 0; i + BATCH <= operations; i += BATCH) {
        for (uint32_t j = 0; j < BATCH; j++) {
            records[i + j].spare = 512;
            memcpy(&records[i + j].payload, &batch[j], sizeof batch[j]);
        }
        bench_keep_object(batch);
    }
}

#define NONE                                                                                       \
    {                                                                                              \
        BENCH_NO_DATA, 0, 0                                                                        \
    }

static const bench_row rows[] = {
    {"append, file of full size", "fresh file", NONE, append, plain_append, APPENDS,
     store_of_full_size, file_memory},
    {"append, file that grows", "fresh file", NONE, append, plain_append, APPENDS, store_that_grows,
     file_memory},
    {"append, file that grows", "fresh memory", NONE, append, plain_append, APPENDS,
     store_that_grows, private_memory},
    {"append, touched pages", "touched file", NONE, append, plain_append, APPENDS, touched_store,
     touched_file_memory},
    {"append, touched pages", "touched memory", NONE, append, plain_append, APPENDS, touched_store,
     touched_private_memory},
    {"append, touched, many writers", "touched file", NONE, append, plain_append, APPENDS,
     touched_store_of_many, touched_file_memory},
    {"append_n 100, full size", "fresh file", NONE, append_batches, plain_append_batches, APPENDS,
     store_of_full_size, file_memory},
    {"append_n 100, touched pages", "touched file", NONE, append_batches, plain_append_batches,
     APPENDS, touched_store, touched_file_memory},
};

const bench_rows bench_append_rows = {rows, sizeof rows / sizeof *rows};
