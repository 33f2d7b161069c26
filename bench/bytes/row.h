/* A row of the table: the same done in several ways, ours first, on the same bytes. */
#ifndef MMF_BENCH_BYTES_ROW_H
#define MMF_BENCH_BYTES_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/file.h"
#include "runtime/shm.h"

#define BENCH_PATH_MAX 4096
#define BENCH_WAYS_MAX 5u

#define KB (1ull << 10)
#define MB (1ull << 20)
#define GB (1ull << 30)

typedef struct bytes_bench bytes_bench;
typedef void bytes_step(bytes_bench *bench, uint64_t operations);

typedef struct bytes_way {
    const char *name;
    bytes_step *run;
    bytes_step *prepare; /* before each run, not timed; may be NULL */
} bytes_way;

typedef struct bytes_row {
    const char *name;
    uint64_t piece; /* bytes of an operation; 0: all the file at once */
    uint64_t size;  /* of the file, or of what takes its place */
    uint64_t operations;
    const bytes_way *ways; /* at most BENCH_WAYS_MAX; the first one is ours */
    size_t way_count;
    uint64_t memory; /* that it needs at the most, of the machine and of the directory */
    /* That it needs; 1: what is measured is the time that its one thread runs. */
    unsigned processors;
    void (*begin)(bytes_bench *bench);
    void (*end)(bytes_bench *bench);
} bytes_row;

typedef struct bytes_rows {
    const bytes_row *row;
    size_t count;
} bytes_rows;

extern const bytes_rows bytes_read_rows;
extern const bytes_rows bytes_write_rows;
extern const bytes_rows bytes_bulk_rows;
extern const bytes_rows bytes_append_rows;
extern const bytes_rows bytes_move_rows;
extern const bytes_rows bytes_shm_rows;

/* What the row at hand works on. begin() fills what it needs, end() releases it. */
struct bytes_bench {
    char directory[BENCH_PATH_MAX - 64]; /* of this run alone */
    char path[BENCH_PATH_MAX];
    char other_path[BENCH_PATH_MAX];
    int processors[2];      /* -1: there is none; this thread runs on the first one */
    bool is_processor_time; /* what measure.c takes */
    uint64_t divisor;       /* work and data are this much smaller than they should be */

    size_t piece;
    uint64_t size;
    mmf_file *file;
    int fd;                /* of the same file */
    unsigned char *plain;  /* a plain mapping of the same file */
    unsigned char *buffer; /* a piece of private memory */
};

/* Makes a directory of its own below `parent`; it is removed at exit. */
void bench_begin(bytes_bench *bench, const char *parent, uint64_t divisor);

/* begin() and end() of rows with a file that is in the page cache and in the page tables, ours and
 * plain. */
void bench_open_warm(bytes_bench *bench);
void bench_close(bytes_bench *bench);

/* A piece of private memory, and pages of it touched. */
void bench_need_buffer(bytes_bench *bench);
void bench_free_buffer(bytes_bench *bench);

/* An empty file of that name, to write; -1 and `flags`: as for open(2). */
int bench_new_file(const char *path, int flags);

/* The calling thread, or process, alone on that one. */
void bench_go_to_processor(int processor);

/* Prints what failed and ends the program. */
_Noreturn void bench_fail(const char *what, mmf_status status);
_Noreturn void bench_fail_system(const char *what);

static inline void bench_check(const char *what, mmf_status status)
{
    if (__builtin_expect(status != MMF_OK, 0)) {
        bench_fail(what, status);
    }
}

/* read(2), write(2) and the like, of regular files: all of it. */
static inline void bench_check_size(const char *what, int64_t got, size_t wanted)
{
    if (__builtin_expect(got != (int64_t)wanted, 0)) {
        bench_fail_system(what);
    }
}

/* The offset of the next piece after this one. */
static inline uint64_t bench_next(const bytes_bench *bench, uint64_t offset)
{
    uint64_t next = offset + bench->piece;

    return next + bench->piece <= bench->size ? next : 0;
}

#endif
