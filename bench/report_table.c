#include <string.h>

#include "bench/allocations.h"
#include "bench/peers.h"
#include "bench/report.h"

void bench_print_heading(const bench_machine *machine, bench_effort effort, const char *directory)
{
    printf("%s, %u processors, %.1f GB; %s; %s; %s\n", machine->processor, machine->processors,
           (double)machine->memory_bytes / 1e9, machine->kernel, machine->libc, machine->compiler);
    printf("lmdb: %s; sqlite: %s; Google Benchmark: %s\n", bench_lmdb_version(),
           bench_sqlite_version(), bench_library_version());
    printf("%s; load %.2f; on processor %d", machine->date, machine->load,
           machine->processor_of[0]);
    if (machine->processor_of[1] >= 0) {
        printf(", and %d where two take part", machine->processor_of[1]);
    }
    printf("; files in %s (%s)\nmedians of %u%s, all ways of a row in turn; ratios are ours to "
           "theirs, with quartiles for plain\n",
           directory, machine->file_system, effort.repetitions,
           effort.row_seconds > 0 ? ", of fewer where a row takes long" : "");
    if (!machine->is_optimised) {
        printf("NOT OPTIMISED: build with -c opt\n");
    }
    if (effort.divisor > 1) {
        printf("DIVIDED by %llu: too little to mean anything\n",
               (unsigned long long)effort.divisor);
    }
    fflush(stdout);
}

void bench_print_group(const char *group)
{
    printf("\n%-40s %12s %12s %7s  %-22s %s\n", group, "ns/op", "rate", "allocs", "to plain",
           "to others");
    fflush(stdout);
}

static void format_ns(char text[32], double ns)
{
    if (ns < 1e5) {
        snprintf(text, 32, "%.*f", ns < 100 ? 2 : ns < 1000 ? 1 : 0, ns);
    } else {
        snprintf(text, 32, "%.4g", ns);
    }
}

static void format_rate(char text[32], double rate, const char *unit)
{
    static const char prefixes[][2] = {"", "k", "M", "G", "T"};
    size_t i = 0;

    while (rate >= 1000 && i + 1 < sizeof prefixes / sizeof *prefixes) {
        rate /= 1000;
        i++;
    }
    snprintf(text, 32, "%.3g %s%s/s", rate, prefixes[i], unit);
}

static void format_ratio(char text[32], double ratio)
{
    snprintf(text, 32, "%.*f", ratio < 0.1 ? 4 : ratio < 10 ? 2 : 0, ratio);
}

static void print_plain(const bench_row *row, const bench_result *result)
{
    char text[96] = "";

    for (size_t way = 1; way < bench_way_count(row); way++) {
        if (strcmp(row->ways[way].who, BENCH_PLAIN) == 0) {
            const bench_spread *ratio = &result->way[way].ratio;
            char median[32];

            format_ratio(median, ratio->median);
            snprintf(text, sizeof text, "%s (%.2f-%.2f)", median, ratio->low, ratio->high);
        }
    }
    printf("  %-22s", text);
}

static void print_others(const bench_row *row, const bench_result *result)
{
    const char *separator = " ";

    for (size_t way = 1; way < bench_way_count(row); way++) {
        char ratio[32];

        if (strcmp(row->ways[way].who, BENCH_PLAIN) != 0) {
            format_ratio(ratio, result->way[way].ratio.median);
            printf("%s%s %s", separator, row->ways[way].who, ratio);
            separator = ", ";
        }
    }
    for (size_t way = 0; way < bench_way_count(row); way++) {
        if (result->way[way].retries > 0) {
            printf("%s%s again: %.3g an operation", separator, row->ways[way].who,
                   result->way[way].retries);
            separator = ", ";
        }
    }
}

void bench_print_result(const bench_row *row, const bench_result *result)
{
    const bench_way_result *ours = &result->way[0];
    double per_second = 1e9 / ours->ns.median;
    char ns[32];
    char rate[32];

    format_ns(ns, ours->ns.median);
    format_rate(rate, per_second * (double)(row->bytes > 0 ? row->bytes : 1),
                row->bytes > 0 ? "B" : "op");
    printf("%-40s %12s %12s ", row->name, ns, rate);
    if (ours->allocations < 0) {
        printf("%7s", "-");
    } else {
        printf("%7.3g", ours->allocations);
    }
    print_plain(row, result);
    print_others(row, result);
    printf("\n");
    fflush(stdout);
}

void bench_print_skipped(const bench_row *row, const char *reason)
{
    printf("%-40s skipped: %s\n", row->name, reason);
    fflush(stdout);
}
