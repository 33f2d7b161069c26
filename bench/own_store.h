/* Rows of a record type of their own: a store with few records, and an array of structs beside it.
 * One file includes this once for each type. */
#ifndef MMF_BENCH_OWN_STORE_H
#define MMF_BENCH_OWN_STORE_H

#include "bench/fixture.h"
#include "bench/keep.h"

/* Of `type`: type_begin_one, type_begin_many, type_end for rows; type_handle and type_plain for
 * loops; type_get, type_plain_get, type_set, type_plain_set, which are loops over whole records;
 * type_digest and type_plain_digest. `records` is a power of two. */
#define BENCH_OWN_STORE(type, records)                                                             \
    typedef struct plain_##type {                                                                  \
        uint64_t spare;                                                                            \
        type payload;                                                                              \
    } plain_##type;                                                                                \
                                                                                                   \
    static type##_store *type##_handle;                                                            \
    static plain_##type type##_plain[records];                                                     \
                                                                                                   \
    static void type##_begin(bench_fixture *fixture, uint32_t flags)                               \
    {                                                                                              \
        const mmf_options options = {.flags = flags | MMF_NO_SYNC, .capacity = records};           \
                                                                                                   \
        bench_check("create", type##_store_create(fixture->path, &options, &type##_handle));       \
        while (type##_store_len(type##_handle) < (records)) {                                      \
            bench_check("append", type##_append(type##_handle, NULL, NULL));                       \
        }                                                                                          \
        memset(type##_plain, 0, sizeof type##_plain);                                              \
    }                                                                                              \
    static void type##_begin_one(bench_fixture *fixture)                                           \
    {                                                                                              \
        type##_begin(fixture, MMF_ONE_WRITER);                                                     \
    }                                                                                              \
    static void type##_end(bench_fixture *fixture)                                                 \
    {                                                                                              \
        (void)fixture;                                                                             \
        bench_check("close", type##_store_close(type##_handle));                                   \
        type##_handle = NULL;                                                                      \
    }                                                                                              \
    static uint64_t type##_digest(bench_fixture *fixture)                                          \
    {                                                                                              \
        uint64_t hash = 0;                                                                         \
                                                                                                   \
        (void)fixture;                                                                             \
        for (uint64_t i = 0; i < (records); i++) {                                                 \
            type record;                                                                           \
                                                                                                   \
            bench_check("get", type##_get(type##_handle, i, &record));                             \
            hash = bench_hash(hash, &record, sizeof record);                                       \
        }                                                                                          \
        return hash;                                                                               \
    }                                                                                              \
    static uint64_t type##_plain_digest(bench_fixture *fixture)                                    \
    {                                                                                              \
        uint64_t hash = 0;                                                                         \
                                                                                                   \
        (void)fixture;                                                                             \
        for (uint64_t i = 0; i < (records); i++) {                                                 \
            hash = bench_hash(hash, &type##_plain[i].payload, sizeof(type));                       \
        }                                                                                          \
        return hash;                                                                               \
    }

#define BENCH_OWN_RECORD_LOOPS(type, records)                                                      \
    static void type##_begin_many(bench_fixture *fixture)                                          \
    {                                                                                              \
        type##_begin(fixture, 0);                                                                  \
    }                                                                                              \
    static void type##_get_loop(bench_fixture *fixture, uint64_t operations)                       \
    {                                                                                              \
        type record;                                                                               \
                                                                                                   \
        for (uint64_t i = 0; i < operations; i++) {                                                \
            bench_check("get", type##_get(type##_handle, i &((records)-1), &record));              \
            bench_keep_object(&record);                                                            \
        }                                                                                          \
        fixture->seen = bench_hash(0, &record, sizeof record);                                     \
    }                                                                                              \
    static void type##_plain_get_loop(bench_fixture *fixture, uint64_t operations)                 \
    {                                                                                              \
        type record;                                                                               \
                                                                                                   \
        for (uint64_t i = 0; i < operations; i++) {                                                \
            memcpy(&record, &type##_plain[i & ((records)-1)].payload, sizeof record);              \
            bench_keep_object(&record);                                                            \
        }                                                                                          \
        fixture->seen = bench_hash(0, &record, sizeof record);                                     \
    }                                                                                              \
    static void type##_set_loop(bench_fixture *fixture, uint64_t operations)                       \
    {                                                                                              \
        type record;                                                                               \
                                                                                                   \
        (void)fixture;                                                                             \
        memset(&record, 0, sizeof record);                                                         \
        memset(&record, 7, 8);                                                                     \
        for (uint64_t i = 0; i < operations; i++) {                                                \
            bench_check("set", type##_set(type##_handle, i &((records)-1), &record));              \
            bench_keep_object(&record);                                                            \
        }                                                                                          \
    }                                                                                              \
    static void type##_plain_set_loop(bench_fixture *fixture, uint64_t operations)                 \
    {                                                                                              \
        type record;                                                                               \
                                                                                                   \
        (void)fixture;                                                                             \
        memset(&record, 0, sizeof record);                                                         \
        memset(&record, 7, 8);                                                                     \
        for (uint64_t i = 0; i < operations; i++) {                                                \
            memcpy(&type##_plain[i & ((records)-1)].payload, &record, sizeof record);              \
            bench_keep_object(&record);                                                            \
        }                                                                                          \
    }

#endif
