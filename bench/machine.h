/* What a measurement was made on, and keeping it on its processors. */
#ifndef MMF_BENCH_MACHINE_H
#define MMF_BENCH_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct bench_machine {
    char processor[128];
    char kernel[256];
    char compiler[128];
    char libc[64];
    char date[32];        /* ISO 8601, UTC */
    char file_system[32]; /* of the directory */
    unsigned processors;  /* that are there */
    int processor_of[2];  /* that this program uses, the second one for rows with two; -1: none */
    uint64_t memory_bytes;
    double load;       /* of the last minute, at the beginning */
    bool is_optimised; /* this program was compiled with optimisation */
} bench_machine;

/* Pins the calling thread to `cpu`, or, when that is negative, to the last one that is allowed.
 * False: that one is not allowed. */
bool bench_machine_pin(int cpu, bench_machine *ret_machine);
/* Fills the rest. */
void bench_machine_describe(bench_machine *machine, const char *directory);

/* The calling thread, or process, alone on that one; negative: anywhere. */
void bench_go_to_processor(int processor);
/* On either of two. */
void bench_go_to_processors(int processor, int other);

/* Bytes that can be had now; 0: unknown. */
uint64_t bench_available_memory(void);
uint64_t bench_available_space(const char *directory);

#endif
