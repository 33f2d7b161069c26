/* Each call that a migration, an upgrade or a copy makes of the operating system fails in turn: it
 * says so, leaves the store as it was, or has put a whole new one in its place, and leaves nothing
 * else behind.
 *
 * MMF_FAULTS=all in the environment: each call fails in each way, and not but with EIO in each and
 * in the others in turn.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "tests/faults/faults.h"
#include "tests/tools/copy/stores.h"
#include "tools/copy.h"
#include "tools/migrate.h"

const char *const suite_name = "migrations that fail";

#define RECORDS 40u

#define OLD                                                                                        \
    "{'name':'R','version':1,'fields':[{'name':'a','type':'uint64'},{'name':'x','type':'uint8'},"  \
    "{'name':'note','type':'string','max':11}]}"
#define NEW                                                                                        \
    "{'name':'R','version':2,'reserved':['x'],'fields':[{'name':'note','type':'string','max':11}," \
    "{'name':'a','type':'uint64'}]}"

typedef struct work {
    const char *name;
    uint32_t format;
    const char *schema_text;
    bool is_copy;
    bool is_upgrade;
    const char *result;
} work;

static const work works[] = {
    {.name = "migrate", .format = 2, .schema_text = NEW, .result = "s.bak"},
    {.name = "upgrade", .format = 1, .schema_text = OLD, .is_upgrade = true, .result = "s.v1"},
    {.name = "copy", .format = 2, .is_copy = true, .result = "copy"},
};

static const fault_plan plans[] = {
    {.error = EIO},   {.error = ENOSPC},      {.error = ENOMEM},
    {.error = EINTR}, {.error = FAULT_SHORT}, {.error = EIO, .missing = FAULT_NO_TMPFILE},
};

#define WORKS 3
#define PLANS 6

typedef struct scene {
    const work *work;
    const char *path;
    const char *copy;
    const char *old_schema;
    const char *schema;
    uint8_t *bytes;
    size_t size;
    fault_plan plan;
    fault_record *record;
    mmf_error error;
} scene;

static mmf_status migrate(scene *scene, mmf_diagnostics *diagnostics)
{
    const mmf_migration_options options = {
        .schema_path = scene->schema,
        .is_upgrade = scene->work->is_upgrade,
        .diagnostics = diagnostics,
        .error = &scene->error,
    };
    mmf_migration *migration = NULL;
    mmf_rewrite_result result;
    mmf_status status = mmf_migration_open(scene->path, &options, &migration);

    if (status == MMF_OK) {
        status = mmf_migration_run(migration, &result);
    }
    mmf_migration_close(migration);
    return status;
}

static mmf_status work_on(scene *scene)
{
    mmf_diagnostics diagnostics = {0};
    const mmf_copy_options options = {.diagnostics = &diagnostics, .error = &scene->error};
    mmf_rewrite_result result;
    mmf_status status = scene->work->is_copy ? mmf_copy(scene->path, scene->copy, &options, &result)
                                             : migrate(scene, &diagnostics);

    mmf_diagnostics_clear(&diagnostics);
    return status;
}

/* --- What has to be true --------------------------------------------------------------------- */

static void demand(const scene *scene, bool condition, const char *what, const char *detail)
{
    ck_assert_msg(condition, "violation: %s: call %u (%s) with %s: %s: %s", scene->work->name,
                  scene->plan.at, fault_name(scene->record->function),
                  scene->plan.error == FAULT_SHORT ? "a part" : strerror(scene->plan.error), what,
                  detail);
}

static void expect_files(const scene *scene, mmf_status status)
{
    DIR *directory = opendir(test_directory());
    struct dirent *entry;
    bool has_result = false;

    ck_assert_ptr_nonnull(directory);
    while ((entry = readdir(directory)) != NULL) {
        const char *name = entry->d_name;
        const char *wrong;
        bool is_result = strcmp(name, scene->work->result) == 0;

        if (name[0] == '.' || strstr(name, ".json") || strcmp(name, "s.lock") == 0) {
            continue;
        }
        if (scene->record->function == FAULT_unlink && strstr(name, MMF_DRAFT_SUFFIX)) {
            (void)unlink(test_path(name)); /* what could not be removed is there */
            continue;
        }
        has_result = has_result || is_result;
        demand(scene, is_result || strcmp(name, "s") == 0, "left behind", name);
        wrong = store_is_well(test_path(name), scene->old_schema, RECORDS, 0);
        demand(scene, !wrong, name, wrong);
    }
    (void)closedir(directory);
    demand(scene, test_exists(scene->path), "the store", "gone");
    demand(scene, status != MMF_OK || has_result, "success", "but nothing was made");
}

/* Errors that a call may not return are left out. */
static bool is_told(const fault_plan *plan, fault_function function)
{
    return plan->error == EINTR         ? fault_is_interruptible(function)
           : plan->error == FAULT_SHORT ? function == FAULT_pread || function == FAULT_pwrite
                                        : !fault_is_memory(function) || plan->error == ENOMEM;
}

static mmf_status run_at(scene *scene, uint32_t at)
{
    unsigned descriptors = test_descriptor_count();
    mmf_status status;

    (void)unlink(test_path(scene->work->result));
    (void)unlink(test_path("s.lock"));
    (void)unlink(scene->path);
    test_write_file(scene->path, scene->bytes, scene->size);
    scene->plan.at = at;
    scene->error = (mmf_error){0};
    faults_begin(&scene->plan, scene->record);
    status = work_on(scene);
    faults_end();
    demand(scene, test_descriptor_count() == descriptors, "descriptors", "not all of them closed");
    return status;
}

static void begin(scene *scene, int i)
{
    const char *old_schema = store_schema("old.json", OLD);

    *scene = (struct scene){
        .work = &works[i / PLANS], .path = test_path("s"), .copy = test_path("copy")};
    scene->plan = plans[i % PLANS];
    scene->old_schema = scene->work->format == 1 ? old_schema : NULL;
    scene->schema =
        scene->work->schema_text ? store_schema("new.json", scene->work->schema_text) : NULL;
    scene->record = calloc(1, sizeof *scene->record);
    ck_assert_ptr_nonnull(scene->record);
    store_make(scene->path, old_schema, scene->work->format, RECORDS);
    scene->bytes = test_read_file(scene->path, &scene->size);
}

START_TEST(test_each_call)
{
    scene scene;
    uint8_t functions[FAULT_CALLS_MAX];
    const char *faults = getenv("MMF_FAULTS");
    bool takes_all = faults && strcmp(faults, "all") == 0;
    uint32_t calls;
    unsigned failures = 0;

    begin(&scene, _i);
    ck_ok(run_at(&scene, 0));
    calls = scene.record->calls;
    ck_assert_uint_gt(calls, 30);
    ck_assert_uint_lt(calls, FAULT_CALLS_MAX);
    memcpy(functions, scene.record->functions, sizeof functions);
    for (uint32_t at = 1; at <= calls; at++) {
        mmf_status status;

        if (!takes_all && _i % PLANS != 0 && at % PLANS != (uint32_t)_i % PLANS) {
            continue;
        }
        if (!is_told(&scene.plan, (fault_function)functions[at - 1])) {
            continue;
        }
        status = run_at(&scene, at);
        failures += status != MMF_OK;
        if (status != MMF_OK) {
            demand(&scene, scene.plan.error != EINTR && scene.plan.error != FAULT_SHORT,
                   mmf_status_name(status), scene.error.text);
            demand(&scene, scene.error.text[0] != '\0', mmf_status_name(status), "without a text");
        }
        expect_files(&scene, status);
        if (functions[at - 1] == FAULT_fsync && scene.plan.error == EIO) {
            demand(&scene, status != MMF_OK, "success", "though the disk has failed");
        }
    }
    if (_i % PLANS == 0) {
        ck_assert_uint_gt(failures, 10);
    }
    free(scene.bytes);
    free(scene.record);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_each_call, 0, WORKS * PLANS);
}
