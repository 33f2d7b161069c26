#include "schema/compat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/codegen/testing.h"

#define COMPATIBLE MMF_COMPAT_COMPATIBLE
#define MIGRATION MMF_COMPAT_NEEDS_MIGRATION
#define FORBIDDEN MMF_COMPAT_FORBIDDEN

/* Two versions of a schema, as what stands in its braces behind the name. */
typedef struct row {
    const char *old_text;
    const char *new_text;
    mmf_compat_verdict verdict;
    const char *reason; /* in a finding of that verdict; NULL: there must be no finding */
} row;

static mmf_model *model_of_rest(const char *rest)
{
    char text[2048];

    ck_assert_int_lt(snprintf(text, sizeof text, "{'name':'R',%s}", rest), (int)sizeof text);
    return model_of(text);
}

static bool has_reason(const mmf_compat_report *report, const row *expected)
{
    for (size_t i = 0; i < report->count; i++) {
        if (report->items[i].verdict == expected->verdict &&
            strstr(report->items[i].text, expected->reason)) {
            ck_assert_uint_gt(report->items[i].location.line, 0);
            return true;
        }
    }
    return false;
}

static void check_row(const row *expected)
{
    mmf_model *old_model = model_of_rest(expected->old_text);
    mmf_model *new_model = model_of_rest(expected->new_text);
    mmf_compat_report report = {0};

    ck_assert_int_eq(mmf_compat_compare(old_model, new_model, &report), MMF_OK);
    ck_assert_msg(report.verdict == expected->verdict, "%s → %s: %s", expected->old_text,
                  expected->new_text, mmf_compat_verdict_text(report.verdict));
    if (expected->reason) {
        ck_assert_msg(has_reason(&report, expected), "%s → %s: nothing says: %s",
                      expected->old_text, expected->new_text, expected->reason);
    } else {
        ck_assert_uint_eq(report.count, 0);
    }
    mmf_compat_report_clear(&report);
    mmf_model_free(old_model);
    mmf_model_free(new_model);
}

#define CHECK_ROWS(rows)                                                                           \
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {                                      \
        check_row(&rows[i]);                                                                       \
    }

/* Version 1 with one field, and version 2 with another one. */
#define V1(fields) "'version':1,'fields':[" fields "]"
#define V2(fields) "'version':2,'fields':[" fields "]"
#define A(rest) "{'name':'a'," rest "}"
#define B(rest) "{'name':'b'," rest "}"
#define U8 "'type':'uint8'"
#define ENUM(base, symbols) "'type':'enum','base':'" base "','symbols':{" symbols "}"
#define KEEP B("'type':'uint64'")

START_TEST(compatible)
{
    static const row rows[] = {
        {V1(A(U8)), V1(A(U8)), COMPATIBLE, NULL},
        {V1(A(U8)), V2(A(U8)), COMPATIBLE, "raised from 1 to 2"},
        {"'checksum':true," V1(A(U8)), "'checksum':true," V1(A(U8)), COMPATIBLE, NULL},
        {V1(A(U8)), V1(A(U8 ",'doc':'new'")), COMPATIBLE, "documentation of field \"a\""},
        {V1(A(U8)), "'doc':'x'," V1(A(U8)), COMPATIBLE, "documentation of the record"},
        {V1(A(U8)), V1(A(U8 ",'default':3")), COMPATIBLE, "default of field \"a\""},
        {V1(A(U8 ",'default':4")), V1(A(U8 ",'default':3")), COMPATIBLE, "default of field"},
        {V1(A(U8)), V1(A(U8 ",'aliases':['z']")), COMPATIBLE, "list of aliases"},
        {V1(A(U8)), V1(A(U8 ",'deprecated':'no'")), COMPATIBLE, "deprecation"},
        {V1(A(U8)), V1(A(U8 ",'since':1")), COMPATIBLE, "since"},
        {V1(A(ENUM("uint8", "'X':0"))), V1(A(ENUM("uint8", "'X':0,'Y':1"))), COMPATIBLE,
         "new symbol \"Y\""},
        {V1(A(ENUM("uint8", "'X':0,'Y':1"))), V1(A(ENUM("uint8", "'Y':1,'X':0"))), COMPATIBLE,
         NULL},
        {V1(A("'type':'uint64'")), V1(A("'type':'uint64','logical':'timestamp','unit':'s'")),
         COMPATIBLE, "is a timestamp now"},
        {V1(A(U8)), "'capacity':9," V1(A(U8)), COMPATIBLE, "capacity"},
        {V1(A(U8)), "'prefix':'other'," V1(A(U8)), COMPATIBLE, "prefix"},
        {V1(A(U8)), "'reserved':['z']," V1(A(U8)), COMPATIBLE, "\"z\" is reserved now"},
        {"'reserved':['z']," V1(A(U8)), V1(A(U8)), COMPATIBLE, "not reserved any more"},
    };

    CHECK_ROWS(rows)
}
END_TEST

START_TEST(needs_migration)
{
    static const row rows[] = {
        {V1(A(U8)), V2(A(U8) "," B(U8)), MIGRATION, "field \"b\" was added"},
        {V1(A(U8)), V2(A(U8) "," B(U8 ",'since':2")), MIGRATION, "field \"b\" was added"},
        {V1(A(U8) "," B(U8)), V2(A(U8)), MIGRATION, "field \"b\" was removed"},
        {V1(A(U8) "," B(U8)), V2(A(U8)), MIGRATION, "put its name into \"reserved\""},
        {V1(A(U8) "," KEEP), V2(KEEP "," A(U8)), MIGRATION, "moved behind \"b\""},
        {V1(A(U8) "," B(U8)), V2(B(U8) "," A(U8)), MIGRATION, "moved behind \"b\""},
        {V1(A(U8)), V2(B(U8 ",'aliases':['a']")), MIGRATION, "renamed to \"b\""},
        {V1(A(U8)), V2(B(U8)), MIGRATION, "if \"b\" is what \"a\" was"},
        {V1(A(U8)), V2(A("'type':'uint16'")), MIGRATION, "widened from uint8 to uint16"},
        {V1(A(U8)), V2(A("'type':'int16'")), MIGRATION, "widened from uint8 to int16"},
        {V1(A("'type':'int32'")), V2(A("'type':'int64'")), MIGRATION, "widened"},
        {V1(A("'type':'float32'")), V2(A("'type':'float64'")), MIGRATION, "widened"},
        {V1(A("'type':'int32'")), V2(A("'type':'float64'")), MIGRATION,
         "widened from int32 to float64"},
        {V1(A("'type':'uint16'")), V2(A("'type':'float32'")), MIGRATION,
         "widened from uint16 to float32"},
        {V1(A("'type':'string','max':8")), V2(A("'type':'string','max':9")), MIGRATION,
         "raised from 8 to 9"},
        {V1(A(U8 ",'count':2")), V2(A(U8 ",'count':3")), MIGRATION, "raised from 2 to 3"},
        {V1(A(ENUM("uint8", "'X':0"))), V2(A(ENUM("uint16", "'X':0"))), MIGRATION,
         "base of enum \"a\" was widened"},
        {V1(A(U8)), "'align':64," V2(A(U8)), MIGRATION, "\"align\" was 8"},
        {"'align':16," V1(A(U8)), V2(A(U8)), MIGRATION, "\"align\" was 16"},
        {V1(A(U8)), "'checksum':true," V2(A(U8)), MIGRATION, "\"checksum\" was false and is true"},
        {"'checksum':true," V1(A(U8)), V2(A(U8)), MIGRATION, "\"checksum\" was true and is false"},
        /* in what was padding */
        {"'align':64," V1(A(U8)), "'align':64,'checksum':true," V2(A(U8)), MIGRATION,
         "\"checksum\" was false"},
        {"'format':1," V1(A(U8)), V2(A(U8)), MIGRATION, "\"format\" was 1"},
        /* format 1's hash does not see the order */
        {"'format':1," V1(A(U8) "," KEEP), "'format':1," V2(KEEP "," A(U8)), MIGRATION, "moved"},
    };

    CHECK_ROWS(rows)
}
END_TEST

START_TEST(forbidden)
{
    static const row rows[] = {
        {V1(A("'type':'uint16'")), V2(A(U8)), FORBIDDEN, "narrowed from uint16 to uint8"},
        {V1(A("'type':'float64'")), V2(A("'type':'float32'")), FORBIDDEN, "narrowed"},
        {V1(A("'type':'int8'")), V2(A("'type':'uint16'")), FORBIDDEN, "mean something else"},
        {V1(A("'type':'uint8'")), V2(A("'type':'int8'")), FORBIDDEN, "mean something else"},
        {V1(A("'type':'uint32'")), V2(A("'type':'float32'")), FORBIDDEN, "mean something else"},
        {V1(A("'type':'int64'")), V2(A("'type':'float64'")), FORBIDDEN, "mean something else"},
        {V1(A("'type':'float64'")), V2(A("'type':'int32'")), FORBIDDEN, "narrowed from float64"},
        {V1(A("'type':'int32','logical':'decimal','scale':2")), V2(A("'type':'float64'")),
         FORBIDDEN, "was a decimal and is none"},
        {V1(A("'type':'bool'")), V2(A("'type':'uint8'")), FORBIDDEN, "was bool and is uint8"},
        {V1(A("'type':'string','max':4")), V2(A("'type':'bytes','max':4")), FORBIDDEN,
         "was string and is bytes"},
        {V1(A("'type':'string','max':9")), V2(A("'type':'string','max':8")), FORBIDDEN,
         "lowered from 9 to 8"},
        {V1(A(U8 ",'count':3")), V2(A(U8 ",'count':2")), FORBIDDEN, "lowered from 3 to 2"},
        {V1(A(U8)), V2(A(U8 ",'count':1")), FORBIDDEN, "a single value and is an array"},
        {V1(A(U8 ",'count':1")), V2(A(U8)), FORBIDDEN, "an array and is a single value"},
        {V1(A(ENUM("uint16", "'X':0"))), V2(A(ENUM("uint8", "'X':0"))), FORBIDDEN,
         "base of enum \"a\" was uint16 and is uint8"},
        {V1(A(ENUM("uint8", "'X':0,'Y':1"))), V1(A(ENUM("uint8", "'X':0"))), FORBIDDEN,
         "symbol \"Y\" (1) of enum \"a\" is gone"},
        {V1(A(ENUM("uint8", "'X':0"))), V1(A(ENUM("uint8", "'X':1"))), FORBIDDEN,
         "symbol \"X\" of enum \"a\" was 0 and is 1"},
        {V1(A("'type':'uint64','logical':'timestamp','unit':'s'")),
         V1(A("'type':'uint64','logical':'timestamp','unit':'ms'")), FORBIDDEN,
         "unit of timestamp \"a\" was s and is ms"},
        {V1(A("'type':'int64','logical':'decimal','scale':2")),
         V1(A("'type':'int64','logical':'decimal','scale':3")), FORBIDDEN,
         "scale of decimal \"a\" was 2 and is 3"},
        {V1(A("'type':'int64','logical':'decimal','scale':2")),
         V1(A("'type':'int64','logical':'timestamp','unit':'s'")), FORBIDDEN,
         "was a decimal and is timestamp"},
        {V1(A("'type':'int64','logical':'decimal','scale':2")), V1(A("'type':'int64'")), FORBIDDEN,
         "was a decimal and is none"},
        {"'reserved':['b']," V1(A(U8)), V2(A(U8) "," B(U8)), FORBIDDEN,
         "a name that version 1 reserved"},
        {V2(A(U8)), "'version':3,'fields':[" A(U8) "," B(U8 ",'since':2") "]", FORBIDDEN,
         "said to be there since version 2"},
        {V1(A(U8)), V1(A(U8) "," B(U8)), FORBIDDEN, "has to be more than 1"},
        {V1(A(U8)), "'align':64," V1(A(U8)), FORBIDDEN, "has to be more than 1"},
        {V1(A(U8)), "'checksum':true," V1(A(U8)), FORBIDDEN, "has to be more than 1"},
        {V2(A(U8)), V1(A(U8)), FORBIDDEN, "went back from 2 to 1"},
    };

    CHECK_ROWS(rows)
}
END_TEST

/* A name counts more than an alias, an earlier alias more than a later one. */
START_TEST(ancestors)
{
    mmf_model *old_model = model_of_rest(V1(A(U8) "," B(U8) ",{'name':'c'," U8 "}"));
    mmf_model *new_model =
        model_of_rest(V2(A(U8 ",'aliases':['x']") ",{'name':'d'," U8 ",'aliases':['z','c','b']},"
                                                  "{'name':'e'," U8 ",'aliases':['y']}"));

    ck_assert_ptr_eq(mmf_compat_ancestor(old_model, &new_model->fields[0]), &old_model->fields[0]);
    ck_assert_ptr_eq(mmf_compat_ancestor(old_model, &new_model->fields[1]), &old_model->fields[2]);
    ck_assert_ptr_null(mmf_compat_ancestor(old_model, &new_model->fields[2]));
    mmf_model_free(old_model);
    mmf_model_free(new_model);
}
END_TEST

/* Findings carry the place in the new schema. */
START_TEST(places)
{
    mmf_model *old_model = model_of_rest(V1(A(U8)));
    mmf_model *new_model = model_of("{'name':'R','version':2,'fields':[\n"
                                    "  {'name':'a','type':'uint8'},\n"
                                    "  {'name':'b','type':'uint8'}]}");
    mmf_compat_report report = {0};

    ck_assert_int_eq(mmf_compat_compare(old_model, new_model, &report), MMF_OK);
    ck_assert_uint_eq(report.items[0].location.line, 3);
    ck_assert_uint_eq(report.items[0].location.column, 11);
    mmf_compat_report_clear(&report);
    mmf_model_free(old_model);
    mmf_model_free(new_model);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, compatible);
    tcase_add_test(tcase, needs_migration);
    tcase_add_test(tcase, forbidden);
    tcase_add_test(tcase, ancestors);
    tcase_add_test(tcase, places);
}

int main(void)
{
    return run_tests("compat", add_tests);
}
