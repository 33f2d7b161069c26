/* Linux. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "runtime/system_shm.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/memfd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008u
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010u
#endif

/* --- Names ----------------------------------------------------------------------------------- */

static int open_retrying(const char *path, int flags, int *ret_fd)
{
    int fd;

    do {
        fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        return errno;
    }
    *ret_fd = fd;
    return 0;
}

int mmf_sys_shm_open(const char *path, bool writable, int *ret_fd)
{
    return open_retrying(path, (writable ? O_RDWR : O_RDONLY) | O_NOFOLLOW, ret_fd);
}

static void info_from_stat(const struct stat *stat, mmf_sys_shm_info *ret_info)
{
    ret_info->file = (mmf_sys_info){
        .size = stat->st_size > 0 ? (uint64_t)stat->st_size : 0,
        .allocated = (uint64_t)stat->st_blocks * 512,
        .device = (uint64_t)stat->st_dev,
        .inode = (uint64_t)stat->st_ino,
        .mode = (uint32_t)stat->st_mode & 07777u,
        .is_regular = S_ISREG(stat->st_mode),
    };
    ret_info->user = (uint32_t)stat->st_uid;
}

int mmf_sys_shm_info_of(int fd, mmf_sys_shm_info *ret_info)
{
    struct stat stat;

    if (fstat(fd, &stat) != 0) {
        return errno;
    }
    info_from_stat(&stat, ret_info);
    return 0;
}

int mmf_sys_shm_info_of_path(const char *path, mmf_sys_shm_info *ret_info)
{
    struct stat stat;

    if (lstat(path, &stat) != 0) {
        return errno;
    }
    info_from_stat(&stat, ret_info);
    return 0;
}

int mmf_sys_shm_set_mode(int fd, uint32_t mode)
{
    return fchmod(fd, (mode_t)mode) == 0 ? 0 : errno;
}

int mmf_sys_shm_remove(const char *path)
{
    return unlink(path) == 0 ? 0 : errno;
}

int mmf_sys_shm_reopen(int fd, bool writable, int *ret_fd)
{
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open_retrying(path, writable ? O_RDWR : O_RDONLY, ret_fd);
}

int mmf_sys_shm_each(const char *directory, bool (*function)(void *context, const char *name),
                     void *context)
{
    DIR *stream = opendir(directory);
    struct dirent *entry;
    int error;

    if (!stream) {
        return errno;
    }
    do {
        errno = 0;
        entry = readdir(stream);
        error = entry ? 0 : errno;
    } while (entry && function(context, entry->d_name));
    (void)closedir(stream);
    return error;
}

/* --- Locks ----------------------------------------------------------------------------------- */

void mmf_sys_shm_unlock_file(int fd)
{
    (void)flock(fd, LOCK_UN);
}

int mmf_sys_shm_locked_part(int fd, uint64_t begin, uint64_t end, uint64_t *ret_begin,
                            uint64_t *ret_end)
{
    struct flock lock;
    uint64_t first;
    int result;

    do {
        memset(&lock, 0, sizeof lock);
        lock.l_type = F_WRLCK;
        lock.l_whence = SEEK_SET;
        lock.l_start = (off_t)begin;
        lock.l_len = (off_t)(end - begin);
        result = fcntl(fd, F_OFD_GETLK, &lock);
    } while (result != 0 && errno == EINTR);
    if (result != 0) {
        return errno;
    }
    if (lock.l_type == F_UNLCK) {
        *ret_begin = *ret_end = end;
        return 0;
    }
    first = (uint64_t)lock.l_start;
    *ret_end =
        lock.l_len > 0 && first + (uint64_t)lock.l_len < end ? first + (uint64_t)lock.l_len : end;
    *ret_begin = first > begin ? first : begin;
    return 0;
}

/* --- Memory ---------------------------------------------------------------------------------- */

static mmf_sys_shm_kind kind_of(const struct stat *stat, const struct statfs *fs)
{
    if (!S_ISREG(stat->st_mode)) {
        return MMF_SYS_SHM_NO_MEMORY;
    }
    return fs->f_type == HUGETLBFS_MAGIC ? MMF_SYS_SHM_HUGE_PAGES
           : fs->f_type == TMPFS_MAGIC   ? MMF_SYS_SHM_PAGES
                                         : MMF_SYS_SHM_NO_MEMORY;
}

int mmf_sys_shm_describe(int fd, mmf_sys_shm_descriptor *ret_descriptor)
{
    const int fixed = F_SEAL_SHRINK | F_SEAL_GROW;
    struct stat stat;
    struct statfs fs;
    int flags = fcntl(fd, F_GETFL);
    int seals = fcntl(fd, F_GET_SEALS); /* below 0: a file system that has none */
    int access = flags & O_ACCMODE;

    if (flags < 0 || fstat(fd, &stat) != 0 || fstatfs(fd, &fs) != 0) {
        return errno;
    }
    *ret_descriptor = (mmf_sys_shm_descriptor){
        .kind = kind_of(&stat, &fs),
        .may_read = (flags & O_PATH) == 0 && (access == O_RDONLY || access == O_RDWR),
        .may_write = (flags & O_PATH) == 0 && access == O_RDWR,
        .is_sealed = seals >= 0 && (seals & fixed) == fixed,
        .is_write_once = seals >= 0 && (seals & (F_SEAL_FUTURE_WRITE | F_SEAL_WRITE)) != 0,
        .page_bytes = fs.f_type == HUGETLBFS_MAGIC ? (uint64_t)fs.f_bsize : mmf_sys_page_size(),
    };
    return 0;
}

/* A line "KEY: n kB" of /proc/meminfo, in bytes. */
static uint64_t line_of(const char *text, const char *key)
{
    const char *at = strstr(text, key);

    return at ? strtoull(at + strlen(key), NULL, 10) * 1024 : 0;
}

uint64_t mmf_sys_shm_available(void)
{
    char text[4096];
    size_t size = 0;
    int fd = -1;

    if (open_retrying("/proc/meminfo", O_RDONLY, &fd) != 0) {
        return UINT64_MAX;
    }
    if (mmf_sys_read_at(fd, 0, text, sizeof text - 1, &size) != 0) {
        size = 0;
    }
    mmf_sys_close(fd);
    text[size] = '\0';
    return strstr(text, "\nMemAvailable:")
               ? line_of(text, "\nMemAvailable:") + line_of(text, "\nSwapFree:")
               : UINT64_MAX;
}

static unsigned huge_flags(uint64_t huge_page_bytes)
{
    unsigned shift = 0;

    while (shift < 63 && (uint64_t)1 << shift < huge_page_bytes) {
        shift++;
    }
    return huge_page_bytes == 0 ? 0 : MFD_HUGETLB | shift << MFD_HUGE_SHIFT;
}

int mmf_sys_shm_anonymous(const char *name, uint64_t huge_page_bytes, bool exec, int *ret_fd)
{
    unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING | huge_flags(huge_page_bytes);
    int fd = memfd_create(name, flags | (exec ? MFD_EXEC : MFD_NOEXEC_SEAL));

    if (fd < 0 && errno == EINVAL) { /* before Linux 6.3, which knows neither */
        fd = memfd_create(name, flags);
    }
    if (fd < 0) {
        return errno;
    }
    *ret_fd = fd;
    return 0;
}

int mmf_sys_shm_seal(int fd, bool against_resizing, bool against_writing)
{
    int seals = F_SEAL_SEAL | (against_resizing ? F_SEAL_SHRINK | F_SEAL_GROW : 0) |
                (against_writing ? F_SEAL_FUTURE_WRITE : 0);

    return fcntl(fd, F_ADD_SEALS, seals) == 0 ? 0 : errno;
}

/* --- Sockets --------------------------------------------------------------------------------- */

/* Until the socket is ready, or the deadline; UINT64_MAX is none. */
static int wait_for(int socket, short events, uint64_t deadline_ns)
{
    for (;;) {
        struct pollfd poll_fd = {.fd = socket, .events = events};
        uint64_t now = mmf_sys_monotonic_ns();
        uint64_t rest = deadline_ns > now ? deadline_ns - now : 0;
        struct timespec time = {(time_t)(rest / 1000000000u), (long)(rest % 1000000000u)};
        int result = ppoll(&poll_fd, 1, deadline_ns == UINT64_MAX ? NULL : &time, NULL);

        if (result > 0) {
            return 0;
        }
        if (result == 0) {
            return ETIMEDOUT;
        }
        if (errno != EINTR) {
            return errno;
        }
    }
}

static uint64_t deadline_of(uint64_t timeout_ns)
{
    uint64_t now = mmf_sys_monotonic_ns();

    return timeout_ns > UINT64_MAX - 1 - now ? UINT64_MAX : now + timeout_ns;
}

int mmf_sys_shm_send(int socket, const void *bytes, size_t size, int fd, uint64_t timeout_ns)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.bytes = {0}};
    uint64_t deadline = deadline_of(timeout_ns);
    size_t done = 0;

    while (done < size) {
        struct iovec vector = {(char *)(uintptr_t)bytes + done, size - done};
        struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
        ssize_t n;

        if (done == 0) { /* it goes with the first byte */
            struct cmsghdr *header = &control.align;

            message.msg_control = control.bytes;
            message.msg_controllen = sizeof control.bytes;
            header->cmsg_level = SOL_SOCKET;
            header->cmsg_type = SCM_RIGHTS;
            header->cmsg_len = CMSG_LEN(sizeof fd);
            memcpy(CMSG_DATA(header), &fd, sizeof fd);
        }
        n = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0) {
            done += (size_t)n;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            int error = wait_for(socket, POLLOUT, deadline);

            if (error != 0) {
                return error;
            }
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

static void take_descriptors(struct msghdr *message, mmf_sys_shm_received *received)
{
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
         header = CMSG_NXTHDR(message, header)) {
        size_t count = 0;

        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
            count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        }
        for (size_t i = 0; i < count; i++) {
            int fd;

            memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
            if (received->fd < 0) {
                received->fd = fd;
            } else {
                (void)close(fd);
            }
            received->count++;
        }
    }
}

#define DESCRIPTORS_MAX 253 /* of one message: unix(7) */

static ssize_t receive_some(int socket, void *buffer, size_t size, mmf_sys_shm_received *received)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * DESCRIPTORS_MAX) + 256];
    } control;
    struct iovec vector = {buffer, size};
    struct msghdr message = {
        .msg_iov = &vector,
        .msg_iovlen = 1,
        .msg_control = control.bytes,
        .msg_controllen = sizeof control.bytes,
    };
    ssize_t n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

    if (n >= 0) {
        take_descriptors(&message, received);
        received->is_cut |= (message.msg_flags & MSG_TRUNC) != 0;
        received->is_lost |= (message.msg_flags & MSG_CTRUNC) != 0;
    }
    return n;
}

static bool is_stream(int socket)
{
    int type = SOCK_DGRAM;
    socklen_t size = sizeof type;

    return getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

static int receive_all(int socket, char *buffer, size_t size, uint64_t deadline,
                       mmf_sys_shm_received *received)
{
    bool more = true;

    while (more && received->size < size) {
        ssize_t n = receive_some(socket, buffer + received->size, size - received->size, received);

        if (n >= 0) {
            received->size += (size_t)n;
            more = n > 0 && is_stream(socket);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            int error = wait_for(socket, POLLIN, deadline);

            if (error != 0) {
                return error;
            }
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

int mmf_sys_shm_receive(int socket, void *buffer, size_t size, uint64_t timeout_ns,
                        mmf_sys_shm_received *ret_received)
{
    mmf_sys_shm_received received = {.fd = -1};
    int error = receive_all(socket, buffer, size, deadline_of(timeout_ns), &received);

    if (error != 0) {
        mmf_sys_close(received.fd);
        return error;
    }
    *ret_received = received;
    return 0;
}

/* --- Processes ------------------------------------------------------------------------------- */

uint32_t mmf_sys_shm_user(void)
{
    return (uint32_t)geteuid();
}

/* The 22nd field of /proc/self/stat: proc(5). The second, in brackets, may have anything in it. */
uint64_t mmf_sys_shm_process_start(void)
{
    char text[1024];
    size_t size = 0;
    const char *at;
    int fd = -1;

    if (open_retrying("/proc/self/stat", O_RDONLY, &fd) != 0) {
        return 0;
    }
    if (mmf_sys_read_at(fd, 0, text, sizeof text - 1, &size) != 0) {
        size = 0;
    }
    mmf_sys_close(fd);
    text[size] = '\0';
    at = strrchr(text, ')');
    for (int field = 2; at && field < 22; field++) {
        at = strchr(at + 1, ' ');
    }
    return at ? strtoull(at + 1, NULL, 10) : 0;
}
