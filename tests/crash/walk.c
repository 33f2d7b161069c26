#include "tests/crash/walk.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/runtime/testing.h"

/* In the short version. */
#define KILLS_MIN 2u
#define KILLS_MAX 16u
#define KILLS_MS 200u

/* 0: the short version. */
static size_t stride(void)
{
    const char *value = getenv("MMF_STEPS");

    if (!value) {
        return 0;
    }
    return strcmp(value, "all") == 0 ? 1 : (size_t)strtoul(value, NULL, 0);
}

bool walk_takes_all(void)
{
    return stride() != 0;
}

bool walk_is_refused(void)
{
    const char *why = stepper_refusal();

    if (why) {
        (void)printf("skipped: %s\n", why);
    }
    return why != NULL;
}

bool walk_is_wanted(const char *name)
{
    const char *part = getenv("MMF_STEPS_OF");

    return !part || strstr(name, part) != NULL;
}

/* --- Lists of places ------------------------------------------------------------------------- */

typedef struct places {
    stepper_place *list;
    size_t count;
    size_t room;
} places;

static void add_place(places *places, stepper_place place)
{
    if (places->count == places->room) {
        places->room = places->room ? places->room * 2 : 256;
        places->list = realloc(places->list, places->room * sizeof *places->list);
        ck_assert_ptr_nonnull(places->list);
    }
    places->list[places->count++] = place;
}

/* --- The survey ------------------------------------------------------------------------------ */

/* Stretches, each named by the calls before it, in which instructions change the files; those that
 * follow the last call are one of them. */
static void survey(const walk_way *way, places *ret_loud)
{
    snapshot now = {0};
    stepper stepper;
    bool more = true;

    way->start(way->argument, &stepper);
    (void)snapshot_take(&now, way->plan->path);
    while (more) {
        stepper_place stretch = {stepper.place.calls, 0};
        bool changed;

        more = stepper_run(&stepper);
        changed = snapshot_take(&now, way->plan->path);
        if (changed || !more) {
            add_place(ret_loud, stretch);
        }
        if (more) {
            more = stepper_run(&stepper);
            (void)snapshot_take(&now, way->plan->path);
        }
    }
    stepper_kill(&stepper);
    snapshot_free(&now);
}

/* --- The walk -------------------------------------------------------------------------------- */

typedef struct walk {
    const walk_way *way;
    places loud;    /* stretches to be stepped */
    places changes; /* instructions that changed the files */
    places all;     /* instructions, where all are wanted */
    snapshot now;
    plan_outcome last; /* what was found, and with PLAN_NEW has to be found again */
} walk;

/* Looks at a copy of the files, if they have changed: it is what a death here leaves. */
static void look_at_copy(walk *walk, stepper_place place)
{
    const plan *plan = walk->way->plan;
    plan_outcome outcome = walk->last == PLAN_NEW ? PLAN_NEW : PLAN_UNKNOWN;

    if (!snapshot_take(&walk->now, plan->path)) {
        return;
    }
    add_place(&walk->changes, place);
    snapshot_put(&walk->now, plan->copy);
    plan_check_files(plan, plan->copy, &outcome);
    walk->last = outcome;
}

static bool is_loud(const walk *walk, size_t *next, uint64_t calls)
{
    while (*next < walk->loud.count && walk->loud.list[*next].calls < calls) {
        (*next)++;
    }
    return walk_takes_all() || *next == walk->loud.count || walk->loud.list[*next].calls == calls;
}

static void step_through(walk *walk, stepper *stepper)
{
    size_t next = 0;
    bool more = true;

    look_at_copy(walk, stepper->place);
    while (more) {
        if (!stepper->is_in_call && is_loud(walk, &next, stepper->place.calls)) {
            more = stepper_step(stepper);
            if (walk_takes_all()) {
                add_place(&walk->all, stepper->place);
            }
        } else {
            more = stepper_run(stepper);
        }
        look_at_copy(walk, stepper->place);
    }
}

/* To its end; what was once found new does not become old again. */
static uint64_t walk_once(walk *walk)
{
    const plan *plan = walk->way->plan;
    stepper stepper;

    walk->way->start(walk->way->argument, &stepper);
    step_through(walk, &stepper);
    stepper_kill(&stepper);
    ck_found(stepper.result == MMF_OK, "%s gives %s", walk->way->name,
             mmf_status_name((mmf_status)stepper.result));
    plan_check_files(plan, plan->path, &walk->last);
    ck_found(walk->last == plan_end(plan), "%s was done, and has left no trace", walk->way->name);
    return stepper.steps;
}

/* --- Kills ----------------------------------------------------------------------------------- */

static void kill_at(const walk_way *way, stepper_place place)
{
    plan_outcome outcome = PLAN_UNKNOWN;
    stepper stepper;

    way->start(way->argument, &stepper);
    stepper_go(&stepper, place);
    stepper_kill(&stepper);
    if (way->look) {
        way->look(way->argument, &outcome);
    }
    plan_check_files(way->plan, way->plan->path, &outcome);
}

/* As many as there is time for, by how long the first takes, which is the one behind the last
 * change. */
static size_t sample_of(uint64_t ms, size_t count)
{
    uint64_t kills = KILLS_MS / (ms + 1);

    kills = kills < KILLS_MIN ? KILLS_MIN : kills;
    kills = kills > KILLS_MAX ? KILLS_MAX : kills;
    return kills < count ? kills : count;
}

static size_t kill_sample(const walk *walk)
{
    const places *changes = &walk->changes;
    uint64_t begin = test_now_ms();
    size_t kills;

    kill_at(walk->way, changes->list[changes->count - 1]);
    kills = sample_of(test_now_ms() - begin, changes->count);
    for (size_t i = 0; i + 1 < kills; i++) {
        kill_at(walk->way, changes->list[(i + 1) * changes->count / kills - 1]);
    }
    return kills;
}

static size_t kill_all(const walk *walk)
{
    size_t kills = 0;

    for (size_t i = 0; i < walk->all.count; i += stride()) {
        kill_at(walk->way, walk->all.list[i]);
        kills++;
    }
    return kills;
}

void walk_all_the_way(const walk_way *way)
{
    walk walk = {.way = way, .last = PLAN_UNKNOWN};
    uint64_t begin = test_now_ms();
    uint64_t steps;
    size_t kills;

    survey(way, &walk.loud);
    steps = walk_once(&walk);
    kills = walk_takes_all() ? kill_all(&walk) : kill_sample(&walk);
    (void)printf("%-24s %-12s %6llu instructions, %4zu states, %5zu kills, %6llu ms\n", way->name,
                 way->plan->flags & MMF_ONE_WRITER ? "one writer" : "many writers",
                 (unsigned long long)steps, walk.changes.count, kills,
                 (unsigned long long)(test_now_ms() - begin));
    (void)fflush(stdout);
    snapshot_free(&walk.now);
    free(walk.loud.list);
    free(walk.changes.list);
    free(walk.all.list);
}
