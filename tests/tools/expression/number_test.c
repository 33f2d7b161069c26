/* Numbers compared without rounding, against comparisons that are done with digits. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/number.h"

static mmf_number read(const char *text)
{
    mmf_number number = {0};

    ck_assert_msg(mmf_number_read(text, strlen(text), &number), "%s", text);
    return number;
}

START_TEST(exact_beside_exact)
{
    /* each is less than the next */
    static const char *const rising[] = {
        "-18446744073709551615",
        "-9223372036854775808",
        "-1e2",
        "-2",
        "-1.000000000000000001",
        "-1",
        "-0.000000000000000001",
        "0",
        "0.000000000000000001",
        "0.1",
        "0.100000000000000001",
        "1",
        "1.5",
        "2",
        "1.8e1",
        "18.44674407370955161",
        "1e2",
        "18446744073709551615",
    };
    size_t count = sizeof rising / sizeof rising[0];

    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            mmf_order expected = i < k   ? MMF_ORDER_LESS
                                 : i > k ? MMF_ORDER_GREATER
                                         : MMF_ORDER_EQUAL;

            ck_assert_msg(mmf_number_compare(read(rising[i]), read(rising[k])) == expected,
                          "%s, %s", rising[i], rising[k]);
        }
    }
    ck_assert_int_eq(mmf_number_compare(read("1.50"), read("1.5")), MMF_ORDER_EQUAL);
    ck_assert_int_eq(mmf_number_compare(read("-0.0"), read("0")), MMF_ORDER_EQUAL);
    ck_assert_int_eq(mmf_number_compare(read("2e6"), read("2000000.000")), MMF_ORDER_EQUAL);
}
END_TEST

START_TEST(exact_beside_real)
{
    static const struct {
        const char *exact;
        double real;
        mmf_order order;
    } rows[] = {
        {"9007199254740993", 9007199254740992.0, MMF_ORDER_GREATER},
        {"9007199254740992", 9007199254740992.0, MMF_ORDER_EQUAL},
        {"-9007199254740993", -9007199254740992.0, MMF_ORDER_LESS},
        {"18446744073709551615", 18446744073709551616.0, MMF_ORDER_LESS},
        {"18446744073709551615", 18446744073709549568.0, MMF_ORDER_GREATER},
        {"9223372036854775807", 9223372036854775808.0, MMF_ORDER_LESS},
        {"-9223372036854775808", -9223372036854775808.0, MMF_ORDER_EQUAL},
        {"0.1", 0.1, MMF_ORDER_LESS},    /* 0.1 is 0.1000000000000000055… */
        {"0.3", 0.3, MMF_ORDER_GREATER}, /* and 0.3 is 0.29999999999999998889… */
        {"0.5", 0.5, MMF_ORDER_EQUAL},
        {"-0.5", -0.5, MMF_ORDER_EQUAL},
        {"-0.1", -0.1, MMF_ORDER_GREATER},
        {"0", 0.0, MMF_ORDER_EQUAL},
        {"0", -0.0, MMF_ORDER_EQUAL},
        {"0", 5e-324, MMF_ORDER_LESS},
        {"0", -5e-324, MMF_ORDER_GREATER},
        {"0.000000000000000001", 5e-324, MMF_ORDER_GREATER},
        {"1", 1e300, MMF_ORDER_LESS},
        {"1", -1e300, MMF_ORDER_GREATER},
        {"18446744073709551615", INFINITY, MMF_ORDER_LESS},
        {"-1", -INFINITY, MMF_ORDER_GREATER},
        {"1", NAN, MMF_ORDER_NONE},
        {"-3", 2.0, MMF_ORDER_LESS},
        {"3", -2.0, MMF_ORDER_GREATER},
        {"2.5", 2.0, MMF_ORDER_GREATER},
        {"1.844674407370955161", 1.8446744073709551, MMF_ORDER_GREATER},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mmf_number exact = read(rows[i].exact);
        mmf_number real = mmf_number_of_real(rows[i].real);
        mmf_order order = rows[i].order;
        mmf_order other = order == MMF_ORDER_NONE ? order : (mmf_order)-order;

        ck_assert_msg(mmf_number_compare(exact, real) == order, "%s %g: %d", rows[i].exact,
                      rows[i].real, mmf_number_compare(exact, real));
        ck_assert_msg(mmf_number_compare(real, exact) == other, "%g %s", rows[i].real,
                      rows[i].exact);
    }
}
END_TEST

enum { WHOLE = 40, BEHIND = 1100, DIGITS = WHOLE + 1 + BEHIND };

/* "000…018.5000…": as many digits before and behind the point as any of them needs. */
static void digits_of(const mmf_number *number, char text[DIGITS + 1])
{
    char digits[WHOLE + 1];

    if (number->is_real) {
        (void)snprintf(text, DIGITS + 1, "%0*.*f", DIGITS, BEHIND, number->real);
        return;
    }
    (void)snprintf(digits, sizeof digits, "%0*llu", WHOLE, (unsigned long long)number->magnitude);
    memset(text, '0', DIGITS);
    text[DIGITS] = '\0';
    memcpy(text + number->scale, digits, WHOLE - number->scale);
    text[WHOLE] = '.';
    memcpy(text + WHOLE + 1, digits + WHOLE - number->scale, number->scale);
}

/* Against a comparison of all digits, which printf(3) has of the real. */
START_TEST(random_decimals)
{
    uint64_t state = 88172645463325252u;

    for (int i = 0; i < 20000; i++) {
        char left[DIGITS + 1];
        char right[DIGITS + 1];
        mmf_number exact;
        mmf_number real;
        int order;

        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        exact = mmf_number_of_unsigned(state >> (state & 31), (uint32_t)(state >> 5) % 19);
        real = mmf_number_of_real((double)exact.magnitude / pow(10, exact.scale));
        digits_of(&exact, left);
        digits_of(&real, right);
        order = strcmp(left, right);
        ck_assert_int_eq(mmf_number_compare(exact, real), (order > 0) - (order < 0));
    }
}
END_TEST

START_TEST(what_is_read)
{
    static const char *const wrong[] = {
        "",
        "-",
        "+",
        ".",
        "e5",
        "1e",
        "1e+",
        "0x",
        "0xg",
        "0x1.5",
        "1.2.3",
        "--1",
        "1 ",
        " 1",
        "18446744073709551616",
        "0.1234567890123456789",
        "1e-19",
        "1e20",
        "1e1001",
        "nan",
        "1_000",
        "36893488147419103232",
    };
    static const struct {
        const char *text;
        uint64_t magnitude;
        unsigned scale;
        bool is_negative;
    } rows[] = {
        {"0", 0, 0, false},        {"-0", 0, 0, false},
        {"+7", 7, 0, false},       {"-12", 12, 0, true},
        {"0x1F", 31, 0, false},    {"-0xff", 255, 0, true},
        {"1.50", 150, 2, false},   {".5", 5, 1, false},
        {"5.", 5, 0, false},       {"1e3", 1000, 0, false},
        {"1E+3", 1000, 0, false},  {"12e-1", 12, 1, false},
        {"1.5e1", 15, 0, false},   {"0e999", 0, 0, false},
        {"100e-20", 1, 18, false}, {"18446744073709551615", UINT64_MAX, 0, false},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        mmf_number number;

        ck_assert_msg(!mmf_number_read(wrong[i], strlen(wrong[i]), &number), "%s", wrong[i]);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mmf_number number = read(rows[i].text);

        ck_assert_msg(number.magnitude == rows[i].magnitude && number.scale == rows[i].scale &&
                          number.is_negative == rows[i].is_negative && !number.is_real,
                      "%s", rows[i].text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("number");
    TCase *test_case = tcase_create("number");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(test_case, exact_beside_exact);
    tcase_add_test(test_case, exact_beside_real);
    tcase_add_test(test_case, random_decimals);
    tcase_add_test(test_case, what_is_read);
    suite_add_tcase(suite, test_case);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
