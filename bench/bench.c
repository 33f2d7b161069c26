/* What the operations of a store cost, beside the plain C operation on the same bytes. */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"
#include "bench/report.h"

#define REPETITIONS 21u
#define QUICK_REPETITIONS 3u
#define QUICK_DIVISOR 1000u

static const char usage[] =
    "usage: bench [option...]\n"
    "Measures operations of a store beside plain C operations on the same bytes.\n"
    "  --filter TEXT   only rows whose name contains TEXT\n"
    "  --json FILE     also write the results to FILE\n"
    "  --dir DIR       where to put files; default: $TEST_TMPDIR, $TMPDIR or /tmp\n"
    "  --cpu N         run on processor N; default: wherever the program starts\n"
    "  --repetitions N default: 21; at least 1, at most 99\n"
    "  --quick         a thousandth of the work: only shows that everything runs\n"
    "  --help          this text\n";

typedef struct bench_arguments {
    const char *filter;
    const char *json_path;
    const char *directory;
    int cpu;
    bench_effort effort;
} bench_arguments;

static _Noreturn void refuse(const char *option, const char *value)
{
    fprintf(stderr, "bench: --%s %s: not a number that is allowed\n%s", option, value, usage);
    exit(2);
}

static long parse_number(const char *option, const char *text, long least, long most)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value < least || value > most) {
        refuse(option, text);
    }
    return value;
}

static bench_arguments parse_arguments(int argc, char **argv)
{
    static const struct option options[] = {
        {"filter", required_argument, NULL, 'f'}, {"json", required_argument, NULL, 'j'},
        {"dir", required_argument, NULL, 'd'},    {"cpu", required_argument, NULL, 'c'},
        {"quick", no_argument, NULL, 'q'},        {"repetitions", required_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    bench_arguments result = {"", NULL, bench_default_directory(), -1, {REPETITIONS, 1}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'f':
            result.filter = optarg;
            break;
        case 'j':
            result.json_path = optarg;
            break;
        case 'd':
            result.directory = optarg;
            break;
        case 'c':
            result.cpu = (int)parse_number("cpu", optarg, 0, 1023);
            break;
        case 'r':
            result.effort.repetitions =
                (uint32_t)parse_number("repetitions", optarg, 1, BENCH_REPETITIONS_MAX);
            break;
        case 'q':
            result.effort = (bench_effort){QUICK_REPETITIONS, QUICK_DIVISOR};
            break;
        case 'h':
            fputs(usage, stdout);
            exit(0);
        default:
            fputs(usage, stderr);
            exit(2);
        }
    }
    if (optind < argc) {
        fprintf(stderr, "bench: %s: not an option\n%s", argv[optind], usage);
        exit(2);
    }
    return result;
}

static void run_rows(const bench_rows *rows, const bench_arguments *arguments,
                     bench_fixture *fixture, FILE *json, uint32_t *count)
{
    for (size_t i = 0; i < rows->count; i++) {
        const bench_row *row = &rows->row[i];
        bench_result result;

        if (!strstr(row->name, arguments->filter)) {
            continue;
        }
        bench_fixture_setup(fixture, &row->setup);
        result = bench_measure(row, fixture, arguments->effort);
        bench_fixture_teardown(fixture);
        bench_print_result(row, &result);
        if (json) {
            bench_json_result(json, row, &result, *count == 0);
        }
        ++*count;
    }
}

static uint32_t run(const bench_arguments *arguments, const bench_machine *machine, FILE *json)
{
    static const bench_rows *const tables[] = {
        &bench_field_rows,  &bench_record_rows, &bench_wide_rows, &bench_text_rows,
        &bench_append_rows, &bench_open_rows,   &bench_death_rows};
    static bench_fixture fixture; /* outlives main(), for what is done at exit */
    uint32_t count = 0;

    bench_fixture_begin(&fixture, arguments->directory, arguments->effort.divisor);
    bench_print_heading(machine, arguments->effort, arguments->directory);
    if (json) {
        bench_json_begin(json, machine, arguments->effort);
    }
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        run_rows(tables[i], arguments, &fixture, json, &count);
    }
    if (json) {
        bench_json_end(json);
    }
    return count;
}

int main(int argc, char **argv)
{
    bench_arguments arguments = parse_arguments(argc, argv);
    bench_machine machine = bench_machine_pin(arguments.cpu);
    FILE *json = NULL;
    uint32_t count;

    bench_go_where_the_user_is();
    if (arguments.json_path) {
        json = fopen(arguments.json_path, "we");
        if (!json) {
            bench_fail_system(arguments.json_path);
        }
    }
    count = run(&arguments, &machine, json);
    if (json && fclose(json) != 0) {
        bench_fail_system(arguments.json_path);
    }
    if (count == 0) {
        fprintf(stderr, "bench: no row's name contains \"%s\"\n", arguments.filter);
        return 1;
    }
    return 0;
}
