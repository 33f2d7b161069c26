/* A store handle: what it knows, syncing and closing. */
#include "runtime/store.h"

#include <errno.h>
#include <stdlib.h>

#include "runtime/atomic.h"
#include "runtime/store_state.h"
#include "runtime/system.h"

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
    if (store->mode == MMF_MODE_ONE_WRITER) {
        mmf_store_relaxed(&store->settable, mmf_load_relaxed(&store->visible));
    }
}

/* The count is believed as far as the file and the mapping go. */
bool mmf_store_refresh(const mmf_store *store, uint64_t index)
{
    mmf_store_state *state = store->state;
    uint64_t count = mmf_load_acquire(store->record_count);
    uint64_t file_records;

    if (count > mmf_load_acquire(&state->file_records) && mmf_store_measure(store) != MMF_OK) {
        return false;
    }
    file_records = mmf_load_acquire(&state->file_records);
    count = count < file_records ? count : file_records;
    count = count < state->record_limit ? count : state->record_limit;
    raise_visible(&state->store, count);
    return index < count;
}

uint64_t mmf_store_len(const mmf_store *store)
{
    (void)mmf_store_refresh(store, 0);
    return mmf_load_acquire(&store->visible);
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

mmf_status mmf_store_sync(mmf_store *store)
{
    mmf_store_state *state = store->state;
    uint64_t count;
    uint64_t *right;
    uint64_t word = 0;
    mmf_status status;

    if (store->mode == MMF_MODE_READ_ONLY) {
        return MMF_E_READONLY;
    }
    count = mmf_store_len(store);
    status = mmf_region_sync(&state->region, 0,
                             state->info.data_offset + count * state->info.record_size);
    if (status != MMF_OK || state->info.format == MMF_FORMAT_1) {
        return status;
    }
    right = &state->writers.file->sync_right;
    status = mmf_writers_take_right(&state->writers, right, state->timeout_ns, &word);
    if (status == MMF_OK) {
        status = write_durable_slot(store, count);
        mmf_writers_give_right(right, word);
    }
    return status;
}

mmf_status mmf_store_sync_range(mmf_store *store, uint64_t first, uint64_t count)
{
    const mmf_header_info *info = &store->state->info;
    uint64_t len;

    if (store->mode == MMF_MODE_READ_ONLY) {
        return MMF_E_READONLY;
    }
    len = mmf_store_len(store);
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

/* The last writing handle to go takes the dirty bit away, unless one of the others died. */
static mmf_status note_left(mmf_store_state *state)
{
    mmf_header *header = mmf_store_header_2(&state->store);
    bool last = false;
    mmf_status status = mmf_writers_leave(&state->writers, state->timeout_ns, &last);

    if (status == MMF_OK && last && header) {
        uint32_t bits = mmf_load_relaxed(&header->state) & ~MMF_STATE_DIRTY;

        if (mmf_writers_any_died(&state->writers)) {
            bits |= MMF_STATE_WRITER_DIED;
        }
        mmf_store_release(&header->state, bits);
    }
    return status;
}

mmf_status mmf_store_close(mmf_store *store)
{
    mmf_store_state *state;
    mmf_status status = MMF_OK;

    if (!store) {
        return MMF_OK;
    }
    state = store->state;
    if (state->is_attached) {
        status = note_left(state);
    }
    mmf_region_close(&state->region);
    mmf_writers_detach(&state->writers);
    free(state->path);
    free(state);
    return status == MMF_OK ? MMF_OK : MMF_E_SYSTEM;
}
