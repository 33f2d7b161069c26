/* What a check of a store costs: looking at all records, beside reading the same file and doing
 * nothing with it; and checks that need not look at records. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/machine.h"
#include "bench/setups.h"
#include "bench/trade.mmf.h"
#include "fsck/check.h"
#include "schema/format.h"

#define RECORDS 10000000u
#define FEW_RECORDS 10u
#define SPARSE_BYTES 100000000000u
#define PIECE_BYTES (256u << 10)

_Static_assert(TRADE_RECORD_SIZE == 48, "what README.md says");

/* --- Stores ----------------------------------------------------------------------------------- */

static void make_store(const char *path, uint64_t records)
{
    mmf_options options = {.flags = MMF_ONE_WRITER, .capacity = records};
    trade_store *store;

    bench_store_remove(path);
    bench_check("create", trade_store_create(path, &options, &store));
    for (uint64_t i = 0; i < records; i++) {
        trade record = {.price = 100 + (double)(i % 1000) / 8, .volume = (double)i};
        int len = snprintf(record.symbol.data, sizeof record.symbol.data, "SYM%" PRIu64, i % 5000);

        record.symbol.len = (uint32_t)len;
        bench_check("append", trade_append(store, &record, NULL));
    }
    bench_check("close", trade_store_close(store));
}

/* Few records, and a capacity that is nothing but a hole. */
static void make_sparse_store(const char *path)
{
    uint64_t capacity;
    struct stat info;
    int fd;

    make_store(path, FEW_RECORDS);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0 || ftruncate(fd, SPARSE_BYTES) != 0) {
        bench_fail_system(path);
    }
    capacity = (SPARSE_BYTES - 4096) / TRADE_RECORD_SIZE;
    if (pwrite(fd, &capacity, sizeof capacity, offsetof(mmf_header_common, capacity)) !=
        sizeof capacity) {
        bench_fail_system(path);
    }
    close(fd);
}

/* --- What is measured ------------------------------------------------------------------------- */

/* A file that threads read, piece by piece, in the order of its bytes. */
typedef struct reading {
    int fd;
    _Atomic uint64_t next;
} reading;

static void *read_pieces(void *argument)
{
    reading *reading = argument;
    char *piece = malloc(PIECE_BYTES);
    ssize_t got;

    if (!piece) {
        bench_fail("read", MMF_E_NO_MEMORY);
    }
    do {
        uint64_t offset =
            atomic_fetch_add_explicit(&reading->next, PIECE_BYTES, memory_order_relaxed);

        got = pread(reading->fd, piece, PIECE_BYTES, (off_t)offset);
        if (got < 0) {
            bench_fail_system("pread");
        }
    } while (got > 0);
    free(piece);
    return NULL;
}

static void read_plainly(const char *path, unsigned threads)
{
    reading reading = {.fd = open(path, O_RDONLY | O_CLOEXEC)};
    pthread_t others[2];

    if (reading.fd < 0) {
        bench_fail_system(path);
    }
    for (unsigned i = 1; i < threads; i++) {
        if ((errno = pthread_create(&others[i], NULL, read_pieces, &reading)) != 0) {
            bench_fail_system("pthread_create");
        }
    }
    read_pieces(&reading);
    for (unsigned i = 1; i < threads; i++) {
        pthread_join(others[i], NULL);
    }
    close(reading.fd);
}

/* A check that finds nothing wrong in that many records; 0: it need not look at any. */
static void check(const char *path, uint32_t flags, unsigned threads, uint64_t records)
{
    mmf_error error = {0};
    mmf_check_options options = {.flags = flags, .threads = threads, .error = &error};
    mmf_check_result result;
    mmf_status status = mmf_check(path, &options, &result);

    if (status != MMF_OK || result.errors != 0 || result.records_checked != records) {
        fprintf(stderr, "bench: %s: %s; %" PRIu64 " errors, %" PRIu64 " records looked at\n", path,
                status == MMF_OK ? "not as it was made" : error.text, result.errors,
                result.records_checked);
        exit(1);
    }
}

/* --- Ways ------------------------------------------------------------------------------------- */

static uint64_t records_of(const bench_fixture *fixture)
{
    return bench_divided(fixture, RECORDS);
}

static void begin(bench_fixture *fixture)
{
    make_store(fixture->path, records_of(fixture));
    make_store(fixture->other_path, FEW_RECORDS);
}

static void begin_sparse(bench_fixture *fixture)
{
    make_sparse_store(fixture->path);
    make_store(fixture->other_path, FEW_RECORDS);
}

static void check_all_1(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    check(fixture->path, MMF_CHECK_FULL, 1, records_of(fixture));
}

static void check_all_2(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    check(fixture->path, MMF_CHECK_FULL, 2, records_of(fixture));
}

static void read_1(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    read_plainly(fixture->path, 1);
}

/* This thread is bound to one processor, and so are those that it starts. */
static void go_anywhere(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    bench_go_to_processors(fixture->processors[0], fixture->processors[1]);
}

static void come_back(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    bench_go_to_processor(fixture->processors[0]);
}

static void read_2(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    read_plainly(fixture->path, 2);
}

static void check_quickly(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        check(fixture->path, 0, 1, 0);
    }
}

static void check_small_quickly(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        check(fixture->other_path, 0, 1, 0);
    }
}

static void check_sparse(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        check(fixture->path, MMF_CHECK_FULL, 1, FEW_RECORDS);
    }
}

static void check_small(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        check(fixture->other_path, MMF_CHECK_FULL, 1, FEW_RECORDS);
    }
}

#define ALL(row_name, row_flags, first, last, ours, theirs)                                        \
    {                                                                                              \
        .group = "mmf-fsck", .name = row_name,                                                     \
        .flags = BENCH_EXACT | BENCH_UNDIVIDED | BENCH_UNLIKE | BENCH_ELAPSED | (row_flags),       \
        .operations = 1, .bytes = (uint64_t)RECORDS * TRADE_RECORD_SIZE, .memory = 600 * MB,       \
        .begin = begin,                                                                            \
        .ways = {                                                                                  \
            {"mmf", ours, first, last, NULL},                                                      \
            {"pread", theirs, first, last, NULL},                                                  \
        },                                                                                         \
    }

static const bench_row rows[] = {
    ALL("check of 10 M records", 0, NULL, NULL, check_all_1, read_1),
    ALL("check of 10 M records, 2 threads", BENCH_TWO, go_anywhere, come_back, check_all_2, read_2),
    {
        .group = "mmf-fsck",
        .name = "check of 10 M, closed in good order",
        .flags = BENCH_UNDIVIDED | BENCH_UNLIKE | BENCH_ELAPSED,
        .operations = 100,
        .memory = 600 * MB,
        .begin = begin,
        .ways =
            {
                BENCH_WAY("mmf", check_quickly),
                BENCH_WAY("mmf of 10", check_small_quickly),
            },
    },
    {
        .group = "mmf-fsck",
        .name = "check of a sparse file of 100 GB",
        .flags = BENCH_UNDIVIDED | BENCH_UNLIKE | BENCH_ELAPSED,
        .operations = 100,
        .begin = begin_sparse,
        .ways =
            {
                BENCH_WAY("mmf", check_sparse),
                BENCH_WAY("mmf of 10", check_small),
            },
    },
};

const bench_rows bench_fsck_rows = BENCH_ROWS_OF(rows);
