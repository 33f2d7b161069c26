#include "runtime/flush.h"

#include "runtime/file_state.h"
#include "runtime/system.h"

mmf_status mmf_file_flush(mmf_file *file)
{
    return mmf_flusher_flush(&file->flusher);
}

/* Where the mapping does not reach, the file as a whole is flushed. */
mmf_status mmf_file_flush_range(mmf_file *file, uint64_t offset, uint64_t size)
{
    uint64_t page = mmf_sys_page_size();
    uint64_t head = (uint64_t)(file->bytes - file->base);
    uint64_t end = 0;
    uint64_t first;
    mmf_status status = mmf_file_measure(file, &end);

    if (status != MMF_OK) {
        return status;
    }
    if (size > end || offset > end - size) {
        return MMF_E_INVALID;
    }
    if (size == 0) {
        return MMF_OK;
    }
    if (offset + size > file->limit || mmf_file_is_private(file)) {
        return mmf_flusher_flush(&file->flusher);
    }
    first = (head + offset) / page * page;
    end = (head + offset + size + page - 1) / page * page;
    return mmf_flusher_flush_pages(&file->flusher, file->base + first, end - first);
}

mmf_status mmf_file_flush_async(mmf_file *file)
{
    return mmf_flusher_begin(&file->flusher);
}

uint64_t mmf_file_pending_bytes(const mmf_file *file)
{
    return mmf_flusher_pending(&file->flusher);
}

void mmf_file_flush_info(const mmf_file *file, mmf_flush_info *ret_info)
{
    mmf_flusher_info(&file->flusher, ret_info);
}
