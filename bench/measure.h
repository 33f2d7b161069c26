/* How a row is measured: ours and plain in turn, so that whatever slows the machine down slows both
 * down; the median of the ratios of neighbours. */
#ifndef MMF_BENCH_MEASURE_H
#define MMF_BENCH_MEASURE_H

#include "bench/row.h"

typedef struct bench_result {
    double ours_ns; /* an operation; medians */
    double plain_ns;
    double ratio;     /* median of ours / plain */
    double ratio_low; /* quartiles of the same */
    double ratio_high;
} bench_result;

#define BENCH_REPETITIONS_MAX 99u

typedef struct bench_effort {
    uint32_t repetitions; /* at most BENCH_REPETITIONS_MAX */
    uint32_t divisor;     /* of each row's operations and of the size of its data */
} bench_effort;

bench_result bench_measure(const bench_row *row, bench_fixture *fixture, bench_effort effort);

#endif
