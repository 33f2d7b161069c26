#include "runtime/dead.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/checksum.h"
#include "runtime/copy.h"
#include "runtime/seqlock.h"
#include "runtime/system.h"

static bool read_exactly(int fd, uint64_t offset, void *bytes, size_t size)
{
    size_t got = 0;

    return mmf_sys_read_at(fd, offset, bytes, size, &got) == 0 && got == size;
}

static bool read_entry(const mmf_dead_writer *writer, mmf_writer_slot *ret_entry,
                       uint64_t *ret_index)
{
    uint64_t offset = offsetof(mmf_lock_header, slots) + writer->slot * sizeof *ret_entry;

    return read_exactly(writer->fd, offset, ret_entry, sizeof *ret_entry) &&
           read_exactly(writer->fd, writer->image, ret_index, sizeof *ret_index);
}

/* Whether the lock file is of this boot, and the one that the store's writers use. */
static bool is_in_use(const mmf_store *store, const mmf_lock_header *file)
{
    const mmf_header *header = mmf_store_header_2(store);
    uint8_t boot_id[16];

    return memcmp(file->magic, MMF_LOCK_MAGIC, sizeof file->magic) == 0 &&
           file->version == MMF_LOCK_VERSION && mmf_sys_boot_id(boot_id) == 0 &&
           memcmp(file->boot_id, boot_id, sizeof boot_id) == 0 &&
           file->undo_stride == mmf_undo_stride(store->type->record_size) &&
           (!header || memcmp(header->lock_id, file->lock_id, sizeof file->lock_id) == 0);
}

/* Only the beginning of the file is read: the slots are not in it. */
static bool lock_file_is_in_use(const mmf_store *store, int fd, uint64_t *ret_undo_stride)
{
    union {
        mmf_lock_header header;
        unsigned char bytes[offsetof(mmf_lock_header, append_right)];
    } *head = malloc(sizeof *head);
    bool result = head && read_exactly(fd, 0, head->bytes, sizeof head->bytes) &&
                  is_in_use(store, &head->header);

    if (result) {
        *ret_undo_stride = head->header.undo_stride;
    }
    free(head);
    return result;
}

static int open_lock_file(const char *path)
{
    char *lock_path = mmf_lock_path_of(path);
    int fd = -1;

    if (lock_path) {
        (void)mmf_sys_open(lock_path, false, &fd);
    }
    free(lock_path);
    return fd;
}

/* Whether the slot says that its writer was inside the record. */
static bool explains(const mmf_dead_writer *writer, const mmf_store *store, uint64_t index)
{
    uint64_t undo = writer->entry.undo;

    return writer->index == index &&
           mmf_writer_is_inside(writer->counter, writer->slot, writer->entry.odd) &&
           (undo == 0 || mmf_undo_is_sane(undo, store->type->record_size));
}

bool mmf_dead_open(const mmf_store *store, uint64_t index, uint64_t sequence,
                   mmf_dead_writer *ret_writer)
{
    mmf_dead_writer writer = {.slot = mmf_sequence_slot(sequence), .counter = sequence};
    uint64_t stride = 0;
    bool locked = true;

    if (writer.slot == 0) {
        return false;
    }
    writer.fd = open_lock_file(store->state->path);
    if (writer.fd < 0) {
        return false;
    }
    if (lock_file_is_in_use(store, writer.fd, &stride) &&
        mmf_sys_bytes_locked(writer.fd, MMF_LOCK_BYTE_SLOT + writer.slot, 1, &locked) == 0 &&
        !locked) {
        writer.image = mmf_undo_offset(stride, writer.slot);
        if (read_entry(&writer, &writer.entry, &writer.index) && explains(&writer, store, index)) {
            *ret_writer = writer;
            return true;
        }
    }
    mmf_sys_close(writer.fd);
    return false;
}

void mmf_dead_close(mmf_dead_writer *writer)
{
    mmf_sys_close(writer->fd);
    writer->fd = -1;
}

/* A writer that has no image has changed nothing, or has found nothing worth an image. */
bool mmf_dead_is_torn(const mmf_store *store, const mmf_dead_writer *writer,
                      const unsigned char *record)
{
    const mmf_header_info *info = &store->state->info;

    return writer->entry.undo == 0 && info->checksum_offset != 0 &&
           !mmf_checksum_is_right(info, record);
}

bool mmf_dead_copy(const mmf_dead_writer *writer, const unsigned char *record, uint32_t offset,
                   uint32_t size, void *ret_bytes)
{
    uint32_t undo_begin = (uint32_t)writer->entry.undo;
    uint32_t undo_end = undo_begin + (uint32_t)(writer->entry.undo >> 32);
    uint32_t begin = offset > undo_begin ? offset : undo_begin;
    uint32_t end = offset + size < undo_end ? offset + size : undo_end;

    mmf_bytes_load(ret_bytes, record + offset, size);
    return begin >= end || read_exactly(writer->fd, writer->image + begin,
                                        (unsigned char *)ret_bytes + (begin - offset), end - begin);
}

bool mmf_dead_is_valid(const mmf_dead_writer *writer, const unsigned char *record)
{
    mmf_writer_slot now;
    uint64_t index;

    mmf_fence_acquire();
    return mmf_load_relaxed(mmf_record_counter(record)) == writer->counter &&
           read_entry(writer, &now, &index) && index == writer->index &&
           now.odd == writer->entry.odd && now.undo == writer->entry.undo;
}
