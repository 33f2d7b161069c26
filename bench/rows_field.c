/* One field of a record: get, peek and set, beside reading and writing a struct's member. */
#include "bench/file_ways.h"
#include "bench/index.h"
#include "bench/keep.h"
#include "bench/peers.h"
#include "bench/setups.h"

#define LOOPS_OF(field, c_type, keep)                                                              \
    static void get_##field(bench_fixture *fixture, uint64_t operations)                           \
    {                                                                                              \
        const market_cap_store *store = fixture->store;                                            \
        c_type value = 0;                                                                          \
        c_type last;                                                                               \
                                                                                                   \
        for (uint64_t i = 0; i < operations; i++) {                                                \
            bench_check(#field, market_cap_get_##field(store, i &BENCH_CACHED_MASK, &value));      \
            keep(value);                                                                           \
        }                                                                                          \
        last = value;                                                                              \
        fixture->seen = bench_hash(0, &last, sizeof last);                                         \
    }                                                                                              \
    static void plain_get_##field(bench_fixture *fixture, uint64_t operations)                     \
    {                                                                                              \
        const bench_plain_record *records = fixture->plain;                                        \
        c_type value = 0;                                                                          \
        c_type last;                                                                               \
                                                                                                   \
        for (uint64_t i = 0; i < operations; i++) {                                                \
            value = records[i & BENCH_CACHED_MASK].payload.field;                                  \
            keep(value);                                                                           \
        }                                                                                          \
        last = value;                                                                              \
        fixture->seen = bench_hash(0, &last, sizeof last);                                         \
    }                                                                                              \
    static void set_##field(bench_fixture *fixture, uint64_t operations)                           \
    {                                                                                              \
        market_cap_store *store = fixture->store;                                                  \
                                                                                                   \
        for (uint64_t i = 0; i < operations; i++) {                                                \
            bench_check(#field,                                                                    \
                        market_cap_set_##field(store, i &BENCH_CACHED_MASK, (c_type)(i & 1)));     \
            bench_keep_stores();                                                                   \
        }                                                                                          \
    }                                                                                              \
    static void plain_set_##field(bench_fixture *fixture, uint64_t operations)                     \
    {                                                                                              \
        bench_plain_record *records = fixture->plain;                                              \
                                                                                                   \
        for (uint64_t i = 0; i < operations; i++) {                                                \
            records[i & BENCH_CACHED_MASK].payload.field = (c_type)(i & 1);                        \
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
    double value = 0;
    double last;

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("price", market_cap_peek_price(store, i & BENCH_CACHED_MASK, &value));
        bench_keep_double(value);
    }
    last = value;
    fixture->seen = bench_hash(0, &last, sizeof last);
}

/* --- Several fields at once ------------------------------------------------------------------ */

static void get_four(bench_fixture *fixture, uint64_t operations)
{
    const market_cap_store *store = fixture->store;
    market_cap last;
    uint64_t id = 0;
    double price = 0, volume = 0, cap = 0;

    for (uint64_t i = 0; i < operations; i++) {
        uint64_t index = i & BENCH_CACHED_MASK;

        bench_check("id", market_cap_get_id(store, index, &id));
        bench_check("price", market_cap_get_price(store, index, &price));
        bench_check("volume", market_cap_get_volume(store, index, &volume));
        bench_check("market_cap", market_cap_get_market_cap(store, index, &cap));
        bench_keep_integer(id);
        bench_keep_double(price);
        bench_keep_double(volume);
        bench_keep_double(cap);
    }
    last = (market_cap){.id = id, .price = price, .volume = volume, .market_cap = cap};
    fixture->seen = bench_hash(0, &last, offsetof(market_cap, stale));
}

static void plain_get_four(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_record *records = fixture->plain;
    market_cap last;
    uint64_t id = 0;
    double price = 0, volume = 0, cap = 0;

    for (uint64_t i = 0; i < operations; i++) {
        const market_cap *record = &records[i & BENCH_CACHED_MASK].payload;

        id = record->id;
        price = record->price;
        volume = record->volume;
        cap = record->market_cap;
        bench_keep_integer(id);
        bench_keep_double(price);
        bench_keep_double(volume);
        bench_keep_double(cap);
    }
    last = (market_cap){.id = id, .price = price, .volume = volume, .market_cap = cap};
    fixture->seen = bench_hash(0, &last, offsetof(market_cap, stale));
}

static void set_four(bench_fixture *fixture, uint64_t operations)
{
    market_cap_store *store = fixture->store;

    for (uint64_t i = 0; i < operations; i++) {
        uint64_t index = i & BENCH_CACHED_MASK;

        bench_check("id", market_cap_set_id(store, index, i & 3));
        bench_check("price", market_cap_set_price(store, index, 1.5));
        bench_check("volume", market_cap_set_volume(store, index, 2.5));
        bench_check("market_cap", market_cap_set_market_cap(store, index, 3.5));
        bench_keep_stores();
    }
}

static void plain_set_four(bench_fixture *fixture, uint64_t operations)
{
    bench_plain_record *records = fixture->plain;

    for (uint64_t i = 0; i < operations; i++) {
        market_cap *record = &records[i & BENCH_CACHED_MASK].payload;

        record->id = i & 3;
        record->price = 1.5;
        record->volume = 2.5;
        record->market_cap = 3.5;
        bench_keep_stores();
    }
}

#define GET(row_name, how, ours, theirs)                                                           \
    {                                                                                              \
        .group = "field get", .name = row_name, .setup = how, .operations = BENCH_MANY_OPERATIONS, \
        .ways = {                                                                                  \
            BENCH_WAY("mmf", ours),                                                                \
            BENCH_WAY("plain", theirs),                                                            \
        },                                                                                         \
    }
#define SET(row_name, how, ours, theirs)                                                           \
    {                                                                                              \
        .group = "field set", .name = row_name, .setup = how, .flags = BENCH_CHANGES,              \
        .operations = BENCH_MANY_OPERATIONS,                                                       \
        .ways = {                                                                                  \
            BENCH_WAY_THAT("mmf", ours, NULL, bench_file_changes),                                 \
            BENCH_WAY_THAT("plain", theirs, NULL, bench_file_changes),                             \
        },                                                                                         \
    }
#define SET_WITH_PEERS(row_name, how)                                                              \
    {                                                                                              \
        .group = "field set", .name = row_name, .setup = how, .flags = BENCH_CHANGES,              \
        .operations = BENCH_MANY_OPERATIONS,                                                       \
        .ways = {                                                                                  \
            BENCH_WAY_THAT("mmf", set_price, NULL, bench_file_changes),                            \
            BENCH_WAY_THAT("plain", plain_set_price, NULL, bench_file_changes),                    \
            BENCH_WAY_THAT("pwrite", bench_pwrite_field, NULL, bench_file_changes),                \
            BENCH_WAY_THAT("lmdb", bench_lmdb_set_field, bench_need_lmdb, bench_lmdb_changes),     \
            BENCH_WAY_THAT("sqlite", bench_sqlite_set_field, bench_need_sqlite,                    \
                           bench_sqlite_changes),                                                  \
        },                                                                                         \
    }

static const bench_row rows[] = {
    {
        .group = "field get",
        .name = "field get",
        .setup = BENCH_ONE,
        .operations = BENCH_MANY_OPERATIONS,
        .ways =
            {
                BENCH_WAY("mmf", get_price),
                BENCH_WAY("plain", plain_get_price),
                BENCH_WAY("pread", bench_pread_field),
                BENCH_WAY_AFTER("lmdb", bench_lmdb_get_field, bench_need_lmdb),
                BENCH_WAY_AFTER("sqlite", bench_sqlite_get_field, bench_need_sqlite),
            },
    },
    GET("peek", BENCH_ONE, peek_price, plain_get_price),
    GET("get id (uint64)", BENCH_ONE, get_id, plain_get_id),
    GET("get price (float64)", BENCH_ONE, get_price, plain_get_price),
    GET("get volume (float64)", BENCH_ONE, get_volume, plain_get_volume),
    GET("get market_cap (float64)", BENCH_ONE, get_market_cap, plain_get_market_cap),
    GET("get stale (bool)", BENCH_ONE, get_stale, plain_get_stale),
    GET("get 4 fields", BENCH_ONE, get_four, plain_get_four),
    GET("field get, many writers", BENCH_MANY, get_price, plain_get_price),
    SET_WITH_PEERS("field set", BENCH_ONE),
    SET("set id (uint64)", BENCH_ONE, set_id, plain_set_id),
    SET("set price (float64)", BENCH_ONE, set_price, plain_set_price),
    SET("set volume (float64)", BENCH_ONE, set_volume, plain_set_volume),
    SET("set market_cap (float64)", BENCH_ONE, set_market_cap, plain_set_market_cap),
    SET("set stale (bool)", BENCH_ONE, set_stale, plain_set_stale),
    SET("set 4 fields", BENCH_ONE, set_four, plain_set_four),
    SET_WITH_PEERS("many-writers set", BENCH_MANY),
};

const bench_rows bench_field_rows = BENCH_ROWS_OF(rows);
