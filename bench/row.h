/* A row of the table: an operation of a store beside the plain C operation on the same bytes. */
#ifndef MMF_BENCH_ROW_H
#define MMF_BENCH_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/fixture.h"

typedef void bench_loop(bench_fixture *fixture, uint64_t operations);

typedef struct bench_row {
    const char *name;
    const char *plain_name;
    bench_setup setup;
    bench_loop *ours;
    bench_loop *plain;
    uint64_t operations; /* of one repetition */
    /* Before each repetition, not timed; may be NULL. */
    void (*prepare_ours)(bench_fixture *fixture, uint64_t operations);
    void (*prepare_plain)(bench_fixture *fixture, uint64_t operations);
} bench_row;

typedef struct bench_rows {
    const bench_row *row;
    size_t count;
} bench_rows;

extern const bench_rows bench_field_rows;
extern const bench_rows bench_record_rows;
extern const bench_rows bench_wide_rows;
extern const bench_rows bench_text_rows;
extern const bench_rows bench_append_rows;
extern const bench_rows bench_open_rows;
extern const bench_rows bench_death_rows;

#endif
