/* Undo files and stores on disks that are full. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "fsck/checked_file.h"
#include "fsck/undo.h"
#include "fsck/undo_format.h"
#include "tests/faults/small_disk.h"

const char *const suite_name = "undo_space";

#define STORE_SIZE 262144u
#define WORDS 8192u

typedef struct paths {
    const char *store;
    const char *undo;
    const char *ballast;
    bool limit; /* RLIMIT_FSIZE, and no small disk */
} paths;

static void fill_words(uint64_t *words, uint64_t value)
{
    for (unsigned i = 0; i < WORDS; i++) {
        words[i] = value;
    }
}

static bool is_all(const mmf_checked_file *store, uint64_t value)
{
    uint64_t words[WORDS];
    size_t n;

    must_ok(mmf_checked_file_read(store, 0, words, sizeof words, &n, NULL));
    for (unsigned i = 0; i < WORDS; i++) {
        if (words[i] != value) {
            return false;
        }
    }
    return n == sizeof words;
}

static void make_store(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

    must(fd >= 0 && ftruncate(fd, STORE_SIZE) == 0); /* one hole */
    (void)close(fd);
}

/* The first commit fits; the second does not, until there is room. */
static void commit_on_full_disk(const paths *paths, const mmf_checked_file *store, mmf_undo *undo)
{
    const struct rlimit little = {80000, RLIM_INFINITY};
    const struct rlimit much = {RLIM_INFINITY, RLIM_INFINITY};
    uint64_t old[WORDS];
    uint64_t new[WORDS];
    uint64_t size;

    fill_words(old, 0);
    fill_words(new, 1);
    must_ok(mmf_undo_add(undo, MMF_UNDO_STORE, 8, 8, old, new));
    must_ok(mmf_undo_commit(undo, NULL));
    must_ok(mmf_checked_file_store(store, 8, new, 8, NULL));
    if (paths->limit) {
        must(setrlimit(RLIMIT_FSIZE, &little) == 0);
    } else {
        (void)small_disk_fill(paths->ballast);
    }
    size = test_file_size(paths->undo);
    for (unsigned i = 0; i < 3; i++) {
        must_ok(mmf_undo_add(undo, MMF_UNDO_STORE, 0, sizeof old, old, new));
        must_status(mmf_undo_commit(undo, NULL), MMF_E_NO_SPACE);
        must(test_file_size(paths->undo) == size);
    }
    if (paths->limit) {
        must(setrlimit(RLIMIT_FSIZE, &much) == 0);
    } else {
        must(unlink(paths->ballast) == 0);
    }
    must_ok(mmf_undo_add(undo, MMF_UNDO_STORE, 0, sizeof old, old, new));
    must_ok(mmf_undo_commit(undo, NULL));
    must_ok(mmf_checked_file_store(store, 0, new, sizeof new, NULL));
}

static void repair_on_full_disk(void *argument)
{
    const paths *paths = argument;
    mmf_checked_file store;
    mmf_undo_state state;
    mmf_undo *undo;

    if (!paths->limit) {
        small_disk_mount("size=512k");
    }
    make_store(paths->store);
    must_ok(mmf_checked_file_open(paths->store, true, &store, NULL));
    must_ok(mmf_undo_create(paths->undo, &store, &undo, NULL));
    commit_on_full_disk(paths, &store, undo);
    if (!paths->limit) { /* neither finishing nor taking back needs room */
        (void)small_disk_fill(paths->ballast);
    }
    must(is_all(&store, 1));
    must_ok(mmf_undo_finish(undo, &store, NULL));
    mmf_undo_close(undo);
    must_ok(mmf_undo_open(paths->undo, &store, &undo, &state, NULL));
    must(state.is_of_store && state.is_finished && state.places == 2);
    must_ok(mmf_undo_take_back(undo, &store, NULL, NULL));
    must(is_all(&store, 0));
    mmf_undo_close(undo);
    mmf_checked_file_close(&store);
}

static paths paths_of(bool limit)
{
    return (paths){test_path("store"), test_path("undo"), test_path("ballast"), limit};
}

START_TEST(test_repair_on_full_disk)
{
    paths paths = paths_of(false);

    small_disk_run(repair_on_full_disk, &paths);
}
END_TEST

START_TEST(test_repair_under_limit)
{
    paths paths = paths_of(true);

    test_run_ok(repair_on_full_disk, &paths, 20000);
}
END_TEST

/* A hole of the store that cannot be had is a status, and no signal; and nothing else of the undo
 * file's is lost. */
static void store_on_full_disk(void *argument)
{
    const paths *paths = argument;
    uint64_t words[WORDS];
    mmf_checked_file store;
    mmf_undo *undo;

    small_disk_mount("size=512k");
    make_store(paths->store);
    must_ok(mmf_checked_file_open(paths->store, true, &store, NULL));
    must_ok(mmf_undo_create(paths->undo, &store, &undo, NULL));
    fill_words(words, 5);
    (void)small_disk_fill(paths->ballast);
    must_status(mmf_checked_file_store(&store, 0, words, sizeof words, NULL), MMF_E_NO_SPACE);
    must(is_all(&store, 0));
    must(test_file_size(paths->store) == STORE_SIZE);
    mmf_undo_close(undo);
    must_status(mmf_undo_create(test_path("undo.1"), &store, &undo, NULL), MMF_E_NO_SPACE);
    must(!test_exists(test_path("undo.1")));
    mmf_checked_file_close(&store);
}

START_TEST(test_store_on_full_disk)
{
    paths paths = paths_of(false);

    (void)test_path("undo.1");
    small_disk_run(store_on_full_disk, &paths);
}
END_TEST

/* What may only be read: a repair can be finished by it, but not taken back. */
static void read_only(void *argument)
{
    const paths *paths = argument;
    uint64_t old = 0;
    uint64_t new = 1;
    mmf_error error = {MMF_OK, 0, ""};
    mmf_checked_file store;
    mmf_undo_state state;
    mmf_undo *undo;

    make_store(paths->store);
    must_ok(mmf_checked_file_open(paths->store, true, &store, NULL));
    must_ok(mmf_undo_create(paths->undo, &store, &undo, NULL));
    must_ok(mmf_undo_add(undo, MMF_UNDO_STORE, 8, 8, &old, &new));
    must_ok(mmf_undo_commit(undo, NULL));
    mmf_undo_close(undo);
    must(chmod(paths->undo, 0400) == 0);
    test_drop_capabilities();
    must_ok(mmf_undo_open(paths->undo, &store, &undo, &state, NULL));
    must(state.is_of_store);
    must_ok(mmf_undo_redo(undo, &store, NULL, NULL));
    must_status(mmf_undo_take_back(undo, &store, NULL, &error), MMF_E_SYSTEM);
    must(error.system_errno == 13 && strstr(error.text, paths->undo));
    must_ok(mmf_undo_add(undo, MMF_UNDO_STORE, 8, 8, &new, &old));
    must_status(mmf_undo_commit(undo, NULL), MMF_E_SYSTEM);
    must_status(mmf_undo_finish(undo, &store, NULL), MMF_E_SYSTEM);
    mmf_undo_close(undo);
    test_read_at(paths->store, 8, &old, 8);
    must(old == 1);
    mmf_checked_file_close(&store);
}

START_TEST(test_read_only)
{
    paths paths = paths_of(false);

    test_run_ok(read_only, &paths, 20000);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_repair_on_full_disk);
    tcase_add_test(tcase, test_repair_under_limit);
    tcase_add_test(tcase, test_store_on_full_disk);
    tcase_add_test(tcase, test_read_only);
}
