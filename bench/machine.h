/* What a measurement was made on, and keeping it on one processor. */
#ifndef MMF_BENCH_MACHINE_H
#define MMF_BENCH_MACHINE_H

#include <stdbool.h>

typedef struct bench_machine {
    char processor[128];
    char kernel[256];
    char compiler[128];
    int cpu;           /* this program runs there alone; -1: it could not be pinned */
    bool is_optimised; /* this program was compiled with optimisation */
} bench_machine;

/* Pins the calling thread to `cpu`, or, when that is negative, to the one that it runs on. */
bench_machine bench_machine_pin(int cpu);

#endif
