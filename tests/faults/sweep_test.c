/* Every system call that the runtime makes fails once, in each of many scenarios, and every call
 * after that works; or it goes on failing. Nothing crashes, hangs or leaks; what fails says so and
 * has changed nothing; and afterwards the store has exactly what was acknowledged.
 *
 * The last tests show that the sweep sees a runtime that does not look at a result. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdlib.h>

#include "schema/format.h"
#include "tests/faults/run.h"

const char *const suite_name = "fault_sweep";

#define RUN_MS_MAX 5000u

/* --- What is done ---------------------------------------------------------------------------- */

static void work(run *run)
{
    run_append(run, 70 - (run->count < 70 ? run->count : 69));
    if (run->count > 5) { /* else appending goes on failing */
        run_set(run, 2, 1002);
        run_set(run, 3, 1003);
        run_set_text(run, 5, "set while faults are about");
    }
    (void)RUN_CALL(run, RUN_SYNC_MAY, mmf_store_sync(run->store));
    (void)RUN_CALL(run, RUN_SYNC_MAY, mmf_store_sync_range(run->store, 0, run->count));
    (void)RUN_CALL(run, RUN_WRITE_MAY, mmf_store_reserve(run->store, 2000));
    run_check_records(run);
}

static void create(run *run)
{
    if (run_create(run)) {
        work(run);
        run_close(run);
    }
}

static void open_and_work(run *run)
{
    if (run_open(run)) {
        work(run);
        run_close(run);
    }
}

static void look_at_info(run *run)
{
    static mmf_store_info info;

    (void)RUN_CALL(run, RUN_STAT_MAY, mmf_store_stat(run->store, &info));
}

static void read_only(run *run)
{
    if (run_open(run)) {
        if (mmf_store_len(run->store) < run->count) {
            run_fail(run, "a reader sees fewer records", "than there are");
        }
        run_check_records(run);
        look_at_info(run);
        run_close(run);
    }
}

/* After another boot that nobody has repaired. */
static void read_only_dirty(run *run)
{
    if (run_open(run)) {
        if (mmf_store_len(run->store) > run->count) {
            run_fail(run, "a reader sees records", "that were never durable");
        }
        run_close(run);
    }
}

static void open_before(run *run)
{
    must_ok(mmf_store_open(run->path, &run->type, &run->options, &run->store));
}

static void write_before(run *run)
{
    open_before(run);
    must_ok(test_set(run->store, 1, 1));
}

static void first_write(run *run)
{
    run_set(run, 2, 77);
    run_set(run, 2, 78);
    run_append(run, 30);
    look_at_info(run);
    run_check_records(run);
}

/* A writer died at record 3; the slot that this thread takes is its. */
static void die_in_next_slot(run *run)
{
    write_before(run);
    run_leave_dead_writer(run, 2, 3);
}

/* The same in a slot that nobody takes: whoever wants the record finds out. */
static void die_in_far_slot(run *run)
{
    write_before(run);
    run_leave_dead_writer(run, 9, 3);
}

static void meet_dead_writer(run *run)
{
    run_check_records(run);
    run_set(run, 3, 99);
    run_check_records(run);
}

static void wait_for_news(run *run)
{
    mmf_status status = mmf_store_wait(run->store, run->count, 5);
    uint64_t version = 0;

    if (status != MMF_E_TIMEOUT) {
        run_fail(run, "mmf_store_wait", mmf_status_name(status));
    }
    (void)RUN_CALL(run, RUN_READ_MAY, mmf_record_version(run->store, 0, &version));
    status = mmf_record_wait_changed(run->store, 0, version, 5);
    if (status != MMF_E_TIMEOUT) {
        run_fail(run, "mmf_record_wait_changed", mmf_status_name(status));
    }
    (void)RUN_CALL(run, RUN_READ_MAY, mmf_store_wait(run->store, run->count - 1, 5));
    if ((run->scenario->flags & MMF_READ_ONLY) == 0) {
        run_append(run, 1);
        (void)RUN_CALL(run, RUN_READ_MAY, mmf_store_wait(run->store, run->count - 1, 5));
    }
}

static const scenario scenarios[] = {
    {"create", RUN_NOTHING, 2, 0, 0, NULL, create, 60},
    {"create, one writer", RUN_NOTHING, 2, MMF_ONE_WRITER, 0, NULL, create, 50},
    {"create, format 1", RUN_NOTHING, 1, 0, 0, NULL, create, 50},
    {"create without O_TMPFILE", RUN_NOTHING, 2, 0, FAULT_NO_TMPFILE, NULL, create, 60},
    {"create without links", RUN_NOTHING, 2, 0, FAULT_NO_TMPFILE | FAULT_NO_LINK, NULL, create, 60},
    {"create without fallocate", RUN_NOTHING, 2, 0, FAULT_NO_FALLOCATE, NULL, create, 60},
    {"open or create", RUN_NOTHING, 2, MMF_CREATE, 0, NULL, open_and_work, 60},
    {"open", RUN_CLEAN, 2, 0, 0, NULL, open_and_work, 40},
    {"open, one writer", RUN_CLEAN, 2, MMF_ONE_WRITER, 0, NULL, open_and_work, 40},
    {"open, format 1", RUN_CLEAN, 1, 0, 0, NULL, open_and_work, 40},
    {"open with MMF_CREATE", RUN_CLEAN, 2, MMF_CREATE, 0, NULL, open_and_work, 40},
    {"open with MMF_GUARD", RUN_CLEAN, 2, MMF_GUARD | MMF_CREATE, 0, NULL, open_and_work, 40},
    {"read", RUN_CLEAN, 2, MMF_READ_ONLY, 0, NULL, read_only, 15},
    {"killed", RUN_KILLED, 2, 0, 0, NULL, open_and_work, 50},
    {"killed, one writer", RUN_KILLED, 2, MMF_ONE_WRITER, 0, NULL, open_and_work, 50},
    {"killed, format 1", RUN_KILLED, 1, 0, 0, NULL, open_and_work, 50},
    {"killed, with MMF_CREATE", RUN_KILLED, 2, MMF_CREATE, 0, NULL, open_and_work, 50},
    {"killed, read", RUN_KILLED, 2, MMF_READ_ONLY, 0, NULL, read_only, 25},
    {"other boot", RUN_REBOOTED, 2, 0, 0, NULL, open_and_work, 40},
    {"other boot, one writer", RUN_REBOOTED, 2, MMF_ONE_WRITER, 0, NULL, open_and_work, 40},
    {"other boot, format 1", RUN_REBOOTED, 1, 0, 0, NULL, open_and_work, 40},
    {"other boot, read", RUN_REBOOTED, 2, MMF_READ_ONLY, 0, NULL, read_only_dirty, 7},
    {"second thread", RUN_CLEAN, 2, 0, 0, write_before, first_write, 10},
    {"second thread, dead slot", RUN_CLEAN, 2, 0, 0, die_in_next_slot, first_write, 10},
    {"dead writer met", RUN_CLEAN, 2, 0, 0, die_in_far_slot, meet_dead_writer, 8},
    {"wait", RUN_CLEAN, 2, 0, 0, open_before, wait_for_news, 8},
    {"wait, read", RUN_CLEAN, 2, MMF_READ_ONLY, 0, open_before, wait_for_news, 8},
};

#define SCENARIOS (sizeof scenarios / sizeof scenarios[0])

/* --- The sweep ------------------------------------------------------------------------------- */

typedef struct sweep {
    run run;
    unsigned runs;
    unsigned failures;
    const char *template_path;
    bool is_ignored;
} sweep;

static void child(void *argument)
{
    run_scenario(argument);
}

/* The files again as they were made. */
static void restore_files(sweep *sweep)
{
    const char *from = sweep->template_path;
    const char *to = sweep->run.path;
    char from_lock[600];
    char to_lock[600];

    (void)snprintf(from_lock, sizeof from_lock, "%s.lock", from);
    (void)snprintf(to_lock, sizeof to_lock, "%s.lock", to);
    run_remove_files(to);
    if (test_exists(from)) {
        test_copy_file(from, to);
    }
    if (test_exists(from_lock)) {
        test_copy_file(from_lock, to_lock);
    }
}

static void run_plan(sweep *sweep, uint32_t at, int error, bool is_lasting)
{
    run *run = &sweep->run;
    int result;

    run->plan = (fault_plan){.at = at,
                             .error = error,
                             .is_lasting = is_lasting,
                             .is_ignored = sweep->is_ignored,
                             .missing = run->scenario->missing};
    restore_files(sweep);
    result = test_run(child, run, RUN_MS_MAX);
    sweep->runs++;
    if (result != 0) {
        sweep->failures++;
    }
    if (result != 0 && !sweep->is_ignored) {
        (void)fprintf(stderr, "%s: call %u (%s) with errno %d%s: ended with %d\n",
                      run->scenario->name, at, fault_name(run->record->function), error,
                      is_lasting ? ", lasting" : "", result);
    }
}

/* All errors with MMF_FAULTS=all in the environment; else the three that are treated alike by
 * turns. */
static void run_plans(sweep *sweep, uint32_t at, fault_function function)
{
    static const int errors[] = {ENOSPC, EIO, ENOMEM};
    const char *which = getenv("MMF_FAULTS");
    bool all = which && strcmp(which, "all") == 0;

    run_plan(sweep, at, fault_is_memory(function) ? ENOMEM : EIO, true);
    if (fault_is_memory(function)) {
        run_plan(sweep, at, ENOMEM, false);
        return;
    }
    for (uint32_t i = 0; i < 3; i++) {
        if (all || at % 3 == i) {
            run_plan(sweep, at, errors[i], false);
        }
    }
    if (fault_is_interruptible(function)) {
        run_plan(sweep, at, EINTR, false);
    }
    if (function == FAULT_pread || function == FAULT_pwrite) {
        run_plan(sweep, at, FAULT_SHORT, false);
    }
}

/* The calls that a scenario makes when all is well. */
static uint32_t begin_sweep(sweep *sweep, const scenario *scenario)
{
    run *run = &sweep->run;

    run->scenario = scenario;
    run->record = test_shared(sizeof *run->record);
    run->type = test_type(scenario->format, MMF_COUNTER_BYTES + RUN_PAYLOAD_BYTES);
    run->options.timeout_ms = 50;
    sweep->template_path = test_path("template");
    run_make_files(run, scenario->files, sweep->template_path);
    run->path = test_path("store");
    run->options.flags = scenario->flags;
    run_plan(sweep, 0, 0, false);
    ck_assert_msg(sweep->failures == 0, "%s: fails without a fault", scenario->name);
    ck_assert_uint_ge(run->record->calls, scenario->calls_min);
    ck_assert_uint_le(run->record->calls, FAULT_CALLS_MAX);
    return run->record->calls;
}

START_TEST(test_sweep)
{
    sweep sweep = {.runs = 0};
    uint32_t calls = begin_sweep(&sweep, &scenarios[_i]);
    uint8_t functions[FAULT_CALLS_MAX];

    memcpy(functions, sweep.run.record->functions, sizeof functions);
    for (uint32_t at = 1; at <= calls; at++) {
        run_plans(&sweep, at, functions[at - 1]);
    }
    (void)printf("%s: %u calls, %u runs, %u failures\n", scenarios[_i].name, calls, sweep.runs,
                 sweep.failures);
    ck_assert_msg(sweep.failures == 0, "%s: %u of %u runs failed", scenarios[_i].name,
                  sweep.failures, sweep.runs);
}
END_TEST

/* --- Whether it can fail --------------------------------------------------------------------- */

/* Calls that do nothing and say success are what they are to a runtime that ignores their result:
 * the sweep has to notice at least one call of each of these. */
static const fault_function ignored[] = {FAULT_fallocate, FAULT_msync,  FAULT_fsync,
                                         FAULT_pwrite,    FAULT_linkat, FAULT_fcntl};

#define IGNORED (sizeof ignored / sizeof ignored[0])

START_TEST(test_sees_ignored_results)
{
    sweep sweep = {.runs = 0};
    uint32_t calls = begin_sweep(&sweep, &scenarios[0]);
    uint8_t functions[FAULT_CALLS_MAX];

    memcpy(functions, sweep.run.record->functions, sizeof functions);
    sweep.is_ignored = true;
    for (uint32_t at = 1; at <= calls; at++) {
        if (functions[at - 1] == ignored[_i]) {
            run_plan(&sweep, at, EIO, false);
        }
    }
    (void)printf("%s ignored: %u runs, %u noticed\n", fault_name(ignored[_i]), sweep.runs - 1,
                 sweep.failures);
    ck_assert_msg(sweep.failures > 0, "%s: ignored in %u runs, and nobody noticed",
                  fault_name(ignored[_i]), sweep.runs - 1);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_set_timeout(tcase, 600);
    tcase_add_loop_test(tcase, test_sweep, 0, SCENARIOS);
    tcase_add_loop_test(tcase, test_sees_ignored_results, 0, IGNORED);
}
