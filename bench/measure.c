#define _GNU_SOURCE
#include "bench/measure.h"

#include <stdlib.h>
#include <time.h>

static double now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double time_ours(const bench_row *row, bench_fixture *fixture, uint64_t operations)
{
    double begin;

    if (row->prepare_ours) {
        row->prepare_ours(fixture, operations);
    }
    begin = now_ns();
    row->ours(fixture, operations);
    return (now_ns() - begin) / (double)operations;
}

static double time_plain(const bench_row *row, bench_fixture *fixture, uint64_t operations)
{
    double begin;

    if (row->prepare_plain) {
        row->prepare_plain(fixture, operations);
    }
    begin = now_ns();
    row->plain(fixture, operations);
    return (now_ns() - begin) / (double)operations;
}

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

bench_result bench_measure(const bench_row *row, bench_fixture *fixture, bench_effort effort)
{
    double ours[BENCH_REPETITIONS_MAX];
    double plain[BENCH_REPETITIONS_MAX];
    double ratio[BENCH_REPETITIONS_MAX];
    uint32_t count = effort.repetitions;
    uint64_t operations = row->operations / effort.divisor;

    operations = operations ? operations : 1;
    time_ours(row, fixture, operations); /* warms up caches, branches and page tables */
    time_plain(row, fixture, operations);
    for (uint32_t i = 0; i < count; i++) {
        if (i % 2 == 0) { /* neither is always the first */
            ours[i] = time_ours(row, fixture, operations);
            plain[i] = time_plain(row, fixture, operations);
        } else {
            plain[i] = time_plain(row, fixture, operations);
            ours[i] = time_ours(row, fixture, operations);
        }
        ratio[i] = ours[i] / plain[i];
    }
    sort(ours, count);
    sort(plain, count);
    sort(ratio, count);
    return (bench_result){
        .ours_ns = ours[count / 2],
        .plain_ns = plain[count / 2],
        .ratio = ratio[count / 2],
        .ratio_low = ratio[count / 4],
        .ratio_high = ratio[count - 1 - count / 4],
    };
}
