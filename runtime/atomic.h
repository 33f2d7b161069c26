/* Atomic access to words of a mapped file, in C11 and in C++17.
 *
 * <stdatomic.h> cannot be included from C++17, and a file's bytes have no declared type, so these
 * are the compiler's own atomic built-ins (GCC manual, "__atomic Builtins"; clang has the same) on
 * types that may alias any other. All addresses must be multiples of the word's size.
 */
#ifndef MMF_RUNTIME_ATOMIC_H
#define MMF_RUNTIME_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

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

/* --- What compilers make of it -----------------------------------------------------------------
 *
 * Compilers do not fold atomic loads into the instructions that use them, nor load floating point
 * into its own registers. On x86-64 these do; none of them is moved across a fence or an acquire
 * load, and all of them are what the portable form is. Sanitizers see the portable form.
 */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define MMF_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define MMF_SANITIZED 1
#endif
#endif

#if defined(__x86_64__) && !defined(MMF_SANITIZED)

/* value < *pointer, by an acquire load. */
static inline bool mmf_is_below_acquire(uint64_t value, const uint64_t *pointer)
{
    bool result;

    __asm__ volatile("cmpq %2, %1" : "=@ccb"(result) : "r"(value), "m"(*pointer) : "memory");
    return result;
}

/* The rest: relaxed. */
static inline bool mmf_is_below(uint64_t value, const uint64_t *pointer)
{
    bool result;

    __asm__ volatile("cmpq %2, %1" : "=@ccb"(result) : "r"(value), "m"(*pointer));
    return result;
}

static inline bool mmf_is_equal(uint64_t value, const uint64_t *pointer)
{
    bool result;

    __asm__ volatile("cmpq %2, %1"
                     : "=@cce"(result)
                     : "r"(value), "m"(*(const mmf_word64 *)(const void *)pointer));
    return result;
}

static inline bool mmf_is_zero32(const uint32_t *pointer)
{
    bool result;

    __asm__ volatile("cmpl %1, %2" /* not $0: processors join that with no branch */
                     : "=@cce"(result)
                     : "r"(0u), "m"(*(const mmf_word32 *)(const void *)pointer));
    return result;
}

#define MMF_FLOATING_POINT(suffix, c_type, bits, instruction)                                      \
    typedef c_type __attribute__((may_alias)) mmf_##suffix;                                        \
    static inline c_type mmf_load_##suffix(const void *pointer)                                    \
    {                                                                                              \
        c_type value;                                                                              \
        __asm__ volatile(instruction " %1, %0"                                                     \
                         : "=x"(value)                                                             \
                         : "m"(*(const mmf_##suffix *)pointer));                                   \
        return value;                                                                              \
    }                                                                                              \
    static inline void mmf_store_##suffix(void *pointer, c_type value)                             \
    {                                                                                              \
        __asm__ volatile(instruction " %1, %0" : "=m"(*(mmf_##suffix *)pointer) : "x"(value));     \
    }

#else

static inline bool mmf_is_below_acquire(uint64_t value, const uint64_t *pointer)
{
    return value < mmf_load_acquire(pointer);
}

static inline bool mmf_is_below(uint64_t value, const uint64_t *pointer)
{
    return value < mmf_load_relaxed(pointer);
}

static inline bool mmf_is_equal(uint64_t value, const uint64_t *pointer)
{
    return value == mmf_load_relaxed(pointer);
}

static inline bool mmf_is_zero32(const uint32_t *pointer)
{
    return mmf_load_relaxed(pointer) == 0;
}

#define MMF_FLOATING_POINT(suffix, c_type, bits, instruction)                                      \
    static inline c_type mmf_load_##suffix(const void *pointer)                                    \
    {                                                                                              \
        uint##bits##_t word = mmf_load_relaxed((const mmf_word##bits *)pointer);                   \
        c_type value;                                                                              \
                                                                                                   \
        memcpy(&value, &word, sizeof value);                                                       \
        return value;                                                                              \
    }                                                                                              \
    static inline void mmf_store_##suffix(void *pointer, c_type value)                             \
    {                                                                                              \
        uint##bits##_t word;                                                                       \
                                                                                                   \
        memcpy(&word, &value, sizeof word);                                                        \
        mmf_store_relaxed((mmf_word##bits *)pointer, word);                                        \
    }

#endif

MMF_FLOATING_POINT(f32, float, 32, "movss")  /* mmf_load_f32, mmf_store_f32 */
MMF_FLOATING_POINT(f64, double, 64, "movsd") /* mmf_load_f64, mmf_store_f64 */

/* --- Compilers ------------------------------------------------------------------------------- */

/* For functions of a few instructions once their constant arguments are known, and of many before:
 * compilers judge them by the latter. */
#define MMF_ALWAYS_INLINE static inline __attribute__((always_inline))

/* For long ways: inlined, they would make the short one save registers. */
#define MMF_NOT_INLINE __attribute__((noinline))

#define mmf_likely(condition) __builtin_expect(!!(condition), 1)
#define mmf_unlikely(condition) __builtin_expect(!!(condition), 0)

#endif
