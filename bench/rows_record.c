/* Whole records: copied out, copied in, read in place, and the two halves of both. */
#include "bench/file_ways.h"
#include "bench/index.h"
#include "bench/keep.h"
#include "bench/peers.h"
#include "bench/setups.h"

static void get_record(bench_fixture *fixture, uint64_t operations)
{
    const market_cap_store *store = fixture->store;
    market_cap record;

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("get", market_cap_get(store, i & BENCH_CACHED_MASK, &record));
        bench_keep_object(&record);
    }
    fixture->seen = bench_hash(0, &record, sizeof record);
}

static void plain_get_record(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_record *records = fixture->plain;
    market_cap record;

    for (uint64_t i = 0; i < operations; i++) {
        memcpy(&record, &records[i & BENCH_CACHED_MASK].payload, sizeof record);
        bench_keep_object(&record);
    }
    fixture->seen = bench_hash(0, &record, sizeof record);
}

/* The source is the same memory each time: one that had just been written word by word could not be
 * read by wider loads without a stall, which would be measured instead. */
static void set_record(bench_fixture *fixture, uint64_t operations)
{
    market_cap_store *store = fixture->store;
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("set", market_cap_set(store, i & BENCH_CACHED_MASK, &record));
        bench_keep_object(&record);
    }
}

static void plain_set_record(bench_fixture *fixture, uint64_t operations)
{
    bench_plain_record *records = fixture->plain;
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        memcpy(&records[i & BENCH_CACHED_MASK].payload, &record, sizeof record);
        bench_keep_object(&record);
    }
}

/* --- In place -------------------------------------------------------------------------------- */

/* Three fields of one moment, without a copy of the record. */
static void read_section(bench_fixture *fixture, uint64_t operations)
{
    const market_cap_store *store = fixture->store;
    double product = 0;
    double last;

    for (uint64_t i = 0; i < operations; i++) {
        market_cap_section section;

        do {
            bench_check("begin", market_cap_read_begin(store, i & BENCH_CACHED_MASK, &section));
            product = section.record->price * section.record->volume + section.record->market_cap;
        } while (!market_cap_read_valid(&section));
        bench_keep_double(product);
    }
    last = product;
    fixture->seen = bench_hash(0, &last, sizeof last);
}

static void plain_read_section(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_record *records = fixture->plain;
    double product = 0;
    double last;

    for (uint64_t i = 0; i < operations; i++) {
        const market_cap *record = &records[i & BENCH_CACHED_MASK].payload;

        product = record->price * record->volume + record->market_cap;
        bench_keep_double(product);
    }
    last = product;
    fixture->seen = bench_hash(0, &last, sizeof last);
}

/* --- The sequence lock alone ----------------------------------------------------------------- */

static void begin_read(bench_fixture *fixture, uint64_t operations)
{
    const market_cap_store *store = fixture->store;

    for (uint64_t i = 0; i < operations; i++) {
        market_cap_section section;

        bench_check("begin", market_cap_read_begin(store, i & BENCH_CACHED_MASK, &section));
        bench_keep_integer(section.record);
        if (!market_cap_read_valid(&section)) {
            bench_fail("valid", MMF_E_STUCK);
        }
    }
}

static void plain_begin_read(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_record *records = fixture->plain;

    for (uint64_t i = 0; i < operations; i++) {
        bench_keep_integer(records[i & BENCH_CACHED_MASK].spare);
        bench_keep_integer(records[i & BENCH_CACHED_MASK].spare);
    }
}

/* Of a section of one word, whose bytes need not be kept. */
static void begin_write(bench_fixture *fixture, uint64_t operations)
{
    mmf_store *store = &fixture->store->base;

    for (uint64_t i = 0; i < operations; i++) {
        mmf_write_section section = {NULL, 0};

        bench_check("begin", mmf_write_begin(store, i & BENCH_CACHED_MASK, MARKET_CAP_RECORD_SIZE,
                                             MARKET_CAP_PRICE_OFFSET, 8, &section));
        bench_keep_integer(section.payload);
        bench_check("end", mmf_write_end(store, &section));
    }
}

/* Two stores of a counter. A store goes on from what it finds there. */
static void plain_begin_write(bench_fixture *fixture, uint64_t operations)
{
    bench_plain_record *records = fixture->plain;

    for (uint64_t i = 0; i < operations; i++) {
        uint64_t *counter = &records[i & BENCH_CACHED_MASK].spare;

        *counter += 513;
        bench_keep_stores();
        *counter += 511;
        bench_keep_stores();
    }
}

#define WAYS_TO_SET                                                                                \
    {                                                                                              \
        BENCH_WAY_THAT("mmf", set_record, NULL, bench_file_changes),                               \
            BENCH_WAY_THAT("plain", plain_set_record, NULL, bench_file_changes),                   \
            BENCH_WAY_THAT("pwrite", bench_pwrite_record, NULL, bench_file_changes),               \
            BENCH_WAY_THAT("lmdb", bench_lmdb_set_record, bench_need_lmdb, bench_lmdb_changes),    \
            BENCH_WAY_THAT("sqlite", bench_sqlite_set_record, bench_need_sqlite,                   \
                           bench_sqlite_changes),                                                  \
    }
#define ROW(row_group, row_name, how, row_flags, ours, theirs)                                     \
    {                                                                                              \
        .group = row_group, .name = row_name, .setup = how, .flags = row_flags,                    \
        .operations = BENCH_MANY_OPERATIONS,                                                       \
        .ways = {                                                                                  \
            BENCH_WAY("mmf", ours),                                                                \
            BENCH_WAY("plain", theirs),                                                            \
        },                                                                                         \
    }

static const bench_row rows[] = {
    {
        .group = "record",
        .name = "record get (40 bytes)",
        .setup = BENCH_ONE,
        .operations = BENCH_MANY_OPERATIONS,
        .ways =
            {
                BENCH_WAY("mmf", get_record),
                BENCH_WAY("plain", plain_get_record),
                BENCH_WAY("pread", bench_pread_record),
                BENCH_WAY_AFTER("lmdb", bench_lmdb_get_record, bench_need_lmdb),
                BENCH_WAY_AFTER("sqlite", bench_sqlite_get_record, bench_need_sqlite),
            },
    },
    ROW("record", "read section, 3 fields", BENCH_ONE, 0, read_section, plain_read_section),
    ROW("record", "seqlock: read begin, valid", BENCH_ONE, 0, begin_read, plain_begin_read),
    ROW("record", "record get, many writers", BENCH_MANY, 0, get_record, plain_get_record),
    {
        .group = "record",
        .name = "record set with undo (40 bytes)",
        .setup = BENCH_ONE,
        .flags = BENCH_CHANGES,
        .operations = BENCH_MANY_OPERATIONS,
        .ways = WAYS_TO_SET,
    },
    {
        .group = "record",
        .name = "record set, many writers (40 bytes)",
        .setup = BENCH_MANY,
        .flags = BENCH_CHANGES,
        .operations = BENCH_MANY_OPERATIONS,
        .ways = WAYS_TO_SET,
    },
    ROW("record", "seqlock: write begin, end", BENCH_ONE, BENCH_CHANGES, begin_write,
        plain_begin_write),
    ROW("record", "seqlock: write begin, end, many", BENCH_MANY, BENCH_CHANGES, begin_write,
        plain_begin_write),
};

const bench_rows bench_record_rows = BENCH_ROWS_OF(rows);
