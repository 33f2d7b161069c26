/* Linux. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "runtime/system_flush.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

int mmf_sys_sync_data(int fd)
{
    int result;

    do {
        result = fdatasync(fd);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

int mmf_sys_begin_writeback(int fd, uint64_t offset, uint64_t size)
{
    int result;

    do {
        result = sync_file_range(fd, (off_t)offset, (off_t)size, SYNC_FILE_RANGE_WRITE);
    } while (result != 0 && errno == EINTR);
    return result == 0 || errno == ENOSYS || errno == EPERM ? 0 : errno;
}

int mmf_sys_thread_start(pthread_t *ret_thread, void *(*function)(void *), void *argument)
{
    sigset_t all;
    sigset_t before;
    int error;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(ret_thread, NULL, function, argument);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

void mmf_sys_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;

    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(cond, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

void mmf_sys_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, uint64_t deadline_ns)
{
    struct timespec time = {(time_t)(deadline_ns / 1000000000u), (long)(deadline_ns % 1000000000u)};

    (void)pthread_cond_timedwait(cond, mutex, &time);
}

void mmf_sys_page_faults(uint64_t *ret_minor, uint64_t *ret_major)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        *ret_minor = (uint64_t)usage.ru_minflt;
        *ret_major = (uint64_t)usage.ru_majflt;
    }
}
