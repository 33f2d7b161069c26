/* Files and directories by name, and what inotify reports of them. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/watch.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "watch";

static mmf_watch *watch_of(const char *path)
{
    mmf_watch *watch = NULL;

    ck_ok(mmf_watch_open(path, &watch));
    return watch;
}

/* The next event is that one. */
static uint32_t expect(mmf_watch *watch, mmf_watch_kind kind, const char *name)
{
    mmf_watch_event event = {.name = ""};

    ck_status(mmf_watch_next(watch, 5000, &event), MMF_OK);
    ck_assert_msg(event.kind == kind && strcmp(event.name, name) == 0,
                  "event %d of \"%s\", expected %d of \"%s\"", (int)event.kind, event.name,
                  (int)kind, name);
    return event.cookie;
}

static void expect_nothing(mmf_watch *watch)
{
    mmf_watch_event event = {.name = ""};

    ck_status(mmf_watch_next(watch, 0, &event), MMF_E_TIMEOUT);
}

static void make(const char *name, const char *text)
{
    test_write_file(test_path(name), text, strlen(text));
}

static void move(const char *from, const char *to)
{
    ck_assert_int_eq(rename(test_path(from), test_path(to)), 0);
}

/* --- A directory ----------------------------------------------------------------------------- */

START_TEST(test_directory_events)
{
    mmf_watch *watch = watch_of(test_directory());
    uint32_t cookie;

    expect_nothing(watch);
    make("a", "1");
    expect(watch, MMF_WATCH_CREATED, "a");
    expect(watch, MMF_WATCH_WRITTEN, "a");
    expect(watch, MMF_WATCH_CLOSED, "a");
    ck_assert_int_eq(truncate(test_path("a"), 0), 0);
    expect(watch, MMF_WATCH_WRITTEN, "a");
    ck_assert_int_eq(chmod(test_path("a"), 0600), 0);
    expect(watch, MMF_WATCH_ATTRIBUTES, "a");
    move("a", "b");
    cookie = expect(watch, MMF_WATCH_MOVED_AWAY, "a");
    ck_assert_uint_ne(cookie, 0);
    ck_assert_uint_eq(expect(watch, MMF_WATCH_MOVED_HERE, "b"), cookie);
    ck_assert_int_eq(unlink(test_path("b")), 0);
    expect(watch, MMF_WATCH_DELETED, "b");
    ck_assert_int_eq(mkdir(test_path("d"), 0700), 0);
    expect(watch, MMF_WATCH_CREATED, "d");
    expect_nothing(watch);
    mmf_watch_close(watch);
}
END_TEST

START_TEST(test_directory_goes)
{
    mmf_watch_event event;
    mmf_watch *watch;

    ck_assert_int_eq(mkdir(test_path("d"), 0700), 0);
    watch = watch_of(test_path("d"));
    if (_i) {
        move("d", "e");
    } else {
        ck_assert_int_eq(rmdir(test_path("d")), 0);
    }
    expect(watch, MMF_WATCH_GONE, "");
    ck_status(mmf_watch_next(watch, 5000, &event), MMF_E_END);
    ck_status(mmf_watch_next(watch, 0, &event), MMF_E_END);
    mmf_watch_close(watch);
}
END_TEST

/* --- A file ---------------------------------------------------------------------------------- */

START_TEST(test_file_events)
{
    mmf_watch *watch;
    int fd;

    make("file", "1");
    make("other", "1");
    watch = watch_of(test_path("file"));
    make("other", "2");
    make("third", "2");
    expect_nothing(watch);
    fd = open(test_path("file"), O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(write(fd, "2", 1), 1);
    expect(watch, MMF_WATCH_WRITTEN, "file");
    ck_assert_int_eq(ftruncate(fd, 0), 0);
    expect(watch, MMF_WATCH_WRITTEN, "file");
    (void)close(fd);
    expect(watch, MMF_WATCH_CLOSED, "file");
    ck_assert_int_eq(chmod(test_path("file"), 0600), 0);
    expect(watch, MMF_WATCH_ATTRIBUTES, "file");
    expect_nothing(watch);
    move("file", "elsewhere");
    expect(watch, MMF_WATCH_MOVED_AWAY, "file");
    make("elsewhere", "3"); /* is no longer what has the name */
    expect_nothing(watch);
    mmf_watch_close(watch);
}
END_TEST

START_TEST(test_name_that_is_not_there_yet)
{
    mmf_watch *watch = watch_of(test_path("file"));

    make("files", "1");
    expect_nothing(watch);
    make("file", "1");
    expect(watch, MMF_WATCH_CREATED, "file");
    make("file", "2");
    expect(watch, MMF_WATCH_WRITTEN, "file");
    mmf_watch_close(watch);
}
END_TEST

/* As editors and savers do it: the new file is followed, the old one no more. */
START_TEST(test_replaced_by_rename)
{
    mmf_watch *watch;
    int old;

    make("file", "1");
    old = open(test_path("file"), O_WRONLY | O_CLOEXEC);
    watch = watch_of(test_path("file"));
    for (unsigned i = 0; i < 3; i++) {
        make("new", "2");
        move("new", "file");
        expect(watch, MMF_WATCH_MOVED_HERE, "file");
        expect_nothing(watch);
        ck_assert_int_eq(write(old, "x", 1), 1);
        expect_nothing(watch);
        (void)close(old);
        expect_nothing(watch);
        old = open(test_path("file"), O_WRONLY | O_CLOEXEC);
        ck_assert_int_eq(write(old, "x", 1), 1);
        expect(watch, MMF_WATCH_WRITTEN, "file");
    }
    (void)close(old);
    expect(watch, MMF_WATCH_CLOSED, "file");
    mmf_watch_close(watch);
}
END_TEST

/* As log files are rotated. */
START_TEST(test_rotation)
{
    mmf_watch *watch;
    int old;

    make("log", "1");
    old = open(test_path("log"), O_WRONLY | O_CLOEXEC);
    watch = watch_of(test_path("log"));
    move("log", "log.1");
    ck_assert_int_eq(write(old, "x", 1), 1);
    make("log", "2");
    expect(watch, MMF_WATCH_MOVED_AWAY, "log");
    expect(watch, MMF_WATCH_CREATED, "log");
    expect_nothing(watch);
    ck_assert_int_eq(write(old, "x", 1), 1);
    (void)close(old);
    expect_nothing(watch);
    make("log", "3");
    expect(watch, MMF_WATCH_WRITTEN, "log");
    mmf_watch_close(watch);
}
END_TEST

START_TEST(test_deleted_and_made_again)
{
    mmf_watch *watch;

    make("file", "1");
    watch = watch_of(test_path("file"));
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_int_eq(unlink(test_path("file")), 0);
        expect(watch, MMF_WATCH_ATTRIBUTES, "file"); /* the number of links */
        expect(watch, MMF_WATCH_DELETED, "file");
        make("file", "1");
        expect(watch, MMF_WATCH_CREATED, "file");
        expect_nothing(watch);
        ck_assert_int_eq(truncate(test_path("file"), 5), 0);
        expect(watch, MMF_WATCH_WRITTEN, "file");
    }
    mmf_watch_close(watch);
}
END_TEST

/* Another name of the file, in another directory, is as good. */
START_TEST(test_written_by_another_name)
{
    mmf_watch *watch;

    make("file", "1");
    ck_assert_int_eq(mkdir(test_path("d"), 0700), 0);
    ck_assert_int_eq(link(test_path("file"), test_path("d/file")), 0);
    ck_assert_int_eq(symlink("d/file", test_path("link")), 0);
    watch = watch_of(test_path(_i ? "link" : "file"));
    ck_assert_int_eq(truncate(test_path("d/file"), 7), 0);
    expect(watch, MMF_WATCH_WRITTEN, _i ? "link" : "file");
    expect_nothing(watch);
    mmf_watch_close(watch);
}
END_TEST

/* What is in a directory that has the name is not the file's. */
START_TEST(test_name_becomes_a_directory)
{
    mmf_watch *watch = watch_of(test_path("file"));

    ck_assert_int_eq(mkdir(test_path("file"), 0700), 0);
    expect(watch, MMF_WATCH_CREATED, "file");
    make("file/inside", "1");
    expect_nothing(watch);
    mmf_watch_close(watch);
}
END_TEST

START_TEST(test_relative_name)
{
    char before[4096];
    mmf_watch *watch;

    ck_assert_ptr_nonnull(getcwd(before, sizeof before));
    ck_assert_int_eq(chdir(test_directory()), 0);
    watch = watch_of(_i ? "./file" : "file");
    make("file", "1");
    expect(watch, MMF_WATCH_CREATED, "file");
    make("file", "");
    expect(watch, MMF_WATCH_WRITTEN, "file");
    mmf_watch_close(watch);
    ck_assert_int_eq(chdir(before), 0);
}
END_TEST

/* --- Watches --------------------------------------------------------------------------------- */

START_TEST(test_two_watches)
{
    mmf_watch *of_file;
    mmf_watch *of_directory;

    make("file", "1");
    of_file = watch_of(test_path("file"));
    of_directory = watch_of(test_directory());
    make("file", "");
    expect(of_file, MMF_WATCH_WRITTEN, "file");
    expect(of_directory, MMF_WATCH_WRITTEN, "file");
    expect(of_directory, MMF_WATCH_CLOSED, "file");
    mmf_watch_close(of_directory);
    expect(of_file, MMF_WATCH_CLOSED, "file");
    expect_nothing(of_file);
    mmf_watch_close(of_file);
    mmf_watch_close(NULL);
}
END_TEST

static bool is_readable(const mmf_watch *watch)
{
    struct pollfd poll_fd = {.fd = mmf_watch_descriptor(watch), .events = POLLIN};

    return poll(&poll_fd, 1, 0) == 1;
}

START_TEST(test_descriptor)
{
    mmf_watch *watch = watch_of(test_directory());

    ck_assert(!is_readable(watch));
    make("a", "");
    ck_assert(is_readable(watch));
    expect(watch, MMF_WATCH_CREATED, "a");
    expect(watch, MMF_WATCH_CLOSED, "a");
    expect_nothing(watch);
    ck_assert(!is_readable(watch));
    mmf_watch_close(watch);
}
END_TEST

static uint64_t events_of_the_queue(void)
{
    unsigned long long count = 0;
    FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "re");

    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%llu", &count), 1);
    (void)fclose(file);
    return count;
}

/* Nobody reads: the system drops events, and says so. */
static void overflow(void)
{
    uint64_t count = events_of_the_queue();

    for (uint64_t i = 0; i < count / 2 + 10; i++) { /* never two equal ones after each other */
        ck_assert_int_eq(chmod(test_path("a"), 0600), 0);
        ck_assert_int_eq(chmod(test_path("b"), 0600), 0);
    }
}

START_TEST(test_overflow)
{
    mmf_watch_event event = {.kind = MMF_WATCH_CREATED};
    uint64_t seen = 0;
    mmf_watch *watch;

    make("a", "");
    make("b", "");
    watch = watch_of(test_directory());
    overflow();
    while (event.kind != MMF_WATCH_OVERFLOW) {
        ck_ok(mmf_watch_next(watch, 0, &event));
        seen++;
    }
    ck_assert_str_eq(event.name, "");
    ck_assert_uint_gt(seen, 1000);
    expect_nothing(watch);
    make("c", "");
    expect(watch, MMF_WATCH_CREATED, "c");
    mmf_watch_close(watch);
}
END_TEST

/* The replacement was among what was lost: the new file is found all the same. */
START_TEST(test_replaced_during_an_overflow)
{
    uint64_t count = events_of_the_queue();
    mmf_watch *watch;

    make("file", "1");
    watch = watch_of(test_path("file"));
    for (uint64_t i = 0; i < count + 10; i++) { /* other names: events for the queue alone */
        if (i % 2 == 0) {
            make("x", "");
        } else {
            ck_assert_int_eq(unlink(test_path("x")), 0);
        }
    }
    make("new", "2");
    move("new", "file");
    expect(watch, MMF_WATCH_OVERFLOW, "");
    ck_assert_int_eq(truncate(test_path("file"), 9), 0);
    expect(watch, MMF_WATCH_WRITTEN, "file");
    mmf_watch_close(watch);
}
END_TEST

/* --- What cannot be watched ------------------------------------------------------------------ */

START_TEST(test_nothing_to_watch)
{
    static const char *const paths[] = {"no/file", "a/file", "file/", ""};
    unsigned descriptors = test_descriptor_count();
    mmf_watch *watch = NULL;

    make("a", "");
    ck_status(mmf_watch_open(_i == 3 ? "" : test_path(paths[_i]), &watch), MMF_E_NOT_FOUND);
    ck_assert_ptr_null(watch);
    ck_assert_uint_eq(test_descriptor_count(), descriptors);
}
END_TEST

static void open_without_descriptors(void *argument)
{
    const struct rlimit none = {0, 0};
    mmf_watch *watch = NULL;

    (void)argument;
    must(setrlimit(RLIMIT_NOFILE, &none) == 0);
    must_status(mmf_watch_open(test_directory(), &watch), MMF_E_LIMIT);
    must(errno == EMFILE);
}

START_TEST(test_no_descriptors)
{
    test_run_ok(open_without_descriptors, NULL, 20000);
}
END_TEST

static void may_not_read(void *argument)
{
    mmf_watch_event event;
    mmf_watch *watch = NULL;

    (void)argument;
    test_drop_capabilities();
    must_status(mmf_watch_open(test_path("file"), &watch), MMF_E_SYSTEM);
    must(errno == EACCES);
    must_ok(mmf_watch_open(test_path("later"), &watch));
    must(rename(test_path("file"), test_path("later")) == 0);
    must_ok(mmf_watch_next(watch, 5000, &event));
    must(event.kind == MMF_WATCH_MOVED_HERE);
    must_status(mmf_watch_next(watch, 5000, &event), MMF_E_SYSTEM); /* not to be followed */
    must(errno == EACCES);
    must_status(mmf_watch_next(watch, 0, &event), MMF_E_TIMEOUT);
    must(unlink(test_path("later")) == 0);
    must_ok(mmf_watch_next(watch, 5000, &event));
    must(event.kind == MMF_WATCH_DELETED);
    mmf_watch_close(watch);
}

START_TEST(test_no_right_to_read)
{
    make("file", "1");
    ck_assert_int_eq(chmod(test_path("file"), 0), 0);
    test_run_ok(may_not_read, NULL, 20000);
}
END_TEST

/* The reason for the words: what is stored through a mapping nobody is told of. */
START_TEST(test_stores_are_not_seen)
{
    mmf_watch *watch;
    char *bytes;
    int fd;

    make("file", "12345678");
    fd = open(test_path("file"), O_RDWR | O_CLOEXEC);
    bytes = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ck_assert(bytes != MAP_FAILED);
    watch = watch_of(test_path("file"));
    bytes[0] = 'x';
    ck_assert_int_eq(msync(bytes, 8, MS_SYNC), 0);
    expect_nothing(watch);
    (void)munmap(bytes, 8);
    (void)close(fd);
    mmf_watch_close(watch);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_directory_events);
    tcase_add_loop_test(tcase, test_directory_goes, 0, 2);
    tcase_add_test(tcase, test_file_events);
    tcase_add_test(tcase, test_name_that_is_not_there_yet);
    tcase_add_test(tcase, test_replaced_by_rename);
    tcase_add_test(tcase, test_rotation);
    tcase_add_test(tcase, test_deleted_and_made_again);
    tcase_add_loop_test(tcase, test_written_by_another_name, 0, 2);
    tcase_add_test(tcase, test_name_becomes_a_directory);
    tcase_add_loop_test(tcase, test_relative_name, 0, 2);
    tcase_add_test(tcase, test_two_watches);
    tcase_add_test(tcase, test_descriptor);
    tcase_add_test(tcase, test_overflow);
    tcase_add_test(tcase, test_replaced_during_an_overflow);
    tcase_add_loop_test(tcase, test_nothing_to_watch, 0, 4);
    tcase_add_test(tcase, test_no_descriptors);
    tcase_add_test(tcase, test_no_right_to_read);
    tcase_add_test(tcase, test_stores_are_not_seen);
}
