/* A text of 16 bytes, whose length is known only when it is read. */
#include "bench/index.h"
#include "bench/keep.h"
#include "bench/row.h"

static void get_text(bench_fixture *fixture, uint64_t operations)
{
    const label_store *store = fixture->labels;
    uint64_t mask = fixture->mask;

    for (uint64_t i = 0; i < operations; i++) {
        char text[LABEL_TEXT_MAX + 1];
        uint32_t len;

        bench_check("get", label_get_text(store, i & mask, text, sizeof text, &len));
        bench_keep_integer(len);
        bench_keep_object(text);
    }
}

static void plain_get_text(bench_fixture *fixture, uint64_t operations)
{
    const bench_plain_label *records = fixture->plain_labels;
    uint64_t mask = fixture->mask;

    for (uint64_t i = 0; i < operations; i++) {
        const label *record = &records[i & mask].payload;
        char text[LABEL_TEXT_MAX + 1];
        uint32_t len = record->text.len;

        memcpy(text, record->text.data, len);
        text[len] = '\0';
        bench_keep_integer(len);
        bench_keep_object(text);
    }
}

static void set_text(bench_fixture *fixture, uint64_t operations)
{
    label_store *store = fixture->labels;
    uint64_t mask = fixture->mask;
    size_t len = LABEL_TEXT_MAX;

    for (uint64_t i = 0; i < operations; i++) {
        __asm__ volatile("" : "+r"(len)); /* not a constant to either */
        bench_check("set", label_set_text(store, i & mask, "sixteen letters!", len));
        bench_keep_stores();
    }
}

static void plain_set_text(bench_fixture *fixture, uint64_t operations)
{
    bench_plain_label *records = fixture->plain_labels;
    uint64_t mask = fixture->mask;
    size_t len = LABEL_TEXT_MAX;

    for (uint64_t i = 0; i < operations; i++) {
        label *record = &records[i & mask].payload;

        __asm__ volatile("" : "+r"(len));
        record->text.len = (uint32_t)len;
        memcpy(record->text.data, "sixteen letters!", len);
        bench_keep_stores();
    }
}

#define ONE                                                                                        \
    {                                                                                              \
        BENCH_LABELS, MMF_ONE_WRITER, BENCH_CACHED_RECORDS                                         \
    }
#define MANY                                                                                       \
    {                                                                                              \
        BENCH_LABELS, 0, BENCH_CACHED_RECORDS                                                      \
    }
#define N 2000000

static const bench_row rows[] = {
    {"get string (16 bytes)", "memcpy", ONE, get_text, plain_get_text, N, NULL, NULL},
    {"set string (16 bytes)", "memcpy", ONE, set_text, plain_set_text, N, NULL, NULL},
    {"set string, many writers", "memcpy", MANY, set_text, plain_set_text, N, NULL, NULL},
};

const bench_rows bench_text_rows = {rows, sizeof rows / sizeof *rows};
