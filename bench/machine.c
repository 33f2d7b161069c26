#define _GNU_SOURCE
#include "bench/machine.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

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

bench_machine bench_machine_pin(int cpu)
{
    bench_machine machine = {.cpu = cpu >= 0 ? cpu : sched_getcpu()};
    struct utsname name;
    cpu_set_t set;

    CPU_ZERO(&set);
    if (machine.cpu >= 0) {
        CPU_SET((unsigned)machine.cpu, &set);
    }
    if (sched_setaffinity(0, sizeof set, &set) != 0) {
        machine.cpu = -1;
    }
    read_processor(machine.processor, sizeof machine.processor);
    snprintf(machine.kernel, sizeof machine.kernel, "unknown");
    if (uname(&name) == 0) {
        snprintf(machine.kernel, sizeof machine.kernel, "%s %s %s", name.sysname, name.release,
                 name.machine);
    }
    snprintf(machine.compiler, sizeof machine.compiler, "%s", COMPILER);
#ifdef __OPTIMIZE__
    machine.is_optimised = true;
#endif
    return machine;
}
