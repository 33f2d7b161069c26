#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tests/power/machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char schema_text[] = "{\"name\":\"Words\",\"version\":1}";

machine *machine_new(void)
{
    void *address =
        mmap(NULL, sizeof(machine), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return address == MAP_FAILED ? NULL : address;
}

void machine_free(machine *machine)
{
    (void)munmap(machine, sizeof *machine);
}

mmf_options machine_options(const machine *machine, uint32_t flags)
{
    (void)machine;
    return (mmf_options){.flags = flags, .reservation_bytes = 4u << 20, .timeout_ms = 300};
}

bool machine_fail(machine *machine, const char *format, ...)
{
    va_list arguments;

    if (!machine->failed) {
        machine->failed = true;
        va_start(arguments, format);
        (void)vsnprintf(machine->failure, sizeof machine->failure, format, arguments);
        va_end(arguments);
    }
    return false;
}

void machine_trace(const machine *machine, const char *format, ...)
{
    va_list arguments;

    if (machine->traces) {
        (void)fprintf(stderr, "[%ld] ", (long)getpid());
        va_start(arguments, format);
        (void)vfprintf(stderr, format, arguments);
        va_end(arguments);
        (void)fputc('\n', stderr);
    }
}

/* --- A seed ---------------------------------------------------------------------------------- */

/* Records within a sector, across sectors, across pages; every second kind with a checksum. */
static void choose_type(machine *machine)
{
    static const uint32_t sizes[] = {16, 24, 64, 104, 512, 520, 1000, 4096, 5000};
    uint32_t size = sizes[random_below(&machine->random, sizeof sizes / sizeof *sizes)];
    bool has_checksum = random_percent(&machine->random, 40);
    uint32_t payload_size = size - MMF_COUNTER_BYTES;

    if (has_checksum) {
        size += 8;
    }
    machine->type = (mmf_record_type){
        .name = "Words",
        .format = MMF_FORMAT_2,
        .schema_version = 1,
        .record_size = size,
        .payload_size = payload_size,
        .record_align = 8,
        .checksum_offset = has_checksum ? MMF_COUNTER_BYTES + payload_size : 0,
        .schema_text = schema_text,
        .schema_text_size = sizeof schema_text - 1,
        .capacity = 1 + random_below(&machine->random, 64),
    };
    memset(machine->type.schema_hash, (int)size, sizeof machine->type.schema_hash);
    machine->expect.payload_size = payload_size;
    machine->expect.records_max = EXPECT_BYTES_MAX / size;
}

static void prepare(machine *machine, const char *directory, uint64_t seed, disk_lie lie)
{
    bool traces = machine->traces;

    memset(machine, 0, offsetof(struct machine, seen));
    memset(&machine->disk, 0, sizeof machine->disk);
    memset(&machine->expect, 0, sizeof machine->expect);
    machine->random = random_mix(seed);
    machine->seed = seed;
    machine->traces = traces;
    machine->disk.random = &machine->random;
    machine->disk.lie = lie;
    (void)snprintf(machine->path, sizeof machine->path, "%s/store", directory);
    choose_type(machine);
}

static void remove_files(const machine *machine)
{
    char lock_path[sizeof machine->path + 8];

    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", machine->path);
    (void)unlink(machine->path);
    (void)unlink(lock_path);
}

/* What the dead processes had open; the power is off, so nothing that this does matters. */
static void drop_handles(machine *machine)
{
    for (size_t i = 0; i < MACHINE_HANDLES; i++) {
        (void)mmf_store_close(machine->handles[i]);
        machine->handles[i] = NULL;
    }
}

static bool create(machine *machine)
{
    mmf_options options = machine_options(machine, 0);
    mmf_status status;

    machine->disk.moment = DISK_AT_OPEN;
    status = mmf_store_create(machine->path, &machine->type, &options, &machine->handles[0]);
    machine->disk.moment = DISK_AT_WORK;
    machine_want(machine, status == MMF_OK, "create: %s", mmf_status_name(status));
    return true;
}

static bool live(machine *machine)
{
    uint64_t lives = 2 + random_below(&machine->random, 4);

    for (uint64_t i = 0; i < lives; i++) {
        bool worked = workload_run(machine);

        machine->disk.is_off = true;
        drop_handles(machine);
        if (!worked || !reboot_run(machine)) {
            return false;
        }
    }
    return true;
}

bool machine_run(machine *machine, const char *directory, uint64_t seed, disk_lie lie)
{
    bool passed;

    prepare(machine, directory, seed, lie);
    remove_files(machine);
    machine_trace(machine, "seed %llu: records of %u bytes, checksum at %u",
                  (unsigned long long)seed, machine->type.record_size,
                  machine->type.checksum_offset);
    disk_use(&machine->disk);
    passed = create(machine) && live(machine);
    machine->disk.is_off = true;
    drop_handles(machine);
    disk_use(NULL);
    remove_files(machine);
    return passed;
}
