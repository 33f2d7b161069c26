/* Who writes: the lock file of a store, and this handle's places in it. Internal.
 *
 * schema/format.h has the file's layout. A writing handle holds, for as long as it is open,
 *   - flock(2) on the whole file, shared, or exclusive with MMF_ONE_WRITER: keeps one writer alone,
 *     also among the Go library's;
 *   - a slot for each thread that writes, and at least one, by a lock on the slot's byte, which the
 *     kernel drops when the process dies, whatever it dies of. So the living are told from the dead
 *     without pids, across containers.
 * Coming and going are serialised by the lock on one more byte, held for microseconds unless a
 * repair, or the sync of the last one, has to be done meanwhile.
 *
 * Locks of bytes belong to the open file, so they do not keep apart the threads that use one
 * handle: `mutex` does.
 */
#ifndef MMF_RUNTIME_WRITERS_H
#define MMF_RUNTIME_WRITERS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "schema/format.h"

typedef struct mmf_writers {
    int fd; /* of the lock file; -1: this handle does not write */
    mmf_lock_header *file;
    uint64_t mapped_size;
    uint64_t undo_stride;  /* as the records' size says; what the file says has been compared */
    pthread_mutex_t mutex; /* whoever takes or gives up a slot's byte */
    uint64_t own[MMF_WRITER_SLOTS / 64]; /* slots whose bytes this handle holds; atomic */
    uint32_t slot;                       /* the one that came with the handle, 1 … 255 */
    bool slot_is_idle;                   /* no thread uses it */
    bool was_alone;                      /* when it came, no other handle was attached */
    bool is_stale;                       /* the file is new, of another boot, or damaged */
    bool died_before_boot;               /* and had writers then */
} mmf_writers;

/* What a handle brings with it. */
typedef struct mmf_writers_options {
    uint32_t mode;   /* permissions of a lock file that is made */
    bool exact_mode; /* without the umask */
    bool exclusive;  /* MMF_ONE_WRITER */
    uint32_t record_size;
    uint64_t timeout_ns;
    const uint8_t *boot_id; /* of the machine now */
} mmf_writers_options;

/* Opens or makes PATH.lock, takes the flock and a slot's byte. PATH is `path` without symbolic
 * links, so that all names of a file that differ by those have one lock. A file of that name that
 * is something else, say a text, is left as it is.
 * On return the attach byte is still locked, so that the caller can recover what dead writers have
 * left, in its own slot too, call mmf_writers_renew() and mmf_writers_enter(), and note in the
 * store's header that a writer is there; it then calls mmf_writers_attached().
 * MMF_OK; MMF_E_LOCKED; MMF_E_LIMIT (no slot is free); MMF_E_STUCK (the attach byte is held beyond
 * the deadline); MMF_E_CORRUPT (PATH.lock is something else, or has live writers of another
 * version); MMF_E_NO_SPACE; MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_writers_attach(mmf_writers *writers, const char *path,
                                            const mmf_writers_options *options, mmf_error *error);
void mmf_writers_attached(mmf_writers *writers);

/* Makes a stale file one of this boot; only then may anything in it be used. What it says of an
 * earlier boot is lost with that, so it comes after the repair. MMF_OK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_writers_renew(mmf_writers *writers, const uint8_t boot_id[16],
                                           uint32_t record_size, mmf_error *error);

/* Takes the attach byte for leaving and says whether this is the last writing handle.
 * MMF_OK; MMF_E_STUCK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_writers_leave(mmf_writers *writers, uint64_t timeout_ns,
                                           bool *ret_last);

/* Whether another handle is attached; true when that cannot be told. */
bool mmf_writers_has_others(const mmf_writers *writers);

/* Marks the handle's slots as left in good order. */
void mmf_writers_clear_own(mmf_writers *writers);

/* Gives everything back, the attach byte included. Takes fd -1, and half-built ones. */
void mmf_writers_detach(mmf_writers *writers);

/* --- Slots ----------------------------------------------------------------------------------- */

/* Whether this handle holds the slot. */
bool mmf_writers_is_own(const mmf_writers *writers, uint32_t slot);

/* Whether the writer in that slot lives, as far as can be known; this handle's own ones do. */
bool mmf_writers_is_alive(const mmf_writers *writers, uint32_t slot);

/* The path of the lock file of a store, to be freed; NULL: out of memory. */
char *mmf_lock_path_of(const char *path);

/* With the mutex held: takes the byte of a slot whose writer is dead, so that nobody else recovers
 * it; then gives it back. False: somebody lives there. */
bool mmf_writers_hold_dead(mmf_writers *writers, uint32_t slot);
void mmf_writers_let_go(mmf_writers *writers, uint32_t slot);

/* With the mutex held: a free slot for one more thread. Its byte is locked; what its predecessor
 * left has to be recovered before it is entered.
 * MMF_OK; MMF_E_LIMIT (all are taken); MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_writers_claim(mmf_writers *writers, uint32_t *ret_slot);

/* Makes a slot, whose byte is held, that of the calling thread; gives its undo image blocks.
 * MMF_OK; MMF_E_NO_SPACE; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_writers_enter(mmf_writers *writers, uint32_t slot);

/* With the mutex held: the thread is done with its slot. */
void mmf_writers_release(mmf_writers *writers, uint32_t slot);

/* What a slot says of a writer that is gone for good. */
void mmf_writers_forget(mmf_writers *writers, uint32_t slot);

static inline mmf_writer_slot *mmf_writers_entry(const mmf_writers *writers, uint32_t slot)
{
    return &writers->file->slots[slot];
}

static inline unsigned char *mmf_writers_undo(const mmf_writers *writers, uint32_t slot)
{
    return (unsigned char *)writers->file + mmf_undo_offset(writers->undo_stride, slot);
}

/* --- Rights ---------------------------------------------------------------------------------- */

/* A right is a word of the lock file that works like a record's counter: free while even, and odd
 * it names its holder, the thread in that slot. It is taken over from a dead holder: what rights
 * protect needs no undoing.
 * MMF_OK; MMF_E_STUCK (a living holder keeps it beyond the deadline). */
MMF_NODISCARD mmf_status mmf_writers_take_right(mmf_writers *writers, uint64_t *right,
                                                uint32_t slot, uint64_t timeout_ns,
                                                uint64_t *ret_word);
void mmf_writers_give_right(uint64_t *right, uint64_t word);

#endif
