/* Reading at offsets of a file that is in the page cache. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "bench/bytes.h"
#include "bench/keep.h"
#include "bench/machine.h"
#include "bench/setups.h"

/* --- One thread, one piece after the other ---------------------------------------------------- */

static void read_at(bench_fixture *fixture, uint64_t operations)
{
    uint64_t offset = 0;
    size_t got = 0;

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("read_at",
                    mmf_file_read_at(fixture->file, offset, fixture->buffer, fixture->piece, &got));
        bench_keep_object(fixture->buffer);
        offset = bench_next(fixture, offset);
    }
}

static void copy(bench_fixture *fixture, uint64_t operations)
{
    uint64_t offset = 0;

    for (uint64_t i = 0; i < operations; i++) {
        memcpy(fixture->buffer, fixture->bytes + offset, fixture->piece);
        bench_keep_object(fixture->buffer);
        offset = bench_next(fixture, offset);
    }
}

static void call_pread(bench_fixture *fixture, uint64_t operations)
{
    uint64_t offset = 0;

    for (uint64_t i = 0; i < operations; i++) {
        bench_check_size("pread",
                         pread(fixture->fd, fixture->buffer, fixture->piece, (off_t)offset),
                         fixture->piece);
        offset = bench_next(fixture, offset);
    }
}

/* --- Threads, pieces at random ---------------------------------------------------------------- */

typedef void read_piece(bench_fixture *fixture, uint64_t offset, unsigned char *buffer);

typedef struct reader {
    bench_fixture *fixture;
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
    uint64_t pieces = reader->fixture->size / RANDOM_PIECE;
    unsigned char buffer[RANDOM_PIECE];

    bench_go_to_processor(reader->processor);
    for (uint64_t i = 0; i < reader->operations; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        reader->read(reader->fixture, ((state >> 32) * pieces >> 32) * RANDOM_PIECE, buffer);
        bench_keep_object(buffer);
    }
    return NULL;
}

static void read_by_threads(bench_fixture *fixture, read_piece *read, uint64_t operations,
                            unsigned threads)
{
    reader readers[2];
    pthread_t other;

    for (unsigned i = 0; i < threads; i++) {
        readers[i] = (reader){fixture, read, operations / threads, i + 1, fixture->processors[i]};
    }
    if (threads == 2 && (errno = pthread_create(&other, NULL, read_at_random, &readers[1])) != 0) {
        bench_fail_system("pthread_create");
    }
    read_at_random(&readers[0]);
    if (threads == 2) {
        pthread_join(other, NULL);
    }
}

static void piece_of_ours(bench_fixture *fixture, uint64_t offset, unsigned char *buffer)
{
    size_t got = 0;

    bench_check("read_at", mmf_file_read_at(fixture->file, offset, buffer, RANDOM_PIECE, &got));
}

static void piece_of_plain(bench_fixture *fixture, uint64_t offset, unsigned char *buffer)
{
    memcpy(buffer, fixture->bytes + offset, RANDOM_PIECE);
}

static void piece_by_pread(bench_fixture *fixture, uint64_t offset, unsigned char *buffer)
{
    bench_check_size("pread", pread(fixture->fd, buffer, RANDOM_PIECE, (off_t)offset),
                     RANDOM_PIECE);
}

static void two_of_ours(bench_fixture *fixture, uint64_t operations)
{
    read_by_threads(fixture, piece_of_ours, operations, 2);
}

static void one_of_ours(bench_fixture *fixture, uint64_t operations)
{
    read_by_threads(fixture, piece_of_ours, operations, 1);
}

static void two_plain(bench_fixture *fixture, uint64_t operations)
{
    read_by_threads(fixture, piece_of_plain, operations, 2);
}

static void one_plain(bench_fixture *fixture, uint64_t operations)
{
    read_by_threads(fixture, piece_of_plain, operations, 1);
}

static void two_by_pread(bench_fixture *fixture, uint64_t operations)
{
    read_by_threads(fixture, piece_by_pread, operations, 2);
}

#define READ(row_name, row_flags, row_piece, row_size, count)                                      \
    {                                                                                              \
        .group = "mapped files: read", .name = row_name, .flags = row_flags, .operations = count,  \
        .bytes = row_piece, .memory = 2 * (row_size), .piece = row_piece, .size = row_size,        \
        .begin = bench_open_warm, .end = bench_close,                                              \
        .ways = {                                                                                  \
            BENCH_WAY_THAT("mmf", read_at, NULL, bench_buffer_digest),                             \
            BENCH_WAY_THAT("plain", copy, NULL, bench_buffer_digest),                              \
            BENCH_WAY_THAT("pread", call_pread, NULL, bench_buffer_digest),                        \
        },                                                                                         \
    }
#define RANDOM(row_name, row_flags, row_size)                                                      \
    {                                                                                              \
        .group = "mapped files: random", .name = row_name,                                         \
        .flags = BENCH_TWO | BENCH_ELAPSED | BENCH_UNLIKE | (row_flags), .operations = 2000000,    \
        .bytes = RANDOM_PIECE, .memory = (row_size) + (row_size) / 4, .piece = RANDOM_PIECE,       \
        .size = row_size, .begin = bench_open_warm, .end = bench_close,                            \
        .ways = {                                                                                  \
            BENCH_WAY("mmf", two_of_ours),           BENCH_WAY("plain", two_plain),                \
            BENCH_WAY("pread", two_by_pread),        BENCH_WAY("mmf, 1 thread", one_of_ours),      \
            BENCH_WAY("plain, 1 thread", one_plain),                                               \
        },                                                                                         \
    }

static const bench_row rows[] = {
    READ("read 64 B", 0, 64, 256 * KB, 1000000),
    READ("read 1 KB", 0, KB, 256 * KB, 1000000),
    READ("read 10 KB", 0, 10 * KB, MB, 100000),
    READ("read 100 KB", 0, 100 * KB, 16 * MB, 10000),
    READ("read 1 MB", 0, MB, 16 * MB, 1000),
    READ("read 16 MB", 0, 16 * MB, 128 * MB, 100),
    READ("read 128 MB", 0, 128 * MB, 128 * MB, 10),
    READ("read 1 GB", BENCH_LARGE, GB, GB, 1),
    RANDOM("random 1 KB of 256 KB, 2 threads", 0, 256 * KB),
    RANDOM("random 1 KB of 256 MB, 2 threads", 0, 256 * MB),
    RANDOM("random 1 KB of 1 GB, 2 threads", BENCH_LARGE, GB),
};

const bench_rows bench_file_read_rows = BENCH_ROWS_OF(rows);
