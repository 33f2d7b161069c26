#include "runtime/recovery.h"

#include <errno.h>

#include "runtime/checksum.h"
#include "runtime/copy.h"
#include "runtime/notify.h"
#include "runtime/seqlock.h"
#include "runtime/system.h"

/* Copies the image back. Numbers from the lock file are not believed: false when they cannot be. */
static bool restore_bytes(mmf_store_state *state, uint32_t slot, unsigned char *record,
                          uint64_t undo)
{
    const mmf_writers *writers = &state->writers;
    uint32_t offset = (uint32_t)undo;
    uint32_t size = (uint32_t)(undo >> 32);

    if (!mmf_undo_is_sane(undo, state->info.record_size)) {
        return false;
    }
#ifndef MMF_MUTANT_NO_RESTORE
    mmf_words_copy(record + offset, mmf_writers_undo(writers, slot) + offset, size);
#else
    (void)writers;
    (void)slot;
    (void)record;
    (void)offset;
    (void)size;
#endif
    return true;
}

/* The record that the writer entered last; NULL: there is none of that index. A slot that has been
 * used has an image; a damaged lock file may say so without having one. */
static mmf_status record_of(mmf_store_state *state, uint32_t slot, unsigned char **ret_record)
{
    const mmf_writers *writers = &state->writers;
    uint64_t stride = writers->file->undo_stride;
    int failure = mmf_sys_allocate(writers->fd, mmf_undo_offset(stride, slot), stride);
    uint64_t index;
    mmf_status status;

    if (failure != 0) {
        errno = failure;
        return mmf_status_of_errno(failure);
    }
    status = mmf_store_measure(&state->store);
    if (status != MMF_OK) {
        return status;
    }
    index = mmf_load_relaxed(mmf_record_counter(mmf_writers_undo(writers, slot)));
    *ret_record = mmf_store_refresh(&state->store, index)
                      ? state->store.records + index * state->info.record_size
                      : NULL;
    return MMF_OK;
}

/* For a slot whose entry explains why the record is odd. */
static void restore_record(mmf_store_state *state, uint32_t slot, unsigned char *record,
                           uint64_t seen, uint64_t undo)
{
    uint64_t next = mmf_sequence_leave(seen);

    if (undo != 0 && !restore_bytes(state, slot, record, undo)) {
        return;
    }
    if (state->info.checksum_offset != 0) {
        if (undo != 0) {
            mmf_checksum_seal(&state->info, record);
        } else if (!mmf_checksum_is_right(&state->info, record)) {
            next |= MMF_SEQUENCE_TORN; /* it was torn before that writer came */
        }
    }
    mmf_store_release(mmf_record_counter(record), next);
    (void)mmf_add_relaxed(&state->writers.file->recovered, 1);
    mmf_notify(&state->store);
}

mmf_status mmf_recovery_restore(mmf_store_state *state, uint32_t slot)
{
    const mmf_writer_slot *entry = mmf_writers_entry(&state->writers, slot);
    uint64_t odd = mmf_load_relaxed(&entry->odd);
    uint64_t undo = mmf_load_acquire(&entry->undo);
    unsigned char *record = NULL;
    mmf_status status = odd != 0 ? record_of(state, slot, &record) : MMF_OK;

    if (status == MMF_OK && record) {
        uint64_t seen = mmf_load_acquire(mmf_record_counter(record));

        if (mmf_writer_is_inside(seen, slot, odd)) {
            restore_record(state, slot, record, seen, undo);
        }
    }
    return status;
}

/* The same for a slot that was taken for that alone, and is given up. */
static mmf_status restore_and_let_go(mmf_store_state *state, uint32_t slot)
{
    mmf_status status = mmf_recovery_restore(state, slot);

    if (status == MMF_OK) {
        mmf_writers_forget(&state->writers, slot);
    }
    mmf_writers_let_go(&state->writers, slot);
    return status;
}

bool mmf_recovery_of_owner(mmf_store_state *state, uint32_t slot)
{
    mmf_writers *writers = &state->writers;
    bool done;

    (void)pthread_mutex_lock(&writers->mutex);
    done = mmf_writers_hold_dead(writers, slot) && restore_and_let_go(state, slot) == MMF_OK;
    (void)pthread_mutex_unlock(&writers->mutex);
    return done;
}

static mmf_status recover_slot(mmf_store_state *state, uint32_t slot)
{
    mmf_writers *writers = &state->writers;

    if (mmf_load_relaxed(&mmf_writers_entry(writers, slot)->process_id) == 0) {
        return MMF_OK;
    }
    if (mmf_writers_is_own(writers, slot)) {
        return mmf_recovery_restore(state, slot);
    }
    return mmf_writers_hold_dead(writers, slot) ? restore_and_let_go(state, slot) : MMF_OK;
}

mmf_status mmf_recovery_of_all(mmf_store_state *state)
{
    mmf_status status = MMF_OK;
    int first_errno = errno;

    (void)pthread_mutex_lock(&state->writers.mutex);
    for (uint32_t slot = 1; slot < MMF_WRITER_SLOTS; slot++) {
        mmf_status result = recover_slot(state, slot);

        if (status == MMF_OK && result != MMF_OK) {
            status = result;
            first_errno = errno;
        }
    }
    (void)pthread_mutex_unlock(&state->writers.mutex);
    errno = first_errno;
    return status;
}
