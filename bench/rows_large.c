/* Records in order and at random, of stores larger than the caches; and scans of all of them.
 * Ours, plain and pread(2) have the same file. */
#include "bench/file_ways.h"
#include "bench/index.h"
#include "bench/keep.h"
#include "bench/peers.h"
#include "bench/setups.h"

/* --- At random ------------------------------------------------------------------------------- */

static void get_random(bench_fixture *fixture, uint64_t operations)
{
    const market_cap_store *store = fixture->store;
    uint64_t records = fixture->setup.records;
    uint64_t state = fixture->random_state;
    market_cap record;

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("get", market_cap_get(store, bench_random_index(&state, records), &record));
        bench_keep_object(&record);
    }
    fixture->random_state = state;
    fixture->seen = bench_hash(0, &record, sizeof record);
}

static void plain_get_random(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_record *all = fixture->plain;
    uint64_t records = fixture->setup.records;
    uint64_t state = fixture->random_state;
    market_cap record;

    for (uint64_t i = 0; i < operations; i++) {
        memcpy(&record, &all[bench_random_index(&state, records)].payload, sizeof record);
        bench_keep_object(&record);
    }
    fixture->random_state = state;
    fixture->seen = bench_hash(0, &record, sizeof record);
}

static void get_random_field(bench_fixture *fixture, uint64_t operations)
{
    const market_cap_store *store = fixture->store;
    uint64_t records = fixture->setup.records;
    uint64_t state = fixture->random_state;
    double value = 0;
    double last;

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("price",
                    market_cap_get_price(store, bench_random_index(&state, records), &value));
        bench_keep_double(value);
    }
    last = value;
    fixture->random_state = state;
    fixture->seen = bench_hash(0, &last, sizeof last);
}

static void plain_get_random_field(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_record *all = fixture->plain;
    uint64_t records = fixture->setup.records;
    uint64_t state = fixture->random_state;
    double value = 0;
    double last;

    for (uint64_t i = 0; i < operations; i++) {
        value = all[bench_random_index(&state, records)].payload.price;
        bench_keep_double(value);
    }
    last = value;
    fixture->random_state = state;
    fixture->seen = bench_hash(0, &last, sizeof last);
}

static void set_random(bench_fixture *fixture, uint64_t operations)
{
    market_cap_store *store = fixture->store;
    uint64_t records = fixture->setup.records;
    uint64_t state = fixture->random_state;
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("set", market_cap_set(store, bench_random_index(&state, records), &record));
        bench_keep_object(&record);
    }
    fixture->random_state = state;
}

static void plain_set_random(bench_fixture *fixture, uint64_t operations)
{
    bench_plain_record *all = fixture->plain;
    uint64_t records = fixture->setup.records;
    uint64_t state = fixture->random_state;
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        memcpy(&all[bench_random_index(&state, records)].payload, &record, sizeof record);
        bench_keep_object(&record);
    }
    fixture->random_state = state;
}

/* --- In order -------------------------------------------------------------------------------- */

static void iterate(bench_fixture *fixture, uint64_t operations)
{
    market_cap_iterator it = market_cap_iterate(fixture->store, 0);
    market_cap record;

    memset(&record, 0, sizeof record);
    for (uint64_t i = 0; i < operations; i++) {
        if (!market_cap_next(&it, &record)) {
            bench_check("next", it.status);
            it = market_cap_iterate(fixture->store, 0);
            (void)market_cap_next(&it, &record);
        }
        bench_keep_object(&record);
    }
    fixture->seen = bench_hash(0, &record, sizeof record);
}

static void plain_iterate(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_record *all = fixture->plain;
    uint64_t records = fixture->setup.records;
    uint64_t index = 0;
    market_cap record;

    memset(&record, 0, sizeof record);
    for (uint64_t i = 0; i < operations; i++) {
        memcpy(&record, &all[index].payload, sizeof record);
        bench_keep_object(&record);
        index = index + 1 < records ? index + 1 : 0;
    }
    fixture->seen = bench_hash(0, &record, sizeof record);
}

/* --- Scans ----------------------------------------------------------------------------------- */

/* The sum of a field of all records: all of the file goes by. */
static void scan(bench_fixture *fixture, uint64_t operations)
{
    const market_cap_store *store = fixture->store;
    double sum = 0;

    for (uint64_t i = 0; i < operations; i++) {
        double value;

        bench_check("price", market_cap_get_price(store, i, &value));
        sum += value;
    }
    fixture->seen = bench_bits(sum);
}

static void scan_by_peek(bench_fixture *fixture, uint64_t operations)
{
    const market_cap_store *store = fixture->store;
    double sum = 0;

    for (uint64_t i = 0; i < operations; i++) {
        double value;

        bench_check("price", market_cap_peek_price(store, i, &value));
        sum += value;
    }
    fixture->seen = bench_bits(sum);
}

/* Additions of doubles may not be reordered, so the compiler cannot vectorise this. */
static void plain_scan(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_record *all = fixture->plain;
    double sum = 0;

    for (uint64_t i = 0; i < operations; i++) {
        sum += all[i].payload.price;
    }
    fixture->seen = bench_bits(sum);
}

/* All fields of all records, each record as it was at one moment. */
static void scan_store(bench_fixture *fixture, uint64_t operations)
{
    market_cap_iterator it = market_cap_iterate(fixture->store, 0);
    market_cap record;
    double sum = 0;

    for (uint64_t i = 0; i < operations && market_cap_next(&it, &record); i++) {
        sum += record.price + record.volume + record.market_cap + (double)record.id;
    }
    bench_check("next", it.status);
    fixture->seen = bench_bits(sum);
}

static void plain_scan_store(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_record *all = fixture->plain;
    double sum = 0;

    for (uint64_t i = 0; i < operations; i++) {
        const market_cap *record = &all[i].payload;

        sum += record->price + record->volume + record->market_cap + (double)record->id;
    }
    fixture->seen = bench_bits(sum);
}

/* The bytes of all records by pieces, each to the same place: what memory gives at best. Yields the
 * sum of a last look, so that it can be compared; that is what the piece is kept for. */
static void copy_all(bench_fixture *fixture, uint64_t operations)
{
    static unsigned char piece[64 * KB];
    const unsigned char *bytes = (const unsigned char *)fixture->plain;
    uint64_t size = operations * sizeof(bench_plain_record);

    for (uint64_t done = 0; done < size; done += sizeof piece) {
        uint64_t left = size - done;

        memcpy(piece, bytes + done, left < sizeof piece ? left : sizeof piece);
        bench_keep_object(piece);
    }
}

static uint64_t result_of_scan(bench_fixture *fixture)
{
    plain_scan(fixture, fixture->setup.records);
    return fixture->seen;
}

static uint64_t result_of_store_scan(bench_fixture *fixture)
{
    plain_scan_store(fixture, fixture->setup.records);
    return fixture->seen;
}

#define SIZED(count)                                                                               \
    {                                                                                              \
        BENCH_RECORDS, MMF_ONE_WRITER, count                                                       \
    }
#define GET_WAYS                                                                                   \
    {                                                                                              \
        BENCH_WAY("mmf", get_random), BENCH_WAY("plain", plain_get_random),                        \
            BENCH_WAY("pread", bench_pread_random),                                                \
            BENCH_WAY_AFTER("lmdb", bench_lmdb_get_random, bench_need_lmdb),                       \
            BENCH_WAY_AFTER("sqlite", bench_sqlite_get_random, bench_need_sqlite),                 \
    }
#define RANDOM_GET(text, count, need)                                                              \
    {                                                                                              \
        .group = "random access", .name = "random get in " text " records", .setup = SIZED(count), \
        .operations = 1000000, .memory = need, .ways = GET_WAYS,                                   \
    }

static const bench_row rows[] = {
    RANDOM_GET("1 K", 1024, 0),
    RANDOM_GET("100 K", 100000, 0),
    RANDOM_GET("1 M", 1000000, 500 * MB),
    RANDOM_GET("10 M", 10000000, 3000 * MB),
    {
        .group = "random access",
        .name = "random field get in 10 M records",
        .setup = SIZED(10000000),
        .operations = 1000000,
        .memory = 600 * MB,
        .ways =
            {
                BENCH_WAY("mmf", get_random_field),
                BENCH_WAY("plain", plain_get_random_field),
            },
    },
    {
        .group = "sequential access",
        .name = "sequential get in 10 M records",
        .setup = SIZED(10000000),
        .operations = 10000000,
        .memory = 600 * MB,
        .ways =
            {
                BENCH_WAY("mmf", iterate),
                BENCH_WAY("plain", plain_iterate),
                BENCH_WAY_AFTER("lmdb", bench_lmdb_scan, bench_need_lmdb),
                BENCH_WAY_AFTER("sqlite", bench_sqlite_scan, bench_need_sqlite),
            },
    },
};

const bench_rows bench_large_rows = BENCH_ROWS_OF(rows);

/* What changes the records, and needs more of them: after rows_open.c. */
static const bench_row scan_rows[] = {
    {
        .group = "random access",
        .name = "random set in 10 M records",
        .setup = SIZED(10000000),
        .flags = BENCH_CHANGES,
        .operations = 1000000,
        .memory = 3000 * MB,
        .ways =
            {
                BENCH_WAY_THAT("mmf", set_random, NULL, bench_file_changes),
                BENCH_WAY_THAT("plain", plain_set_random, NULL, bench_file_changes),
                BENCH_WAY_THAT("pwrite", bench_pwrite_random, NULL, bench_file_changes),
                BENCH_WAY_THAT("lmdb", bench_lmdb_set_random, bench_need_lmdb, bench_lmdb_changes),
                BENCH_WAY_THAT("sqlite", bench_sqlite_set_random, bench_need_sqlite,
                               bench_sqlite_changes),
            },
    },
    {
        .group = "scan",
        .name = "field scan of 20 M records",
        .setup = SIZED(20000000),
        .flags = BENCH_EXACT,
        .operations = 20000000,
        .bytes = sizeof(bench_plain_record),
        .memory = 1100 * MB,
        .ways =
            {
                BENCH_WAY("mmf", scan),
                BENCH_WAY("plain", plain_scan),
                BENCH_WAY("peek", scan_by_peek),
                BENCH_WAY_THAT("memcpy", copy_all, NULL, result_of_scan),
            },
    },
    {
        .group = "scan",
        .name = "whole-store scan of 20 M records",
        .setup = SIZED(20000000),
        .flags = BENCH_EXACT,
        .operations = 20000000,
        .bytes = sizeof(bench_plain_record),
        .memory = 1100 * MB,
        .ways =
            {
                BENCH_WAY("mmf", scan_store),
                BENCH_WAY("plain", plain_scan_store),
                BENCH_WAY_THAT("memcpy", copy_all, NULL, result_of_store_scan),
            },
    },
    {
        .group = "random access",
        .name = "random get in 100 M records",
        .setup = SIZED(100000000),
        .flags = BENCH_LARGE,
        .operations = 1000000,
        .memory = 5000 * MB,
        .ways =
            {
                BENCH_WAY("mmf", get_random),
                BENCH_WAY("plain", plain_get_random),
                BENCH_WAY("pread", bench_pread_random),
            },
    },
    {
        .group = "sequential access",
        .name = "sequential get in 100 M records",
        .setup = SIZED(100000000),
        .flags = BENCH_LARGE,
        .operations = 20000000,
        .memory = 5000 * MB,
        .ways = {BENCH_WAY("mmf", iterate), BENCH_WAY("plain", plain_iterate)},
    },
    {
        .group = "scan",
        .name = "field scan of 100 M records",
        .setup = SIZED(100000000),
        .flags = BENCH_LARGE | BENCH_EXACT,
        .operations = 100000000,
        .bytes = sizeof(bench_plain_record),
        .memory = 5000 * MB,
        .ways = {BENCH_WAY("mmf", scan), BENCH_WAY("plain", plain_scan)},
    },
};

const bench_rows bench_scan_rows = BENCH_ROWS_OF(scan_rows);
