/* What mapped files and shared memory cost, beside read(2), write(2) and memcpy(3) of the same
 * bytes. */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "bench/bytes/measure.h"
#include "bench/machine.h"

#define REPETITIONS 7u
#define QUICK_REPETITIONS 1u
#define QUICK_DIVISOR 1000u

static const char usage[] =
    "usage: bytes [option...]\n"
    "Measures mapped files and shared memory beside system calls and copies of the same bytes.\n"
    "  --filter TEXT   only rows whose name contains TEXT\n"
    "  --dir DIR       where to put files; default: $TEST_TMPDIR, $TMPDIR or /tmp\n"
    "  --repetitions N default: 7; at least 1, at most 99\n"
    "  --quick         a thousandth of the work: only shows that everything runs\n"
    "  --help          this text\n";

typedef struct bytes_arguments {
    const char *filter;
    const char *directory;
    uint32_t repetitions;
    uint64_t divisor;
} bytes_arguments;

/* --- Arguments -------------------------------------------------------------------------------- */

static const char *default_directory(void)
{
    const char *test_directory = getenv("TEST_TMPDIR");
    const char *directory = test_directory ? test_directory : getenv("TMPDIR");

    return directory && *directory ? directory : "/tmp";
}

/* bazel run starts programs in a directory of its own, and says where the user was. */
static void go_where_the_user_is(void)
{
    const char *directory = getenv("BUILD_WORKING_DIRECTORY");

    if (directory && chdir(directory) != 0) {
        bench_fail_system(directory);
    }
}

static _Noreturn void refuse(void)
{
    fputs(usage, stderr);
    exit(2);
}

static uint32_t parse_repetitions(const char *text)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value < 1 || value > BENCH_REPETITIONS_MAX) {
        refuse();
    }
    return (uint32_t)value;
}

static bytes_arguments parse_arguments(int argc, char **argv)
{
    static const struct option options[] = {{"filter", required_argument, NULL, 'f'},
                                            {"dir", required_argument, NULL, 'd'},
                                            {"repetitions", required_argument, NULL, 'r'},
                                            {"quick", no_argument, NULL, 'q'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    bytes_arguments result = {"", default_directory(), REPETITIONS, 1};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'f':
            result.filter = optarg;
            break;
        case 'd':
            result.directory = optarg;
            break;
        case 'r':
            result.repetitions = parse_repetitions(optarg);
            break;
        case 'q':
            result.repetitions = QUICK_REPETITIONS;
            result.divisor = QUICK_DIVISOR;
            break;
        case 'h':
            fputs(usage, stdout);
            exit(0);
        default:
            refuse();
        }
    }
    if (optind < argc) {
        refuse();
    }
    return result;
}

/* --- What there is ---------------------------------------------------------------------------- */

/* The first two that this program may run on. */
static unsigned find_processors(int processors[2])
{
    unsigned count = 0;
    cpu_set_t set;

    processors[0] = processors[1] = -1;
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return 0;
    }
    for (int i = 0; i < CPU_SETSIZE && count < 2; i++) {
        if (CPU_ISSET((unsigned)i, &set)) {
            processors[count++] = i;
        }
    }
    return count;
}

/* Bytes of memory that can be had without swapping; 0: unknown. */
static uint64_t available_memory(void)
{
    uint64_t result = 0;
    char line[128];
    FILE *file = fopen("/proc/meminfo", "re");

    while (file && fgets(line, sizeof line, file)) {
        if (sscanf(line, "MemAvailable: %" SCNu64, &result) == 1) {
            break;
        }
    }
    if (file) {
        fclose(file);
    }
    return result * 1024;
}

static uint64_t available_space(const char *directory)
{
    struct statvfs info;

    return statvfs(directory, &info) == 0 ? (uint64_t)info.f_bavail * info.f_frsize : 0;
}

/* NULL: the row can be measured. */
static const char *what_lacks(const bytes_row *row, const bytes_bench *bench, unsigned processors)
{
    uint64_t bytes = row->memory / bench->divisor;

    return processors < row->processors                ? "too few processors"
           : available_memory() < bytes                ? "too little memory"
           : available_space(bench->directory) < bytes ? "too little space in the directory"
                                                       : NULL;
}

/* --- The program ------------------------------------------------------------------------------ */

static void print_heading(const bytes_arguments *arguments, unsigned processors)
{
    bench_machine machine = bench_machine_pin(-1);
    double load[1] = {-1};

    (void)getloadavg(load, 1);
    printf("%s; %s; %s\n", machine.processor, machine.kernel, machine.compiler);
    printf(
        "%u processors used, load %.2f; medians of %u, in turn; files in %s, in the page cache\n",
        processors, load[0], arguments->repetitions, arguments->directory);
    if (!machine.is_optimised) {
        printf("NOT OPTIMISED: build with -c opt\n");
    }
    if (arguments->divisor > 1) {
        printf("QUICK: too little of everything to mean anything\n");
    }
    printf("\nTimes of an operation (of its thread, but where two take part), and how many times "
           "those of\n"
           "the others ours is (quartiles)\n");
    fflush(stdout);
}

static uint32_t run_rows(const bytes_rows *rows, const bytes_arguments *arguments,
                         bytes_bench *bench, unsigned processors)
{
    uint32_t count = 0;

    for (size_t i = 0; i < rows->count; i++) {
        const bytes_row *row = &rows->row[i];
        const char *lacking;

        if (!strstr(row->name, arguments->filter)) {
            continue;
        }
        lacking = what_lacks(row, bench, processors);
        if (lacking) {
            printf("%-26s skipped: %s\n", row->name, lacking);
        } else {
            bench_measure(row, bench, arguments->repetitions);
        }
        count++;
    }
    return count;
}

int main(int argc, char **argv)
{
    static const bytes_rows *const tables[] = {&bytes_read_rows, &bytes_write_rows,
                                               &bytes_bulk_rows, &bytes_append_rows,
                                               &bytes_move_rows, &bytes_shm_rows};
    static bytes_bench bench; /* outlives main(), for what is done at exit */
    bytes_arguments arguments = parse_arguments(argc, argv);
    unsigned processors;
    uint32_t count = 0;

    go_where_the_user_is();
    bench_begin(&bench, arguments.directory, arguments.divisor);
    processors = find_processors(bench.processors);
    print_heading(&arguments, processors);
    bench_go_to_processor(bench.processors[0]);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        count += run_rows(tables[i], &arguments, &bench, processors);
    }
    if (count == 0) {
        fprintf(stderr, "bytes: no row's name contains \"%s\"\n", arguments.filter);
        return 1;
    }
    return 0;
}
