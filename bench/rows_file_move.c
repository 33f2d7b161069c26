/* A whole file to another one, to nowhere, and to a pipe. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bytes.h"
#include "bench/machine.h"
#include "bench/setups.h"

#define CAT_PIECE (128u << 10)

static int target = -1;
static pid_t drain; /* who reads the pipe; 0: nobody */

/* --- Ways ------------------------------------------------------------------------------------- */

static void write_to(bench_fixture *fixture, uint64_t operations)
{
    uint64_t done = 0;

    (void)operations;
    bench_check("seek", mmf_file_seek(fixture->file, 0, MMF_SEEK_SET, NULL));
    bench_check("write_to", mmf_file_write_to(fixture->file, target, &done));
    bench_check_size("write_to", (int64_t)done, fixture->size);
}

/* As cat(1) does where it does not copy by copy_file_range(2). */
static void read_and_write(bench_fixture *fixture, uint64_t operations)
{
    unsigned char *piece = aligned_alloc(4096, CAT_PIECE);
    ssize_t got;

    (void)operations;
    if (!piece || lseek(fixture->fd, 0, SEEK_SET) != 0) {
        bench_fail_system("lseek");
    }
    while ((got = read(fixture->fd, piece, CAT_PIECE)) > 0) {
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

static void copy_range(bench_fixture *fixture, uint64_t operations)
{
    off_t from = 0;

    (void)operations;
    while ((uint64_t)from < fixture->size) {
        if (copy_file_range(fixture->fd, &from, target, NULL, fixture->size - (uint64_t)from, 0) <=
            0) {
            bench_fail_system("copy_file_range");
        }
    }
}

static void empty_target(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    close(target);
    target = bench_new_file(fixture->other_path, 0);
}

/* --- Targets ---------------------------------------------------------------------------------- */

static void begin_file(bench_fixture *fixture)
{
    bench_open_warm(fixture);
    target = bench_new_file(fixture->other_path, 0);
}

static void begin_null(bench_fixture *fixture)
{
    bench_open_warm(fixture);
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

static void begin_pipe(bench_fixture *fixture)
{
    int ends[2];

    bench_open_warm(fixture);
    if (pipe(ends) != 0) {
        bench_fail_system("pipe");
    }
    drain = fork();
    if (drain < 0) {
        bench_fail_system("fork");
    }
    if (drain == 0) {
        close(ends[1]);
        read_pipe(ends[0], fixture->processors[1]);
    }
    close(ends[0]);
    target = ends[1];
}

static void end(bench_fixture *fixture)
{
    close(target);
    target = -1;
    if (drain > 0) {
        (void)waitpid(drain, NULL, 0); /* it ends with the pipe */
        drain = 0;
    }
    unlink(fixture->other_path);
    bench_close(fixture);
}

/* How long the other file is, and how it begins. */
static uint64_t digest(bench_fixture *fixture)
{
    unsigned char bytes[4096];
    ssize_t got = pread(target, bytes, sizeof bytes, 0);

    (void)fixture;
    return bench_hash((uint64_t)lseek(target, 0, SEEK_END), bytes, got > 0 ? (size_t)got : 0);
}

#define SIZE (256 * MB)
#define MOVE(row_name, row_flags, first, ...)                                                      \
    {                                                                                              \
        .group = "mapped files: moving", .name = row_name, .flags = BENCH_EXACT | (row_flags),     \
        .operations = 1, .bytes = SIZE, .memory = 600 * MB, .piece = MB, .size = SIZE,             \
        .begin = first, .end = end, .ways = {__VA_ARGS__},                                         \
    }

static const bench_row rows[] = {
    MOVE("256 MB to a file", 0, begin_file, BENCH_WAY_THAT("mmf", write_to, empty_target, digest),
         BENCH_WAY_THAT("read+write", read_and_write, empty_target, digest),
         BENCH_WAY_THAT("copy_file_range", copy_range, empty_target, digest)),
    MOVE("256 MB to /dev/null", BENCH_UNLIKE, begin_null, BENCH_WAY("mmf", write_to),
         BENCH_WAY("read+write", read_and_write)),
    MOVE("256 MB to a pipe", BENCH_UNLIKE | BENCH_TWO | BENCH_ELAPSED, begin_pipe,
         BENCH_WAY("mmf", write_to), BENCH_WAY("read+write", read_and_write)),
};

const bench_rows bench_file_move_rows = BENCH_ROWS_OF(rows);
