/* Linux. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "runtime/system_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "runtime/system.h"

/* --- Descriptors ----------------------------------------------------------------------------- */

int mmf_sys_open_file(const char *path, const mmf_sys_open_how *how, int *ret_fd)
{
    /* Not blocking: a FIFO of that name must not hang; on a regular file it has no effect. */
    int flags = (how->is_writable ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    int fd;

    flags |= how->creates ? O_CREAT : 0;
    flags |= how->is_exclusive ? O_EXCL : 0;
    flags |= how->appends ? O_APPEND : 0;
    do {
        fd = open(path, flags, (mode_t)how->mode);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        return errno;
    }
    *ret_fd = fd;
    return 0;
}

int mmf_sys_rights_of(int fd, mmf_sys_rights *ret_rights)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0) {
        return errno;
    }
    ret_rights->is_readable = (flags & O_ACCMODE) != O_WRONLY;
    ret_rights->is_writable = (flags & O_ACCMODE) != O_RDONLY;
    ret_rights->appends = (flags & O_APPEND) != 0;
    return 0;
}

int mmf_sys_set_append(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_APPEND) == 0 ? 0 : errno;
}

int mmf_sys_modified_ns(int fd, uint64_t *ret_ns)
{
    struct stat stat;

    if (fstat(fd, &stat) != 0) {
        return errno;
    }
    *ret_ns = stat.st_mtim.tv_sec < 0
                  ? 0
                  : (uint64_t)stat.st_mtim.tv_sec * 1000000000u + (uint64_t)stat.st_mtim.tv_nsec;
    return 0;
}

static int seek_without_holes(int fd, uint64_t offset, bool to_hole, uint64_t *ret_offset)
{
    mmf_sys_info info;
    int error = mmf_sys_info_of(fd, &info);

    if (error != 0) {
        return error;
    }
    if (offset >= info.size) {
        return ENXIO;
    }
    *ret_offset = to_hole ? info.size : offset;
    return 0;
}

int mmf_sys_seek(int fd, uint64_t offset, bool to_hole, uint64_t *ret_offset)
{
    off_t result = lseek(fd, (off_t)offset, to_hole ? SEEK_HOLE : SEEK_DATA);

    if (result < 0 && errno == EINVAL) {
        return seek_without_holes(fd, offset, to_hole, ret_offset);
    }
    if (result < 0) {
        return errno;
    }
    *ret_offset = (uint64_t)result;
    return 0;
}

/* A block smaller than a page would leave holes in a page that has blocks. */
mmf_sys_file_system mmf_sys_file_system_of(int fd)
{
    mmf_sys_file_system result = {false, false};
    struct statfs fs;

    if (fstatfs(fd, &fs) == 0) {
        result.keeps_blocks =
            fs.f_bsize >= (long)mmf_sys_page_size() &&
            (fs.f_type == EXT4_SUPER_MAGIC || fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
        result.fills_holes = fs.f_type == TMPFS_MAGIC;
    }
    return result;
}

/* --- Mappings -------------------------------------------------------------------------------- */

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

int mmf_sys_populate_to_read(void *address, uint64_t size)
{
    int result;

    do {
        result = madvise(address, (size_t)size, MADV_POPULATE_READ);
    } while (result != 0 && errno == EINTR);
    if (result != 0 && errno == EINVAL) { /* before Linux 5.14 */
        result = madvise(address, (size_t)size, MADV_WILLNEED);
    }
    return result == 0 ? 0 : errno;
}

/* --- Moving bytes ---------------------------------------------------------------------------- */

/* The kernel raises SIGXFSZ, which kills by default, beside EFBIG where a limit is set
 * (setrlimit(2)). So the signal waits meanwhile, and the one that the call raised is consumed. */
typedef struct held_signal {
    sigset_t old;
    bool is_held;
    bool was_pending;
} held_signal;

static void size_signal_hold(held_signal *held)
{
    struct rlimit limit;
    sigset_t signals;

    held->is_held = getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY;
    if (held->is_held) {
        (void)sigemptyset(&signals);
        (void)sigaddset(&signals, SIGXFSZ);
        (void)pthread_sigmask(SIG_BLOCK, &signals, &held->old);
        (void)sigpending(&signals);
        held->was_pending = sigismember(&signals, SIGXFSZ) == 1;
    }
}

static void size_signal_release(const held_signal *held, int error)
{
    const struct timespec now = {0, 0};
    sigset_t signals;

    if (!held->is_held) {
        return;
    }
    if (error == EFBIG && !held->was_pending) {
        (void)sigemptyset(&signals);
        (void)sigaddset(&signals, SIGXFSZ);
        while (sigtimedwait(&signals, NULL, &now) < 0 && errno == EINTR) {
        }
    }
    (void)pthread_sigmask(SIG_SETMASK, &held->old, NULL);
}

static int write_all(int fd, const uint64_t *offset, const void *bytes, size_t size,
                     size_t *ret_size)
{
    held_signal held;
    size_t done = 0;
    int error = 0;

    size_signal_hold(&held);
    while (done < size && error == 0) {
        const char *from = (const char *)bytes + done;
        ssize_t n = offset ? pwrite(fd, from, size - done, (off_t)(*offset + done))
                           : write(fd, from, size - done);

        if (n > 0) {
            done += (size_t)n;
        } else if (n == 0) {
            error = EIO; /* no file does that, and none may keep us here */
        } else if (errno != EINTR) {
            error = errno;
        }
    }
    size_signal_release(&held, error);
    *ret_size = done;
    return error;
}

int mmf_sys_write_some(int fd, uint64_t offset, const void *bytes, size_t size, size_t *ret_size)
{
    return write_all(fd, &offset, bytes, size, ret_size);
}

int mmf_sys_write_next(int fd, const void *bytes, size_t size, size_t *ret_size)
{
    return write_all(fd, NULL, bytes, size, ret_size);
}

int mmf_sys_read_next(int fd, void *buffer, size_t size, size_t *ret_size)
{
    ssize_t n;

    do {
        n = read(fd, buffer, size);
    } while (n < 0 && errno == EINTR);
    *ret_size = n < 0 ? 0 : (size_t)n;
    return n < 0 ? errno : 0;
}

int mmf_sys_tell(int fd, uint64_t *ret_offset)
{
    off_t offset = lseek(fd, 0, SEEK_CUR);

    if (offset < 0) {
        return errno;
    }
    *ret_offset = (uint64_t)offset;
    return 0;
}

static ssize_t transfer_once(mmf_sys_way way, int from, const uint64_t *from_offset, int to,
                             const uint64_t *to_offset, size_t size)
{
    off_t from_at = from_offset ? (off_t)*from_offset : 0;
    off_t to_at = to_offset ? (off_t)*to_offset : 0;
    off_t *from_place = from_offset ? &from_at : NULL;
    off_t *to_place = to_offset ? &to_at : NULL;

    switch (way) {
    case MMF_SYS_COPY_RANGE:
        return copy_file_range(from, from_place, to, to_place, size, 0);
    case MMF_SYS_SEND_FILE:
        return sendfile(to, from, from_place, size);
    default:
        errno = EINVAL;
        return -1;
    }
}

int mmf_sys_transfer(mmf_sys_way way, int from, const uint64_t *from_offset, int to,
                     const uint64_t *to_offset, uint64_t size, uint64_t *ret_size)
{
    const uint64_t once = 1u << 30; /* the calls take no more than 2 GiB - 4 KiB at a time */
    held_signal held;
    ssize_t n;
    int error;

    size_signal_hold(&held);
    do {
        n = transfer_once(way, from, from_offset, to, to_offset,
                          (size_t)(size < once ? size : once));
    } while (n < 0 && errno == EINTR);
    error = n < 0 ? errno : 0;
    size_signal_release(&held, error);
    *ret_size = n < 0 ? 0 : (uint64_t)n;
    return error;
}

bool mmf_sys_is_no_way(int error)
{
    return error == EINVAL || error == EXDEV || error == ENOSYS || error == EBADF ||
           error == EOPNOTSUPP || error == EPERM || error == ETXTBSY || error == EOVERFLOW;
}

/* --- Names ----------------------------------------------------------------------------------- */

int mmf_sys_remove(const char *path)
{
    return unlink(path) == 0 ? 0 : errno;
}

int mmf_sys_temporary(const char *path, uint32_t mode, int *ret_fd, char **ret_temporary)
{
    const mmf_sys_open_how how = {
        .is_writable = true, .creates = true, .is_exclusive = true, .mode = mode};
    size_t size = strlen(path) + sizeof ".new-0123456789abcdef";
    char *name = malloc(size);
    uint64_t tag;
    int error;

    if (!name) {
        return ENOMEM;
    }
    error = mmf_sys_random(&tag, sizeof tag);
    if (error == 0) {
        (void)snprintf(name, size, "%s.new-%016" PRIx64, path, tag);
        error = mmf_sys_open_file(name, &how, ret_fd);
    }
    if (error != 0) {
        free(name);
        return error;
    }
    *ret_temporary = name;
    return 0;
}

int mmf_sys_set_mode(int fd, uint32_t mode)
{
    return fchmod(fd, (mode_t)mode) == 0 ? 0 : errno;
}

int mmf_sys_rename(const char *from, const char *to)
{
    return rename(from, to) == 0 ? mmf_sys_sync_directory_of(to) : errno;
}
