#include "runtime/file.h"

#include <errno.h>

#include "runtime/file_state.h"
#include "runtime/probe.h"
#include "runtime/region.h"
#include "runtime/system.h"
#include "runtime/system_file.h"

/* --- What it is ------------------------------------------------------------------------------ */

const char *mmf_file_name(const mmf_file *file)
{
    return file->name;
}

int mmf_file_descriptor(const mmf_file *file)
{
    return file->fd;
}

uint64_t mmf_file_size(const mmf_file *file)
{
    uint64_t end = mmf_load_relaxed(&file->known_end);

    /* fstat(2) of an open file fails on broken network file systems only: then as last known */
    return mmf_file_measure(file, &end) == MMF_OK ? end : mmf_load_relaxed(&file->known_end);
}

bool mmf_file_is_cut(const mmf_file *file)
{
    return mmf_file_check_cut(file) != MMF_OK;
}

mmf_status mmf_file_stat(const mmf_file *file, mmf_file_info *ret_info)
{
    mmf_sys_info info;
    mmf_file_info result = {0};
    mmf_status status = mmf_file_measure(file, &result.window_size);
    int failure;

    if (status != MMF_OK) {
        return status;
    }
    failure = mmf_sys_info_of(file->fd, &info);
    if (failure == 0) {
        failure = mmf_sys_modified_ns(file->fd, &result.modified_ns);
    }
    if (failure != 0) {
        errno = failure;
        return MMF_E_SYSTEM;
    }
    result.size = info.size;
    result.allocated_bytes = info.allocated;
    result.window_offset = file->offset;
    result.device = info.device;
    result.inode = info.inode;
    result.mode = info.mode;
    result.is_read_only = (file->flags & MMF_FILE_READ_ONLY) != 0;
    *ret_info = result;
    return MMF_OK;
}

/* --- Its size -------------------------------------------------------------------------------- */

static mmf_status cut_to(mmf_file *file, uint64_t size)
{
    int failure;

    mmf_file_lower(&file->known_end, size); /* first, so that no reader goes where nothing is */
    mmf_file_lower(&file->blocks_end, size);
    failure = mmf_sys_truncate(file->fd, file->offset + size);
    return failure == 0 ? MMF_OK : mmf_file_failed(failure);
}

static mmf_status grow_to(mmf_file *file, uint64_t old_size, uint64_t size)
{
    mmf_sys_info info;
    uint64_t old_end;
    uint64_t new_end = file->offset + size;
    int failure = mmf_sys_info_of(file->fd, &info);

    if (failure != 0) {
        return mmf_file_failed(failure);
    }
    old_end = info.size; /* may lie before the window */
    if (new_end <= old_end) {
        return MMF_OK;
    }
    failure = mmf_sys_allocate(file->fd, old_end, new_end - old_end);
    mmf_probe_file_grown((uintptr_t)file, old_end, new_end, failure);
    if (failure != 0) {
        /* ext4 leaves what it could allocate */
        if (mmf_sys_info_of(file->fd, &info) == 0 && info.size > old_end) {
            (void)mmf_sys_truncate(file->fd, old_end);
        }
        return mmf_file_failed(failure);
    }
    mmf_count(MMF_COUNTER_grows, 1);
    mmf_count(MMF_COUNTER_grown_bytes, new_end - old_end);
    mmf_file_wrote(file, old_size, size - old_size);
    return MMF_OK;
}

mmf_status mmf_file_resize(mmf_file *file, uint64_t size)
{
    uint64_t end = 0;
    uint64_t failures;
    mmf_status status = mmf_file_may_write(file);

    if (status == MMF_OK && mmf_file_is_private(file)) {
        status = MMF_E_READONLY;
    }
    if (status == MMF_OK && size > file->limit) {
        status = MMF_E_LIMIT;
    }
    if (status == MMF_OK) {
        status = mmf_file_measure(file, &end);
    }
    if (status != MMF_OK) {
        return status;
    }
    failures = mmf_flusher_before(&file->flusher);
    status = size > end ? grow_to(file, end, size) : cut_to(file, size);
    return status == MMF_OK && size != end
               ? mmf_flusher_wrote(&file->flusher, size > end ? size - end : end - size, failures)
               : status;
}

/* --- Its bytes ------------------------------------------------------------------------------- */

const unsigned char *mmf_file_bytes(const mmf_file *file, uint64_t *ret_size)
{
    uint64_t end = 0;
    uint64_t size = mmf_file_measure(file, &end) == MMF_OK ? end : 0;

    size = size < file->limit ? size : file->limit;
    if (ret_size) {
        *ret_size = size;
    }
    return size > 0 ? file->bytes : NULL;
}

/* Where a block may move when it is written, the pages are at least readied to be stored to now. */
static int ready_pages(mmf_file *file, uint64_t offset, uint64_t size)
{
    uint64_t page = mmf_sys_page_size();
    uint64_t head = (uint64_t)(file->bytes - file->base) + offset;
    uint64_t first = head / page * page;
    int failure =
        mmf_sys_populate(file->base + first, (head + size + page - 1) / page * page - first);

    return failure == EFAULT ? ENOSPC : failure;
}

static mmf_status give_blocks(mmf_file *file, uint64_t offset, uint64_t size)
{
    int failure;

    if (offset + size <= mmf_load_relaxed(&file->blocks_end)) {
        return MMF_OK;
    }
    failure = mmf_sys_allocate(file->fd, file->offset + offset, size);
    if (failure == 0 && !file->keeps_blocks) {
        failure = ready_pages(file, offset, size);
    }
    if (failure != 0) {
        return mmf_file_failed(failure);
    }
    mmf_file_wrote(file, offset, size);
    return MMF_OK;
}

mmf_status mmf_file_bytes_to_write(mmf_file *file, uint64_t offset, uint64_t size,
                                   unsigned char **ret_bytes)
{
    uint64_t end = 0;
    mmf_status status = mmf_file_may_write(file);

    if (status == MMF_OK) {
        status = mmf_file_measure(file, &end);
    }
    if (status != MMF_OK) {
        return status;
    }
    end = end < file->limit ? end : file->limit;
    if (size > end || offset > end - size) {
        return MMF_E_INVALID;
    }
    if (size > 0 && !mmf_file_is_private(file)) {
        status = give_blocks(file, offset, size);
        if (status == MMF_OK) {
            mmf_flusher_gave_out(&file->flusher, size);
        }
    }
    if (status == MMF_OK) {
        *ret_bytes = file->bytes + offset;
    }
    return status;
}
