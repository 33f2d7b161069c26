/* Who may write: one writer alone or many together, across handles and processes, and what the
 * header tells of them. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>

#include "tests/runtime/testing.h"

const char *const suite_name = "lock";

typedef struct shared_state {
    mmf_record_type type;
    char path[600];
    uint32_t flags;
    uint32_t ready;
    uint32_t go;
} shared_state;

static shared_state *make(uint32_t format)
{
    shared_state *shared = test_shared(sizeof *shared);

    shared->type = test_type(format, 64);
    (void)snprintf(shared->path, sizeof shared->path, "%s", test_path("store"));
    ck_ok(mmf_store_close(test_create(shared->path, &shared->type, 0)));
    return shared;
}

static mmf_status try_open(const shared_state *shared, uint32_t flags)
{
    mmf_options options = {.flags = flags};
    mmf_store *store;
    mmf_status status = mmf_store_open(shared->path, &shared->type, &options, &store);

    return status == MMF_OK ? mmf_store_close(store) : status;
}

/* Opens, tells, and stays until it is told to go, or killed. */
static void hold(void *argument)
{
    shared_state *shared = argument;
    mmf_options options = {.flags = shared->flags};
    mmf_store *store;

    must_ok(mmf_store_open(shared->path, &shared->type, &options, &store));
    if (shared->flags != MMF_READ_ONLY) {
        must_ok(test_append(store, 1, NULL));
    }
    test_post(&shared->ready, 1);
    must(test_await(&shared->go, 1, 30000));
    must_ok(mmf_store_close(store));
}

static pid_t start_holder(shared_state *shared, uint32_t flags)
{
    pid_t child;

    shared->flags = flags;
    shared->ready = 0;
    shared->go = 0;
    child = test_fork(hold, shared);
    ck_assert(test_await(&shared->ready, 1, 10000));
    return child;
}

static void end_holder(shared_state *shared, pid_t child)
{
    test_post(&shared->go, 1);
    ck_assert_int_eq(test_wait(child, 10000), 0);
}

static uint32_t state_of(const shared_state *shared)
{
    uint32_t state;

    test_read_at(shared->path, 0x100, &state, sizeof state);
    return state;
}

/* What is let in beside a holder of each kind, at once. */
static void ck_beside(const shared_state *shared, uint32_t held)
{
    mmf_status many = held == MMF_ONE_WRITER ? MMF_E_LOCKED : MMF_OK;
    mmf_status one = held == MMF_READ_ONLY ? MMF_OK : MMF_E_LOCKED;
    uint64_t begin = test_now_ms();

    ck_status(try_open(shared, 0), many);
    ck_status(try_open(shared, MMF_CREATE), many);
    ck_status(try_open(shared, MMF_ONE_WRITER), one);
    ck_ok(try_open(shared, MMF_READ_ONLY));
    ck_assert_uint_lt(test_now_ms() - begin, 400);
}

static const uint32_t kinds[] = {0, MMF_ONE_WRITER, MMF_READ_ONLY};

START_TEST(test_between_processes)
{
    shared_state *shared = make(_i < 3 ? MMF_FORMAT_1 : MMF_FORMAT_2);
    pid_t child = start_holder(shared, kinds[_i % 3]);

    ck_beside(shared, kinds[_i % 3]);
    end_holder(shared, child);
    ck_ok(try_open(shared, MMF_ONE_WRITER));
    ck_ok(try_open(shared, 0));
}
END_TEST

START_TEST(test_between_handles)
{
    shared_state *shared = make(_i < 3 ? MMF_FORMAT_1 : MMF_FORMAT_2);
    mmf_store *store = test_open(shared->path, &shared->type, kinds[_i % 3]);

    ck_beside(shared, kinds[_i % 3]);
    ck_ok(mmf_store_close(store));
    ck_ok(try_open(shared, MMF_ONE_WRITER));
}
END_TEST

/* Closing one handle does not let go of what another one of the process holds. */
START_TEST(test_closing_another_handle)
{
    shared_state *shared = make(2);
    mmf_store *a = test_open(shared->path, &shared->type, 0);
    mmf_store *b = test_open(shared->path, &shared->type, 0);

    ck_assert_uint_ne(a->slot, b->slot);
    ck_ok(mmf_store_close(b));
    ck_status(try_open(shared, MMF_ONE_WRITER), MMF_E_LOCKED);
    ck_ok(try_open(shared, MMF_READ_ONLY));
    ck_status(try_open(shared, MMF_ONE_WRITER), MMF_E_LOCKED);
    ck_ok(test_append(a, 1, NULL));
    ck_ok(mmf_store_close(a));
    ck_ok(try_open(shared, MMF_ONE_WRITER));
}
END_TEST

START_TEST(test_killed_holder)
{
    shared_state *shared = make(_i < 3 ? MMF_FORMAT_1 : MMF_FORMAT_2);
    pid_t child = start_holder(shared, kinds[_i % 3]);
    uint64_t len = kinds[_i % 3] == MMF_READ_ONLY ? 0 : 1;
    mmf_store *store;

    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(test_wait(child, 10000), -SIGKILL);
    ck_ok(try_open(shared, MMF_ONE_WRITER)); /* at once */
    store = test_open(shared->path, &shared->type, 0);
    ck_assert_uint_eq(mmf_store_len(store), len); /* what it had appended is there */
    ck_ok(test_append(store, 2, NULL));
    ck_ok(mmf_store_close(store));
}
END_TEST

/* As the Go library takes it: flock of another process. */
static void hold_flock(void *argument)
{
    shared_state *shared = argument;
    char lock[700];
    FILE *file;

    (void)snprintf(lock, sizeof lock, "%s.lock", shared->path);
    file = fopen(lock, "r+e");
    must(file && flock(fileno(file), LOCK_EX | LOCK_NB) == 0);
    test_post(&shared->ready, 1);
    must(test_await(&shared->go, 1, 30000));
    (void)fclose(file);
}

START_TEST(test_flock_of_another_process)
{
    shared_state *shared = make(1 + (uint32_t)_i);
    pid_t child = test_fork(hold_flock, shared);

    ck_assert(test_await(&shared->ready, 1, 10000));
    ck_beside(shared, MMF_ONE_WRITER);
    end_holder(shared, child);
    ck_ok(try_open(shared, 0));
}
END_TEST

/* 255 writing handles, and not one more; readers are not counted. */
START_TEST(test_slots)
{
    static mmf_store *stores[255];
    mmf_options options = {.reservation_bytes = 1 << 20};
    mmf_error error = {0};
    shared_state *shared = make(2);
    uint64_t index;
    bool seen[256] = {false};
    mmf_store *store;

    for (unsigned i = 0; i < 255; i++) {
        ck_ok(mmf_store_open(shared->path, &shared->type, &options, &stores[i]));
        ck_assert_uint_ge(stores[i]->slot, 1);
        ck_assert_uint_le(stores[i]->slot, 255);
        ck_assert(!seen[stores[i]->slot]);
        seen[stores[i]->slot] = true;
    }
    options.error = &error;
    ck_status(mmf_store_open(shared->path, &shared->type, &options, &store), MMF_E_LIMIT);
    ck_contains(error.text, "255");
    ck_ok(try_open(shared, MMF_READ_ONLY));
    for (unsigned i = 0; i < 255; i++) {
        ck_ok(test_append(stores[i], i, &index));
        ck_assert_uint_eq(index, i);
    }
    ck_ok(mmf_store_close(stores[100]));
    ck_ok(mmf_store_open(shared->path, &shared->type, &options, &stores[100]));
    ck_assert_uint_eq(stores[100]->slot, 101);
    for (unsigned i = 0; i < 255; i++) {
        ck_assert_uint_eq(state_of(shared), MMF_STATE_DIRTY);
        ck_ok(mmf_store_close(stores[i]));
    }
    ck_assert_uint_eq(state_of(shared), 0);
}
END_TEST

START_TEST(test_state)
{
    shared_state *shared = make(2);
    mmf_store *a;
    mmf_store *b;
    pid_t child;
    char lock[4200];

    (void)snprintf(lock, sizeof lock, "%s.lock", shared->path);
    ck_assert_uint_eq(state_of(shared), 0);
    a = test_open(shared->path, &shared->type, MMF_READ_ONLY);
    ck_assert_uint_eq(state_of(shared), 0);
    ck_ok(mmf_store_close(a));
    a = test_open(shared->path, &shared->type, MMF_ONE_WRITER);
    ck_assert_uint_eq(state_of(shared), MMF_STATE_DIRTY);
    ck_status(try_open(shared, 0), MMF_E_LOCKED);
    ck_assert_uint_eq(state_of(shared), MMF_STATE_DIRTY);
    ck_ok(mmf_store_close(a));
    ck_assert_uint_eq(state_of(shared), 0);

    a = test_open(shared->path, &shared->type, 0);
    b = test_open(shared->path, &shared->type, 0);
    ck_ok(mmf_store_close(a));
    ck_assert_uint_eq(state_of(shared), MMF_STATE_DIRTY); /* b still writes */
    ck_ok(mmf_store_close(b));
    ck_assert_uint_eq(state_of(shared), 0);

    child = start_holder(shared, 0);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(test_wait(child, 10000), -SIGKILL);
    ck_assert_uint_eq(state_of(shared), MMF_STATE_DIRTY);
    ck_ok(try_open(shared, 0)); /* what a dead one left has been looked after */
    ck_assert_uint_eq(state_of(shared), 0);

    child = start_holder(shared, 0);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(test_wait(child, 10000), -SIGKILL);
    ck_assert_int_eq(unlink(lock), 0); /* and with it what it was about */
    ck_ok(try_open(shared, 0));
    ck_assert_uint_eq(state_of(shared), MMF_STATE_WRITER_DIED);
    ck_ok(try_open(shared, MMF_ONE_WRITER));
    ck_assert_uint_eq(state_of(shared), MMF_STATE_WRITER_DIED);
}
END_TEST

/* A death between two living writers: the last of them leaves a clean store. */
START_TEST(test_state_after_a_death_among_others)
{
    shared_state *shared = make(2);
    mmf_store *store = test_open(shared->path, &shared->type, 0);
    pid_t child = start_holder(shared, 0);

    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(test_wait(child, 10000), -SIGKILL);
    ck_ok(test_append(store, 1, NULL));
    ck_ok(mmf_store_close(store));
    ck_assert_uint_eq(state_of(shared), 0);

    store = test_open(shared->path, &shared->type, 0);
    child = start_holder(shared, 0);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(test_wait(child, 10000), -SIGKILL);
    ck_ok(try_open(shared, 0)); /* takes the dead one's slot, and leaves */
    ck_ok(mmf_store_close(store));
    ck_assert_uint_eq(state_of(shared), 0);
}
END_TEST

/* The state of a machine that stopped while the store was dirty is kept for whoever checks. */
START_TEST(test_state_of_another_boot)
{
    shared_state *shared = make(2);
    uint32_t state = MMF_STATE_DIRTY;
    uint8_t boot_id[16];

    memset(boot_id, 0x77, sizeof boot_id);
    test_write_at(shared->path, 0x100, &state, sizeof state);
    test_write_at(shared->path, 0x108, boot_id, sizeof boot_id);
    ck_ok(try_open(shared, MMF_READ_ONLY));
    ck_assert_uint_eq(state_of(shared), MMF_STATE_DIRTY);
    ck_ok(try_open(shared, 0));
    ck_assert_uint_ne(state_of(shared) & MMF_STATE_OTHER_BOOT, 0);
    ck_ok(try_open(shared, 0));
    ck_assert_uint_eq(state_of(shared), MMF_STATE_OTHER_BOOT);
}
END_TEST

/* A closing process stopped by a debugger, or a creating one, holds the others up for their own
 * timeout and not for ever. */
static void hold_attach_byte(void *argument)
{
    shared_state *shared = argument;
    char lock[700];
    FILE *file;
    struct flock byte = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = MMF_LOCK_BYTE_ATTACH, .l_len = 1};

    (void)snprintf(lock, sizeof lock, "%s.lock", shared->path);
    file = fopen(lock, "r+e");
    must(file && fcntl(fileno(file), F_OFD_SETLK, &byte) == 0);
    test_post(&shared->ready, 1);
    must(test_await(&shared->go, 1, 30000));
    (void)fclose(file);
}

START_TEST(test_held_up_while_attaching)
{
    shared_state *shared = make(2);
    mmf_error error = {0};
    mmf_options options = {.timeout_ms = 100, .error = &error};
    mmf_store *open_before;
    mmf_store *store;
    uint64_t begin;
    pid_t child;

    ck_ok(mmf_store_open(shared->path, &shared->type, &options, &open_before));
    child = test_fork(hold_attach_byte, shared);
    ck_assert(test_await(&shared->ready, 1, 10000));
    begin = test_now_ms();
    ck_status(mmf_store_open(shared->path, &shared->type, &options, &store), MMF_E_STUCK);
    ck_assert_uint_ge(test_now_ms() - begin, 99);
    ck_assert_uint_lt(test_now_ms() - begin, 1000);
    ck_contains(error.text, "opening or closing");
    ck_status(mmf_store_close(open_before), MMF_E_SYSTEM); /* gone, but it could not be noted */
    ck_assert_uint_eq(state_of(shared), MMF_STATE_DIRTY);
    end_holder(shared, child);
    ck_ok(try_open(shared, MMF_ONE_WRITER)); /* its locks are gone */
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_between_processes, 0, 6);
    tcase_add_loop_test(tcase, test_between_handles, 0, 6);
    tcase_add_test(tcase, test_closing_another_handle);
    tcase_add_loop_test(tcase, test_killed_holder, 0, 6);
    tcase_add_loop_test(tcase, test_flock_of_another_process, 0, 2);
    tcase_add_test(tcase, test_slots);
    tcase_add_test(tcase, test_state);
    tcase_add_test(tcase, test_state_after_a_death_among_others);
    tcase_add_test(tcase, test_state_of_another_boot);
    tcase_add_test(tcase, test_held_up_while_attaching);
}
