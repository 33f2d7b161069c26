/* Migrations, upgrades and copies that are killed: at every system call. Whichever it was, the
 * store's name leads to a whole store, the old one or the new one; what is done again is done; and
 * nothing is left but what the headers say.
 *
 * What a death leaves is what the files have at that moment (but for locks, which go), so the files
 * are looked at in passing, behind every call; besides they are killed in earnest where names,
 * sizes or times of files have changed, and behind some of the other calls.
 *
 * MMF_KILLS=all in the environment: in earnest behind every call.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/crash/stepper.h"
#include "tests/tools/copy/stores.h"
#include "tools/copy.h"
#include "tools/migrate.h"

const char *const suite_name = "migrations that are killed";

#define RECORDS 60u
#define KILL_EVERY 8u /* calls */
#define STOPS_MAX 4000u

#define OLD                                                                                        \
    "{'name':'R','version':1,'fields':[{'name':'a','type':'uint64'},{'name':'x','type':'uint8'},"  \
    "{'name':'note','type':'string','max':11}]}"
#define NEW                                                                                        \
    "{'name':'R','version':2,'reserved':['x'],'fields':[{'name':'note','type':'string','max':11}," \
    "{'name':'a','type':'uint64'}]}"

typedef struct work {
    const char *name;
    uint32_t format; /* of the store before */
    const char *schema_text;
    bool is_copy;
    bool is_upgrade;
    bool has_no_backup;
    const char *result; /* that appears, beside the store's lock file */
} work;

static const work works[] = {
    {.name = "migrate", .format = 2, .schema_text = NEW, .result = "s.bak"},
    {.name = "migrate without backup", .format = 2, .schema_text = NEW, .has_no_backup = true},
    {.name = "upgrade", .format = 1, .schema_text = OLD, .is_upgrade = true, .result = "s.v1"},
    {.name = "copy", .format = 2, .is_copy = true, .result = "copy"},
};

#define WORKS 4

typedef struct scene {
    const work *work;
    const char *path;
    const char *old_schema; /* of a file of format 1; NULL */
    const char *schema;
    uint8_t *bytes;
    size_t size;
} scene;

/* --- What is killed -------------------------------------------------------------------------- */

static mmf_status migrate(const scene *scene, mmf_diagnostics *diagnostics)
{
    const mmf_migration_options options = {
        .schema_path = scene->schema,
        .is_upgrade = scene->work->is_upgrade,
        .has_no_backup = scene->work->has_no_backup,
        .diagnostics = diagnostics,
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

static mmf_status copy(const scene *scene, mmf_diagnostics *diagnostics)
{
    const mmf_copy_options options = {.diagnostics = diagnostics};
    mmf_rewrite_result result;

    return mmf_copy(scene->path, test_path("copy"), &options, &result);
}

static int work_on(void *argument)
{
    const scene *scene = argument;
    mmf_diagnostics diagnostics = {0};
    mmf_status status =
        scene->work->is_copy ? copy(scene, &diagnostics) : migrate(scene, &diagnostics);

    mmf_diagnostics_clear(&diagnostics);
    return (int)status;
}

static void nothing(void *argument)
{
    (void)argument;
}

/* --- Files ----------------------------------------------------------------------------------- */

static bool is_schema(const char *name)
{
    return strstr(name, ".json") != NULL;
}

static void remove_all_but_schemas(void)
{
    DIR *directory = opendir(test_directory());
    struct dirent *entry;

    ck_assert_ptr_nonnull(directory);
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] != '.' && !is_schema(entry->d_name)) {
            ck_assert_int_eq(unlink(test_path(entry->d_name)), 0);
        }
    }
    (void)closedir(directory);
}

static void make_anew(const scene *scene)
{
    remove_all_but_schemas();
    test_write_file(scene->path, scene->bytes, scene->size);
}

/* Everything that is there is what may be; also: whole. */
static void expect_whole(const scene *scene, unsigned stop, unsigned *ret_extra)
{
    DIR *directory = opendir(test_directory());
    struct dirent *entry;

    *ret_extra = 0;
    ck_assert_ptr_nonnull(directory);
    while ((entry = readdir(directory)) != NULL) {
        const char *name = entry->d_name;
        const char *wrong;
        bool is_result = scene->work->result && strcmp(name, scene->work->result) == 0;
        bool is_extra = strncmp(name, "s" MMF_DRAFT_SUFFIX, strlen("s" MMF_DRAFT_SUFFIX)) == 0;

        if (name[0] == '.' || is_schema(name) || strcmp(name, "s.lock") == 0) {
            continue;
        }
        ck_assert_msg(is_result || is_extra || strcmp(name, "s") == 0,
                      "violation: %s, stop %u: a file %s", scene->work->name, stop, name);
        *ret_extra += is_extra;
        wrong = store_is_well(test_path(name), scene->old_schema, RECORDS, 0);
        ck_assert_msg(!wrong, "violation: %s, stop %u: %s: %s", scene->work->name, stop, name,
                      wrong);
    }
    (void)closedir(directory);
    ck_assert_msg(test_exists(scene->path), "violation: %s, stop %u: the store is gone",
                  scene->work->name, stop);
}

static void expect_done(const scene *scene)
{
    store_expect_clean(scene->path);
    ck_assert_ptr_null(store_is_well(scene->path, scene->old_schema, RECORDS, 0));
    if (scene->work->result) {
        const char *path = test_path(scene->work->result);

        store_expect_clean(path);
        ck_assert_ptr_null(store_is_well(path, scene->old_schema, RECORDS, 0));
    }
}

/* --- The tests ------------------------------------------------------------------------------- */

static bool begin(scene *scene, int i)
{
    const char *refusal = stepper_refusal();
    const char *old_schema = store_schema("old.mmf.json", OLD);

    if (refusal) {
        (void)fprintf(stderr, "skipped: %s\n", refusal);
        return false;
    }
    *scene = (struct scene){.work = &works[i], .path = test_path("s")};
    scene->old_schema = works[i].format == 1 ? old_schema : NULL;
    if (works[i].schema_text) {
        scene->schema = store_schema("new.mmf.json", works[i].schema_text);
    }
    store_make(scene->path, old_schema, works[i].format, RECORDS);
    scene->bytes = test_read_file(scene->path, &scene->size);
    return true;
}

/* Killed behind the stop of that number; false: it had been over before. */
static bool kill_at(scene *scene, unsigned stop)
{
    stepper_code code = {nothing, work_on, scene};
    stepper stepper;
    bool more = true;

    stepper_start(&stepper, &code);
    for (unsigned i = 0; i < stop && more; i++) {
        more = stepper_run(&stepper);
    }
    stepper_kill(&stepper);
    return more;
}

static bool is_new(const scene *scene)
{
    mmf_model *model = NULL;
    uint32_t format = 0;
    uint32_t version;

    ck_ok(mmf_table_schema_of(scene->path, &model, &format, NULL));
    version = model ? model->version : 0;
    mmf_model_free(model);
    return scene->work->is_upgrade ? format == 2 : version == 2;
}

/* Behind a kill the work is done by the next one, unless it has been done. */
static void finish(scene *scene, unsigned stop)
{
    bool is_done = scene->work->is_copy ? test_exists(test_path("copy")) : is_new(scene);
    int status = is_done ? 0 : work_on(scene);

    ck_assert_msg(status == 0, "violation: %s, stop %u: the next attempt: %s", scene->work->name,
                  stop, mmf_status_name((mmf_status)status));
    if (is_done && !scene->work->is_copy && scene->work->format == 2) {
        /* its lock file is that of the old one: writers come and go all the same */
        ck_ok(mmf_table_close(store_open(scene->path, NULL, 0)));
    }
    expect_done(scene);
}

/* Another number where a name, a size or a time of a file has changed. */
static uint64_t take_digest(void)
{
    DIR *directory = opendir(test_directory());
    struct dirent *entry;
    struct stat info;
    uint64_t digest = 0;

    ck_assert_ptr_nonnull(directory);
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] != '.' && stat(test_path(entry->d_name), &info) == 0) {
            uint64_t word = (uint64_t)info.st_ino * 31 + (uint64_t)info.st_size * 7 +
                            (uint64_t)info.st_mtim.tv_nsec + (uint64_t)info.st_nlink;

            digest += word * 0x9e3779b97f4a7c15u + strlen(entry->d_name);
        }
    }
    (void)closedir(directory);
    return digest;
}

/* All the way, looked at in passing, when the one that works holds its locks: readers are never
 * without a store. Which calls changed something; how many stops there are. */
static unsigned walk(scene *scene, bool *ret_changed)
{
    stepper_code code = {nothing, work_on, scene};
    stepper stepper;
    uint64_t digest;
    unsigned stop = 0;
    unsigned extra;

    make_anew(scene);
    digest = take_digest();
    stepper_start(&stepper, &code);
    while (stepper_run(&stepper)) {
        uint64_t now = take_digest();

        ck_assert_uint_lt(++stop, STOPS_MAX);
        ret_changed[stop] = now != digest;
        digest = now;
        if (stop % 2 == 0) {
            expect_whole(scene, stop, &extra);
        }
    }
    ck_assert_int_eq(stepper.result, MMF_OK);
    stepper_kill(&stepper);
    expect_whole(scene, stop, &extra);
    ck_assert_uint_eq(extra, 0);
    expect_done(scene);
    return stop;
}

START_TEST(test_killed)
{
    static bool changed[STOPS_MAX];
    const char *kills = getenv("MMF_KILLS");
    bool takes_all = kills && strcmp(kills, "all") == 0;
    scene scene;
    unsigned count = 0;
    unsigned stops;

    if (!begin(&scene, _i)) {
        return;
    }
    memset(changed, 0, sizeof changed);
    stops = walk(&scene, changed);
    ck_assert_uint_gt(stops, 60);
    for (unsigned stop = 2; stop <= stops; stop += 2) {
        unsigned extra;

        if (!takes_all && !changed[stop] && stop / 2 % KILL_EVERY != 0) {
            continue;
        }
        make_anew(&scene);
        (void)kill_at(&scene, stop);
        expect_whole(&scene, stop, &extra);
        ck_assert_uint_le(extra, 1);
        finish(&scene, stop);
        count++;
    }
    (void)fprintf(stderr, "%s: looked at behind %u calls, killed behind %u\n", scene.work->name,
                  stops / 2, count);
    ck_assert_uint_gt(count, 2);
    free(scene.bytes);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_killed, 0, WORKS);
}
