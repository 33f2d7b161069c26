#define _GNU_SOURCE
#include "bench/arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/fixture.h"

#define REPETITIONS 15u
#define QUICK_DIVISOR 1000u
#define ROW_SECONDS 3.0

static const char usage[] =
    "usage: bench [option...]\n"
    "Measures stores, mapped files and shared memory beside plain C operations on the same bytes,\n"
    "and beside what a user would take instead.\n"
    "  --filter TEXT   only rows whose group or name contains TEXT\n"
    "  --json FILE     also write the results to FILE\n"
    "  --list          print group, name and ways of each row, and end\n"
    "  --large         also the rows that need several GB of memory and disk\n"
    "  --dir DIR       where to put files; default: $TEST_TMPDIR, $TMPDIR or /tmp\n"
    "  --cpu N         run on processor N; default: the last one that is allowed\n"
    "  --repetitions N 1 to 99; default: 15, or as few as 5 where a row takes long\n"
    "  --divisor N     that part of the work and of the data; default: 1\n"
    "  --quick         --divisor 1000 --repetitions 1: only shows that everything runs\n"
    "  --mmf-gen FILE  the generator, for the row that starts it\n"
    "  --help          this text\n";

static const struct option options[] = {
    {"filter", required_argument, NULL, 'f'},   {"json", required_argument, NULL, 'j'},
    {"list", no_argument, NULL, 'i'},           {"large", no_argument, NULL, 'l'},
    {"dir", required_argument, NULL, 'd'},      {"cpu", required_argument, NULL, 'c'},
    {"repetitions", required_argument, 0, 'r'}, {"divisor", required_argument, NULL, 'n'},
    {"quick", no_argument, NULL, 'q'},          {"mmf-gen", required_argument, NULL, 'g'},
    {"help", no_argument, NULL, 'h'},           {NULL, 0, NULL, 0}};

static _Noreturn void refuse(const char *what, const char *value)
{
    fprintf(stderr, "bench: %s %s\n%s", what, value, usage);
    exit(2);
}

static long parse_number(const char *option, const char *text, long least, long most)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value < least || value > most) {
        fprintf(stderr, "bench: --%s %s: expected a number from %ld to %ld\n", option, text, least,
                most);
        exit(2);
    }
    return value;
}

static void take(bench_arguments *arguments, int option)
{
    switch (option) {
    case 'f':
        arguments->filter = optarg;
        break;
    case 'j':
        arguments->json_path = optarg;
        break;
    case 'i':
        arguments->is_list = true;
        break;
    case 'l':
        arguments->with_large = true;
        break;
    case 'd':
        arguments->directory = optarg;
        break;
    case 'c':
        arguments->cpu = (int)parse_number("cpu", optarg, 0, 1023);
        break;
    case 'r':
        arguments->effort.repetitions =
            (uint32_t)parse_number("repetitions", optarg, 1, BENCH_REPETITIONS_MAX);
        arguments->effort.row_seconds = 0;
        break;
    case 'n':
        arguments->effort.divisor = (uint64_t)parse_number("divisor", optarg, 1, 1000000);
        break;
    case 'q':
        arguments->effort = (bench_effort){1, QUICK_DIVISOR, 0};
        break;
    case 'g': /* relative to where `bazel run` starts us */
        arguments->gen_path = realpath(optarg, NULL);
        break;
    case 'h':
        fputs(usage, stdout);
        exit(0);
    default:
        fputs(usage, stderr);
        exit(2);
    }
}

bench_arguments bench_parse_arguments(int argc, char **argv)
{
    bench_arguments arguments = {"",    NULL,  bench_default_directory(),    NULL, -1,
                                 false, false, {REPETITIONS, 1, ROW_SECONDS}};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        take(&arguments, option);
    }
    if (optind < argc) {
        refuse("not an option:", argv[optind]);
    }
    bench_go_where_the_user_is();
    return arguments;
}
