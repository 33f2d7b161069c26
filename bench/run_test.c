/* Ways that disagree are told of, and the numbers behind the table. */
#include <check.h>
#include <stdlib.h>

#include "bench/fixture.h"
#include "bench/run.h"
#include "bench/statistics.h"

static bench_fixture fixture;
static unsigned resets;

void bench_forget_changes(bench_fixture *of)
{
    ck_assert_ptr_eq(of, &fixture);
    resets++;
}

static void see_operations(bench_fixture *of, uint64_t operations)
{
    of->seen = operations;
}

static void see_seven(bench_fixture *of, uint64_t operations)
{
    (void)operations;
    of->seen = 7;
}

static void see_nothing(bench_fixture *of, uint64_t operations)
{
    (void)of;
    (void)operations;
}

static void see_random(bench_fixture *of, uint64_t operations)
{
    (void)operations;
    of->seen = of->random_state++;
}

static uint64_t see_late(bench_fixture *of)
{
    (void)of;
    return 7;
}

static void retry(bench_fixture *of, uint64_t operations)
{
    (void)operations;
    of->retries = 3;
}

START_TEST(ways_that_agree)
{
    static const bench_row row = {
        .flags = BENCH_CHANGES,
        .ways = {BENCH_WAY("mmf", see_operations), BENCH_WAY("plain", see_seven),
                 BENCH_WAY_THAT("pread", see_nothing, NULL, see_late)},
    };
    bench_result result = {0};

    resets = 0;
    ck_assert(bench_run_compare(&row, &fixture, 1000000, &result));
    ck_assert(!result.is_different);
    ck_assert_uint_eq(resets, 3);
}
END_TEST

START_TEST(a_way_that_differs)
{
    static const bench_row row = {
        .flags = BENCH_EXACT,
        .ways = {BENCH_WAY("mmf", see_operations), BENCH_WAY("plain", see_operations),
                 BENCH_WAY("pread", see_seven)},
    };
    bench_result result = {0};

    ck_assert(!bench_run_compare(&row, &fixture, 9, &result));
    ck_assert(result.is_different);
    ck_assert_uint_eq(result.different, 2);
    ck_assert_uint_eq(result.expected, 9);
    ck_assert_uint_eq(result.found, 7);
}
END_TEST

START_TEST(a_way_that_does_nothing)
{
    static const bench_row row = {
        .ways = {BENCH_WAY("mmf", see_seven), BENCH_WAY("plain", see_nothing)}};
    bench_result result = {0};

    ck_assert(!bench_run_compare(&row, &fixture, 100, &result));
    ck_assert_uint_eq(result.different, 1);
}
END_TEST

START_TEST(ways_take_the_same_random_indices)
{
    static const bench_row row = {
        .ways = {BENCH_WAY("mmf", see_random), BENCH_WAY("plain", see_random)}};
    bench_result result = {0};

    ck_assert(bench_run_compare(&row, &fixture, 100, &result));
}
END_TEST

START_TEST(ways_that_are_unlike)
{
    static const bench_row row = {
        .flags = BENCH_UNLIKE,
        .ways = {BENCH_WAY("mmf", see_seven), BENCH_WAY("plain", see_nothing)},
    };
    bench_result result = {0};

    ck_assert(bench_run_compare(&row, &fixture, 100, &result));
}
END_TEST

START_TEST(retries_are_those_of_one_run)
{
    static const bench_way ways[] = {BENCH_WAY("mmf", retry), BENCH_WAY("plain", see_nothing)};

    for (int i = 0; i < 2; i++) {
        bench_run_prepare(&ways[i], &fixture, 1);
        ways[i].run(&fixture, 1);
        ck_assert_double_eq(bench_run_finish(&ways[i], &fixture), i == 0 ? 3 : 0);
    }
}
END_TEST

START_TEST(spreads)
{
    double odd[] = {5, 1, 4, 2, 3};
    double even[] = {4, 1, 3, 2};
    double one[] = {6};
    bench_spread spread = bench_spread_of(odd, 5);

    ck_assert_double_eq(spread.low, 2);
    ck_assert_double_eq(spread.median, 3);
    ck_assert_double_eq(spread.high, 4);
    spread = bench_spread_of(even, 4);
    ck_assert_double_eq(spread.low, 2);
    ck_assert_double_eq(spread.median, 2.5);
    ck_assert_double_eq(spread.high, 3);
    spread = bench_spread_of(one, 1);
    ck_assert_double_eq(spread.low, 6);
    ck_assert_double_eq(spread.median, 6);
    ck_assert_double_eq(spread.high, 6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run");
    TCase *cases = tcase_create("run");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(cases, ways_that_agree);
    tcase_add_test(cases, a_way_that_differs);
    tcase_add_test(cases, a_way_that_does_nothing);
    tcase_add_test(cases, ways_take_the_same_random_indices);
    tcase_add_test(cases, ways_that_are_unlike);
    tcase_add_test(cases, retries_are_those_of_one_run);
    tcase_add_test(cases, spreads);
    suite_add_tcase(suite, cases);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
