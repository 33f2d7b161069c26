#include "runtime/attach.h"

#include <errno.h>
#include <string.h>

#include "runtime/recovery.h"
#include "runtime/repair.h"
#include "runtime/seqlock.h"
#include "runtime/store_create.h"
#include "runtime/system.h"
#include "runtime/threads.h"
#include "runtime/wait.h"

/* Whoever has the store open for writing, with whatever lock file, holds a byte of the store. When
 * nobody holds a slot of ours but somebody that byte, PATH.lock has been replaced under them. One
 * who is just dying may give up the one a little earlier than the other. */
static mmf_status check_lock_file(mmf_store_state *state, const mmf_options *options)
{
    mmf_wait wait = {0, 0};
    bool locked = false;
    int failure;

    do {
        failure = mmf_sys_bytes_locked(state->region.fd, MMF_STORE_BYTE_WRITERS, 1, &locked);
    } while (failure == 0 && locked && state->writers.was_alone &&
             mmf_wait_round(&wait, state->timeout_ns));
    if (failure == 0 && locked && state->writers.was_alone) {
        return mmf_error_set(options->error, MMF_E_LOCKED,
                             "%s: is in use with another lock file: PATH.lock was deleted or "
                             "replaced under its writers",
                             state->path);
    }
    if (failure == 0) {
        failure = mmf_sys_lock_byte_shared(state->region.fd, MMF_STORE_BYTE_WRITERS);
    }
    return failure == 0 ? MMF_OK
                        : mmf_store_system_error(options, failure, "cannot lock", state->path);
}

/* What has to be done before anybody writes: after the machine stopped, look at all records; after
 * a writer died, at the slots. */
static mmf_status recover(mmf_store_state *state, const mmf_options *options)
{
    const mmf_header *header = mmf_store_header_2(&state->store);
    bool stopped =
        header ? mmf_store_needs_repair(header, state->boot_id) : state->writers.died_before_boot;

    if (!state->writers.was_alone || !stopped) {
        mmf_status status = state->writers.is_stale ? MMF_OK : mmf_recovery_of_all(state);

        return status == MMF_OK
                   ? status
                   : mmf_error_set_system(options->error, status, errno,
                                          "%s: cannot look at what dead writers left", state->path);
    }
    if ((options->flags & MMF_REFUSE_DIRTY) != 0) {
        return mmf_error_set(options->error, MMF_E_DIRTY,
                             "%s: the machine stopped while the store was in use, and "
                             "MMF_REFUSE_DIRTY asks for a check of it first",
                             state->path);
    }
    if (mmf_repair_after_boot(state) != MMF_OK) {
        return mmf_error_set_system(options->error, MMF_E_SYSTEM, errno,
                                    "%s: cannot write what was repaired", state->path);
    }
    return MMF_OK;
}

/* Notes in the header that somebody writes, and waits until that is on the disk: otherwise the disk
 * could have changed records under a header that says clean. In format 1 there is no place for
 * that; but a stale capacity is set right, unless somebody has just done so. */
static mmf_status note_attached(mmf_store_state *state, const mmf_options *options)
{
    mmf_store *store = &state->store;
    mmf_header *header = mmf_store_header_2(store);
    mmf_lock_header *file = state->writers.file;
    bool knows_lock;
    uint32_t bits;

    if (!header) {
        uint64_t stale = state->info.header_capacity;

        if (state->info.capacity_is_stale) {
            (void)mmf_cas_release(&mmf_store_header(store)->capacity, &stale, state->info.capacity);
        }
        return MMF_OK;
    }
    bits = mmf_load_relaxed(&header->state);
    knows_lock = memcmp(header->lock_id, file->lock_id, sizeof header->lock_id) == 0;
    if ((bits & MMF_STATE_DIRTY) != 0 && state->writers.was_alone && !knows_lock &&
        memcmp(header->boot_id, file->boot_id, sizeof header->boot_id) == 0) {
        bits |= MMF_STATE_WRITER_DIED; /* and the lock file with its undo images is gone */
    }
    memcpy(header->lock_id, file->lock_id, sizeof header->lock_id);
    memcpy(header->boot_id, file->boot_id, sizeof header->boot_id);
    mmf_store_release(&header->state, bits | MMF_STATE_DIRTY);
    if ((bits & MMF_STATE_DIRTY) != 0 &&
        ((knows_lock && file->dirty_is_durable) || !state->syncs_at_close)) {
        return MMF_OK;
    }
    if (mmf_region_sync(&state->region, 0, sizeof *header) != MMF_OK) {
        return mmf_error_set_system(options->error, MMF_E_SYSTEM, errno,
                                    "%s: cannot write the header", state->path);
    }
    file->dirty_is_durable = 1;
    return MMF_OK;
}

/* From here on the fast paths of the one writer may be taken. */
static void enable_writing(mmf_store_state *state)
{
    mmf_store *store = &state->store;
    const mmf_writers *writers = &state->writers;

    store->slot = writers->slot;
    store->tag = mmf_sequence_tag(writers->slot);
    store->writer = mmf_writers_entry(writers, writers->slot);
    store->undo = mmf_writers_undo(writers, writers->slot);
    store->undo_range = state->info.format == MMF_FORMAT_1 ? UINT64_MAX : 0;
    if (store->mode == MMF_MODE_ONE_WRITER) {
        mmf_store_release(&store->writer->odd, state->info.format == MMF_FORMAT_1 ? 0 : store->tag);
        store->append_limit =
            state->info.capacity < state->record_limit ? state->info.capacity : state->record_limit;
    }
}

mmf_status mmf_store_attach(mmf_store_state *state, const mmf_options *options)
{
    mmf_status status = check_lock_file(state, options);

    if (status == MMF_OK) {
        status = recover(state, options);
    }
    if (status == MMF_OK) {
        status = mmf_writers_renew(&state->writers, state->boot_id, state->info.record_size,
                                   options->error);
    }
    if (status == MMF_OK) {
        status = mmf_writers_enter(&state->writers, state->writers.slot);
        if (status != MMF_OK) {
            return mmf_error_set_system(options->error, status, errno,
                                        "%s: no block for an undo image", state->path);
        }
        status = note_attached(state, options);
    }
    if (status == MMF_OK) {
        state->writers.slot_is_idle = state->store.mode == MMF_MODE_MANY_WRITERS;
        status = mmf_threads_add(state);
        if (status != MMF_OK) {
            return mmf_error_set_system(options->error, status, errno,
                                        "%s: no thread-specific data can be had", state->path);
        }
    }
    if (status == MMF_OK) {
        state->is_attached = true;
        enable_writing(state);
        mmf_writers_attached(&state->writers);
    }
    return status;
}
