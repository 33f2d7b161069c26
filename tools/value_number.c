/* Integers and decimals. */
#include "tools/value_number.h"

#include <string.h>

const uint64_t mmf_powers_of_10[20] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
};

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

static uint32_t digits_of(uint64_t value)
{
    /* 1233 / 4096 is a little more than log10(2). */
    uint32_t bits = 64u - (uint32_t)__builtin_clzll(value | 1);
    uint32_t digits = (bits * 1233u) >> 12;

    return digits + (value >= mmf_powers_of_10[digits]) + (value == 0);
}

char *mmf_number_write_padded(char *to, uint64_t value, uint32_t digits)
{
    char *end = to + digits;
    char *at = end;

    while (at - to >= 2) {
        at -= 2;
        memcpy(at, pairs + 2 * (value % 100), 2);
        value /= 100;
    }
    if (at > to) {
        *to = (char)('0' + value % 10);
    }
    return end;
}

char *mmf_number_write_u64(char *to, uint64_t value)
{
    uint32_t digits = digits_of(value);
    char *first = to;

    if (digits > 19) { /* one more than what the other takes */
        *first++ = '1';
        value -= mmf_powers_of_10[19];
        digits = 19;
    }
    return mmf_number_write_padded(first, value, digits);
}

char *mmf_number_write_i64(char *to, int64_t value)
{
    uint64_t magnitude = (uint64_t)value;

    if (value < 0) {
        *to++ = '-';
        magnitude = 0 - magnitude;
    }
    return mmf_number_write_u64(to, magnitude);
}

char *mmf_number_write_decimal(char *to, bool is_negative, uint64_t magnitude, uint32_t scale)
{
    uint64_t one = mmf_powers_of_10[scale];

    if (is_negative) {
        *to++ = '-';
    }
    to = mmf_number_write_u64(to, magnitude / one);
    if (scale > 0) {
        *to++ = '.';
        to = mmf_number_write_padded(to, magnitude % one, scale);
    }
    return to;
}

/* --- Reading --------------------------------------------------------------------------------- */

static int digit_of(char character, bool is_hex)
{
    if (character >= '0' && character <= '9') {
        return character - '0';
    }
    if (is_hex && character >= 'a' && character <= 'f') {
        return character - 'a' + 10;
    }
    return is_hex && character >= 'A' && character <= 'F' ? character - 'A' + 10 : -1;
}

/* Adds the digits to *magnitude. */
static mmf_number_outcome read_digits(const char *at, const char *end, bool is_hex,
                                      uint64_t *magnitude)
{
    uint64_t base = is_hex ? 16 : 10;
    mmf_number_outcome outcome = MMF_NUMBER_OK;
    uint64_t value = *magnitude;

    for (; at < end; at++) {
        int digit = digit_of(*at, is_hex);

        if (digit < 0) {
            return MMF_NUMBER_NONE;
        }
        if (__builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, (uint64_t)digit, &value)) {
            outcome = MMF_NUMBER_BEYOND; /* unless what follows is no digit */
        }
    }
    *magnitude = value;
    return outcome;
}

static const char *read_sign(const char *at, const char *end, bool *ret_is_negative)
{
    *ret_is_negative = at < end && *at == '-';
    return at + (at < end && (*at == '-' || *at == '+'));
}

mmf_number_outcome mmf_number_read_integer(const char *text, size_t size,
                                           mmf_wide_integer *ret_value)
{
    const char *end = text + size;
    const char *at = read_sign(text, end, &ret_value->is_negative);
    bool is_hex = end - at > 2 && at[0] == '0' && (at[1] | 0x20) == 'x';

    ret_value->magnitude = 0;
    if (at == end) {
        return MMF_NUMBER_NONE;
    }
    return read_digits(at + (is_hex ? 2 : 0), end, is_hex, &ret_value->magnitude);
}

/* Whether there are zeros alone, or other digits too, or something else. */
static mmf_number_outcome look_at_rest(const char *at, const char *end)
{
    mmf_number_outcome outcome = MMF_NUMBER_OK;

    for (; at < end; at++) {
        if (*at < '0' || *at > '9') {
            return MMF_NUMBER_NONE;
        }
        outcome = *at != '0' ? MMF_NUMBER_FINE : outcome;
    }
    return outcome;
}

mmf_number_outcome mmf_number_read_decimal(const char *text, size_t size, uint32_t scale,
                                           mmf_wide_integer *ret_value)
{
    const char *end = text + size;
    const char *at = read_sign(text, end, &ret_value->is_negative);
    const char *point = at < end ? memchr(at, '.', (size_t)(end - at)) : NULL;
    const char *fraction = point ? point + 1 : end;
    const char *used = (size_t)(end - fraction) > scale ? fraction + scale : end;
    uint32_t missing = scale - (uint32_t)(used - fraction);
    uint64_t *magnitude = &ret_value->magnitude;
    mmf_number_outcome whole, part, rest;

    *magnitude = 0;
    if (at == end || (point && fraction == end)) {
        return MMF_NUMBER_NONE;
    }
    whole = read_digits(at, point ? point : end, false, magnitude);
    part = read_digits(fraction, used, false, magnitude);
    rest = look_at_rest(used, end);
    if (whole == MMF_NUMBER_NONE || part == MMF_NUMBER_NONE || rest != MMF_NUMBER_OK) {
        return whole == MMF_NUMBER_NONE || part == MMF_NUMBER_NONE ? MMF_NUMBER_NONE : rest;
    }
    if (whole != MMF_NUMBER_OK || part != MMF_NUMBER_OK ||
        __builtin_mul_overflow(*magnitude, mmf_powers_of_10[missing], magnitude)) {
        return MMF_NUMBER_BEYOND;
    }
    return MMF_NUMBER_OK;
}
