#include "bench/statistics.h"

#include <stdlib.h>

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

bench_spread bench_spread_of(double *values, size_t count)
{
    size_t middle = count / 2;
    bench_spread spread;

    qsort(values, count, sizeof *values, compare_doubles);
    spread.low = values[count / 4];
    spread.median = count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    spread.high = values[count - 1 - count / 4];
    return spread;
}
