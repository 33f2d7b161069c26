/* Many attach, make and write, while others clean up: nobody who has something finds it gone. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "runtime/shm.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "race";

#define RUN_MS 1500u
#define USERS 3
#define CLEANERS 2

typedef struct board {
    uint32_t stop;
    uint32_t uses;
    uint32_t made;
    uint32_t removed;
    uint32_t refused;
} board;

static board *shared;

static void count(uint32_t *number, uint32_t more)
{
    (void)__atomic_add_fetch(number, more, __ATOMIC_RELAXED);
}

static bool goes_on(void)
{
    return !test_await(&shared->stop, 1, 0);
}

/* --- Objects --------------------------------------------------------------------------------- */

static void must_lead_to(const char *path, int fd)
{
    struct stat by_path;
    struct stat by_fd;

    must(stat(path, &by_path) == 0);
    must(fstat(fd, &by_fd) == 0);
    must(by_path.st_ino == by_fd.st_ino && by_path.st_dev == by_fd.st_dev);
    must(by_fd.st_nlink == 1);
}

static void use_objects(void *argument)
{
    mmf_shm_options options = {.flags = MMF_SHM_OR_ATTACH, .directory = test_directory()};
    const char *path = test_path("s");

    (void)argument;
    while (goes_on()) {
        mmf_shm *shm;

        must_ok(mmf_shm_create("s", 5000, &options, &shm));
        count(&shared->uses, 1);
        count(&shared->made, mmf_shm_is_creator(shm));
        for (int i = 0; i < 3; i++) {
            must_lead_to(path, mmf_shm_descriptor(shm));
            must(mmf_shm_size(shm) == 5000);
            (void)sched_yield();
        }
        mmf_shm_close(shm);
        test_sleep_ms(2); /* or there would always be one who has it */
    }
}

static void clean(void *argument)
{
    mmf_shm_clean_options options = {.flags = *(uint32_t *)argument, .directory = test_directory()};

    while (goes_on()) {
        uint64_t removed = 0;

        must_ok(mmf_shm_clean_up(&options, &removed));
        count(&shared->removed, (uint32_t)removed);
    }
}

static void run(test_child_function *user, uint32_t flags)
{
    pid_t children[USERS + CLEANERS];

    shared = test_shared(sizeof *shared);
    for (int i = 0; i < USERS; i++) {
        children[i] = test_fork(user, &i);
    }
    for (int i = 0; i < CLEANERS; i++) {
        children[USERS + i] = test_fork(clean, &flags);
    }
    test_sleep_ms(RUN_MS);
    test_post(&shared->stop, 1);
    for (int i = 0; i < USERS + CLEANERS; i++) {
        int result = test_wait(children[i], 20000);

        ck_assert_msg(result == 0, "child %d: %d", i, result);
    }
    ck_assert_uint_gt(shared->uses, 10);
    ck_assert_uint_gt(shared->removed, 0);
}

START_TEST(test_objects)
{
    run(use_objects, 0);
    ck_assert_uint_gt(shared->made, 1);
}
END_TEST

/* --- Stores ---------------------------------------------------------------------------------- */

/* What was appended through a handle is what a new handle of that name finds. */
static void use_stores(void *argument)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    const mmf_options writing = {.flags = MMF_CREATE | MMF_NO_SYNC};
    const mmf_options reading = {.flags = MMF_READ_ONLY};
    const char *path = test_path("s");
    uint64_t word = *(int *)argument + 1;

    while (goes_on()) {
        mmf_store *store;
        mmf_store *reader;
        uint64_t index;
        uint64_t found;
        bool torn;
        mmf_status status = mmf_store_open(path, &type, &writing, &store);

        if (status != MMF_OK) { /* somebody has just been removing it */
            must(status == MMF_E_LOCKED || status == MMF_E_NOT_FOUND || status == MMF_E_STUCK);
            count(&shared->refused, 1);
            continue;
        }
        word += 16;
        must_ok(test_append(store, word, &index));
        (void)sched_yield();
        must_ok(mmf_store_open(path, &type, &reading, &reader));
        must_ok(test_get(reader, index, &found, &torn));
        must(found == word && !torn);
        must_ok(mmf_store_close(reader));
        must_ok(mmf_store_close(store));
        count(&shared->uses, 1);
        test_sleep_ms(2); /* or there would always be one who writes */
    }
}

START_TEST(test_stores)
{
    run(use_stores, MMF_SHM_CLEAN_STORES);
}
END_TEST

void suite_add(TCase *tcase)
{
    (void)setenv("TEST_TMPDIR", "/dev/shm", 1); /* where such objects live */
    tcase_set_timeout(tcase, 40);
    tcase_add_test(tcase, test_objects);
    tcase_add_test(tcase, test_stores);
}
