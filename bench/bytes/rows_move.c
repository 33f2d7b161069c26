/* A whole file to another one, to nowhere, and to a pipe. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bytes/row.h"

#define CAT_PIECE (128u << 10)

static int target = -1;
static pid_t drain; /* who reads the pipe; 0: nobody */

/* --- Ways ------------------------------------------------------------------------------------- */

static void write_to(bytes_bench *bench, uint64_t operations)
{
    uint64_t done = 0;

    (void)operations;
    bench_check("seek", mmf_file_seek(bench->file, 0, MMF_SEEK_SET, NULL));
    bench_check("write_to", mmf_file_write_to(bench->file, target, &done));
    bench_check_size("write_to", (int64_t)done, bench->size);
}

/* As cat(1) does where it does not copy by copy_file_range(2). */
static void read_and_write(bytes_bench *bench, uint64_t operations)
{
    unsigned char *piece = aligned_alloc(4096, CAT_PIECE);
    ssize_t got;

    (void)operations;
    if (!piece || lseek(bench->fd, 0, SEEK_SET) != 0) {
        bench_fail_system("lseek");
    }
    while ((got = read(bench->fd, piece, CAT_PIECE)) > 0) {
        for (ssize_t done = 0; done < got;) {
            ssize_t n = write(target, piece + done, (size_t)(got - done));

            if (n <= 0) {
                bench_fail_system("write");
            }
            done += n;
        }
    }
    free(piece);
}

static void copy_range(bytes_bench *bench, uint64_t operations)
{
    off_t from = 0;

    (void)operations;
    while ((uint64_t)from < bench->size) {
        if (copy_file_range(bench->fd, &from, target, NULL, bench->size - (uint64_t)from, 0) <= 0) {
            bench_fail_system("copy_file_range");
        }
    }
}

static void empty_target(bytes_bench *bench, uint64_t operations)
{
    (void)operations;
    close(target);
    target = bench_new_file(bench->other_path, 0);
}

/* --- Targets ---------------------------------------------------------------------------------- */

static void begin_file(bytes_bench *bench)
{
    bench_open_warm(bench);
    target = bench_new_file(bench->other_path, 0);
}

static void begin_null(bytes_bench *bench)
{
    bench_open_warm(bench);
    target = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (target < 0) {
        bench_fail_system("/dev/null");
    }
}

static _Noreturn void read_pipe(int from, int processor)
{
    static unsigned char piece[CAT_PIECE];

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    bench_go_to_processor(processor);
    while (read(from, piece, sizeof piece) > 0) {
    }
    _exit(0);
}

static void begin_pipe(bytes_bench *bench)
{
    int ends[2];

    bench_open_warm(bench);
    if (pipe(ends) != 0) {
        bench_fail_system("pipe");
    }
    drain = fork();
    if (drain < 0) {
        bench_fail_system("fork");
    }
    if (drain == 0) {
        close(ends[1]);
        read_pipe(ends[0], bench->processors[1]);
    }
    close(ends[0]);
    target = ends[1];
}

static void end(bytes_bench *bench)
{
    close(target);
    target = -1;
    if (drain > 0) {
        (void)waitpid(drain, NULL, 0); /* it ends with the pipe */
        drain = 0;
    }
    unlink(bench->other_path);
    bench_close(bench);
}

static const bytes_way file_ways[] = {
    {"write_to", write_to, empty_target},
    {"read+write", read_and_write, empty_target},
    {"copy_file_range", copy_range, empty_target},
};
static const bytes_way other_ways[] = {
    {"write_to", write_to, NULL},
    {"read+write", read_and_write, NULL},
};

#define WAYS(ways) ways, sizeof ways / sizeof *ways
#define SIZE (256 * MB)

static const bytes_row rows[] = {
    {"256 MB to a file", MB, SIZE, 1, WAYS(file_ways), 600 * MB, 1, begin_file, end},
    {"256 MB to /dev/null", MB, SIZE, 1, WAYS(other_ways), 600 * MB, 1, begin_null, end},
    {"256 MB to a pipe", MB, SIZE, 1, WAYS(other_ways), 600 * MB, 2, begin_pipe, end},
};

const bytes_rows bytes_move_rows = {rows, sizeof rows / sizeof *rows};
