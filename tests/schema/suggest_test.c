#include "schema/suggest.h"

#include "tests/schema/suite.h"

static const char *const words[] = {"name", "max", "unit", "capacity", "deprecated", "s"};

typedef struct suggest_case {
    const char *text;
    const char *expected; /* NULL: nothing is near */
} suggest_case;

static const suggest_case cases[] = {
    {"capasity", "capacity"},  /* exchanged */
    {"capcity", "capacity"},   /* left out */
    {"cappacity", "capacity"}, /* added */
    {"caapcity", "capacity"},  /* swapped */
    {"kapasity", "capacity"},  /* two of them */
    {"kapasiti", NULL},        /* three */
    {"nmae", "name"},          /* swapped counts once, or a short word would not allow it */
    {"mx", NULL},              /* in two letters nothing may be wrong, */
    {"maxx", "max"},
    {"NAME", "name"}, /* but their case */
    {"S", "s"},
    {"x", NULL},
    {"", NULL},
    {"depracatde", "deprecated"},
    {"a_word_that_is_much_longer_than_every_name_that_the_schema_language_has", NULL},
};

START_TEST(suggests_what_is_near)
{
    const char *found = mmf_suggest(cases[_i].text, words, sizeof words / sizeof *words);

    if (cases[_i].expected) {
        ck_assert_pstr_eq(found, cases[_i].expected);
    } else {
        ck_assert_msg(!found, "\"%s\" gives \"%s\"", cases[_i].text, found);
    }
}
END_TEST

START_TEST(takes_the_nearest_and_then_the_first)
{
    static const char *const near[] = {"float64", "float32", "float3"};

    ck_assert_str_eq(mmf_suggest("float31", near, 3), "float32");
    ck_assert_str_eq(mmf_suggest("float", near, 3), "float3");
    ck_assert_str_eq(mmf_suggest("float9", near, 3), "float3");
    ck_assert_ptr_null(mmf_suggest("float", near, 0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("suggest");
    TCase *tests = tcase_create("all");

    tcase_add_loop_test(tests, suggests_what_is_near, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_test(tests, takes_the_nearest_and_then_the_first);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
