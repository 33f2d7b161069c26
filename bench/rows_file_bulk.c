/* Large new files, written from their beginning to their end; and lines that are appended. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "bench/bytes.h"
#include "bench/setups.h"

/* --- New files -------------------------------------------------------------------------------- */

static void forget_file(bench_fixture *fixture)
{
    bench_check("close", mmf_file_close(fixture->file));
    fixture->file = NULL;
    if (fixture->fd >= 0) {
        close(fixture->fd);
        fixture->fd = -1;
    }
    unlink(fixture->path);
}

static void open_ours(bench_fixture *fixture, uint32_t flags)
{
    const mmf_file_options options = {.flags = flags | MMF_FILE_CREATE | MMF_FILE_EXCLUSIVE};

    forget_file(fixture);
    bench_check("open", mmf_file_open(fixture->path, &options, &fixture->file));
}

static void prepare_ours(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    open_ours(fixture, 0);
}

static void prepare_plain(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    forget_file(fixture);
    fixture->fd = bench_new_file(fixture->path, 0);
}

static void end(bench_fixture *fixture)
{
    forget_file(fixture);
    bench_free_buffer(fixture);
}

static void write_file(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    for (uint64_t done = 0; done < fixture->size; done += fixture->piece) {
        bench_check("write", mmf_file_write(fixture->file, fixture->buffer, fixture->piece, NULL));
    }
}

static void call_write(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    for (uint64_t done = 0; done < fixture->size; done += fixture->piece) {
        bench_check_size("write", write(fixture->fd, fixture->buffer, fixture->piece),
                         fixture->piece);
    }
}

/* How long the file is, and how it begins and ends. */
static uint64_t digest(bench_fixture *fixture)
{
    unsigned char bytes[4096];
    int fd = open(fixture->path, O_RDONLY | O_CLOEXEC);
    off_t size = lseek(fd, 0, SEEK_END);
    uint64_t hash = (uint64_t)size;
    ssize_t got = pread(fd, bytes, sizeof bytes, 0);

    if (fd < 0 || got <= 0) {
        bench_fail_system(fixture->path);
    }
    hash = bench_hash(hash, bytes, (size_t)got);
    got =
        pread(fd, bytes, sizeof bytes, size > (off_t)sizeof bytes ? size - (off_t)sizeof bytes : 0);
    close(fd);
    return bench_hash(hash, bytes, got > 0 ? (size_t)got : 0);
}

/* --- Lines ------------------------------------------------------------------------------------ */

static void prepare_append(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    open_ours(fixture, MMF_FILE_APPEND);
}

static void prepare_plain_append(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    forget_file(fixture);
    fixture->fd = bench_new_file(fixture->path, O_APPEND);
}

static void write_lines(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        bench_check("write", mmf_file_write(fixture->file, fixture->buffer, fixture->piece, NULL));
    }
}

static void call_write_lines(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        bench_check_size("write", write(fixture->fd, fixture->buffer, fixture->piece),
                         fixture->piece);
    }
}

static void print_lines(bench_fixture *fixture, uint64_t operations)
{
    FILE *stream = fdopen(dup(fixture->fd), "ae");

    if (!stream) {
        bench_fail_system("fdopen");
    }
    for (uint64_t i = 0; i < operations; i++) {
        bench_check_size("fwrite", (int64_t)fwrite(fixture->buffer, 1, fixture->piece, stream),
                         fixture->piece);
    }
    if (fclose(stream) != 0) {
        bench_fail_system("fclose");
    }
}

#define BULK(row_name, row_flags, row_piece, row_size, need)                                       \
    {                                                                                              \
        .group = "mapped files: new", .name = row_name, .flags = BENCH_EXACT | (row_flags),        \
        .operations = 1, .bytes = row_size, .memory = need, .piece = row_piece, .size = row_size,  \
        .begin = bench_need_buffer, .end = end,                                                    \
        .ways = {                                                                                  \
            BENCH_WAY_THAT("mmf", write_file, prepare_ours, digest),                               \
            BENCH_WAY_THAT("write", call_write, prepare_plain, digest),                            \
        },                                                                                         \
    }
#define LINES(row_name, first, first_of_others)                                                    \
    {                                                                                              \
        .group = "mapped files: lines", .name = row_name, .operations = 100000, .bytes = 100,      \
        .memory = 100 * MB, .piece = 100, .begin = bench_need_buffer, .end = end,                  \
        .ways = {                                                                                  \
            BENCH_WAY_THAT("mmf", write_lines, first, digest),                                     \
            BENCH_WAY_THAT("write", call_write_lines, first_of_others, digest),                    \
            BENCH_WAY_THAT("stdio", print_lines, first_of_others, digest),                         \
        },                                                                                         \
    }

static const bench_row rows[] = {
    LINES("append lines of 100 B", prepare_append, prepare_plain_append),
    LINES("write lines of 100 B", prepare_ours, prepare_plain),
    BULK("500 MB, by 64 KB", 0, 64 * KB, 500 * MB, 600 * MB),
    BULK("500 MB, by 1 MB", 0, MB, 500 * MB, 600 * MB),
    BULK("500 MB, in one call", 0, 0, 500 * MB, 1200 * MB),
    BULK("1 GB, by 64 KB", BENCH_LARGE, 64 * KB, GB, 1200 * MB),
    BULK("1 GB, by 1 MB", BENCH_LARGE, MB, GB, 1200 * MB),
    BULK("1 GB, in one call", BENCH_LARGE, 0, GB, 2400 * MB),
};

const bench_rows bench_file_bulk_rows = BENCH_ROWS_OF(rows);
