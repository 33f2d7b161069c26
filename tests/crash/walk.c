#include "tests/crash/walk.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/runtime/testing.h"

/* In the short version. */
#define KILLS_MAX 16u
#define STEPS_OF_KILLS 20000u

bool walk_takes_all(void)
{
    const char *value = getenv("MMF_STEPS");

    return value && strcmp(value, "all") == 0;
}

bool walk_is_refused(void)
{
    const char *why = stepper_refusal();

    if (why) {
        (void)printf("skipped: %s\n", why);
    }
    return why != NULL;
}

static void add_change(walk *walk, uint64_t step)
{
    if (walk->count == walk->room) {
        walk->room = walk->room ? walk->room * 2 : 64;
        walk->changes = realloc(walk->changes, walk->room * sizeof *walk->changes);
        ck_assert_ptr_nonnull(walk->changes);
    }
    walk->changes[walk->count++] = step;
}

void walk_on(walk *walk, const plan *plan, stepper *stepper)
{
    snapshot now = {0};
    plan_outcome last = PLAN_UNKNOWN;
    bool more = true;

    walk->begin_ms = test_now_ms();
    while (more) {
        if (snapshot_take(&now, plan->path)) {
            plan_outcome outcome = last == PLAN_NEW ? PLAN_NEW : PLAN_UNKNOWN;

            add_change(walk, stepper->steps);
            snapshot_put(&now, plan->copy);
            plan_check_files(plan, plan->copy, &outcome);
            last = outcome;
        }
        more = stepper_step(stepper);
    }
    ck_found(stepper->result == MMF_OK, "%s gives %s", plan->operation->name,
             mmf_status_name((mmf_status)stepper->result));
    walk->steps = stepper->steps;
    stepper_kill(stepper);
    plan_check_files(plan, plan->path, &last);
    ck_found(last == plan_end(plan), "%s was done, and has left no trace", plan->operation->name);
    snapshot_free(&now);
}

bool walk_next_kill(walk *walk, uint64_t *ret_step)
{
    size_t sample = walk->count < KILLS_MAX ? walk->count : KILLS_MAX;
    uint64_t step;

    if (walk_takes_all()) {
        if (walk->kills > walk->steps) {
            return false;
        }
        step = walk->kills;
    } else {
        if (walk->kills >= sample || walk->stepped > STEPS_OF_KILLS) {
            return false;
        }
        step = walk->changes[(walk->kills + 1) * walk->count / sample - 1];
    }
    walk->stepped += step;
    walk->kills++;
    *ret_step = step;
    return true;
}

void walk_report(const walk *walk, const char *name, uint32_t flags)
{
    (void)printf("%-24s %-12s %6llu instructions, %4zu states, %4u kills, %5llu ms\n", name,
                 flags & MMF_ONE_WRITER ? "one writer" : "many writers",
                 (unsigned long long)walk->steps, walk->count, walk->kills,
                 (unsigned long long)(test_now_ms() - walk->begin_ms));
}

void walk_free(walk *walk)
{
    free(walk->changes);
    walk->changes = NULL;
}
