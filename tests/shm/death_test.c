/* Processes that are killed before and after each of their system calls: while they make an object,
 * attach one, or take one away. What is left is whole, can be attached, and can be cleaned up. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "runtime/shm.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "death";

#define SIZE 20000u
#define STOPS_MAX 400

static mmf_shm_options options_of(uint32_t flags)
{
    return (mmf_shm_options){.flags = flags, .directory = test_directory(), .timeout_ms = 500};
}

/* --- What is done by those who die ----------------------------------------------------------- */

static void create(void)
{
    mmf_shm_options options = options_of(0);
    mmf_shm *shm;

    must_ok(mmf_shm_create("s", SIZE, &options, &shm));
}

static void create_or_attach(void)
{
    mmf_shm_options options = options_of(MMF_SHM_OR_ATTACH);
    mmf_shm *shm;

    must_ok(mmf_shm_create("s", SIZE, &options, &shm));
}

static void create_raw(void)
{
    mmf_shm_options options = options_of(MMF_SHM_RAW);
    mmf_shm *shm;

    must_ok(mmf_shm_create("s", SIZE, &options, &shm));
}

static void attach(void)
{
    mmf_shm_options options = options_of(0);
    mmf_shm *shm;

    must_ok(mmf_shm_attach("s", &options, &shm));
}

static void clean_up(void)
{
    const mmf_shm_clean_options options = {.flags = MMF_SHM_CLEAN_STORES,
                                           .directory = test_directory()};

    must_ok(mmf_shm_clean_up(&options, NULL));
}

static void unlink_it(void)
{
    must_ok(mmf_shm_unlink("s", test_directory()));
}

/* --- Stopping at calls ----------------------------------------------------------------------- */

static void child_main(void *function)
{
    must(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
    (void)raise(SIGSTOP);
    (*(void (**)(void))function)();
    (void)raise(SIGSTOP);
}

static int wait_for_stop(pid_t child)
{
    int status = 0;

    while (waitpid(child, &status, __WALL) < 0 && errno == EINTR) {
    }
    ck_assert_msg(WIFSTOPPED(status), "the child has ended by itself: %#x", (unsigned)status);
    return WSTOPSIG(status);
}

/* Starts a child and has it stop there; two stops for each call. *ret_over: it had done everything
 * before. */
static pid_t stop_at(void (*function)(void), unsigned stop, bool *ret_over)
{
    pid_t child = test_fork(child_main, &function);
    bool is_over = false;

    ck_assert_int_eq(wait_for_stop(child), SIGSTOP);
    ck_assert_int_eq(ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD), 0);
    for (unsigned i = 0; i < stop && !is_over; i++) {
        ck_assert_int_eq(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
        is_over = wait_for_stop(child) == SIGSTOP;
    }
    *ret_over = is_over;
    return child;
}

/* Kills it at that stop. False: it had done everything before. */
static bool kill_at(void (*function)(void), unsigned stop)
{
    bool is_over;
    pid_t child = stop_at(function, stop, &is_over);

    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(child, NULL, __WALL), child);
    return !is_over;
}

/* --- What is left ---------------------------------------------------------------------------- */

static bool is_whole(void)
{
    mmf_shm_options options = options_of(0);
    mmf_shm *shm = NULL;
    mmf_status status = mmf_shm_attach("s", &options, &shm);
    const unsigned char *bytes;

    if (status == MMF_E_NOT_FOUND) {
        return false;
    }
    ck_status(status, MMF_OK);
    ck_assert_uint_eq(mmf_shm_size(shm), SIZE);
    bytes = mmf_shm_bytes(shm, NULL);
    ck_assert(bytes[0] == 0 && memcmp(bytes, bytes + 1, SIZE - 1) == 0);
    mmf_shm_close(shm);
    return true;
}

START_TEST(test_creators_die)
{
    static void (*const functions[])(void) = {create, create_or_attach, create_raw};
    unsigned whole = 0;
    unsigned stop = 0;
    bool more = true;

    for (; more; stop++) {
        ck_assert_uint_lt(stop, STOPS_MAX);
        more = kill_at(functions[_i], stop);
        if (is_whole()) {
            whole++;
            ck_assert_uint_eq(test_directory_count(), 1);
            if (_i < 2) {
                clean_up();
            } else {
                unlink_it();
            }
        }
        ck_assert_uint_eq(test_directory_count(), 0);
    }
    ck_assert_msg(whole >= 2 && stop > whole + 10, "%u of %u were whole", whole, stop);
}
END_TEST

START_TEST(test_attachers_die)
{
    mmf_shm_options options = options_of(0);
    bool more = true;

    for (unsigned stop = 0; more; stop++) {
        mmf_shm *shm;

        ck_assert_uint_lt(stop, STOPS_MAX);
        ck_ok(mmf_shm_create("s", SIZE, &options, &shm));
        mmf_shm_close(shm);
        more = kill_at(attach, stop);
        ck_assert(is_whole());
        clean_up();
        ck_assert_uint_eq(test_directory_count(), 0);
    }
}
END_TEST

START_TEST(test_removers_die)
{
    static void (*const functions[])(void) = {clean_up, unlink_it};
    mmf_shm_options options = options_of(0);
    unsigned left = 0;
    bool more = true;

    for (unsigned stop = 0; more; stop++) {
        mmf_shm *shm;

        ck_assert_uint_lt(stop, STOPS_MAX);
        ck_ok(mmf_shm_create("s", SIZE, &options, &shm));
        mmf_shm_close(shm);
        more = kill_at(functions[_i], stop);
        left += is_whole();
        clean_up();
        ck_assert_uint_eq(test_directory_count(), 0);
    }
    ck_assert_uint_gt(left, 10);
}
END_TEST

/* A store without its lock file has lost its undo images: that is never left. */
START_TEST(test_removers_of_stores_die)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    unsigned alone = 0;
    bool more = true;

    for (unsigned stop = 0; more; stop++) {
        ck_assert_uint_lt(stop, STOPS_MAX);
        ck_ok(mmf_store_close(test_create(test_path("s"), &type, MMF_NO_SYNC)));
        ck_assert(test_exists(test_path("s.lock")));
        more = kill_at(_i == 0 ? clean_up : unlink_it, stop);
        ck_assert(!test_exists(test_path("s")) || test_exists(test_path("s.lock")));
        alone += test_exists(test_path("s.lock")) && !test_exists(test_path("s"));
        clean_up();
        ck_assert_uint_eq(test_directory_count(), 0);
    }
    ck_assert_uint_gt(alone, 0);
}
END_TEST

/* --- Removed while somebody is just coming --------------------------------------------------- */

/* Ends as the child of test_fork() does that found it (0), or did not (GONE). */
#define GONE 7

static void attach_or_miss(void)
{
    mmf_shm_options options = options_of(0);
    mmf_shm *shm;
    mmf_status status = mmf_shm_attach("s", &options, &shm);

    if (status == MMF_E_NOT_FOUND) {
        _exit(GONE);
    }
    must_ok(status);
    must(test_exists(test_path("s")));
    clean_up();
    must(test_exists(test_path("s")));
}

static void attach_or_make(void)
{
    mmf_shm_options options = options_of(MMF_SHM_OR_ATTACH);
    mmf_shm *shm;

    must_ok(mmf_shm_create("s", SIZE, &options, &shm));
    clean_up();
    must(test_exists(test_path("s")));
}

static void open_store_or_miss(void)
{
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    const mmf_options options = {.flags = MMF_NO_SYNC};
    mmf_store *store;
    mmf_status status = mmf_store_open(test_path("s"), &type, &options, &store);

    if (status == MMF_E_NOT_FOUND) {
        _exit(GONE);
    }
    must_ok(status);
    clean_up();
    must(test_exists(test_path("s")) && test_exists(test_path("s.lock")));
}

/* Stops it at each of its calls, cleans up, and lets it go on. */
START_TEST(test_removed_meanwhile)
{
    static void (*const functions[])(void) = {attach_or_miss, attach_or_make, open_store_or_miss};
    mmf_record_type type = test_type(MMF_FORMAT_2, 64);
    mmf_shm_options options = options_of(0);
    unsigned gone = 0;
    bool is_over = false;

    for (unsigned stop = 0; !is_over; stop++) {
        mmf_shm *shm;
        pid_t child;
        int result;

        ck_assert_uint_lt(stop, STOPS_MAX);
        if (_i == 2) {
            ck_ok(mmf_store_close(test_create(test_path("s"), &type, MMF_NO_SYNC)));
        } else {
            ck_ok(mmf_shm_create("s", SIZE, &options, &shm));
            mmf_shm_close(shm);
        }
        child = stop_at(functions[_i], stop, &is_over);
        clean_up();
        if (!is_over) {
            ck_assert_int_eq(ptrace(PTRACE_CONT, child, NULL, NULL), 0);
            (void)waitpid(child, &result, __WALL);
            gone += WIFEXITED(result) && WEXITSTATUS(result) == GONE;
            ck_assert_msg(WIFSTOPPED(result) || (_i != 1 && WEXITSTATUS(result) == GONE),
                          "at stop %u: %#x", stop, (unsigned)result);
        }
        if (is_over || WIFSTOPPED(result)) {
            ck_assert_int_eq(kill(child, SIGKILL), 0);
            ck_assert_int_eq(waitpid(child, NULL, __WALL), child);
        }
        clean_up();
        if (test_file_size(test_path("s.lock")) == 0) { /* of one who came too late: see shm.h */
            ck_assert_int_eq(unlink(test_path("s.lock")), 0);
        }
        ck_assert_uint_eq(test_directory_count(), 0);
    }
    ck_assert_msg(_i == 1 || gone > 2, "gone %u times", gone);
}
END_TEST

void suite_add(TCase *tcase)
{
    (void)setenv("TEST_TMPDIR", "/dev/shm", 1); /* where such objects live */
    tcase_set_timeout(tcase, 50);
    tcase_add_loop_test(tcase, test_creators_die, 0, 3);
    tcase_add_test(tcase, test_attachers_die);
    tcase_add_loop_test(tcase, test_removers_die, 0, 2);
    tcase_add_loop_test(tcase, test_removed_meanwhile, 0, 3);
    tcase_add_loop_test(tcase, test_removers_of_stores_die, 0, 2);
}
