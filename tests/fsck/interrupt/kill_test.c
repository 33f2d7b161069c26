/* Repairs, and their undoing, that are killed: at each system call, and between the stores of words
 * into the file. What a death leaves is what the files have at that moment (but for locks, which
 * go); so the files of every moment that differ are looked at as they are. Besides, repairs are
 * killed in earnest. Whatever the moment was:
 *
 *   - readers are given no record that is another one, and wait for nobody;
 *   - the next repair finishes it, and leaves what one in one go does;
 *   - or the undo file brings back each byte.
 *
 * MMF_KILLS=all in the environment: killed in earnest behind every call, not behind some;
 * MMF_KINDS: of how many kinds of stores.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "fsck/undo_format.h"
#include "tests/crash/stepper.h"
#include "tests/fsck/interrupt/wreck.h"

const char *const suite_name = "repairs that are killed";

#define KILLS_DEFAULT 6u

typedef struct scene {
    const wreck_kind *kind;
    const char *path; /* that is repaired */
    const char *copy; /* that is looked at */
    const char *copy_undo;
    wreck_image wrecked; /* before */
    wreck_image repaired;
    wreck_image now;
    void *mapped[2]; /* store and lock file, which keep their sizes */
    unsigned moments;
} scene;

/* --- What has to be true --------------------------------------------------------------------- */

static void expect_readable(const scene *scene, const char *when)
{
    const char *wrong = wreck_read(scene->kind, scene->copy, false);

    ck_assert_msg(!wrong, "violation: %s, %s, moment %u: reading: %s", scene->kind->name, when,
                  scene->moments, wrong);
}

static void expect_well(const scene *scene, const char *when)
{
    mmf_check_result result;
    mmf_error error;
    const char *wrong;
    mmf_status status = wreck_check(scene->kind, scene->copy, MMF_CHECK_FULL, &result, &error);

    ck_assert_msg(status == MMF_OK && result.errors == 0,
                  "violation: %s, %s, moment %u: after the repair: %s (%s), %u errors",
                  scene->kind->name, when, scene->moments, mmf_status_name(status), error.text,
                  (unsigned)result.errors);
    wrong = wreck_read(scene->kind, scene->copy, true);
    ck_assert_msg(!wrong, "violation: %s, %s, moment %u: reading what was repaired: %s",
                  scene->kind->name, when, scene->moments, wrong);
}

static void expect_repairable(const scene *scene, const char *when)
{
    mmf_check_result result;
    mmf_error error;
    mmf_status status = wreck_check(scene->kind, scene->copy, MMF_CHECK_REPAIR, &result, &error);

    ck_assert_msg(status == MMF_OK && result.left == 0,
                  "violation: %s, %s, moment %u: repair: %s (%s), %u left", scene->kind->name, when,
                  scene->moments, mmf_status_name(status), error.text, (unsigned)result.left);
    expect_well(scene, when);
}

static void expect_as_in_one_go(const scene *scene, const char *when)
{
    wreck_image now = {0};
    const char *wrong;

    (void)wreck_take(&now, scene->copy);
    wrong = wreck_differ(&now.files[WRECK_STORE], &scene->repaired.files[WRECK_STORE]);
    ck_assert_msg(!wrong, "violation: %s, %s, moment %u: it has other %s than a repair in one go",
                  scene->kind->name, when, scene->moments, wrong);
    wreck_free(&now);
}

static void expect_wrecked(const scene *scene, const char *when)
{
    wreck_image now = {0};

    (void)wreck_take(&now, scene->copy);
    ck_assert_msg(wreck_same(&now.files[WRECK_STORE], &scene->wrecked.files[WRECK_STORE]),
                  "violation: %s, %s, moment %u: the store is not what it was", scene->kind->name,
                  when, scene->moments);
    ck_assert_msg(wreck_same(&now.files[WRECK_LOCK], &scene->wrecked.files[WRECK_LOCK]),
                  "violation: %s, %s, moment %u: the lock file is not what it was",
                  scene->kind->name, when, scene->moments);
    wreck_free(&now);
}

/* An undo file that is not whole yet has nothing that had to be undone. */
static void expect_undoable(const scene *scene, const char *when, bool is_whole)
{
    mmf_error error = {0};
    mmf_status status;

    if (!test_exists(scene->copy_undo)) {
        ck_assert(!is_whole);
        expect_wrecked(scene, when);
        return;
    }
    status = mmf_check_undo(scene->copy, scene->copy_undo, NULL, &error);
    ck_assert_msg(status == MMF_OK || (status == MMF_E_CORRUPT && !is_whole),
                  "violation: %s, %s, moment %u: undo: %s (%s)", scene->kind->name, when,
                  scene->moments, mmf_status_name(status), error.text);
    expect_wrecked(scene, when);
}

static bool is_finished(const wreck_bytes *undo)
{
    const size_t at = MMF_UNDO_STATE_A + offsetof(mmf_undo_counts, flags);

    return undo->exists && undo->size > at && (undo->bytes[at] & MMF_UNDO_FINISHED) != 0;
}

/* Who gives the undo file's name gives it again. */
static void expect_undo_file_taken(const scene *scene)
{
    mmf_error error = {0};
    const mmf_check_options options = {
        .flags = MMF_CHECK_REPAIR, .threads = 1, .undo_path = scene->copy_undo, .error = &error};
    const wreck_bytes *undo = &scene->now.files[WRECK_UNDO];
    mmf_check_result result;
    mmf_status status;

    if (wreck_same(undo, &scene->repaired.files[WRECK_UNDO]) || is_finished(undo)) {
        return;
    }
    status = mmf_check(scene->copy, &options, &result);
    ck_assert_msg(status == MMF_OK, "violation: %s, moment %u: with the same undo file: %s (%s)",
                  scene->kind->name, scene->moments, mmf_status_name(status), error.text);
    ck_assert_str_eq(result.undo_path, scene->copy_undo);
}

static void look_at_repair(scene *scene)
{
    wreck_put(&scene->now, scene->copy);
    expect_readable(scene, "killed repair");
    expect_repairable(scene, "killed repair");
    expect_as_in_one_go(scene, "killed repair");
    wreck_put(&scene->now, scene->copy);
    expect_undo_file_taken(scene);
    wreck_put(&scene->now, scene->copy);
    expect_undoable(scene, "killed repair", false);
}

static void look_at_undo(scene *scene)
{
    wreck_put(&scene->now, scene->copy);
    expect_readable(scene, "killed undo");
    expect_undoable(scene, "killed undo", true);
    wreck_put(&scene->now, scene->copy);
    expect_repairable(scene, "killed undo");
}

/* --- Moments --------------------------------------------------------------------------------- */

typedef void look_function(scene *scene);

static bool is_populating(const stepper *stepper)
{
    struct __ptrace_syscall_info info;

    return stepper->is_in_call &&
           ptrace(PTRACE_GET_SYSCALL_INFO, stepper->child, (void *)sizeof info, &info) > 0 &&
           info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == SYS_madvise;
}

static void look_if_changed(scene *scene, look_function *look)
{
    if (wreck_take(&scene->now, scene->path)) {
        scene->moments++;
        look(scene);
    }
}

/* Whether a word of the store or of the lock file is another one: quicker than reading them. */
static bool has_stored(const scene *scene)
{
    bool changed = false;

    for (unsigned i = 0; i < 2 && !changed; i++) {
        const wreck_bytes *before = &scene->now.files[i];

        changed = memcmp(before->bytes, scene->mapped[i], before->size) != 0;
    }
    return changed;
}

static void map(scene *scene)
{
    char lock_path[1024];

    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", scene->path);
    for (unsigned i = 0; i < 2; i++) {
        int fd = open(i == WRECK_STORE ? scene->path : lock_path, O_RDONLY | O_CLOEXEC);

        ck_assert_int_ge(fd, 0);
        scene->mapped[i] = mmap(NULL, scene->now.files[i].size, PROT_READ, MAP_SHARED, fd, 0);
        ck_assert(scene->mapped[i] != MAP_FAILED);
        (void)close(fd);
    }
}

static void unmap(scene *scene)
{
    for (unsigned i = 0; i < 2; i++) {
        (void)munmap(scene->mapped[i], scene->now.files[i].size);
    }
}

/* Behind a call by which pages are made ready to be stored to, each instruction is one. */
static bool walk_stores(scene *scene, stepper *stepper, look_function *look)
{
    uint64_t calls = stepper->place.calls;
    bool more = true;

    while (more && stepper->place.calls == calls) {
        more = stepper_step(stepper);
        if (has_stored(scene)) {
            look_if_changed(scene, look);
        }
    }
    return more;
}

static void walk(scene *scene, stepper_code *code, look_function *look, uint64_t *ret_calls)
{
    stepper stepper;
    bool more = true;

    map(scene);
    stepper_start(&stepper, code);
    while (more) {
        bool populates;

        more = stepper_run(&stepper);
        look_if_changed(scene, look);
        populates = more && is_populating(&stepper);
        if (populates) {
            more = stepper_run(&stepper) && walk_stores(scene, &stepper, look);
        }
    }
    *ret_calls = stepper.place.calls;
    ck_assert_int_eq(stepper.result, MMF_OK);
    stepper_kill(&stepper);
    unmap(scene);
}

/* --- What is killed -------------------------------------------------------------------------- */

static void nothing(void *argument)
{
    (void)argument;
}

static int repair(void *argument)
{
    const scene *scene = argument;
    mmf_check_result result;

    return (int)wreck_check(scene->kind, scene->path, MMF_CHECK_REPAIR, &result, NULL);
}

static int undo(void *argument)
{
    const scene *scene = argument;
    char undo_path[1024];

    (void)snprintf(undo_path, sizeof undo_path, "%s.undo", scene->path);
    return (int)mmf_check_undo(scene->path, undo_path, NULL, NULL);
}

/* False: nothing can be stepped here. */
static bool begin(scene *scene, int kind)
{
    const char *refusal = stepper_refusal();
    mmf_check_result result;

    if (refusal) {
        (void)fprintf(stderr, "skipped: %s\n", refusal);
        return false;
    }
    *scene = (struct scene){.kind = &wreck_kinds[kind]};
    scene->path = test_path("store");
    scene->copy = test_path("copy");
    scene->copy_undo = test_path("copy.undo");
    wreck_make(scene->kind, scene->path);
    (void)wreck_take(&scene->wrecked, scene->path);
    wreck_put(&scene->wrecked, scene->copy);
    ck_ok(wreck_check(scene->kind, scene->copy, MMF_CHECK_REPAIR, &result, NULL));
    ck_assert_uint_eq(result.left, 0);
    ck_assert_uint_gt(result.repaired, 9);
    (void)wreck_take(&scene->repaired, scene->copy);
    return true;
}

static void end(scene *scene)
{
    wreck_free(&scene->wrecked);
    wreck_free(&scene->repaired);
    wreck_free(&scene->now);
}

START_TEST(test_repair_at_each_moment)
{
    scene scene;
    stepper_code code = {nothing, repair, &scene};
    uint64_t calls = 0;

    if (!begin(&scene, _i)) {
        return;
    }
    (void)wreck_take(&scene.now, scene.path);
    walk(&scene, &code, look_at_repair, &calls);
    (void)printf("%-16s repair: %u moments, %u calls\n", scene.kind->name, scene.moments,
                 (unsigned)calls);
    ck_assert_uint_gt(scene.moments, 30);
    end(&scene);
}
END_TEST

START_TEST(test_undo_at_each_moment)
{
    scene scene;
    stepper_code code = {nothing, undo, &scene};
    uint64_t calls = 0;

    if (!begin(&scene, _i)) {
        return;
    }
    wreck_put(&scene.repaired, scene.path);
    (void)wreck_take(&scene.now, scene.path);
    walk(&scene, &code, look_at_undo, &calls);
    (void)printf("%-16s undo: %u moments, %u calls\n", scene.kind->name, scene.moments,
                 (unsigned)calls);
    ck_assert_uint_gt(scene.moments, 30);
    end(&scene);
}
END_TEST

/* --- In earnest ------------------------------------------------------------------------------ */

static uint64_t calls_of(const scene *scene, const wreck_image *before, stepper_code *code)
{
    stepper stepper;
    uint64_t calls;

    wreck_put(before, scene->path);
    stepper_start(&stepper, code);
    while (stepper_run(&stepper)) {
    }
    calls = stepper.place.calls;
    stepper_kill(&stepper);
    return calls;
}

static void kill_at(scene *scene, const wreck_image *before, stepper_code *code, uint64_t call)
{
    stepper stepper;

    wreck_put(before, scene->path);
    stepper_start(&stepper, code);
    stepper_go(&stepper, (stepper_place){call, 0});
    stepper_kill(&stepper);
    scene->moments = (unsigned)call;
}

static uint64_t stride_of(uint64_t calls)
{
    const char *kills = getenv("MMF_KILLS");
    bool all = kills && strcmp(kills, "all") == 0;

    return all || calls < KILLS_DEFAULT ? 1 : calls / KILLS_DEFAULT;
}

/* The files are looked at where they lie: whatever the dead one held of them must be free. */
START_TEST(test_kill_repair)
{
    scene scene;
    stepper_code code = {nothing, repair, &scene};
    uint64_t calls;

    if (!begin(&scene, _i)) {
        return;
    }
    scene.copy = scene.path;
    calls = calls_of(&scene, &scene.wrecked, &code);
    for (uint64_t call = 0; call < calls; call += stride_of(calls)) {
        kill_at(&scene, &scene.wrecked, &code, call);
        expect_readable(&scene, "kill of a repair");
        expect_repairable(&scene, "kill of a repair");
        expect_as_in_one_go(&scene, "kill of a repair");
    }
    end(&scene);
}
END_TEST

START_TEST(test_kill_undo)
{
    scene scene;
    stepper_code code = {nothing, undo, &scene};
    uint64_t calls;

    if (!begin(&scene, _i)) {
        return;
    }
    scene.copy = scene.path;
    scene.copy_undo = test_path("store.undo");
    calls = calls_of(&scene, &scene.repaired, &code);
    for (uint64_t call = 0; call < calls; call += stride_of(calls)) {
        kill_at(&scene, &scene.repaired, &code, call);
        expect_readable(&scene, "kill of an undo");
        expect_undoable(&scene, "kill of an undo", true);
    }
    end(&scene);
}
END_TEST

/* Some calls behind the first one of the undo file. */
static void kill_in_the_middle(scene *scene, stepper_code *code)
{
    stepper stepper;
    unsigned rest = 80;

    wreck_put(&scene->wrecked, scene->path);
    stepper_start(&stepper, code);
    while (rest > 0 && stepper_run(&stepper)) {
        rest -= test_exists(scene->copy_undo);
    }
    ck_assert_uint_eq(rest, 0);
    stepper_kill(&stepper);
}

/* A repair that is finished after it was killed is killed too. */
START_TEST(test_kill_finishing)
{
    scene scene;
    stepper_code code = {nothing, repair, &scene};
    wreck_image killed = {0};
    uint64_t calls;

    if (!begin(&scene, _i)) {
        return;
    }
    scene.copy = scene.path;
    scene.copy_undo = test_path("store.undo");
    kill_in_the_middle(&scene, &code);
    (void)wreck_take(&killed, scene.path);
    calls = calls_of(&scene, &killed, &code);
    for (uint64_t call = 0; call < calls; call += stride_of(calls)) {
        kill_at(&scene, &killed, &code, call);
        expect_readable(&scene, "kill of a second repair");
        if (call / stride_of(calls) % 2 == 0) {
            expect_repairable(&scene, "kill of a second repair");
            expect_as_in_one_go(&scene, "kill of a second repair");
        } else {
            expect_undoable(&scene, "kill of a second repair", true);
        }
    }
    wreck_free(&killed);
    end(&scene);
}
END_TEST

void suite_add(TCase *tcase)
{
    const char *text = getenv("MMF_KINDS");
    int kinds = text ? (int)strtol(text, NULL, 0) : WRECK_KINDS;

    tcase_set_timeout(tcase, 3600);
    tcase_add_loop_test(tcase, test_repair_at_each_moment, 0, kinds);
    tcase_add_loop_test(tcase, test_undo_at_each_moment, 0, kinds);
    tcase_add_loop_test(tcase, test_kill_repair, 0, kinds);
    tcase_add_loop_test(tcase, test_kill_undo, 0, kinds);
    tcase_add_loop_test(tcase, test_kill_finishing, 0, kinds);
}
