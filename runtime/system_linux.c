/* Linux. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "runtime/system.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/fs.h>
#include <linux/futex.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "runtime/counters.h"

_Static_assert(sizeof(off_t) == 8, "64-bit file offsets");
_Static_assert(sizeof(void *) == 8, "reservations need 64-bit addresses");

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

/* --- Memory ---------------------------------------------------------------------------------- */

size_t mmf_sys_page_size(void)
{
    long size = sysconf(_SC_PAGESIZE);

    return size > 0 ? (size_t)size : 4096;
}

int mmf_sys_map(int fd, uint64_t size, bool writable, void **ret_address)
{
    int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    void *address = mmap(NULL, (size_t)size, protection, MAP_SHARED | MAP_NORESERVE, fd, 0);

    if (address == MAP_FAILED) {
        return errno;
    }
    mmf_count_mapping(size);
    *ret_address = address;
    return 0;
}

int mmf_sys_map_part(int fd, uint64_t offset, uint64_t size, void **ret_address)
{
    void *address = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);

    if (address == MAP_FAILED) {
        return errno;
    }
    mmf_count_mapping(size);
    *ret_address = address;
    return 0;
}

void mmf_sys_map_over(int fd, void *address, uint64_t size)
{
    (void)mmap(address, (size_t)size, PROT_READ, MAP_SHARED | MAP_NORESERVE | MAP_FIXED, fd, 0);
}

void mmf_sys_unmap(void *address, uint64_t size)
{
    if (address && munmap(address, (size_t)size) == 0) {
        mmf_count_unmapping(size);
    }
}

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

int mmf_sys_populate(void *address, uint64_t size)
{
    int result;

    do {
        result = madvise(address, (size_t)size, MADV_POPULATE_WRITE);
    } while (result != 0 && errno == EINTR);
    return result == 0 || errno == EINVAL ? 0 : errno;
}

int mmf_sys_sync_map(void *address, uint64_t size)
{
    int result;

    do {
        result = msync(address, (size_t)size, MS_SYNC);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

void mmf_sys_replace_pages(void *address, uint64_t size)
{
    void *pages = mmap(address, (size_t)size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    if (pages != MAP_FAILED) {
        memset(pages, 0xff, (size_t)size);
    }
}

static bool (*fault_handler)(const void *address);
static struct sigaction fault_action_before;

/* As if our handler had never been there: the default action kills when the fault is repeated, or,
 * where it was kill(2) and no fault, when the signal is. */
static void pass_fault_on(int number, siginfo_t *info, void *context)
{
    if ((fault_action_before.sa_flags & SA_SIGINFO) != 0) {
        fault_action_before.sa_sigaction(number, info, context);
    } else if (fault_action_before.sa_handler == SIG_DFL ||
               fault_action_before.sa_handler == SIG_IGN) {
        (void)sigaction(SIGBUS, &fault_action_before, NULL);
        if (info->si_code <= 0) {
            (void)raise(number);
        }
    } else {
        fault_action_before.sa_handler(number);
    }
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    int saved_errno = errno;

    if (!fault_handler || !fault_handler(info->si_addr)) {
        pass_fault_on(number, info, context);
    }
    errno = saved_errno;
}

static bool is_ours(const struct sigaction *action)
{
    return (action->sa_flags & SA_SIGINFO) != 0 && action->sa_sigaction == on_fault;
}

/* One that somebody has put on top of ours may pass faults on to it, which then must not pass them
 * back; the action from before ours, or none, does not. */
static bool is_still_reached(void)
{
    struct sigaction now;

    return fault_handler && sigaction(SIGBUS, NULL, &now) == 0 &&
           (is_ours(&now) ||
            (now.sa_handler != SIG_DFL && now.sa_handler != fault_action_before.sa_handler));
}

int mmf_sys_handle_faults(bool (*handler)(const void *address))
{
    struct sigaction action;

    if (is_still_reached()) {
        return 0;
    }
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    (void)sigemptyset(&action.sa_mask);
    if (sigaction(SIGBUS, &action, &fault_action_before) != 0) {
        return errno;
    }
    fault_handler = handler;
    return 0;
}

/* Somebody may have put a handler of theirs on top since: then that stays. */
void mmf_sys_unhandle_faults(void)
{
    struct sigaction now;

    if (sigaction(SIGBUS, NULL, &now) == 0 && is_ours(&now)) {
        (void)sigaction(SIGBUS, &fault_action_before, NULL);
        fault_handler = NULL;
    }
}

/* --- Locks ----------------------------------------------------------------------------------- */

int mmf_sys_lock_file(int fd, bool exclusive)
{
    int result;

    do {
        result = flock(fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

static int byte_lock(int fd, int command, short type, uint64_t offset, uint64_t size,
                     struct flock *ret_lock)
{
    int result;

    do {
        memset(ret_lock, 0, sizeof *ret_lock);
        ret_lock->l_type = type;
        ret_lock->l_whence = SEEK_SET;
        ret_lock->l_start = (off_t)offset;
        ret_lock->l_len = (off_t)size;
        result = fcntl(fd, command, ret_lock);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

int mmf_sys_lock_byte(int fd, uint64_t offset)
{
    struct flock lock;
    int error = byte_lock(fd, F_OFD_SETLK, F_WRLCK, offset, 1, &lock);

    return error == EACCES ? EAGAIN : error;
}

int mmf_sys_lock_byte_shared(int fd, uint64_t offset)
{
    struct flock lock;
    int error = byte_lock(fd, F_OFD_SETLK, F_RDLCK, offset, 1, &lock);

    return error == EACCES ? EAGAIN : error;
}

void mmf_sys_unlock_byte(int fd, uint64_t offset)
{
    struct flock lock;

    (void)byte_lock(fd, F_OFD_SETLK, F_UNLCK, offset, 1, &lock);
}

int mmf_sys_bytes_locked(int fd, uint64_t offset, uint64_t size, bool *ret_locked)
{
    struct flock lock;
    int error = byte_lock(fd, F_OFD_GETLK, F_WRLCK, offset, size, &lock);

    if (error != 0) {
        return error;
    }
    *ret_locked = lock.l_type != F_UNLCK;
    return 0;
}

/* Only what is safe in a child after fork(2). */
bool mmf_sys_reopen(int *fd)
{
    char path[] = "/proc/self/fd/0000000000";
    size_t at = sizeof path - 1;
    size_t digits = 0;
    int number = *fd;
    int new_fd;

    for (int rest = number; rest > 0 || digits == 0; rest /= 10) {
        digits++;
    }
    at = sizeof "/proc/self/fd/" - 1 + digits;
    path[at] = '\0';
    for (; digits > 0; digits--, number /= 10) {
        path[--at] = (char)('0' + number % 10);
    }
    new_fd = open(path, O_RDONLY | O_CLOEXEC);
    if (new_fd < 0) {
        return false;
    }
    (void)close(*fd);
    *fd = new_fd;
    return true;
}

/* --- The machine ----------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* /proc/sys/kernel/random/boot_id is a UUID in text: random(4). */
int mmf_sys_boot_id(uint8_t ret_id[16])
{
    char text[37] = {0};
    size_t size = 0;
    size_t digits = 0;
    uint8_t id[16] = {0};
    int fd = -1;
    int error = open_retrying("/proc/sys/kernel/random/boot_id", O_RDONLY, 0, &fd);

    if (error != 0) {
        return error;
    }
    error = mmf_sys_read_at(fd, 0, text, sizeof text - 1, &size);
    mmf_sys_close(fd);
    if (error != 0) {
        return error;
    }
    for (size_t i = 0; i < size && digits < 32; i++) {
        int digit = hex_digit(text[i]);

        if (digit >= 0) {
            id[digits / 2] = (uint8_t)(id[digits / 2] << 4 | digit);
            digits++;
        }
    }
    if (digits != 32) {
        return EIO;
    }
    memcpy(ret_id, id, sizeof id);
    return 0;
}

int mmf_sys_random(void *buffer, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = getrandom((char *)buffer + done, size - done, 0);

        if (n < 0 && errno != EINTR) {
            return errno;
        }
        done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

uint64_t mmf_sys_process_id(void)
{
    return (uint64_t)getpid();
}

uint64_t mmf_sys_thread_id(void)
{
    return (uint64_t)gettid();
}

uint32_t mmf_sys_processors(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof set, &set) == 0 ? (uint32_t)CPU_COUNT(&set) : 1;
}

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t mmf_sys_monotonic_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

uint64_t mmf_sys_wall_clock_ns(void)
{
    return clock_ns(CLOCK_REALTIME);
}

void mmf_sys_yield(void)
{
    (void)sched_yield();
}

void mmf_sys_sleep_ns(uint64_t ns)
{
    struct timespec time = {(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};

    (void)nanosleep(&time, NULL);
}

/* --- Waiting for a word of a file ------------------------------------------------------------ */

void mmf_sys_word_wait(const uint32_t *word, uint32_t expected, uint64_t timeout_ns)
{
    struct timespec time = {(time_t)(timeout_ns / 1000000000u), (long)(timeout_ns % 1000000000u)};

    (void)syscall(SYS_futex, word, FUTEX_WAIT, expected, &time, NULL, 0);
}

void mmf_sys_word_wake(uint32_t *word)
{
    (void)syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
