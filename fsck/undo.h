/* The undo file of a repair: what was there, and what should be there, for each place that is
 * changed; on the disk before the place is. So a repair that was interrupted can be finished or
 * taken back, and a finished one can be taken back as long as nobody has changed the file since.
 *
 * undo_format.h has its bytes: a header, which says of which store it is; entries {target, offset,
 * size}, old bytes, new bytes; and how much of that counts, whether the repair is finished and what
 * it left (a digest of all of the store), and whether it has been taken back.
 *
 * A commit counts as a whole or not at all, with all before it, and nobody acts upon one that does
 * not count: the tail of one that was being written when the disk was full or the machine stopped
 * means nothing. What counts and is not whole is damage, and nothing is done by such a file.
 */
#ifndef MMF_FSCK_UNDO_H
#define MMF_FSCK_UNDO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fsck/checked_file.h"
#include "schema/status.h"

typedef enum mmf_undo_target {
    MMF_UNDO_STORE,
    MMF_UNDO_LOCK, /* the lock file */
} mmf_undo_target;

typedef struct mmf_undo mmf_undo;

/* Makes a new undo file for repairs of the store, on the disk when this returns; it must not exist.
 * MMF_OK; MMF_E_EXISTS; MMF_E_NO_SPACE; MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_undo_create(const char *undo_path, const mmf_checked_file *store,
                                         mmf_undo **ret_undo, mmf_error *error);

/* What an undo file that is there says of itself. */
typedef struct mmf_undo_state {
    bool is_of_store; /* it was written for this store: size and identity; see redo for the rest */
    bool is_finished; /* has its end */
    bool is_undone;   /* taking back has begun */
    uint64_t places;  /* entries */
} mmf_undo_state;

/* Opens one that is there, for going on with an interrupted repair or for taking back.
 * MMF_OK; MMF_E_NOT_FOUND; MMF_E_CORRUPT (not an undo file, or a damaged one: all of it is
 * read); MMF_E_SYSTEM; MMF_E_NO_MEMORY. One that may only be read is opened too; redo works then,
 * and what has to write to it is MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_undo_open(const char *undo_path, const mmf_checked_file *store,
                                       mmf_undo **ret_undo, mmf_undo_state *ret_state,
                                       mmf_error *error);
void mmf_undo_close(mmf_undo *undo); /* takes NULL */

/* Adds a place to what is to be committed; offset and size are multiples of 8, and a place in the
 * store lies in it; the bytes are copied. Not once it is finished, or is being taken back.
 * MMF_OK; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_undo_add(mmf_undo *undo, mmf_undo_target target, uint64_t offset,
                                      size_t size, const void *old_words, const void *new_words);

/* Writes what has been added since the last time, and waits until the disk has it: only then may
 * the places be changed. When that fails nothing of it counts, what was added is dropped, and the
 * file can be committed to again. Waits for the disk twice: few large commits are better.
 * MMF_OK; MMF_E_NO_SPACE; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_undo_commit(mmf_undo *undo, mmf_error *error);

/* The repair is finished, and the disk has it: notes what the store is now, which reads all of it
 * but holes. Needs no room on the disk. Nothing may be added and not committed.
 * MMF_OK; MMF_E_NO_SPACE; MMF_E_SYSTEM; MMF_E_CHANGED (the store has another size now). */
MMF_NODISCARD mmf_status mmf_undo_finish(mmf_undo *undo, const mmf_checked_file *store,
                                         mmf_error *error);

/* Whether each word of the store's places is the old or the new one: nobody else has changed them.
 * MMF_OK; MMF_E_CHANGED; MMF_E_SYSTEM; MMF_E_CORRUPT. */
MMF_NODISCARD mmf_status mmf_undo_verify(mmf_undo *undo, const mmf_checked_file *store,
                                         mmf_error *error);

/* For one that is not finished: stores what should be there in all its places, in order, so that
 * mmf_undo_add() can go on, and syncs. Each word has to be the old or the new one of an entry that
 * has it, else nothing is touched. lock may be NULL, or have fd -1: its places are then left out,
 * as they are when others have used the lock file since. What was added and not committed is
 * dropped. MMF_OK; MMF_E_CHANGED (also when it is finished, or taken back); MMF_E_CORRUPT (the undo
 * file changed meanwhile); and what mmf_checked_file_store() returns. */
MMF_NODISCARD mmf_status mmf_undo_redo(mmf_undo *undo, const mmf_checked_file *store,
                                       const mmf_checked_file *lock, mmf_error *error);

/* Takes back: stores what was there, last place first, and syncs. The rules of mmf_undo_redo(); and
 * when it is finished and not undone yet, all of the store has to be what it was at the end. When
 * it has been taken back before, there is nothing to do, and MMF_OK if the places still are what
 * they were at first, MMF_E_CHANGED if not. The lock file's places are left alone then. MMF_OK;
 * MMF_E_CHANGED; MMF_E_CORRUPT; and what mmf_checked_file_store() returns. */
MMF_NODISCARD mmf_status mmf_undo_take_back(mmf_undo *undo, const mmf_checked_file *store,
                                            const mmf_checked_file *lock, mmf_error *error);

#endif
