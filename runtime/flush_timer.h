/* The thread that flushes by the clock: MMF_FLUSH_EVERY with an interval. One for the process,
 * started with the first such handle and ended with the last. Internal.
 *
 * All is called with mmf_flush_mutex held.
 */
#ifndef MMF_RUNTIME_FLUSH_TIMER_H
#define MMF_RUNTIME_FLUSH_TIMER_H

#include "runtime/flusher.h"

/* MMF_OK; MMF_E_SYSTEM. The mutex may be released meanwhile. */
MMF_NODISCARD mmf_status mmf_flush_timer_add(mmf_flusher *flusher);
/* The thread does not touch the handle any more, but for a flush that it is just doing. Takes one
 * that is not there. Released meanwhile where it is the last. */
void mmf_flush_timer_remove(mmf_flusher *flusher);
/* In a child after fork(2), where there is no thread. */
void mmf_flush_timer_forget(void);

#endif
