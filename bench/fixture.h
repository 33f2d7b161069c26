/* What a row works on: a store in a file, and plain memory that holds the same bytes at the same
 * stride. */
#ifndef MMF_BENCH_FIXTURE_H
#define MMF_BENCH_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/label.mmf.h"
#include "bench/market_cap.mmf.h"

/* A record as plain C has it. The first member is what a store uses as counter. */
typedef struct bench_plain_record {
    uint64_t spare;
    market_cap payload;
} bench_plain_record;

typedef struct bench_plain_label {
    uint64_t spare;
    label payload;
} bench_plain_label;

_Static_assert(sizeof(bench_plain_record) == MARKET_CAP_RECORD_SIZE, "same stride");
_Static_assert(sizeof(bench_plain_label) == LABEL_RECORD_SIZE, "same stride");

typedef enum bench_data {
    BENCH_NO_DATA, /* the loops make their own */
    BENCH_RECORDS,
    BENCH_LABELS
} bench_data;

typedef struct bench_setup {
    bench_data data;
    uint32_t flags;   /* mmf_options.flags of the store */
    uint64_t records; /* a power of two */
} bench_setup;

#define BENCH_PATH_MAX 4096

typedef struct bench_fixture {
    char directory[BENCH_PATH_MAX - 64]; /* of this run alone */
    char path[BENCH_PATH_MAX];           /* of the store */
    char small_path[BENCH_PATH_MAX];     /* of a second one, or of plain bytes */
    uint64_t divisor;                    /* data are this much smaller than they should be */
    uint64_t mask;                       /* index & mask: a record that exists */
    market_cap_store *store;
    label_store *labels;
    bench_plain_record *plain; /* NULL or of plain_size bytes */
    bench_plain_label *plain_labels;
    size_t plain_size;
} bench_fixture;

/* $TEST_TMPDIR, $TMPDIR or /tmp. */
const char *bench_default_directory(void);
/* bazel run starts programs in a directory of its own, and says where the user was. */
void bench_go_where_the_user_is(void);

/* Makes a directory of its own below `parent`; it is removed at exit. */
void bench_fixture_begin(bench_fixture *fixture, const char *parent, uint64_t divisor);
void bench_fixture_setup(bench_fixture *fixture, const bench_setup *setup);
void bench_fixture_teardown(bench_fixture *fixture);

/* Creates the store at `path` anew and opens it. */
market_cap_store *bench_store_create(const char *path, uint32_t flags, uint64_t capacity);
void bench_store_remove(const char *path);

/* Whole pages: private ones (fd -1) or those of a file. The kernel is told to use ordinary pages,
 * as a file's are. */
void *bench_map(int fd, size_t size);
/* Makes the kernel map all pages now, for writing. */
void bench_touch(void *memory, size_t size);
void bench_unmap(void *memory, size_t size);

/* The i-th record: the same in the store and in plain memory. */
market_cap bench_record(uint64_t i);

/* Prints what failed and ends the program. */
_Noreturn void bench_fail(const char *what, mmf_status status);
_Noreturn void bench_fail_system(const char *what);

static inline void bench_check(const char *what, mmf_status status)
{
    if (__builtin_expect(status != MMF_OK, 0)) {
        bench_fail(what, status);
    }
}

#endif
