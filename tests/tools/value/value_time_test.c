/* The first and the last day of each month, beside a calendar that counts. */
#include <stdio.h>

#include "tests/tools/value/value_testing.h"
#include "tools/value_time.h"

#define DAY 86400

static int64_t days_of(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (month != 2) {
        return days[month - 1];
    }
    return year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) ? 29 : 28;
}

static void check(int64_t year, int month, int day, int64_t days)
{
    char found[64], expected[64];
    int64_t seconds = 0;
    uint64_t fraction = 0;
    char *end = mmf_time_write(found, days * DAY + day, 0, 0);

    value_expect(end, "%d-%d-%d", (int)year, month, day);
    *end = '\0';
    (void)snprintf(expected, sizeof expected, "%s%04d-%02d-%02dT00:00:%02dZ", year < 0 ? "-" : "",
                   (int)(year < 0 ? -year : year), month, day, day);
    value_expect(strcmp(found, expected) == 0, "found %s, expected %s", found, expected);
    value_expect(mmf_time_read(found, (size_t)(end - found), 0, &seconds, &fraction) ==
                         MMF_TIME_OK &&
                     seconds == days * DAY + day,
                 "%s is read %lld", found, (long long)seconds);
}

START_TEST(knows_the_calendar)
{
    int64_t days = -4371587; /* of -9999-01-01 */

    for (int64_t year = -9999; year <= 9999; year++) {
        for (int month = 1; month <= 12; month++) {
            int64_t count = days_of(year, month);

            if (year == 1970 && month == 1) {
                ck_assert_int_eq(days, 0);
            }
            check(year, month, 1, days);
            check(year, month, (int)count, days + count - 1);
            days += count;
        }
    }
}
END_TEST

START_TEST(has_limits)
{
    char text[64];
    int64_t seconds;
    uint64_t fraction;

    ck_assert_ptr_null(mmf_time_write(text, -377705116801, 0, 0));
    ck_assert_ptr_null(mmf_time_write(text, 253402300800, 0, 0));
    ck_assert_int_eq(mmf_time_read("2026-04-31T00:00:00Z", 20, 0, &seconds, &fraction),
                     MMF_TIME_NONE);
    ck_assert_int_eq(mmf_time_read("1900-02-29T00:00:00Z", 20, 0, &seconds, &fraction),
                     MMF_TIME_NONE);
    ck_assert_int_eq(mmf_time_read("2026-00-01T00:00:00Z", 20, 0, &seconds, &fraction),
                     MMF_TIME_NONE);
    ck_assert_int_eq(mmf_time_read("2026-01-01T24:00:00Z", 20, 0, &seconds, &fraction),
                     MMF_TIME_NONE);
    ck_assert_int_eq(mmf_time_read("2026-01-01T00:00:60Z", 20, 0, &seconds, &fraction),
                     MMF_TIME_NONE);
    ck_assert_int_eq(mmf_time_read("2026-01-01T00:00:00+24:00", 25, 0, &seconds, &fraction),
                     MMF_TIME_NONE);
    ck_assert_int_eq(mmf_time_read("2026-01-01T00:00:00.Z", 21, 0, &seconds, &fraction),
                     MMF_TIME_NONE);
    ck_assert_int_eq(mmf_time_read("2026-01-01T00:00:00Zx", 21, 0, &seconds, &fraction),
                     MMF_TIME_NONE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("value time");
    TCase *tests = tcase_create("all");

    tcase_add_test(tests, knows_the_calendar);
    tcase_add_test(tests, has_limits);
    suite_add_tcase(suite, tests);
    return value_run(suite);
}
