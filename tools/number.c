#include "tools/number.h"

#include <math.h>

typedef unsigned __int128 wide;

static uint64_t power_of_ten(uint32_t exponent)
{
    uint64_t power = 1;

    while (exponent-- > 0) {
        power *= 10;
    }
    return power;
}

static mmf_order order_of(wide a, wide b)
{
    return a < b ? MMF_ORDER_LESS : a > b ? MMF_ORDER_GREATER : MMF_ORDER_EQUAL;
}

static mmf_order reversed(mmf_order order)
{
    return order == MMF_ORDER_NONE ? order : (mmf_order)-order;
}

/* Magnitudes of different scales: 2^64 * 10^18 is less than 2^124. */
static mmf_order compare_magnitudes(const mmf_number *a, const mmf_number *b)
{
    if (a->scale == b->scale) {
        return order_of(a->magnitude, b->magnitude);
    }
    if (a->scale < b->scale) {
        return order_of((wide)a->magnitude * power_of_ten(b->scale - a->scale), b->magnitude);
    }
    return order_of(a->magnitude, (wide)b->magnitude * power_of_ten(a->scale - b->scale));
}

static mmf_order compare_exact(const mmf_number *a, const mmf_number *b)
{
    mmf_order order;

    if (a->is_negative != b->is_negative) {
        return a->is_negative ? MMF_ORDER_LESS : MMF_ORDER_GREATER;
    }
    order = compare_magnitudes(a, b);
    return a->is_negative ? reversed(order) : order;
}

static mmf_order compare_real(double a, double b)
{
    return a < b    ? MMF_ORDER_LESS
           : a > b  ? MMF_ORDER_GREATER
           : a == b ? MMF_ORDER_EQUAL
                    : MMF_ORDER_NONE;
}

/* A magnitude and a finite real that is not negative: magnitude and real * 10^scale, the latter as
 * a whole number of 53 + 60 bits and a power of two. */
static mmf_order compare_with_real(const mmf_number *a, double real)
{
    int exponent;
    wide product;
    wide whole;

    if (real >= 0x1p64) {
        return MMF_ORDER_LESS;
    }
    product = (wide)(uint64_t)ldexp(frexp(real, &exponent), 53) * power_of_ten(a->scale);
    exponent -= 53;
    if (exponent >= 0) {
        return order_of(a->magnitude, product << exponent);
    }
    whole = exponent <= -128 ? 0 : product >> -exponent;
    if (a->magnitude != whole) {
        return order_of(a->magnitude, whole);
    }
    return exponent <= -128 ? (product == 0 ? MMF_ORDER_EQUAL : MMF_ORDER_LESS)
                            : order_of(whole << -exponent, product);
}

static mmf_order compare_mixed(const mmf_number *a, double real)
{
    bool is_negative = real < 0;

    if (isnan(real)) {
        return MMF_ORDER_NONE;
    }
    if (a->is_negative != is_negative) {
        return a->is_negative ? MMF_ORDER_LESS : MMF_ORDER_GREATER;
    }
    return is_negative ? reversed(compare_with_real(a, -real)) : compare_with_real(a, real);
}

mmf_order mmf_number_compare(mmf_number a, mmf_number b)
{
    if (a.is_real && b.is_real) {
        return compare_real(a.real, b.real);
    }
    if (a.is_real) {
        return reversed(compare_mixed(&b, a.real));
    }
    return b.is_real ? compare_mixed(&a, b.real) : compare_exact(&a, &b);
}

/* --- Reading --------------------------------------------------------------------------------- */

static int digit_of(char character, int base)
{
    int digit = character >= '0' && character <= '9'   ? character - '0'
                : character >= 'a' && character <= 'f' ? character - 'a' + 10
                : character >= 'A' && character <= 'F' ? character - 'A' + 10
                                                       : 16;

    return digit < base ? digit : -1;
}

/* Appends a digit; false: there is no room. */
static bool push(uint64_t *magnitude, int base, int digit)
{
    return !__builtin_mul_overflow(*magnitude, (uint64_t)base, magnitude) &&
           !__builtin_add_overflow(*magnitude, (uint64_t)digit, magnitude);
}

static bool read_digits(const char **text, const char *end, int base, uint64_t *magnitude,
                        size_t *ret_count)
{
    size_t count = 0;

    for (int digit; *text < end && (digit = digit_of(**text, base)) >= 0; ++*text, count++) {
        if (!push(magnitude, base, digit)) {
            return false;
        }
    }
    *ret_count = count;
    return true;
}

/* "e-12", or nothing. */
static bool read_exponent(const char **text, const char *end, long *ret_exponent)
{
    uint64_t magnitude = 0;
    bool is_negative;
    size_t count;

    *ret_exponent = 0;
    if (*text == end) {
        return true;
    }
    if (**text != 'e' && **text != 'E') {
        return false;
    }
    is_negative = ++*text < end && **text == '-';
    *text += *text < end && (**text == '-' || **text == '+');
    if (!read_digits(text, end, 10, &magnitude, &count) || count == 0 || magnitude > 1000) {
        return false;
    }
    *ret_exponent = is_negative ? -(long)magnitude : (long)magnitude;
    return *text == end;
}

/* magnitude / 10^scale as it can be kept: a scale from 0 to 18. */
static bool settle(uint64_t magnitude, long scale, mmf_number *number)
{
    while (magnitude != 0 && scale < 0) {
        if (!push(&magnitude, 10, 0)) {
            return false;
        }
        scale++;
    }
    while (scale > (long)MMF_NUMBER_SCALE_MAX && magnitude % 10 == 0 && magnitude != 0) {
        magnitude /= 10;
        scale--;
    }
    if (magnitude == 0) {
        scale = 0;
    }
    if (scale > (long)MMF_NUMBER_SCALE_MAX) {
        return false;
    }
    number->magnitude = magnitude;
    number->scale = (uint8_t)scale;
    return true;
}

bool mmf_number_read(const char *text, size_t size, mmf_number *ret_number)
{
    const char *end = text + size;
    mmf_number number = {0};
    uint64_t magnitude = 0;
    bool is_negative = size > 0 && *text == '-';
    bool is_hex;
    size_t before = 0;
    size_t behind = 0;
    long exponent = 0;

    text += size > 0 && (*text == '-' || *text == '+');
    is_hex = end - text > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    text += is_hex ? 2 : 0;
    if (!read_digits(&text, end, is_hex ? 16 : 10, &magnitude, &before)) {
        return false;
    }
    if (!is_hex && text < end && *text == '.') {
        text++;
        if (!read_digits(&text, end, 10, &magnitude, &behind)) {
            return false;
        }
    }
    if (before + behind == 0 || (is_hex && text != end) || !read_exponent(&text, end, &exponent) ||
        !settle(magnitude, (long)behind - exponent, &number)) {
        return false;
    }
    number.is_negative = is_negative && number.magnitude != 0;
    *ret_number = number;
    return true;
}
