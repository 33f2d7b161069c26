#define _GNU_SOURCE
#include "bench/machine.h"

#include <gnu/libc-version.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

/* The value of the first line "model name : …" of /proc/cpuinfo. */
static void read_processor(char *text, size_t size)
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "re");

    snprintf(text, size, "unknown");
    while (file && fgets(line, sizeof line, file)) {
        const char *value = strstr(line, ": ");

        if (strncmp(line, "model name", 10) == 0 && value) {
            snprintf(text, size, "%.*s", (int)strcspn(value + 2, "\n"), value + 2);
            break;
        }
    }
    if (file) {
        fclose(file);
    }
}

/* The type of the mount that is deepest above the directory, of /proc/self/mounts. */
static void read_file_system(const char *directory, char *text, size_t size)
{
    char *path = realpath(directory, NULL);
    FILE *file = fopen("/proc/self/mounts", "re");
    char line[1024];
    char place[512];
    char type[32];
    size_t deepest = 0;

    snprintf(text, size, "unknown");
    while (path && file && fgets(line, sizeof line, file)) {
        size_t length;

        if (sscanf(line, "%*s %511s %31s", place, type) != 2) {
            continue;
        }
        length = strcmp(place, "/") == 0 ? 0 : strlen(place);
        if (strncmp(path, place, length) == 0 && (path[length] == '/' || path[length] == '\0') &&
            length >= deepest) {
            deepest = length;
            snprintf(text, size, "%s", type);
        }
    }
    if (file) {
        fclose(file);
    }
    free(path);
}

uint64_t bench_available_memory(void)
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

uint64_t bench_available_space(const char *directory)
{
    struct statvfs info;

    return statvfs(directory, &info) == 0 ? (uint64_t)info.f_bavail * info.f_frsize : 0;
}

void bench_go_to_processors(int processor, int other)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    if (processor >= 0) {
        CPU_SET((unsigned)processor, &set);
    }
    if (other >= 0) {
        CPU_SET((unsigned)other, &set);
    }
    if (CPU_COUNT(&set) > 0) {
        (void)sched_setaffinity(0, sizeof set, &set); /* where it is not allowed: anywhere */
    }
}

void bench_go_to_processor(int processor)
{
    bench_go_to_processors(processor, -1);
}

bool bench_machine_pin(int cpu, bench_machine *machine)
{
    cpu_set_t set;

    *machine = (bench_machine){.processor_of = {-1, -1}};
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return cpu < 0;
    }
    machine->processors = (unsigned)CPU_COUNT(&set);
    if (cpu >= 0 && (cpu >= CPU_SETSIZE || !CPU_ISSET((unsigned)cpu, &set))) {
        return false;
    }
    for (int i = CPU_SETSIZE - 1; i >= 0; i--) {
        if (!CPU_ISSET((unsigned)i, &set)) {
            continue;
        }
        if (machine->processor_of[0] < 0 && (cpu < 0 || i == cpu)) {
            machine->processor_of[0] = i;
        } else if (machine->processor_of[1] < 0) {
            machine->processor_of[1] = i;
        }
    }
    bench_go_to_processor(machine->processor_of[0]);
    return true;
}

void bench_machine_describe(bench_machine *machine, const char *directory)
{
    time_t now = time(NULL);
    struct utsname name;
    struct tm broken_down;

    read_processor(machine->processor, sizeof machine->processor);
    read_file_system(directory, machine->file_system, sizeof machine->file_system);
    snprintf(machine->kernel, sizeof machine->kernel, "unknown");
    if (uname(&name) == 0) {
        snprintf(machine->kernel, sizeof machine->kernel, "%s %s %s", name.sysname, name.release,
                 name.machine);
    }
    snprintf(machine->compiler, sizeof machine->compiler, "%s", COMPILER);
    snprintf(machine->libc, sizeof machine->libc, "glibc %s", gnu_get_libc_version());
    if (gmtime_r(&now, &broken_down)) {
        strftime(machine->date, sizeof machine->date, "%Y-%m-%dT%H:%M:%SZ", &broken_down);
    }
    machine->memory_bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    machine->load = -1;
    (void)getloadavg(&machine->load, 1);
#ifdef __OPTIMIZE__
    machine->is_optimised = true;
#endif
}
