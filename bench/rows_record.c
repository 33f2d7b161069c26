/* Whole records: copied out, copied in, and read in place. */
#include "bench/index.h"
#include "bench/keep.h"
#include "bench/row.h"

static void get_record(bench_fixture *fixture, uint64_t operations)
{
    const market_cap_store *store = fixture->store;
    uint64_t mask = fixture->mask;

    for (uint64_t i = 0; i < operations; i++) {
        market_cap record;

        bench_check("get", market_cap_get(store, i & mask, &record));
        bench_keep_object(&record);
    }
}

static void plain_get_record(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_record *records = fixture->plain;
    uint64_t mask = fixture->mask;

    for (uint64_t i = 0; i < operations; i++) {
        market_cap record;

        memcpy(&record, &records[i & mask].payload, sizeof record);
        bench_keep_object(&record);
    }
}

/* The source is the same memory each time: one that had just been written word by word could not be
 * read by wider loads without a stall, which would be measured instead. */
static void set_record(bench_fixture *fixture, uint64_t operations)
{
    market_cap_store *store = fixture->store;
    uint64_t mask = fixture->mask;
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("set", market_cap_set(store, i & mask, &record));
        bench_keep_object(&record);
    }
}

static void plain_set_record(bench_fixture *fixture, uint64_t operations)
{
    bench_plain_record *records = fixture->plain;
    uint64_t mask = fixture->mask;
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        memcpy(&records[i & mask].payload, &record, sizeof record);
        bench_keep_object(&record);
    }
}

/* --- At random over many records ------------------------------------------------------------- */

static void get_random(bench_fixture *fixture, uint64_t operations)
{
    const market_cap_store *store = fixture->store;
    uint64_t mask = fixture->mask;
    uint64_t state = 1;

    for (uint64_t i = 0; i < operations; i++) {
        market_cap record;

        bench_check("get", market_cap_get(store, bench_random(&state) & mask, &record));
        bench_keep_object(&record);
    }
}

static void plain_get_random(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_record *records = fixture->plain;
    uint64_t mask = fixture->mask;
    uint64_t state = 1;

    for (uint64_t i = 0; i < operations; i++) {
        market_cap record;

        memcpy(&record, &records[bench_random(&state) & mask].payload, sizeof record);
        bench_keep_object(&record);
    }
}

/* --- In place -------------------------------------------------------------------------------- */

/* Three fields of one moment, without a copy of the record. */
static void read_section(bench_fixture *fixture, uint64_t operations)
{
    const market_cap_store *store = fixture->store;
    uint64_t mask = fixture->mask;

    for (uint64_t i = 0; i < operations; i++) {
        market_cap_section section;
        double product;

        do {
            bench_check("begin", market_cap_read_begin(store, i & mask, &section));
            product = section.record->price * section.record->volume + section.record->market_cap;
        } while (!market_cap_read_valid(&section));
        bench_keep_double(product);
    }
}

static void plain_read_section(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_record *records = fixture->plain;
    uint64_t mask = fixture->mask;

    for (uint64_t i = 0; i < operations; i++) {
        const market_cap *record = &records[i & mask].payload;
        double product = record->price * record->volume + record->market_cap;

        bench_keep_double(product);
    }
}

#define ONE                                                                                        \
    {                                                                                              \
        BENCH_RECORDS, MMF_ONE_WRITER, BENCH_CACHED_RECORDS                                        \
    }
#define MANY                                                                                       \
    {                                                                                              \
        BENCH_RECORDS, 0, BENCH_CACHED_RECORDS                                                     \
    }
#define LARGE                                                                                      \
    {                                                                                              \
        BENCH_RECORDS, MMF_ONE_WRITER, BENCH_LARGE_RECORDS                                         \
    }
#define N 4000000

static const bench_row rows[] = {
    {"get record (40 bytes)", "memcpy", ONE, get_record, plain_get_record, N, NULL, NULL},
    {"get record, many writers", "memcpy", MANY, get_record, plain_get_record, N, NULL, NULL},
    {"get record, random of 4 M", "memcpy", LARGE, get_random, plain_get_random, N, NULL, NULL},
    {"read section, 3 fields", "3 loads", ONE, read_section, plain_read_section, N, NULL, NULL},
    {"set record (40 bytes)", "memcpy", ONE, set_record, plain_set_record, N, NULL, NULL},
    {"set record, many writers", "memcpy", MANY, set_record, plain_set_record, N, NULL, NULL},
};

const bench_rows bench_record_rows = {rows, sizeof rows / sizeof *rows};
