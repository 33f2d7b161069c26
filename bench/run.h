/* One run of a way, apart from its timing; and whether the ways of a row yield the same. */
#ifndef MMF_BENCH_RUN_H
#define MMF_BENCH_RUN_H

#include "bench/measure.h"

#ifdef __cplusplus
extern "C" {
#endif

void bench_run_prepare(const bench_way *way, struct bench_fixture *fixture, uint64_t operations);
/* The number of retries. */
double bench_run_finish(const bench_way *way, struct bench_fixture *fixture);

/* Runs each way once on the same records, with few operations (BENCH_EXACT: with `operations`). */
bool bench_run_compare(const bench_row *row, struct bench_fixture *fixture, uint64_t operations,
                       bench_result *ret_result);

#ifdef __cplusplus
}
#endif
#endif
