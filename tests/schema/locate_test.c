#include "schema/locate.h"

#include "tests/schema/suite.h"

static void expect_place(mmf_location place, uint32_t line, uint32_t column)
{
    ck_assert_msg(place.line == line && place.column == column, "%u:%u instead of %u:%u",
                  place.line, place.column, line, column);
}

START_TEST(offsets_become_lines_and_characters)
{
    static const char text[] = "ab\r\n\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80x\n";

    expect_place(mmf_locate_offset(text, sizeof text - 1, 0), 1, 1);
    expect_place(mmf_locate_offset(text, sizeof text - 1, 3), 1, 4);
    expect_place(mmf_locate_offset(text, sizeof text - 1, 4), 2, 1);
    expect_place(mmf_locate_offset(text, sizeof text - 1, 13), 2, 4);
    expect_place(mmf_locate_offset(text, sizeof text - 1, 999), 3, 1);
    expect_place(mmf_locate_offset("", 0, 0), 1, 1);
}
END_TEST

START_TEST(places_have_the_shape_of_the_text)
{
    static const char text[] = "{\"a\": [1,\n \"]{\\\"\", {}],\n\n \"b\" : {\"c\":null}}";
    mmf_places places;
    const mmf_place *items;

    ck_assert_int_eq(mmf_places_build(text, sizeof text - 1, &places), MMF_OK);
    items = places.items;
    ck_assert_uint_eq(places.count, 7);
    expect_place(items[0].value, 1, 1);
    ck_assert_uint_eq(items[0].key_offset, MMF_PLACE_NO_KEY);
    expect_place(items[1].key, 1, 2); /* a */
    expect_place(items[1].value, 1, 7);
    ck_assert_uint_eq(items[1].key_offset, 1);
    expect_place(items[2].value, 1, 8); /* 1 */
    expect_place(items[2].key, 1, 8);
    expect_place(items[3].value, 2, 2);  /* the string */
    expect_place(items[4].value, 2, 10); /* {} */
    expect_place(items[5].key, 4, 2);    /* b */
    expect_place(items[5].value, 4, 8);
    expect_place(items[6].value, 4, 13); /* null */
    ck_assert_uint_eq(items[0].first_child, 1);
    ck_assert_uint_eq(items[1].next, 5);
    ck_assert_uint_eq(items[5].next, MMF_PLACE_NONE);
    ck_assert_uint_eq(items[1].first_child, 2);
    ck_assert_uint_eq(items[2].next, 3);
    ck_assert_uint_eq(items[3].next, 4);
    ck_assert_uint_eq(items[4].next, MMF_PLACE_NONE);
    ck_assert_uint_eq(items[4].first_child, MMF_PLACE_NONE);
    ck_assert_uint_eq(items[5].first_child, 6);
    ck_assert_uint_eq(items[6].parent, 5);
    mmf_places_clear(&places);
    mmf_places_clear(&places);
}
END_TEST

START_TEST(a_text_can_be_one_value)
{
    mmf_places places;

    ck_assert_int_eq(mmf_places_build("  -1.5e3 ", 9, &places), MMF_OK);
    ck_assert_uint_eq(places.count, 1);
    expect_place(places.items[0].value, 1, 3);
    mmf_places_clear(&places);
}
END_TEST

typedef struct token_case {
    const char *text;
    size_t consumed;
    size_t expected;
} token_case;

/* consumed is what jansson reports: the end of the token at which it gave up. */
static const token_case token_cases[] = {
    {"{\"a\" 12}", 7, 5},          /* the number that stands where a colon should */
    {"{\"a\": truex}", 11, 6},     /* a word */
    {"{\"a\": 1,}", 9, 8},         /* a bracket */
    {"{\"a\":1\n\"b\":2}", 10, 7}, /* a string */
    {"{\"a\": \"x\\q\"}", 9, 8},   /* the backslash of a wrong escape */
    {"{\"a\": \"x\ty\"}", 8, 8},   /* a control character */
    {"{\"a\": \"xy\n}", 9, 6},     /* a string that its line does not end */
    {"{\"a\": \"xy", 10, 6},       /* or the text; consumed is one more than it has */
    {"{\"a\": \"xy\"", 11, 10},    /* the end */
    {"\"\\\\\" x", 6, 5},          /* an escaped backslash does not hide the quote */
    {"", 1, 0},
};

START_TEST(tokens_begin_where_they_begin)
{
    const token_case *row = &token_cases[_i];

    ck_assert_uint_eq(mmf_locate_token(row->text, strlen(row->text), row->consumed), row->expected);
}
END_TEST

START_TEST(strings_end_at_their_quote)
{
    ck_assert_uint_eq(mmf_locate_string_end("\"ab\"c", 5, 0), 4);
    ck_assert_uint_eq(mmf_locate_string_end("\"a\\\"\"", 5, 0), 5);
    ck_assert_uint_eq(mmf_locate_string_end("\"a", 2, 0), 3);
    ck_assert_uint_eq(mmf_locate_string_end("\"a\\", 3, 0), 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("locate");
    TCase *tests = tcase_create("all");

    tcase_add_test(tests, offsets_become_lines_and_characters);
    tcase_add_test(tests, places_have_the_shape_of_the_text);
    tcase_add_test(tests, a_text_can_be_one_value);
    tcase_add_loop_test(tests, tokens_begin_where_they_begin, 0,
                        (int)(sizeof token_cases / sizeof *token_cases));
    tcase_add_test(tests, strings_end_at_their_quote);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
