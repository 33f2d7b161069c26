/* Appending beside the fast path of one writer, and growing the file. */
#include "runtime/append.h"

#include <errno.h>

#include "runtime/checksum.h"
#include "runtime/probe.h"
#include "runtime/store_state.h"
#include "runtime/threads.h"

/* --- How far to grow ------------------------------------------------------------------------- */

#define GROWTH_MIN_BYTES (64u << 10)
#define GROWTH_MAX_BYTES (64u << 20)

/* Format 2 grows by a quarter, format 1 doubles as the Go library does; neither in steps so large
 * that a nearly full disk is filled for nothing. */
static uint64_t growth_step(const mmf_header_info *info, uint64_t capacity)
{
    uint64_t most = GROWTH_MAX_BYTES / info->record_size + 1;
    uint64_t least = info->format == MMF_FORMAT_1 ? 1 : GROWTH_MIN_BYTES / info->record_size + 1;
    uint64_t step = info->format == MMF_FORMAT_1 ? capacity : capacity / 4;

    step = step > most ? most : step;
    return step < least ? least : step;
}

static uint64_t file_size_for(const mmf_header_info *info, uint64_t capacity)
{
    uint64_t size = info->data_offset + capacity * info->record_size;

    return (size + MMF_PAGE_SIZE - 1) / MMF_PAGE_SIZE * MMF_PAGE_SIZE;
}

/* --- Growing --------------------------------------------------------------------------------- */

/* Publishes that records up to `capacity` have blocks. */
static void publish_capacity(mmf_store *store, uint64_t capacity)
{
    mmf_store_state *state = store->state;
    uint64_t *published = &mmf_store_header(store)->capacity;

    if (capacity > mmf_load_relaxed(published)) {
        mmf_store_release(published, capacity);
    }
    if (store->mode == MMF_MODE_ONE_WRITER) {
        store->append_limit = capacity < state->record_limit ? capacity : state->record_limit;
    }
}

/* Gives `capacity` records blocks. *ret_size: of the file, which is never cut. */
static mmf_status allocate_records(mmf_store *store, uint64_t usable, uint64_t capacity,
                                   uint64_t old_size, uint64_t *ret_size)
{
    const mmf_header_info *info = &store->state->info;
    uint64_t size = file_size_for(info, capacity);
    mmf_status status;

    size = size > old_size ? size : old_size;
    status = mmf_region_grow(&store->state->region, info->data_offset + usable * info->record_size,
                             old_size, size);
    if (status == MMF_OK) {
        *ret_size = size;
    }
    return status;
}

/* Grows the file so that it holds `capacity` records instead of `usable`: more where that can be
 * had, since growing costs a system call; and on a nearly full disk still half of what there is, as
 * each attempt that fails costs more than one that does not. */
static mmf_status grow_file(mmf_store *store, uint64_t usable, uint64_t capacity, uint64_t old_size)
{
    mmf_store_state *state = store->state;
    const mmf_header_info *info = &state->info;
    uint64_t target = usable + growth_step(info, usable);
    uint64_t new_size = 0;
    uint64_t fit;
    mmf_status status;

    target = target > capacity ? target : capacity;
    target = target < state->record_limit ? target : state->record_limit;
    mmf_probe_grow((uintptr_t)store, usable, capacity);
    status = allocate_records(store, usable, target, old_size, &new_size);
    while (status == MMF_E_NO_SPACE && target > capacity) {
        target = capacity + (target - capacity) / 2;
        status = allocate_records(store, usable, target, old_size, &new_size);
    }
    if (status != MMF_OK) {
        mmf_probe_grown((uintptr_t)store, usable, 0, 0, status);
        return status;
    }
    fit = (new_size - info->data_offset) / info->record_size;
    mmf_store_release(&state->file_records, fit);
    target = info->format == MMF_FORMAT_1 ? target : fit;
    publish_capacity(store, target);
    mmf_probe_grown((uintptr_t)store, usable, target, new_size, MMF_OK);
    return MMF_OK;
}

mmf_status mmf_store_grow(mmf_store *store, uint64_t capacity)
{
    mmf_store_state *state = store->state;
    const mmf_header_info *info = &state->info;
    uint64_t usable = mmf_store_capacity(store);
    uint64_t size = 0;
    uint64_t fit;
    mmf_status status;

    if (capacity > state->record_limit) {
        return MMF_E_LIMIT;
    }
    fit = mmf_load_acquire(&state->file_records);
    if (capacity <= usable && capacity <= fit) {
        publish_capacity(store, usable < fit ? usable : fit);
        return MMF_OK;
    }
    status = mmf_region_file_size(&state->region, &size);
    if (status != MMF_OK) {
        return status;
    }
    fit = size < info->data_offset ? 0 : (size - info->data_offset) / info->record_size;
    mmf_store_release(&state->file_records, fit);
    if (fit < mmf_load_relaxed(store->record_count)) {
        return MMF_E_TRUNCATED; /* growing it again would make zeros of the records that are gone */
    }
    if (capacity <= usable && capacity <= fit) {
        publish_capacity(store, usable < fit ? usable : fit);
        return MMF_OK;
    }
    return grow_file(store, usable < fit ? usable : fit, capacity, size);
}

/* --- Appending ------------------------------------------------------------------------------- */

/* What the holder of the append right does: finds the place and makes room. */
static mmf_status place_records(mmf_store *store, uint64_t count, mmf_append_section *ret_section)
{
    uint64_t index = mmf_load_acquire(store->record_count);
    mmf_status status;

    if (mmf_store_is_cut(store)) {
        return MMF_E_TRUNCATED; /* and the index came from a page that is gone */
    }
    if (count > UINT64_MAX - index) {
        return MMF_E_LIMIT;
    }
    status = mmf_store_grow(store, index + count);
    if (status == MMF_OK) {
        ret_section->index = index;
        ret_section->record = store->records + index * store->type->record_size;
    }
    return status;
}

/* With one writer the right is the handle's for good: word 0. */
static mmf_status take_append_right(mmf_store *store, uint64_t *ret_word)
{
    mmf_store_state *state = store->state;
    mmf_thread_writer writer;
    mmf_status status = mmf_store_may_write(store);

    if (status != MMF_OK) {
        return status;
    }
    if (store->mode == MMF_MODE_ONE_WRITER) {
        *ret_word = 0;
        return MMF_OK;
    }
    status = mmf_thread_writer_of(state, &writer);
    return status == MMF_OK
               ? mmf_writers_take_right(&state->writers, &state->writers.file->append_right,
                                        writer.slot, state->timeout_ns, ret_word)
               : status;
}

static void give_append_right(mmf_store *store, uint64_t word)
{
    if (store->mode == MMF_MODE_MANY_WRITERS) {
        int saved_errno = errno;

        mmf_writers_give_right(&store->state->writers.file->append_right, word);
        errno = saved_errno;
    }
}

mmf_status mmf_append_begin_slow(mmf_store *store, uint64_t count, mmf_append_section *ret_section)
{
    uint64_t word = 0;
    mmf_status status = take_append_right(store, &word);

    if (status != MMF_OK) {
        return status;
    }
    status = place_records(store, count, ret_section);
    if (status != MMF_OK) {
        give_append_right(store, word);
        return status;
    }
    store->state->append_word = word;
#ifdef MMF_MUTANT_COUNT_FIRST
    mmf_store_release(store->record_count, ret_section->index + count);
#endif
    return MMF_OK;
}

mmf_status mmf_append_end_slow(mmf_store *store, uint64_t new_record_count)
{
    uint64_t word = store->state->append_word;

    if (!mmf_store_is_cut(store)) {
        mmf_store_release(store->record_count, new_record_count);
    }
    give_append_right(store, word);
    mmf_notify(store);
    return mmf_store_is_cut(store) ? MMF_E_TRUNCATED : MMF_OK;
}

void mmf_append_seal(mmf_store *store, unsigned char *record)
{
    if (store->state->info.checksum_offset != 0) {
        mmf_checksum_seal(&store->state->info, record);
    }
}

mmf_status mmf_append_zero(mmf_store *store, uint64_t *ret_index)
{
    mmf_append_section section = {NULL, 0};
    mmf_status status = mmf_append_begin(store, 1, &section);

    if (status != MMF_OK) {
        return status;
    }
    /* A writer that died in the middle of an append may have left bytes here. */
    mmf_bytes_zero(mmf_append_record_begin(section.record), store->type->payload_size);
    mmf_append_seal(store, section.record);
    status = mmf_append_end(store, &section, 1);
    if (status == MMF_OK && ret_index) {
        *ret_index = section.index;
    }
    return status;
}

mmf_status mmf_store_reserve(mmf_store *store, uint64_t capacity)
{
    uint64_t word = 0;
    mmf_status status = take_append_right(store, &word);

    if (status != MMF_OK) {
        return status;
    }
    if (capacity > mmf_store_capacity(store)) {
        status = mmf_store_grow(store, capacity);
    }
    give_append_right(store, word);
    return status;
}
