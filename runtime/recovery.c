#include "runtime/recovery.h"

#include <errno.h>

#include "runtime/checksum.h"
#include "runtime/copy.h"
#include "runtime/notify.h"
#include "runtime/probe.h"
#include "runtime/region.h"
#include "runtime/seqlock.h"
#include "runtime/system.h"
#include "runtime/threads.h"

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

/* The record that a writer entered last; NULL: there is none of that index. */
typedef struct entered_record {
    unsigned char *record;
    mmf_region_part part; /* where it lies beyond this handle's reservation; else base is NULL */
} entered_record;

static mmf_status map_record(const mmf_store_state *state, uint64_t index,
                             entered_record *ret_entered)
{
    const mmf_header_info *info = &state->info;
    mmf_status status =
        mmf_region_map_part(&state->region, info->data_offset + index * info->record_size,
                            info->record_size, &ret_entered->part);

    ret_entered->record = status == MMF_OK ? ret_entered->part.bytes : NULL;
    return status;
}

/* A slot that has been used has an image; a damaged lock file may say so without having one. */
static mmf_status find_record(mmf_store_state *state, uint32_t slot, entered_record *ret_entered)
{
    const mmf_writers *writers = &state->writers;
    uint64_t stride = writers->undo_stride;
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
    if (index >= mmf_load_acquire(state->store.record_count) ||
        index >= mmf_load_acquire(&state->file_records)) {
        return MMF_OK;
    }
    if (index >= state->record_limit) {
        return map_record(state, index, ret_entered);
    }
    ret_entered->record = state->store.records + index * state->info.record_size;
    return MMF_OK;
}

/* For a slot whose entry explains why the record is odd. */
static void restore_record(mmf_store_state *state, uint32_t slot, unsigned char *record,
                           uint64_t seen, uint64_t undo)
{
    uint64_t next = mmf_sequence_leave(seen);
    mmf_probe_recovery how = undo != 0 ? MMF_RECOVERED_UNDONE : MMF_RECOVERED_COMPLETED;

    if (undo != 0 && !restore_bytes(state, slot, record, undo)) {
        return;
    }
    if (state->info.checksum_offset != 0) {
        if (undo != 0) {
            mmf_checksum_seal(&state->info, record);
        } else if (!mmf_checksum_is_right(&state->info, record)) {
            next |= MMF_SEQUENCE_TORN; /* it was torn before that writer came */
            how = MMF_RECOVERED_TORN;
        }
    }
    mmf_store_release(mmf_record_counter(record), next);
    (void)mmf_add_relaxed(&state->writers.file->recovered, 1);
    mmf_probe_recover((uintptr_t)state,
                      mmf_load_relaxed(mmf_record_counter(mmf_writers_undo(&state->writers, slot))),
                      slot, how);
    mmf_notify(&state->store);
}

mmf_status mmf_recovery_restore(mmf_store_state *state, uint32_t slot)
{
    const mmf_writer_slot *entry = mmf_writers_entry(&state->writers, slot);
    uint64_t odd = mmf_load_relaxed(&entry->odd);
    uint64_t undo = mmf_load_acquire(&entry->undo);
    entered_record entered = {NULL, {NULL, NULL, 0}};
    mmf_status status = odd != 0 ? find_record(state, slot, &entered) : MMF_OK;

    if (status == MMF_OK && entered.record) {
        uint64_t seen = mmf_load_acquire(mmf_record_counter(entered.record));

        if (mmf_writer_is_inside(seen, slot, odd)) {
            restore_record(state, slot, entered.record, seen, undo);
        }
    }
    mmf_region_unmap_part(&entered.part);
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
    int cancel = mmf_threads_hold_cancel();
    bool done;

    (void)pthread_mutex_lock(&writers->mutex);
    done = mmf_writers_hold_dead(writers, slot) && restore_and_let_go(state, slot) == MMF_OK;
    (void)pthread_mutex_unlock(&writers->mutex);
    mmf_threads_let_cancel(cancel);
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
