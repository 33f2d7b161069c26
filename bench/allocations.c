/* The program's own malloc(3) and so on stand before those of libc, for all libraries. */
#include "bench/allocations.h"

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define IS_COUNTED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define IS_COUNTED 0
#else
#define IS_COUNTED 1
#endif
#else
#define IS_COUNTED 1
#endif

static _Thread_local uint64_t count;

#if IS_COUNTED

/* What glibc has them call. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t members, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

void *malloc(size_t size)
{
    count++;
    return __libc_malloc(size);
}

void *calloc(size_t members, size_t size)
{
    count++;
    return __libc_calloc(members, size);
}

void *realloc(void *memory, size_t size)
{
    count++;
    return __libc_realloc(memory, size);
}

void free(void *memory)
{
    __libc_free(memory);
}

#endif

bool bench_allocations_are_counted(void)
{
    return IS_COUNTED;
}

uint64_t bench_allocations(void)
{
    return count;
}
