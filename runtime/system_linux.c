/* Linux: files. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "runtime/system.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "runtime/counters.h"

_Static_assert(sizeof(off_t) == 8, "64-bit file offsets");

/* --- Files ----------------------------------------------------------------------------------- */

static int open_retrying(const char *path, int flags, uint32_t mode, int *ret_fd)
{
    int fd;

    do {
        fd = open(path, flags | O_CLOEXEC, (mode_t)mode);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        return errno;
    }
    *ret_fd = fd;
    return 0;
}

int mmf_sys_open(const char *path, bool writable, int *ret_fd)
{
    /* Not blocking: a FIFO of that name must not hang; on a regular file it has no effect. */
    return open_retrying(path, (writable ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_NOCTTY, 0, ret_fd);
}

int mmf_sys_open_or_create(const char *path, uint32_t mode, bool exact_mode, int *ret_fd)
{
    const int flags = O_RDWR | O_NONBLOCK | O_NOCTTY;
    int fd = -1;
    int error = open_retrying(path, flags, 0, &fd);

    /* others may delete it just now; a symbolic link that leads nowhere is both there and not */
    for (int attempt = 0; error == ENOENT && attempt < 100; attempt++) {
        error = open_retrying(path, flags | O_CREAT | O_EXCL, mode, &fd);
        if (error == 0 && exact_mode) {
            (void)fchmod(fd, (mode_t)mode); /* at worst the umask has its way */
        } else if (error == EEXIST) {
            mmf_sys_sleep_ns(1000);
            error = open_retrying(path, flags, 0, &fd);
        } else {
            break;
        }
    }
    if (error == 0) {
        *ret_fd = fd;
    }
    return error;
}

int mmf_sys_real_path(const char *path, char **ret_path)
{
    char *result = realpath(path, NULL);

    if (!result) {
        return errno;
    }
    *ret_path = result;
    return 0;
}

void mmf_sys_close(int fd)
{
    if (fd >= 0) {
        (void)close(fd);
    }
}

static void info_from_stat(const struct stat *stat, mmf_sys_info *ret_info)
{
    ret_info->size = stat->st_size > 0 ? (uint64_t)stat->st_size : 0;
    ret_info->allocated = (uint64_t)stat->st_blocks * 512; /* whatever st_blksize is: stat(2) */
    ret_info->device = (uint64_t)stat->st_dev;
    ret_info->inode = (uint64_t)stat->st_ino;
    ret_info->mode = (uint32_t)stat->st_mode & 07777u;
    ret_info->is_regular = S_ISREG(stat->st_mode);
}

int mmf_sys_info_of(int fd, mmf_sys_info *ret_info)
{
    struct stat stat;

    if (fstat(fd, &stat) != 0) {
        return errno;
    }
    info_from_stat(&stat, ret_info);
    return 0;
}

int mmf_sys_info_of_path(const char *path, mmf_sys_info *ret_info)
{
    struct stat result;

    if (stat(path, &result) != 0) {
        return errno;
    }
    info_from_stat(&result, ret_info);
    return 0;
}

int mmf_sys_read_at(int fd, uint64_t offset, void *buffer, size_t size, size_t *ret_size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = pread(fd, (char *)buffer + done, size - done, (off_t)(offset + done));

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return errno;
        }
        if (n == 0) {
            break;
        }
        done += (size_t)n;
    }
    *ret_size = done;
    return 0;
}

static int write_all(int fd, uint64_t offset, const void *bytes, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = pwrite(fd, (const char *)bytes + done, size - done, (off_t)(offset + done));

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return errno;
        }
        done += (size_t)n;
    }
    return 0;
}

/* Around calls that grow a file all signals wait. RLIMIT_FSIZE raises SIGXFSZ, which kills by
 * default, beside EFBIG (setrlimit(2)): the one that the call raised is consumed. And tmpfs undoes
 * a fallocate(2) that a signal interrupts, so that a timer could keep a large one from ever ending.
 */
typedef struct held_signals {
    sigset_t old;
    bool size_was_pending;
} held_signals;

static void signals_hold(held_signals *held)
{
    sigset_t all;
    sigset_t pending;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &held->old);
    (void)sigpending(&pending);
    held->size_was_pending = sigismember(&pending, SIGXFSZ) == 1;
}

static void signals_release(held_signals *held, int error)
{
    const struct timespec now = {0, 0};
    sigset_t size_signal;

    if (error == EFBIG && !held->size_was_pending) {
        (void)sigemptyset(&size_signal);
        (void)sigaddset(&size_signal, SIGXFSZ);
        while (sigtimedwait(&size_signal, NULL, &now) < 0 && errno == EINTR) {
        }
    }
    (void)pthread_sigmask(SIG_SETMASK, &held->old, NULL);
}

int mmf_sys_write_at(int fd, uint64_t offset, const void *bytes, size_t size)
{
    held_signals held;
    int error;

    signals_hold(&held);
    error = write_all(fd, offset, bytes, size);
    signals_release(&held, error);
    return error;
}

int mmf_sys_sync(int fd)
{
    int result;

    do {
        result = fsync(fd);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

/* A file system without fallocate(2): zeros written beyond the end have blocks too. What is before
 * the end is left alone, since others may be writing there. */
static int allocate_by_writing(int fd, uint64_t offset, uint64_t size)
{
    static const char zeros[65536];
    struct stat stat;
    uint64_t at;

    if (fstat(fd, &stat) != 0) {
        return errno;
    }
    at = (uint64_t)stat.st_size > offset ? (uint64_t)stat.st_size : offset;
    while (at < offset + size) {
        uint64_t rest = offset + size - at;
        size_t n = rest < sizeof zeros ? (size_t)rest : sizeof zeros;
        int error = write_all(fd, at, zeros, n);

        if (error != 0) {
            return error;
        }
        at += n;
    }
    return 0;
}

int mmf_sys_allocate(int fd, uint64_t offset, uint64_t size)
{
    held_signals held;
    int error;

    signals_hold(&held);
    do {
        error = fallocate(fd, 0, (off_t)offset, (off_t)size) == 0 ? 0 : errno;
    } while (error == EINTR);
    if (error == EOPNOTSUPP || error == ENOSYS) {
        error = allocate_by_writing(fd, offset, size);
    }
    signals_release(&held, error);
    return error;
}

int mmf_sys_truncate(int fd, uint64_t size)
{
    int result;

    do {
        result = ftruncate(fd, (off_t)size);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

int mmf_sys_next_data(int fd, uint64_t offset, uint64_t size, uint64_t *ret_begin,
                      uint64_t *ret_end)
{
    off_t begin = lseek(fd, (off_t)offset, SEEK_DATA);
    off_t end;

    if (begin < 0 && errno == ENXIO) { /* no more data */
        *ret_begin = size;
        *ret_end = size;
        return 0;
    }
    if (begin < 0 && errno != EINVAL) {
        return errno;
    }
    begin = begin < 0 ? (off_t)offset : begin;
    begin = begin > (off_t)size ? (off_t)size : begin;
    end = lseek(fd, begin, SEEK_HOLE);
    if (end < 0 && errno != EINVAL && errno != ENXIO) { /* ENXIO: cut just now */
        return errno;
    }
    *ret_begin = (uint64_t)begin;
    *ret_end = end < 0 || end > (off_t)size ? size : (uint64_t)end;
    return 0;
}

/* --- New files ------------------------------------------------------------------------------- */

static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash) {
        return strdup(".");
    }
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

/* Copy-on-write moves a page at every write-back, and can then meet a full disk in a store to
 * memory that has been allocated: ioctl_iflags(2), FS_NOCOW_FL. Only an empty file takes it. */
static void forbid_copy_on_write(int fd)
{
    struct statfs fs;
    int flags;

    if (fstatfs(fd, &fs) == 0 && fs.f_type == BTRFS_SUPER_MAGIC &&
        ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0) {
        flags |= FS_NOCOW_FL;
        (void)ioctl(fd, FS_IOC_SETFLAGS, &flags);
    }
}

static int create_unnamed(const char *path, uint32_t mode, mmf_sys_new_file *ret_file)
{
    char *directory = directory_of(path);
    int error;

    if (!directory) {
        return ENOMEM;
    }
    ret_file->temporary_path = NULL;
    error = open_retrying(directory, O_TMPFILE | O_RDWR, mode, &ret_file->fd);
    free(directory);
    return error;
}

static int create_named(const char *path, uint32_t mode, mmf_sys_new_file *ret_file)
{
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
        error = open_retrying(name, O_RDWR | O_CREAT | O_EXCL, mode, &ret_file->fd);
    }
    if (error != 0) {
        free(name);
        return error;
    }
    ret_file->temporary_path = name;
    return 0;
}

int mmf_sys_new_file_create(const char *path, uint32_t mode, mmf_sys_new_file *ret_file)
{
    int error = create_unnamed(path, mode, ret_file);

    if (error == EOPNOTSUPP || error == EISDIR || error == EINVAL) {
        error = create_named(path, mode, ret_file);
    }
    if (error == 0) {
        forbid_copy_on_write(ret_file->fd);
    }
    return error;
}

int mmf_sys_sync_directory_of(const char *path)
{
    char *directory = directory_of(path);
    int error;
    int fd = -1;

    if (!directory) {
        return ENOMEM;
    }
    error = open_retrying(directory, O_RDONLY | O_DIRECTORY, 0, &fd);
    free(directory);
    if (error != 0) {
        return error;
    }
    error = mmf_sys_sync(fd);
    mmf_sys_close(fd);
    return error == EINVAL ? 0 : error; /* a file system whose directories need no sync */
}

static int link_unnamed(int fd, const char *path)
{
    char source[64];

    (void)snprintf(source, sizeof source, "/proc/self/fd/%d", fd);
    return linkat(AT_FDCWD, source, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

/* A file system without hard links can still rename without replacing. */
static int rename_named(const char *from, const char *to)
{
    if (link(from, to) == 0) {
        (void)unlink(from);
        return 0;
    }
    if (errno != EPERM && errno != EOPNOTSUPP) {
        return errno;
    }
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0 ? 0 : errno;
}

int mmf_sys_new_file_publish(mmf_sys_new_file *file, const char *path)
{
    int error = file->temporary_path ? rename_named(file->temporary_path, path)
                                     : link_unnamed(file->fd, path);

    if (error != 0) {
        return error;
    }
    free(file->temporary_path);
    file->temporary_path = NULL;
    return mmf_sys_sync_directory_of(path);
}

void mmf_sys_new_file_close(mmf_sys_new_file *file)
{
    if (file->temporary_path) {
        (void)unlink(file->temporary_path);
        free(file->temporary_path);
        file->temporary_path = NULL;
    }
    mmf_sys_close(file->fd);
    file->fd = -1;
}
