/* A generated store in shared memory. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>

#include "runtime/shm.h"
#include "tests/runtime/testing.h"
#include "tests/shm/quote.mmf.h"

const char *const suite_name = "store";

static char name[64];
static char path[128];
static const mmf_options no_sync = {.flags = MMF_NO_SYNC};

static void choose_name(void)
{
    (void)snprintf(name, sizeof name, "/mmf-store-test-%d", (int)getpid());
    ck_ok(mmf_shm_store_path(name, path, sizeof path));
}

static uint64_t clean(uint32_t flags)
{
    mmf_shm_clean_options options = {.flags = flags, .prefix = name + 1};
    uint64_t removed = UINT64_MAX;

    ck_ok(mmf_shm_clean_up(&options, &removed));
    return removed;
}

static bool lock_exists(void)
{
    char lock_path[160];

    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", path);
    return test_exists(lock_path);
}

static bool note(void *context, const mmf_shm_info *info)
{
    if (strcmp(info->name, name + 1) == 0) {
        *(mmf_shm_info *)context = *info;
    }
    return true;
}

static mmf_shm_info look(void)
{
    mmf_shm_info info = {.size = 0};

    ck_ok(mmf_shm_list(NULL, note, &info));
    return info;
}

START_TEST(test_paths)
{
    char buffer[300];
    char longest[300];

    ck_ok(mmf_shm_store_path("/x", buffer, sizeof buffer));
    ck_assert_str_eq(buffer, "/dev/shm/x");
    ck_ok(mmf_shm_store_path("x", buffer, sizeof "/dev/shm/x"));
    ck_status(mmf_shm_store_path("x", buffer, sizeof "/dev/shm/x" - 1), MMF_E_TOO_LONG);
    ck_status(mmf_shm_store_path("x", buffer, 0), MMF_E_TOO_LONG);
    memset(longest, 'n', sizeof longest);
    longest[250] = '\0';
    ck_ok(mmf_shm_store_path(longest, buffer, sizeof buffer));
    longest[250] = 'n';
    longest[251] = '\0';
    ck_status(mmf_shm_store_path(longest, buffer, sizeof buffer), MMF_E_INVALID);
}
END_TEST

static void append_one(void *argument)
{
    quote_store *store;
    const quote record = {.price = 2.5, .size = 7};

    (void)argument;
    must_ok(quote_store_open(path, &no_sync, &store));
    must_ok(quote_append(store, &record, NULL));
    must_ok(quote_store_close(store));
}

START_TEST(test_two_processes)
{
    quote_store *store;
    mmf_shm_info info;
    quote record;

    choose_name();
    ck_ok(quote_store_create(path, &no_sync, &store));
    test_run_ok(append_one, NULL, 5000);
    ck_assert_uint_eq(quote_store_len(store), 1);
    ck_ok(quote_get(store, 0, &record));
    ck_assert(record.price == 2.5 && record.size == 7);
    info = look();
    ck_assert(info.is_store && info.is_in_use && info.size > 0);
    ck_status(mmf_shm_unlink(name, NULL), MMF_E_LOCKED);
    ck_assert_uint_eq(clean(MMF_SHM_CLEAN_STORES), 0);
    ck_assert(test_exists(path) && lock_exists());
    ck_ok(quote_store_close(store));
    info = look();
    ck_assert(info.is_store && !info.is_in_use);
    ck_assert_uint_eq(clean(0), 0); /* not asked for */
    ck_assert(test_exists(path) && lock_exists());
    ck_assert_uint_eq(clean(MMF_SHM_CLEAN_STORES), 1);
    ck_assert(!test_exists(path) && !lock_exists());
    ck_status(quote_store_open(path, &no_sync, &store), MMF_E_NOT_FOUND);
}
END_TEST

static uint32_t *ready;

static void write_for_ever(void *argument)
{
    const mmf_options *options = argument;
    const quote record = {.price = 1, .size = 1};
    quote_store *store;

    must_ok(quote_store_open(path, options, &store));
    must_ok(quote_append(store, &record, NULL));
    test_post(ready, 1);
    for (;;) {
        must_ok(quote_set(store, 0, &record));
    }
}

/* Removed only when the writer is dead; then by either call. */
START_TEST(test_killed_writer)
{
    mmf_options options = {.flags = MMF_NO_SYNC | (_i % 2 ? MMF_ONE_WRITER : 0)};
    quote_store *store;
    pid_t child;

    choose_name();
    ready = test_shared(sizeof *ready);
    ck_ok(quote_store_create(path, &no_sync, &store));
    ck_ok(quote_store_close(store));
    child = test_fork(write_for_ever, &options);
    ck_assert(test_await(ready, 1, 5000));
    ck_assert(look().is_in_use);
    ck_assert_uint_eq(clean(MMF_SHM_CLEAN_STORES), 0);
    ck_status(mmf_shm_unlink(name, NULL), MMF_E_LOCKED);
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(test_wait(child, 5000), -SIGKILL);
    ck_assert(!look().is_in_use);
    if (_i < 2) {
        ck_ok(mmf_shm_unlink(name, NULL));
    } else {
        ck_assert_uint_eq(clean(MMF_SHM_CLEAN_STORES), 1);
    }
    ck_assert(!test_exists(path) && !lock_exists());
}
END_TEST

/* A writer whose lock file somebody else has removed is seen by the store's own byte. */
START_TEST(test_lock_file_removed_under_writer)
{
    quote_store *store;
    char lock_path[160];

    choose_name();
    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", path);
    ck_ok(quote_store_create(path, &no_sync, &store));
    ck_assert_int_eq(unlink(lock_path), 0);
    ck_assert(look().is_in_use);
    ck_assert_uint_eq(clean(MMF_SHM_CLEAN_STORES), 0);
    ck_status(mmf_shm_unlink(name, NULL), MMF_E_LOCKED);
    ck_assert(test_exists(path) && !lock_exists());
    ck_ok(quote_store_close(store));
    ck_ok(mmf_shm_unlink(name, NULL));
    ck_assert(!test_exists(path) && !lock_exists());
}
END_TEST

/* NAME.lock that is something else stays, and with it the store. */
START_TEST(test_foreign_lock_file)
{
    quote_store *store;
    char lock_path[160];

    choose_name();
    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", path);
    ck_ok(quote_store_create(path, &no_sync, &store));
    ck_ok(quote_store_close(store));
    test_write_file(lock_path, "a text of somebody's", 20);
    ck_assert_uint_eq(clean(MMF_SHM_CLEAN_STORES), 0);
    ck_status(mmf_shm_unlink(name, NULL), MMF_E_LOCKED);
    ck_assert(test_exists(path) && lock_exists());
    ck_assert_int_eq(unlink(lock_path), 0);
    ck_ok(mmf_shm_unlink(name, NULL));
}
END_TEST

/* The lock file of a store that is just being made. */
START_TEST(test_lone_lock_file)
{
    quote_store *store;
    char lock_path[160];
    int fd;

    choose_name();
    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", path);
    ck_ok(quote_store_create(path, &no_sync, &store));
    ck_ok(quote_store_close(store));
    ck_assert_int_eq(unlink(path), 0);
    fd = open(lock_path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(flock(fd, LOCK_SH), 0);
    ck_assert_uint_eq(clean(MMF_SHM_CLEAN_STORES), 0);
    close(fd);
    ck_assert_uint_eq(clean(0), 0);
    ck_assert_uint_eq(clean(MMF_SHM_CLEAN_STORES), 1);
    ck_assert(!lock_exists());
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, test_paths);
    tcase_add_test(tcase, test_two_processes);
    tcase_add_loop_test(tcase, test_killed_writer, 0, 4);
    tcase_add_test(tcase, test_lock_file_removed_under_writer);
    tcase_add_test(tcase, test_foreign_lock_file);
    tcase_add_test(tcase, test_lone_lock_file);
}
