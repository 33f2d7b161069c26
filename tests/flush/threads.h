/* Handles that flush, and threads that write through them: what the tests with threads share. */
#ifndef MMF_TESTS_FLUSH_THREADS_H
#define MMF_TESTS_FLUSH_THREADS_H

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/flusher.h"
#include "tests/flush/disk.h"
#include "tests/runtime/testing.h"

static const mmf_flush_policy always = {.mode = MMF_FLUSH_ALWAYS};
/* Never over within a test. */
static const mmf_flush_policy seldom = {.mode = MMF_FLUSH_EVERY, .interval_ms = UINT32_MAX};
static const mmf_flush_policy often = {.mode = MMF_FLUSH_EVERY, .interval_ms = 1};

static inline mmf_flusher *new_flusher(const mmf_flush_policy *policy, const char *name)
{
    mmf_flusher *flusher = calloc(1, sizeof *flusher);
    int fd = open(test_path(name), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    ck_assert(flusher && fd >= 0);
    ck_ok(mmf_flusher_open(flusher, fd, policy));
    return flusher;
}

static inline mmf_status discard(mmf_flusher *flusher)
{
    mmf_status status = mmf_flusher_close(flusher);

    (void)close(flusher->fd);
    free(flusher);
    return status;
}

static inline mmf_status write_bytes(mmf_flusher *flusher, uint64_t size)
{
    uint64_t before = mmf_flusher_before(flusher);

    return mmf_flusher_wrote(flusher, size, before);
}

/* Threads of this process; one that has been joined may be there a moment longer. */
static inline unsigned thread_count(void)
{
    DIR *directory = opendir("/proc/self/task");
    unsigned count = 0;

    while (directory && readdir(directory)) {
        count++;
    }
    (void)closedir(directory);
    return count - 2;
}

static inline bool has_threads(unsigned count)
{
    for (unsigned i = 0; i < 5000 && thread_count() != count; i++) {
        test_sleep_ms(1);
    }
    return thread_count() == count;
}

typedef struct job {
    mmf_flusher *flusher;
    pthread_t thread;
    mmf_status status;
    uint32_t is_done;
} job;

static inline void *write_once(void *argument)
{
    job *job = argument;

    job->status = write_bytes(job->flusher, 1);
    test_post(&job->is_done, 1);
    return NULL;
}

static inline void start(job *job, mmf_flusher *flusher, void *(*function)(void *))
{
    job->flusher = flusher;
    job->is_done = 0;
    ck_assert_int_eq(pthread_create(&job->thread, NULL, function, job), 0);
}

static inline void await_pending(mmf_flusher *flusher, uint64_t bytes)
{
    for (unsigned i = 0; i < 20000 && mmf_flusher_pending(flusher) < bytes; i++) {
        test_sleep_ms(1);
    }
    ck_assert_uint_ge(mmf_flusher_pending(flusher), bytes);
}

#endif
