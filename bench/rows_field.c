/* One field of a record: get, peek and set, beside reading and writing a struct's member. */
#include "bench/index.h"
#include "bench/keep.h"
#include "bench/row.h"

#define LOOPS_OF(field, c_type, keep)                                                              \
    static void get_##field(bench_fixture *fixture, uint64_t operations)                           \
    {                                                                                              \
        const market_cap_store *store = fixture->store;                                            \
        uint64_t mask = fixture->mask;                                                             \
                                                                                                   \
        for (uint64_t i = 0; i < operations; i++) {                                                \
            c_type value;                                                                          \
                                                                                                   \
            bench_check(#field, market_cap_get_##field(store, i &mask, &value));                   \
            keep(value);                                                                           \
        }                                                                                          \
    }                                                                                              \
    static void plain_get_##field(bench_fixture *fixture, uint64_t operations)                     \
    {                                                                                              \
        const bench_plain_record *records = fixture->plain;                                        \
        uint64_t mask = fixture->mask;                                                             \
                                                                                                   \
        for (uint64_t i = 0; i < operations; i++) {                                                \
            c_type value = records[i & mask].payload.field;                                        \
                                                                                                   \
            keep(value);                                                                           \
        }                                                                                          \
    }                                                                                              \
    static void set_##field(bench_fixture *fixture, uint64_t operations)                           \
    {                                                                                              \
        market_cap_store *store = fixture->store;                                                  \
        uint64_t mask = fixture->mask;                                                             \
                                                                                                   \
        for (uint64_t i = 0; i < operations; i++) {                                                \
            bench_check(#field, market_cap_set_##field(store, i &mask, (c_type)(i & 1)));          \
            bench_keep_stores();                                                                   \
        }                                                                                          \
    }                                                                                              \
    static void plain_set_##field(bench_fixture *fixture, uint64_t operations)                     \
    {                                                                                              \
        bench_plain_record *records = fixture->plain;                                              \
        uint64_t mask = fixture->mask;                                                             \
                                                                                                   \
        for (uint64_t i = 0; i < operations; i++) {                                                \
            records[i & mask].payload.field = (c_type)(i & 1);                                     \
            bench_keep_stores();                                                                   \
        }                                                                                          \
    }

LOOPS_OF(id, uint64_t, bench_keep_integer)
LOOPS_OF(price, double, bench_keep_double)
LOOPS_OF(volume, double, bench_keep_double)
LOOPS_OF(market_cap, double, bench_keep_double)
LOOPS_OF(stale, bool, bench_keep_integer)

static void peek_price(bench_fixture *fixture, uint64_t operations)
{
    const market_cap_store *store = fixture->store;
    uint64_t mask = fixture->mask;

    for (uint64_t i = 0; i < operations; i++) {
        double value;

        bench_check("price", market_cap_peek_price(store, i & mask, &value));
        bench_keep_double(value);
    }
}

/* --- At random over many records ------------------------------------------------------------- */

static void get_random(bench_fixture *fixture, uint64_t operations)
{
    const market_cap_store *store = fixture->store;
    uint64_t mask = fixture->mask;
    uint64_t state = 1;

    for (uint64_t i = 0; i < operations; i++) {
        double value;

        bench_check("price", market_cap_get_price(store, bench_random(&state) & mask, &value));
        bench_keep_double(value);
    }
}

static void plain_get_random(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_record *records = fixture->plain;
    uint64_t mask = fixture->mask;
    uint64_t state = 1;

    for (uint64_t i = 0; i < operations; i++) {
        double value = records[bench_random(&state) & mask].payload.price;

        bench_keep_double(value);
    }
}

static void set_random(bench_fixture *fixture, uint64_t operations)
{
    market_cap_store *store = fixture->store;
    uint64_t mask = fixture->mask;
    uint64_t state = 1;

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("price", market_cap_set_price(store, bench_random(&state) & mask, (double)i));
        bench_keep_stores();
    }
}

static void plain_set_random(bench_fixture *fixture, uint64_t operations)
{
    bench_plain_record *records = fixture->plain;
    uint64_t mask = fixture->mask;
    uint64_t state = 1;

    for (uint64_t i = 0; i < operations; i++) {
        records[bench_random(&state) & mask].payload.price = (double)i;
        bench_keep_stores();
    }
}

/* --- From the first record to the last ------------------------------------------------------- */

static void scan(bench_fixture *fixture, uint64_t operations)
{
    const market_cap_store *store = fixture->store;
    uint64_t mask = fixture->mask;
    double sum = 0;

    for (uint64_t i = 0; i < operations; i++) {
        double value;

        bench_check("price", market_cap_get_price(store, i & mask, &value));
        sum += value;
    }
    bench_keep_double(sum);
}

/* Additions of doubles may not be reordered, so the compiler cannot vectorise this. */
static void plain_scan(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_record *records = fixture->plain;
    uint64_t mask = fixture->mask;
    double sum = 0;

    for (uint64_t i = 0; i < operations; i++) {
        sum += records[i & mask].payload.price;
    }
    bench_keep_double(sum);
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
#define LARGE_MANY                                                                                 \
    {                                                                                              \
        BENCH_RECORDS, 0, BENCH_LARGE_RECORDS                                                      \
    }
#define N 4000000

static const bench_row rows[] = {
    {"get id (uint64)", "load", ONE, get_id, plain_get_id, N, NULL, NULL},
    {"get price (float64)", "load", ONE, get_price, plain_get_price, N, NULL, NULL},
    {"get volume (float64)", "load", ONE, get_volume, plain_get_volume, N, NULL, NULL},
    {"get market_cap (float64)", "load", ONE, get_market_cap, plain_get_market_cap, N, NULL, NULL},
    {"get stale (bool)", "load", ONE, get_stale, plain_get_stale, N, NULL, NULL},
    {"get price, many writers", "load", MANY, get_price, plain_get_price, N, NULL, NULL},
    {"peek price", "load", ONE, peek_price, plain_get_price, N, NULL, NULL},
    {"set id", "store", ONE, set_id, plain_set_id, N, NULL, NULL},
    {"set price", "store", ONE, set_price, plain_set_price, N, NULL, NULL},
    {"set volume", "store", ONE, set_volume, plain_set_volume, N, NULL, NULL},
    {"set market_cap", "store", ONE, set_market_cap, plain_set_market_cap, N, NULL, NULL},
    {"set stale", "store", ONE, set_stale, plain_set_stale, N, NULL, NULL},
    {"set price, many writers", "store", MANY, set_price, plain_set_price, N, NULL, NULL},
    {"get price, random of 4 M", "load", LARGE, get_random, plain_get_random, N, NULL, NULL},
    {"set price, random of 4 M", "store", LARGE, set_random, plain_set_random, N, NULL, NULL},
    {"set price, random, many", "store", LARGE_MANY, set_random, plain_set_random, N, NULL, NULL},
    {"scan price of 4 M", "loop", LARGE, scan, plain_scan, N, NULL, NULL},
};

const bench_rows bench_field_rows = {rows, sizeof rows / sizeof *rows};
