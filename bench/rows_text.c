/* A text of 16 bytes, whose length is known only when it is read. */
#include "bench/index.h"
#include "bench/keep.h"
#include "bench/setups.h"

static void get_text(bench_fixture *fixture, uint64_t operations)
{
    const label_store *store = fixture->labels;
    char text[LABEL_TEXT_MAX + 1];
    uint32_t len = 0;

    for (uint64_t i = 0; i < operations; i++) {
        bench_check("get", label_get_text(store, i & BENCH_CACHED_MASK, text, sizeof text, &len));
        bench_keep_integer(len);
        bench_keep_object(text);
    }
    fixture->seen = bench_hash(0, text, sizeof text);
}

static void plain_get_text(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_label *records = fixture->plain_labels;
    char text[LABEL_TEXT_MAX + 1];

    for (uint64_t i = 0; i < operations; i++) {
        const label *record = &records[i & BENCH_CACHED_MASK].payload;
        uint32_t len = record->text.len;

        memcpy(text, record->text.data, len);
        text[len] = '\0';
        bench_keep_integer(len);
        bench_keep_object(text);
    }
    fixture->seen = bench_hash(0, text, sizeof text);
}

static void set_text(bench_fixture *fixture, uint64_t operations)
{
    label_store *store = fixture->labels;
    size_t len = LABEL_TEXT_MAX;

    for (uint64_t i = 0; i < operations; i++) {
        __asm__ volatile("" : "+r"(len)); /* not a constant to either */
        bench_check("set", label_set_text(store, i & BENCH_CACHED_MASK, "sixteen letters!", len));
        bench_keep_stores();
    }
}

static void plain_set_text(bench_fixture *fixture, uint64_t operations)
{
    bench_plain_label *records = fixture->plain_labels;
    size_t len = LABEL_TEXT_MAX;

    for (uint64_t i = 0; i < operations; i++) {
        label *record = &records[i & BENCH_CACHED_MASK].payload;

        __asm__ volatile("" : "+r"(len));
        record->text.len = (uint32_t)len;
        memcpy(record->text.data, "sixteen letters!", len);
        bench_keep_stores();
    }
}

#define LABELS(flags)                                                                              \
    {                                                                                              \
        BENCH_LABELS, flags, BENCH_CACHED_RECORDS                                                  \
    }
#define SET(row_name, how)                                                                         \
    {                                                                                              \
        .group = "string", .name = row_name, .setup = LABELS(how), .flags = BENCH_CHANGES,         \
        .operations = BENCH_MANY_OPERATIONS,                                                       \
        .ways = {                                                                                  \
            BENCH_WAY_THAT("mmf", set_text, NULL, bench_label_changes),                            \
            BENCH_WAY_THAT("plain", plain_set_text, NULL, bench_label_changes),                    \
        },                                                                                         \
    }

static const bench_row rows[] = {
    {
        .group = "string",
        .name = "string get 16 bytes",
        .setup = LABELS(MMF_ONE_WRITER),
        .operations = BENCH_MANY_OPERATIONS,
        .ways = {BENCH_WAY("mmf", get_text), BENCH_WAY("plain", plain_get_text)},
    },
    SET("string set 16 bytes", MMF_ONE_WRITER),
    SET("string set 16 bytes, many writers", 0),
};

const bench_rows bench_text_rows = BENCH_ROWS_OF(rows);
