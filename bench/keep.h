/* What keeps the compiler from removing, hoisting or vectorising a loop that is to be measured.
 * Each costs no instruction. A "memory" clobber says that any memory may have been read and
 * written, so that neither loads nor stores can be moved out of an iteration; ours and the plain
 * operation have the same ones in the same places. */
#ifndef MMF_BENCH_KEEP_H
#define MMF_BENCH_KEEP_H

/* The value is wanted: in an integer register, in a vector register, in memory. */
#define bench_keep_integer(value) __asm__ volatile("" : : "r"(value) : "memory")
#if defined(__x86_64__)
#define bench_keep_double(value) __asm__ volatile("" : : "x"(value) : "memory")
#elif defined(__aarch64__)
#define bench_keep_double(value) __asm__ volatile("" : : "w"(value) : "memory")
#else
#define bench_keep_double(value) __asm__ volatile("" : : "g"(value) : "memory")
#endif
#define bench_keep_object(pointer) __asm__ volatile("" : : "r"(pointer) : "memory")

/* What has been stored is wanted. */
#define bench_keep_stores() __asm__ volatile("" : : : "memory")

#endif
