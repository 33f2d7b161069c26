/* Opening a store that was closed in good order, getting its first record and closing it: against
 * the number of records, and beside the system calls that mapping a file takes at least. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/keep.h"
#include "bench/peers.h"
#include "bench/setups.h"

#define FEW 10u

static void need_small(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    if (access(fixture->other_path, F_OK) != 0) {
        bench_store_make(fixture->other_path, FEW);
    }
}

static void open_and_get(bench_fixture *fixture, const char *path, uint32_t flags,
                         uint64_t operations)
{
    mmf_options options = {.flags = flags};
    market_cap record;

    for (uint64_t i = 0; i < operations; i++) {
        market_cap_store *store;

        bench_check("open", market_cap_store_open(path, &options, &store));
        bench_check("get", market_cap_get(store, 0, &record));
        bench_check("close", market_cap_store_close(store));
    }
    fixture->seen = bench_hash(0, &record, sizeof record);
}

static void read_only(bench_fixture *fixture, uint64_t operations)
{
    open_and_get(fixture, fixture->data_path, MMF_READ_ONLY, operations);
}

static void small_read_only(bench_fixture *fixture, uint64_t operations)
{
    open_and_get(fixture, fixture->other_path, MMF_READ_ONLY, operations);
}

static void one_writer(bench_fixture *fixture, uint64_t operations)
{
    open_and_get(fixture, fixture->data_path, MMF_ONE_WRITER, operations);
}

static void small_one_writer(bench_fixture *fixture, uint64_t operations)
{
    open_and_get(fixture, fixture->other_path, MMF_ONE_WRITER, operations);
}

static void many_writers(bench_fixture *fixture, uint64_t operations)
{
    open_and_get(fixture, fixture->data_path, 0, operations);
}

static void small_many_writers(bench_fixture *fixture, uint64_t operations)
{
    open_and_get(fixture, fixture->other_path, 0, operations);
}

static void map_and_get(bench_fixture *fixture, uint64_t operations)
{
    market_cap record;

    for (uint64_t i = 0; i < operations; i++) {
        int fd = open(fixture->data_path, O_RDONLY | O_CLOEXEC);
        struct stat info;
        unsigned char *bytes;

        if (fd < 0 || fstat(fd, &info) != 0) {
            bench_fail_system("open");
        }
        bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
        if (bytes == MAP_FAILED) {
            bench_fail_system("mmap");
        }
        memcpy(&record, bytes + fixture->data_offset + 8, sizeof record);
        munmap(bytes, (size_t)info.st_size);
        close(fd);
    }
    fixture->seen = bench_hash(0, &record, sizeof record);
}

/* The handle that a setup comes with must not be in the way of one that writes. */
#define SIZED(count)                                                                               \
    {                                                                                              \
        BENCH_RECORDS, MMF_READ_ONLY, count                                                        \
    }
#define PEERS                                                                                      \
    BENCH_WAY("plain", map_and_get),                                                               \
        BENCH_WAY_AFTER("lmdb", bench_lmdb_open, bench_need_closed_lmdb),                          \
        BENCH_WAY_AFTER("sqlite", bench_sqlite_open, bench_need_closed_sqlite)
#define OPEN(text, count, need)                                                                    \
    {                                                                                              \
        .group = "open", .name = "open of " text " records", .setup = SIZED(count),                \
        .flags = BENCH_ELAPSED | BENCH_UNDIVIDED, .operations = 200, .memory = need,               \
        .ways = {BENCH_WAY("mmf", read_only), PEERS},                                              \
    }
#define TO_WRITE(row_name, count, ours, small, need)                                               \
    {                                                                                              \
        .group = "open", .name = row_name, .setup = SIZED(count),                                  \
        .flags = BENCH_ELAPSED | BENCH_UNDIVIDED, .operations = 100, .memory = need,               \
        .ways = {                                                                                  \
            BENCH_WAY("mmf", ours),                                                                \
            BENCH_WAY("plain", map_and_get),                                                       \
            BENCH_WAY_AFTER("mmf of 10", small, need_small),                                       \
        },                                                                                         \
    }

static const bench_row rows[] = {
    OPEN("10", 10, 0),
    OPEN("1 K", 1024, 0),
    OPEN("100 K", 100000, 0),
    OPEN("1 M", 1000000, 500 * MB),
};

const bench_rows bench_open_rows = BENCH_ROWS_OF(rows);

/* Of what rows_large.c has made. */
static const bench_row large_rows[] = {
    {
        .group = "open",
        .name = "open of 10 M records",
        .setup = SIZED(10000000),
        .flags = BENCH_ELAPSED | BENCH_UNDIVIDED,
        .operations = 200,
        .memory = 2500 * MB,
        .ways =
            {
                BENCH_WAY("mmf", read_only),
                PEERS,
                BENCH_WAY_AFTER("mmf of 10", small_read_only, need_small),
            },
    },
    TO_WRITE("open of 10 M records, one writer", 10000000, one_writer, small_one_writer, 600 * MB),
    TO_WRITE("open of 10 M records, many writers", 10000000, many_writers, small_many_writers,
             600 * MB),
};

const bench_rows bench_open_large_rows = BENCH_ROWS_OF(large_rows);
