/* Processes on one store: appends, writes and kills at random moments. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <signal.h>
#include <stdlib.h>

#include "tests/runtime/testing.h"

const char *const suite_name = "processes";

#define PROCESSES 4
#define APPENDS 20000u

typedef struct shared_state {
    mmf_record_type type;
    char path[600];
    uint32_t next;
    uint32_t stop;
    uint64_t appended[PROCESSES]; /* what each has been told to be in the file */
    uint64_t writes;
} shared_state;

static shared_state *make(uint32_t format, uint32_t record_size)
{
    shared_state *shared = test_shared(sizeof *shared);

    shared->type = test_type(format, record_size);
    (void)snprintf(shared->path, sizeof shared->path, "%s", test_path("store"));
    ck_ok(mmf_store_close(test_create(shared->path, &shared->type, 0)));
    return shared;
}

static void append_all(void *argument)
{
    shared_state *shared = argument;
    uint64_t me = __atomic_fetch_add(&shared->next, 1, __ATOMIC_RELAXED);
    mmf_options options = {.timeout_ms = 20000};
    mmf_store *store;

    must_ok(mmf_store_open(shared->path, &shared->type, &options, &store));
    for (uint64_t i = 0; i < APPENDS; i++) {
        must_ok(test_append(store, (me + 1) << 32 | i, NULL));
        __atomic_store_n(&shared->appended[me], i + 1, __ATOMIC_RELEASE);
    }
    must_ok(mmf_store_close(store));
}

/* Each process's records are there, all of them, once, in its order. */
static void ck_all_appended(const shared_state *shared, bool killed)
{
    mmf_store *store = test_open(shared->path, &shared->type, MMF_READ_ONLY);
    uint64_t next[PROCESSES] = {0};
    uint64_t len = mmf_store_len(store);

    for (uint64_t i = 0; i < len; i++) {
        uint64_t word = 0;
        bool torn = true;

        ck_ok(test_get(store, i, &word, &torn));
        ck_assert(!torn && word >> 32 >= 1 && word >> 32 <= PROCESSES);
        ck_assert_uint_eq(word & UINT32_MAX, next[(word >> 32) - 1]++);
    }
    for (unsigned p = 0; p < PROCESSES; p++) {
        uint64_t told = shared->appended[p];

        ck_assert(next[p] == told || (killed && next[p] == told + 1));
    }
    ck_ok(mmf_store_close(store));
}

START_TEST(test_appenders)
{
    shared_state *shared = make(1 + (uint32_t)_i, 104);
    pid_t children[PROCESSES];

    for (unsigned i = 0; i < PROCESSES; i++) {
        children[i] = test_fork(append_all, shared);
    }
    for (unsigned i = 0; i < PROCESSES; i++) {
        ck_assert_int_eq(test_wait(children[i], 40000), 0);
    }
    ck_all_appended(shared, false);
}
END_TEST

/* Appenders killed at any moment: the others go on at once, and nothing that was said to be
 * appended is missing. */
START_TEST(test_killed_appenders)
{
    shared_state *shared = make(1 + (uint32_t)_i, 104);
    pid_t children[PROCESSES];

    for (unsigned i = 0; i < PROCESSES; i++) {
        children[i] = test_fork(append_all, shared);
    }
    for (unsigned i = 0; i < PROCESSES - 1; i++) {
        test_sleep_ms(3 + 2 * i);
        ck_assert_int_eq(kill(children[i], SIGKILL), 0);
        (void)test_wait(children[i], 10000);
    }
    ck_assert_int_eq(test_wait(children[PROCESSES - 1], 40000), 0);
    ck_all_appended(shared, true);
}
END_TEST

static void write_until_stopped(void *argument)
{
    shared_state *shared = argument;
    uint64_t word = (uint64_t)getpid() << 32;
    mmf_store *store;

    must_ok(mmf_store_open(shared->path, &shared->type, NULL, &store));
    while (__atomic_load_n(&shared->stop, __ATOMIC_RELAXED) == 0) {
        must_ok(test_set(store, 0, ++word));
        (void)__atomic_add_fetch(&shared->writes, 1, __ATOMIC_RELAXED);
    }
    must_ok(mmf_store_close(store));
}

START_TEST(test_writers)
{
    shared_state *shared = make(MMF_FORMAT_2, 512);
    pid_t children[2];
    uint64_t reads = 0;
    uint64_t deadline;
    /* on a busy machine a reader finds few gaps between two writers that do nothing else */
    const mmf_options options = {.timeout_ms = 20000};
    mmf_store *store;

    ck_ok(mmf_store_open(shared->path, &shared->type, &options, &store));
    ck_ok(test_append(store, 1, NULL));
    for (unsigned i = 0; i < 2; i++) {
        children[i] = test_fork(write_until_stopped, shared);
    }
    deadline = test_now_ms() + 300;
    while (test_now_ms() < deadline) {
        uint64_t word;
        bool torn = true;

        ck_ok(test_get(store, 0, &word, &torn));
        ck_assert(!torn);
        reads++;
    }
    test_post(&shared->stop, 1);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_int_eq(test_wait(children[i], 10000), 0);
    }
    ck_assert_uint_gt(reads, 0);
    ck_assert_uint_gt(shared->writes, 10);
    ck_ok(mmf_store_close(store));
}
END_TEST

/* A child made by fork() opens a handle of its own, while its parent's is open. */
static void open_own(void *argument)
{
    shared_state *shared = argument;
    mmf_store *store;

    must_ok(mmf_store_open(shared->path, &shared->type, NULL, &store));
    must_ok(test_append(store, 2, NULL));
    must_ok(mmf_store_close(store));
    must_status(mmf_store_open(shared->path, &shared->type, &(mmf_options){.flags = MMF_ONE_WRITER},
                               &store),
                MMF_E_LOCKED); /* by the parent */
}

START_TEST(test_child_opens_its_own)
{
    shared_state *shared = make(MMF_FORMAT_2, 64);
    mmf_store *store = test_open(shared->path, &shared->type, 0);

    ck_ok(test_append(store, 1, NULL));
    test_run_ok(open_own, shared, 10000);
    ck_assert_uint_eq(mmf_store_len(store), 2);
    ck_ok(test_append(store, 3, NULL));
    ck_ok(mmf_store_close(store));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_appenders, 0, 2);
    tcase_add_loop_test(tcase, test_killed_appenders, 0, 2);
    tcase_add_test(tcase, test_writers);
    tcase_add_test(tcase, test_child_opens_its_own);
}
