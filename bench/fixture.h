/* What a row works on: a store in a file, the same file mapped as a plain array of structs, and the
 * same records in what a user would take instead. */
#ifndef MMF_BENCH_FIXTURE_H
#define MMF_BENCH_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/label.mmf.h"
#include "bench/market_cap.mmf.h"
#include "bench/row.h"
#include "runtime/file.h"

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

#define BENCH_PATH_MAX 4096

/* A file mapped as it is, for whoever wants its bytes. */
typedef struct bench_mapping {
    unsigned char *bytes; /* NULL: there is none */
    size_t size;
    int fd; /* of the file; meaningful with bytes */
} bench_mapping;

typedef struct bench_fixture {
    char directory[BENCH_PATH_MAX - 64]; /* of this run alone */
    char data_path[BENCH_PATH_MAX];      /* of the setup's store */
    char path[BENCH_PATH_MAX];           /* for the rows' own files */
    char other_path[BENCH_PATH_MAX];
    uint64_t divisor;     /* work and data are this much smaller than they should be */
    int processors[2];    /* that this program uses; -1: there is none */
    const char *gen_path; /* of mmf-gen; NULL: not known */

    bool is_compared; /* the run is for what it yields, not for its time */

    /* What ways say of their last run. */
    uint64_t seen;         /* what the last operation yielded: all ways of a row say the same */
    uint64_t retries;      /* times that something had to be read again */
    uint64_t random_state; /* of bench_random(): goes on from run to run */

    /* The setup's records. */
    bench_setup setup; /* with the number of records that there are */
    market_cap_store *store;
    label_store *labels;
    bench_plain_record *plain; /* in `mapping`, as is plain_labels; NULL: not these */
    bench_plain_label *plain_labels;
    bench_mapping mapping;
    uint64_t data_offset;        /* of record 0 in the file */
    struct bench_lmdb *lmdb;     /* NULL until a way wants it, as is sqlite */
    struct bench_sqlite *sqlite; /* */

    /* Rows of files: see bytes.h. */
    size_t piece;
    uint64_t size;
    mmf_file *file;
    int fd;
    unsigned char *bytes;
    unsigned char *buffer;
} bench_fixture;

/* $TEST_TMPDIR, $TMPDIR or /tmp. */
const char *bench_default_directory(void);
/* bazel run starts programs in a directory of its own, and says where the user was. */
void bench_go_where_the_user_is(void);

/* Makes a directory of its own below `parent`; it is removed at exit. */
void bench_fixture_begin(bench_fixture *fixture, const char *parent, uint64_t divisor);

/* Makes the records, or takes those that are there if they are the same. */
void bench_fixture_setup(bench_fixture *fixture, const bench_setup *setup);
/* Removes the setup's records and all files. */
void bench_fixture_teardown(bench_fixture *fixture);

/* `records` in this run: divided, but not below 1024. */
uint64_t bench_divided(const bench_fixture *fixture, uint64_t records);

/* Creates the store at `path` anew and opens it. */
market_cap_store *bench_store_create(const char *path, uint32_t flags, uint64_t capacity);
/* The same with that many records, closed again and on the disk. */
void bench_store_make(const char *path, uint64_t records);
void bench_store_remove(const char *path);

/* Whole pages: private ones (fd -1) or those of a file. The kernel is told to use ordinary pages,
 * as a file's are. */
void *bench_map(int fd, size_t size);
/* Makes the kernel map all pages now, for writing. */
void bench_touch(void *memory, size_t size);
void bench_unmap(void *memory, size_t size);
/* An empty file of that name, to write; flags as for open(2), besides the usual ones. */
int bench_new_file(const char *path, int flags);

/* The i-th record: the same in the store, in plain memory and with the peers. */
market_cap bench_record(uint64_t i);

/* --- What ways are compared by --------------------------------------------------------------- */

/* Records whose changes are looked at: those that a run of as many operations changes. */
#define BENCH_VERIFIED 7u

/* A number that says what the bytes are. */
uint64_t bench_hash(uint64_t hash, const void *bytes, size_t size);
uint64_t bench_bits(double value);
/* Sets the first records, and the first ones that bench_random() names, back in the file. */
void bench_forget_changes(bench_fixture *fixture);
/* What these are now, record by record as `get` tells it. */
uint64_t bench_changes(bench_fixture *fixture,
                       void (*get)(bench_fixture *fixture, uint64_t index, market_cap *record));
/* The same of the store's file, and of a file of labels. */
uint64_t bench_file_changes(bench_fixture *fixture);
uint64_t bench_label_changes(bench_fixture *fixture);

/* --- Failing --------------------------------------------------------------------------------- */

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

#endif
