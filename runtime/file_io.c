#include <errno.h>
#include <string.h>

#include "runtime/file_state.h"
#include "runtime/region.h"
#include "runtime/system.h"
#include "runtime/system_file.h"

/* Larger pieces go through write(2): it is several times as fast into pages that are not in the
 * page tables yet, and those that are matter less the larger the piece is. A page into a page that
 * is there is ten times as fast by a store, and into one that is not half as fast. */
#define STORE_MAX 4096u

/* A file system may keep the bytes of a file smaller than this in the inode, without a block. */
#define SMALLEST_WITH_BLOCKS 4096u

#if defined(__SANITIZE_THREAD__)
#define RACES_ARE_SEEN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RACES_ARE_SEEN 1
#endif
#endif

/* That bytes are old or new while somebody writes them is promised, and is what libc's copy does;
 * ThreadSanitizer is told so by atomic bytes. */
void mmf_file_copy_bytes(void *to, const void *from, size_t size)
{
#ifdef RACES_ARE_SEEN
    mmf_word8 *target = to;
    const mmf_word8 *source = from;

    for (size_t i = 0; i < size; i++) {
        mmf_store_relaxed(&target[i], mmf_load_relaxed(&source[i]));
    }
#else
    memcpy(to, from, size);
#endif
}

mmf_status mmf_file_failed(int failure)
{
    errno = failure;
    return mmf_status_of_errno(failure);
}

/* How much of the first `end` bytes can be read from the mapping. */
static uint64_t in_map(const mmf_file *file, uint64_t end)
{
    uint64_t reach = file->limit;

    if (file->fills_holes && !mmf_file_is_private(file)) {
        uint64_t blocks_end = mmf_load_relaxed(&file->blocks_end);

        reach = blocks_end < reach ? blocks_end : reach;
    }
    return end < reach ? end : reach;
}

mmf_status mmf_file_measure(const mmf_file *file, uint64_t *ret_end)
{
    mmf_sys_info info;
    int failure = mmf_sys_info_of(file->fd, &info);
    uint64_t end;

    if (failure != 0) {
        errno = failure;
        return MMF_E_SYSTEM;
    }
    end = info.size > file->offset ? info.size - file->offset : 0;
    end = file->length != 0 && end > file->length ? file->length : end;
    mmf_file_lower(&mmf_file_mutable(file)->blocks_end, end); /* what is cut loses its blocks */
    mmf_store_release(&mmf_file_mutable(file)->known_end, in_map(file, end));
    *ret_end = end;
    return MMF_OK;
}

/* --- Holes ----------------------------------------------------------------------------------- */

/* That there are as many blocks as bytes would prove nothing, since some may be beyond the end. */
void mmf_file_look_for_blocks(const mmf_file *file, uint64_t end)
{
    uint64_t from = mmf_load_relaxed(&file->blocks_end);
    uint64_t hole = 0;

    if (file->keeps_blocks && from < end &&
        mmf_sys_seek(file->fd, file->offset + from, true, &hole) == 0 &&
        hole - file->offset > from) {
        mmf_file_raise(&mmf_file_mutable(file)->blocks_end, hole - file->offset);
    }
}

mmf_status mmf_file_ready(const mmf_file *file, uint64_t offset, uint64_t size, bool to_write)
{
    uint64_t page = mmf_sys_page_size();
    uint64_t head = (uint64_t)(file->bytes - file->base) + offset;
    uint64_t first = head / page * page;
    uint64_t length = (head + size + page - 1) / page * page - first;
    int failure;

    if (!file->fills_holes || !mmf_file_is_private(file)) {
        return MMF_OK;
    }
    mmf_file_look_for_blocks(file, offset + size);
    if (offset + size <= mmf_load_relaxed(&file->blocks_end)) {
        return MMF_OK;
    }
    failure = to_write ? mmf_sys_populate(file->base + first, length)
                       : mmf_sys_populate_to_read(file->base + first, length);
    return failure == EFAULT ? mmf_file_failed(ENOSPC) : MMF_OK;
}

/* --- Reading --------------------------------------------------------------------------------- */

/* What lies within [0, end), some of it perhaps beyond the mapping, or in holes that are better
 * read by read(2). */
static mmf_status copy_out(const mmf_file *file, uint64_t offset, void *buffer, size_t size,
                           size_t *ret_size)
{
    uint64_t reach;
    size_t near;
    size_t far = 0;
    mmf_status status = MMF_OK;

    if (file->fills_holes) {
        mmf_file_look_for_blocks(file, offset + size);
    }
    reach = in_map(file, offset + size);
    near = offset < reach ? (size_t)(reach - offset) : 0;
    if (near > 0) {
        status = mmf_file_ready(file, offset, near, false);
    }
    if (status == MMF_OK && near > 0) {
        mmf_file_copy_bytes(buffer, file->bytes + offset, near);
        status = mmf_file_check_cut(file);
        mmf_count(MMF_COUNTER_reads_mapped, 1);
    }
    if (status == MMF_OK && near < size) {
        int failure = mmf_sys_read_at(file->fd, file->offset + offset + near, (char *)buffer + near,
                                      size - near, &far);

        status = failure == 0 ? MMF_OK : mmf_file_failed(failure);
        mmf_count(MMF_COUNTER_reads_called, 1);
    }
    if (status == MMF_OK) {
        mmf_count(MMF_COUNTER_read_bytes, near + far);
        *ret_size = near + far;
    }
    return status;
}

/* Apart, so that those who need it not save no registers for it: what 1 KB costs is stores. */
__attribute__((noinline)) static mmf_status read_to_end(const mmf_file *file, uint64_t offset,
                                                        void *buffer, size_t size, size_t *ret_size)
{
    uint64_t end = 0;
    mmf_status status;

    if (size == 0) {
        *ret_size = 0;
        return MMF_OK;
    }
    status = mmf_file_measure(file, &end);
    if (status != MMF_OK) {
        return status;
    }
    if (offset >= end) {
        return mmf_load_relaxed(&file->is_cut) != 0 ? MMF_E_TRUNCATED : MMF_E_END;
    }
    return copy_out(file, offset, buffer, end - offset < size ? (size_t)(end - offset) : size,
                    ret_size);
}

mmf_status mmf_file_read_at(const mmf_file *file, uint64_t offset, void *buffer, size_t size,
                            size_t *ret_size)
{
    uint64_t end = mmf_load_relaxed(&file->known_end);
    mmf_status status;

    if (mmf_unlikely(size > end || offset > end - size || size == 0)) {
        return read_to_end(file, offset, buffer, size, ret_size);
    }
    if (mmf_unlikely(file->fills_holes && mmf_file_is_private(file))) {
        return copy_out(file, offset, buffer, size, ret_size);
    }
    mmf_file_copy_bytes(buffer, file->bytes + offset, size);
    status = mmf_file_check_cut(file);
    if (mmf_likely(status == MMF_OK)) {
        mmf_count_call(MMF_COUNTER_reads_mapped, MMF_COUNTER_read_bytes, size);
        *ret_size = size;
    }
    return status;
}

mmf_status mmf_file_read(mmf_file *file, void *buffer, size_t size, size_t *ret_size)
{
    uint64_t offset = 0;
    uint64_t claimed = 0;
    size_t got = 0;
    mmf_status status;

    if (size == 0) {
        *ret_size = 0;
        return MMF_OK;
    }
    status = mmf_file_claim_read(file, size, &offset, &claimed);
    if (status == MMF_OK) {
        status = copy_out(file, offset, buffer, (size_t)claimed, &got);
    }
    if (status == MMF_OK) {
        *ret_size = got;
    }
    return status;
}

mmf_status mmf_file_read_byte(mmf_file *file, uint8_t *ret_byte)
{
    size_t size = 0;

    return mmf_file_read(file, ret_byte, 1, &size);
}

/* --- Writing --------------------------------------------------------------------------------- */

/* Whether a store into the range can meet neither a hole nor the end of the file. */
static bool may_store(mmf_file *file, uint64_t offset, size_t size)
{
    uint64_t end = offset + size;

    if (size > STORE_MAX) {
        return false;
    }
    if (mmf_unlikely(end > mmf_load_relaxed(&file->blocks_end))) {
        if (mmf_load_relaxed(&file->has_looked) == 0) {
            mmf_store_relaxed(&file->has_looked, 1);
            mmf_file_look_for_blocks(file, UINT64_MAX);
        }
    }
    return end <= mmf_load_relaxed(&file->blocks_end) &&
           end <= mmf_load_relaxed(&file->known_end) &&
           mmf_load_relaxed(&file->blocks_end) + file->offset >= SMALLEST_WITH_BLOCKS;
}

void mmf_file_wrote(mmf_file *file, uint64_t offset, uint64_t size)
{
    if (size > 0) {
        if (file->keeps_blocks && offset <= mmf_load_relaxed(&file->blocks_end)) {
            mmf_file_raise(&file->blocks_end, offset + size);
        }
        mmf_file_raise(&file->known_end, in_map(file, offset + size));
    }
}

static mmf_status write_through(mmf_file *file, uint64_t offset, const void *bytes, size_t size,
                                size_t *ret_size)
{
    int failure = mmf_sys_write_some(file->fd, file->offset + offset, bytes, size, ret_size);

    mmf_file_wrote(file, offset, *ret_size);
    mmf_count(MMF_COUNTER_writes_called, 1);
    return failure == 0 ? MMF_OK : mmf_file_failed(failure);
}

static mmf_status store_bytes(mmf_file *file, uint64_t offset, const void *bytes, size_t size,
                              size_t *ret_size)
{
    mmf_status status = mmf_file_ready(file, offset, size, true);

    if (status != MMF_OK) {
        return status;
    }
    mmf_file_copy_bytes(file->bytes + offset, bytes, size);
    status = mmf_file_check_cut(file);
    *ret_size = status == MMF_OK ? size : 0;
    mmf_count(MMF_COUNTER_writes_mapped, 1);
    return status;
}

/* Private pages end where the file does. */
static mmf_status write_private(mmf_file *file, uint64_t offset, const void *bytes, size_t size,
                                size_t *ret_size)
{
    uint64_t end = 0;
    mmf_status status = mmf_file_measure(file, &end);
    size_t room;

    if (status != MMF_OK) {
        return status;
    }
    end = end < file->limit ? end : file->limit;
    room = offset >= end ? 0 : end - offset < size ? (size_t)(end - offset) : size;
    status = room > 0 ? store_bytes(file, offset, bytes, room, ret_size) : MMF_OK;
    return status == MMF_OK && room < size ? MMF_E_LIMIT : status;
}

/* The range lies within the limit. */
static mmf_status write_range(mmf_file *file, uint64_t offset, const void *bytes, size_t size,
                              size_t *ret_size)
{
    if (mmf_file_is_private(file)) {
        return write_private(file, offset, bytes, size, ret_size);
    }
    if (may_store(file, offset, size)) {
        return store_bytes(file, offset, bytes, size, ret_size);
    }
    return write_through(file, offset, bytes, size, ret_size);
}

mmf_status mmf_file_write_at(mmf_file *file, uint64_t offset, const void *bytes, size_t size,
                             size_t *ret_size)
{
    uint64_t room = offset < file->limit ? file->limit - offset : 0;
    size_t fits = room < size ? (size_t)room : size;
    uint64_t failures = mmf_flusher_before(&file->flusher);
    size_t done = 0;
    mmf_status status = mmf_file_may_write(file);

    if (status == MMF_OK && (file->flags & MMF_FILE_APPEND) != 0) {
        status = MMF_E_INVALID;
    }
    if (status == MMF_OK && fits > 0) {
        status = write_range(file, offset, bytes, fits, &done);
    }
    if (status == MMF_OK && fits < size) {
        status = MMF_E_LIMIT;
    }
    status = mmf_file_end_write(file, done, failures, status);
    if (ret_size) {
        *ret_size = done;
    }
    return status;
}

/* O_APPEND: the system finds the end and moves it in one step, also beside other processes. There
 * is no window. */
static mmf_status append(mmf_file *file, const void *bytes, size_t size, size_t *ret_size)
{
    uint64_t end = 0;
    mmf_status status = mmf_file_measure(file, &end);
    int failure;

    if (status != MMF_OK) {
        return status;
    }
    if (size > file->limit || end > file->limit - size) {
        return MMF_E_LIMIT;
    }
    failure = mmf_sys_write_next(file->fd, bytes, size, ret_size);
    mmf_count(MMF_COUNTER_writes_called, 1);
    if (*ret_size > 0 && mmf_sys_tell(file->fd, &end) == 0 && end >= *ret_size) {
        mmf_store_release(&file->position, end);
        mmf_file_wrote(file, end - *ret_size, *ret_size);
    }
    return failure == 0 ? MMF_OK : mmf_file_failed(failure);
}

static mmf_status write_at_position(mmf_file *file, const void *bytes, size_t size,
                                    size_t *ret_size)
{
    uint64_t offset = 0;
    uint64_t claimed = 0;
    mmf_status status = mmf_file_claim_write(file, size, &offset, &claimed);

    if (status != MMF_OK) {
        return status;
    }
    status = write_range(file, offset, bytes, (size_t)claimed, ret_size);
    mmf_file_give_back(file, offset + claimed, claimed - *ret_size);
    return status == MMF_OK && claimed < size ? MMF_E_LIMIT : status;
}

mmf_status mmf_file_write(mmf_file *file, const void *bytes, size_t size, size_t *ret_size)
{
    uint64_t failures = mmf_flusher_before(&file->flusher);
    size_t done = 0;
    mmf_status status = mmf_file_may_write(file);

    if (status == MMF_OK && size > 0) {
        status = (file->flags & MMF_FILE_APPEND) != 0 ? append(file, bytes, size, &done)
                                                      : write_at_position(file, bytes, size, &done);
    }
    status = mmf_file_end_write(file, done, failures, status);
    if (ret_size) {
        *ret_size = done;
    }
    return status;
}

mmf_status mmf_file_write_byte(mmf_file *file, uint8_t byte)
{
    return mmf_file_write(file, &byte, 1, NULL);
}

mmf_status mmf_file_write_string(mmf_file *file, const char *string)
{
    return mmf_file_write(file, string, strlen(string), NULL);
}
