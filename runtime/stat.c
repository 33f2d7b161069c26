/* Who has a store open, and in what state it is. */
#include <stdlib.h>
#include <string.h>

#include "runtime/map.h"
#include "runtime/seqlock.h"
#include "runtime/store_state.h"
#include "runtime/system.h"

/* The lock file as this handle can see it: its own mapping, or a copy. */
typedef struct lock_view {
    int fd; /* to ask for locks */
    const mmf_lock_header *file;
    int own_fd; /* to be closed; -1 */
    mmf_lock_header *copy;
} lock_view;

static bool view_by_reading(const mmf_store_state *state, lock_view *ret_view)
{
    char *path = mmf_lock_path_of(state->path);
    mmf_lock_header *copy = malloc(sizeof *copy);
    size_t size = 0;
    int fd = -1;
    bool result = path && copy && mmf_sys_open(path, false, &fd) == 0 &&
                  mmf_sys_read_at(fd, 0, copy, sizeof *copy, &size) == 0 && size == sizeof *copy &&
                  memcmp(copy->magic, MMF_LOCK_MAGIC, sizeof copy->magic) == 0 &&
                  copy->version == MMF_LOCK_VERSION &&
                  memcmp(copy->boot_id, state->boot_id, sizeof copy->boot_id) == 0;

    free(path);
    if (!result) {
        free(copy);
        mmf_sys_close(fd);
        return false;
    }
    *ret_view = (lock_view){fd, copy, fd, copy};
    return true;
}

static bool is_inside(const mmf_store *store, const mmf_writer_info *row, uint64_t odd)
{
    const unsigned char *record;

    if (row->index >= mmf_load_acquire(&store->visible)) {
        return false; /* a lock file may say anything */
    }
    record = store->records + row->index * store->type->record_size;
    return mmf_writer_is_inside(mmf_load_acquire(mmf_record_counter(record)), row->slot, odd);
}

static void describe_writer(const mmf_store *store, const lock_view *view, uint32_t slot,
                            mmf_store_info *info)
{
    const mmf_writers *writers = &store->state->writers;
    const mmf_writer_slot *entry = &view->file->slots[slot];
    mmf_writer_info *row = &info->writers[info->writer_count];
    bool locked = true;
    size_t size;

    *row = (mmf_writer_info){
        .slot = slot,
        .process_id = mmf_load_relaxed(&entry->process_id),
        .thread_id = mmf_load_relaxed(&entry->thread_id),
        .claimed_ns = mmf_load_relaxed(&entry->claimed_ns),
    };
    if (row->process_id == 0) {
        return;
    }
    row->is_ours = writers->fd >= 0 && mmf_writers_is_own(writers, slot);
    (void)mmf_sys_bytes_locked(view->fd, MMF_LOCK_BYTE_SLOT + slot, 1, &locked);
    row->is_alive = row->is_ours || locked;
    (void)mmf_sys_read_at(view->fd, mmf_undo_offset(view->file->undo_stride, slot), &row->index,
                          sizeof row->index, &size);
    row->is_writing = is_inside(store, row, mmf_load_relaxed(&entry->odd));
    info->writer_count++;
}

static void describe_writers(const mmf_store *store, mmf_store_info *info)
{
    const mmf_writers *writers = &store->state->writers;
    lock_view view = {writers->fd, writers->file, -1, NULL};

    if (writers->fd < 0 && !view_by_reading(store->state, &view)) {
        return;
    }
    info->knows_writers = true;
    info->recovered = mmf_load_relaxed(&view.file->recovered);
    for (uint32_t slot = 1; slot < MMF_WRITER_SLOTS; slot++) {
        describe_writer(store, &view, slot, info);
    }
    mmf_sys_close(view.own_fd);
    free(view.copy);
}

static void describe_header(const mmf_store *store, mmf_store_info *info)
{
    const mmf_header *header = mmf_store_header_2(store);
    const mmf_durable_slot *newest;

    if (!header) {
        return;
    }
    info->state = mmf_load_acquire(&header->state);
    info->is_other_boot = memcmp(header->boot_id, store->state->boot_id, 16) != 0;
    info->count_before = mmf_load_relaxed(&header->count_before);
    newest = mmf_durable_slot_newest(&header->durable_0, &header->durable_1);
    if (newest) {
        info->durable_count = newest->record_count;
        info->durable_ns = newest->time_ns;
    }
}

mmf_status mmf_store_stat(const mmf_store *store, mmf_store_info *ret_info)
{
    mmf_store_info *info = ret_info;
    uint64_t size = 0;
    mmf_status status = mmf_region_file_size(&store->state->region, &size);

    if (status != MMF_OK) {
        return status;
    }
    *info = (mmf_store_info){
        .format = mmf_store_format(store),
        .file_bytes = size,
        .record_count = mmf_store_len(store),
        .capacity = mmf_store_capacity(store),
    };
    describe_header(store, info);
    describe_writers(store, info);
    return MMF_OK;
}

mmf_status mmf_store_map_report(const mmf_store *store, mmf_map_info *ret_info)
{
    const mmf_region *region = &store->state->region;
    uint64_t size = 0;
    mmf_status status = mmf_region_file_size(region, &size);

    return status == MMF_OK
               ? mmf_map_report(region->base, size < region->size ? size : region->size, ret_info)
               : status;
}
