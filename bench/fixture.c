#define _GNU_SOURCE
#include "bench/fixture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/index.h"
#include "bench/peers.h"
#include "schema/format.h"

static bench_fixture *to_clean_up;
static pid_t owner;

_Noreturn void bench_fail(const char *what, mmf_status status)
{
    fprintf(stderr, "bench: %s: %s\n", what, mmf_status_text(status));
    exit(1);
}

_Noreturn void bench_fail_system(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, errno != 0 ? strerror(errno) : "less than expected");
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

static void remove_files(const char *directory)
{
    DIR *stream = opendir(directory);
    const struct dirent *entry;

    while (stream && (entry = readdir(stream))) {
        (void)unlinkat(dirfd(stream), entry->d_name, 0); /* "." and ".." are refused */
    }
    if (stream) {
        closedir(stream);
    }
}

/* Children that fail come through here as well. */
static void clean_up(void)
{
    if (getpid() == owner) {
        remove_files(to_clean_up->directory);
        rmdir(to_clean_up->directory);
    }
}

/* All that there can be, by calls that a signal handler may make: gigabytes are not left behind
 * when somebody has had enough. */
static void clean_up_and_die(int signal)
{
    static const char *const names[] = {"data",
                                        "data.lock",
                                        "file",
                                        "file.lock",
                                        "other",
                                        "other.lock",
                                        "lmdb",
                                        "lmdb-lock",
                                        "sqlite",
                                        "sqlite-wal",
                                        "sqlite-journal",
                                        "sqlite-shm",
                                        "market_cap.mmf.json"};

    if (getpid() == owner && chdir(to_clean_up->directory) == 0) {
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            unlink(names[i]);
        }
        rmdir(to_clean_up->directory);
    }
    (void)raise(signal); /* which is as it was before: SA_RESETHAND */
}

static void clean_up_at_the_end(void)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM};
    struct sigaction action = {.sa_handler = clean_up_and_die, .sa_flags = (int)SA_RESETHAND};

    atexit(clean_up);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        (void)sigaction(signals[i], &action, NULL);
    }
}

void bench_fixture_begin(bench_fixture *fixture, const char *parent, uint64_t divisor)
{
    char *absolute = realpath(parent, NULL);

    if (!absolute) {
        bench_fail_system(parent);
    }
    *fixture = (bench_fixture){.divisor = divisor, .fd = -1};
    snprintf(fixture->directory, sizeof fixture->directory, "%s/mmf-bench-XXXXXX", absolute);
    free(absolute);
    if (!mkdtemp(fixture->directory)) {
        bench_fail_system(fixture->directory);
    }
    snprintf(fixture->data_path, sizeof fixture->data_path, "%s/data", fixture->directory);
    snprintf(fixture->path, sizeof fixture->path, "%s/file", fixture->directory);
    snprintf(fixture->other_path, sizeof fixture->other_path, "%s/other", fixture->directory);
    to_clean_up = fixture;
    owner = getpid();
    clean_up_at_the_end();
}

uint64_t bench_divided(const bench_fixture *fixture, uint64_t records)
{
    uint64_t divided = records / fixture->divisor;

    return divided >= 1024 ? divided : records < 1024 ? records : 1024;
}

/* --- Memory and files ------------------------------------------------------------------------ */

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

int bench_new_file(const char *path, int flags)
{
    int fd;

    unlink(path);
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | flags, 0600);
    if (fd < 0) {
        bench_fail_system(path);
    }
    return fd;
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

static label label_of(uint64_t i)
{
    label record;

    memset(&record, 0, sizeof record);
    record.text.len = 16;
    memset(record.text.data, 'a' + (int)(i % 26), 16);
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

void bench_store_make(const char *path, uint64_t records)
{
    market_cap_store *store = bench_store_create(path, MMF_ONE_WRITER, records);

    for (uint64_t i = 0; i < records; i++) {
        market_cap record = bench_record(i);

        bench_check("append", market_cap_append(store, &record, NULL));
    }
    /* or the kernel writes it while we measure */
    bench_check("sync", market_cap_store_sync(store));
    bench_check("close", market_cap_store_close(store));
}

void bench_store_remove(const char *path)
{
    char lock_path[BENCH_PATH_MAX + 8];

    snprintf(lock_path, sizeof lock_path, "%s.lock", path);
    unlink(path);
    unlink(lock_path);
}

static void make_labels(const char *path, uint64_t records)
{
    mmf_options options = {.flags = MMF_ONE_WRITER, .capacity = records};
    label_store *store;

    bench_store_remove(path);
    bench_check("create", label_store_create(path, &options, &store));
    for (uint64_t i = 0; i < records; i++) {
        label record = label_of(i);

        bench_check("append", label_append(store, &record, NULL));
    }
    bench_check("close", label_store_close(store));
}

/* --- The setup ------------------------------------------------------------------------------- */

static void map_data(bench_fixture *fixture, const mmf_record_type *type)
{
    bench_mapping *mapping = &fixture->mapping;
    struct stat info;

    mapping->fd = open(fixture->data_path, O_RDWR | O_CLOEXEC);
    if (mapping->fd < 0 || fstat(mapping->fd, &info) != 0) {
        bench_fail_system(fixture->data_path);
    }
    mapping->size = (size_t)info.st_size;
    mapping->bytes = bench_map(mapping->fd, mapping->size);
    fixture->data_offset = mmf_header_region_size(type->format, type->schema_text_size);
}

static void close_handles(bench_fixture *fixture)
{
    bench_check("close", market_cap_store_close(fixture->store));
    bench_check("close", label_store_close(fixture->labels));
    fixture->store = NULL;
    fixture->labels = NULL;
}

static void touch_to_read(const volatile unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i += 4096) {
        (void)bytes[i];
    }
}

static void open_handle(bench_fixture *fixture)
{
    bool is_writer = !(fixture->setup.flags & MMF_READ_ONLY);
    mmf_options options = {.flags = fixture->setup.flags | (is_writer ? MMF_NO_SYNC : 0)};
    size_t size = fixture->setup.records;
    unsigned char *records;

    if (fixture->setup.data == BENCH_RECORDS) {
        bench_check("open", market_cap_store_open(fixture->data_path, &options, &fixture->store));
        size *= MARKET_CAP_RECORD_SIZE;
        records = fixture->store->base.records;
    } else {
        bench_check("open", label_store_open(fixture->data_path, &options, &fixture->labels));
        size *= LABEL_RECORD_SIZE;
        records = fixture->labels->base.records;
    }
    /* so that no row meets the page faults of a new mapping */
    if (is_writer) {
        bench_touch(records, size);
    } else {
        touch_to_read(records, size);
    }
    bench_touch(fixture->mapping.bytes + fixture->data_offset, size);
}

static void make_data(bench_fixture *fixture)
{
    const bench_setup *setup = &fixture->setup;

    if (setup->data == BENCH_RECORDS) {
        bench_store_make(fixture->data_path, setup->records);
        map_data(fixture, &market_cap_record_type);
        fixture->plain =
            (bench_plain_record *)(void *)(fixture->mapping.bytes + fixture->data_offset);
    } else {
        make_labels(fixture->data_path, setup->records);
        map_data(fixture, &label_record_type);
        fixture->plain_labels =
            (bench_plain_label *)(void *)(fixture->mapping.bytes + fixture->data_offset);
    }
}

void bench_fixture_setup(bench_fixture *fixture, const bench_setup *wanted)
{
    bench_setup setup = *wanted;

    setup.records = bench_divided(fixture, setup.records);
    if (setup.data == BENCH_NO_DATA || setup.data != fixture->setup.data ||
        setup.records != fixture->setup.records) {
        bench_fixture_teardown(fixture);
    }
    if (setup.data == BENCH_NO_DATA) {
        return;
    }
    if (fixture->setup.data == BENCH_NO_DATA) {
        fixture->setup = setup;
        make_data(fixture);
        open_handle(fixture);
    } else if (setup.flags != fixture->setup.flags) {
        fixture->setup = setup;
        close_handles(fixture);
        open_handle(fixture);
    }
}

void bench_fixture_teardown(bench_fixture *fixture)
{
    close_handles(fixture);
    if (fixture->mapping.bytes) {
        munmap(fixture->mapping.bytes, fixture->mapping.size);
        close(fixture->mapping.fd);
    }
    bench_lmdb_close(fixture->lmdb);
    bench_sqlite_close(fixture->sqlite);
    fixture->lmdb = NULL;
    fixture->sqlite = NULL;
    fixture->mapping.bytes = NULL;
    fixture->plain = NULL;
    fixture->plain_labels = NULL;
    fixture->setup = (bench_setup){BENCH_NO_DATA, 0, 0};
    remove_files(fixture->directory);
}

/* --- What ways are compared by --------------------------------------------------------------- */

uint64_t bench_hash(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;

    hash ^= 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ byte[i]) * 1099511628211u;
    }
    return hash;
}

uint64_t bench_bits(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* The indices that a run of BENCH_VERIFIED operations takes, in order and at random. */
static uint64_t verified_index(const bench_fixture *fixture, uint32_t i, uint64_t *state)
{
    return i < BENCH_VERIFIED ? i : bench_random_index(state, fixture->setup.records);
}

void bench_forget_changes(bench_fixture *fixture)
{
    uint64_t state = 1;

    for (uint32_t i = 0; i < 2 * BENCH_VERIFIED; i++) {
        uint64_t index = verified_index(fixture, i, &state);

        if (fixture->plain) {
            fixture->plain[index].payload = bench_record(index);
        }
        if (fixture->plain_labels) {
            fixture->plain_labels[index].payload = label_of(index);
        }
    }
}

uint64_t bench_changes(bench_fixture *fixture,
                       void (*get)(bench_fixture *fixture, uint64_t index, market_cap *record))
{
    uint64_t state = 1;
    uint64_t hash = 0;

    for (uint32_t i = 0; i < 2 * BENCH_VERIFIED; i++) {
        market_cap record;

        get(fixture, verified_index(fixture, i, &state), &record);
        hash = bench_hash(hash, &record, sizeof record);
    }
    return hash;
}

static void get_of_file(bench_fixture *fixture, uint64_t index, market_cap *record)
{
    *record = fixture->plain[index].payload;
}

uint64_t bench_file_changes(bench_fixture *fixture)
{
    return bench_changes(fixture, get_of_file);
}

uint64_t bench_label_changes(bench_fixture *fixture)
{
    uint64_t hash = 0;

    for (uint32_t i = 0; i < BENCH_VERIFIED; i++) {
        hash = bench_hash(hash, &fixture->plain_labels[i].payload, sizeof(label));
    }
    return hash;
}
