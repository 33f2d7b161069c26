#include "tools/value_time.h"

#include <string.h>

#include "tools/value_number.h"

#define DAY 86400
#define ERA_DAYS 146097 /* of 400 years */

/* Days from 0000-03-01, with which a year of the calculation begins, to 1970-01-01. */
#define EPOCH_DAYS 719468

#define SECONDS_LEAST (-377705116800) /* -9999-01-01T00:00:00 */
#define SECONDS_MOST 253402300799     /* 9999-12-31T23:59:59 */

typedef struct date {
    int64_t year;
    uint32_t month; /* 1 … 12 */
    uint32_t day;   /* 1 … 31 */
} date;

/* Years begin in March, so that the leap day is the last: a month begins (153 * month + 2) / 5 days
 * into its year. */
static date date_of_days(int64_t days)
{
    int64_t shifted = days + EPOCH_DAYS;
    int64_t era = (shifted >= 0 ? shifted : shifted - (ERA_DAYS - 1)) / ERA_DAYS;
    uint32_t day_of_era = (uint32_t)(shifted - era * ERA_DAYS);
    uint32_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t month = (5 * day_of_year + 2) / 153;

    return (date){
        .year = era * 400 + year_of_era + (month >= 10),
        .month = month < 10 ? month + 3 : month - 9,
        .day = day_of_year - (153 * month + 2) / 5 + 1,
    };
}

static int64_t days_of_date(date date)
{
    int64_t year = date.year - (date.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    uint32_t year_of_era = (uint32_t)(year - era * 400);
    uint32_t month = date.month > 2 ? date.month - 3 : date.month + 9;
    uint32_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
    uint32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * ERA_DAYS + day_of_era - EPOCH_DAYS;
}

static char *put_pair(char *to, char before, uint32_t number)
{
    *to = before;
    return mmf_number_write_padded(to + 1, number, 2);
}

char *mmf_time_write(char *to, int64_t seconds, uint64_t fraction, uint32_t digits)
{
    int64_t days;
    uint32_t second;
    date date;

    if (seconds < SECONDS_LEAST || seconds > SECONDS_MOST) {
        return NULL;
    }
    days = (seconds >= 0 ? seconds : seconds - (DAY - 1)) / DAY;
    second = (uint32_t)(seconds - days * DAY);
    date = date_of_days(days);
    if (date.year < 0) {
        *to++ = '-';
        date.year = -date.year;
    }
    to = mmf_number_write_padded(to, (uint64_t)date.year, 4);
    to = put_pair(to, '-', date.month);
    to = put_pair(to, '-', date.day);
    to = put_pair(to, 'T', second / 3600);
    to = put_pair(to, ':', second / 60 % 60);
    to = put_pair(to, ':', second % 60);
    if (digits > 0) {
        *to++ = '.';
        to = mmf_number_write_padded(to, fraction, digits);
    }
    *to++ = 'Z';
    return to;
}

/* --- Reading --------------------------------------------------------------------------------- */

/* `count` digits at `at`, which has so many characters; false: something else. */
static bool read_digits(const char *at, uint32_t count, uint32_t *ret_number)
{
    uint32_t number = 0;

    for (uint32_t i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9') {
            return false;
        }
        number = 10 * number + (uint32_t)(at[i] - '0');
    }
    *ret_number = number;
    return true;
}

static uint32_t days_of_month(int64_t year, uint32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (month == 2 && is_leap);
}

#define PLAIN_SIZE 19 /* of 2026-11-21T12:43:09 */

/* These 19 characters, in a year before the first where it is negative. */
static bool read_plain(const char *at, bool is_negative, int64_t *ret_seconds)
{
    uint32_t year, month, day, hour, minute, second;
    date date;

    if (!read_digits(at, 4, &year) || at[4] != '-' || !read_digits(at + 5, 2, &month) ||
        at[7] != '-' || !read_digits(at + 8, 2, &day) ||
        (at[10] != 'T' && at[10] != 't' && at[10] != ' ') || !read_digits(at + 11, 2, &hour) ||
        at[13] != ':' || !read_digits(at + 14, 2, &minute) || at[16] != ':' ||
        !read_digits(at + 17, 2, &second)) {
        return false;
    }
    date.year = is_negative ? -(int64_t)year : (int64_t)year;
    date.month = month;
    date.day = day;
    if (month < 1 || month > 12 || day < 1 || day > days_of_month(date.year, month) || hour > 23 ||
        minute > 59 || second > 59) {
        return false;
    }
    *ret_seconds = days_of_date(date) * DAY + hour * 3600 + minute * 60 + second;
    return true;
}

/* Digits behind the point, as if there were `digits` of them. */
static const char *read_fraction(const char *at, const char *end, uint32_t digits,
                                 uint64_t *ret_fraction, bool *ret_is_fine)
{
    const char *first = at;
    uint64_t fraction = 0;
    uint32_t count = 0;

    for (; at < end && *at >= '0' && *at <= '9'; at++) {
        if (count < digits) {
            fraction = 10 * fraction + (uint64_t)(*at - '0');
            count++;
        } else {
            *ret_is_fine = *ret_is_fine || *at != '0';
        }
    }
    *ret_fraction = fraction * mmf_powers_of_10[digits - count];
    return at > first ? at : NULL;
}

/* Z, +02:00: what has to be taken away to be at Z. */
static mmf_time_outcome read_zone(const char *at, const char *end, int64_t *ret_seconds)
{
    uint32_t hours, minutes;

    if (at == end) {
        return MMF_TIME_NO_ZONE;
    }
    if (end - at == 1 && (*at == 'Z' || *at == 'z')) {
        *ret_seconds = 0;
        return MMF_TIME_OK;
    }
    if (end - at != 6 || (*at != '+' && *at != '-') || !read_digits(at + 1, 2, &hours) ||
        at[3] != ':' || !read_digits(at + 4, 2, &minutes) || hours > 23 || minutes > 59) {
        return MMF_TIME_NONE;
    }
    *ret_seconds = (int64_t)(hours * 3600 + minutes * 60) * (*at == '-' ? -1 : 1);
    return MMF_TIME_OK;
}

mmf_time_outcome mmf_time_read(const char *text, size_t size, uint32_t digits, int64_t *ret_seconds,
                               uint64_t *ret_fraction)
{
    const char *end = text + size;
    bool is_negative = size > 0 && *text == '-';
    const char *at = text + is_negative;
    bool is_fine = false;
    uint64_t fraction = 0;
    int64_t seconds, offset;
    mmf_time_outcome outcome;

    if (end - at < PLAIN_SIZE || !read_plain(at, is_negative, &seconds)) {
        return MMF_TIME_NONE;
    }
    at += PLAIN_SIZE;
    if (at < end && *at == '.') {
        at = read_fraction(at + 1, end, digits, &fraction, &is_fine);
        if (!at) {
            return MMF_TIME_NONE;
        }
    }
    outcome = read_zone(at, end, &offset);
    if (outcome != MMF_TIME_OK || is_fine) {
        return outcome != MMF_TIME_OK ? outcome : MMF_TIME_FINE;
    }
    *ret_seconds = seconds - offset;
    *ret_fraction = fraction;
    return MMF_TIME_OK;
}
