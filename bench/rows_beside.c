/* Readers and writers beside others who are busy on the second processor, with the same records. */
#include "bench/beside.h"
#include "bench/index.h"
#include "bench/keep.h"
#include "bench/setups.h"

#define TURN 1000u /* operations of who is busy, before it asks whether it is enough */

/* --- Who is busy ----------------------------------------------------------------------------- */

static void write_all(bench_fixture *fixture)
{
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < TURN; i++) {
        bench_check("set", market_cap_set(fixture->store, i & BENCH_CACHED_MASK, &record));
    }
}

static void write_first(bench_fixture *fixture)
{
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < TURN; i++) {
        bench_check("set", market_cap_set(fixture->store, 0, &record));
    }
}

static void read_all(bench_fixture *fixture)
{
    market_cap record;

    for (uint64_t i = 0; i < TURN; i++) {
        bench_check("get", market_cap_get(fixture->store, i & BENCH_CACHED_MASK, &record));
        bench_keep_object(&record);
    }
}

static void plain_write_all(bench_fixture *fixture)
{
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < TURN; i++) {
        memcpy(&fixture->plain[i & BENCH_CACHED_MASK].payload, &record, sizeof record);
        bench_keep_object(&record);
    }
}

static void plain_write_first(bench_fixture *fixture)
{
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < TURN; i++) {
        memcpy(&fixture->plain[0].payload, &record, sizeof record);
        bench_keep_object(&record);
    }
}

/* A child's handle of its own. The copy of its parent's is left alone. */
static void open_own(bench_fixture *fixture)
{
    mmf_options options = {.flags = MMF_NO_SYNC};

    bench_check("open", market_cap_store_open(fixture->data_path, &options, &fixture->store));
}

static void open_own_to_read(bench_fixture *fixture)
{
    mmf_options options = {.flags = MMF_READ_ONLY};

    bench_check("open", market_cap_store_open(fixture->data_path, &options, &fixture->store));
}

#define START_THREAD(busy)                                                                         \
    static void busy##_by_thread(bench_fixture *fixture, uint64_t operations)                      \
    {                                                                                              \
        (void)operations;                                                                          \
        bench_beside_start_thread(fixture, busy);                                                  \
    }
#define START_PROCESS(busy, open)                                                                  \
    static void busy##_by_process(bench_fixture *fixture, uint64_t operations)                     \
    {                                                                                              \
        (void)operations;                                                                          \
        bench_beside_start_process(fixture, open, busy);                                           \
    }

START_THREAD(write_all)
START_THREAD(write_first)
START_THREAD(read_all)
START_THREAD(plain_write_all)
START_THREAD(plain_write_first)
START_PROCESS(write_all, open_own)
START_PROCESS(read_all, open_own_to_read)

/* --- Who is measured ------------------------------------------------------------------------- */

static void get_all(bench_fixture *fixture, uint64_t operations)
{
    const market_cap_store *store = fixture->store;
    market_cap record;

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("get", market_cap_get(store, i & BENCH_CACHED_MASK, &record));
        bench_keep_object(&record);
    }
}

static void plain_get_all(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_record *records = fixture->plain;
    market_cap record;

    for (uint64_t i = 0; i < operations; i++) {
        memcpy(&record, &records[i & BENCH_CACHED_MASK].payload, sizeof record);
        bench_keep_object(&record);
    }
}

/* By sections, which tell how often a record had to be read again. */
static inline uint64_t get_by_section(const market_cap_store *store, uint64_t index,
                                      market_cap *record)
{
    uint64_t again = 0;

    for (;; again++) {
        market_cap_section section;

        bench_check("begin", market_cap_read_begin(store, index, &section));
        mmf_words_load(record, section.base.payload, sizeof *record);
        if (market_cap_read_valid(&section)) {
            return again;
        }
    }
}

static void section_all(bench_fixture *fixture, uint64_t operations)
{
    market_cap record;
    uint64_t again = 0;

    for (uint64_t i = 0; i < operations; i++) {
        again += get_by_section(fixture->store, i & BENCH_CACHED_MASK, &record);
        bench_keep_object(&record);
    }
    fixture->retries = again;
}

static void section_first(bench_fixture *fixture, uint64_t operations)
{
    market_cap record;
    uint64_t again = 0;

    for (uint64_t i = 0; i < operations; i++) {
        again += get_by_section(fixture->store, 0, &record);
        bench_keep_object(&record);
    }
    fixture->retries = again;
}

static void plain_get_first(bench_fixture *fixture, uint64_t operations)
{
    market_cap record;

    for (uint64_t i = 0; i < operations; i++) {
        memcpy(&record, &fixture->plain[0].payload, sizeof record);
        bench_keep_object(&record);
    }
}

static void set_all(bench_fixture *fixture, uint64_t operations)
{
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("set", market_cap_set(fixture->store, i & BENCH_CACHED_MASK, &record));
        bench_keep_object(&record);
    }
}

static void plain_set_all(bench_fixture *fixture, uint64_t operations)
{
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        memcpy(&fixture->plain[i & BENCH_CACHED_MASK].payload, &record, sizeof record);
        bench_keep_object(&record);
    }
}

static void set_first(bench_fixture *fixture, uint64_t operations)
{
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("set", market_cap_set(fixture->store, 0, &record));
        bench_keep_object(&record);
    }
}

static void plain_set_first(bench_fixture *fixture, uint64_t operations)
{
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        memcpy(&fixture->plain[0].payload, &record, sizeof record);
        bench_keep_object(&record);
    }
}

#define BESIDE(who, run, start)                                                                    \
    {                                                                                              \
        who, run, start, bench_beside_stop, NULL                                                   \
    }
#define READ_ONLY                                                                                  \
    {                                                                                              \
        BENCH_RECORDS, MMF_READ_ONLY, BENCH_CACHED_RECORDS                                         \
    }
#define ROW(row_name, how, ...)                                                                    \
    {                                                                                              \
        .group = "beside others", .name = row_name, .setup = how,                                  \
        .flags = BENCH_TWO | BENCH_UNLIKE | BENCH_CHANGES | BENCH_ELAPSED,                         \
        .operations = BENCH_MANY_OPERATIONS, .ways = {__VA_ARGS__},                                \
    }

static const bench_row rows[] = {
    ROW("reader beside a busy writer", BENCH_ONE, BESIDE("mmf", get_all, write_all_by_thread),
        BESIDE("plain", plain_get_all, plain_write_all_by_thread), BENCH_WAY("mmf alone", get_all),
        BENCH_WAY("plain alone", plain_get_all)),
    ROW("the same by sections, retries counted", BENCH_ONE,
        BESIDE("mmf", section_all, write_all_by_thread),
        BESIDE("plain", plain_get_all, plain_write_all_by_thread),
        BENCH_WAY("mmf alone", section_all)),
    ROW("the same, of one record", BENCH_ONE, BESIDE("mmf", section_first, write_first_by_thread),
        BESIDE("plain", plain_get_first, plain_write_first_by_thread),
        BENCH_WAY("mmf alone", section_first)),
    ROW("reader beside a writing process", READ_ONLY, BESIDE("mmf", get_all, write_all_by_process),
        BESIDE("plain", plain_get_all, plain_write_all_by_thread), BENCH_WAY("mmf alone", get_all)),
    ROW("reader beside a reading process", READ_ONLY, BESIDE("mmf", get_all, read_all_by_process),
        BENCH_WAY("plain", plain_get_all), BENCH_WAY("mmf alone", get_all)),
    ROW("writer beside a reader", BENCH_ONE, BESIDE("mmf", set_all, read_all_by_thread),
        BENCH_WAY("plain", plain_set_all), BENCH_WAY("mmf alone", set_all)),
    ROW("two writers", BENCH_MANY, BESIDE("mmf", set_all, write_all_by_thread),
        BESIDE("plain", plain_set_all, plain_write_all_by_thread), BENCH_WAY("mmf alone", set_all)),
    ROW("two writers of one record", BENCH_MANY, BESIDE("mmf", set_first, write_first_by_thread),
        BESIDE("plain", plain_set_first, plain_write_first_by_thread),
        BENCH_WAY("mmf alone", set_first)),
    ROW("two writing processes", BENCH_MANY, BESIDE("mmf", set_all, write_all_by_process),
        BESIDE("plain", plain_set_all, plain_write_all_by_thread), BENCH_WAY("mmf alone", set_all)),
};

const bench_rows bench_beside_rows = BENCH_ROWS_OF(rows);
