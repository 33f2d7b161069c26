#include "schema/identifiers.h"

#include "tests/schema/suite.h"

START_TEST(names_are_ascii_words)
{
    char longest[MMF_SCHEMA_NAME_MAX + 2];

    memset(longest, 'a', sizeof longest);
    longest[MMF_SCHEMA_NAME_MAX + 1] = '\0';
    ck_assert(!mmf_identifier_is_valid(longest));
    longest[MMF_SCHEMA_NAME_MAX] = '\0';
    ck_assert(mmf_identifier_is_valid(longest));
    ck_assert(mmf_identifier_is_valid("a"));
    ck_assert(mmf_identifier_is_valid("Z_9__"));
    ck_assert(!mmf_identifier_is_valid(""));
    ck_assert(!mmf_identifier_is_valid("_a"));
    ck_assert(!mmf_identifier_is_valid("9a"));
    ck_assert(!mmf_identifier_is_valid("a-b"));
    ck_assert(!mmf_identifier_is_valid("a b"));
    ck_assert(!mmf_identifier_is_valid("a\n"));
    ck_assert(!mmf_identifier_is_valid("\xc3\xa4"));
    ck_assert(!mmf_identifier_is_valid("a\xc3\xa4"));
}
END_TEST

START_TEST(fields_cannot_be_keywords_or_macros)
{
    ck_assert_str_eq(mmf_identifier_field_conflict("while"), "a keyword of C");
    ck_assert_str_eq(mmf_identifier_field_conflict("class"), "a keyword of C++");
    ck_assert_str_eq(mmf_identifier_field_conflict("and_eq"), "a keyword of C++");
    ck_assert_ptr_nonnull(mmf_identifier_field_conflict("co_await"));
    ck_assert_ptr_nonnull(mmf_identifier_field_conflict("bool"));
    ck_assert_ptr_nonnull(mmf_identifier_field_conflict("errno"));
    ck_assert_ptr_nonnull(mmf_identifier_field_conflict("I"));
    ck_assert_ptr_nonnull(mmf_identifier_field_conflict("linux"));
    ck_assert_ptr_nonnull(mmf_identifier_field_conflict("st_mtime"));
    ck_assert_ptr_null(mmf_identifier_field_conflict("index"));
    ck_assert_ptr_null(mmf_identifier_field_conflict("size_t"));
    ck_assert_ptr_null(mmf_identifier_field_conflict("mmf_count"));
    ck_assert_ptr_null(mmf_identifier_field_conflict("Class"));
    ck_assert_ptr_null(mmf_identifier_field_conflict("price"));
}
END_TEST

START_TEST(prefixes_cannot_be_declared_by_the_library_either)
{
    ck_assert_ptr_nonnull(mmf_identifier_prefix_conflict("while"));
    ck_assert_ptr_nonnull(mmf_identifier_prefix_conflict("errno"));
    ck_assert_str_eq(mmf_identifier_prefix_conflict("index"), "a name that the C library declares");
    ck_assert_ptr_nonnull(mmf_identifier_prefix_conflict("y0"));
    ck_assert_ptr_nonnull(mmf_identifier_prefix_conflict("FILE"));
    ck_assert_ptr_nonnull(mmf_identifier_prefix_conflict("mmf"));
    ck_assert_ptr_nonnull(mmf_identifier_prefix_conflict("mMf_tick"));
    ck_assert_ptr_null(mmf_identifier_prefix_conflict("mm"));
    ck_assert_ptr_null(mmf_identifier_prefix_conflict("m"));
    ck_assert_ptr_null(mmf_identifier_prefix_conflict("tick"));
}
END_TEST

typedef struct snake_case {
    const char *name;
    const char *expected;
} snake_case;

static const snake_case snake_cases[] = {
    {"Tick", "tick"},
    {"HTTPServer", "http_server"},
    {"MarketCap", "market_cap"},
    {"AllTypes", "all_types"},
    {"tick", "tick"},
    {"TICK", "tick"},
    {"A", "a"},
    {"Ohlc1Minute", "ohlc1_minute"},
    {"Market_Cap", "market_cap"},
    {"OrderV2", "order_v2"},
    {"bookL", "book_l"},
};

START_TEST(prefixes_are_made_from_names)
{
    char *snake = mmf_identifier_snake_case(snake_cases[_i].name);

    ck_assert_pstr_eq(snake, snake_cases[_i].expected);
    free(snake);
}
END_TEST

START_TEST(comparing_ignores_capitals_alone)
{
    ck_assert_int_eq(mmf_identifier_compare_caseless("Price", "pRICE"), 0);
    ck_assert_int_lt(mmf_identifier_compare_caseless("Price", "prices"), 0);
    ck_assert_int_gt(mmf_identifier_compare_caseless("b", "A"), 0);
    ck_assert_int_ne(mmf_identifier_compare_caseless("a_b", "a b"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("identifiers");
    TCase *tests = tcase_create("all");

    tcase_add_test(tests, names_are_ascii_words);
    tcase_add_test(tests, fields_cannot_be_keywords_or_macros);
    tcase_add_test(tests, prefixes_cannot_be_declared_by_the_library_either);
    tcase_add_loop_test(tests, prefixes_are_made_from_names, 0,
                        (int)(sizeof snake_cases / sizeof *snake_cases));
    tcase_add_test(tests, comparing_ignores_capitals_alone);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
