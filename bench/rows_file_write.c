/* Writing at offsets of a file that is in the page cache and has all its blocks. */
#define _GNU_SOURCE
#include <string.h>
#include <unistd.h>

#include "bench/bytes.h"
#include "bench/keep.h"
#include "bench/setups.h"

static void write_at(bench_fixture *fixture, uint64_t operations)
{
    uint64_t offset = 0;

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("write_at", mmf_file_write_at(fixture->file, offset, fixture->buffer,
                                                  fixture->piece, NULL));
        bench_keep_stores();
        offset = bench_next(fixture, offset);
    }
}

static void copy(bench_fixture *fixture, uint64_t operations)
{
    uint64_t offset = 0;

    for (uint64_t i = 0; i < operations; i++) {
        memcpy(fixture->bytes + offset, fixture->buffer, fixture->piece);
        bench_keep_stores();
        offset = bench_next(fixture, offset);
    }
}

static void call_pwrite(bench_fixture *fixture, uint64_t operations)
{
    uint64_t offset = 0;

    for (uint64_t i = 0; i < operations; i++) {
        bench_check_size("pwrite",
                         pwrite(fixture->fd, fixture->buffer, fixture->piece, (off_t)offset),
                         fixture->piece);
        offset = bench_next(fixture, offset);
    }
}

static void begin(bench_fixture *fixture)
{
    bench_open_warm(fixture);
    memset(fixture->bytes, 0, fixture->size); /* so that what is written can be told */
}

#define WRITE(row_name, row_piece, row_size, count)                                                \
    {                                                                                              \
        .group = "mapped files: write", .name = row_name, .operations = count, .bytes = row_piece, \
        .memory = 2 * (row_size), .piece = row_piece, .size = row_size, .begin = begin,            \
        .end = bench_close,                                                                        \
        .ways = {                                                                                  \
            BENCH_WAY_THAT("mmf", write_at, NULL, bench_bytes_digest),                             \
            BENCH_WAY_THAT("plain", copy, NULL, bench_bytes_digest),                               \
            BENCH_WAY_THAT("pwrite", call_pwrite, NULL, bench_bytes_digest),                       \
        },                                                                                         \
    }

static const bench_row rows[] = {
    WRITE("write 64 B", 64, 256 * KB, 1000000),    WRITE("write 1 KB", KB, 256 * KB, 1000000),
    WRITE("write 4 KB", 4 * KB, 256 * KB, 100000), WRITE("write 8 KB", 8 * KB, 256 * KB, 100000),
    WRITE("write 64 KB", 64 * KB, 16 * MB, 10000), WRITE("write 1 MB", MB, 16 * MB, 1000),
    WRITE("write 16 MB", 16 * MB, 128 * MB, 100),
};

const bench_rows bench_file_write_rows = BENCH_ROWS_OF(rows);
