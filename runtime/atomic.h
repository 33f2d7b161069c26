/* Atomic access to words of a mapped file, in C11 and in C++17.
 *
 * <stdatomic.h> cannot be included from C++17, and a file's bytes have no declared type, so these
 * are the compiler's own atomic built-ins (GCC manual, "__atomic Builtins"; clang has the same) on
 * types that may alias any other. All addresses must be multiples of the word's size.
 */
#ifndef MMF_RUNTIME_ATOMIC_H
#define MMF_RUNTIME_ATOMIC_H

#include <stdint.h>

#if !defined(__GNUC__)
#error "runtime/atomic.h knows GCC and clang; other compilers need their own version of this file"
#endif

typedef uint8_t __attribute__((may_alias)) mmf_word8;
typedef uint16_t __attribute__((may_alias)) mmf_word16;
typedef uint32_t __attribute__((may_alias)) mmf_word32;
typedef uint64_t __attribute__((may_alias)) mmf_word64;

#define mmf_load_relaxed(pointer) __atomic_load_n((pointer), __ATOMIC_RELAXED)
#define mmf_load_acquire(pointer) __atomic_load_n((pointer), __ATOMIC_ACQUIRE)
#define mmf_store_relaxed(pointer, value) __atomic_store_n((pointer), (value), __ATOMIC_RELAXED)
#define mmf_store_release(pointer, value) __atomic_store_n((pointer), (value), __ATOMIC_RELEASE)

/* Strong compare-and-swap: acquire or release on success; relaxed on failure, when *(expected) is
 * renewed. */
#define mmf_cas_acquire(pointer, expected, desired)                                                \
    __atomic_compare_exchange_n((pointer), (expected), (desired), 0, __ATOMIC_ACQUIRE,             \
                                __ATOMIC_RELAXED)

#define mmf_cas_acq_rel(pointer, expected, desired)                                                \
    __atomic_compare_exchange_n((pointer), (expected), (desired), 0, __ATOMIC_ACQ_REL,             \
                                __ATOMIC_RELAXED)

#define mmf_cas_release(pointer, expected, desired)                                                \
    __atomic_compare_exchange_n((pointer), (expected), (desired), 0, __ATOMIC_RELEASE,             \
                                __ATOMIC_RELAXED)

#define mmf_add_relaxed(pointer, value) __atomic_add_fetch((pointer), (value), __ATOMIC_RELAXED)
#define mmf_add_seq_cst(pointer, value) __atomic_add_fetch((pointer), (value), __ATOMIC_SEQ_CST)

/* ThreadSanitizer does not model fences. Nothing here needs it to: whatever a fence orders is
 * itself accessed atomically, so there is no race to report. */
#define mmf_fence_acquire() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define mmf_fence_seq_cst() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define mmf_fence_release() __atomic_thread_fence(__ATOMIC_RELEASE)

/* For functions of a few instructions once their constant arguments are known, and of many before:
 * compilers judge them by the latter. */
#define MMF_ALWAYS_INLINE static inline __attribute__((always_inline))

#define mmf_likely(condition) __builtin_expect(!!(condition), 1)
#define mmf_unlikely(condition) __builtin_expect(!!(condition), 0)

#endif
