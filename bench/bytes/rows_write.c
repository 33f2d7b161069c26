/* Writing at offsets of a file that is in the page cache and has all its blocks. */
#define _GNU_SOURCE
#include <string.h>
#include <unistd.h>

#include "bench/bytes/row.h"
#include "bench/keep.h"

static void write_at(bytes_bench *bench, uint64_t operations)
{
    uint64_t offset = 0;

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("write_at",
                    mmf_file_write_at(bench->file, offset, bench->buffer, bench->piece, NULL));
        bench_keep_stores();
        offset = bench_next(bench, offset);
    }
}

static void copy(bytes_bench *bench, uint64_t operations)
{
    uint64_t offset = 0;

    for (uint64_t i = 0; i < operations; i++) {
        memcpy(bench->plain + offset, bench->buffer, bench->piece);
        bench_keep_stores();
        offset = bench_next(bench, offset);
    }
}

static void call_pwrite(bytes_bench *bench, uint64_t operations)
{
    uint64_t offset = 0;

    for (uint64_t i = 0; i < operations; i++) {
        bench_check_size("pwrite", pwrite(bench->fd, bench->buffer, bench->piece, (off_t)offset),
                         bench->piece);
        offset = bench_next(bench, offset);
    }
}

static const bytes_way ways[] = {
    {"write_at", write_at, NULL},
    {"memcpy", copy, NULL},
    {"pwrite(2)", call_pwrite, NULL},
};

#define WRITE(name, piece, size, operations)                                                       \
    {                                                                                              \
        name, piece, size, operations, ways, sizeof ways / sizeof *ways, 2 * (size), 1,            \
            bench_open_warm, bench_close                                                           \
    }

static const bytes_row rows[] = {
    WRITE("write 64 B", 64, 256 * KB, 200000),    WRITE("write 1 KB", KB, 256 * KB, 100000),
    WRITE("write 4 KB", 4 * KB, 256 * KB, 20000), WRITE("write 8 KB", 8 * KB, 256 * KB, 20000),
    WRITE("write 64 KB", 64 * KB, 16 * MB, 1000), WRITE("write 1 MB", MB, 16 * MB, 100),
};

const bytes_rows bytes_write_rows = {rows, sizeof rows / sizeof *rows};
