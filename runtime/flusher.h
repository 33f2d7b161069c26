/* The flushes of one open file: what is pending, who flushes when, and who is told of failures.
 * Internal; runtime/flush.h has the rules.
 *
 * One mutex of the process guards all that is about flushes, and is never held while the disk is
 * waited for. fork(2) waits for it, so that a child finds everything at rest, and then renews its
 * copies of handles when it first uses them. Hence: nothing here is to be called between
 * mmf_threads_hold_fork() and mmf_threads_let_fork().
 *
 * Flushes of a handle are numbered and come one after the other, never two at once: the system
 * tells a descriptor of each failure once (errseq_t), so a second flush that runs beside one that
 * fails may succeed although it lost the same page. Who waits for the disk waits for a flush that
 * began after its write, and fails with any that has failed since before its write.
 */
#ifndef MMF_RUNTIME_FLUSHER_H
#define MMF_RUNTIME_FLUSHER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/atomic.h"
#include "runtime/counters.h"
#include "runtime/flush.h"

typedef struct mmf_flusher {
    mmf_flush_policy policy;
    int fd;
    uint32_t has_given_out; /* bytes to write; atomic */

    /* atomic */
    uint64_t pending_bytes;
    uint64_t pending_writes; /* of MMF_FLUSH_EVERY with .writes */
    uint64_t failed_bytes;
    uint64_t failures;

    /* under the mutex */
    uint64_t begun;   /* the number of the last flush that began */
    uint64_t covered; /* of the last one of the whole file that has succeeded */
    bool is_busy;     /* one is being done */
    int first_error;  /* errno values; 0: none */
    int last_error;
    int unreported_error; /* of the background */
    pthread_cond_t ended; /* a flush */
    uint64_t generation;  /* of the process: a child after fork(2) has another */

    /* runtime/flush_timer.h */
    struct mmf_flusher *next;
    uint64_t due_ns;
    bool is_timed;
} mmf_flusher;

bool mmf_flush_policy_is_valid(const mmf_flush_policy *policy);

/* A NULL policy is MMF_FLUSH_MANUAL. The descriptor stays the caller's.
 * MMF_OK; MMF_E_INVALID (the policy); MMF_E_SYSTEM (no thread). */
MMF_NODISCARD mmf_status mmf_flusher_open(mmf_flusher *flusher, int fd,
                                          const mmf_flush_policy *policy);
/* Ends the background's use of the descriptor, flushes as the policy says, and returns the first
 * failure that there ever was. MMF_OK; MMF_E_NO_SPACE; MMF_E_SYSTEM. */
mmf_status mmf_flusher_close(mmf_flusher *flusher);

/* To be called before a write, for mmf_flusher_wrote(). */
static inline uint64_t mmf_flusher_before(const mmf_flusher *flusher)
{
    return mmf_load_acquire(&flusher->failures);
}

mmf_status mmf_flusher_wrote_slow(mmf_flusher *flusher, uint64_t pending_bytes,
                                  uint64_t failures_before);

/* To be called after a write of `size` bytes, never before it: a flush between the two would take
 * as flushed what is not written yet. Flushes when it is time to.
 * MMF_OK; MMF_E_NO_SPACE, MMF_E_SYSTEM: the bytes are written, but not on the disk. */
MMF_NODISCARD static inline mmf_status mmf_flusher_wrote(mmf_flusher *flusher, uint64_t size,
                                                         uint64_t failures_before)
{
    uint64_t pending = mmf_add_relaxed(&flusher->pending_bytes, size);

    return flusher->policy.mode < MMF_FLUSH_ALWAYS
               ? MMF_OK
               : mmf_flusher_wrote_slow(flusher, pending, failures_before);
}

/* A range was given out to be stored to. */
static inline void mmf_flusher_gave_out(mmf_flusher *flusher, uint64_t size)
{
    mmf_store_relaxed(&flusher->has_given_out, 1);
    (void)mmf_add_relaxed(&flusher->pending_bytes, size);
}

MMF_NODISCARD mmf_status mmf_flusher_flush(mmf_flusher *flusher);
/* Whole pages of a mapping of the file. */
MMF_NODISCARD mmf_status mmf_flusher_flush_pages(mmf_flusher *flusher, void *pages, uint64_t size);
MMF_NODISCARD mmf_status mmf_flusher_begin(mmf_flusher *flusher);

uint64_t mmf_flusher_pending(const mmf_flusher *flusher);
void mmf_flusher_info(const mmf_flusher *flusher, mmf_flush_info *ret_info);

/* --- For runtime/flush_timer.c, under the mutex ---------------------------------------------- */

extern pthread_mutex_t mmf_flush_mutex;

/* Whether the background has to flush it. */
bool mmf_flusher_has_work(const mmf_flusher *flusher);
/* Flushes a handle that is not busy; the mutex is released meanwhile. */
void mmf_flusher_run_in_background(mmf_flusher *flusher);

#endif
