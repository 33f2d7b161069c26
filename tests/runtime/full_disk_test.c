/* Full disks: MMF_E_NO_SPACE from append, create, reserve and open; never SIGBUS, never a store
 * that is less than it was; and usable again when there is space.
 *
 * Two kinds: a small tmpfs in a mount namespace of the child's own (where mounting is allowed;
 * otherwise the test says that it was skipped), and RLIMIT_FSIZE, which any user can have. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/runtime/testing.h"

const char *const suite_name = "full_disk";

#define CANNOT_MOUNT 77

typedef struct task {
    mmf_record_type type;
    uint32_t flags;
    char path[600];
} task;

static task *new_task(int i)
{
    task *shared = test_shared(sizeof *shared);

    shared->type = test_type(i < 2 ? MMF_FORMAT_1 : MMF_FORMAT_2, 64);
    shared->flags = i % 2 ? MMF_ONE_WRITER : 0;
    (void)snprintf(shared->path, sizeof shared->path, "%s", test_path("store"));
    return shared;
}

static void check_all(const mmf_store *store, uint64_t count)
{
    must(mmf_store_len(store) == count);
    must(mmf_store_capacity(store) >= count);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t word;
        bool torn;

        must_ok(test_get(store, i, &word, &torn));
        must(word == i && !torn);
    }
}

/* Appends until there is no space, and checks that nothing else has happened. */
static uint64_t fill(mmf_store *store, const char *path)
{
    uint64_t count = mmf_store_len(store);
    uint64_t size;
    uint64_t index = UINT64_MAX;
    mmf_status status;

    while ((status = test_append(store, count, &index)) == MMF_OK) {
        must(index == count);
        count++;
    }
    must_status(status, MMF_E_NO_SPACE);
    size = test_file_size(path);
    for (int i = 0; i < 3; i++) {
        index = 4711;
        must_status(test_append(store, 0, &index), MMF_E_NO_SPACE);
        must_status(mmf_append_zero(store, &index), MMF_E_NO_SPACE);
        must_status(test_append_n(store, 0, 100000, &index), MMF_E_NO_SPACE);
        must_status(mmf_store_reserve(store, count + 100000), MMF_E_NO_SPACE);
        must(index == 4711);
    }
    must(errno == ENOSPC || errno == EFBIG);
    must(test_file_size(path) == size);
    check_all(store, count);
    must_ok(test_set(store, count - 1, count - 1));
    must_ok(mmf_store_sync(store));
    return count;
}

/* --- RLIMIT_FSIZE ---------------------------------------------------------------------------- */

static void limit_file_size(rlim_t size)
{
    struct rlimit limit = {size, RLIM_INFINITY};

    must(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

static void fill_under_limit(void *argument)
{
    task *shared = argument;
    mmf_store *store;
    sigset_t pending;
    uint64_t count;
    mmf_options options = {.flags = shared->flags};

    (void)signal(SIGXFSZ, SIG_DFL); /* which kills */
    must_ok(mmf_store_create(shared->path, &shared->type, &options, &store));
    limit_file_size(1000000);
    count = fill(store, shared->path);
    must(count >= 12000); /* cut back to what was needed, it used nearly all of the space */
    must(sigpending(&pending) == 0 && sigismember(&pending, SIGXFSZ) == 0);
    must_ok(mmf_store_close(store));
    must_ok(mmf_store_open(shared->path, &shared->type, &options, &store));
    check_all(store, count);
    must_status(test_append(store, 0, NULL), MMF_E_NO_SPACE);
    limit_file_size(RLIM_INFINITY);
    must_ok(test_append(store, count, NULL));
    check_all(store, count + 1);
    must_ok(mmf_store_close(store));
}

START_TEST(test_file_size_limit)
{
    test_run_ok(fill_under_limit, new_task(_i), 20000);
}
END_TEST

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
    (void)number;
    signals++;
}

/* A program's own handler is not called for what the store does, a signal that the program had
 * blocked and pending is still pending, and the mask stays as it was. */
static void signals_under_limit(void *argument)
{
    task *shared = argument;
    mmf_options options = {.flags = shared->flags};
    struct sigaction action = {.sa_handler = count_signal};
    sigset_t set;
    sigset_t mask;
    mmf_store *store;

    must(sigaction(SIGXFSZ, &action, NULL) == 0);
    must_ok(mmf_store_create(shared->path, &shared->type, &options, &store));
    limit_file_size(100000);
    must_status(mmf_store_reserve(store, 100000), MMF_E_NO_SPACE);
    must(signals == 0);
    must(sigprocmask(SIG_BLOCK, NULL, &mask) == 0 && sigismember(&mask, SIGXFSZ) == 0);

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGXFSZ);
    must(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    must(raise(SIGXFSZ) == 0);
    must_status(mmf_store_reserve(store, 100000), MMF_E_NO_SPACE);
    must(sigpending(&set) == 0 && sigismember(&set, SIGXFSZ) == 1);
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGXFSZ);
    must(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
    must(signals == 1);
    must_ok(mmf_store_close(store));
}

START_TEST(test_signals)
{
    test_run_ok(signals_under_limit, new_task(_i), 20000);
}
END_TEST

static void create_under_limit(void *argument)
{
    task *shared = argument;
    mmf_error error = {0};
    mmf_options options = {.flags = shared->flags, .capacity = 100000, .error = &error};
    char lock[700];
    mmf_store *store;

    limit_file_size(1000000);
    must_status(mmf_store_create(shared->path, &shared->type, &options, &store), MMF_E_NO_SPACE);
    must(error.system_errno == EFBIG && strstr(error.text, shared->path) != NULL);
    must(!test_exists(shared->path));
    limit_file_size(1000); /* not even for the lock file */
    (void)snprintf(lock, sizeof lock, "%s.lock", shared->path);
    must(unlink(lock) == 0);
    options.capacity = 1;
    must_status(mmf_store_create(shared->path, &shared->type, &options, &store), MMF_E_NO_SPACE);
    must(!test_exists(shared->path));
    limit_file_size(RLIM_INFINITY);
    must_ok(mmf_store_create(shared->path, &shared->type, &options, &store));
    must_ok(mmf_store_close(store));
}

START_TEST(test_create_under_limit)
{
    test_run_ok(create_under_limit, new_task(_i), 20000);
    ck_assert_uint_eq(test_directory_count(), 2); /* no temporary file */
}
END_TEST

/* --- A small file system --------------------------------------------------------------------- */

static void write_map(const char *name, const char *text)
{
    FILE *file = fopen(name, "we");

    if (file) {
        (void)fputs(text, file);
        (void)fclose(file);
    }
}

/* Mounts a tmpfs of that size over the test's directory, for this process alone. */
static void mount_small(const char *size)
{
    char map[64];
    unsigned uid = geteuid();

    if (unshare(CLONE_NEWNS) != 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
            _exit(CANNOT_MOUNT);
        }
        (void)snprintf(map, sizeof map, "0 %u 1", uid);
        write_map("/proc/self/setgroups", "deny");
        write_map("/proc/self/uid_map", map);
    }
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", test_directory(), "tmpfs", 0, size) != 0) {
        _exit(CANNOT_MOUNT);
    }
}

static void run_mounted(test_child_function *function, void *argument)
{
    int result = test_run(function, argument, 20000);

    if (result == CANNOT_MOUNT) {
        (void)fprintf(stderr, "skipped: mounting is not allowed here\n");
        return;
    }
    ck_assert_int_eq(result, 0);
}

static void fill_small_disk(void *argument)
{
    task *shared = argument;
    mmf_options options = {.flags = shared->flags};
    char ballast[700];
    char zeros[65536] = {0};
    mmf_store *store;
    uint64_t count;
    FILE *file;

    mount_small("size=2m");
    (void)snprintf(ballast, sizeof ballast, "%s.ballast", shared->path);
    file = fopen(ballast, "we");
    must(file && fwrite(zeros, 1, sizeof zeros, file) == sizeof zeros && fclose(file) == 0);

    must_ok(mmf_store_create(shared->path, &shared->type, &options, &store));
    count = fill(store, shared->path);
    must(count > 25000); /* 2 MiB, less the other files and a rest below one growth */
    must_ok(mmf_store_close(store));
    must_ok(mmf_store_open(shared->path, &shared->type, &options, &store));
    check_all(store, count);
    must_status(test_append(store, 0, NULL), MMF_E_NO_SPACE);
    must(unlink(ballast) == 0);
    must_ok(test_append(store, count, NULL)); /* there is space again */
    check_all(store, count + 1);
    must_ok(mmf_store_close(store));
}

START_TEST(test_small_disk)
{
    run_mounted(fill_small_disk, new_task(_i));
}
END_TEST

static void fill_file(const char *path)
{
    char zeros[4096] = {0};
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

    must(fd >= 0);
    while (write(fd, zeros, sizeof zeros) > 0) {
    }
    (void)close(fd);
}

static void create_on_full_disk(void *argument)
{
    task *shared = argument;
    mmf_error error = {0};
    mmf_options options = {.flags = shared->flags, .capacity = 10000, .error = &error};
    char ballast[700];
    mmf_store *store;

    mount_small("size=256k");
    must_status(mmf_store_create(shared->path, &shared->type, &options, &store), MMF_E_NO_SPACE);
    must(error.system_errno == ENOSPC);
    must(!test_exists(shared->path));
    (void)snprintf(ballast, sizeof ballast, "%s.ballast", shared->path);
    fill_file(ballast);
    options.capacity = 1;
    must_status(mmf_store_create(shared->path, &shared->type, &options, &store), MMF_E_NO_SPACE);
    options.flags |= MMF_CREATE;
    must_status(mmf_store_open(shared->path, &shared->type, &options, &store), MMF_E_NO_SPACE);
    must(unlink(ballast) == 0);
    must_ok(mmf_store_open(shared->path, &shared->type, &options, &store));
    must_ok(test_append(store, 1, NULL));
    must_ok(mmf_store_close(store));
}

START_TEST(test_create_on_full_disk)
{
    run_mounted(create_on_full_disk, new_task(_i));
}
END_TEST

/* A copy whose zeros have become holes: for a store there must be blocks, before and not in it. */
static void open_sparse_copy(void *argument)
{
    task *shared = argument;
    mmf_options options = {.flags = shared->flags, .capacity = 30000};
    char ballast[700];
    struct stat info;
    mmf_store *store;
    uint64_t word;
    bool torn;
    int fd;

    mount_small("size=3m");
    must_ok(mmf_store_create(shared->path, &shared->type, &options, &store));
    must_ok(test_append(store, 0, NULL));
    must_ok(mmf_store_close(store));
    fd = open(shared->path, O_RDWR | O_CLOEXEC);
    must(fd >= 0 && fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 65536, 1 << 20) == 0);
    (void)snprintf(ballast, sizeof ballast, "%s.ballast", shared->path);
    fill_file(ballast);
    must_status(mmf_store_open(shared->path, &shared->type, &options, &store), MMF_E_NO_SPACE);
    options.flags = MMF_READ_ONLY;
    must_ok(mmf_store_open(shared->path, &shared->type, &options, &store));
    check_all(store, 1);
    must_ok(mmf_store_close(store));
    must(unlink(ballast) == 0);
    options.flags = shared->flags;
    must_ok(mmf_store_open(shared->path, &shared->type, &options, &store));
    must(fstat(fd, &info) == 0 && (uint64_t)info.st_blocks * 512 >= (uint64_t)info.st_size);
    fill_file(ballast); /* full again, and yet every record has its place */
    for (uint64_t i = 1; i < 30000; i++) {
        must_ok(test_append(store, i, NULL));
    }
    must_ok(test_get(store, 29999, &word, &torn));
    check_all(store, 30000);
    must_ok(mmf_store_close(store));
}

START_TEST(test_open_sparse_copy)
{
    run_mounted(open_sparse_copy, new_task(_i));
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_file_size_limit, 0, 4);
    tcase_add_loop_test(tcase, test_signals, 0, 4);
    tcase_add_loop_test(tcase, test_create_under_limit, 0, 4);
    tcase_add_loop_test(tcase, test_small_disk, 0, 4);
    tcase_add_loop_test(tcase, test_create_on_full_disk, 0, 4);
    tcase_add_loop_test(tcase, test_open_sparse_copy, 0, 4);
}
