#include "tests/schema/suite.h"

static void expect_canonical(const mmf_model *model, const char *expected)
{
    char *text = mmf_schema_canonical(model);

    ck_assert_pstr_eq(text, expected);
    free(text);
}

START_TEST(leaves_out_what_is_a_default)
{
    mmf_model *model = parse_good(
        "{ \"fields\" : [ { \"deprecated\":false, \"aliases\":[], \"type\" : \"bool\",\n"
        " \"name\" : \"a\" } ], \"reserved\":[], \"format\":2, \"align\":8, \"capacity\":64,\n"
        " \"checksum\":false, \"version\":1, \"prefix\":\"market_cap\", \"name\":\"MarketCap\", "
        "\"$schema\":\"x\" }");

    expect_canonical(model, "{\"name\":\"MarketCap\",\"version\":1,"
                            "\"fields\":[{\"name\":\"a\",\"type\":\"bool\"}]}");
    mmf_model_free(model);
}
END_TEST

START_TEST(orders_all_keys)
{
    static const char text[] =
        "{\"name\":\"T\",\"prefix\":\"x\",\"version\":2,\"doc\":\"d \\\"ä\\\"\\n\","
        "\"capacity\":65,\"align\":16,\"checksum\":true,\"fields\":["
        "{\"name\":\"e\",\"type\":\"enum\",\"count\":2,\"base\":\"int8\","
        "\"symbols\":{\"B\":-1,\"A\":5},\"default\":[\"A\",\"B\"],\"doc\":\"\","
        "\"aliases\":[\"z\",\"y\"],\"since\":1,\"deprecated\":\"why\"},"
        "{\"name\":\"t\",\"type\":\"int64\",\"logical\":\"timestamp\",\"unit\":\"us\","
        "\"default\":0,\"deprecated\":true},"
        "{\"name\":\"p\",\"type\":\"int64\",\"logical\":\"decimal\",\"scale\":0},"
        "{\"name\":\"s\",\"type\":\"string\",\"max\":4,\"default\":\"\"}],"
        "\"reserved\":[\"r\",\"q\"]}";
    mmf_model *model = parse_good(text);

    expect_canonical(model, text);
    mmf_model_free(model);
}
END_TEST

START_TEST(format_1_is_said)
{
    mmf_model *model = parse_fields("\"format\":1,", "{\"name\":\"a\",\"type\":\"bool\"}");

    expect_canonical(model, "{\"name\":\"Tick\",\"version\":1,\"format\":1,"
                            "\"fields\":[{\"name\":\"a\",\"type\":\"bool\"}]}");
    mmf_model_free(model);
}
END_TEST

typedef struct value_case {
    const char *type;
    const char *written;
    const char *canonical;
} value_case;

static const value_case value_cases[] = {
    {"uint64", "\"18446744073709551615\"", "\"18446744073709551615\""},
    {"uint64", "\"9223372036854775808\"", "\"9223372036854775808\""},
    {"uint64", "\"9223372036854775807\"", "9223372036854775807"},
    {"int64", "\"-9223372036854775808\"", "-9223372036854775808"},
    {"uint8", "\"0\"", "0"},
    {"float64", "0.1", "0.1"},
    {"float64", "0.30000000000000004", "0.30000000000000004"},
    {"float64", "1e5", "100000.0"},
    {"float64", "3", "3.0"},
    {"float64", "-0.0", "-0.0"},
    {"float64", "5e-324", "4.94065645841247e-324"},
    {"float64", "\"nan\"", "\"nan\""},
    {"float32", "0.1", "0.1"},
    {"float32", "16777217", "16777216.0"},
    {"float32", "3.4028235e38", "3.40282347e38"},
    {"float32", "-3.4028235e38", "-3.40282347e38"},
    {"float32", "\"-inf\"", "\"-inf\""},
    {"float32", "1e-60", "0.0"},
    {"bool", "true", "true"},
};

START_TEST(values_have_one_form)
{
    const value_case *row = &value_cases[_i];
    char text[256];
    mmf_model *model;

    (void)snprintf(text, sizeof text, "{\"name\":\"a\",\"type\":\"%s\",\"default\":%s}", row->type,
                   row->written);
    model = parse_fields("", text);
    (void)snprintf(text, sizeof text,
                   "{\"name\":\"Tick\",\"version\":1,\"fields\":[{\"name\":\"a\",\"type\":\"%s\","
                   "\"default\":%s}]}",
                   row->type, row->canonical);
    expect_canonical(model, text);
    mmf_model_free(model);
}
END_TEST

START_TEST(bytes_are_small_hex_digits)
{
    mmf_model *model =
        parse_fields("", "{\"name\":\"a\",\"type\":\"bytes\",\"max\":3,\"default\":\"00Ffa0\"}");

    expect_canonical(model, "{\"name\":\"Tick\",\"version\":1,\"fields\":[{\"name\":\"a\","
                            "\"type\":\"bytes\",\"max\":3,\"default\":\"00ffa0\"}]}");
    mmf_model_free(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("canonical");
    TCase *tests = tcase_create("all");

    tcase_add_test(tests, leaves_out_what_is_a_default);
    tcase_add_test(tests, orders_all_keys);
    tcase_add_test(tests, format_1_is_said);
    tcase_add_loop_test(tests, values_have_one_form, 0,
                        (int)(sizeof value_cases / sizeof *value_cases));
    tcase_add_test(tests, bytes_are_small_hex_digits);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
