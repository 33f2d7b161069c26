/* Stores of the Go library (tests/fixtures): what a check finds in them, and that repairing costs
 * no byte of a record. */
#include <jansson.h>
#include <stdlib.h>

#include "fsck/check.h"
#include "runtime/mmf.h"
#include "schema/json.h"
#include "tests/fixtures/contents.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "fsck fixtures";

#define SCHEMAS "tests/fsck/recipes/schemas/"
#define NONE MMF_CHECK_NO_RECORD
#define FINDINGS_MAX 8u

typedef struct expected_finding {
    mmf_problem problem;
    uint64_t record;
} expected_finding;

typedef struct fixture {
    const char *file;
    const char *list; /* NULL: no records */
    const char *schema;
    const mmf_record_type *type;
    void (*expect)(const mmf_store *store, uint64_t index, const json_t *record);
    uint64_t count;
    uint64_t capacity; /* that the file has room for */
    unsigned errors;
    expected_finding error[3];
} fixture;

#define LOW_CAPACITY                                                                               \
    {                                                                                              \
        MMF_PROBLEM_CAPACITY_LOW, NONE                                                             \
    }

static const fixture fixtures[] = {
    {"ticks.mmf",
     "ticks.json",
     SCHEMAS "legacy.mmf.json",
     &fixture_tick_type,
     fixture_expect_tick,
     200,
     (28672 - 64) / 104,
     1,
     {LOW_CAPACITY}},
    {"stuck.mmf",
     "stuck.json",
     SCHEMAS "legacy.mmf.json",
     &fixture_tick_type,
     fixture_expect_tick,
     100,
     (16384 - 64) / 104,
     3,
     {LOW_CAPACITY, {MMF_PROBLEM_ODD_UNKNOWN, 5}, {MMF_PROBLEM_ODD_UNKNOWN, 63}}},
    {"alltypes.mmf",
     "alltypes.json",
     SCHEMAS "legacy_every.mmf.json",
     &fixture_all_type,
     fixture_expect_all,
     70,
     (12288 - 64) / 88,
     1,
     {LOW_CAPACITY}},
    {"empty.mmf",
     NULL,
     SCHEMAS "legacy.mmf.json",
     &fixture_tick_type,
     fixture_expect_tick,
     0,
     64,
     0,
     {{0}}},
};
#define FIXTURES ((int)(sizeof fixtures / sizeof *fixtures))

/* --- Checking --------------------------------------------------------------------------------- */

typedef struct heard {
    const char *path;
    unsigned count;
    unsigned asked;
    struct {
        mmf_problem problem;
        mmf_check_outcome outcome;
        uint64_t record;
    } finding[FINDINGS_MAX];
} heard;

static bool say_yes(void *context, const mmf_finding *finding)
{
    heard *heard = context;

    (void)finding;
    heard->asked++;
    return true;
}

static void hear(void *context, const mmf_finding *finding)
{
    heard *heard = context;

    ck_assert_uint_lt(heard->count, FINDINGS_MAX);
    ck_assert_str_eq(finding->path, heard->path);
    heard->finding[heard->count].problem = finding->problem;
    heard->finding[heard->count].outcome = finding->outcome;
    heard->finding[heard->count].record = finding->record;
    heard->count++;
}

/* NULL when the test is to do without one. */
static mmf_model *load_schema(const char *path, bool wanted)
{
    mmf_diagnostics diagnostics = {0};
    mmf_model *model = NULL;

    if (wanted) {
        ck_ok(mmf_schema_load(path, &diagnostics, &model));
        mmf_diagnostics_clear(&diagnostics);
    }
    return model;
}

/* A check that has to end well. */
static mmf_check_result check(const char *path, const mmf_model *schema, uint32_t flags,
                              heard *ret_heard)
{
    mmf_error error = {0};
    mmf_check_options options = {
        .flags = flags,
        .schema = schema,
        .decide = say_yes,
        .report = hear,
        .context = ret_heard,
        .error = &error,
    };
    mmf_check_result result;

    *ret_heard = (heard){.path = path};
    ck_status_error(mmf_check(path, &options, &result), MMF_OK, &error);
    ck_assert(result.is_store && result.is_complete && result.looked_at_all);
    ck_assert_uint_eq(result.format, 1);
    return result;
}

/* What was heard is what the fixture has, in that order, with that outcome; and one note more where
 * there is no schema. */
static void ck_heard(const heard *heard, const fixture *fixture, bool has_schema,
                     mmf_check_outcome outcome)
{
    unsigned notes = has_schema ? 0 : 1;

    ck_assert_uint_eq(heard->count, fixture->errors + notes);
    if (notes) {
        ck_assert_int_eq(heard->finding[0].problem, MMF_PROBLEM_NO_SCHEMA);
    }
    for (unsigned i = 0; i < fixture->errors; i++) {
        ck_assert_int_eq(heard->finding[notes + i].problem, fixture->error[i].problem);
        ck_assert_uint_eq(heard->finding[notes + i].record, fixture->error[i].record);
        ck_assert_int_eq(heard->finding[notes + i].outcome, outcome);
    }
}

static void ck_result(const mmf_check_result *result, const fixture *fixture, bool has_schema,
                      bool is_repaired)
{
    ck_assert_uint_eq(result->errors, fixture->errors);
    ck_assert_uint_eq(result->repaired, is_repaired ? fixture->errors : 0);
    ck_assert_uint_eq(result->left, is_repaired ? 0 : fixture->errors);
    ck_assert_uint_eq(result->notes, has_schema ? 0 : 1);
    ck_assert_uint_eq(result->record_count, fixture->count);
    ck_assert_uint_eq(result->records_checked, fixture->count);
    ck_assert_uint_eq(result->capacity, fixture->capacity);
    ck_assert_uint_eq(result->record_size, fixture->type->record_size);
}

static void ck_file_is(const char *path, const uint8_t *bytes, size_t size)
{
    size_t size_now;
    uint8_t *now = test_read_file(path, &size_now);

    ck_assert_uint_eq(size_now, size);
    ck_assert_mem_eq(now, bytes, size);
    free(now);
}

/* --- What is in the records ------------------------------------------------------------------- */

/* The list of a fixture as its repaired file has it. Of what the writer that was lost in record 5
 * of stuck.mmf had changed, format 1 keeps no image: its price stays the one it had written. */
static json_t *repaired_list(const fixture *fixture)
{
    json_t *list;

    if (!fixture->list) {
        return json_array();
    }
    list = fixture_list(fixture->list);
    if (strcmp(fixture->file, "stuck.mmf") == 0) {
        json_t *record = json_array_get(list, 5);

        ck_assert(json_real_value(json_object_get(record, "price")) == 101.25);
        ck_assert_int_eq(json_object_set_new(record, "price", json_real(-1)), 0);
    }
    return list;
}

static void ck_contents(const char *path, const fixture *fixture)
{
    static const uint32_t modes[] = {MMF_READ_ONLY, 0, MMF_ONE_WRITER};
    json_t *list = repaired_list(fixture);

    ck_assert_uint_eq(json_array_size(list), fixture->count);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        mmf_store *store = fixture_open(path, fixture->type, modes[i]);

        ck_assert_uint_eq(mmf_store_len(store), fixture->count);
        ck_assert_uint_eq(mmf_store_capacity(store), fixture->capacity);
        for (uint64_t index = 0; index < fixture->count; index++) {
            fixture->expect(store, index, json_array_get(list, index));
        }
        ck_ok(mmf_store_close(store));
    }
    json_decref(list);
}

/* --- Tests ------------------------------------------------------------------------------------ */

/* The second half of the loop does without a schema. */
static bool has_schema(int i)
{
    return i < FIXTURES;
}

START_TEST(test_a_check_finds_what_is_known_and_changes_nothing)
{
    const fixture *fixture = &fixtures[_i % FIXTURES];
    const char *path = fixture_copy(fixture->file);
    mmf_model *schema = load_schema(fixture->schema, has_schema(_i));
    size_t size;
    uint8_t *before = test_read_file(path, &size);
    mmf_check_result result;
    heard heard;

    for (unsigned full = 0; full <= 1; full++) { /* format 1: there is no difference */
        result = check(path, schema, full ? MMF_CHECK_FULL : 0, &heard);
        ck_heard(&heard, fixture, has_schema(_i), MMF_CHECK_LEFT);
        ck_result(&result, fixture, has_schema(_i), false);
        ck_assert_uint_eq(heard.asked, 0);
        ck_file_is(path, before, size);
        ck_assert_uint_eq(test_directory_count(), 1);
    }
    free(before);
    mmf_model_free(schema);
}
END_TEST

START_TEST(test_repaired_and_taken_back)
{
    const fixture *fixture = &fixtures[_i % FIXTURES];
    const char *path = fixture_copy(fixture->file);
    mmf_model *schema = load_schema(fixture->schema, has_schema(_i));
    size_t size;
    uint8_t *before = test_read_file(path, &size);
    mmf_error error = {0};
    mmf_check_result again;
    mmf_check_result result;
    heard heard;

    result = check(path, schema, MMF_CHECK_REPAIR, &heard);
    ck_heard(&heard, fixture, has_schema(_i), MMF_CHECK_REPAIRED);
    ck_result(&result, fixture, has_schema(_i), true);
    ck_assert_uint_eq(heard.asked, fixture->errors);
    ck_assert_int_eq(test_exists(result.undo_path), fixture->errors > 0);
    again = check(path, schema, MMF_CHECK_FULL, &heard);
    ck_assert_uint_eq(again.errors, 0);
    ck_contents(path, fixture);

    if (fixture->errors > 0) {
        ck_status_error(mmf_check_undo(path, result.undo_path, NULL, &error), MMF_OK, &error);
    }
    ck_file_is(path, before, size);
    free(before);
    mmf_model_free(schema);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_a_check_finds_what_is_known_and_changes_nothing, 0,
                        2 * FIXTURES);
    tcase_add_loop_test(tcase, test_repaired_and_taken_back, 0, 2 * FIXTURES);
}
