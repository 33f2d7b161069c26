#include "codegen/text.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/codegen/testing.h"

static mmf_text text;

static const char *fill(const char *pattern, const mmf_holes *holes)
{
    mmf_text_clear(&text);
    mmf_text_fill(&text, pattern, holes);
    ck_assert(!text.out_of_memory);
    return mmf_text_string(&text);
}

START_TEST(additions)
{
    mmf_text_clear(&text);
    ck_assert_str_eq(mmf_text_string(&text), "");
    mmf_text_add(&text, "a");
    mmf_text_add_bytes(&text, "bcd", 2);
    mmf_text_add_spaces(&text, 3);
    mmf_text_format(&text, "%d-%s", 42, "x");
    ck_assert_str_eq(mmf_text_string(&text), "abc   42-x");
    ck_assert_uint_eq(text.size, 10);
}
END_TEST

START_TEST(growth)
{
    mmf_text_clear(&text);
    for (int i = 0; i < 10000; i++) {
        mmf_text_format(&text, "%d,", i % 10);
    }
    ck_assert_uint_eq(text.size, 20000);
    ck_assert_uint_eq(strlen(mmf_text_string(&text)), 20000);
    ck_assert_str_eq(mmf_text_string(&text) + 19996, "8,9,");
}
END_TEST

START_TEST(holes_are_filled_from_the_inside)
{
    mmf_hole outer_items[] = {{"a", "outer"}, {"b", "B"}};
    mmf_hole inner_items[] = {{"a", "inner"}, {"empty", ""}};
    mmf_holes outer = {outer_items, 2, NULL};
    mmf_holes inner = {inner_items, 2, &outer};

    ck_assert_str_eq(fill("$a$", &outer), "outer");
    ck_assert_str_eq(fill("x$a$$b$y$empty$\n", &inner), "xinnerBy\n");
    ck_assert_str_eq(fill("no hole", NULL), "no hole");
}
END_TEST

/* Long lines of code break behind the last comma that fits, and go on below the parenthesis. */
START_TEST(code_breaks_behind_commas)
{
    ck_assert_str_eq(fill("    return some_function_with_a_long_name(first_argument_of_it, "
                          "second_argument_of_it, third_argument);\n",
                          NULL),
                     "    return some_function_with_a_long_name(first_argument_of_it, "
                     "second_argument_of_it,\n"
                     "                                          third_argument);\n");
}
END_TEST

START_TEST(code_of_100_columns_stays)
{
    char line[128] = "f(";

    memset(line + 2, 'a', 40);
    strcpy(line + 42, ", ");
    memset(line + 44, 'b', 54);
    strcpy(line + 98, ");\n"); /* 100 columns and the newline */
    ck_assert_str_eq(fill(line, NULL), line);
    strcpy(line + 98, "b);\n");
    ck_assert_ptr_nonnull(strstr(fill(line, NULL), ",\n  bbb"));
}
END_TEST

/* A break between the arguments of the outer call is better than one within the inner call. */
START_TEST(outer_commas_go_first)
{
    ck_assert_str_eq(fill("    outer_function_of_the_test(argument_number_one_of_it, "
                          "inner_function(argument_one, argument_two));\n",
                          NULL),
                     "    outer_function_of_the_test(argument_number_one_of_it,\n"
                     "                               inner_function(argument_one, "
                     "argument_two));\n");
}
END_TEST

START_TEST(a_far_parenthesis_breaks_behind_itself)
{
    ck_assert_str_eq(
        fill("static inline some_type a_function_whose_name_is_so_long_that_little_room_is_left("
             "const char *argument_number_one, int two)\n",
             NULL),
        "static inline some_type a_function_whose_name_is_so_long_that_little_room_is_left(\n"
        "    const char *argument_number_one, int two)\n");
}
END_TEST

START_TEST(commas_in_literals_do_not_count)
{
    const char *line = "    f(\"a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, "
                       "w, x, y, z, a, b, c, d, e\");\n";

    ck_assert_ptr_null(strstr(fill(line, NULL), ",\n"));
}
END_TEST

START_TEST(comments_break_at_spaces)
{
    ck_assert_str_eq(fill("/* This comment is longer than a line of one hundred columns may be, so "
                          "that it goes on in another. */\n",
                          NULL),
                     "/* This comment is longer than a line of one hundred columns may be, so that "
                     "it goes on in\n"
                     " * another. */\n");
    ck_assert_str_eq(fill(" * This line of one is longer than a line of one hundred columns may "
                          "be, so that it goes on in another.\n",
                          NULL),
                     " * This line of one is longer than a line of one hundred columns may be, so "
                     "that it goes on in\n"
                     " * another.\n");
}
END_TEST

START_TEST(preprocessor_lines_stay)
{
    const char *line =
        "#define A_MACRO(a, b) some_function_with_a_long_name(first_argument_of_it, second, "
        "third, fourth)\n";

    ck_assert_str_eq(fill(line, NULL), line);
}
END_TEST

START_TEST(width_counts_characters)
{
    ck_assert_uint_eq(mmf_text_width("a…→é", strlen("a…→é")), 4);
}
END_TEST

#ifndef NDEBUG
START_TEST(unknown_hole_is_a_bug)
{
    fill("$unknown$", NULL);
}
END_TEST

START_TEST(hole_without_value_is_a_bug)
{
    mmf_hole item = {"a", NULL};
    mmf_holes holes = {&item, 1, NULL};

    fill("$a$", &holes);
}
END_TEST

START_TEST(open_hole_is_a_bug)
{
    fill("5 $", NULL);
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("text");
    TCase *tcase = tcase_create("text");
    SRunner *runner = srunner_create(suite);
    int failures;

    tcase_add_test(tcase, additions);
    tcase_add_test(tcase, growth);
    tcase_add_test(tcase, holes_are_filled_from_the_inside);
    tcase_add_test(tcase, code_breaks_behind_commas);
    tcase_add_test(tcase, code_of_100_columns_stays);
    tcase_add_test(tcase, outer_commas_go_first);
    tcase_add_test(tcase, a_far_parenthesis_breaks_behind_itself);
    tcase_add_test(tcase, commas_in_literals_do_not_count);
    tcase_add_test(tcase, comments_break_at_spaces);
    tcase_add_test(tcase, preprocessor_lines_stay);
    tcase_add_test(tcase, width_counts_characters);
#ifndef NDEBUG
    if (srunner_fork_status(runner) == CK_FORK) { /* else they would end this process */
        tcase_add_test_raise_signal(tcase, unknown_hole_is_a_bug, SIGABRT);
        tcase_add_test_raise_signal(tcase, hole_without_value_is_a_bug, SIGABRT);
        tcase_add_test_raise_signal(tcase, open_hole_is_a_bug, SIGABRT);
    }
#endif
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    mmf_text_clear(&text);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
