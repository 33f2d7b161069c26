/* What a check of a store costs: looking at all records, beside reading the same file and doing
 * nothing with it; the memory that it takes; and checks that need not look at records. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/fixture.h"
#include "bench/trade.mmf.h"
#include "fsck/check.h"
#include "schema/format.h"

#define RECORDS 10000000u
#define FEW_RECORDS 10u
#define SPARSE_BYTES 100000000000u
#define REPETITIONS 7u
#define THREADS_MAX 16u
#define PIECE_BYTES (256u << 10)

static const char usage[] =
    "usage: scan [option...]\n"
    "Measures checks of a store, beside reading the same file.\n"
    "  --records N     of the store; default: 10000000; at least 10\n"
    "  --dir DIR       where to put files; default: $TEST_TMPDIR, $TMPDIR or /tmp\n"
    "  --help          this text\n";

_Static_assert(TRADE_RECORD_SIZE == 48, "what README.md says");

/* --- Stores ----------------------------------------------------------------------------------- */

static void make_store(const char *path, uint64_t records)
{
    mmf_options options = {.flags = MMF_ONE_WRITER, .capacity = records};
    trade_store *store;

    bench_store_remove(path);
    bench_check("create", trade_store_create(path, &options, &store));
    for (uint64_t i = 0; i < records; i++) {
        trade record = {.price = 100 + (double)(i % 1000) / 8, .volume = (double)i};
        int len = snprintf(record.symbol.data, sizeof record.symbol.data, "SYM%" PRIu64, i % 5000);

        record.symbol.len = (uint32_t)len;
        bench_check("append", trade_append(store, &record, NULL));
    }
    bench_check("close", trade_store_close(store));
}

/* Few records, and a capacity that is nothing but a hole. */
static void make_sparse_store(const char *path)
{
    uint64_t capacity;
    struct stat info;
    int fd;

    make_store(path, FEW_RECORDS);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0 || ftruncate(fd, SPARSE_BYTES) != 0) {
        bench_fail_system(path);
    }
    capacity = (SPARSE_BYTES - 4096) / TRADE_RECORD_SIZE;
    if (pwrite(fd, &capacity, sizeof capacity, offsetof(mmf_header_common, capacity)) !=
        sizeof capacity) {
        bench_fail_system(path);
    }
    close(fd);
}

static uint64_t size_of(const char *path)
{
    struct stat info;

    if (stat(path, &info) != 0) {
        bench_fail_system(path);
    }
    return (uint64_t)info.st_size;
}

/* --- What is measured ------------------------------------------------------------------------- */

/* A file that threads read, piece by piece, in the order of its bytes. */
typedef struct reading {
    int fd;
    _Atomic uint64_t next;
} reading;

static void *read_pieces(void *argument)
{
    reading *reading = argument;
    char *piece = malloc(PIECE_BYTES);
    ssize_t got;

    if (!piece) {
        bench_fail("read", MMF_E_NO_MEMORY);
    }
    do {
        uint64_t offset =
            atomic_fetch_add_explicit(&reading->next, PIECE_BYTES, memory_order_relaxed);

        got = pread(reading->fd, piece, PIECE_BYTES, (off_t)offset);
        if (got < 0) {
            bench_fail_system("pread");
        }
    } while (got > 0);
    free(piece);
    return NULL;
}

static void read_plainly(const char *path, unsigned threads)
{
    reading reading = {.fd = open(path, O_RDONLY | O_CLOEXEC)};
    pthread_t others[THREADS_MAX];

    if (reading.fd < 0) {
        bench_fail_system(path);
    }
    for (unsigned i = 1; i < threads; i++) {
        if ((errno = pthread_create(&others[i], NULL, read_pieces, &reading)) != 0) {
            bench_fail_system("pthread_create");
        }
    }
    read_pieces(&reading);
    for (unsigned i = 1; i < threads; i++) {
        pthread_join(others[i], NULL);
    }
    close(reading.fd);
}

/* A check that finds nothing wrong in that many records; 0: it need not look at any. */
static void check(const char *path, uint32_t flags, unsigned threads, uint64_t records)
{
    mmf_error error = {0};
    mmf_check_options options = {.flags = flags, .threads = threads, .error = &error};
    mmf_check_result result;
    mmf_status status = mmf_check(path, &options, &result);

    if (status != MMF_OK || result.errors != 0 || result.records_checked != records) {
        fprintf(stderr, "scan: %s: %s; %" PRIu64 " errors, %" PRIu64 " records looked at\n", path,
                status == MMF_OK ? "not as it was made" : error.text, result.errors,
                result.records_checked);
        exit(1);
    }
}

/* --- Numbers ---------------------------------------------------------------------------------- */

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double values[REPETITIONS])
{
    qsort(values, REPETITIONS, sizeof *values, compare_doubles);
    return values[REPETITIONS / 2];
}

static double time_read(const char *path, unsigned threads)
{
    double begin = now_ms();

    read_plainly(path, threads);
    return now_ms() - begin;
}

static double time_check(const char *path, uint32_t flags, unsigned threads, uint64_t records)
{
    double begin = now_ms();

    check(path, flags, threads, records);
    return now_ms() - begin;
}

/* In turn, so that whatever slows the machine down slows both down. */
static void measure_scan(const char *path, uint64_t records, unsigned threads)
{
    double plain[REPETITIONS];
    double ours[REPETITIONS];
    double ratio[REPETITIONS];
    double bytes = (double)size_of(path);
    double read_ms;
    double check_ms;

    for (unsigned i = 0; i < REPETITIONS; i++) {
        plain[i] = time_read(path, threads);
        ours[i] = time_check(path, MMF_CHECK_FULL, threads, records);
        ratio[i] = ours[i] / plain[i];
    }
    read_ms = median(plain);
    check_ms = median(ours);
    printf("%7u %12.1f %8.2f %12.1f %8.2f %8.2f\n", threads, read_ms, bytes / read_ms / 1e6,
           check_ms, bytes / check_ms / 1e6, median(ratio));
    fflush(stdout);
}

static double median_check(const char *path, uint32_t flags, uint64_t records)
{
    double ms[REPETITIONS];

    check(path, flags, 0, records); /* warms up */
    for (unsigned i = 0; i < REPETITIONS; i++) {
        ms[i] = time_check(path, flags, 0, records);
    }
    return median(ms);
}

/* The most memory that a process has which does nothing but check, or, without a path, which does
 * nothing at all. MiB. */
static double peak_memory(const char *path, uint64_t records)
{
    struct rusage used;
    int status;
    pid_t child = fork();

    if (child == 0) {
        if (path) {
            check(path, MMF_CHECK_FULL, 0, records);
        }
        _exit(0);
    }
    if (child < 0 || wait4(child, &status, 0, &used) != child) {
        bench_fail_system("fork");
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        bench_fail("check", MMF_E_SYSTEM);
    }
    return (double)used.ru_maxrss / 1024;
}

/* --- The program ------------------------------------------------------------------------------ */

static void print_heading(const char *path, uint64_t records, unsigned threads)
{
    double load[1] = {-1};

    (void)getloadavg(load, 1);
    printf("%" PRIu64 " records of %u bytes, file of %.0f MB; medians of %u, in turn; page cache "
           "warm\n%u processors, load %.2f\n",
           records, TRADE_RECORD_SIZE, (double)size_of(path) / 1e6, REPETITIONS, threads, load[0]);
#ifndef __OPTIMIZE__
    printf("NOT OPTIMISED: build with -c opt\n");
#endif
    printf("\n%7s %12s %8s %12s %8s %8s\n", "threads", "read, ms", "GB/s", "check, ms", "GB/s",
           "ratio");
    fflush(stdout);
}

static unsigned processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n < 1 ? 1 : n > (long)THREADS_MAX ? THREADS_MAX : (unsigned)n;
}

static void run(bench_fixture *fixture, uint64_t records)
{
    const char *large = fixture->path;
    const char *other = fixture->small_path;
    unsigned threads_max = processors();

    make_store(large, records);
    print_heading(large, records, threads_max);
    read_plainly(large, 1); /* into the page cache */
    for (unsigned threads = 1; threads <= threads_max; threads++) {
        measure_scan(large, records, threads);
    }

    make_store(other, records / 10);
    printf("\npeak memory, MiB: %.1f for %" PRIu64 " records, %.1f for %" PRIu64
           ", %.1f of them before the check\n",
           peak_memory(other, records / 10), records / 10, peak_memory(large, records), records,
           peak_memory(NULL, 0));

    printf("closed in good order, not all records asked for: %.3f ms for %" PRIu64 " records, ",
           median_check(large, 0, 0), records);
    make_store(other, FEW_RECORDS);
    printf("%.3f ms for %u\n", median_check(other, 0, 0), FEW_RECORDS);

    make_sparse_store(other);
    printf("all records of a sparse file of %.0f GB: %.3f ms\n", (double)SPARSE_BYTES / 1e9,
           median_check(other, MMF_CHECK_FULL, FEW_RECORDS));
}

typedef struct scan_arguments {
    const char *directory;
    uint64_t records;
} scan_arguments;

static _Noreturn void refuse(void)
{
    fputs(usage, stderr);
    exit(2);
}

static uint64_t parse_records(const char *text)
{
    char *end;
    long long records;

    errno = 0;
    records = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || records < FEW_RECORDS) {
        refuse();
    }
    return (uint64_t)records;
}

static scan_arguments parse_arguments(int argc, char **argv)
{
    static const struct option options[] = {{"records", required_argument, NULL, 'r'},
                                            {"dir", required_argument, NULL, 'd'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    scan_arguments result = {bench_default_directory(), RECORDS};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'r':
            result.records = parse_records(optarg);
            break;
        case 'd':
            result.directory = optarg;
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

int main(int argc, char **argv)
{
    static bench_fixture fixture; /* outlives main(), for what is done at exit */
    scan_arguments arguments = parse_arguments(argc, argv);

    bench_go_where_the_user_is();
    bench_fixture_begin(&fixture, arguments.directory, 1);
    run(&fixture, arguments.records);
    return 0;
}
