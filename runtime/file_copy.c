#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/file.h"
#include "runtime/region.h"
#include "runtime/system.h"
#include "runtime/system_file.h"

#define BUFFER_SIZE (128u << 10)

static mmf_status failed(int failure)
{
    errno = failure;
    return mmf_status_of_errno(failure);
}

/* --- Copying --------------------------------------------------------------------------------- */

static int copy_by_buffer(int from, int to, uint64_t offset, uint64_t size, uint64_t *ret_copied)
{
    size_t part = size < BUFFER_SIZE ? (size_t)size : BUFFER_SIZE;
    void *buffer = malloc(part);
    size_t got = 0;
    int failure;

    if (!buffer) {
        return ENOMEM;
    }
    failure = mmf_sys_read_at(from, offset, buffer, part, &got);
    if (failure == 0) {
        failure = mmf_sys_write_at(to, offset, buffer, got);
    }
    free(buffer);
    *ret_copied = failure == 0 ? got : 0;
    return failure;
}

/* Stops early where the source ends meanwhile. */
static int copy_data(int from, int to, uint64_t begin, uint64_t end)
{
    bool by_system = true;

    while (begin < end) {
        uint64_t copied = 0;
        int failure = by_system ? mmf_sys_transfer(MMF_SYS_COPY_RANGE, from, &begin, to, &begin,
                                                   end - begin, &copied)
                                : copy_by_buffer(from, to, begin, end - begin, &copied);

        if (by_system && ((failure == 0 && copied == 0) || mmf_sys_is_no_way(failure))) {
            by_system = false;
        } else if (failure != 0) {
            return failure;
        } else if (copied == 0) {
            return ENODATA;
        }
        begin += copied;
    }
    return 0;
}

static int copy_content(int from, int to, uint64_t size)
{
    uint64_t begin = 0;
    uint64_t end = 0;
    int failure = 0;

    while (failure == 0 && end < size) {
        failure = mmf_sys_next_data(from, end, size, &begin, &end);
        if (failure == 0) {
            failure = copy_data(from, to, begin, end);
        }
    }
    return failure == 0 ? mmf_sys_truncate(to, size) : failure; /* a hole at the end */
}

static mmf_status copy_to(int from, const char *to, const mmf_sys_info *info, uint32_t mode,
                          mmf_error *error)
{
    mmf_sys_new_file file = {.fd = -1};
    int failure = mmf_sys_new_file_create(to, mode != 0 ? mode : info->mode & 0777u, &file);

    if (failure == 0) {
        failure = copy_content(from, file.fd, info->size);
    }
    if (failure == 0) {
        failure = mmf_sys_sync(file.fd);
    }
    if (failure == 0) {
        failure = mmf_sys_new_file_publish(&file, to);
    }
    mmf_sys_new_file_close(&file);
    if (failure == ENODATA) {
        return mmf_error_set(error, MMF_E_TRUNCATED, "%s: the file was cut while it was copied",
                             to);
    }
    errno = failure;
    return failure == 0 ? MMF_OK
                        : mmf_error_set_system(error, mmf_status_of_errno(failure), failure,
                                               "%s: cannot be made", to);
}

mmf_status mmf_file_copy(const char *from, const char *to, uint32_t mode, mmf_error *error)
{
    mmf_sys_info info;
    mmf_sys_info there;
    mmf_status status;
    int fd = -1;
    int failure = mmf_sys_open(from, false, &fd);

    if (failure == 0) {
        failure = mmf_sys_info_of(fd, &info);
    }
    if (failure != 0) {
        mmf_sys_close(fd);
        errno = failure;
        return mmf_error_set_system(error, mmf_status_of_errno(failure), failure,
                                    "%s: cannot be opened", from);
    }
    if (!info.is_regular) {
        status = mmf_error_set(error, MMF_E_INVALID, "%s: not a regular file", from);
    } else if (mmf_sys_info_of_path(to, &there) == 0) { /* before a long copy, not after it */
        status = mmf_error_set(error, MMF_E_EXISTS, "%s: exists", to);
    } else {
        status = copy_to(fd, to, &info, mode, error);
    }
    mmf_sys_close(fd);
    return status;
}

mmf_status mmf_file_remove(const char *path)
{
    int failure = mmf_sys_remove(path);

    return failure == 0 ? MMF_OK : failed(failure);
}

/* --- Contents -------------------------------------------------------------------------------- */

/* Sizes are a first guess: files of /proc have none. */
static int load_all(int fd, uint64_t size, char **ret_bytes, size_t *ret_size)
{
    size_t room = size < SIZE_MAX - 1 ? (size_t)size + 1 : SIZE_MAX;
    size_t done = 0;
    char *bytes = malloc(room);

    while (bytes) {
        size_t got = 0;
        char *more;
        int failure = mmf_sys_read_at(fd, done, bytes + done, room - done, &got);

        done += got;
        if (failure != 0) {
            free(bytes);
            return failure;
        }
        if (done < room) {
            bytes[done] = '\0';
            *ret_bytes = bytes;
            *ret_size = done;
            return 0;
        }
        more = room < SIZE_MAX / 2 ? realloc(bytes, room * 2 + 4096) : NULL;
        if (!more) {
            free(bytes);
        }
        bytes = more;
        room = room * 2 + 4096;
    }
    return ENOMEM;
}

mmf_status mmf_file_load(const char *path, void **ret_bytes, size_t *ret_size)
{
    mmf_sys_info info;
    char *bytes = NULL;
    size_t size = 0;
    int fd = -1;
    int failure = mmf_sys_open(path, false, &fd);

    if (failure != 0) {
        return failed(failure);
    }
    failure = mmf_sys_info_of(fd, &info);
    if (failure == 0 && !info.is_regular) {
        mmf_sys_close(fd);
        return MMF_E_INVALID;
    }
    if (failure == 0) {
        failure = load_all(fd, info.size, &bytes, &size);
    }
    mmf_sys_close(fd);
    if (failure != 0) {
        return failed(failure);
    }
    *ret_bytes = bytes;
    *ret_size = size;
    return MMF_OK;
}

/* The mode that was asked for, or else that of the file that is replaced. */
static int set_mode(int fd, const char *path, uint32_t mode)
{
    mmf_sys_info there;

    if (mode == 0 && mmf_sys_info_of_path(path, &there) == 0) {
        return mmf_sys_set_mode(fd, there.mode);
    }
    return 0;
}

mmf_status mmf_file_save(const char *path, const void *bytes, size_t size, uint32_t mode)
{
    char *temporary = NULL;
    int fd = -1;
    int failure = mmf_sys_temporary(path, mode != 0 ? mode : 0666, &fd, &temporary);

    if (failure == 0) {
        failure = set_mode(fd, path, mode);
        if (failure == 0) {
            failure = mmf_sys_write_at(fd, 0, bytes, size);
        }
        if (failure == 0) {
            failure = mmf_sys_sync(fd);
        }
        mmf_sys_close(fd);
        if (failure == 0) {
            failure = mmf_sys_rename(temporary, path);
        }
        if (failure != 0) {
            (void)mmf_sys_remove(temporary); /* renamed already: there is none */
        }
        free(temporary);
    }
    return failure == 0 ? MMF_OK : failed(failure);
}
