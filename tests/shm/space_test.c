/* Where there is no space: MMF_E_NO_SPACE before anything is there, and never a SIGBUS after it. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "runtime/shm.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "space";

#define CANNOT_MOUNT 77

static void limited(void *argument)
{
    struct rlimit limit;
    mmf_shm_options options = {.directory = test_directory(), .reservation_bytes = 1 << 20};
    mmf_shm *shm;

    (void)argument;
    (void)signal(SIGXFSZ, SIG_DFL); /* which kills */
    must(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    limit.rlim_cur = 100000;
    must(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    must_status(mmf_shm_create("s", 200000, &options, &shm), MMF_E_NO_SPACE);
    must_status(mmf_shm_create_anonymous("s", 200000, &options, &shm), MMF_E_NO_SPACE);
    must_ok(mmf_shm_create("s", 50000, &options, &shm));
    must_status(mmf_shm_resize(shm, 200000), MMF_E_NO_SPACE);
    must(mmf_shm_size(shm) == 50000);
    memset(mmf_shm_bytes(shm, NULL), 1, 50000);
    mmf_shm_close(shm);
}

START_TEST(test_file_size_limit)
{
    test_run_ok(limited, NULL, 5000);
    ck_assert_uint_eq(test_directory_count(), 1);
}
END_TEST

static void fill_small_tmpfs(void *argument)
{
    const char *directory = argument;
    mmf_shm_options options = {.directory = directory, .reservation_bytes = 4 << 20};
    mmf_shm *shm = NULL;
    mmf_shm *more = NULL;

    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", directory, "tmpfs", 0, "size=1m") != 0) {
        _exit(CANNOT_MOUNT);
    }
    must_status(mmf_shm_create("s", 2 << 20, &options, &shm), MMF_E_NO_SPACE);
    must_status(mmf_shm_create("s", 1 << 20, &options, &shm), MMF_E_NO_SPACE); /* a page in front */
    must_ok(mmf_shm_create("s", 900000, &options, &shm));
    must_status(mmf_shm_create("t", 200000, &options, &more), MMF_E_NO_SPACE);
    must_status(mmf_shm_attach("t", &options, &more), MMF_E_NOT_FOUND);
    must_status(mmf_shm_resize(shm, 2 << 20), MMF_E_NO_SPACE);
    must(mmf_shm_size(shm) == 900000);
    memset(mmf_shm_bytes(shm, NULL), 1, 900000); /* no SIGBUS */
    must_ok(mmf_shm_resize(shm, 1000));
    must_ok(mmf_shm_create("t", 200000, &options, &more));
    memset(mmf_shm_bytes(more, NULL), 1, 200000);
    mmf_shm_close(more);
    mmf_shm_close(shm);
}

START_TEST(test_full_tmpfs)
{
    char directory[600];
    int result;

    (void)snprintf(directory, sizeof directory, "%s", test_directory());
    result = test_run(fill_small_tmpfs, directory, 10000);
    if (result == CANNOT_MOUNT) {
        fprintf(stderr, "test_full_tmpfs: skipped, mounting is not permitted\n");
        return;
    }
    ck_assert_int_eq(result, 0);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, test_file_size_limit);
    tcase_add_test(tcase, test_full_tmpfs);
}
