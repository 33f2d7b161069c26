/* Floating-point numbers. What people write and measure, some digits before the point and some
 * behind it, is done exactly in integers of 128 bits; the rest, very large, very small or very
 * long numbers, by snprintf(3) and strtod(3), whose decimal point, that of the locale, is never
 * used. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/value_number.h"

__extension__ typedef unsigned __int128 wide;

/* What is known of a floating-point type. */
typedef struct float_type {
    int bits;         /* of the significand */
    int least_digits; /* that survive in every normal number */
    int most_digits;  /* that are enough for every number */
    double least;     /* normal number */
} float_type;

static const float_type float64 = {53, DBL_DIG, DBL_DECIMAL_DIG, DBL_MIN};
static const float_type float32 = {24, FLT_DIG, FLT_DECIMAL_DIG, (double)FLT_MIN};

/* --- Writing --------------------------------------------------------------------------------- */

#define DECIMALS_MAX 22 /* 2^54 * 10^22 is below 2^128 */

/* |value| = significand * 2^exponent */
typedef struct parts {
    uint64_t significand;
    int exponent;
} parts;

/* Of a double that is normal; the bits that the type does not have are zero. */
static parts split(double value, const float_type *type)
{
    int unused = float64.bits - type->bits;
    uint64_t bits, significand;
    int exponent;

    memcpy(&bits, &value, sizeof bits);
    exponent = (int)(bits >> 52 & 0x7ff) - 1075;
    significand = (bits & ((1ull << 52) - 1)) | 1ull << 52;
    return (parts){significand >> unused, exponent + unused};
}

/* number / 10^decimals */
static char *put_point(char *to, uint64_t number, int decimals)
{
    if (decimals > 19) { /* which is below 1, as nobody needs more than 17 digits */
        to = mmf_number_write_decimal(to, false, 0, (uint32_t)decimals - 19);
        return mmf_number_write_padded(to, number, 19);
    }
    if (decimals == 19) {
        memcpy(to, "0.", 2);
        return mmf_number_write_padded(to + 2, number, 19);
    }
    return mmf_number_write_decimal(to, false, number, (uint32_t)decimals);
}

/* The fewest decimals with which there is a number within half a unit of the last place: all in
 * multiples of 2^-shift. NULL: not with DECIMALS_MAX. Exactly half of it is never met: such a
 * number has more decimals than the value itself. Nor does it matter that below a power of 2 the
 * next number is nearer: the tests look at all of them in this range. */
static char *write_exactly(char *to, parts value)
{
    int shift = 1 - value.exponent;
    wide scaled = (wide)value.significand << 1;
    wide half_ulp = 1;

    for (int decimals = 0; decimals <= DECIMALS_MAX; decimals++) {
        uint64_t number = (uint64_t)((scaled + ((wide)1 << (shift - 1))) >> shift);
        wide back = (wide)number << shift;

        if ((back > scaled ? back - scaled : scaled - back) < half_ulp) {
            return put_point(to, number, decimals);
        }
        scaled *= 10;
        half_ulp *= 10;
    }
    return NULL;
}

static bool reads_back(const char *text, double value, const float_type *type)
{
    return type == &float32 ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
}

/* d.ddde-7, without zeros at the end, from what snprintf(3) makes. */
static char *copy_scientific(char *to, const char *text)
{
    const char *exponent = strchr(text, 'e');
    const char *at = exponent;
    const char *sign = exponent + 1;

    while (at[-1] == '0') {
        at--;
    }
    *to++ = text[0];
    for (const char *digit = text + 1; digit < at; digit++) {
        if (*digit >= '0' && *digit <= '9') {
            if (digit[-1] < '0' || digit[-1] > '9') {
                *to++ = '.';
            }
            *to++ = *digit;
        }
    }
    *to++ = 'e';
    if (*sign == '-') {
        *to++ = '-';
    }
    return mmf_number_write_u64(to, strtoul(sign + 1, NULL, 10));
}

static char *write_by_libc(char *to, double value, const float_type *type)
{
    char text[64];
    int digits = value < type->least ? 1 : type->least_digits;

    do {
        (void)snprintf(text, sizeof text, "%.*e", digits - 1, value);
        digits++;
    } while (digits <= type->most_digits && !reads_back(text, value, type));
    return copy_scientific(to, text);
}

/* Where exact arithmetic reaches: all but zero and the very small are normal numbers here. */
#define EXACT_LEAST 1e-5

static char *write_float(char *to, double value, const float_type *type)
{
    double magnitude = fabs(value);
    char *end = NULL;

    if (isnan(value)) {
        memcpy(to, "nan", 3);
        return to + 3;
    }
    if (signbit(value)) {
        *to++ = '-';
    }
    if (isinf(value)) {
        memcpy(to, "inf", 3);
        return to + 3;
    }
    if (magnitude == 0) {
        *to++ = '0';
        return to;
    }
    if (magnitude >= EXACT_LEAST && magnitude < (double)(1ull << type->bits)) {
        end = write_exactly(to, split(magnitude, type));
    }
    return end ? end : write_by_libc(to, magnitude, type);
}

char *mmf_number_write_f64(char *to, double value)
{
    return write_float(to, value, &float64);
}

char *mmf_number_write_f32(char *to, float value)
{
    return write_float(to, (double)value, &float32);
}

/* --- Reading --------------------------------------------------------------------------------- */

#define DIGITS_MAX 19      /* that always fit into 64 bits */
#define TEXT_MAX 1000      /* characters of a number */
#define EXPONENT_MAX 99999 /* beyond what any number has */

/* A decimal: digits * 10^exponent. */
typedef struct decimal {
    bool is_negative;
    uint64_t digits; /* the first DIGITS_MAX of them */
    int digit_count; /* without zeros in front */
    int exponent;    /* where all digits are in `digits` */
    int given;       /* the exponent that the text gives */
} decimal;

static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* What follows the e. */
static bool scan_exponent(const char *at, const char *end, int *ret_exponent)
{
    bool is_negative = at < end && *at == '-';
    int exponent = 0;

    at += at < end && (*at == '-' || *at == '+');
    if (at == end) {
        return false;
    }
    for (; at < end; at++) {
        if (*at < '0' || *at > '9') {
            return false;
        }
        exponent = exponent < EXPONENT_MAX ? 10 * exponent + (*at - '0') : exponent;
    }
    *ret_exponent = is_negative ? -exponent : exponent;
    return true;
}

/* Digits, perhaps behind or around a point; NULL: none, or none behind the point. */
static const char *scan_digits(const char *at, const char *end, decimal *number)
{
    const char *first = at;
    const char *point = NULL;
    uint64_t digits = 0;
    int count = 0;

    for (; at < end; at++) {
        unsigned digit = (unsigned)(*at - '0');

        if (digit > 9) {
            if (*at != '.' || point) {
                break;
            }
            point = at;
        } else if (count < DIGITS_MAX) {
            digits = 10 * digits + digit;
            count += digits != 0;
        } else {
            count++;
        }
    }
    if (at - first <= (point ? 1 : 0) || (point && at == point + 1)) {
        return NULL;
    }
    number->digits = digits;
    number->digit_count = count;
    number->exponent = point ? (int)(point + 1 - at) : 0;
    return at;
}

static bool scan(const char *text, size_t size, decimal *ret_number)
{
    const char *end = text + size;
    decimal number = {.is_negative = *text == '-'};
    const char *at = text + (*text == '-' || *text == '+');

    at = scan_digits(at, end, &number);
    if (!at || (at < end && (*at | 0x20) != 'e') ||
        (at < end && !scan_exponent(at + 1, end, &number.given))) {
        return false;
    }
    number.exponent += number.given;
    *ret_number = number;
    return true;
}

/* digits / 10^places, rounded to so many bits of significand, half to even. places is 1 … 19; the
 * result is far from the ends of both types' ranges. */
static double divide(uint64_t digits, int places, int bits)
{
    int zeros = __builtin_clzll(digits);
    wide dividend = (wide)(digits << zeros) << 64;
    wide quotient = dividend / mmf_powers_of_10[places];
    bool has_rest = quotient * mmf_powers_of_10[places] != dividend;
    int width = 64 + (quotient >> 64 ? 64 - __builtin_clzll((uint64_t)(quotient >> 64)) : 0);
    int cut = width - bits;
    wide rest = quotient & (((wide)1 << cut) - 1);
    wide half = (wide)1 << (cut - 1);
    uint64_t significand = (uint64_t)(quotient >> cut);
    uint64_t scale_bits;
    double scale;

    if (rest > half || (rest == half && (has_rest || significand % 2 != 0))) {
        significand++;
    }
    scale_bits = (uint64_t)(1023 + cut - 64 - zeros) << 52;
    memcpy(&scale, &scale_bits, sizeof scale);
    return (double)significand * scale; /* by a power of 2: exact */
}

/* The magnitude, where it can be had exactly rounded without much ado. */
static bool convert_exactly(const decimal *number, const float_type *type, double *ret_value)
{
    int exponent = number->exponent;
    uint64_t limit = 1ull << type->bits;

    if (number->digits == 0) {
        *ret_value = 0;
        return true;
    }
    if (number->digit_count > DIGITS_MAX) {
        return false;
    }
    if (number->digits <= limit && exponent == 0) {
        *ret_value = (double)number->digits;
        return true;
    }
    if (type == &float64 && number->digits <= limit && exponent >= -22 && exponent <= 22) {
        double digits = (double)number->digits;

        *ret_value =
            exponent < 0 ? digits / exact_powers[-exponent] : digits * exact_powers[exponent];
        return true;
    }
    if (exponent < 0 && exponent >= -19) {
        *ret_value = divide(number->digits, -exponent, type->bits);
        return true;
    }
    return false;
}

/* By strtod(3), of a copy without a point: its digits, and the exponent that makes up for it. */
static double convert_by_libc(const char *text, size_t size, const decimal *number,
                              const float_type *type)
{
    char copy[TEXT_MAX + 32];
    char *to = copy;
    int behind = 0;
    bool is_behind = false;
    double value;
    int failure = errno;

    for (size_t i = 0; i < size && (text[i] | 0x20) != 'e'; i++) {
        if (text[i] >= '0' && text[i] <= '9') {
            *to++ = text[i];
            behind += is_behind;
        }
        is_behind = is_behind || text[i] == '.';
    }
    (void)snprintf(to, 32, "e%d", number->given - behind);
    value = type == &float32 ? (double)strtof(copy, NULL) : strtod(copy, NULL);
    errno = failure;
    return value;
}

static bool is_word(const char *text, size_t size, const char *word)
{
    size_t i = 0;

    while (i < size && word[i] != '\0' && (text[i] | 0x20) == word[i]) {
        i++;
    }
    return i == size && word[i] == '\0';
}

static bool read_word(const char *text, size_t size, double *ret_value)
{
    bool has_sign = size > 0 && (*text == '-' || *text == '+');
    const char *word = text + has_sign;
    size_t length = size - has_sign;
    double value;

    if (is_word(word, length, "nan")) {
        value = (double)NAN;
    } else if (is_word(word, length, "inf") || is_word(word, length, "infinity")) {
        value = (double)INFINITY;
    } else {
        return false;
    }
    *ret_value = has_sign && *text == '-' ? -value : value;
    return true;
}

static mmf_number_outcome read_float(const char *text, size_t size, const float_type *type,
                                     double *ret_value)
{
    decimal number;
    double value;

    if (size == 0 || size > TEXT_MAX || !scan(text, size, &number)) {
        return read_word(text, size, ret_value) ? MMF_NUMBER_OK : MMF_NUMBER_NONE;
    }
    if (!convert_exactly(&number, type, &value)) {
        value = convert_by_libc(text, size, &number, type);
    }
    if (isinf(value)) {
        return MMF_NUMBER_BEYOND;
    }
    *ret_value = number.is_negative ? -value : value;
    return MMF_NUMBER_OK;
}

mmf_number_outcome mmf_number_read_f64(const char *text, size_t size, double *ret_value)
{
    return read_float(text, size, &float64, ret_value);
}

mmf_number_outcome mmf_number_read_f32(const char *text, size_t size, float *ret_value)
{
    double value = 0;
    mmf_number_outcome outcome = read_float(text, size, &float32, &value);

    if (outcome == MMF_NUMBER_OK) {
        *ret_value = (float)value; /* one of float32 already */
    }
    return outcome;
}
