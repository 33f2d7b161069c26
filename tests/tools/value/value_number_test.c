/* Floating-point numbers beside what libc makes of them. */
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "tests/tools/value/value_testing.h"
#include "tools/value_number.h"

#define ROUNDS 4000

/* Significant digits of a decimal. */
static size_t digits_of(const char *text, size_t size)
{
    size_t count = 0, zeros = 0;

    for (size_t i = 0; i < size && text[i] != 'e'; i++) {
        if (text[i] >= '0' && text[i] <= '9' && (text[i] != '0' || count > 0)) {
            zeros = text[i] == '0' ? zeros + 1 : 0;
            count++;
        }
    }
    return count - zeros;
}

static size_t fewest_f64(double value)
{
    for (int digits = 1; digits < 17; digits++) {
        char text[64];

        (void)snprintf(text, sizeof text, "%.*e", digits - 1, value);
        if (strtod(text, NULL) == value) {
            return digits_of(text, strlen(text));
        }
    }
    return 17;
}

static size_t fewest_f32(float value)
{
    for (int digits = 1; digits < 9; digits++) {
        char text[64];

        (void)snprintf(text, sizeof text, "%.*e", digits - 1, (double)value);
        if (strtof(text, NULL) == value) {
            return digits_of(text, strlen(text));
        }
    }
    return 9;
}

static void check_f64(double value)
{
    char text[MMF_NUMBER_ROOM + 1];
    char *end = mmf_number_write_f64(text, value);
    double back = 0;

    value_expect((size_t)(end - text) <= MMF_NUMBER_ROOM, "too long");
    *end = '\0';
    value_expect(strtod(text, NULL) == value, "%a is written %s", value, text);
    value_expect(mmf_number_read_f64(text, (size_t)(end - text), &back) == MMF_NUMBER_OK, "%s",
                 text);
    value_expect(memcmp(&back, &value, sizeof back) == 0, "%s is read %a", text, back);
    if (value != 0) {
        size_t found = digits_of(text, (size_t)(end - text));

        value_expect(found <= fewest_f64(value), "%a is written %s", value, text);
    }
}

static void check_f32(float value)
{
    char text[MMF_NUMBER_ROOM + 1];
    char *end = mmf_number_write_f32(text, value);
    float back = 0;

    value_expect((size_t)(end - text) <= MMF_NUMBER_ROOM, "too long");
    *end = '\0';
    value_expect(strtof(text, NULL) == value, "%a is written %s", (double)value, text);
    value_expect(mmf_number_read_f32(text, (size_t)(end - text), &back) == MMF_NUMBER_OK, "%s",
                 text);
    value_expect(memcmp(&back, &value, sizeof back) == 0, "%s is read %a", text, (double)back);
    if (value != 0) {
        size_t found = digits_of(text, (size_t)(end - text));

        value_expect(found <= fewest_f32(value), "%a is written %s", (double)value, text);
    }
}

static void expect_f64(double value, const char *expected)
{
    char text[MMF_NUMBER_ROOM + 1];

    *mmf_number_write_f64(text, value) = '\0';
    ck_assert_str_eq(text, expected);
}

START_TEST(writes_as_people_do)
{
    expect_f64(0.0, "0");
    expect_f64(-0.0, "-0");
    expect_f64(41.75, "41.75");
    expect_f64(0.1, "0.1");
    expect_f64(0.3, "0.3");
    expect_f64(0.1 + 0.2, "0.30000000000000004");
    expect_f64(0.00001, "0.00001");
    expect_f64(0.000001, "1e-6");
    expect_f64(9007199254740991.0, "9007199254740991");
    expect_f64(9007199254740992.0, "9.007199254740992e15");
    expect_f64(1e16, "1e16");
    expect_f64(1e23, "1e23");
    expect_f64(DBL_MAX, "1.7976931348623157e308");
    expect_f64(DBL_MIN, "2.2250738585072014e-308");
    expect_f64(5e-324, "5e-324");
    expect_f64(-123456.7891, "-123456.7891");
}
END_TEST

START_TEST(agrees_with_libc)
{
    uint64_t state = 5;

    for (int round = 0; round < ROUNDS; round++) {
        uint64_t bits = value_random(&state);
        uint32_t narrow_bits = (uint32_t)(bits >> 32);
        uint64_t power = value_random(&state) % 16;
        double value;
        float narrow;

        memcpy(&value, &bits, sizeof value);
        memcpy(&narrow, &narrow_bits, sizeof narrow);
        if (isfinite(value)) {
            check_f64(value);
        }
        if (isfinite(narrow)) {
            check_f32(narrow);
        }
        /* Where people's numbers are: all of a significand, some of it, and decimals. */
        check_f64((double)(int64_t)bits / 0x1p63);
        check_f64((double)(int64_t)(bits >> (11 + power)) / (double)mmf_powers_of_10[power]);
        check_f32((float)(bits % 100000000) / (float)mmf_powers_of_10[power % 8]);
    }
}
END_TEST

/* All of them: below each the next number is half as far away as above. */
START_TEST(writes_powers_of_2)
{
    for (int power = -1074; power < 1024; power++) {
        check_f64(ldexp(1, power));
        check_f64(nextafter(ldexp(1, power), 0));
    }
    for (int power = -149; power < 128; power++) {
        check_f32(ldexpf(1, power));
        check_f32(nextafterf(ldexpf(1, power), 0));
    }
}
END_TEST

/* As many digits as a quotient is made of: what is left of it is half a unit now and then. */
START_TEST(divides_as_libc_does)
{
    uint64_t state = 7;

    for (int round = 0; round < 10 * ROUNDS; round++) {
        uint64_t digits = value_random(&state) / 2 + 1;
        double value = 0;
        float narrow = 0;
        char text[64];

        (void)snprintf(text, sizeof text, "%llue-%d", (unsigned long long)digits,
                       round % 4 ? 19 : 1 + round % 18);
        value_expect(mmf_number_read_f64(text, strlen(text), &value) == MMF_NUMBER_OK, "%s", text);
        value_expect(value == strtod(text, NULL), "%s is read %a", text, value);
        value_expect(mmf_number_read_f32(text, strlen(text), &narrow) == MMF_NUMBER_OK, "%s", text);
        value_expect(narrow == strtof(text, NULL), "%s is read %a", text, (double)narrow);
    }
}
END_TEST

/* Decimals in many forms, which do not come from a number. */
START_TEST(reads_as_libc_does)
{
    uint64_t state = 6;

    for (int round = 0; round < ROUNDS; round++) {
        uint64_t digits = value_random(&state) >> value_random(&state) % 64;
        int more = (int)(value_random(&state) % 3);
        int exponent = (int)(value_random(&state) % 100) - 50;
        char text[128];
        double value = 0;
        float narrow = 0;

        (void)snprintf(text, sizeof text, "%llu%s%llue%d", (unsigned long long)digits,
                       more == 2 ? "." : "", (unsigned long long)(more ? digits : 7) % 1000000,
                       round % 4 ? -(int)(value_random(&state) % 23) : exponent);
        value_expect(mmf_number_read_f64(text, strlen(text), &value) == MMF_NUMBER_OK, "%s", text);
        value_expect(value == strtod(text, NULL), "%s is read %a", text, value);
        if (isfinite(strtof(text, NULL))) {
            value_expect(mmf_number_read_f32(text, strlen(text), &narrow) == MMF_NUMBER_OK, "%s",
                         text);
            value_expect(narrow == strtof(text, NULL), "%s is read %a", text, (double)narrow);
        }
    }
}
END_TEST

/* Halfway between two numbers, a little more, a little less. */
START_TEST(rounds_ties_to_even)
{
    static const char *const texts[] = {
        "9007199254740993",
        "9007199254740993.0000000000000000000000000000001",
        "9007199254740992.9999999",
        "900719925474099.3",
        "9007199254740995e-1",
        "0.500000000000000055511151231257827021181583404541015625",
        "1.00000005960464477539",
        "1.000000059604644775390625",
        "1.0000000596046447753906251",
        "16777217",
        "16777219e0",
        "1677721.7",
        "16777217.0000001",
        "2.2250738585072011e-308",
        "1e-400",
        "4.9406564584124654e-324",
        "00000000000000000000000000000000000000001.5",
        "0.0000000000000000000000000000000000001",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value = -1;
        float narrow = -1;

        value_expect(mmf_number_read_f64(texts[i], strlen(texts[i]), &value) == MMF_NUMBER_OK, "%s",
                     texts[i]);
        value_expect(value == strtod(texts[i], NULL), "%s is read %a", texts[i], value);
        value_expect(mmf_number_read_f32(texts[i], strlen(texts[i]), &narrow) == MMF_NUMBER_OK,
                     "%s", texts[i]);
        value_expect(narrow == strtof(texts[i], NULL), "%s is read %a", texts[i], (double)narrow);
    }
}
END_TEST

START_TEST(writes_all_lengths_of_integers)
{
    for (int power = 0; power < 20; power++) {
        for (uint64_t change = 0; change < 3; change++) {
            uint64_t value = mmf_powers_of_10[power] - 1 + change;
            char text[MMF_NUMBER_ROOM + 1], expected[32];

            *mmf_number_write_u64(text, value) = '\0';
            (void)snprintf(expected, sizeof expected, "%llu", (unsigned long long)value);
            ck_assert_str_eq(text, expected);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("value number");
    TCase *tests = tcase_create("all");

    tcase_add_test(tests, writes_as_people_do);
    tcase_add_test(tests, agrees_with_libc);
    tcase_add_test(tests, writes_powers_of_2);
    tcase_add_test(tests, divides_as_libc_does);
    tcase_add_test(tests, reads_as_libc_does);
    tcase_add_test(tests, rounds_ties_to_even);
    tcase_add_test(tests, writes_all_lengths_of_integers);
    suite_add_tcase(suite, tests);
    return value_run(suite);
}
