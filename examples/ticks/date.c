#include "examples/ticks/date.h"

#define DAYS_BEFORE_1970 719162 /* since 0001-01-01 */

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Of January 1st. */
static int32_t days_of_year(int year)
{
    int before = year - 1;

    return 365 * before + before / 4 - before / 100 + before / 400 - DAYS_BEFORE_1970;
}

/* -1: not all of them are digits. */
static int digits(const char *text, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        value = 10 * value + (text[i] - '0');
    }
    return value;
}

bool date_parse(const char text[DATE_TEXT_LENGTH], int32_t *ret_days)
{
    int year = digits(text, 4);
    int month = digits(text + 5, 2);
    int day = digits(text + 8, 2);
    int32_t days;

    if (text[4] != '-' || text[7] != '-' || year < 1 || month < 1 || month > 12 || day < 1 ||
        day > days_of_month(year, month)) {
        return false;
    }
    days = days_of_year(year) + day - 1;
    for (int before = 1; before < month; before++) {
        days += days_of_month(year, before);
    }
    *ret_days = days;
    return true;
}

static void put_digits(char *text, int count, int value)
{
    while (count-- > 0) {
        text[count] = (char)('0' + value % 10);
        value /= 10;
    }
}

void date_format(int32_t days, char ret_text[DATE_TEXT_LENGTH + 1])
{
    int year = (days + DAYS_BEFORE_1970) / 366 + 1; /* or some years later */
    int month = 1;

    while (days_of_year(year + 1) <= days) {
        year++;
    }
    days -= days_of_year(year);
    while (days >= days_of_month(year, month)) {
        days -= days_of_month(year, month);
        month++;
    }
    put_digits(ret_text, 4, year);
    ret_text[4] = '-';
    put_digits(ret_text + 5, 2, month);
    ret_text[7] = '-';
    put_digits(ret_text + 8, 2, days + 1);
    ret_text[DATE_TEXT_LENGTH] = '\0';
}
