/* How a row is measured: by rounds, in each of which all its ways run right after one another, in
 * the one order and in the other by turns, so that whatever slows the machine down slows all of
 * them down. Google Benchmark runs and times them. */
#ifndef MMF_BENCH_MEASURE_H
#define MMF_BENCH_MEASURE_H

#include "bench/row.h"
#include "bench/statistics.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_REPETITIONS_MAX 99u

#define BENCH_ROUNDS_LEAST 5u

typedef struct bench_effort {
    uint32_t repetitions; /* rounds; at most BENCH_REPETITIONS_MAX */
    uint64_t divisor;     /* of each row's operations and of the size of its data */
    double
        row_seconds; /* fewer rounds, but BENCH_ROUNDS_LEAST, of a row that takes longer; 0: no */
} bench_effort;

typedef struct bench_way_result {
    bench_spread ns;     /* of an operation */
    bench_spread ratio;  /* ours to this, of the same round; 1 for ours */
    uint64_t operations; /* of a run */
    double allocations;  /* of an operation; negative: not counted */
    double retries;      /* of an operation */
} bench_way_result;

typedef struct bench_result {
    uint32_t rounds;
    bool is_different; /* a way yielded something else than ours: `different` */
    size_t different;
    uint64_t expected; /* what ours yielded, and what that one did */
    uint64_t found;
    bench_way_result way[BENCH_WAYS_MAX];
} bench_result;

/* Of the setup that the row asks for. Stops after the comparison if the ways disagree. */
void bench_measure(const bench_row *row, struct bench_fixture *fixture, bench_effort effort,
                   bench_result *ret_result);

/* The version of Google Benchmark, as far as its file tells. */
const char *bench_library_version(void);

#ifdef __cplusplus
}
#endif
#endif
