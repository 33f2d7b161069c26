/* Repairs on disks that are full: nothing is changed that could not be undone, and they are done
 * when there is room. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>

#include "fsck/undo_format.h"
#include "schema/format.h"
#include "tests/faults/small_disk.h"
#include "tests/fsck/interrupt/wreck.h"

const char *const suite_name = "repairs on full disks";

typedef struct place {
    const wreck_kind *kind;
    const char *path;
    const char *ballast;
    rlim_t limit; /* of the size of files; 0: a small disk */
} place;

static void check_harmless(const place *place)
{
    const char *wrong = wreck_read(place->kind, place->path, false);

    must(!wrong);
}

static void expect_no_space(const place *place)
{
    mmf_check_result result;
    mmf_error error;

    must_status(wreck_check(place->kind, place->path, MMF_CHECK_REPAIR, &result, &error),
                MMF_E_NO_SPACE);
    must(error.text[0] != '\0');
    must(result.repaired < result.errors);
    must(!result.is_complete);
    check_harmless(place);
}

static void expect_repaired(const place *place, uint32_t flags)
{
    mmf_check_result result;

    must_ok(wreck_check(place->kind, place->path, MMF_CHECK_REPAIR | flags, &result, NULL));
    must(result.left == 0);
    must_ok(wreck_check(place->kind, place->path, MMF_CHECK_FULL, &result, NULL));
    must(result.errors == 0);
    must(!wreck_read(place->kind, place->path, true));
}

static void no_room_for_undo(void *argument)
{
    const place *place = argument;

    small_disk_mount("size=512k");
    wreck_make(place->kind, place->path);
    (void)small_disk_fill(place->ballast);
    expect_no_space(place);
    expect_no_space(place); /* and again: no trace of the first one is in its way */
    must(unlink(place->ballast) == 0);
    expect_repaired(place, 0);
}

START_TEST(test_no_room_for_undo)
{
    place place = {&wreck_kinds[_i], test_path("store"), test_path("ballast"), 0};

    small_disk_run(no_room_for_undo, &place);
}
END_TEST

/* Places that have blocks can be stored to without an undo file. */
static void without_undo(void *argument)
{
    const place *place = argument;

    small_disk_mount("size=512k");
    wreck_make(place->kind, place->path);
    (void)small_disk_fill(place->ballast);
    expect_repaired(place, MMF_CHECK_NO_UNDO);
}

START_TEST(test_without_undo)
{
    place place = {&wreck_kinds[_i], test_path("store"), test_path("ballast"), 0};

    small_disk_run(without_undo, &place);
}
END_TEST

/* The room that the capacity does not count is a hole, which a repair gives blocks to. */
static void no_room_for_hole(void *argument)
{
    const place *place = argument;

    small_disk_mount("size=512k");
    wreck_make(place->kind, place->path);
    must(truncate(place->path, 262144) == 0);
    (void)small_disk_fill(place->ballast);
    must(truncate(place->ballast, (off_t)test_file_size(place->ballast) - 65536) == 0);
    expect_no_space(place);
    must(unlink(place->ballast) == 0);
    expect_repaired(place, 0);
}

START_TEST(test_no_room_for_hole)
{
    place place = {&wreck_kinds[_i], test_path("store"), test_path("ballast"), 0};

    small_disk_run(no_room_for_hole, &place);
}
END_TEST

static void set_limit(rlim_t size)
{
    const struct rlimit limit = {size, RLIM_INFINITY};

    must(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

/* The limit comes in the middle of the undo file. */
static void too_long_an_undo(void *argument)
{
    const place *place = argument;

    (void)signal(SIGXFSZ, SIG_IGN);
    set_limit(place->limit);
    expect_no_space(place);
    set_limit(RLIM_INFINITY);
    expect_repaired(place, 0);
}

START_TEST(test_too_long_an_undo)
{
    static const rlim_t limits[] = {64, MMF_UNDO_ENTRIES + 100, MMF_UNDO_ENTRIES + 800};

    for (unsigned i = 0; i < sizeof limits / sizeof *limits; i++) {
        char name[16];
        place place = {&wreck_kinds[_i], NULL, NULL, limits[i]};

        (void)snprintf(name, sizeof name, "store%u", i);
        place.path = test_path(name);
        wreck_make(place.kind, place.path);
        test_run_ok(too_long_an_undo, &place, 20000);
    }
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_no_room_for_undo, 0, WRECK_KINDS);
    tcase_add_loop_test(tcase, test_without_undo, 0, WRECK_KINDS);
    tcase_add_loop_test(tcase, test_no_room_for_hole, 0, 2);
    tcase_add_loop_test(tcase, test_too_long_an_undo, 0, WRECK_KINDS);
}
