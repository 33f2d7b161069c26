/* Linux: locks, the machine, waiting. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "runtime/system.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

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
    int error = mmf_sys_open("/proc/sys/kernel/random/boot_id", false, &fd);

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
