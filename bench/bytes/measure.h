/* How a row is measured: all its ways in turn, so that whatever slows the machine down slows all of
 * them down; medians, and medians of the ratios of neighbours. Prints a line for each way. */
#ifndef MMF_BENCH_BYTES_MEASURE_H
#define MMF_BENCH_BYTES_MEASURE_H

#include "bench/bytes/row.h"

#define BENCH_REPETITIONS_MAX 99

void bench_measure(const bytes_row *row, bytes_bench *bench, uint32_t repetitions);

#endif
