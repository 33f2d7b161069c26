/* Opening and closing a store that was closed cleanly: of 10 million records beside one of 10, and
 * of 10 beside the system calls that mapping a file takes at least. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/row.h"

#define SMALL 10u
#define LARGE 10000000u
#define OPENS 1000u

static void make_store(const char *path, uint64_t records)
{
    market_cap_store *store = bench_store_create(path, MMF_ONE_WRITER, records);

    for (uint64_t i = 0; i < records; i++) {
        market_cap record = bench_record(i);

        bench_check("append", market_cap_append(store, &record, NULL));
    }
    bench_check("sync",
                market_cap_store_sync(store)); /* or the kernel writes it while we measure */
    bench_check("close", market_cap_store_close(store));
}

static void make_large(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    if (access(fixture->path, F_OK) != 0) {
        make_store(fixture->path, LARGE / fixture->divisor);
    }
}

static void make_small(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    if (access(fixture->small_path, F_OK) != 0) {
        make_store(fixture->small_path, SMALL);
    }
}

static void open_and_close(const char *path, uint32_t flags, uint64_t operations)
{
    mmf_options options = {.flags = flags};

    for (uint64_t i = 0; i < operations; i++) {
        market_cap_store *store;

        bench_check("open", market_cap_store_open(path, &options, &store));
        bench_check("close", market_cap_store_close(store));
    }
}

static void large_read_only(bench_fixture *fixture, uint64_t operations)
{
    open_and_close(fixture->path, MMF_READ_ONLY, operations);
}

static void small_read_only(bench_fixture *fixture, uint64_t operations)
{
    open_and_close(fixture->small_path, MMF_READ_ONLY, operations);
}

static void large_one_writer(bench_fixture *fixture, uint64_t operations)
{
    open_and_close(fixture->path, MMF_ONE_WRITER, operations);
}

static void small_one_writer(bench_fixture *fixture, uint64_t operations)
{
    open_and_close(fixture->small_path, MMF_ONE_WRITER, operations);
}

static void large_many_writers(bench_fixture *fixture, uint64_t operations)
{
    open_and_close(fixture->path, 0, operations);
}

static void small_many_writers(bench_fixture *fixture, uint64_t operations)
{
    open_and_close(fixture->small_path, 0, operations);
}

static void map_and_unmap(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        int fd = open(fixture->small_path, O_RDONLY | O_CLOEXEC);
        struct stat info;
        void *memory;

        if (fd < 0 || fstat(fd, &info) != 0) {
            bench_fail_system("open");
        }
        memory = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
        if (memory == MAP_FAILED) {
            bench_fail_system("mmap");
        }
        munmap(memory, (size_t)info.st_size);
        close(fd);
    }
}

#define NONE                                                                                       \
    {                                                                                              \
        BENCH_NO_DATA, 0, 0                                                                        \
    }

static const bench_row rows[] = {
    {"open+close 10 M, read-only", "of 10", NONE, large_read_only, small_read_only, OPENS,
     make_large, make_small},
    {"open+close 10 M, one writer", "of 10", NONE, large_one_writer, small_one_writer, OPENS,
     make_large, make_small},
    {"open+close 10 M, many writers", "of 10", NONE, large_many_writers, small_many_writers, OPENS,
     make_large, make_small},
    {"open+close 10, read-only", "open mmap close", NONE, small_read_only, map_and_unmap, OPENS,
     make_small, make_small},
};

const bench_rows bench_open_rows = {rows, sizeof rows / sizeof *rows};
