/* Large new files, written from their beginning to their end; and lines that are appended. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "bench/bytes/row.h"

/* --- New files -------------------------------------------------------------------------------- */

static void forget_file(bytes_bench *bench)
{
    bench_check("close", mmf_file_close(bench->file));
    bench->file = NULL;
    if (bench->fd >= 0) {
        close(bench->fd);
        bench->fd = -1;
    }
    unlink(bench->path);
}

static void open_ours(bytes_bench *bench, uint32_t flags)
{
    const mmf_file_options options = {.flags = flags | MMF_FILE_CREATE | MMF_FILE_EXCLUSIVE};

    forget_file(bench);
    bench_check("open", mmf_file_open(bench->path, &options, &bench->file));
}

static void prepare_ours(bytes_bench *bench, uint64_t operations)
{
    (void)operations;
    open_ours(bench, 0);
}

static void prepare_plain(bytes_bench *bench, uint64_t operations)
{
    (void)operations;
    forget_file(bench);
    bench->fd = bench_new_file(bench->path, 0);
}

static void end(bytes_bench *bench)
{
    forget_file(bench);
    bench_free_buffer(bench);
}

static void write_file(bytes_bench *bench, uint64_t operations)
{
    (void)operations;
    for (uint64_t done = 0; done < bench->size; done += bench->piece) {
        bench_check("write", mmf_file_write(bench->file, bench->buffer, bench->piece, NULL));
    }
}

static void call_write(bytes_bench *bench, uint64_t operations)
{
    (void)operations;
    for (uint64_t done = 0; done < bench->size; done += bench->piece) {
        bench_check_size("write", write(bench->fd, bench->buffer, bench->piece), bench->piece);
    }
}

static const bytes_way ways[] = {
    {"write", write_file, prepare_ours},
    {"write(2)", call_write, prepare_plain},
};

#define BULK(name, piece, size, memory)                                                            \
    {                                                                                              \
        name, piece, size, 1, ways, sizeof ways / sizeof *ways, memory, 1, bench_need_buffer, end  \
    }

static const bytes_row rows[] = {
    BULK("500 MB, by 64 KB", 64 * KB, 500 * MB, 600 * MB),
    BULK("500 MB, by 1 MB", MB, 500 * MB, 600 * MB),
    BULK("500 MB, in one call", 0, 500 * MB, 1200 * MB),
    BULK("1 GB, by 64 KB", 64 * KB, GB, 1200 * MB),
    BULK("1 GB, by 1 MB", MB, GB, 1200 * MB),
    BULK("1 GB, in one call", 0, GB, 2400 * MB),
};

const bytes_rows bytes_bulk_rows = {rows, sizeof rows / sizeof *rows};

/* --- Lines ------------------------------------------------------------------------------------ */

static void prepare_append(bytes_bench *bench, uint64_t operations)
{
    (void)operations;
    open_ours(bench, MMF_FILE_APPEND);
}

static void prepare_plain_append(bytes_bench *bench, uint64_t operations)
{
    (void)operations;
    forget_file(bench);
    bench->fd = bench_new_file(bench->path, O_APPEND);
}

static void write_lines(bytes_bench *bench, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        bench_check("write", mmf_file_write(bench->file, bench->buffer, bench->piece, NULL));
    }
}

static void call_write_lines(bytes_bench *bench, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        bench_check_size("write", write(bench->fd, bench->buffer, bench->piece), bench->piece);
    }
}

static void print_lines(bytes_bench *bench, uint64_t operations)
{
    FILE *stream = fdopen(dup(bench->fd), "ae");

    if (!stream) {
        bench_fail_system("fdopen");
    }
    for (uint64_t i = 0; i < operations; i++) {
        bench_check_size("fwrite", (int64_t)fwrite(bench->buffer, 1, bench->piece, stream),
                         bench->piece);
    }
    if (fclose(stream) != 0) {
        bench_fail_system("fclose");
    }
}

static const bytes_way append_ways[] = {
    {"append", write_lines, prepare_append},
    {"O_APPEND", call_write_lines, prepare_plain_append},
    {"stdio", print_lines, prepare_plain_append},
};
static const bytes_way line_ways[] = {
    {"write", write_lines, prepare_ours},
    {"write(2)", call_write_lines, prepare_plain},
    {"stdio", print_lines, prepare_plain},
};

#define WAYS(ways) ways, sizeof ways / sizeof *ways

static const bytes_row append_rows[] = {
    {"append lines of 100 B", 100, 0, 100000, WAYS(append_ways), 100 * MB, 1, bench_need_buffer,
     end},
    {"write lines of 100 B", 100, 0, 100000, WAYS(line_ways), 100 * MB, 1, bench_need_buffer, end},
};

const bytes_rows bytes_append_rows = {append_rows, sizeof append_rows / sizeof *append_rows};
