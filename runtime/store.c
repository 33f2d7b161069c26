/* A store handle: what it knows, syncing and closing. */
#include "runtime/store.h"

#include <errno.h>
#include <stdlib.h>

#include "runtime/atomic.h"
#include "runtime/guard.h"
#include "runtime/probe.h"
#include "runtime/recovery.h"
#include "runtime/store_state.h"
#include "runtime/system.h"
#include "runtime/threads.h"

mmf_status mmf_store_measure(const mmf_store *store)
{
    mmf_store_state *state = store->state;
    uint64_t size = 0;
    mmf_status status = mmf_region_file_size(&state->region, &size);

    if (status == MMF_OK && size >= state->info.data_offset) {
        mmf_store_release(&state->file_records,
                          (size - state->info.data_offset) / state->info.record_size);
    }
    return status;
}

/* Raises what the handle takes for sure; another thread may have raised it further. */
static void raise_visible(mmf_store *store, uint64_t count)
{
    uint64_t seen = mmf_load_relaxed(&store->visible);

    while (count > seen && !mmf_cas_release(&store->visible, &seen, count)) {
    }
    if (store->mode == MMF_MODE_ONE_WRITER && !store->is_careful) {
        mmf_store_relaxed(&store->settable, mmf_load_relaxed(&store->visible));
    }
}

/* A store whose last writers were stopped with the machine, and that nobody has repaired, has its
 * durable records only. */
static uint64_t readable_count(const mmf_store_state *state)
{
    const mmf_header *header = mmf_store_header_2(&state->store);

    if (!header || state->writers.fd >= 0 || !mmf_store_needs_repair(header, state->boot_id)) {
        return UINT64_MAX;
    }
    return mmf_store_durable_count(header);
}

/* What a reader is shown before the repair may be torn. Where checksums can tell, no record is
 * taken for known, so that each reading goes the long way and looks: see runtime/record.c. */
static void show(mmf_store_state *state, uint64_t count, bool is_unrepaired)
{
    bool is_checked = is_unrepaired && state->info.checksum_offset != 0;

    mmf_store_release(&state->checked_count, is_checked ? count : 0);
    if (!is_checked) {
        raise_visible(&state->store, count);
    }
}

/* The count is believed as far as the file and the mapping go. */
bool mmf_store_refresh(const mmf_store *store, uint64_t index)
{
    mmf_store_state *state = store->state;
    uint64_t count = mmf_load_acquire(store->record_count);
    uint64_t readable = readable_count(state);
    uint64_t file_records;

    if (count > mmf_load_acquire(&state->file_records) && mmf_store_measure(store) != MMF_OK) {
        return false;
    }
    file_records = mmf_load_acquire(&state->file_records);
    count = count < file_records ? count : file_records;
    count = count < state->record_limit ? count : state->record_limit;
    count = count < readable ? count : readable;
    if (mmf_store_is_cut(store)) {
        return false;
    }
    show(state, count, readable != UINT64_MAX);
    return index < count;
}

uint64_t mmf_store_len(const mmf_store *store)
{
    uint64_t checked;

    (void)mmf_store_refresh(store, 0);
    checked = mmf_load_acquire(&store->state->checked_count);
    return checked > 0 ? checked : mmf_load_acquire(&store->visible);
}

/* In format 1 the header's capacity is what the Go library knew at some time: it is believed when
 * it fits between the records and the file. */
uint64_t mmf_store_capacity(const mmf_store *store)
{
    mmf_store_state *state = store->state;
    uint64_t capacity = mmf_load_acquire(&mmf_store_header(store)->capacity);
    uint64_t fit;

    if (state->info.format != MMF_FORMAT_1) {
        return capacity;
    }
    if (mmf_store_measure(store) != MMF_OK) {
        return capacity;
    }
    fit = mmf_load_acquire(&state->file_records);
    return capacity > fit || capacity < mmf_load_acquire(store->record_count) ? fit : capacity;
}

const char *mmf_store_path(const mmf_store *store)
{
    return store->state->path;
}

uint32_t mmf_store_format(const mmf_store *store)
{
    return store->state->info.format;
}

/* --- Syncing --------------------------------------------------------------------------------- */

/* Writes the older of the two durable slots, after the records it speaks of are on the disk. A
 * sync that began earlier and counted fewer does not take back what a later one has noted. */
static mmf_status write_durable_slot(mmf_store *store, uint64_t record_count)
{
    mmf_header *header = mmf_store_header_2(store);
    const mmf_durable_slot *newest =
        mmf_durable_slot_newest(&header->durable_0, &header->durable_1);
    mmf_durable_slot *slot = newest == &header->durable_0 ? &header->durable_1 : &header->durable_0;
    mmf_durable_slot value = {
        .generation = newest ? newest->generation + 1 : 1,
        .record_count =
            newest && newest->record_count > record_count ? newest->record_count : record_count,
        .epoch = newest ? newest->epoch : 0,
        .time_ns = mmf_sys_wall_clock_ns(),
    };

    value.crc = mmf_durable_slot_crc(&value);
    *slot = value;
    return mmf_region_sync(&store->state->region, 0, sizeof *header);
}

/* What is no longer in the file is not on the disk, whatever msync(2) says. */
static mmf_status check_is_there(const mmf_store *store, uint64_t count)
{
    mmf_status status = mmf_store_measure(store);

    if (status != MMF_OK) {
        return status;
    }
    return mmf_store_is_cut(store) || mmf_load_acquire(&store->state->file_records) < count
               ? MMF_E_TRUNCATED
               : MMF_OK;
}

/* Everything but the check of the handle. */
static mmf_status sync_all(mmf_store *store, uint32_t slot)
{
    mmf_store_state *state = store->state;
    uint64_t count;
    uint64_t *right;
    int cancel;
    uint64_t word = 0;
    mmf_status status = mmf_store_measure(store); /* or the count might be an older one */

    if (status != MMF_OK) {
        return status;
    }
    count = mmf_load_acquire(store->record_count); /* also what this handle has not mapped */
    if (count > mmf_load_acquire(&state->file_records)) {
        return MMF_E_TRUNCATED;
    }
    status = mmf_region_sync(&state->region, 0,
                             state->info.data_offset + count * state->info.record_size);
    if (status == MMF_OK) {
        status = check_is_there(store, count);
    }
    if (status != MMF_OK || state->info.format == MMF_FORMAT_1) {
        return status;
    }
    right = &state->writers.file->sync_right;
    cancel = mmf_threads_hold_cancel(); /* one writer's right would not go with the thread */
    status = mmf_writers_take_right(&state->writers, right, slot, state->timeout_ns, &word);
    if (status == MMF_OK) {
        status = write_durable_slot(store, count);
        mmf_writers_give_right(right, word);
    }
    mmf_threads_let_cancel(cancel);
    return status;
}

mmf_status mmf_store_sync(mmf_store *store)
{
    mmf_thread_writer writer = {.slot = store->state->writers.slot};
    mmf_status status = mmf_store_may_write(store);

    if (status == MMF_OK && store->mode == MMF_MODE_MANY_WRITERS) {
        status = mmf_thread_writer_of(store->state, &writer);
    }
    return status == MMF_OK ? sync_all(store, writer.slot) : status;
}

mmf_status mmf_store_sync_range(mmf_store *store, uint64_t first, uint64_t count)
{
    const mmf_header_info *info = &store->state->info;
    uint64_t len = mmf_store_len(store);
    mmf_status status = mmf_store_may_write(store);

    if (status != MMF_OK) {
        return status;
    }
    if (first > len || count > len - first) {
        return MMF_E_INDEX;
    }
    if (count == 0) {
        return MMF_OK;
    }
    return mmf_region_sync(&store->state->region, info->data_offset + first * info->record_size,
                           count * info->record_size);
}

/* --- Closing --------------------------------------------------------------------------------- */

/* The last writing handle to go syncs, and takes the dirty bit away when what is on the disk is all
 * there is: so a clean store is one that a power cut cannot hurt. Syncing takes long, so others may
 * come meanwhile; who has come and gone since may have left something unsynced. */
static mmf_status sync_before_leaving(mmf_store_state *state, uint64_t *ret_arrivals)
{
    uint64_t arrivals = mmf_load_relaxed(&state->writers.file->arrivals);
    mmf_status status;

    *ret_arrivals = UINT64_MAX; /* not synced */
    if (!state->syncs_at_close || mmf_writers_has_others(&state->writers)) {
        return MMF_OK;
    }
    status = sync_all(&state->store, state->writers.slot);
    if (status == MMF_OK) {
        *ret_arrivals = arrivals;
    }
    return status;
}

/* That this reaches the disk some time later is soon enough: until then the disk says dirty, and
 * holds everything. */
static void note_clean(mmf_store_state *state)
{
    mmf_header *header = mmf_store_header_2(&state->store);

    if (header) {
        state->writers.file->dirty_is_durable = 0;
        mmf_store_release(&header->state, mmf_load_relaxed(&header->state) & ~MMF_STATE_DIRTY);
    }
}

static mmf_status leave(mmf_store_state *state)
{
    uint64_t arrivals = 0;
    bool last = false;
    mmf_status status = sync_before_leaving(state, &arrivals);
    mmf_status recovered;
    uint64_t mended;
    int saved_errno = errno;
    mmf_status left = mmf_writers_leave(&state->writers, state->timeout_ns, &last);

    if (left != MMF_OK) {
        return left;
    }
    mended = mmf_load_relaxed(&state->writers.file->recovered);
    recovered = mmf_recovery_of_all(state); /* and of this handle's own slots, soon forgotten */
    mended = mmf_load_relaxed(&state->writers.file->recovered) - mended;
    if (status != MMF_OK) {
        errno = saved_errno;
    }
    if (recovered != MMF_OK) {
        return status != MMF_OK ? status : recovered; /* the slots stay, and the dirty bit */
    }
    if (last && status == MMF_OK && state->syncs_at_close) {
        if (mended != 0 || arrivals != mmf_load_relaxed(&state->writers.file->arrivals)) {
            status = sync_all(&state->store, state->writers.slot);
        }
        if (status == MMF_OK) {
            note_clean(state);
        }
    }
    mmf_writers_clear_own(&state->writers);
    return status;
}

mmf_status mmf_store_release_state(mmf_store_state *state)
{
    mmf_status status = MMF_OK;
    int saved_errno;

    mmf_threads_remove(state);
    if (state->is_attached) {
        status = leave(state);
    }
    saved_errno = errno;
    mmf_guard_remove(state);
    mmf_region_close(&state->region);
    mmf_writers_detach(&state->writers);
    free(state->path);
    free(state);
    errno = saved_errno;
    return status == MMF_OK ? MMF_OK : MMF_E_SYSTEM;
}

mmf_status mmf_store_close(mmf_store *store)
{
    uintptr_t handle = (uintptr_t)store;
    mmf_status status;
    int cancel;

    if (!store) {
        return MMF_OK;
    }
    mmf_probe_close(handle, store->state->path);
    cancel = mmf_threads_hold_cancel();
    mmf_threads_hold_fork();
    status = mmf_store_release_state(store->state);
    mmf_threads_let_fork();
    mmf_probe_closed(handle, status);
    mmf_threads_let_cancel(cancel);
    return status;
}
