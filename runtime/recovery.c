#include "runtime/recovery.h"

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
    (void)record;
    (void)offset;
    (void)size;
#endif
    return true;
}

/* The record that the writer entered last, if there is one of that index. A slot that has been used
 * has an image; a damaged lock file may say so without having one. */
static unsigned char *record_of(mmf_store_state *state, uint32_t slot)
{
    const mmf_writers *writers = &state->writers;
    uint64_t stride = writers->file->undo_stride;
    uint64_t index;

    if (mmf_sys_allocate(writers->fd, mmf_undo_offset(stride, slot), stride) != 0) {
        return NULL;
    }
    index = mmf_load_relaxed(mmf_record_counter(mmf_writers_undo(writers, slot)));
    return mmf_store_refresh(&state->store, index)
               ? state->store.records + index * state->info.record_size
               : NULL;
}

void mmf_recovery_restore(mmf_store_state *state, uint32_t slot)
{
    const mmf_writer_slot *entry = mmf_writers_entry(&state->writers, slot);
    uint64_t odd = mmf_load_relaxed(&entry->odd);
    uint64_t undo = mmf_load_acquire(&entry->undo);
    unsigned char *record = odd != 0 ? record_of(state, slot) : NULL;
    uint64_t seen = record ? mmf_load_acquire(mmf_record_counter(record)) : 0;
    uint64_t next = mmf_sequence_leave(seen);

    if (!mmf_writer_is_inside(seen, slot, odd) ||
        (undo != 0 && !restore_bytes(state, slot, record, undo))) {
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

bool mmf_recovery_of_owner(mmf_store_state *state, uint32_t slot)
{
    mmf_writers *writers = &state->writers;
    bool held;

    (void)pthread_mutex_lock(&writers->mutex);
    held = mmf_writers_hold_dead(writers, slot);
    if (held) {
        mmf_recovery_restore(state, slot);
        mmf_writers_forget(writers, slot);
        mmf_writers_let_go(writers, slot);
    }
    (void)pthread_mutex_unlock(&writers->mutex);
    return held;
}

void mmf_recovery_of_all(mmf_store_state *state)
{
    mmf_writers *writers = &state->writers;

    (void)pthread_mutex_lock(&writers->mutex);
    for (uint32_t slot = 1; slot < MMF_WRITER_SLOTS; slot++) {
        if (mmf_load_relaxed(&mmf_writers_entry(writers, slot)->process_id) == 0) {
            continue;
        }
        if (mmf_writers_is_own(writers, slot)) {
            mmf_recovery_restore(state, slot);
        } else if (mmf_writers_hold_dead(writers, slot)) {
            mmf_recovery_restore(state, slot);
            mmf_writers_forget(writers, slot);
            mmf_writers_let_go(writers, slot);
        }
    }
    (void)pthread_mutex_unlock(&writers->mutex);
}
