/* How often the calling thread has asked for memory. */
#ifndef MMF_BENCH_ALLOCATIONS_H
#define MMF_BENCH_ALLOCATIONS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* False: this build has an allocator that must not be replaced (a sanitizer's). */
bool bench_allocations_are_counted(void);

/* Calls of malloc(3), calloc(3) and realloc(3) so far, by this thread, in whatever library. */
uint64_t bench_allocations(void);

#ifdef __cplusplus
}
#endif
#endif
