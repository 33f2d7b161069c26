/* The CSV reader: what it takes, and where it says that something is wrong. */
#include "examples/ticks/csv.h"

#include <stdio.h>

#include "examples/ticks/date.h"
#include "examples/ticks/testing.h"

const char *const suite_name = "csv";

#define HEADER "date,open,high,low,close,adjclose,volume\n"
#define ROW "2000-01-03,1.5,2,0.25,1.125,1.0,931800000\n"

START_TEST(test_good)
{
    static const char *const texts[] = {
        HEADER ROW "2000-01-04,1.5,2,0.25,1.125,1.0,18446744073709551615\n",
        HEADER ROW "2000-01-04,1.5,2,0.25,1.125,1.0,18446744073709551615",
        "date,open,high,low,close,adjclose,volume\r\n"
        "2000-01-03,1.5,2,0.25,1.125,1.0,931800000\r\n"
        "2000-01-04,1.5,2,0.25,1.125,1.0,18446744073709551615\r\n",
    };
    const char *text = texts[_i];
    failure failure = {.text = ""};
    bars bars;

    ck_assert_msg(csv_parse("a.csv", text, strlen(text), &bars, &failure), "%s", failure.text);
    ck_assert_uint_eq(bars.count, 2);
    ck_assert_uint_eq(bars.csv_size, strlen(text));
    ck_assert_int_eq(bars.rows[0].date, 10959);
    ck_assert(bars.rows[0].open == 1.5 && bars.rows[0].high == 2 && bars.rows[0].low == 0.25);
    ck_assert(bars.rows[0].close == 1.125 && bars.rows[0].adjclose == 1);
    ck_assert_uint_eq(bars.rows[0].volume, 931800000);
    ck_assert_int_eq(bars.rows[1].date, 10960);
    ck_assert_uint_eq(bars.rows[1].volume, UINT64_MAX);
    bars_free(&bars);
    ck_assert_ptr_null(bars.rows);
}
END_TEST

static const struct {
    const char *text;
    const char *message; /* after the file's name */
} bad[] = {
    {"", ":1:1: expected the columns"},
    {"\n", ":1:1: expected the columns"},
    {"date,open\n" ROW, ":1:1: expected the columns"},
    {"Date,open,high,low,close,adjclose,volume\n" ROW, ":1:1: expected the columns"},
    {HEADER, ":1:41: no rows"},
    {HEADER "\n", ":2:1: the line is empty"},
    {HEADER ROW "\n", ":3:1: the line is empty"},
    {HEADER ROW "\r\n", ":3:1: the line is empty"},
    {HEADER ROW ROW, ":3:1: the date is not after"},
    {HEADER ROW "1999-12-31,1,1,1,1,1,1\n", ":3:1: the date is not after"},
    {HEADER "2000-01-03\n", ":2:11: expected 7 columns, the line ends"},
    {HEADER "2000-01-03,1,2,3,4,5\n", ":2:21: expected 7 columns, the line ends"},
    {HEADER "2000-01-03,1,2,3,4,5,6,7\n", ":2:23: expected 7 columns, here"},
    {HEADER "2000-01-03,1,2,3,4,5,6,\n", ":2:23: expected 7 columns, here"},
    {HEADER "2000-01-03,,2,3,4,5,6\n", ":2:12: expected a price"},
    {HEADER "2000-01-03,1,x,3,4,5,6\n", ":2:14: expected a price"},
    {HEADER "2000-01-03,1,2,3,4,5x,6\n", ":2:21: expected a price"},
    {HEADER "2000-01-03,-1,2,3,4,5,6\n", ":2:12: expected a price"},
    {HEADER "2000-01-03,1,2.,3,4,5,6\n", ":2:15: expected a price"},
    {HEADER "2000-01-03,1,.5,3,4,5,6\n", ":2:14: expected a price"},
    {HEADER "2000-01-03,1,2e3,3,4,5,6\n", ":2:15: expected a price"},
    {HEADER "2000-01-03,nan,2,3,4,5,6\n", ":2:12: expected a price"},
    {HEADER "2000-01-03,0x1,2,3,4,5,6\n", ":2:13: expected a price"},
    {HEADER "2000-01-03, 1,2,3,4,5,6\n", ":2:12: expected a price"},
    {HEADER "2000-01-03,1,2,3,4,5,\n", ":2:22: expected a whole number"},
    {HEADER "2000-01-03,1,2,3,4,5,6.0\n", ":2:23: expected a whole number"},
    {HEADER "2000-01-03,1,2,3,4,5,-6\n", ":2:22: expected a whole number"},
    {HEADER "2000-01-03,1,2,3,4,5,6\r", ":2:23: expected a whole number"},
    {HEADER "2000-01-03,1,2,3,4,5,18446744073709551616\n", ":2:22: the number does not fit"},
    {HEADER "2000-01-03,11111111111111111111111111111111111111111,2,3,4,5,6\n",
     ":2:12: the field is too long"},
    {HEADER "2000-1-03,1,2,3,4,5,6\n", ":2:1: expected a date"},
    {HEADER ",1,2,3,4,5,6\n", ":2:1: expected a date"},
};

START_TEST(test_bad)
{
    failure failure = {.text = ""};
    char message[256];
    bars bars;

    ck_assert(!csv_parse("a.csv", bad[_i].text, strlen(bad[_i].text), &bars, &failure));
    (void)snprintf(message, sizeof message, "a.csv%s", bad[_i].message);
    ck_assert_msg(strncmp(failure.text, message, strlen(message)) == 0, "\"%s\", expected \"%s…\"",
                  failure.text, message);
}
END_TEST

/* A NUL is a wrong character like any other. */
START_TEST(test_nul)
{
    static const char text[] = HEADER "2000-01-03,1\0,2,3,4,5,6\n";
    failure failure = {.text = ""};
    bars bars;

    ck_assert(!csv_parse("a.csv", text, sizeof text - 1, &bars, &failure));
    ck_contains(failure.text, "a.csv:2:13: expected a price");
}
END_TEST

static const struct {
    const char *text;
    int32_t days;
} dates[] = {{"1970-01-01", 0},      {"1969-12-31", -1},      {"2000-02-29", 11016},
             {"2000-03-01", 11017},  {"1900-03-01", -25508},  {"2020-04-17", 18369},
             {"2020-12-31", 18627},  {"0001-01-01", -719162}, {"1999-12-31", 10956},
             {"9999-12-31", 2932896}};

START_TEST(test_dates)
{
    char text[DATE_TEXT_LENGTH + 1];
    int32_t days = 1;

    ck_assert(date_parse(dates[_i].text, &days));
    ck_assert_int_eq(days, dates[_i].days);
    date_format(days, text);
    ck_assert_str_eq(text, dates[_i].text);
}
END_TEST

START_TEST(test_no_dates)
{
    static const char *const texts[] = {
        "2001-02-29", "1900-02-29", "2000-13-01", "2000-00-01", "2000-01-00", "2000-01-32",
        "2000-04-31", "0000-01-01", "2000/01/01", "2000-01.01", "20x0-01-01", "2000-01-1 ",
    };
    int32_t days;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ck_assert_msg(!date_parse(texts[i], &days), "%s", texts[i]);
    }
}
END_TEST

/* All days of four centuries and more, there and back. */
START_TEST(test_every_day)
{
    char text[DATE_TEXT_LENGTH + 1];
    int32_t back;

    for (int32_t days = -80000; days < 80000; days++) {
        date_format(days, text);
        ck_assert_msg(date_parse(text, &back) && back == days, "%s", text);
    }
}
END_TEST

START_TEST(test_file)
{
    failure failure = {.text = ""};
    bars bars;

    ck_assert(!csv_read("no/such/file", &bars, &failure));
    ck_contains(failure.text, "no/such/file: No such file");
    memset(&failure, 0, sizeof failure);
    ck_assert(!csv_read(".", &bars, &failure));
    ck_contains(failure.text, "directory");
    memset(&failure, 0, sizeof failure);
    ck_assert(csv_read("examples/ticks/sp500-2000.csv", &bars, &failure));
    ck_assert_uint_eq(bars.count, 5105);
    ck_assert_uint_eq(bars.csv_size, 415968);
    ck_assert_int_eq(bars.rows[5104].date, 18369);
    ck_assert(bars.rows[5104].close == 2874.560059);
    bars_free(&bars);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_good, 0, 3);
    tcase_add_loop_test(tcase, test_bad, 0, (int)(sizeof bad / sizeof bad[0]));
    tcase_add_test(tcase, test_nul);
    tcase_add_loop_test(tcase, test_dates, 0, (int)(sizeof dates / sizeof dates[0]));
    tcase_add_test(tcase, test_no_dates);
    tcase_add_test(tcase, test_every_day);
    tcase_add_test(tcase, test_file);
}
