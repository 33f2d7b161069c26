#define _GNU_SOURCE
#include "bench/fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bench_fixture *to_clean_up;

_Noreturn void bench_fail(const char *what, mmf_status status)
{
    fprintf(stderr, "bench: %s: %s\n", what, mmf_status_text(status));
    exit(1);
}

_Noreturn void bench_fail_system(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* --- The directory --------------------------------------------------------------------------- */

const char *bench_default_directory(void)
{
    const char *test_directory = getenv("TEST_TMPDIR");
    const char *directory = test_directory ? test_directory : getenv("TMPDIR");

    return directory && *directory ? directory : "/tmp";
}

void bench_go_where_the_user_is(void)
{
    const char *directory = getenv("BUILD_WORKING_DIRECTORY");

    if (directory && chdir(directory) != 0) {
        bench_fail_system(directory);
    }
}

static void clean_up(void)
{
    bench_store_remove(to_clean_up->path);
    bench_store_remove(to_clean_up->small_path);
    rmdir(to_clean_up->directory);
}

void bench_fixture_begin(bench_fixture *fixture, const char *parent, uint64_t divisor)
{
    *fixture = (bench_fixture){.divisor = divisor};
    snprintf(fixture->directory, sizeof fixture->directory, "%s/mmf-bench-XXXXXX", parent);
    if (!mkdtemp(fixture->directory)) {
        bench_fail_system(fixture->directory);
    }
    snprintf(fixture->path, sizeof fixture->path, "%s/store", fixture->directory);
    snprintf(fixture->small_path, sizeof fixture->small_path, "%s/small", fixture->directory);
    to_clean_up = fixture;
    atexit(clean_up);
}

/* --- Plain memory ---------------------------------------------------------------------------- */

void *bench_map(int fd, size_t size)
{
    int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);

    if (memory == MAP_FAILED) {
        bench_fail_system("mmap");
    }
    (void)madvise(memory, size, MADV_NOHUGEPAGE); /* fails where there are none to refuse */
    return memory;
}

void bench_touch(void *memory, size_t size)
{
    volatile unsigned char *bytes = memory;

    for (size_t i = 0; i < size; i += 4096) {
        bytes[i] = bytes[i];
    }
}

void bench_unmap(void *memory, size_t size)
{
    if (memory) {
        munmap(memory, size);
    }
}

/* --- Stores ---------------------------------------------------------------------------------- */

market_cap bench_record(uint64_t i)
{
    market_cap record;

    memset(&record, 0, sizeof record);
    record.id = i;
    record.price = (double)i * 0.25;
    record.volume = (double)(i & 1023);
    record.market_cap = record.price * 1e6;
    record.stale = (i & 1) != 0;
    return record;
}

market_cap_store *bench_store_create(const char *path, uint32_t flags, uint64_t capacity)
{
    mmf_options options = {.flags = flags, .capacity = capacity};
    market_cap_store *store;

    bench_store_remove(path);
    bench_check(path, market_cap_store_create(path, &options, &store));
    return store;
}

void bench_store_remove(const char *path)
{
    char lock_path[BENCH_PATH_MAX + 8];

    snprintf(lock_path, sizeof lock_path, "%s.lock", path);
    unlink(path);
    unlink(lock_path);
}

/* Stores are filled by their one writer and then opened as the row wants them. */
static void setup_records(bench_fixture *fixture, uint64_t records, const mmf_options *options)
{
    market_cap_store *filling = bench_store_create(fixture->path, MMF_ONE_WRITER, records);

    fixture->plain_size = records * sizeof *fixture->plain;
    fixture->plain = bench_map(-1, fixture->plain_size);
    for (uint64_t i = 0; i < records; i++) {
        market_cap record = bench_record(i);

        bench_check("append", market_cap_append(filling, &record, NULL));
        fixture->plain[i] = (bench_plain_record){512, record};
    }
    market_cap_store_close(filling);
    bench_check("open", market_cap_store_open(fixture->path, options, &fixture->store));
    /* so that no row meets the page faults of a new mapping */
    bench_touch(fixture->store->base.records, fixture->plain_size);
}

static void setup_labels(bench_fixture *fixture, uint64_t records, const mmf_options *options)
{
    label_store *filling;
    mmf_options creating = {.flags = MMF_ONE_WRITER, .capacity = records};

    bench_store_remove(fixture->path);
    bench_check("create", label_store_create(fixture->path, &creating, &filling));
    fixture->plain_size = records * sizeof *fixture->plain_labels;
    fixture->plain_labels = bench_map(-1, fixture->plain_size);
    for (uint64_t i = 0; i < records; i++) {
        label record;

        memset(&record, 0, sizeof record);
        record.text.len = 16;
        memset(record.text.data, 'a' + (int)(i % 26), 16);
        bench_check("append", label_append(filling, &record, NULL));
        fixture->plain_labels[i] = (bench_plain_label){512, record};
    }
    label_store_close(filling);
    bench_check("open", label_store_open(fixture->path, options, &fixture->labels));
}

void bench_fixture_setup(bench_fixture *fixture, const bench_setup *setup)
{
    mmf_options options = {.flags = setup->flags};
    uint64_t records = setup->records;

    while (records / 2 >= 1024 && records > setup->records / fixture->divisor) {
        records /= 2;
    }
    fixture->mask = records - 1;
    if (setup->data == BENCH_RECORDS) {
        setup_records(fixture, records, &options);
    } else if (setup->data == BENCH_LABELS) {
        setup_labels(fixture, records, &options);
    }
}

void bench_fixture_teardown(bench_fixture *fixture)
{
    market_cap_store_close(fixture->store);
    label_store_close(fixture->labels);
    bench_unmap(fixture->plain, fixture->plain_size);
    bench_unmap(fixture->plain_labels, fixture->plain_size);
    fixture->store = NULL;
    fixture->labels = NULL;
    fixture->plain = NULL;
    fixture->plain_labels = NULL;
    bench_store_remove(fixture->path);
    bench_store_remove(fixture->small_path);
}
