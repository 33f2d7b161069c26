/* A writer that is killed after each instruction of an operation, and one who recovers from that,
 * killed after each of its own.
 *
 * Every instruction is stepped. Wherever one has changed the store's files, a copy of them is what a
 * death there leaves, and is checked. Besides, children are really killed: after a sample of the
 * instructions, or with MMF_STEPS=all in the environment after each of them.
 */
#include <stdlib.h>

#include "tests/crash/plan.h"
#include "tests/crash/stepper.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "step";

#define KILLS_OF_A_WALK 16u /* in the short version */

static const plan_operation operations[] = {
    {"set pair", &crash_pair, 0, CRASH_WHOLE, false},
    {"set row", &crash_row, 0, CRASH_WHOLE, false},
    {"set block", &crash_block, 0, CRASH_WHOLE, false},
    {"set label", &crash_label, 0, CRASH_WHOLE, false},
    {"set text", &crash_label, 0, CRASH_TEXT, false},
    {"set array, row", &crash_row, 0, CRASH_WORDS, false},
    {"set array, block", &crash_block, 0, CRASH_WORDS, false},
    {"set scalar of 8", &crash_row, 0, CRASH_MARK, false},
    {"set scalar of 2", &crash_label, 0, CRASH_MARK, false},
    {"append pair", &crash_pair, 1, CRASH_WHOLE, false},
    {"append row", &crash_row, 1, CRASH_WHOLE, false},
    {"append label", &crash_label, 1, CRASH_WHOLE, false},
    {"append and grow", &crash_block, 1, CRASH_WHOLE, true},
    {"append 3 rows", &crash_row, 3, CRASH_WHOLE, false},
};

#define OPERATIONS (sizeof operations / sizeof operations[0])
#define MODES 2u

static const char *mode_name(uint32_t flags)
{
    return flags & MMF_ONE_WRITER ? "one writer" : "many writers";
}

static bool steps_all(void)
{
    const char *value = getenv("MMF_STEPS");

    return value && strcmp(value, "all") == 0;
}

static bool refused(void)
{
    const char *why = stepper_refusal();

    if (why) {
        (void)printf("skipped: %s\n", why);
    }
    return why != NULL;
}

/* --- Walks ----------------------------------------------------------------------------------- */

/* The instructions that changed the files. */
typedef struct walk {
    uint64_t steps;
    uint64_t *changes;
    size_t count;
    size_t room;
} walk;

static void walk_add(walk *walk, uint64_t step)
{
    if (walk->count == walk->room) {
        walk->room = walk->room ? walk->room * 2 : 64;
        walk->changes = realloc(walk->changes, walk->room * sizeof *walk->changes);
        ck_assert_ptr_nonnull(walk->changes);
    }
    walk->changes[walk->count++] = step;
}

static void walk_free(walk *walk)
{
    free(walk->changes);
}

/* Steps a child that has been started to its end, and checks after each change. What was once found
 * new does not become old again. */
static void walk_on(const plan *plan, stepper *stepper, walk *ret_walk)
{
    snapshot now = {0};
    plan_outcome last = PLAN_OLD;
    bool more = true;

    while (more) {
        if (snapshot_take(&now, plan->path)) {
            plan_outcome outcome = last == PLAN_NEW ? PLAN_NEW : PLAN_UNKNOWN;

            walk_add(ret_walk, stepper->steps);
            snapshot_put(&now, plan->copy);
            plan_check_files(plan, plan->copy, &outcome);
            last = outcome;
        }
        more = stepper_step(stepper);
    }
    ck_assert_msg(stepper->result == MMF_OK, "violation: %s: %s", plan->operation->name,
                  mmf_status_name((mmf_status)stepper->result));
    ret_walk->steps = stepper->steps;
    stepper_kill(stepper);
    plan_check_files(plan, plan->path, &last);
    snapshot_free(&now);
}

/* Kills a writer for real after `steps` instructions, while other handles are open. */
static void kill_after(plan *plan, const stepper_code *code, uint64_t steps)
{
    bool many = !(plan->flags & MMF_ONE_WRITER);
    plan_outcome outcome = PLAN_UNKNOWN;
    mmf_store *reader;
    mmf_store *writer = NULL;
    stepper stepper;

    snapshot_put(&plan->start, plan->path);
    reader = plan_open(plan, plan->path, MMF_READ_ONLY);
    if (many) {
        writer = plan_open(plan, plan->path, 0);
    }
    stepper_start(&stepper, code);
    while (stepper.steps < steps && stepper_step(&stepper)) {
    }
    stepper_kill(&stepper);
    plan_check(plan, reader, "who has been reading", &outcome);
    if (many) {
        plan_check(plan, writer, "who has been writing", &outcome);
        ck_ok(mmf_store_close(writer));
    }
    ck_ok(mmf_store_close(reader));
    plan_check_files(plan, plan->path, &outcome);
}

/* After every instruction, or after a sample of those that changed something. */
static unsigned kill_along(plan *plan, const stepper_code *code, const walk *walk)
{
    unsigned kills = 0;

    if (steps_all()) {
        for (uint64_t step = 0; step <= walk->steps; step++, kills++) {
            kill_after(plan, code, step);
        }
        return kills;
    }
    for (; kills < KILLS_OF_A_WALK && kills < walk->count; kills++) {
        kill_after(plan, code,
                   walk->changes[kills * walk->count / (walk->count < KILLS_OF_A_WALK
                                                            ? walk->count
                                                            : KILLS_OF_A_WALK)]);
    }
    return kills;
}

/* --- The writer dies ------------------------------------------------------------------------- */

START_TEST(a_writer_dies_after_any_instruction)
{
    const plan_operation *operation = &operations[(unsigned)_i / MODES];
    uint32_t flags = (unsigned)_i % MODES ? MMF_ONE_WRITER : 0;
    struct plan plan;
    stepper_code code = {plan_open_writer, plan_run, &plan};
    stepper stepper;
    walk walk = {0};
    unsigned kills;

    if (refused()) {
        return;
    }
    plan_make(&plan, operation, flags);
    snapshot_put(&plan.start, plan.path);
    stepper_start(&stepper, &code);
    walk_on(&plan, &stepper, &walk);
    kills = kill_along(&plan, &code, &walk);
    (void)printf("%-16s %-12s %6llu instructions, %4zu states, %u kills\n", operation->name,
                 mode_name(flags), (unsigned long long)walk.steps, walk.count, kills);
    walk_free(&walk);
    plan_free(&plan);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_set_timeout(tcase, steps_all() ? 3600 : 60);
    tcase_add_loop_test(tcase, a_writer_dies_after_any_instruction, 0, OPERATIONS * MODES);
}
