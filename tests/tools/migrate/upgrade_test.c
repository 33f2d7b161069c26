/* Files of format 1, those of the Go library too, that become files of format 2. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "schema/format.h"
#include "tests/fixtures/contents.h"
#include "tests/tools/migrate/attempt.h"

const char *const suite_name = "upgrades of stores";

#define ONE "{'name':'R','version':1,'fields':[{'name':'a','type':'uint8'}]}"

#define TICK_FIELDS                                                                                \
    "{'name':'symbol','type':'string','max':64},{'name':'price','type':'float64'},"                \
    "{'name':'volume','type':'float64'},{'name':'timestamp','type':'uint64'}"
#define TICK "{'name':'Tick','version':1,'fields':[" TICK_FIELDS "]}"

START_TEST(test_upgrade)
{
    const char *schema = store_schema("tick.mmf.json", TICK);
    const char *path = fixture_copy("ticks.mmf");
    json_t *list = fixture_list("ticks.json");
    attempt attempt = {.options.is_upgrade = true};
    char backup[1024];
    mmf_table *table;
    mmf_store *store;

    (void)snprintf(backup, sizeof backup, "%s.v1", path);
    ck_status_error(migrate(&attempt, path, schema), MMF_OK, &attempt.error);
    ck_assert_uint_eq(attempt.result.records, 200);
    store_expect_clean(path);
    ck_assert_uint_eq(store_header(path, 4, 4), 2);
    ck_assert_uint_eq(store_header(backup, 4, 4), 1);
    table = store_open(path, NULL, 0); /* it carries its schema */
    for (size_t i = 0; i < 200; i++) {
        fixture_expect_tick(table->store, i, json_array_get(list, i));
    }
    ck_ok(mmf_table_close(table));
    store = fixture_open(backup, &fixture_tick_type, MMF_READ_ONLY);
    for (size_t i = 0; i < 200; i++) {
        fixture_expect_tick(store, i, json_array_get(list, i));
    }
    ck_ok(mmf_store_close(store));
    json_decref(list);
    ck_status(migrate(&attempt, path, schema), MMF_E_INVALID);
    ck_contains(attempt.error.text, "format 2 already");
}
END_TEST

typedef struct told {
    uint64_t indexes[4];
    unsigned count;
} told;

static void tell(void *context, uint64_t index, const char *what)
{
    told *told = context;

    (void)what;
    ck_assert_uint_lt(told->count, 4);
    told->indexes[told->count++] = index;
}

START_TEST(test_upgrade_stuck)
{
    const char *schema = store_schema("tick.mmf.json", TICK);
    const char *path = fixture_copy("stuck.mmf");
    told told = {0};
    attempt attempt = {
        .options = {.is_upgrade = true, .rewrite = {.tell = tell, .context = &told}}};

    ck_status(migrate(&attempt, path, schema), MMF_E_CORRUPT);
    ck_assert_uint_eq(told.count, 2);
    ck_assert_uint_eq(told.indexes[0], 5);
    ck_assert_uint_eq(told.indexes[1], 63);
    ck_assert_uint_eq(store_header(path, 4, 4), 1);
    attempt.options.rewrite.damaged = MMF_DAMAGED_KEEP;
    ck_ok(migrate(&attempt, path, schema));
    ck_assert_uint_eq(attempt.result.records, 100);
    ck_assert_uint_eq(attempt.result.damaged, 2);
    store_expect_clean(path);
}
END_TEST

START_TEST(test_upgrade_others)
{
    const char *schema = store_schema("tick.mmf.json", TICK);
    const char *path = fixture_copy("empty.mmf");
    attempt attempt = {.options = {.is_upgrade = true, .has_no_backup = true}};
    uint64_t count = 7000;

    ck_ok(migrate(&attempt, path, schema));
    ck_assert_uint_eq(attempt.result.records, 0);
    store_expect_clean(path);
    path = fixture_copy("ticks.mmf");
    ck_status(migrate(&attempt, path, store_schema("x.mmf.json", ONE)), MMF_E_SCHEMA);
    test_write_at(path, offsetof(mmf_header_common, record_count), &count, sizeof count);
    ck_status(migrate(&attempt, path, schema), MMF_E_TRUNCATED);
    ck_status(migrate(&attempt, schema, schema), MMF_E_MAGIC);
    ck_status(migrate(&attempt, test_path("none"), schema), MMF_E_NOT_FOUND);
}
END_TEST

/* From format 1 to another schema at once. */
START_TEST(test_migrate_format_1)
{
    const char *path = fixture_copy("ticks.mmf");
    const char *schema = newer("{'name':'Tick','version':2,'fields':[" TICK_FIELDS
                               ",{'name':'venue','type':'uint8','default':9}]}");
    attempt attempt = {0};
    mmf_table *table;
    uint8_t payload[256];

    ck_status(migrate(&attempt, path, schema), MMF_E_SCHEMA);
    ck_contains(attempt.error.text, "--from");
    attempt.options.old_schema_path = store_schema("tick.mmf.json", TICK);
    ck_status_error(migrate(&attempt, path, schema), MMF_OK, &attempt.error);
    table = store_open(path, NULL, MMF_READ_ONLY);
    ck_ok(mmf_table_get(table, 199, payload));
    ck_assert_uint_eq(payload[mmf_table_field_offset(&table->model->fields[4])], 9);
    ck_ok(mmf_table_close(table));
    store_expect_clean(path);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_upgrade);
    tcase_add_test(tcase, test_upgrade_stuck);
    tcase_add_test(tcase, test_upgrade_others);
    tcase_add_test(tcase, test_migrate_format_1);
}
