#include "runtime/flush_timer.h"

#include <errno.h>

#include "runtime/system.h"
#include "runtime/system_flush.h"

typedef struct timer {
    mmf_flusher *flushers; /* a list */
    bool is_running;       /* there is a thread, if only until it is joined */
    bool is_ending;
    bool has_conditions;
    pthread_t thread;
    pthread_cond_t changed; /* for the thread: the list, or that it has to end */
    pthread_cond_t ended;   /* for those who want another thread */
} timer;

static timer the_timer; /* under mmf_flush_mutex */

static mmf_flusher *first_due(void)
{
    mmf_flusher *first = the_timer.flushers;

    for (mmf_flusher *at = first; at; at = at->next) {
        first = at->due_ns < first->due_ns ? at : first;
    }
    return first;
}

/* One that is being flushed by somebody else has its turn next time. */
static void serve(mmf_flusher *flusher, uint64_t now_ns)
{
    flusher->due_ns = now_ns + (uint64_t)flusher->policy.interval_ms * 1000000u;
    if (!flusher->is_busy && mmf_flusher_has_work(flusher)) {
        mmf_flusher_run_in_background(flusher); /* and may be gone afterwards */
    }
}

static void *timer_main(void *unused)
{
    (void)pthread_mutex_lock(&mmf_flush_mutex);
    while (!the_timer.is_ending) {
        mmf_flusher *next = first_due();
        uint64_t now = mmf_sys_monotonic_ns();

        if (next->due_ns > now) {
            mmf_sys_cond_wait_until(&the_timer.changed, &mmf_flush_mutex, next->due_ns);
        } else {
            serve(next, now);
        }
    }
    (void)pthread_mutex_unlock(&mmf_flush_mutex);
    return unused;
}

static int start(void)
{
    int failure;

    if (!the_timer.has_conditions) {
        mmf_sys_cond_init(&the_timer.changed);
        mmf_sys_cond_init(&the_timer.ended);
        the_timer.has_conditions = true;
    }
    the_timer.is_ending = false;
    failure = mmf_sys_thread_start(&the_timer.thread, timer_main, NULL);
    the_timer.is_running = failure == 0;
    return failure;
}

/* The thread may be in the middle of a flush; whoever wants one meanwhile waits for its end. */
static void end(void)
{
    pthread_t thread = the_timer.thread;

    the_timer.is_ending = true;
    (void)pthread_cond_broadcast(&the_timer.changed);
    (void)pthread_mutex_unlock(&mmf_flush_mutex);
    (void)pthread_join(thread, NULL);
    (void)pthread_mutex_lock(&mmf_flush_mutex);
    the_timer.is_running = false;
    (void)pthread_cond_broadcast(&the_timer.ended);
}

mmf_status mmf_flush_timer_add(mmf_flusher *flusher)
{
    int failure;

    while (the_timer.is_running && the_timer.is_ending) {
        (void)pthread_cond_wait(&the_timer.ended, &mmf_flush_mutex);
    }
    flusher->due_ns = mmf_sys_monotonic_ns() + (uint64_t)flusher->policy.interval_ms * 1000000u;
    flusher->next = the_timer.flushers;
    the_timer.flushers = flusher;
    flusher->is_timed = true;
    failure = the_timer.is_running ? 0 : start();
    if (failure != 0) {
        the_timer.flushers = flusher->next;
        flusher->is_timed = false;
        errno = failure;
        return MMF_E_SYSTEM;
    }
    (void)pthread_cond_broadcast(&the_timer.changed);
    return MMF_OK;
}

void mmf_flush_timer_remove(mmf_flusher *flusher)
{
    mmf_flusher **link = &the_timer.flushers;

    if (!flusher->is_timed) {
        return;
    }
    while (*link != flusher) {
        link = &(*link)->next;
    }
    *link = flusher->next;
    flusher->is_timed = false;
    if (!the_timer.flushers) {
        end();
    }
}

void mmf_flush_timer_forget(void)
{
    the_timer = (timer){.flushers = NULL};
}
