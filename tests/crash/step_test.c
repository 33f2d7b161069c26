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
    {"set text of one word", &crash_tag, 0, CRASH_TEXT, false},
    {"set text of one word back", &crash_untag, 0, CRASH_TEXT, false},
    {"set array", &crash_row, 0, CRASH_WORDS, false},
    {"set scalar of 8", &crash_row, 0, CRASH_MARK, false},
    {"set scalar of 2", &crash_label, 0, CRASH_MARK, false},
    {"set sealed", &crash_sealed, 0, CRASH_WHOLE, false},
    {"set sealed scalar", &crash_sealed, 0, CRASH_MARK, false},
    {"append pair", &crash_pair, 1, CRASH_WHOLE, false},
    {"append row", &crash_row, 1, CRASH_WHOLE, false},
    {"append label", &crash_label, 1, CRASH_WHOLE, false},
    {"append sealed", &crash_sealed, 1, CRASH_WHOLE, false},
    {"append and grow", &crash_block, 1, CRASH_WHOLE, true},
    {"append 3 rows", &crash_row, 3, CRASH_WHOLE, false},
};

#define OPERATIONS (sizeof operations / sizeof operations[0])
#define MODES 2

/* A writer, and handles that are open while it lives and dies. */
typedef struct company {
    plan plan;
    mmf_store *reader;
    mmf_store *writer; /* NULL beside one writer */
} company;

static void leave(company *company)
{
    ck_ok(mmf_store_close(company->reader));
    ck_ok(mmf_store_close(company->writer));
    company->reader = NULL;
    company->writer = NULL;
}

static void start(void *argument, stepper *ret_stepper)
{
    company *company = argument;
    plan *plan = &company->plan;
    stepper_code code = {plan_open_writer, plan_run, plan};

    leave(company); /* of a walk */
    snapshot_put(&plan->start, plan->path);
    company->reader = plan_open(plan, plan->path, MMF_READ_ONLY);
    if (!(plan->flags & MMF_ONE_WRITER)) {
        company->writer = plan_open(plan, plan->path, 0);
    }
    stepper_start(ret_stepper, &code);
}

static void look(void *argument, plan_outcome *outcome)
{
    company *company = argument;

    plan_check(&company->plan, company->reader, "who has been reading", outcome);
    if (company->writer) {
        plan_check(&company->plan, company->writer, "who has been writing", outcome);
    }
    leave(company);
}

START_TEST(a_writer_dies_after_any_instruction)
{
    const plan_operation *operation = &operations[_i / MODES];
    company company = {0};
    walk_way way = {operation->name, &company.plan, start, look, &company};

    if (walk_is_refused() || !walk_is_wanted(operation->name)) {
        return;
    }
    plan_make(&company.plan, operation, _i % MODES ? MMF_ONE_WRITER : 0);
    walk_all_the_way(&way);
    leave(&company);
    plan_free(&company.plan);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_set_timeout(tcase, walk_takes_all() ? 3600 : 60);
    tcase_add_loop_test(tcase, a_writer_dies_after_any_instruction, 0, (int)OPERATIONS * MODES);
}
