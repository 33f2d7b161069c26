/* Who writes: the lock file of a store, and this handle's place in it. Internal.
 *
 * schema/format.h has the file's layout. A writing handle holds, for as long as it is open,
 *   - flock(2) on the whole file, shared, or exclusive with MMF_ONE_WRITER: keeps one writer alone,
 *     also among the Go library's;
 *   - a slot, by a lock on the slot's byte, which the kernel drops when the handle's process dies,
 *     whatever it dies of. So the living are told from the dead without pids, across containers.
 * Coming and going are serialised by the lock on one more byte, held for microseconds.
 */
#ifndef MMF_RUNTIME_WRITERS_H
#define MMF_RUNTIME_WRITERS_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/format.h"

typedef struct mmf_writers {
    int fd; /* of the lock file; -1: this handle does not write */
    mmf_lock_header *file;
    uint32_t slot;    /* 1 … 255 */
    bool was_alone;   /* when it came, no other handle was attached */
    bool died_before; /* when it came, its slot was that of a writer that had died */
} mmf_writers;

/* Opens or makes PATH.lock, takes the flock and a slot. PATH is `path` without symbolic links, so
 * that all names of a file that differ by those have one lock. A lock file that is made has the
 * permissions `mode`, exactly or less the umask. A file of that name that is something else, say a
 * text, is left as it is.
 * On return the attach byte is still locked, so that the caller can note in the store's header
 * that a writer is there; it then calls mmf_writers_attached().
 * MMF_OK; MMF_E_LOCKED; MMF_E_LIMIT (no slot is free); MMF_E_STUCK (the attach byte is held beyond
 * the deadline); MMF_E_CORRUPT (PATH.lock is something else, or has live writers of another
 * version); MMF_E_NO_SPACE; MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_writers_attach(mmf_writers *writers, const char *path, uint32_t mode,
                                            bool exact_mode, bool exclusive, uint64_t timeout_ns,
                                            mmf_error *error);
void mmf_writers_attached(mmf_writers *writers);

/* Takes the attach byte for leaving and says whether this is the last writing handle.
 * MMF_OK; MMF_E_STUCK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_writers_leave(mmf_writers *writers, uint64_t timeout_ns,
                                           bool *ret_last);

/* Whether a writer of this boot died without being noted by anybody. For the last one to leave. */
bool mmf_writers_any_died(const mmf_writers *writers);

/* Gives everything back, the attach byte included. Takes fd -1, and half-built ones. */
void mmf_writers_detach(mmf_writers *writers);

/* Whether the writer in that slot lives, as far as can be known; this handle's own does. */
bool mmf_writers_is_alive(const mmf_writers *writers, uint32_t slot);

/* A right is a word of the lock file that works like a record's counter: free while even, and odd
 * it names its holder, one thread of the handle in that slot. It is taken over from a dead holder:
 * what rights protect needs no undoing.
 * MMF_OK; MMF_E_STUCK (a living holder keeps it beyond the deadline). */
MMF_NODISCARD mmf_status mmf_writers_take_right(mmf_writers *writers, uint64_t *right,
                                                uint64_t timeout_ns, uint64_t *ret_word);
void mmf_writers_give_right(uint64_t *right, uint64_t word);

#endif
