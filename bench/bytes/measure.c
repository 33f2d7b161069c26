#define _GNU_SOURCE
#include "bench/bytes/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Of an operation. */
static double time_way(const bytes_way *way, bytes_bench *bench, uint64_t operations)
{
    clockid_t clock = bench->is_processor_time ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
    double begin;

    if (way->prepare) {
        way->prepare(bench, operations);
    }
    begin = now_ns(clock);
    way->run(bench, operations);
    return (now_ns(clock) - begin) / (double)operations;
}

/* --- Numbers ---------------------------------------------------------------------------------- */

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static void sort(double *values, uint32_t count)
{
    qsort(values, count, sizeof *values, compare_doubles);
}

static void print_time(double ns)
{
    if (ns < 10000) {
        printf("%10.1f ns", ns);
    } else if (ns < 10000000) {
        printf("%10.1f µs", ns / 1e3);
    } else {
        printf("%10.1f ms", ns / 1e6);
    }
}

static void print_way(const bytes_way *way, uint64_t bytes, double *ns, double *ratio,
                      uint32_t repetitions)
{
    sort(ns, repetitions);
    printf("  %-16s", way->name);
    print_time(ns[repetitions / 2]);
    printf(" %8.2f GB/s", (double)bytes / ns[repetitions / 2]);
    if (ratio) {
        sort(ratio, repetitions);
        printf(" %8.3f  (%.3f … %.3f)", ratio[repetitions / 2], ratio[repetitions / 4],
               ratio[repetitions - 1 - repetitions / 4]);
    }
    printf("\n");
}

/* --- A row ------------------------------------------------------------------------------------ */

typedef double repetitions_ns[BENCH_REPETITIONS_MAX];

static void time_ways(const bytes_row *row, bytes_bench *bench, uint64_t operations,
                      uint32_t repetitions, repetitions_ns *ns)
{
    for (size_t way = 0; way < row->way_count; way++) { /* warms up caches and page tables */
        time_way(&row->ways[way], bench, operations);
    }
    for (uint32_t i = 0; i < repetitions; i++) {
        for (size_t j = 0; j < row->way_count; j++) {
            size_t way = i % 2 == 0 ? j : row->way_count - 1 - j; /* none is always the first */

            ns[way][i] = time_way(&row->ways[way], bench, operations);
        }
    }
}

void bench_measure(const bytes_row *row, bytes_bench *bench, uint32_t repetitions)
{
    repetitions_ns ns[BENCH_WAYS_MAX];
    repetitions_ns ratio[BENCH_WAYS_MAX];
    uint64_t operations = row->operations / bench->divisor;
    uint64_t least = row->piece > 0 ? row->piece : 1;

    operations = operations ? operations : 1;
    bench->size = (row->size / bench->divisor + least - 1) / least * least;
    bench->piece = row->piece > 0 ? row->piece : bench->size;
    bench->is_processor_time = row->processors == 1;
    row->begin(bench);
    time_ways(row, bench, operations, repetitions, ns);
    row->end(bench);
    for (size_t way = 1; way < row->way_count; way++) {
        for (uint32_t i = 0; i < repetitions; i++) {
            ratio[way][i] = ns[0][i] / ns[way][i];
        }
    }
    printf("\n%s\n", row->name);
    for (size_t way = 0; way < row->way_count; way++) {
        print_way(&row->ways[way], row->operations == 1 ? bench->size : bench->piece, ns[way],
                  way > 0 ? ratio[way] : NULL, repetitions);
    }
    fflush(stdout);
}
