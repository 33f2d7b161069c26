/* What is read, and what is written of it. */
#include "tests/tools/value/value_testing.h"

typedef struct good_case {
    const char *field;
    const char *read; /* as TEXT, in the notation */
    bool is_raw;
    const char *text; /* as it is written; NULL: as it was read */
    const char *csv;  /* NULL: as text */
    const char *json; /* NULL: as text */
} good_case;

#define UUID "550e8400-e29b-41d4-a716-446655440000"
#define UUID_HEX "550e8400e29b41d4a716446655440000"

static const good_case good_cases[] = {
    {"flag", "true", false, NULL, NULL, NULL},
    {"flag", "1", false, "true", NULL, NULL},
    {"flag", "false", true, "0", NULL, NULL},
    {"i8", "-128", false, NULL, NULL, NULL},
    {"u8", "255", false, NULL, NULL, NULL},
    {"u8", "0xfF", false, "255", NULL, NULL},
    {"i16", "-32768", false, NULL, NULL, NULL},
    {"u16", "65535", true, NULL, NULL, NULL},
    {"i32", "-0x80000000", false, "-2147483648", NULL, NULL},
    {"u32", "4294967295", false, NULL, NULL, NULL},
    {"i64", "-9223372036854775808", false, NULL, NULL, NULL},
    {"i64", "+9223372036854775807", false, "9223372036854775807", NULL, NULL},
    {"u64", "9223372036854775807", false, NULL, NULL, NULL},
    {"u64", "9223372036854775808", false, NULL, NULL, "\"9223372036854775808\""},
    {"u64", "18446744073709551615", false, NULL, NULL, "\"18446744073709551615\""},
    {"u64", "-0", false, "0", NULL, NULL},
    {"f32", "0.1", false, NULL, NULL, NULL},
    {"f32", "3.4028235e38", false, NULL, NULL, NULL},
    {"f64", "0.1", false, NULL, NULL, NULL},
    {"f64", "-0", false, NULL, NULL, NULL},
    {"f64", "1e22", false, NULL, NULL, NULL},
    {"f64", "NaN", false, "nan", NULL, "\"nan\""},
    {"f64", "-Infinity", false, "-inf", NULL, "\"-inf\""},
    {"f32", "inf", true, NULL, NULL, "\"inf\""},
    {"str", "", false, NULL, "\"\"", "\"\""},
    {"str", "plain", false, NULL, NULL, "\"plain\""},
    {"str", "a,b", false, NULL, "\"a,b\"", "\"a,b\""},
    {"str", "say \"x\"", false, NULL, "\"say \"\"x\"\"\"", "\"say \\\"x\\\"\""},
    {"str", "a\\nb\\t\\\\", false, NULL, "\"a\nb\t\\\"", "\"a\\nb\\t\\\\\""},
    {"str", "a\\x0db", false, NULL, "\"a\rb\"", "\"a\\rb\""},
    {"str", " x", false, NULL, "\" x\"", "\" x\""},
    {"str", "x ", false, NULL, "\"x \"", "\"x \""},
    {"str", "\xc3\xa9\xe2\x82\xac", false, NULL, NULL, "\"\xc3\xa9\xe2\x82\xac\""},
    {"str", "\\xff", false, NULL, "\xff", "{\"hex\": \"ff\"}"},
    {"str", "\\xEF\\xBB\\xBFx", false, "\xef\xbb\xbfx", "\"\xef\xbb\xbfx\"", "\"\xef\xbb\xbfx\""},
    {"str", "\\x1b[1m", false, NULL, "\x1b[1m", "\"\\u001b[1m\""},
    {"str", "\\xc2\\x9b", false, NULL, "\xc2\x9b", "\"\xc2\x9b\""},
    {"str", "\\xe2\\x80\\xae", false, NULL, "\xe2\x80\xae", "\"\xe2\x80\xae\""},
    {"str", "\\x7f", false, NULL, "\x7f", "\"\x7f\""},
    /* overlong, a surrogate, beyond the last character, cut off */
    {"str", "\\xc0\\x80", false, NULL, "\xc0\x80", "{\"hex\": \"c080\"}"},
    {"str", "\\xe0\\x9f\\xbf", false, NULL, "\xe0\x9f\xbf", "{\"hex\": \"e09fbf\"}"},
    {"str", "\\xed\\xa0\\x80", false, NULL, "\xed\xa0\x80", "{\"hex\": \"eda080\"}"},
    {"str", "\\xf0\\x8f\\xbf\\xbf", false, NULL, "\xf0\x8f\xbf\xbf", "{\"hex\": \"f08fbfbf\"}"},
    {"str", "\\xf4\\x90\\x80\\x80", false, NULL, "\xf4\x90\x80\x80", "{\"hex\": \"f4908080\"}"},
    {"str", "\\xe2\\x82", false, NULL, "\xe2\x82", "{\"hex\": \"e282\"}"},
    {"raw", "", false, NULL, "\"\"", "\"\""},
    {"raw", "00fF10", false, "00ff10", NULL, "\"00ff10\""},
    {"side", "CANCEL", false, NULL, NULL, "\"CANCEL\""},
    {"side", "-7", false, "CANCEL", NULL, "\"CANCEL\""},
    {"side", "CANCEL", true, "-7", NULL, NULL},
    {"side", "12", false, NULL, NULL, NULL},
    {"byte_enum", "A", true, "200", NULL, NULL},
    {"at_s", "2026-11-21T12:43:09Z", false, NULL, NULL, "\"2026-11-21T12:43:09Z\""},
    {"at_s", "2026-11-21T12:43:09Z", true, "1795264989", NULL, NULL},
    {"at_s", "1795264989", false, "2026-11-21T12:43:09Z", NULL, "\"2026-11-21T12:43:09Z\""},
    {"at_s", "2026-11-21 14:43:09.000+02:00", false, "2026-11-21T12:43:09Z", NULL,
     "\"2026-11-21T12:43:09Z\""},
    {"at_s", "1970-01-01t00:00:00-00:30", true, "1800", NULL, NULL},
    {"at_s", "2000-02-29T23:59:59Z", true, "951868799", NULL, NULL},
    {"at_s", "0000-02-29T00:00:00Z", true, "-62162121600", NULL, NULL},
    {"at_s", "-0001-12-31T23:59:59Z", true, "-62167219201", NULL, NULL},
    {"at_s", "-9999-01-01T00:00:00Z", true, "-377705116800", NULL, NULL},
    {"at_s", "-377705116800", false, "-9999-01-01T00:00:00Z", NULL, "\"-9999-01-01T00:00:00Z\""},
    {"at_s", "-377705116801", false, NULL, NULL, NULL},
    {"at_s", "253402300799", false, "9999-12-31T23:59:59Z", NULL, "\"9999-12-31T23:59:59Z\""},
    {"at_s", "253402300800", false, NULL, NULL, NULL},
    {"at_ms", "1969-12-31T23:59:59.999Z", false, NULL, NULL, "\"1969-12-31T23:59:59.999Z\""},
    {"at_ms", "1969-12-31T23:59:59.999Z", true, "-1", NULL, NULL},
    {"at_ms", "1970-01-01T00:00:00.5Z", true, "500", NULL, NULL},
    {"at_us", "1970-01-01T00:00:00.000001Z", true, "1", NULL, NULL},
    {"at_us", "18446744073709551615", false, NULL, NULL, "\"18446744073709551615\""},
    {"at_ns", "1677-09-21T00:12:43.145224192Z", true, "-9223372036854775808", NULL, NULL},
    {"at_ns", "9223372036854775807", false, "2262-04-11T23:47:16.854775807Z", NULL,
     "\"2262-04-11T23:47:16.854775807Z\""},
    {"uat_s", "18446744073709551615", false, NULL, NULL, "\"18446744073709551615\""},
    {"uat_ns", "2554-07-21T23:34:33.709551615Z", true, "18446744073709551615", NULL,
     "\"18446744073709551615\""},
    {"uat_ns", "18446744073709551615", false, "2554-07-21T23:34:33.709551615Z", NULL,
     "\"2554-07-21T23:34:33.709551615Z\""},
    {"price", "-12.50", false, NULL, NULL, NULL},
    {"price", "-0.05", false, NULL, NULL, NULL},
    {"price", "-.5", true, "-50", NULL, NULL},
    {"price", "12", false, "12.00", NULL, NULL},
    {"price", "12", true, "12", NULL, NULL},
    {"price", "12.3000", false, "12.30", NULL, NULL},
    {"price", "-92233720368547758.08", false, NULL, NULL, NULL},
    {"whole", "-5", false, NULL, NULL, NULL},
    {"fine", "18.446744073709551615", false, NULL, NULL, "\"18.446744073709551615\""},
    {"fine", "9.223372036854775807", false, NULL, NULL, NULL},
    {"tiny", "-0.128", false, NULL, NULL, NULL},
    {"id", UUID, false, NULL, NULL, "\"" UUID "\""},
    {"id", "550E8400-E29B-41D4-A716-446655440000", true, UUID_HEX, NULL, "\"" UUID_HEX "\""},
    {"id", "0102", false, NULL, NULL, "\"0102\""},
    {"id", "", false, NULL, "\"\"", "\"\""},
    {"id8", UUID, false, NULL, NULL, "\"" UUID "\""},
    {"id8", UUID, true, "[85,14,132,0,226,155,65,212,167,22,68,102,85,68,0,0]",
     "\"[85,14,132,0,226,155,65,212,167,22,68,102,85,68,0,0]\"",
     "[85,14,132,0,226,155,65,212,167,22,68,102,85,68,0,0]"},
    {"ip4", "192.0.2.1", false, NULL, NULL, "\"192.0.2.1\""},
    {"ip4", "192.0.2.1", true, "3221225985", NULL, NULL},
    {"ip4b", "192.0.2.1", true, "c0000201", NULL, "\"c0000201\""},
    {"ip4b", "c0000201", false, "192.0.2.1", NULL, "\"192.0.2.1\""},
    {"ip4b", "c00002", false, NULL, NULL, "\"c00002\""},
    {"ip4a", "255.255.255.255", false, NULL, NULL, "\"255.255.255.255\""},
    {"ip4a", "1.2.3.4", true, "[1,2,3,4]", "\"[1,2,3,4]\"", "[1,2,3,4]"},
    {"ip4a", "[1, 2, 3, 4]", false, "1.2.3.4", NULL, "\"1.2.3.4\""},
    {"ip6b", "2001:DB8:0:0:0:0:0:1", false, "2001:db8::1", NULL, "\"2001:db8::1\""},
    {"ip6b", "1:0:0:2:0:0:0:3", false, "1:0:0:2::3", NULL, "\"1:0:0:2::3\""},
    {"ip6b", "1::", true, "00010000000000000000000000000000", NULL,
     "\"00010000000000000000000000000000\""},
    {"ip6a", "::ffff:192.0.2.1", false, NULL, NULL, "\"::ffff:192.0.2.1\""},
    {"flags", "[true, 0]", false, "[true,false]", "\"[true,false]\"", "[true,false]"},
    {"i32s", "[1,2,3]", false, NULL, "\"[1,2,3]\"", NULL},
    {"u64s", "[\"18446744073709551615\",0]", false, NULL, "\"[\"\"18446744073709551615\"\",0]\"",
     NULL},
    {"f64s", "[\"nan\",1e300]", false, NULL, "\"[\"\"nan\"\",1e300]\"", NULL},
    {"strs", "[\"a\\u00e9\\\"\",{ \"hex\" : \"FF\" }]", false,
     "[\"a\xc3\xa9\\\"\",{\"hex\": \"ff\"}]",
     "\"[\"\"a\xc3\xa9\\\"\"\"\",{\"\"hex\"\": \"\"ff\"\"}]\"",
     "[\"a\xc3\xa9\\\"\",{\"hex\": \"ff\"}]"},
    {"strs", "[\"\\ud83d\\ude00\",\"\\/\\b\"]", false, "[\"\xf0\x9f\x98\x80\",\"/\\b\"]",
     "\"[\"\"\xf0\x9f\x98\x80\"\",\"\"/\\b\"\"]\"", "[\"\xf0\x9f\x98\x80\",\"/\\b\"]"},
    {"raws", "[\"00\",\"\"]", false, NULL, "\"[\"\"00\"\",\"\"\"\"]\"", NULL},
    {"sides", "[\"SELL\",7]", false, NULL, "\"[\"\"SELL\"\",7]\"", NULL},
    {"sides", "[\"SELL\",0]", true, "[1,0]", "\"[1,0]\"", NULL},
    {"ats", "[0,\"1970-01-01T00:00:01.000Z\"]", true, "[0,1000]", "\"[0,1000]\"", NULL},
    {"ids", "[\"" UUID "\",\"\"]", false, NULL, "\"[\"\"" UUID "\"\",\"\"\"\"]\"", NULL},
    {"ip4s", "[\"0.0.0.0\",4294967295]", false, "[\"0.0.0.0\",\"255.255.255.255\"]",
     "\"[\"\"0.0.0.0\"\",\"\"255.255.255.255\"\"]\"", "[\"0.0.0.0\",\"255.255.255.255\"]"},
    {"one", "[65535]", false, NULL, NULL, NULL},
};

static mmf_model *model;

static void set_up(void)
{
    model = value_model();
}

static void tear_down(void)
{
    mmf_model_free(model);
}

static const mmf_field *field_of(const char *name)
{
    const mmf_field *field = mmf_model_field(model, name);

    ck_assert_msg(field, "no field %s", name);
    return field;
}

static void expect_written(const mmf_field *field, const uint8_t *payload, mmf_syntax syntax,
                           bool is_raw, const char *expected)
{
    char *written = value_written(field, payload, (mmf_notation){syntax, is_raw}, NULL);

    ck_assert_str_eq(written, expected);
    free(written);
}

START_TEST(reads_and_writes)
{
    const good_case *test = &good_cases[_i];
    const mmf_field *field = field_of(test->field);
    const char *text = test->text ? test->text : test->read;
    uint8_t payload[PAYLOAD_MAX];
    mmf_error error = {0};
    mmf_status status;

    memset(payload, 0xa5, sizeof payload);
    status = mmf_value_read(field, test->read, strlen(test->read),
                            (mmf_notation){MMF_SYNTAX_TEXT, test->is_raw}, payload, &error);
    ck_assert_msg(status == MMF_OK, "%s %s: %s", test->field, test->read, error.text);
    expect_written(field, payload, MMF_SYNTAX_TEXT, test->is_raw, text);
    expect_written(field, payload, MMF_SYNTAX_CSV, test->is_raw, test->csv ? test->csv : text);
    expect_written(field, payload, MMF_SYNTAX_JSON, test->is_raw, test->json ? test->json : text);
}
END_TEST

typedef struct bad_case {
    const char *field;
    mmf_syntax syntax;
    bool is_raw;
    const char *read;
    const char *message;
    mmf_status status; /* MMF_OK: MMF_E_INVALID */
} bad_case;

#define TEXT MMF_SYNTAX_TEXT, false
#define CSV MMF_SYNTAX_CSV, false
#define JSON MMF_SYNTAX_JSON, false

static const bad_case bad_cases[] = {
    {"flag", CSV, "yes", "found \"yes\", expected true or false", MMF_OK},
    {"flag", CSV, "2", "found \"2\", expected true or false", MMF_OK},
    {"i8", CSV, "", "found nothing, expected int8, -128 to 127", MMF_OK},
    {"i8", CSV, "128", "found \"128\", expected int8, -128 to 127", MMF_OK},
    {"i8", CSV, "-129", "found \"-129\", expected int8, -128 to 127", MMF_OK},
    {"u8", CSV, "-1", "found \"-1\", expected uint8, 0 to 255", MMF_OK},
    {"u8", CSV, "1.0", "found \"1.0\", expected uint8, 0 to 255", MMF_OK},
    {"u8", CSV, " 1", "found \" 1\", expected uint8, 0 to 255", MMF_OK},
    {"u8", CSV, "0x", "found \"0x\", expected uint8, 0 to 255", MMF_OK},
    {"u8", CSV, "-", "found \"-\", expected uint8, 0 to 255", MMF_OK},
    {"u64", CSV, "18446744073709551616",
     "found \"18446744073709551616\", expected uint64, 0 to 18446744073709551615", MMF_OK},
    {"u64", CSV, "184467440737095516160x",
     "found \"184467440737095516160x\", expected uint64, 0 to 18446744073709551615", MMF_OK},
    {"f32", CSV, "3.5e38",
     "found \"3.5e38\", expected a number that fits float32, nan, inf or -inf", MMF_OK},
    {"f64", CSV, "1e309", "found \"1e309\", expected a number that fits float64, nan, inf or -inf",
     MMF_OK},
    {"f64", CSV, "1.", "found \"1.\", expected a number that fits float64, nan, inf or -inf",
     MMF_OK},
    {"f64", CSV, "1,5", "found \"1,5\", expected a number that fits float64, nan, inf or -inf",
     MMF_OK},
    {"f64", CSV, "1e", "found \"1e\", expected a number that fits float64, nan, inf or -inf",
     MMF_OK},
    {"f64", CSV, "0x10", "found \"0x10\", expected a number that fits float64, nan, inf or -inf",
     MMF_OK},
    {"str", CSV, "fourteen bytes", "found 14 bytes, expected at most 13", MMF_E_TOO_LONG},
    {"str", TEXT, "\\q", "found \"\\\\q\", expected \\n, \\t, \\\\ or \\xHH for a backslash",
     MMF_OK},
    {"str", TEXT, "\\x1", "found \"\\\\x1\", expected \\n, \\t, \\\\ or \\xHH for a backslash",
     MMF_OK},
    {"str", JSON, "12", "found \"12\", expected a string", MMF_OK},
    {"str", JSON, "null", "found \"null\", expected a string", MMF_OK},
    {"str", JSON, "\"\\ud800\"",
     "found \"\\\\ud800\", expected a JSON string of UTF-8 (of other bytes: {\"hex\": \"ff00\"})",
     MMF_OK},
    {"str", JSON, "\"\\udc00\\udc00\"",
     "found \"\\\\udc00\\\\udc00\", expected a JSON string of UTF-8 (of other bytes: {\"hex\": "
     "\"ff00\"})",
     MMF_OK},
    {"str", JSON, "\"\xff\"",
     "found \"\\xff\", expected a JSON string of UTF-8 (of other bytes: {\"hex\": \"ff00\"})",
     MMF_OK},
    {"str", JSON, "{\"hex\": \"f\"}",
     "found \"{\"hex\": \"f\"}\", expected a string, or {\"hex\": \"ff00\"}", MMF_OK},
    {"str", JSON, "{\"hex\": \"ff\"}}",
     "found \"{\"hex\": \"ff\"}}\", expected a string, or {\"hex\": \"ff00\"}", MMF_OK},
    {"str", JSON, "\"a\"b\"", "found \"\"a\"b\"\", expected one JSON value", MMF_OK},
    {"raw", CSV, "abc", "found \"abc\", expected an even number of hexadecimal digits", MMF_OK},
    {"raw", CSV, "zz", "found \"zz\", expected an even number of hexadecimal digits", MMF_OK},
    {"raw", CSV, "010203040506", "found 6 bytes, expected at most 5", MMF_E_TOO_LONG},
    {"raw", JSON, "12", "found \"12\", expected a string of hexadecimal digits", MMF_OK},
    {"side", CSV, "CANSEL",
     "found \"CANSEL\", expected the name of a symbol or a number of int16, -32768 to 32767; "
     "did you mean \"CANCEL\"?",
     MMF_OK},
    {"side", CSV, "40000",
     "found \"40000\", expected the name of a symbol or a number of int16, -32768 to 32767",
     MMF_OK},
    {"i32", JSON, "01", "found \"01\", expected int32, -2147483648 to 2147483647", MMF_OK},
    {"i32", JSON, "+1", "found \"+1\", expected int32, -2147483648 to 2147483647", MMF_OK},
    {"i32", JSON, "null", "found \"null\", expected int32, -2147483648 to 2147483647", MMF_OK},
    {"f64", JSON, "nan", "found \"nan\", expected a number that fits float64, nan, inf or -inf",
     MMF_OK},
    {"at_ms", CSV, "2026-02-29T00:00:00Z",
     "found \"2026-02-29T00:00:00Z\", expected a time such as 2026-11-21T12:43:09.123Z, or a "
     "number of ms that fits int64",
     MMF_OK},
    {"at_ms", CSV, "2026-02-28T00:00:00",
     "found \"2026-02-28T00:00:00\", expected a Z or an offset such as +02:00 behind the time",
     MMF_OK},
    {"at_ms", CSV, "2026-02-28T00:00:00.00010Z",
     "found \"2026-02-28T00:00:00.00010Z\", expected no finer time than the field's unit", MMF_OK},
    {"at_ns", CSV, "2262-04-11T23:47:16.854775808Z",
     "found \"2262-04-11T23:47:16.854775808Z\", expected a time that fits the field's type and "
     "unit",
     MMF_OK},
    {"at_us", CSV, "1969-12-31T23:59:59Z",
     "found \"1969-12-31T23:59:59Z\", expected a time that fits the field's type and unit", MMF_OK},
    {"price", CSV, "1.005",
     "found \"1.005\", expected a decimal with at most 2 digits behind the point, "
     "-92233720368547758.08 to 92233720368547758.07",
     MMF_OK},
    {"price", CSV, "92233720368547758.08",
     "found \"92233720368547758.08\", expected a decimal with at most 2 digits behind the point, "
     "-92233720368547758.08 to 92233720368547758.07",
     MMF_OK},
    {"price", CSV, ".",
     "found \".\", expected a decimal with at most 2 digits behind the point, "
     "-92233720368547758.08 to 92233720368547758.07",
     MMF_OK},
    {"id", CSV, "550e8400-e29b-41d4-a716-44665544000",
     "found \"550e8400-e29b-41d4-a716-44665544000\", expected a UUID such as "
     "550e8400-e29b-41d4-a716-446655440000",
     MMF_OK},
    {"id8", CSV, "0102",
     "found \"0102\", expected a UUID such as 550e8400-e29b-41d4-a716-446655440000", MMF_OK},
    {"ip4", CSV, "192.0.2.256", "found \"192.0.2.256\", expected an IPv4 address such as 192.0.2.1",
     MMF_OK},
    {"ip6b", CSV, "1::2::3", "found \"1::2::3\", expected an IPv6 address such as 2001:db8::1",
     MMF_OK},
    {"i32s", CSV, "1,2,3", "found \"1,2,3\", expected a JSON array", MMF_OK},
    {"i32s", CSV, "[1,2]", "found 2 elements, expected 3", MMF_OK},
    {"i32s", CSV, "[]", "found 0 elements, expected 3", MMF_OK},
    {"i32s", CSV, "[1,2,3,4]", "found more than 3 elements, expected 3", MMF_OK},
    {"i32s", CSV, "[1,2,3,]", "found \"[1,2,3,]\", expected a JSON array", MMF_OK},
    {"i32s", CSV, "[1 2 3]", "found \"[1 2 3]\", expected a JSON array", MMF_OK},
    {"i32s", CSV, "[{]", "found \"[{]\", expected a JSON array", MMF_OK},
    {"i32s", CSV, "[1,x,3]", "element 1: found \"x\", expected int32, -2147483648 to 2147483647",
     MMF_OK},
    {"strs", CSV, "[\"a\",\"toolong\"]", "element 1: found 7 bytes, expected at most 5",
     MMF_E_TOO_LONG},
    {"f64", CSV, "this is a cell that goes on and on and on and on, and then some",
     "found \"this is a cell that goes on and on and on and on\xe2\x80\xa6\", expected a number "
     "that "
     "fits float64, nan, inf or -inf",
     MMF_OK},
};

START_TEST(refuses_and_says_why)
{
    const bad_case *test = &bad_cases[_i];
    const mmf_field *field = field_of(test->field);
    mmf_notation notation = {test->syntax, test->is_raw};
    uint8_t payload[PAYLOAD_MAX], before[PAYLOAD_MAX];
    mmf_error error = {0};
    mmf_status status;

    memset(payload, 0xa5, sizeof payload);
    memset(before, 0xa5, sizeof before);
    status = mmf_value_read(field, test->read, strlen(test->read), notation, payload, &error);
    ck_assert_str_eq(error.text, test->message);
    ck_assert_int_eq(status, test->status == MMF_OK ? MMF_E_INVALID : test->status);
    ck_assert_int_eq(error.status, status);
    ck_assert_mem_eq(payload, before, sizeof payload);
    ck_assert_int_eq(mmf_value_read(field, test->read, strlen(test->read), notation, payload, NULL),
                     status);
}
END_TEST

START_TEST(writes_rows)
{
    const mmf_field *fields[] = {field_of("str"), field_of("price"), field_of("i32s")};
    uint8_t payload[PAYLOAD_MAX] = {0};
    mmf_output output = {0};

    ck_assert_int_eq(mmf_value_read(fields[0], "a b", 3, csv_notation, payload, NULL), MMF_OK);
    mmf_value_write_names(&output, fields, 3, csv_notation);
    mmf_value_write_row(&output, fields, 3, payload, csv_notation);
    mmf_value_write_row(&output, fields, 1, payload, csv_notation);
    mmf_value_write_row(&output, fields, 3, payload, json_notation);
    mmf_value_write_row(&output, fields, 3, payload, text_notation);
    mmf_output_add_char(&output, '\0');
    ck_assert_str_eq(output.bytes, "str,price,i32s\na b,0.00,\"[0,0,0]\"\na b\n"
                                   "{\"str\":\"a b\",\"price\":0.00,\"i32s\":[0,0,0]}\n"
                                   "a b\t0.00\t[0,0,0]\n");
    mmf_output_free(&output);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("value text");
    TCase *tests = tcase_create("all");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, reads_and_writes, 0, (int)(sizeof good_cases / sizeof *good_cases));
    tcase_add_loop_test(tests, refuses_and_says_why, 0,
                        (int)(sizeof bad_cases / sizeof *bad_cases));
    tcase_add_test(tests, writes_rows);
    suite_add_tcase(suite, tests);
    return value_run(suite);
}
