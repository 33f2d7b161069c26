/* Recovery from a dead writer, killed itself after each of its instructions: the record stays what
 * it was, however often this happens, and nothing blocks the next one.
 *
 * A real writer is killed at a few points of its change; then who recovers is stepped, and its
 * files are checked, as in step_test.c. MMF_STEPS=all in the environment: at every point of the
 * change.
 */
#include "tests/crash/plan.h"
#include "tests/crash/stepper.h"
#include "tests/crash/walk.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "step_recovery";

/* --- Who recovers ---------------------------------------------------------------------------- */

typedef struct recovery {
    const char *name;
    bool by_open;              /* else through a handle that was open when the writer died */
    bool changes;              /* goes on to change the record */
    int (*region)(void *plan); /* what is stepped */
} recovery;

static void nothing(void *argument)
{
    (void)argument;
}

static int open_store(void *argument)
{
    plan *plan = argument;
    mmf_options options = {.flags = plan->flags};

    return (int)mmf_store_open(plan->path, plan->operation->type->record, &options, &plan->store);
}

static int read_record(void *argument)
{
    const plan *plan = argument;
    crash_payload payload;
    mmf_status status = plan->operation->type->get(plan->store, PLAN_TARGET, &payload);

    if (status == MMF_OK && !crash_equal(plan->operation->type, &payload, &plan->before)) {
        return MMF_E_CORRUPT;
    }
    return (int)status;
}

static const recovery by_open = {"open", true, false, open_store};
static const recovery by_read = {"read", false, false, read_record};
static const recovery by_set = {"set", false, true, plan_run};

/* --- Whose death it recovers from ------------------------------------------------------------ */

/* The place in a writer's change where it has changed the files `changes` times, or is done; how
 * many times it has. */
static size_t find_place(plan *plan, size_t changes, stepper_place *ret_place)
{
    stepper_code code = {plan_open_writer, plan_run, plan};
    snapshot now = {0};
    stepper stepper;
    size_t seen = 0;

    snapshot_put(&plan->start, plan->path);
    stepper_start(&stepper, &code);
    (void)snapshot_take(&now, plan->path);
    while (seen < changes && stepper_step(&stepper)) {
        seen += snapshot_take(&now, plan->path);
    }
    *ret_place = stepper.place;
    stepper_kill(&stepper);
    snapshot_free(&now);
    return seen;
}

static void kill_writer(plan *plan, stepper_place place)
{
    stepper_code code = {plan_open_writer, plan_run, plan};
    stepper stepper;

    stepper_start(&stepper, &code);
    stepper_go(&stepper, place);
    stepper_kill(&stepper);
}

/* What a recoverer may find and do when a writer has died so. */
static plan plan_of_recoverer(const recovery *recovery, plan *writer, stepper_place place)
{
    static plan_operation change = {"recovery", NULL, 0, CRASH_WHOLE, false};
    plan recoverer = *writer;
    plan_outcome outcome = PLAN_UNKNOWN;
    mmf_store *store;

    snapshot_put(&writer->start, writer->path);
    kill_writer(writer, place);
    store = plan_open(writer, writer->path, MMF_READ_ONLY);
    plan_check(writer, store, "who only reads", &outcome);
    ck_ok(mmf_store_close(store));

    change.type = writer->operation->type;
    recoverer.operation = &change;
    recoverer.before = outcome == PLAN_NEW ? writer->after : writer->before;
    recoverer.after = recoverer.before;
    if (recovery->changes) {
        crash_fill(change.type, 0x3c4d5u, &recoverer.after);
    }
    return recoverer;
}

/* --- The test -------------------------------------------------------------------------------- */

typedef struct death {
    const recovery *recovery;
    plan *writer;
    stepper_place place; /* where it dies */
    plan recoverer;
} death;

/* Leaves a store whose writer has died, and a recoverer that is about to begin. */
static void start(void *argument, stepper *ret_stepper)
{
    death *death = argument;
    const recovery *recovery = death->recovery;
    stepper_code code = {recovery->by_open ? nothing : plan_open_writer, recovery->region,
                         &death->recoverer};

    snapshot_put(&death->writer->start, death->writer->path);
    if (!recovery->by_open) {
        stepper_start(ret_stepper, &code);
    }
    kill_writer(death->writer, death->place);
    if (recovery->by_open) {
        stepper_start(ret_stepper, &code);
    }
}

static void recover(const recovery *recovery, plan *writer, stepper_place place, const char *name)
{
    death death = {recovery, writer, place, plan_of_recoverer(recovery, writer, place)};
    walk_way way = {name, &death.recoverer, start, NULL, &death};

    walk_all_the_way(&way);
}

static const struct recovery_case {
    plan_operation operation;
    uint32_t flags;
    unsigned points; /* of the change, where the writer dies; in the short version */
    const recovery *recovery;
} cases[] = {
    {{"set row", &crash_row, 0, CRASH_WHOLE, false}, 0, 3, &by_open},
    {{"set row", &crash_row, 0, CRASH_WHOLE, false}, 0, 5, &by_read},
    {{"set row", &crash_row, 0, CRASH_WHOLE, false}, 0, 5, &by_set},
    {{"set row", &crash_row, 0, CRASH_WHOLE, false}, MMF_ONE_WRITER, 3, &by_open},
    {{"set text", &crash_label, 0, CRASH_TEXT, false}, 0, 1, &by_open},
    {{"set text", &crash_label, 0, CRASH_TEXT, false}, 0, 3, &by_read},
    {{"set label", &crash_label, 0, CRASH_WHOLE, false}, MMF_ONE_WRITER, 1, &by_open},
    {{"set sealed", &crash_sealed, 0, CRASH_WHOLE, false}, 0, 3, &by_read},
    {{"set sealed scalar", &crash_sealed, 0, CRASH_MARK, false}, MMF_ONE_WRITER, 1, &by_open},
    {{"set block", &crash_block, 0, CRASH_WHOLE, false}, MMF_ONE_WRITER, 1, &by_open},
};

START_TEST(who_recovers_dies_after_any_instruction)
{
    const struct recovery_case *it = &cases[_i];
    stepper_place place;
    plan writer;
    size_t total;
    size_t points;

    if (walk_is_refused() || !walk_is_wanted(it->operation.name)) {
        return;
    }
    plan_make(&writer, &it->operation, it->flags);
    total = find_place(&writer, SIZE_MAX, &place);
    points = walk_takes_all() || it->points > total ? total : it->points;
    for (size_t i = 1; i <= points; i++) {
        size_t changes = (2 * i - 1) * total / (2 * points) + 1;
        char name[64];

        (void)snprintf(name, sizeof name, "%s %zu/%zu, %s", it->operation.name, changes, total,
                       it->recovery->name);
        (void)find_place(&writer, changes, &place);
        recover(it->recovery, &writer, place, name);
    }
    plan_free(&writer);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_set_timeout(tcase, walk_takes_all() ? 3600 : 60);
    tcase_add_loop_test(tcase, who_recovers_dies_after_any_instruction, 0,
                        (int)(sizeof cases / sizeof cases[0]));
}
