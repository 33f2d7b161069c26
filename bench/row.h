/* A row of the table: one operation done in several ways on the same bytes, ours first. */
#ifndef MMF_BENCH_ROW_H
#define MMF_BENCH_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_WAYS_MAX 7u

#define KB (1ull << 10)
#define MB (1ull << 20)
#define GB (1ull << 30)

struct bench_fixture;

typedef void bench_step(struct bench_fixture *fixture, uint64_t operations);
typedef uint64_t bench_digest(struct bench_fixture *fixture);

typedef struct bench_way {
    const char *who;      /* "mmf", "plain", "pread", "lmdb", …; NULL: no more ways */
    bench_step *run;      /* this is timed */
    bench_step *prepare;  /* before each run, not timed; may be NULL */
    bench_step *finish;   /* after each run, not timed; may be NULL */
    bench_digest *result; /* of what a run has left; NULL: fixture->seen */
} bench_way;

/* The plain C operation: what every row's ratio is told of. */
#define BENCH_PLAIN "plain"

/* The time that passes, not that of the thread: for ways that sleep or wait for another thread. */
#define BENCH_ELAPSED 0x01u
/* A run has that many operations, not as many as make it long enough to be timed. */
#define BENCH_EXACT 0x02u
/* `operations` is not to be divided: the size of the data is. */
#define BENCH_UNDIVIDED 0x04u
/* The ways change the records of the setup: the next row gets new ones. */
#define BENCH_CHANGES 0x08u
/* Needs a second processor. */
#define BENCH_TWO 0x10u
/* Only with --large. */
#define BENCH_LARGE 0x20u
/* The ways do different things, and yield nothing that could be compared. */
#define BENCH_UNLIKE 0x40u
/* Starts mmf-gen. */
#define BENCH_NEEDS_GEN 0x80u

typedef enum bench_data {
    BENCH_NO_DATA, /* the loops make their own */
    BENCH_RECORDS,
    BENCH_LABELS
} bench_data;

typedef struct bench_setup {
    bench_data data;
    uint32_t flags;   /* mmf_options.flags of the store */
    uint64_t records; /* divided by the effort's divisor, but at least 1024 */
} bench_setup;

typedef struct bench_row {
    const char *group;
    const char *name;
    bench_setup setup;
    uint32_t flags;      /* BENCH_… */
    uint64_t operations; /* of one run, at most */
    uint64_t bytes;      /* that one operation moves; 0: told in operations a second */
    uint64_t memory;     /* that it needs at the most, of the machine and of the directory */
    uint64_t piece;      /* rows of files: bytes of an operation; 0: all the file at once */
    uint64_t size;       /* rows of files: of the file */
    void (*begin)(struct bench_fixture *fixture); /* may be NULL */
    void (*end)(struct bench_fixture *fixture);   /* may be NULL */
    bench_way ways[BENCH_WAYS_MAX];
} bench_row;

typedef struct bench_rows {
    const bench_row *row;
    size_t count;
} bench_rows;

#define BENCH_WAY(who, run)                                                                        \
    {                                                                                              \
        who, run, NULL, NULL, NULL                                                                 \
    }
#define BENCH_WAY_AFTER(who, run, prepare)                                                         \
    {                                                                                              \
        who, run, prepare, NULL, NULL                                                              \
    }
#define BENCH_WAY_THAT(who, run, prepare, result)                                                  \
    {                                                                                              \
        who, run, prepare, NULL, result                                                            \
    }

static inline size_t bench_way_count(const bench_row *row)
{
    size_t count = 0;

    while (count < BENCH_WAYS_MAX && row->ways[count].who) {
        count++;
    }
    return count;
}

/* All tables, in the order in which they are measured; NULL at the end. */
extern const bench_rows *const bench_tables[];

#ifdef __cplusplus
}
#endif
#endif
