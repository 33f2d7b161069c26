#include "runtime/flusher.h"

#include <errno.h>

#include "runtime/flush_timer.h"
#include "runtime/probe.h"
#include "runtime/region.h"
#include "runtime/system.h"
#include "runtime/system_flush.h"
#include "runtime/threads.h"

/* --- The process ----------------------------------------------------------------------------- */

pthread_mutex_t mmf_flush_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int once_failure;
static uint64_t generation; /* fork(2)s between this process and the first one */

static void before_fork(void)
{
    (void)pthread_mutex_lock(&mmf_flush_mutex);
}

static void after_fork_in_parent(void)
{
    (void)pthread_mutex_unlock(&mmf_flush_mutex);
}

static void after_fork_in_child(void)
{
    generation++;
    mmf_flush_timer_forget();
    (void)pthread_mutex_unlock(&mmf_flush_mutex);
}

static void initialise(void)
{
    once_failure = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

/* Whoever holds the mutex, or flushes, must not be cancelled: others would wait for ever. */
static int lock(mmf_flusher *flusher)
{
    int cancel = mmf_threads_hold_cancel();

    (void)pthread_mutex_lock(&mmf_flush_mutex);
    if (flusher->generation != generation) { /* the threads that used it are not here */
        flusher->generation = generation;
        flusher->is_busy = false;
        flusher->is_timed = false;
        mmf_sys_cond_init(&flusher->ended);
    }
    return cancel;
}

static void unlock(int cancel)
{
    int saved_errno = errno;

    (void)pthread_mutex_unlock(&mmf_flush_mutex);
    mmf_threads_let_cancel(cancel);
    errno = saved_errno;
}

static mmf_status status_of(int error)
{
    if (error == 0) {
        return MMF_OK;
    }
    errno = error;
    return mmf_status_of_errno(error) == MMF_E_NO_SPACE ? MMF_E_NO_SPACE : MMF_E_SYSTEM;
}

/* --- One flush ------------------------------------------------------------------------------- */

/* Pages of a mapping; none: all of the file. */
typedef struct pages {
    void *first;
    uint64_t size;
} pages;

static void note_failure(mmf_flusher *flusher, int error, uint64_t bytes)
{
    flusher->first_error = flusher->first_error ? flusher->first_error : error;
    flusher->last_error = error;
    (void)mmf_add_relaxed(&flusher->failed_bytes, bytes);
    mmf_store_release(&flusher->failures, mmf_load_relaxed(&flusher->failures) + 1);
    mmf_count(MMF_COUNTER_syncs_failed, 1);
}

/* Does a flush of a handle that is not busy. The mutex is released meanwhile. Returns 0 or an errno
 * value. */
static int run(mmf_flusher *flusher, mmf_counter why, pages pages)
{
    uint64_t number = ++flusher->begun;
    uint64_t bytes = pages.size;
    int error;

    flusher->is_busy = true;
    if (!pages.first) {
        mmf_store_relaxed(&flusher->pending_writes, 0);
        bytes = __atomic_exchange_n(&flusher->pending_bytes, 0, __ATOMIC_ACQ_REL);
    }
    (void)pthread_mutex_unlock(&mmf_flush_mutex);
    mmf_probe_sync(flusher->fd, 0, bytes);
    error =
        pages.first ? mmf_sys_sync_map(pages.first, pages.size) : mmf_sys_sync_data(flusher->fd);
    mmf_probe_synced(flusher->fd, 0, bytes, error);
    (void)pthread_mutex_lock(&mmf_flush_mutex);
    flusher->is_busy = false;
    mmf_count(why, 1);
    if (error != 0) {
        note_failure(flusher, error, bytes);
    } else {
        flusher->covered = pages.first ? flusher->covered : number;
        mmf_count(MMF_COUNTER_syncs, 1);
        mmf_count(MMF_COUNTER_synced_bytes, bytes);
    }
    (void)pthread_cond_broadcast(&flusher->ended);
    return error;
}

static void wait_while_busy(mmf_flusher *flusher)
{
    while (flusher->is_busy) {
        (void)pthread_cond_wait(&flusher->ended, &mmf_flush_mutex);
    }
}

/* Waits for a flush of the whole file that begins from now on. Any that fails meanwhile, or has
 * since there were `failures_before`, may have lost what this one is for. */
static int wait_for_flush(mmf_flusher *flusher, mmf_counter why, uint64_t failures_before)
{
    const pages all = {NULL, 0};
    uint64_t wanted = flusher->begun + 1;

    while (flusher->covered < wanted && flusher->failures == failures_before) {
        if (flusher->is_busy) {
            (void)pthread_cond_wait(&flusher->ended, &mmf_flush_mutex);
        } else {
            (void)run(flusher, why, all);
        }
    }
    return flusher->failures == failures_before ? 0 : flusher->last_error;
}

/* What a caller is told: that its own flush has failed, or else one in the background. */
static mmf_status report(mmf_flusher *flusher, int error)
{
    int unreported = flusher->unreported_error;

    flusher->unreported_error = 0;
    return status_of(error != 0 ? error : unreported);
}

mmf_status mmf_flusher_flush(mmf_flusher *flusher)
{
    mmf_status status;
    int cancel;

    if (flusher->policy.mode == MMF_FLUSH_NEVER) {
        return MMF_OK;
    }
    cancel = lock(flusher);
    status = report(flusher, wait_for_flush(flusher, MMF_COUNTER_flushes_asked, flusher->failures));
    unlock(cancel);
    return status;
}

mmf_status mmf_flusher_flush_pages(mmf_flusher *flusher, void *first, uint64_t size)
{
    const pages pages = {first, size};
    mmf_status status;
    int cancel;

    if (flusher->policy.mode == MMF_FLUSH_NEVER || size == 0) {
        return MMF_OK;
    }
    cancel = lock(flusher);
    wait_while_busy(flusher);
    status = report(flusher, run(flusher, MMF_COUNTER_flushes_asked, pages));
    unlock(cancel);
    return status;
}

mmf_status mmf_flusher_begin(mmf_flusher *flusher)
{
    int cancel;
    int error;

    if (flusher->policy.mode == MMF_FLUSH_NEVER) {
        return MMF_OK;
    }
    cancel = mmf_threads_hold_cancel();
    error = mmf_sys_begin_writeback(flusher->fd, 0, 0);
    mmf_threads_let_cancel(cancel);
    mmf_count(MMF_COUNTER_flushes_begun, 1);
    return status_of(error);
}

/* --- Policies -------------------------------------------------------------------------------- */

static mmf_status flush_always(mmf_flusher *flusher, uint64_t failures_before)
{
    int cancel = lock(flusher);
    mmf_status status =
        report(flusher, wait_for_flush(flusher, MMF_COUNTER_flushes_always, failures_before));

    unlock(cancel);
    return status;
}

/* The limit is looked at again under the mutex: another thread may have flushed just now. */
static mmf_status flush_at_limit(mmf_flusher *flusher, mmf_counter why, const uint64_t *pending,
                                 uint64_t limit)
{
    const pages all = {NULL, 0};
    mmf_status status = MMF_OK;
    int cancel = lock(flusher);

    if (!flusher->is_busy && mmf_load_relaxed(pending) >= limit) {
        status = report(flusher, run(flusher, why, all));
    }
    unlock(cancel);
    return status;
}

mmf_status mmf_flusher_wrote_slow(mmf_flusher *flusher, uint64_t pending_bytes,
                                  uint64_t failures_before)
{
    const mmf_flush_policy *policy = &flusher->policy;

    if (policy->mode == MMF_FLUSH_ALWAYS) {
        return flush_always(flusher, failures_before);
    }
    if (policy->writes != 0 && mmf_add_relaxed(&flusher->pending_writes, 1) >= policy->writes) {
        return flush_at_limit(flusher, MMF_COUNTER_flushes_writes, &flusher->pending_writes,
                              policy->writes);
    }
    if (policy->bytes != 0 && pending_bytes >= policy->bytes) {
        return flush_at_limit(flusher, MMF_COUNTER_flushes_bytes, &flusher->pending_bytes,
                              policy->bytes);
    }
    return MMF_OK;
}

bool mmf_flusher_has_work(const mmf_flusher *flusher)
{
    return mmf_load_relaxed(&flusher->pending_bytes) != 0 ||
           mmf_load_relaxed(&flusher->has_given_out) != 0;
}

void mmf_flusher_run_in_background(mmf_flusher *flusher)
{
    const pages all = {NULL, 0};
    int error = run(flusher, MMF_COUNTER_flushes_interval, all);

    flusher->unreported_error = error != 0 ? error : flusher->unreported_error;
}

/* --- Opening and closing --------------------------------------------------------------------- */

bool mmf_flush_policy_is_valid(const mmf_flush_policy *policy)
{
    bool has_limit = policy->bytes != 0 || policy->writes != 0 || policy->interval_ms != 0;

    return (unsigned)policy->mode <= MMF_FLUSH_EVERY && policy->reserved == 0 &&
           (policy->flags & ~MMF_FLUSH_AT_CLOSE) == 0 &&
           (policy->flags == 0 || policy->mode == MMF_FLUSH_MANUAL) &&
           has_limit == (policy->mode == MMF_FLUSH_EVERY);
}

mmf_status mmf_flusher_open(mmf_flusher *flusher, int fd, const mmf_flush_policy *policy)
{
    const mmf_flush_policy manual = {.mode = MMF_FLUSH_MANUAL};
    mmf_status status = MMF_OK;
    int cancel;

    policy = policy ? policy : &manual;
    if (!mmf_flush_policy_is_valid(policy)) {
        return MMF_E_INVALID;
    }
    (void)pthread_once(&once, initialise);
    if (once_failure != 0) {
        return status_of(once_failure);
    }
    *flusher = (mmf_flusher){.policy = *policy, .fd = fd, .generation = generation};
    mmf_sys_cond_init(&flusher->ended);
    if (policy->interval_ms != 0) {
        cancel = lock(flusher);
        status = mmf_flush_timer_add(flusher);
        unlock(cancel);
    }
    if (status != MMF_OK) {
        (void)pthread_cond_destroy(&flusher->ended);
    }
    return status;
}

static bool flushes_at_close(const mmf_flusher *flusher)
{
    const mmf_flush_policy *policy = &flusher->policy;

    return policy->mode >= MMF_FLUSH_ALWAYS || (policy->flags & MMF_FLUSH_AT_CLOSE) != 0;
}

mmf_status mmf_flusher_close(mmf_flusher *flusher)
{
    const pages all = {NULL, 0};
    int cancel = lock(flusher);
    int error;

    mmf_flush_timer_remove(flusher);
    wait_while_busy(flusher);
    if (flushes_at_close(flusher) && mmf_flusher_has_work(flusher)) {
        (void)run(flusher, MMF_COUNTER_flushes_close, all);
    }
    error = flusher->first_error;
    unlock(cancel);
    (void)pthread_cond_destroy(&flusher->ended);
    return status_of(error);
}

/* --- What is known --------------------------------------------------------------------------- */

uint64_t mmf_flusher_pending(const mmf_flusher *flusher)
{
    return mmf_load_relaxed(&flusher->pending_bytes) + mmf_load_relaxed(&flusher->failed_bytes);
}

void mmf_flusher_info(const mmf_flusher *flusher, mmf_flush_info *ret_info)
{
    int cancel = mmf_threads_hold_cancel();

    (void)pthread_mutex_lock(&mmf_flush_mutex);
    *ret_info = (mmf_flush_info){
        .pending_bytes = mmf_load_relaxed(&flusher->pending_bytes),
        .failed_bytes = mmf_load_relaxed(&flusher->failed_bytes),
        .flushes = flusher->begun - (flusher->is_busy ? 1 : 0),
        .failures = mmf_load_relaxed(&flusher->failures),
        .last_errno = flusher->last_error,
    };
    unlock(cancel);
}
