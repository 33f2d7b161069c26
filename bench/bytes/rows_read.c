/* Reading at offsets of a file that is in the page cache. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "bench/bytes/row.h"
#include "bench/keep.h"

/* --- One thread, one piece after the other ---------------------------------------------------- */

static void read_at(bytes_bench *bench, uint64_t operations)
{
    uint64_t offset = 0;
    size_t got = 0;

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("read_at",
                    mmf_file_read_at(bench->file, offset, bench->buffer, bench->piece, &got));
        bench_keep_object(bench->buffer);
        offset = bench_next(bench, offset);
    }
}

static void copy(bytes_bench *bench, uint64_t operations)
{
    uint64_t offset = 0;

    for (uint64_t i = 0; i < operations; i++) {
        memcpy(bench->buffer, bench->plain + offset, bench->piece);
        bench_keep_object(bench->buffer);
        offset = bench_next(bench, offset);
    }
}

static void call_pread(bytes_bench *bench, uint64_t operations)
{
    uint64_t offset = 0;

    for (uint64_t i = 0; i < operations; i++) {
        bench_check_size("pread", pread(bench->fd, bench->buffer, bench->piece, (off_t)offset),
                         bench->piece);
        offset = bench_next(bench, offset);
    }
}

/* --- Threads, pieces at random ---------------------------------------------------------------- */

typedef void read_piece(bytes_bench *bench, uint64_t offset, unsigned char *buffer);

typedef struct reader {
    bytes_bench *bench;
    read_piece *read;
    uint64_t operations;
    uint64_t seed;
    int processor;
} reader;

#define RANDOM_PIECE 1024u

static void *read_at_random(void *argument)
{
    reader *reader = argument;
    uint64_t state = reader->seed;
    uint64_t pieces = reader->bench->size / RANDOM_PIECE;
    unsigned char buffer[RANDOM_PIECE];

    bench_go_to_processor(reader->processor);
    for (uint64_t i = 0; i < reader->operations; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        reader->read(reader->bench, ((state >> 32) * pieces >> 32) * RANDOM_PIECE, buffer);
        bench_keep_object(buffer);
    }
    return NULL;
}

static void read_by_threads(bytes_bench *bench, read_piece *read, uint64_t operations,
                            unsigned threads)
{
    reader readers[2];
    pthread_t other;

    for (unsigned i = 0; i < threads; i++) {
        readers[i] = (reader){bench, read, operations / threads, i + 1, bench->processors[i]};
    }
    if (threads == 2 && (errno = pthread_create(&other, NULL, read_at_random, &readers[1])) != 0) {
        bench_fail_system("pthread_create");
    }
    read_at_random(&readers[0]);
    if (threads == 2) {
        pthread_join(other, NULL);
    }
}

static void piece_of_ours(bytes_bench *bench, uint64_t offset, unsigned char *buffer)
{
    size_t got = 0;

    bench_check("read_at", mmf_file_read_at(bench->file, offset, buffer, RANDOM_PIECE, &got));
}

static void piece_of_plain(bytes_bench *bench, uint64_t offset, unsigned char *buffer)
{
    memcpy(buffer, bench->plain + offset, RANDOM_PIECE);
}

static void piece_by_pread(bytes_bench *bench, uint64_t offset, unsigned char *buffer)
{
    bench_check_size("pread", pread(bench->fd, buffer, RANDOM_PIECE, (off_t)offset), RANDOM_PIECE);
}

static void two_of_ours(bytes_bench *bench, uint64_t operations)
{
    read_by_threads(bench, piece_of_ours, operations, 2);
}

static void one_of_ours(bytes_bench *bench, uint64_t operations)
{
    read_by_threads(bench, piece_of_ours, operations, 1);
}

static void two_plain(bytes_bench *bench, uint64_t operations)
{
    read_by_threads(bench, piece_of_plain, operations, 2);
}

static void one_plain(bytes_bench *bench, uint64_t operations)
{
    read_by_threads(bench, piece_of_plain, operations, 1);
}

static void two_by_pread(bytes_bench *bench, uint64_t operations)
{
    read_by_threads(bench, piece_by_pread, operations, 2);
}

static const bytes_way ways[] = {
    {"read_at", read_at, NULL},
    {"memcpy", copy, NULL},
    {"pread(2)", call_pread, NULL},
};

static const bytes_way random_ways[] = {
    {"2 threads", two_of_ours, NULL},    {"1 thread", one_of_ours, NULL},
    {"memcpy, 2", two_plain, NULL},      {"memcpy, 1", one_plain, NULL},
    {"pread(2), 2", two_by_pread, NULL},
};

#define READ(name, piece, size, operations)                                                        \
    {                                                                                              \
        name, piece, size, operations, ways, sizeof ways / sizeof *ways, 2 * (size), 1,            \
            bench_open_warm, bench_close                                                           \
    }
#define RANDOM(name, size)                                                                         \
    {                                                                                              \
        name, RANDOM_PIECE, size, 2000000, random_ways, sizeof random_ways / sizeof *random_ways,  \
            (size) + (size) / 4, 2, bench_open_warm, bench_close                                   \
    }

static const bytes_row rows[] = {
    READ("read 64 B", 64, 256 * KB, 500000),   READ("read 1 KB", KB, 256 * KB, 100000),
    READ("read 10 KB", 10 * KB, MB, 10000),    READ("read 100 KB", 100 * KB, 16 * MB, 1000),
    READ("read 1 MB", MB, 16 * MB, 100),       RANDOM("random 1 KB of 256 KB", 256 * KB),
    RANDOM("random 1 KB of 256 MB", 256 * MB), RANDOM("random 1 KB of 1 GB", GB),
};

const bytes_rows bytes_read_rows = {rows, sizeof rows / sizeof *rows};
