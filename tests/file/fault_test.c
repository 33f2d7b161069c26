/* Full disks, limits, and files that others cut: statuses, no signals, nothing lost.
 *
 * A small tmpfs in a mount namespace of the child's own, where mounting is allowed, and
 * RLIMIT_FSIZE, which any user can have. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "runtime/file.h"
#include "tests/faults/small_disk.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "file faults";

static char path[600];

static void set_path(void)
{
    (void)snprintf(path, sizeof path, "%s", test_path("file"));
}

static void open_must(mmf_file **ret_file, uint32_t flags)
{
    const mmf_file_options options = {.flags = flags};

    must_ok(mmf_file_open(path, &options, ret_file));
}

/* --- Full disks ------------------------------------------------------------------------------ */

static char piece[50000];

/* Holes everywhere, and no space to fill them: the old content must stay. */
static void fill_holes(void)
{
    const mmf_map_options private_map = {.flags = MMF_MAP_PRIVATE};
    const mmf_file_options private_options = {.map = &private_map};
    mmf_file *file = NULL;
    unsigned char *bytes = NULL;
    char got[8] = {0};
    size_t done = 0;

    open_must(&file, 0);
    for (uint64_t at = 100; at < 1u << 20; at += 4096) {
        must_status(mmf_file_write_at(file, at, "hole", 4, &done), MMF_E_NO_SPACE);
        must(done == 0 && errno == ENOSPC);
    }
    must_status(mmf_file_bytes_to_write(file, 8192, 100, &bytes), MMF_E_NO_SPACE);
    must_ok(mmf_file_read_at(file, 100, got, 8, &done));
    must(done == 8 && memcmp(got, "\0\0\0\0\0\0\0\0", 8) == 0);
    must_ok(mmf_file_close(file));
    must_ok(mmf_file_open(path, &private_options, &file)); /* its pages come out of the holes */
    must_status(mmf_file_write_at(file, 20000, "hole", 4, &done), MMF_E_NO_SPACE);
    must_status(mmf_file_read_at(file, 20000, got, 8, &done), MMF_E_NO_SPACE);
    must_ok(mmf_file_close(file));
}

/* What one handle knew to have blocks, and what lies between its own writes. */
static void holes_of_one_handle(void)
{
    mmf_file *file = NULL;
    size_t done = 0;

    open_must(&file, MMF_FILE_TRUNCATE);
    must_ok(mmf_file_write_at(file, 0, piece, sizeof piece, &done));
    must_ok(mmf_file_write_at(file, 200000, "far", 3, &done));
    must(truncate(path, 0) == 0 && mmf_file_size(file) == 0);
    must(truncate(path, 300000) == 0 && mmf_file_size(file) == 300000);
    must_ok(mmf_file_write_at(file, 200000, "far", 3, &done));
    must_ok(mmf_file_write_at(file, 0, piece, 5000, &done));
    (void)small_disk_fill(test_path("more"));
    must_status(mmf_file_write_at(file, 20000, "cut", 3, &done), MMF_E_NO_SPACE);
    must_status(mmf_file_write_at(file, 100000, "hole", 4, &done), MMF_E_NO_SPACE);
    must_ok(mmf_file_write_at(file, 200000, "new", 3, &done));
    must_ok(mmf_file_close(file));
}

static void on_a_small_disk(void *argument)
{
    mmf_file *file = NULL;
    mmf_file_options large = {.flags = MMF_FILE_CREATE, .size = 1u << 30};
    uint64_t position;
    size_t done = 0;

    (void)argument;
    small_disk_mount("size=1m");
    must_status(mmf_file_open(path, &large, &file), MMF_E_NO_SPACE);
    must(test_file_size(path) == 0);
    open_must(&file, MMF_FILE_CREATE);
    while (mmf_file_write(file, piece, sizeof piece, &done) == MMF_OK) {
        must(done == sizeof piece);
    }
    must(errno == ENOSPC && done < sizeof piece);
    position = mmf_file_position(file);
    must(position == test_file_size(path) && position > 900000);
    must_status(mmf_file_write(file, "x", 1, &done), MMF_E_NO_SPACE);
    must(done == 0 && mmf_file_position(file) == position);
    must_status(mmf_file_resize(file, 2u << 20), MMF_E_NO_SPACE);
    must(test_file_size(path) == position);
    for (uint64_t at = 0; at + 100 < position; at += 4096) { /* what has blocks can be written */
        must_ok(mmf_file_write_at(file, at, "full", 4, &done));
    }
    must_ok(mmf_file_resize(file, 0));
    must_ok(mmf_file_write(file, "again", 5, &done));
    must_ok(mmf_file_close(file));

    must(truncate(path, 0) == 0 && truncate(path, 1u << 20) == 0);
    (void)small_disk_fill(test_path("ballast"));
    fill_holes();
    must_status(mmf_file_save(test_path("saved"), piece, sizeof piece, 0), MMF_E_NO_SPACE);
    must(!test_exists(test_path("saved")));
    must_status(mmf_file_copy(test_path("ballast"), test_path("copy"), 0, NULL), MMF_E_NO_SPACE);
    must(!test_exists(test_path("copy")));
    must_ok(mmf_file_remove(test_path("ballast")));
    holes_of_one_handle();
}

START_TEST(a_full_disk_is_a_status)
{
    set_path();
    memset(piece, 'p', sizeof piece);
    (void)test_path("ballast");
    (void)test_path("saved");
    (void)test_path("more");
    (void)test_path("copy");
    small_disk_run(on_a_small_disk, NULL);
}
END_TEST

static void with_a_limit(void *argument)
{
    const struct rlimit limit = {100000, RLIM_INFINITY};
    mmf_file *file = NULL;
    uint64_t moved = 0;
    size_t done = 0;
    int fd;

    (void)argument;
    open_must(&file, MMF_FILE_CREATE);
    must_ok(mmf_file_write(file, piece, 10, &done));
    must(setrlimit(RLIMIT_FSIZE, &limit) == 0); /* SIGXFSZ would end this child */
    must_status(mmf_file_write_at(file, 99000, piece, 5000, &done), MMF_E_NO_SPACE);
    must(done == 1000 && test_file_size(path) == 100000);
    must_status(mmf_file_write_at(file, 100000, piece, 1, &done), MMF_E_NO_SPACE);
    must(done == 0 && errno == EFBIG);
    must_status(mmf_file_resize(file, 100001), MMF_E_NO_SPACE);
    must_ok(mmf_file_seek(file, 99990, MMF_SEEK_SET, NULL));
    must_status(mmf_file_write(file, piece, 100, &done), MMF_E_NO_SPACE);
    must(done == 10 && mmf_file_position(file) == 100000);
    fd = open(test_path("ballast"), O_RDONLY | O_CLOEXEC);
    must_status(mmf_file_read_from(file, fd, &moved), MMF_E_NO_SPACE);
    must(moved == 0 && test_file_size(path) == 100000);
    must_ok(mmf_file_close(file));
    open_must(&file, MMF_FILE_APPEND);
    must_status(mmf_file_write(file, piece, 100, &done), MMF_E_NO_SPACE);
    must(done == 0);
    must_ok(mmf_file_close(file));
}

START_TEST(a_limit_is_a_status)
{
    set_path();
    test_write_file(test_path("ballast"), piece, sizeof piece);
    test_run_ok(with_a_limit, NULL, 20000);
}
END_TEST

/* --- Files that others cut ------------------------------------------------------------------- */

static void read_what_is_gone(void *argument)
{
    static char got[100000];
    mmf_file *file = NULL;
    uint64_t moved = 0;
    size_t done = 77;
    int fds[2];

    (void)argument;
    open_must(&file, MMF_FILE_GUARD);
    must(truncate(path, 10) == 0);
    must_status(mmf_file_read_at(file, 0, got, sizeof got, &done), MMF_E_TRUNCATED);
    must(done == 77 && mmf_file_is_cut(file));
    must_status(mmf_file_read(file, got, 5, &done), MMF_E_TRUNCATED);
    must_status(mmf_file_write(file, got, 5, &done), MMF_E_TRUNCATED);
    must_status(mmf_file_write_at(file, 0, got, 5, &done), MMF_E_TRUNCATED);
    must_status(mmf_file_resize(file, 5), MMF_E_TRUNCATED);
    must(pipe(fds) == 0);
    must_status(mmf_file_write_to(file, fds[1], &moved), MMF_E_TRUNCATED);
    must(test_file_size(path) == 10);
    must_ok(mmf_file_close(file));
    open_must(&file, MMF_FILE_GUARD); /* and anew */
    must_ok(mmf_file_read_at(file, 0, got, sizeof got, &done));
    must(done == 10);
    must_ok(mmf_file_close(file));
}

static void write_what_is_gone(void *argument)
{
    mmf_file *file = NULL;
    char byte = 0;
    size_t done = 77;

    (void)argument;
    open_must(&file, MMF_FILE_GUARD);
    must_ok(mmf_file_write_at(file, 50000, "there", 5, &done));
    must(truncate(path, 10) == 0);
    must_status(mmf_file_write_at(file, 50000, "gone", 4, &done), MMF_E_TRUNCATED);
    must(done == 0 && test_file_size(path) == 10);
    test_read_at(path, 9, &byte, 1);
    must(byte == 'p');
    must_ok(mmf_file_close(file));
}

static void look_first(void *argument)
{
    mmf_file *file = NULL;
    char got[100] = {0};
    size_t done = 0;

    (void)argument;
    open_must(&file, 0); /* no guard: who looks at the size meets nothing */
    must_ok(mmf_file_write_at(file, 50000, "there", 5, &done));
    must(truncate(path, 10) == 0);
    must(mmf_file_size(file) == 10);
    must_ok(mmf_file_read_at(file, 0, got, sizeof got, &done));
    must(done == 10);
    must_status(mmf_file_read_at(file, 50000, got, 1, &done), MMF_E_END);
    must_ok(mmf_file_write_at(file, 50000, "new", 3, &done)); /* not by a store: there is no page */
    must(test_file_size(path) == 50003);
    must_ok(mmf_file_close(file));
}

static void without_a_guard(void *argument)
{
    mmf_file *file = NULL;
    char got = 0;
    size_t done = 0;

    (void)argument;
    open_must(&file, 0);
    must(truncate(path, 10) == 0);
    must_ok(mmf_file_read_at(file, 50000, &got, 1, &done));
}

START_TEST(a_cut_file)
{
    static test_child_function *const functions[] = {read_what_is_gone, write_what_is_gone,
                                                     look_first};

    set_path();
    memset(piece, 'p', sizeof piece);
    test_write_file(path, piece, sizeof piece);
    ck_assert_int_eq(truncate(path, 100000), 0);
    test_run_ok(functions[_i], NULL, 20000);
}
END_TEST

START_TEST(without_the_guard_it_is_a_signal)
{
    set_path();
    test_write_file(path, piece, sizeof piece);
    ck_assert_int_eq(truncate(path, 100000), 0);
    ck_assert_int_eq(test_run(without_a_guard, NULL, 20000), -SIGBUS);
}
END_TEST

START_TEST(the_guard_has_places_for_256)
{
    static mmf_file *files[257];
    const mmf_file_options options = {.flags = MMF_FILE_GUARD, .reservation_bytes = 1u << 20};
    unsigned count = 0;
    mmf_status status;

    set_path();
    test_write_file(path, "x", 1);
    while ((status = mmf_file_open(path, &options, &files[count])) == MMF_OK) {
        count++;
    }
    ck_assert_int_eq(status, MMF_E_LIMIT);
    ck_assert_uint_eq(count, 256);
    while (count > 0) {
        ck_ok(mmf_file_close(files[--count]));
    }
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, a_full_disk_is_a_status);
    tcase_add_test(tcase, a_limit_is_a_status);
    tcase_add_loop_test(tcase, a_cut_file, 0, 3);
    tcase_add_test(tcase, without_the_guard_it_is_a_signal);
    tcase_add_test(tcase, the_guard_has_places_for_256);
}
