/* The bar and the lines, by a clock that the test sets. */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fsck/progress.h"

#define MS UINT64_C(1000000)
#define START (UINT64_C(77) * 1000 * MS)
#define ERASE "\r\033[K"

static FILE *terminal;
static fsck_progress progress;

static void setup(void)
{
    terminal = tmpfile();
    ck_assert_ptr_nonnull(terminal);
    progress = (fsck_progress){.terminal = terminal, .fd = -1, .columns = 80};
    fsck_progress_begin(&progress, "dir/ticks.mmf", START);
}

static void teardown(void)
{
    (void)fclose(terminal);
}

/* What has been written since the last time. */
static const char *news(void)
{
    static char text[4096];
    size_t size;

    (void)fflush(terminal);
    rewind(terminal);
    size = fread(text, 1, sizeof text - 1, terminal);
    text[size] = '\0';
    rewind(terminal);
    ck_assert_int_eq(ftruncate(fileno(terminal), 0), 0);
    return text;
}

static void update(uint64_t ms, uint64_t done, uint64_t total)
{
    fsck_progress_update(&progress, 1, done, total, START + ms * MS);
}

START_TEST(it_comes_after_half_a_second)
{
    update(0, 0, 100);
    update(499, 50, 100);
    ck_assert_str_eq(news(), "");
    update(500, 250000000, 1000000000);
    ck_assert_str_eq(news(), "\rticks.mmf: [#########----------------------------]  25%"
                             "  500 MB/s  0:01\033[K");
}
END_TEST

START_TEST(it_is_drawn_ten_times_a_second)
{
    update(1000, 1, 100);
    ck_assert_str_ne(news(), "");
    update(1099, 2, 100);
    ck_assert_str_eq(news(), "");
    update(1100, 3, 100);
    ck_assert_str_ne(news(), "");
}
END_TEST

START_TEST(it_makes_way_and_comes_back)
{
    fsck_progress_hide(&progress);
    ck_assert_str_eq(news(), "");
    update(1000, 1, 100);
    (void)news();
    fsck_progress_hide(&progress);
    ck_assert_str_eq(news(), ERASE);
    fsck_progress_hide(&progress);
    ck_assert_str_eq(news(), "");
    update(1001, 1, 100);
    ck_assert_str_ne(news(), "");
    fsck_progress_begin(&progress, "b.mmf", START + 1002 * MS);
    ck_assert_str_eq(news(), ERASE);
    update(1003, 1, 100);
    ck_assert_str_eq(news(), "");
}
END_TEST

START_TEST(times_are_readable)
{
    static const struct {
        uint64_t total;
        const char *left;
    } rows[] = {
        {2000, "  0:01\033"},        {120000, "  1:59\033"},    {7322000, "  2:02:01\033"},
        {359999000, "99:59:58\033"}, {361000000, "  -:--\033"}, {UINT64_MAX, "  -:--\033"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *text;

        fsck_progress_begin(&progress, "t", START);
        (void)news();
        update(1000, 1000, rows[i].total);
        text = news();
        ck_assert_msg(strstr(text, rows[i].left) != NULL, "%s", text);
    }
}
END_TEST

START_TEST(a_second_pass_has_a_rate_of_its_own)
{
    update(1000, 1000000, 2000000);
    (void)news();
    fsck_progress_update(&progress, 2, 0, 2000000, START + 2000 * MS);
    (void)news();
    fsck_progress_update(&progress, 2, 1000000000, 2000000000, START + 3000 * MS);
    ck_assert_ptr_nonnull(strstr(news(), "  1000 MB/s  0:01"));
}
END_TEST

/* No number may take the bar beyond its end, or the line beyond the terminal's. */
START_TEST(any_numbers_will_do)
{
    static const uint64_t numbers[] = {0, 1, 2, 1000, INT64_MAX, UINT64_MAX - 1, UINT64_MAX};
    static const unsigned widths[] = {0, 1, 60, 80, 65535};
    size_t count = sizeof numbers / sizeof numbers[0];

    for (size_t i = 0; i < count * count * 5; i++) {
        const char *text;

        progress.columns = widths[i / count / count];
        fsck_progress_begin(&progress, "t\033[2J\xff", START);
        (void)news();
        update(500, numbers[i % count], numbers[i / count % count]);
        text = news();
        ck_assert_msg(strncmp(text, "\rt?[2J?: [", 10) == 0, "%s", text);
        ck_assert_uint_le(strlen(text), 90);
        if (progress.columns >= 60) {
            ck_assert_uint_lt(strlen(text) - strlen("\r\033[K"), progress.columns);
        }
    }
}
END_TEST

START_TEST(long_names_are_cut)
{
    const char *text;

    fsck_progress_begin(&progress, "/d/ääääääääääääääääääääääääääääääääääääääää.mmf", START);
    update(500, 1, 2);
    text = news();
    ck_assert_msg(strncmp(text, "\rääääääääääääääääääääääää: [", 28) == 0, "%s", text);
    fsck_progress_begin(&progress, "/d/", START);
    (void)news();
    update(500, 1, 2);
    ck_assert_int_eq(strncmp(news(), "\r/d/: [", 7), 0);
}
END_TEST

START_TEST(lines_come_each_time)
{
    progress.terminal = NULL;
    progress.fd = fileno(terminal);
    update(0, 0, 100);
    update(0, 1, UINT64_MAX);
    fsck_progress_hide(&progress);
    ck_assert_str_eq(news(), "1 0 100 dir/ticks.mmf\n1 1 18446744073709551615 dir/ticks.mmf\n");
}
END_TEST

START_TEST(lines_of_long_paths_are_whole)
{
    char path[9000];
    const char *text;

    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    progress.fd = fileno(terminal);
    fsck_progress_begin(&progress, path, START);
    update(0, UINT64_MAX, UINT64_MAX);
    text = news();
    ck_assert_int_eq(strncmp(text, "1 18446744073709551615 18446744073709551615 xx", 46), 0);
}
END_TEST

START_TEST(a_descriptor_that_refuses_is_left_alone)
{
    int ends[2];

    (void)signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    (void)close(ends[0]);
    progress.fd = ends[1];
    update(0, 0, 100);
    ck_assert_int_eq(progress.fd, -1);
    update(0, 1, 100);
    (void)close(ends[1]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("progress");
    TCase *tcase = tcase_create("progress");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, it_comes_after_half_a_second);
    tcase_add_test(tcase, it_is_drawn_ten_times_a_second);
    tcase_add_test(tcase, it_makes_way_and_comes_back);
    tcase_add_test(tcase, times_are_readable);
    tcase_add_test(tcase, a_second_pass_has_a_rate_of_its_own);
    tcase_add_test(tcase, any_numbers_will_do);
    tcase_add_test(tcase, long_names_are_cut);
    tcase_add_test(tcase, lines_come_each_time);
    tcase_add_test(tcase, lines_of_long_paths_are_whole);
    tcase_add_test(tcase, a_descriptor_that_refuses_is_left_alone);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
