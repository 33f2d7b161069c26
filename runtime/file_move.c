#include <errno.h>
#include <stdlib.h>

#include "runtime/file_state.h"
#include "runtime/region.h"
#include "runtime/system.h"
#include "runtime/system_file.h"

#define BUFFER_SIZE (128u << 10)
#define INSIDE_ONCE (1u << 30)
#define OUTSIDE_ONCE (1u << 20)

static bool is_same_file(const mmf_file *file, int descriptor)
{
    mmf_sys_info ours;
    mmf_sys_info theirs;

    return mmf_sys_info_of(file->fd, &ours) == 0 && mmf_sys_info_of(descriptor, &theirs) == 0 &&
           ours.device == theirs.device && ours.inode == theirs.inode;
}

/* --- Into the file --------------------------------------------------------------------------- */

/* How much of a regular file is left, as far as its size says. */
static uint64_t left_in(int descriptor)
{
    mmf_sys_info info;
    uint64_t at = 0;

    return mmf_sys_info_of(descriptor, &info) == 0 && info.is_regular &&
                   mmf_sys_tell(descriptor, &at) == 0 && at < info.size
               ? info.size - at
               : 0;
}

/* Has the system move what is left in a regular file. Only as much of the position is taken as
 * there is to write: more would leave a hole when somebody else writes behind it. MMF_OK: whether
 * there is more, and other ways to get it, is for reading to say. *done grows by what was moved. */
static mmf_status take_inside(mmf_file *file, int descriptor, uint64_t *done)
{
    for (;;) {
        uint64_t left = left_in(descriptor);
        uint64_t failures = mmf_flusher_before(&file->flusher);
        mmf_status status;
        uint64_t offset = 0;
        uint64_t claimed = 0;
        uint64_t moved = 0;
        uint64_t place;
        int failure;

        if (left == 0 || mmf_file_claim_write(file, left < INSIDE_ONCE ? left : INSIDE_ONCE,
                                              &offset, &claimed) != MMF_OK) {
            return MMF_OK;
        }
        place = file->offset + offset;
        failure = mmf_sys_transfer(MMF_SYS_COPY_RANGE, descriptor, NULL, file->fd, &place, claimed,
                                   &moved);
        mmf_file_wrote(file, offset, moved);
        mmf_file_give_back(file, offset + claimed, claimed - moved);
        *done += moved;
        mmf_count(MMF_COUNTER_writes_called, 1);
        status = failure == 0 || mmf_sys_is_no_way(failure) ? MMF_OK : mmf_file_failed(failure);
        status = mmf_file_end_write(file, moved, failures, status);
        if (status != MMF_OK || failure != 0 || moved == 0) {
            return status;
        }
    }
}

static int64_t read_descriptor(void *context, void *buffer, size_t size)
{
    const int *descriptor = context;
    size_t got = 0;
    int failure = mmf_sys_read_next(*descriptor, buffer, size, &got);

    errno = failure;
    return failure == 0 ? (int64_t)got : -1;
}

static mmf_status take_all(mmf_file *file, mmf_file_source *source, void *context, void *buffer,
                           uint64_t *done)
{
    for (;;) {
        int64_t got = source(context, buffer, BUFFER_SIZE);
        size_t written = 0;
        mmf_status status;

        if (got < 0 || got > (int64_t)BUFFER_SIZE) {
            return MMF_E_SYSTEM;
        }
        if (got == 0) {
            return MMF_OK;
        }
        status = mmf_file_write(file, buffer, (size_t)got, &written);
        *done += written;
        if (status != MMF_OK) {
            return status;
        }
    }
}

static mmf_status take_by_buffer(mmf_file *file, mmf_file_source *source, void *context,
                                 uint64_t *done)
{
    void *buffer = malloc(BUFFER_SIZE);
    mmf_status status;

    if (!buffer) {
        return MMF_E_NO_MEMORY;
    }
    status = take_all(file, source, context, buffer, done);
    free(buffer);
    return status;
}

mmf_status mmf_file_read_from_source(mmf_file *file, mmf_file_source *source, void *context,
                                     uint64_t *ret_size)
{
    uint64_t done = 0;
    mmf_status status = mmf_file_may_write(file);

    if (status == MMF_OK) {
        status = take_by_buffer(file, source, context, &done);
    }
    *ret_size = done;
    return status;
}

mmf_status mmf_file_read_from(mmf_file *file, int descriptor, uint64_t *ret_size)
{
    uint64_t done = 0;
    mmf_status status = mmf_file_may_write(file);

    if (status == MMF_OK && is_same_file(file, descriptor)) {
        status = MMF_E_INVALID;
    }
    if (status == MMF_OK && !mmf_file_is_private(file) && (file->flags & MMF_FILE_APPEND) == 0) {
        status = take_inside(file, descriptor, &done);
    }
    if (status == MMF_OK) {
        status = take_by_buffer(file, read_descriptor, &descriptor, &done);
    }
    *ret_size = done;
    return status;
}

/* --- Out of it ------------------------------------------------------------------------------- */

typedef enum way_out { COPY, SEND, WRITE, WAYS_OUT } way_out;

static int give_some(mmf_file *file, way_out way, int descriptor, uint64_t offset, uint64_t size,
                     uint64_t *ret_moved)
{
    uint64_t place = file->offset + offset;
    size_t written = 0;
    int failure;

    if (way != WRITE) {
        return mmf_sys_transfer(way == COPY ? MMF_SYS_COPY_RANGE : MMF_SYS_SEND_FILE, file->fd,
                                &place, descriptor, NULL, size, ret_moved);
    }
    failure = mmf_sys_write_next(descriptor, file->bytes + offset, (size_t)size, &written);
    *ret_moved = written;
    return failure;
}

/* Pipes and sockets make us wait: meanwhile no more than that is taken from the position. */
static uint64_t once(way_out way, uint64_t size)
{
    uint64_t most = way == COPY ? INSIDE_ONCE : OUTSIDE_ONCE;

    return size < most ? size : most;
}

/* The system met a page that is gone, not we: the file was cut, or there is no room for a hole. */
static mmf_status why_gone(const mmf_file *file, uint64_t offset)
{
    uint64_t end = 0;
    mmf_status status = mmf_file_measure(file, &end);

    return status != MMF_OK ? status : offset < end ? mmf_file_failed(ENOSPC) : MMF_E_TRUNCATED;
}

/* Until the position is `end`, as far as that way works. MMF_OK, and *ret_is_all false: another way
 * has to be tried. */
static mmf_status give(mmf_file *file, way_out way, int descriptor, uint64_t end, uint64_t *done,
                       bool *ret_is_all)
{
    for (;;) {
        uint64_t at = mmf_load_relaxed(&file->position);
        uint64_t offset = 0;
        uint64_t claimed = 0;
        uint64_t moved = 0;
        int failure;

        if (at >= end ||
            mmf_file_claim_read(file, once(way, end - at), &offset, &claimed) != MMF_OK) {
            *ret_is_all = true;
            return MMF_OK;
        }
        failure = give_some(file, way, descriptor, offset, claimed, &moved);
        mmf_file_give_back(file, offset + claimed, claimed - moved);
        *done += moved;
        mmf_count(way == WRITE ? MMF_COUNTER_reads_mapped : MMF_COUNTER_reads_called, 1);
        mmf_count(MMF_COUNTER_read_bytes, moved);
        if (way == WRITE && failure == EFAULT) {
            return why_gone(file, offset + moved);
        }
        if (failure != 0 && (way == WRITE || !mmf_sys_is_no_way(failure))) {
            return mmf_file_failed(failure);
        }
        if (failure != 0 || moved == 0) {
            *ret_is_all = false;
            return MMF_OK;
        }
    }
}

/* The end is that of the beginning, so that it comes to one also while the file grows. */
mmf_status mmf_file_write_to(mmf_file *file, int descriptor, uint64_t *ret_size)
{
    uint64_t end = UINT64_MAX;
    uint64_t done = 0;
    bool is_all = false;
    mmf_status status = is_same_file(file, descriptor) ? MMF_E_INVALID : mmf_file_check_cut(file);

    for (way_out way = mmf_file_is_private(file) ? WRITE : COPY;
         status == MMF_OK && !is_all && way < WAYS_OUT; way++) {
        uint64_t now = 0;

        status = mmf_file_measure(file, &now);
        end = now < end ? now : end;
        if (way == WRITE && end > file->limit) {
            end = file->limit;
        }
        if (status == MMF_OK) {
            status = give(file, way, descriptor, end, &done, &is_all);
        }
    }
    *ret_size = done;
    return status;
}
