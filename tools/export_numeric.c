#define _DEFAULT_SOURCE /* htobe16 */
#include "tools/export_numeric.h"

#include <endian.h>
#include <string.h>

#define BASE 10000u
#define BASE_DIGITS 4u
#define GROUPS_MAX 10u /* 5 before the point and 5 behind it */
#define SIGN_NEGATIVE 0x4000u

static const uint64_t power_of_10[] = {
    1ull,
    10ull,
    100ull,
    1000ull,
    10000ull,
    100000ull,
    1000000ull,
    10000000ull,
    100000000ull,
    1000000000ull,
    10000000000ull,
    100000000000ull,
    1000000000000ull,
    10000000000000ull,
    100000000000000ull,
    1000000000000000ull,
    10000000000000000ull,
    100000000000000000ull,
    1000000000000000000ull,
};

static char *put_16(char *to, uint32_t number)
{
    uint16_t word = htobe16((uint16_t)number);

    memcpy(to, &word, sizeof word);
    return to + sizeof word;
}

/* Groups of base 10000 from the end of `groups` backwards; returns the first. The group next to the
 * end of the fraction is filled up with zeros: 0.5 is 5000 ten-thousandths. */
static uint32_t split(uint64_t magnitude, uint32_t scale, uint16_t *groups)
{
    uint64_t fraction = magnitude % power_of_10[scale];
    uint32_t odd_digits = scale % BASE_DIGITS;
    uint32_t first = GROUPS_MAX;
    uint32_t digits = scale;

    if (odd_digits > 0) {
        groups[--first] =
            (uint16_t)(fraction % power_of_10[odd_digits] * power_of_10[BASE_DIGITS - odd_digits]);
        fraction /= power_of_10[odd_digits];
        digits -= odd_digits;
    }
    for (; digits > 0; digits -= BASE_DIGITS, fraction /= BASE) {
        groups[--first] = (uint16_t)(fraction % BASE);
    }
    for (uint64_t whole = magnitude / power_of_10[scale]; whole > 0; whole /= BASE) {
        groups[--first] = (uint16_t)(whole % BASE);
    }
    return first;
}

char *mmf_export_numeric(char *to, uint64_t magnitude, bool is_negative, uint32_t scale)
{
    uint16_t groups[GROUPS_MAX];
    uint32_t point = GROUPS_MAX - (scale + BASE_DIGITS - 1) / BASE_DIGITS;
    uint32_t first = split(magnitude, scale, groups);
    uint32_t end = GROUPS_MAX;

    while (first < end && groups[first] == 0) {
        first++;
    }
    while (end > first && groups[end - 1] == 0) {
        end--;
    }
    to = put_16(to, end - first);
    to = put_16(to, first < end ? point - first - 1 : 0); /* weight of the first; may be below 0 */
    to = put_16(to, is_negative && magnitude > 0 ? SIGN_NEGATIVE : 0);
    to = put_16(to, scale);
    for (uint32_t i = first; i < end; i++) {
        to = put_16(to, groups[i]);
    }
    return to;
}
