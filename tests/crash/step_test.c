/* A writer that is killed after each instruction of an operation.
 *
 * Every instruction is stepped. Wherever one has changed the store's files, a copy of them is what
 * a death there leaves, and is checked. Besides, writers are really killed: after a sample of the
 * instructions, or with MMF_STEPS=all in the environment after each of them.
 */
#include "tests/crash/plan.h"
#include "tests/crash/stepper.h"
#include "tests/crash/walk.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "step";

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
#define MODES 2

/* Kills a writer after `steps` instructions, while other handles are open, and asks those first. */
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

START_TEST(a_writer_dies_after_any_instruction)
{
    const plan_operation *operation = &operations[_i / MODES];
    plan plan;
    stepper_code code = {plan_open_writer, plan_run, &plan};
    stepper stepper;
    walk walk = {0};
    uint64_t step;

    if (walk_is_refused()) {
        return;
    }
    plan_make(&plan, operation, _i % MODES ? MMF_ONE_WRITER : 0);
    stepper_start(&stepper, &code);
    walk_on(&walk, &plan, &stepper);
    while (walk_next_kill(&walk, &step)) {
        kill_after(&plan, &code, step);
    }
    walk_report(&walk, operation->name, plan.flags);
    walk_free(&walk);
    plan_free(&plan);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_set_timeout(tcase, walk_takes_all() ? 3600 : 60);
    tcase_add_loop_test(tcase, a_writer_dies_after_any_instruction, 0, (int)OPERATIONS * MODES);
}
