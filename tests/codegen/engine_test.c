/* What mmf-gen --emit makes of names and texts that are special elsewhere. The goldens have the
 * rest, and tests/tools/export shows all of it to the engines. */
#include "codegen/engine.h"

#include <string.h>

#include "tests/codegen/testing.h"

static mmf_text text;

static const char *emit(const char *engine, mmf_model *model)
{
    const mmf_engine_input input = {model, "x.mmf.json", false};

    mmf_text_clear(&text);
    ck_assert_int_eq(mmf_engine_emit(mmf_engine_of(engine), &input, &text), MMF_OK);
    mmf_model_free(model);
    return mmf_text_string(&text);
}

static void check_has(const char *engine, const char *schema, const char *expected)
{
    const char *got = emit(engine, model_of(schema));

    ck_assert_msg(strstr(got, expected) != NULL, "no %s in %s", expected, got);
}

#define FIELDS(fields) "{'name':'T','version':1,'fields':[" fields "]}"
#define A20 "aaaaaaaaaaaaaaaaaaaa"

START_TEST(names)
{
    check_has("sql-postgres", FIELDS("{'name':'ctid','type':'bool'}"), "\"ctid_\" boolean");
    check_has("sql-postgres", FIELDS("{'name':'order','type':'bool'}"), "\"order\" boolean");
    check_has("sql-sqlite", FIELDS("{'name':'select','type':'int8'}"), "\"select\" INTEGER");
}
END_TEST

/* The server would cut both to the same 63 bytes. */
START_TEST(long_names_of_enums)
{
    const char *schema = "{'name':'T','prefix':'p_" A20 A20 "','version':1,'fields':["
                         "{'name':'f_" A20 "_x','type':'enum','base':'int8','symbols':{'A':0}},"
                         "{'name':'f_" A20 "_y','type':'enum','base':'int8','symbols':{'A':0}}]}";

    check_has("sql-postgres", schema, "\"p_aaaaaaaaaaaaaaaaaaaaaaaaaa_f_" A20 "_x_1\"");
    check_has("sql-postgres", schema, "\"p_aaaaaaaaaaaaaaaaaaaaaaaaaa_f_" A20 "_y_2\"");
}
END_TEST

/* No text of a schema ends a comment or a literal. */
START_TEST(texts)
{
    const char *schema = "{'name':'T','version':1,'doc':'a\\r\\nDROP','fields':["
                         "{'name':'v','type':'bool','doc':'it\\u0027s \\\\ \\r;\\nx'}]}";

    check_has("sql-postgres", schema, "-- a \n-- DROP\n");
    check_has("sql-postgres", schema, "IS 'it''s \\ \r;\nx';");
    check_has("sql-clickhouse", schema, "COMMENT 'it''s \\\\ \r;\nx'");
    check_has("sql-sqlite", schema, ")) -- it's \\  ; x\n");
    check_has("numpy", schema, "# a \n# DROP\n");
    check_has("numpy", schema, "  # it's \\  ; x\n");
    check_has("json", schema, "\"it's \\\\ \\u000d;\\u000ax\"");
}
END_TEST

START_TEST(long_arrays_are_bytes)
{
    check_has("sql-clickhouse", FIELDS("{'name':'v','type':'int16','count':65}"),
              "\"v\" FixedString(130),");
    check_has("sql-clickhouse", FIELDS("{'name':'v','type':'int16','count':1}"),
              "\"v\" Tuple(Int16),");
}
END_TEST

START_TEST(no_such_engine)
{
    ck_assert(mmf_engine_of("sql") == NULL);
}
END_TEST

static void clear(void)
{
    mmf_text_clear(&text);
}

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, NULL, clear);
    tcase_add_test(tcase, names);
    tcase_add_test(tcase, long_names_of_enums);
    tcase_add_test(tcase, texts);
    tcase_add_test(tcase, long_arrays_are_bytes);
    tcase_add_test(tcase, no_such_engine);
}

int main(void)
{
    return run_tests("engine", add_tests);
}
