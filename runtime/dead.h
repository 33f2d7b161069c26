/* Reading around a dead writer, for handles that may not write: a record as it was before the
 * change that its writer did not finish, from the record's own words and the writer's undo image.
 * Internal.
 *
 * Nothing is mapped of the lock file: it is read by pread(2), which cannot fault, whatever has
 * become of it. What was read counts only when the counter and the slot are still the same
 * afterwards: then nobody has recovered the record meanwhile, and so nobody has taken the slot.
 */
#ifndef MMF_RUNTIME_DEAD_H
#define MMF_RUNTIME_DEAD_H

#include "runtime/store_state.h"

typedef struct mmf_dead_writer {
    int fd; /* of the lock file; -1: none */
    uint32_t slot;
    uint64_t image;   /* where it is in the lock file */
    uint64_t counter; /* of the record */
    uint64_t index;
    mmf_writer_slot entry;
} mmf_dead_writer;

/* Whether the writer that the odd counter of record `index` names is dead, and its slot explains
 * that counter. Cannot be told without the right to read the lock file, or when that has been made
 * anew since. With true, mmf_dead_close() has to be called. */
bool mmf_dead_open(const mmf_store *store, uint64_t index, uint64_t sequence,
                   mmf_dead_writer *ret_writer);
void mmf_dead_close(mmf_dead_writer *writer);

/* Whether the record had been torn before that writer came, which was about to replace it: there is
 * nothing to go back to. Only told where there are checksums. */
bool mmf_dead_is_torn(const mmf_store *store, const mmf_dead_writer *writer,
                      const unsigned char *record);

/* `size` bytes at `offset` of the record, as they were. */
bool mmf_dead_copy(const mmf_dead_writer *writer, const unsigned char *record, uint32_t offset,
                   uint32_t size, void *ret_bytes);

/* Whether what has been copied so far is one consistent record. */
bool mmf_dead_is_valid(const mmf_dead_writer *writer, const unsigned char *record);

#endif
