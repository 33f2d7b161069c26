#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tests/flush/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/runtime/testing.h"

disk the_disk;

#define add(word, value) (void)__atomic_add_fetch(&the_disk.word, (value), __ATOMIC_ACQ_REL)
#define get(word) __atomic_load_n(&the_disk.word, __ATOMIC_ACQUIRE)
#define put(word, value) __atomic_store_n(&the_disk.word, (value), __ATOMIC_RELEASE)

void disk_reset(void)
{
    memset(&the_disk, 0, sizeof the_disk);
}

void disk_fail(uint32_t calls, int error)
{
    put(error, error);
    put(failing, calls);
}

void disk_hold(void)
{
    put(is_held, 1);
}

void disk_await_held(uint32_t calls)
{
    if (!test_await(&the_disk.inside, calls, 20000)) {
        abort();
    }
}

void disk_let_go(void)
{
    put(is_held, 0);
}

uint32_t disk_data_syncs(void)
{
    return get(data_syncs);
}

static bool takes_one(uint32_t *word)
{
    uint32_t n = __atomic_load_n(word, __ATOMIC_ACQUIRE);

    while (n > 0 && !__atomic_compare_exchange_n(word, &n, n - 1, false, __ATOMIC_ACQ_REL,
                                                 __ATOMIC_ACQUIRE)) {
    }
    return n > 0;
}

static int work(void)
{
    add(inside, 1);
    while (get(is_held) != 0) {
        test_sleep_ms(1);
    }
    add(inside, (uint32_t)-1);
    if (takes_one(&the_disk.failing)) {
        errno = get(error);
        return -1;
    }
    return 0;
}

int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
    int result = work();

    add(data_syncs_of[fd % DISK_FDS], 1);
    add(data_syncs, 1);
    return result;
}

int __wrap_msync(void *address, size_t size, int flags);
int __wrap_msync(void *address, size_t size, int flags)
{
    int result = work();

    if (flags != MS_SYNC) {
        add(other, 1);
    }
    put(range_begin, (uint64_t)(uintptr_t)address);
    put(range_size, size);
    add(range_syncs, 1);
    return result;
}

int __wrap_sync_file_range(int fd, off_t offset, off_t size, unsigned flags);
int __wrap_sync_file_range(int fd, off_t offset, off_t size, unsigned flags)
{
    int result = work();

    (void)fd;
    if (flags != SYNC_FILE_RANGE_WRITE || offset != 0 || size != 0) {
        add(other, 1);
    }
    add(begun, 1);
    return result;
}

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*function)(void *), void *argument)
{
    return takes_one(&the_disk.failing_threads)
               ? EAGAIN
               : __real_pthread_create(thread, attributes, function, argument);
}
