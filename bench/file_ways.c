#define _GNU_SOURCE
#include "bench/file_ways.h"

#include <unistd.h>

#include "bench/index.h"
#include "bench/keep.h"

static off_t payload_of(const bench_fixture *fixture, uint64_t index)
{
    return (off_t)(fixture->data_offset + index * sizeof(bench_plain_record) +
                   offsetof(bench_plain_record, payload));
}

void bench_pread_field(bench_fixture *fixture, uint64_t operations)
{
    double value = 0;

    for (uint64_t i = 0; i < operations; i++) {
        off_t offset =
            payload_of(fixture, i & BENCH_CACHED_MASK) + (off_t)offsetof(market_cap, price);

        bench_check_size("pread", pread(fixture->mapping.fd, &value, sizeof value, offset),
                         sizeof value);
        bench_keep_double(value);
    }
    fixture->seen = bench_hash(0, &value, sizeof value);
}

void bench_pread_record(bench_fixture *fixture, uint64_t operations)
{
    market_cap record;

    for (uint64_t i = 0; i < operations; i++) {
        bench_check_size("pread",
                         pread(fixture->mapping.fd, &record, sizeof record,
                               payload_of(fixture, i & BENCH_CACHED_MASK)),
                         sizeof record);
        bench_keep_object(&record);
    }
    fixture->seen = bench_hash(0, &record, sizeof record);
}

void bench_pread_random(bench_fixture *fixture, uint64_t operations)
{
    uint64_t records = fixture->setup.records;
    market_cap record;

    for (uint64_t i = 0; i < operations; i++) {
        uint64_t index = bench_random_index(&fixture->random_state, records);

        bench_check_size(
            "pread", pread(fixture->mapping.fd, &record, sizeof record, payload_of(fixture, index)),
            sizeof record);
        bench_keep_object(&record);
    }
    fixture->seen = bench_hash(0, &record, sizeof record);
}

void bench_pwrite_field(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        off_t offset =
            payload_of(fixture, i & BENCH_CACHED_MASK) + (off_t)offsetof(market_cap, price);
        double value = (double)(i & 1);

        bench_check_size("pwrite", pwrite(fixture->mapping.fd, &value, sizeof value, offset),
                         sizeof value);
    }
}

void bench_pwrite_record(bench_fixture *fixture, uint64_t operations)
{
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        bench_check_size("pwrite",
                         pwrite(fixture->mapping.fd, &record, sizeof record,
                                payload_of(fixture, i & BENCH_CACHED_MASK)),
                         sizeof record);
    }
}

void bench_pwrite_random(bench_fixture *fixture, uint64_t operations)
{
    uint64_t records = fixture->setup.records;
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        uint64_t index = bench_random_index(&fixture->random_state, records);

        bench_check_size(
            "pwrite",
            pwrite(fixture->mapping.fd, &record, sizeof record, payload_of(fixture, index)),
            sizeof record);
    }
}
