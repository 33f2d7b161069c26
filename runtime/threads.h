/* Threads that write: each has a writer slot of its own in each store that it writes to. Internal.
 *
 * A thread takes its slot with its first write and gives it back when it ends; one that ends in the
 * middle of a change has the change undone. With MMF_ONE_WRITER there is one writing thread at a
 * time, which uses the slot of the handle.
 *
 * This is the one part of the runtime with state of the process rather than of a handle: a table of
 * the open handles that write, for threads that end, and for fork(2). A child inherits descriptors
 * and mappings, and with them, both being holds on the open files, the locks by which its parent
 * counts as alive, long after the parent has died: so before fork() returns (pthread_atfork(3)) the
 * child lets go of the lock file, and opens and maps the store anew at the same place, for reading.
 * Its copies of the handles only read from then on.
 */
#ifndef MMF_RUNTIME_THREADS_H
#define MMF_RUNTIME_THREADS_H

#include "runtime/store_state.h"

/* A thread's place among the writers of one store. */
typedef struct mmf_thread_writer {
    uint64_t store_id; /* of the handle, mmf_store_state.id; 0: none */
    uint32_t slot;
    mmf_writer_slot *entry;
    unsigned char *undo; /* image */
} mmf_thread_writer;

/* Between the two this thread is not cancelled (pthread_cancel(3)): it holds something that others
 * would wait for for ever. */
int mmf_threads_hold_cancel(void); /* what mmf_threads_let_cancel() wants */
void mmf_threads_let_cancel(int before);

/* Between the two no thread forks: a handle that comes or goes is in no table, and a child would
 * keep its locks. Not recursive. */
void mmf_threads_hold_fork(void);
void mmf_threads_let_fork(void);

/* Puts a writing handle into the table, and gives it its id. MMF_OK; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_threads_add(mmf_store_state *state);
/* Takes it out; no thread gives back a slot of it afterwards. Takes one that is not there. */
void mmf_threads_remove(mmf_store_state *state);

/* The store that the calling thread wrote to last. */
extern _Thread_local mmf_thread_writer mmf_thread_last;

MMF_NODISCARD mmf_status mmf_thread_find(mmf_store_state *state, mmf_thread_writer *ret_writer);

/* The calling thread's place in a store of many writers, which it takes now if it has none.
 * MMF_OK; MMF_E_CLOSED (a copy of the handle in a forked child); MMF_E_LIMIT (255 threads write);
 * MMF_E_NO_SPACE (no block for the undo image); MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD static inline mmf_status mmf_thread_writer_of(mmf_store_state *state,
                                                            mmf_thread_writer *ret_writer)
{
    if (mmf_likely(mmf_thread_last.store_id == state->id)) {
        *ret_writer = mmf_thread_last;
        return MMF_OK;
    }
    return mmf_thread_find(state, ret_writer);
}

#endif
