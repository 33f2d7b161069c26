/* Records of other types: of one word, of many, with a checksum; and a field of each scalar type.
 */
#include <string.h>

#include "bench/kinds.mmf.h"
#include "bench/own_store.h"
#include "bench/sealed.mmf.h"
#include "bench/setups.h"
#include "bench/wide.mmf.h"
#include "bench/word.mmf.h"

BENCH_OWN_STORE(word, 1024u)
BENCH_OWN_RECORD_LOOPS(word, 1024u)
BENCH_OWN_STORE(sealed, 1024u)
BENCH_OWN_RECORD_LOOPS(sealed, 1024u)
BENCH_OWN_STORE(wide, 128u) /* 32 KiB */
BENCH_OWN_RECORD_LOOPS(wide, 128u)
BENCH_OWN_STORE(kinds, 512u)

/* --- A field of each type -------------------------------------------------------------------- */

#define KIND(field, c_type, keep)                                                                  \
    static void get_##field(bench_fixture *fixture, uint64_t operations)                           \
    {                                                                                              \
        c_type value = 0;                                                                          \
        c_type last;                                                                               \
                                                                                                   \
        for (uint64_t i = 0; i < operations; i++) {                                                \
            bench_check(#field, kinds_get_##field(kinds_handle, i & 511, &value));                 \
            keep(value);                                                                           \
        }                                                                                          \
        last = value;                                                                              \
        fixture->seen = bench_hash(0, &last, sizeof last);                                         \
    }                                                                                              \
    static void plain_get_##field(bench_fixture *fixture, uint64_t operations)                     \
    {                                                                                              \
        c_type value = 0;                                                                          \
        c_type last;                                                                               \
                                                                                                   \
        for (uint64_t i = 0; i < operations; i++) {                                                \
            value = kinds_plain[i & 511].payload.field;                                            \
            keep(value);                                                                           \
        }                                                                                          \
        last = value;                                                                              \
        fixture->seen = bench_hash(0, &last, sizeof last);                                         \
    }                                                                                              \
    static void set_##field(bench_fixture *fixture, uint64_t operations)                           \
    {                                                                                              \
        (void)fixture;                                                                             \
        for (uint64_t i = 0; i < operations; i++) {                                                \
            bench_check(#field, kinds_set_##field(kinds_handle, i & 511, (c_type)(i & 1)));        \
            bench_keep_stores();                                                                   \
        }                                                                                          \
    }                                                                                              \
    static void plain_set_##field(bench_fixture *fixture, uint64_t operations)                     \
    {                                                                                              \
        (void)fixture;                                                                             \
        for (uint64_t i = 0; i < operations; i++) {                                                \
            kinds_plain[i & 511].payload.field = (c_type)(i & 1);                                  \
            bench_keep_stores();                                                                   \
        }                                                                                          \
    }

KIND(u64, uint64_t, bench_keep_integer)
KIND(i64, int64_t, bench_keep_integer)
KIND(f64, double, bench_keep_double)
KIND(u32, uint32_t, bench_keep_integer)
KIND(i32, int32_t, bench_keep_integer)
KIND(f32, float, bench_keep_double)
KIND(u16, uint16_t, bench_keep_integer)
KIND(i16, int16_t, bench_keep_integer)
KIND(u8, uint8_t, bench_keep_integer)
KIND(i8, int8_t, bench_keep_integer)
KIND(flag, bool, bench_keep_integer)

/* Records that are not all alike, so that a get has something to get wrong. */
static void begin_kinds(bench_fixture *fixture)
{
    kinds_begin_one(fixture);
    for (uint64_t i = 0; i < 512; i++) {
        kinds record;

        memset(&record, 0, sizeof record);
        record.u64 = i + 1;
        record.i64 = -(int64_t)i;
        record.f64 = (double)i / 8;
        record.u32 = (uint32_t)i * 3;
        record.i32 = -(int32_t)i;
        record.f32 = (float)i / 4;
        record.u16 = (uint16_t)(i * 5);
        record.i16 = (int16_t) - (int)i;
        record.u8 = (uint8_t)(i * 7);
        record.i8 = (int8_t)(i & 63);
        record.flag = (i & 1) == 0;
        bench_check("set", kinds_set(kinds_handle, i, &record));
        kinds_plain[i].payload = record;
    }
}

#define GET(field, text)                                                                           \
    {                                                                                              \
        .group = "types", .name = "read " text, .operations = BENCH_MANY_OPERATIONS,               \
        .begin = begin_kinds, .end = kinds_end,                                                    \
        .ways = {                                                                                  \
            BENCH_WAY("mmf", get_##field),                                                         \
            BENCH_WAY("plain", plain_get_##field),                                                 \
        },                                                                                         \
    }
#define SET(field, text)                                                                           \
    {                                                                                              \
        .group = "types", .name = "write " text, .operations = BENCH_MANY_OPERATIONS,              \
        .begin = begin_kinds, .end = kinds_end,                                                    \
        .ways = {                                                                                  \
            BENCH_WAY_THAT("mmf", set_##field, NULL, kinds_digest),                                \
            BENCH_WAY_THAT("plain", plain_set_##field, NULL, kinds_plain_digest),                  \
        },                                                                                         \
    }
#define RECORD_GET(text, type, how)                                                                \
    {                                                                                              \
        .group = "record", .name = text, .operations = BENCH_MANY_OPERATIONS,                      \
        .begin = type##_begin_##how, .end = type##_end,                                            \
        .ways = {                                                                                  \
            BENCH_WAY("mmf", type##_get_loop),                                                     \
            BENCH_WAY("plain", type##_plain_get_loop),                                             \
        },                                                                                         \
    }
#define RECORD_SET(text, type, how)                                                                \
    {                                                                                              \
        .group = "record", .name = text, .operations = BENCH_MANY_OPERATIONS,                      \
        .begin = type##_begin_##how, .end = type##_end,                                            \
        .ways = {                                                                                  \
            BENCH_WAY_THAT("mmf", type##_set_loop, NULL, type##_digest),                           \
            BENCH_WAY_THAT("plain", type##_plain_set_loop, NULL, type##_plain_digest),             \
        },                                                                                         \
    }

static const bench_row rows[] = {
    RECORD_GET("record get (8 bytes)", word, one),
    RECORD_SET("record set without undo (8 bytes)", word, one),
    RECORD_SET("record set without undo, many writers", word, many),
    RECORD_GET("record get (248 bytes)", wide, one),
    RECORD_SET("record set with undo (248 bytes)", wide, one),
    RECORD_SET("record set, many writers (248 bytes)", wide, many),
    RECORD_GET("record get with checksum (40 bytes)", sealed, one),
    RECORD_SET("record set with checksum (40 bytes)", sealed, one),
    RECORD_SET("record set, checksum, many writers", sealed, many),
    GET(u64, "uint64"),
    GET(i64, "int64"),
    GET(f64, "float64"),
    GET(u32, "uint32"),
    GET(i32, "int32"),
    GET(f32, "float32"),
    GET(u16, "uint16"),
    GET(i16, "int16"),
    GET(u8, "uint8"),
    GET(i8, "int8"),
    GET(flag, "bool"),
    SET(u64, "uint64"),
    SET(i64, "int64"),
    SET(f64, "float64"),
    SET(u32, "uint32"),
    SET(i32, "int32"),
    SET(f32, "float32"),
    SET(u16, "uint16"),
    SET(i16, "int16"),
    SET(u8, "uint8"),
    SET(i8, "int8"),
    SET(flag, "bool"),
};

const bench_rows bench_types_rows = BENCH_ROWS_OF(rows);
