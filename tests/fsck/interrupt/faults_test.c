/* Each call that a repair makes of the operating system fails in turn, in every way: the repair
 * says so, harms nothing, and what is left of it is finished, or undone, by the next one.
 *
 * MMF_FAULTS=all in the environment: each way for each kind of store, not one of them in turn.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdlib.h>

#include "tests/faults/faults.h"
#include "tests/fsck/interrupt/wreck.h"

const char *const suite_name = "repairs that fail";

static const fault_plan plans[] = {
    {.error = EIO},
    {.error = ENOSPC},
    {.error = ENOSPC, .is_lasting = true},
    {.error = ENOMEM},
    {.error = EINTR},
    {.error = FAULT_SHORT},
    {.error = EMFILE},
    {.error = EIO, .missing = FAULT_NO_TMPFILE},
};

#define PLANS (sizeof plans / sizeof plans[0])

typedef struct scene {
    const wreck_kind *kind;
    const char *path;
    const char *undo_path;
    wreck_image wrecked;
    wreck_image repaired;
    fault_record *record;
    fault_plan plan;
} scene;

/* --- What a call may do ---------------------------------------------------------------------- */

/* Errors that a call may not return, or not here, are left out. */
static bool is_told(const fault_plan *plan, fault_function function)
{
    switch (plan->error) {
    case EINTR:
        return fault_is_interruptible(function);
    case FAULT_SHORT:
        return function == FAULT_pread || function == FAULT_pwrite;
    case EMFILE:
        return function == FAULT_open;
    default:
        return !fault_is_memory(function) || plan->error == ENOMEM;
    }
}

static bool is_harmless(const fault_plan *plan)
{
    return plan->error == EINTR || plan->error == FAULT_SHORT;
}

static void complain(const scene *scene, const char *what, const char *detail)
{
    ck_abort_msg("violation: %s: call %u (%s) with %s%s: %s: %s", scene->kind->name, scene->plan.at,
                 fault_name(scene->record->function),
                 scene->plan.error == FAULT_SHORT ? "a part" : strerrorname_np(scene->plan.error),
                 scene->plan.is_lasting ? ", lasting" : "", what, detail);
}

static void demand(const scene *scene, bool condition, const char *what, const char *detail)
{
    if (!condition) {
        complain(scene, what, detail);
    }
}

/* --- A run ----------------------------------------------------------------------------------- */

typedef struct outcome {
    mmf_status status;
    mmf_check_result result;
    mmf_error error;
} outcome;

static outcome run(scene *scene, uint32_t at)
{
    unsigned descriptors = test_descriptor_count();
    outcome outcome = {0};

    scene->plan.at = at;
    wreck_put(&scene->wrecked, scene->path);
    faults_begin(&scene->plan, scene->record);
    outcome.status =
        wreck_check(scene->kind, scene->path, MMF_CHECK_REPAIR, &outcome.result, &outcome.error);
    faults_end();
    demand(scene, test_descriptor_count() == descriptors, "descriptors", "not all of them closed");
    return outcome;
}

static bool is_possible(mmf_status status)
{
    return status == MMF_E_SYSTEM || status == MMF_E_NO_SPACE || status == MMF_E_NO_MEMORY ||
           status == MMF_E_LOCKED || status == MMF_E_CHANGED;
}

/* What it says has to be so. */
static void expect_honest(scene *scene, const outcome *outcome)
{
    const char *name = mmf_status_name(outcome->status);
    mmf_check_result found;

    if (outcome->status != MMF_OK) {
        demand(scene, !is_harmless(&scene->plan), name, outcome->error.text);
        demand(scene, is_possible(outcome->status), name, outcome->error.text);
        demand(scene, outcome->error.text[0] != '\0', name, "without a text");
        demand(scene, outcome->error.status == outcome->status, name, "another in the detail");
        demand(scene, !outcome->result.is_complete, name, "but complete");
        return;
    }
    ck_ok(wreck_check(scene->kind, scene->path, MMF_CHECK_FULL, &found, NULL));
    demand(scene, outcome->result.left > 0 || found.errors == 0, "success",
           "with nothing left, but something is");
}

static void expect_finishable(scene *scene)
{
    wreck_image now = {0};
    mmf_check_result result;
    mmf_error error;
    mmf_status status;
    const char *wrong = wreck_read(scene->kind, scene->path, false);

    demand(scene, !wrong, "reading", wrong);
    status = wreck_check(scene->kind, scene->path, MMF_CHECK_REPAIR, &result, &error);
    demand(scene, status == MMF_OK, "repairing afterwards", error.text);
    demand(scene, result.left == 0, "repairing afterwards", "something is left");
    wrong = wreck_read(scene->kind, scene->path, true);
    demand(scene, !wrong, "reading what was repaired", wrong);
    (void)wreck_take(&now, scene->path);
    wrong = wreck_differ(&now.files[WRECK_STORE], &scene->repaired.files[WRECK_STORE]);
    demand(scene, !wrong, "not as without a fault", wrong);
    wreck_free(&now);
}

static void expect_undoable(scene *scene)
{
    wreck_image now = {0};
    mmf_error error = {0};

    if (test_exists(scene->undo_path)) {
        mmf_status status = mmf_check_undo(scene->path, scene->undo_path, NULL, &error);

        demand(scene, status == MMF_OK, "undo afterwards", error.text);
    }
    (void)wreck_take(&now, scene->path);
    demand(scene, wreck_same(&now.files[WRECK_STORE], &scene->wrecked.files[WRECK_STORE]), "undo",
           "the store is another one");
    demand(scene, wreck_same(&now.files[WRECK_LOCK], &scene->wrecked.files[WRECK_LOCK]), "undo",
           "the lock file is another one");
    wreck_free(&now);
}

static void sweep(scene *scene, const fault_plan *plan)
{
    static uint8_t functions[FAULT_CALLS_MAX];
    uint32_t calls;

    scene->plan = *plan;
    (void)run(scene, 0);
    calls = scene->record->calls;
    ck_assert_uint_gt(calls, 100);
    ck_assert_uint_lt(calls, FAULT_CALLS_MAX);
    memcpy(functions, scene->record->functions, sizeof functions);
    for (uint32_t at = 1; at <= calls; at++) {
        outcome outcome;

        if (!is_told(plan, functions[at - 1])) {
            continue;
        }
        outcome = run(scene, at);
        expect_honest(scene, &outcome);
        if (at % 2 == 0) {
            expect_finishable(scene);
        } else {
            expect_undoable(scene);
        }
    }
}

START_TEST(test_repair)
{
    const char *faults = getenv("MMF_FAULTS");
    bool all = faults && strcmp(faults, "all") == 0;
    scene scene = {.kind = &wreck_kinds[_i], .path = test_path("store")};
    mmf_check_result result;

    scene.undo_path = test_path("store.undo");
    scene.record = calloc(1, sizeof *scene.record);
    ck_assert_ptr_nonnull(scene.record);
    wreck_make(scene.kind, scene.path);
    (void)wreck_take(&scene.wrecked, scene.path);
    ck_ok(wreck_check(scene.kind, scene.path, MMF_CHECK_REPAIR, &result, NULL));
    ck_assert_uint_eq(result.left, 0);
    (void)wreck_take(&scene.repaired, scene.path);
    for (unsigned p = 0; p < PLANS; p++) {
        if (all || p % WRECK_KINDS == (unsigned)_i) {
            sweep(&scene, &plans[p]);
        }
    }
    wreck_free(&scene.wrecked);
    wreck_free(&scene.repaired);
    free(scene.record);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_set_timeout(tcase, 3600);
    tcase_add_loop_test(tcase, test_repair, 0, WRECK_KINDS);
}
