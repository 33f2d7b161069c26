/* News for those who wait: what a writer does after a change, mmf_store_wait() and the like being
 * the other side.
 *
 * A waiter sets `waiting` in the store's header and sleeps on `wait_word`, a futex(2); a writer
 * that finds `waiting` set after it has published its change clears it, advances the word and wakes
 * all. While nobody waits that is one load of a line that nobody writes.
 *
 * The writer's load may be done before its change is visible, which only a full fence could
 * prevent, and a writer may die between the two. So waiters never sleep long without looking:
 * MMF_NOTIFY_FIRST_NS after `waiting` was set, since by then every processor has done what it had
 * begun, and then MMF_NOTIFY_LATER_NS.
 */
#ifndef MMF_RUNTIME_NOTIFY_H
#define MMF_RUNTIME_NOTIFY_H

#include "runtime/atomic.h"
#include "runtime/store.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMF_NOTIFY_FIRST_NS 1000000u
#define MMF_NOTIFY_LATER_NS 50000000u

void mmf_notify_slow(const mmf_store *store);

static inline void mmf_notify(const mmf_store *store)
{
    if (mmf_unlikely(!mmf_is_zero32(store->waiting))) {
        mmf_notify_slow(store);
    }
}

#ifdef __cplusplus
}
#endif
#endif
