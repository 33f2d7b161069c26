#include "schema/diagnostics.h"

#include "tests/schema/suite.h"

static void expect_line(const mmf_diagnostics *diagnostics, size_t index, const char *expected)
{
    char *line = mmf_diagnostics_format(diagnostics, index);

    ck_assert_str_eq(line, expected);
    free(line);
}

START_TEST(formats_with_path_and_place)
{
    mmf_diagnostics diagnostics;

    mmf_diagnostics_init(&diagnostics, "a/tick.mmf.json");
    mmf_diagnostics_add(&diagnostics, MMF_SEVERITY_ERROR, (mmf_location){3, 14}, "found %d", 7);
    mmf_diagnostics_add(&diagnostics, MMF_SEVERITY_NOTE, (mmf_location){1, 2}, "here");
    mmf_diagnostics_add(&diagnostics, MMF_SEVERITY_WARNING, (mmf_location){0, 0}, "odd");
    expect_line(&diagnostics, 0, "a/tick.mmf.json:3:14: error: found 7");
    expect_line(&diagnostics, 1, "a/tick.mmf.json:1:2: note: here");
    expect_line(&diagnostics, 2, "a/tick.mmf.json: warning: odd");
    mmf_diagnostics_clear(&diagnostics);
}
END_TEST

START_TEST(zeroed_memory_is_an_empty_list_without_path)
{
    mmf_diagnostics diagnostics = {0};

    ck_assert(!mmf_diagnostics_has_errors(&diagnostics));
    mmf_diagnostics_sort(&diagnostics);
    mmf_diagnostics_add(&diagnostics, MMF_SEVERITY_ERROR, (mmf_location){1, 1}, "x");
    mmf_diagnostics_add(&diagnostics, MMF_SEVERITY_ERROR, (mmf_location){0, 0}, "y");
    expect_line(&diagnostics, 0, "1:1: error: x");
    expect_line(&diagnostics, 1, "error: y");
    mmf_diagnostics_clear(&diagnostics);
    mmf_diagnostics_clear(&diagnostics);
}
END_TEST

START_TEST(only_errors_count_as_errors)
{
    mmf_diagnostics diagnostics = {0};

    mmf_diagnostics_add(&diagnostics, MMF_SEVERITY_WARNING, (mmf_location){1, 1}, "w");
    mmf_diagnostics_add(&diagnostics, MMF_SEVERITY_NOTE, (mmf_location){1, 1}, "n");
    ck_assert(!mmf_diagnostics_has_errors(&diagnostics));
    mmf_diagnostics_add(&diagnostics, MMF_SEVERITY_ERROR, (mmf_location){1, 1}, "e");
    ck_assert(mmf_diagnostics_has_errors(&diagnostics));
    ck_assert_uint_eq(diagnostics.error_count, 1);
    mmf_diagnostics_clear(&diagnostics);
    diagnostics.out_of_memory = true;
    ck_assert(mmf_diagnostics_has_errors(&diagnostics));
}
END_TEST

START_TEST(a_text_stays_one_line)
{
    mmf_diagnostics diagnostics = {0};

    mmf_diagnostics_add(&diagnostics, MMF_SEVERITY_ERROR, (mmf_location){1, 1}, "a\nb\033[1m\x7fä");
    ck_assert_str_eq(diagnostics.items[0].text, "a?b?[1m?ä");
    mmf_diagnostics_clear(&diagnostics);
}
END_TEST

START_TEST(sorts_by_place_with_notes_behind_their_finding)
{
    static const char *const sorted[] = {"0:0", "1:9", "note of 1:9", "2:1 a", "2:1 b", "10:1"};
    mmf_diagnostics diagnostics = {0};

    mmf_diagnostics_add(&diagnostics, MMF_SEVERITY_ERROR, (mmf_location){10, 1}, "10:1");
    mmf_diagnostics_add(&diagnostics, MMF_SEVERITY_ERROR, (mmf_location){2, 1}, "2:1 a");
    mmf_diagnostics_add(&diagnostics, MMF_SEVERITY_WARNING, (mmf_location){2, 1}, "2:1 b");
    mmf_diagnostics_add(&diagnostics, MMF_SEVERITY_ERROR, (mmf_location){1, 9}, "1:9");
    mmf_diagnostics_add(&diagnostics, MMF_SEVERITY_NOTE, (mmf_location){99, 1}, "note of 1:9");
    mmf_diagnostics_add(&diagnostics, MMF_SEVERITY_ERROR, (mmf_location){0, 0}, "0:0");
    mmf_diagnostics_sort(&diagnostics);
    for (size_t i = 0; i < diagnostics.count; i++) {
        ck_assert_str_eq(diagnostics.items[i].text, sorted[i]);
    }
    mmf_diagnostics_clear(&diagnostics);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("diagnostics");
    TCase *tests = tcase_create("all");

    tcase_add_test(tests, formats_with_path_and_place);
    tcase_add_test(tests, zeroed_memory_is_an_empty_list_without_path);
    tcase_add_test(tests, only_errors_count_as_errors);
    tcase_add_test(tests, a_text_stays_one_line);
    tcase_add_test(tests, sorts_by_place_with_notes_behind_their_finding);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
