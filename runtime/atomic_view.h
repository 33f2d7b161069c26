/* Atomic views: a u32 or u64 in a mapped file that threads and processes use at once, in the byte
 * order of the machine, and a sleep until it changes.
 *
 * A view is a small struct of the caller's with nothing to close, good as long as the handle of its
 * segment. Making one looks at the file; using one does not: an operation is a few instructions
 * inline, and takes no lock on machines that have atomic words of 64 bits. All of them on one word
 * are in one order that all threads and processes see.
 *
 * Where the file is cut under a view the rules of file.h hold: SIGBUS, or with MMF_FILE_GUARD
 * values of no meaning, after which the check says MMF_E_TRUNCATED. Who cannot rule out that
 * somebody cuts the file opens it with the guard, and checks before acting on what he has read.
 * On a MMF_MAP_PRIVATE mapping a view is of this process alone.
 */
#ifndef MMF_RUNTIME_ATOMIC_VIEW_H
#define MMF_RUNTIME_ATOMIC_VIEW_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/atomic.h"
#include "runtime/view.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mmf_atomic_u32 {
    mmf_word32 *word;
    mmf_segment segment; /* the word alone */
} mmf_atomic_u32;

typedef struct mmf_atomic_u64 {
    mmf_word64 *word;
    mmf_segment segment;
} mmf_atomic_u64;

/* Views of the word at offset of the segment. It has to be a multiple of its size from the
 * beginning of the file; that is the same as from that of the segment where the latter is at one.
 * The word is given a block first, unless the segment has MMF_SEGMENT_READ_ONLY: a view of such a
 * one can be loaded, checked and waited for, all else is a mistake in the program (an assert), and
 * on a handle that only reads it is the only kind.
 * MMF_OK; MMF_E_INVALID (not aligned, or not in the segment); MMF_E_END (not in the file);
 * MMF_E_READONLY; MMF_E_NO_SPACE; MMF_E_TRUNCATED; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_atomic_u32_of(const mmf_segment *segment, uint64_t offset,
                                           mmf_atomic_u32 *ret_view);
MMF_NODISCARD mmf_status mmf_atomic_u64_of(const mmf_segment *segment, uint64_t offset,
                                           mmf_atomic_u64 *ret_view);

/* Whether the word is in the file now; looks at the file. MMF_OK; MMF_E_END; MMF_E_TRUNCATED
 * (MMF_FILE_GUARD: the handle has met a page that is gone). */
MMF_NODISCARD mmf_status mmf_atomic_u32_check(mmf_atomic_u32 view);
MMF_NODISCARD mmf_status mmf_atomic_u64_check(mmf_atomic_u64 view);

/* --- Operations ------------------------------------------------------------------------------ */

/* Acquire: what the thread that stored the value wrote before, here or anywhere in the file, is
 * seen after it. Pairs with store, add and swap. */
static inline uint32_t mmf_atomic_u32_load(mmf_atomic_u32 view)
{
    return mmf_load_acquire(view.word);
}

static inline uint64_t mmf_atomic_u64_load(mmf_atomic_u64 view)
{
    return mmf_load_acquire(view.word);
}

/* Release: pairs with load. Wakes nobody. */
static inline void mmf_atomic_u32_store(mmf_atomic_u32 view, uint32_t value)
{
    assert((view.segment.flags & MMF_SEGMENT_READ_ONLY) == 0);
    mmf_store_release(view.word, value);
}

static inline void mmf_atomic_u64_store(mmf_atomic_u64 view, uint64_t value)
{
    assert((view.segment.flags & MMF_SEGMENT_READ_ONLY) == 0);
    mmf_store_release(view.word, value);
}

/* Adds, modulo 2^32 or 2^64, and returns the sum; to subtract, add the negative. Sequentially
 * consistent, which is acquire and release, and in one order with all other adds. */
static inline uint32_t mmf_atomic_u32_add(mmf_atomic_u32 view, uint32_t summand)
{
    assert((view.segment.flags & MMF_SEGMENT_READ_ONLY) == 0);
    return mmf_add_seq_cst(view.word, summand);
}

static inline uint64_t mmf_atomic_u64_add(mmf_atomic_u64 view, uint64_t summand)
{
    assert((view.segment.flags & MMF_SEGMENT_READ_ONLY) == 0);
    return mmf_add_seq_cst(view.word, summand);
}

/* Stores `desired` if the value is *expected; if not, *expected becomes the value, and nothing is
 * stored. Never fails for another reason. Acquire and release; only relaxed where it fails: what
 * is to be read after that needs a load. */
static inline bool mmf_atomic_u32_swap(mmf_atomic_u32 view, uint32_t *expected, uint32_t desired)
{
    assert((view.segment.flags & MMF_SEGMENT_READ_ONLY) == 0);
    return mmf_cas_acq_rel(view.word, expected, desired);
}

static inline bool mmf_atomic_u64_swap(mmf_atomic_u64 view, uint64_t *expected, uint64_t desired)
{
    assert((view.segment.flags & MMF_SEGMENT_READ_ONLY) == 0);
    return mmf_cas_acq_rel(view.word, expected, desired);
}

/* --- Sleeping on a u32 ----------------------------------------------------------------------- */

#define MMF_ATOMIC_WAIT_FOREVER UINT32_MAX

/* Sleeps while the value is `expected`, until somebody has changed it and woken the word, or
 * timeout_ms milliseconds have passed; futex(2), between processes. Looks by itself ten times a
 * second, for the one who was to wake us may have died between his two steps. *ret_value, which
 * may be NULL, is the value that was found, read with acquire.
 * MMF_OK; MMF_E_TIMEOUT; MMF_E_END and MMF_E_TRUNCATED: the word is gone. */
MMF_NODISCARD mmf_status mmf_atomic_u32_wait(mmf_atomic_u32 view, uint32_t expected,
                                             uint32_t timeout_ms, uint32_t *ret_value);

/* Wakes all that wait for the word, in all processes: after it was changed. */
void mmf_atomic_u32_wake(mmf_atomic_u32 view);

#ifdef __cplusplus
}
#endif
#endif
