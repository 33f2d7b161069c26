/* --where: every operator on every type, what binds how, and what is refused. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/json.h"
#include "tools/expression.h"
#include "tools/table.h"
#include "tools/value.h"

static const char schema[] =
    "{\"name\": \"R\", \"version\": 1, \"fields\": ["
    "{\"name\": \"i8\", \"type\": \"int8\"}, {\"name\": \"u8\", \"type\": \"uint8\"},"
    "{\"name\": \"i16\", \"type\": \"int16\"}, {\"name\": \"u16\", \"type\": \"uint16\"},"
    "{\"name\": \"i32\", \"type\": \"int32\"}, {\"name\": \"u32\", \"type\": \"uint32\"},"
    "{\"name\": \"i64\", \"type\": \"int64\"}, {\"name\": \"u64\", \"type\": \"uint64\"},"
    "{\"name\": \"f32\", \"type\": \"float32\"}, {\"name\": \"f64\", \"type\": \"float64\"},"
    "{\"name\": \"nan\", \"type\": \"float64\"}, {\"name\": \"big\", \"type\": \"float64\"},"
    "{\"name\": \"yes\", \"type\": \"bool\"}, {\"name\": \"no\", \"type\": \"bool\"},"
    "{\"name\": \"text\", \"type\": \"string\", \"max\": 20},"
    "{\"name\": \"other\", \"type\": \"string\", \"max\": 12},"
    "{\"name\": \"empty\", \"type\": \"string\", \"max\": 4},"
    "{\"name\": \"raw\", \"type\": \"bytes\", \"max\": 7},"
    "{\"name\": \"side\", \"type\": \"enum\", \"base\": \"int8\","
    " \"symbols\": {\"sell\": -1, \"buy\": 1}},"
    "{\"name\": \"price\", \"type\": \"int64\", \"logical\": \"decimal\", \"scale\": 2},"
    "{\"name\": \"fine\", \"type\": \"uint64\", \"logical\": \"decimal\", \"scale\": 18},"
    "{\"name\": \"at\", \"type\": \"uint64\", \"logical\": \"timestamp\", \"unit\": \"ns\"},"
    "{\"name\": \"day\", \"type\": \"int64\", \"logical\": \"timestamp\", \"unit\": \"s\"},"
    "{\"name\": \"id\", \"type\": \"bytes\", \"max\": 16, \"logical\": \"uuid\"},"
    "{\"name\": \"key\", \"type\": \"uint8\", \"count\": 16, \"logical\": \"uuid\"},"
    "{\"name\": \"host\", \"type\": \"uint32\", \"logical\": \"ipv4\"},"
    "{\"name\": \"net\", \"type\": \"bytes\", \"max\": 16, \"logical\": \"ipv6\"},"
    "{\"name\": \"list\", \"type\": \"int32\", \"count\": 3},"
    "{\"name\": \"words\", \"type\": \"string\", \"max\": 5, \"count\": 2},"
    "{\"name\": \"like\", \"type\": \"int32\"},"
    "{\"name\": \"times\", \"type\": \"int64\", \"count\": 2, \"logical\": \"timestamp\","
    " \"unit\": \"us\"},"
    "{\"name\": \"sides\", \"type\": \"enum\", \"base\": \"uint16\", \"count\": 3,"
    " \"symbols\": {\"left\": 1, \"right\": 2}}"
    "]}";

static const char *const values[][2] = {
    {"i8", "-128"},
    {"u8", "255"},
    {"i16", "-32768"},
    {"u16", "65535"},
    {"i32", "-7"},
    {"u32", "4294967295"},
    {"i64", "-9223372036854775808"},
    {"u64", "18446744073709551614"},
    {"f32", "0.1"},
    {"f64", "0.1"},
    {"nan", "nan"},
    {"big", "9007199254740992"},
    {"yes", "true"},
    {"no", "false"},
    {"text", "100% größe"},
    {"other", "100%"},
    {"empty", ""},
    {"raw", "00ff10"},
    {"side", "sell"},
    {"price", "-12.50"},
    {"fine", "1.000000000000000001"},
    {"at", "2026-11-21T12:43:09.5Z"},
    {"day", "2026-11-21T12:43:09Z"},
    {"id", "550e8400-e29b-41d4-a716-446655440000"},
    {"key", "550e8400-e29b-41d4-a716-446655440000"},
    {"host", "192.0.2.1"},
    {"net", "2001:db8::1"},
    {"list", "[1,-2,3]"},
    {"words", "[\"ab\",\"\"]"},
    {"like", "5"},
    {"times", "[\"1970-01-01T00:00:00Z\",\"2026-11-21T12:43:09Z\"]"},
    {"sides", "[0,\"right\",\"left\"]"},
};

static mmf_model *model;
static uint8_t *payload;

static void begin(void)
{
    mmf_diagnostics diagnostics = {0};

    ck_assert_msg(mmf_schema_parse(schema, strlen(schema), &diagnostics, &model) == MMF_OK, "%s",
                  diagnostics.items[0].text);
    mmf_diagnostics_clear(&diagnostics);
    payload = calloc(1, model->payload_size);
    ck_assert_ptr_nonnull(payload);
    ck_assert_uint_eq(model->field_count, sizeof values / sizeof values[0]);
    for (size_t i = 0; i < model->field_count; i++) {
        mmf_error error = {0};
        mmf_status status =
            mmf_value_read(mmf_model_field(model, values[i][0]), values[i][1], strlen(values[i][1]),
                           (mmf_notation){0}, payload, &error);

        ck_assert_msg(status == MMF_OK, "%s: %s", values[i][0], error.text);
    }
}

static void end(void)
{
    free(payload);
    mmf_model_free(model);
}

static bool ask(const char *text)
{
    mmf_expression *expression = NULL;
    mmf_diagnostics diagnostics = {0};
    bool result;
    mmf_status status = mmf_expression_compile(text, model, &diagnostics, &expression);

    ck_assert_msg(status == MMF_OK, "%s: %s", text,
                  diagnostics.count > 0 ? diagnostics.items[0].text : "?");
    mmf_diagnostics_clear(&diagnostics);
    result = mmf_expression_matches(expression, payload);
    mmf_expression_free(expression);
    return result;
}

static void ck_ask(const char *text, bool expected)
{
    ck_assert_msg(ask(text) == expected, "%s", text);
}

/* A field, and literals below, equal to and above what it is. */
static const char *const orders[][4] = {
    {"i8", "-129", "-128", "-127"},
    {"u8", "254.9", "255", "256"},
    {"i16", "-32769", "-32768", "0"},
    {"u16", "-1", "0xffff", "65536"},
    {"i32", "-7.5", "-7.0", "-6.999999999999999999"},
    {"u32", "4294967294", "4294967295", "1e10"},
    {"i64", "-9223372036854775809", "-9223372036854775808", "-9223372036854775807"},
    {"u64", "18446744073709551613", "18446744073709551614", "18446744073709551615"},
    {"f32", "0.09", "0.1", "0.11"},
    {"f64", "0.0999999", "0.1", "0.10000001"},
    {"big", "9007199254740991", "9007199254740992", "9007199254740993"},
    {"text", "'100% grob'", "\"100% größe\"", "'100% größen'"},
    {"other", "'100'", "'100%'", "'11'"},
    {"raw", "'00ff'", "'00ff10'", "'01'"},
    {"side", "-2", "sell", "buy"},
    {"price", "-12.501", "-12.5", "-12.49"},
    {"fine", "1", "1.000000000000000001", "1.000000000000000002"},
    {"at", "'2026-11-21T12:43:09.499999999Z'", "'2026-11-21 12:43:09.5Z'",
     "'2026-11-21T12:43:10Z'"},
    {"day", "'2026-11-21T12:43:08Z'", "'2026-11-21T13:43:09+01:00'", "'2027-01-01T00:00:00Z'"},
    {"id", "'550e8400-e29b-41d4-a716-44665543ffff'", "'550e8400-e29b-41d4-a716-446655440000'",
     "'650e8400-e29b-41d4-a716-446655440000'"},
    {"key", "'550e8400-e29b-41d4-a716-44665543ffff'", "'550e8400-e29b-41d4-a716-446655440000'",
     "'650e8400-e29b-41d4-a716-446655440000'"},
    {"host", "'10.0.0.1'", "'192.0.2.1'", "'192.0.2.2'"},
    {"net", "'2001:db8::'", "'2001:db8::1'", "'2001:db8::2'"},
    {"list[1]", "-3", "-2", "2"},
    {"list[2]", "2", "+3", "4"},
    {"words[0]", "'aaa'", "'ab'", "'abc'"},
    {"key[1]", "13", "14", "15"},
    {"`like`", "4", "5", "6"},
    {"times[1]", "'2026-11-21T12:43:08.999999Z'", "'2026-11-21T12:43:09Z'", "1795264989000001"},
    {"sides[1]", "left", "right", "3"},
};

START_TEST(every_operator_on_every_type)
{
    /* what holds of a field and a literal below it, equal to it, above it */
    static const struct {
        const char *sign;
        bool below, equal, above;
    } signs[] = {
        {"=", false, true, false}, {"==", false, true, false}, {"!=", true, false, true},
        {"<>", true, false, true}, {"<", false, false, true},  {"<=", false, true, true},
        {">", true, false, false}, {">=", true, true, false},
    };
    static const char *const reversed[] = {"=", "==", "!=", "<>", ">", ">=", "<", "<="};

    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        for (size_t sign = 0; sign < sizeof signs / sizeof signs[0]; sign++) {
            bool expected[] = {signs[sign].below, signs[sign].equal, signs[sign].above};

            for (size_t which = 0; which < 3; which++) {
                const char *literal = orders[i][1 + which];
                char text[200];

                (void)snprintf(text, sizeof text, "%s %s %s", orders[i][0], signs[sign].sign,
                               literal);
                ck_ask(text, expected[which]);
                (void)snprintf(text, sizeof text, "%s%s%s", literal, reversed[sign], orders[i][0]);
                ck_ask(text, expected[which]);
            }
        }
    }
}
END_TEST

START_TEST(in_and_between_on_every_type)
{
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        const char *field = orders[i][0];
        const char *low = orders[i][1];
        const char *same = orders[i][2];
        const char *high = orders[i][3];
        char text[400];

        (void)snprintf(text, sizeof text, "%s in (%s, %s)", field, low, high);
        ck_ask(text, false);
        (void)snprintf(text, sizeof text, "%s in (%s)", field, same);
        ck_ask(text, true);
        (void)snprintf(text, sizeof text, "%s not in (%s,%s,%s)", field, low, same, high);
        ck_ask(text, false);
        (void)snprintf(text, sizeof text, "%s between %s and %s", field, low, high);
        ck_ask(text, true);
        (void)snprintf(text, sizeof text, "%s between %s and %s", field, same, same);
        ck_ask(text, true);
        (void)snprintf(text, sizeof text, "%s between %s and %s", field, high, low);
        ck_ask(text, false);
        (void)snprintf(text, sizeof text, "%s NOT BETWEEN %s AND %s", field, low, low);
        ck_ask(text, true);
    }
}
END_TEST

START_TEST(fields_beside_fields)
{
    static const struct {
        const char *text;
        bool expected;
    } rows[] = {
        {"i64 < u64", true},
        {"u64 > i64", true},
        {"u64 > f64", true},
        {"i64 < f32", true},
        {"f32 > f64", true},
        {"f64 < f32", true},
        {"f32 = f32", true},
        {"price < i32", true},
        {"fine > `like`", false},
        {"list[0] < fine", true},
        {"big > i32", true},
        {"price = price", true},
        {"at > day", true},
        {"day < at", true},
        {"text > other", true},
        {"other < text", true},
        {"empty < other", true},
        {"id = id", true},
        {"key = key", true},
        {"key = id", true},
        {"yes = no", false},
        {"yes > no", true},
        {"side = side", true},
        {"nan = nan", false},
        {"nan != nan", true},
        {"nan < 1", false},
        {"nan >= 1", false},
        {"not nan < 1", true},
        {"nan between 0 and 1", false},
        {"1 != nan", true},
        {"nan > big", false},
        {"i32 in (`like`, -7)", true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_ask(rows[i].text, rows[i].expected);
    }
}
END_TEST

START_TEST(words_bind)
{
    static const struct {
        const char *text;
        bool expected;
    } rows[] = {
        {"yes", true},
        {"no", false},
        {"not no", true},
        {"true", true},
        {"false or TRUE", true},
        {"yes = true", true},
        {"no != true", true},
        {"true = yes", true},
        {"yes or yes and no", true}, /* (yes or yes) and no: false */
        {"(yes or yes) and no", false},
        {"no and no or yes", true}, /* no and (no or yes): false */
        {"no and (no or yes)", false},
        {"not no and no", false}, /* not (no and no): true */
        {"not (no and no)", true},
        {"not yes or yes", true}, /* not (yes or yes): false */
        {"not (yes or yes)", false},
        {"not not yes", true},
        {"NOT i32 = 3 AND yes", true},
        {"i32 between -8 and -6 and no", false},
        {"i32 between -8 and -6 or no", true},
        {"no or no or no or yes", true},
        {"yes and yes and yes and no", false},
        {"((((yes))))", true},
        {"i32=-7 and(yes)", true},
        {"\n yes\tand\r\nyes ", true},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_ask(rows[i].text, rows[i].expected);
    }
}
END_TEST

START_TEST(patterns)
{
    static const struct {
        const char *pattern;
        bool expected;
    } rows[] = {
        {"100% größe", true},
        {"%", true},
        {"%%", true},
        {"100", false},
        {"100%", true},
        {"%größe", true},
        {"%größ", false},
        {"1%0%e", true},
        {"%ö%", true},
        {"%ü%", false},
        {"100_ gr__e", true},
        {"100_ gr___e", false},
        {"__________", true},
        {"_________", false},
        {"___________", false},
        {"100\\% %", true},
        {"100\\_ %", false},
        {"%\\%%", true},
        {"%\\%", false},
        {"", false},
        {"%0%0%0%", false},
        {"%0%0%%", true},
        {"100% GRÖSSE", false},
        {"%gr%gr%", false},
        {"\\1\\0\\0\\% %", true},
        {"%e", true},
        {"%_e", true},
        {"%ee", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[200];

        (void)snprintf(text, sizeof text, "text like '%s'", rows[i].pattern);
        ck_ask(text, rows[i].expected);
        (void)snprintf(text, sizeof text, "text NOT LIKE \"%s\"", rows[i].pattern);
        ck_ask(text, !rows[i].expected);
    }
    ck_ask("empty like ''", true);
    ck_ask("empty like '%'", true);
    ck_ask("empty like '_'", false);
    ck_ask("words[1] like '%'", true);
    ck_ask("words[0] like 'a_'", true);
}
END_TEST

START_TEST(quotes)
{
    const mmf_field *field = mmf_model_field(model, "text");

    ck_assert_int_eq(mmf_value_read(field, "a'b\"c", 5, (mmf_notation){0}, payload, NULL), MMF_OK);
    ck_ask("text = 'a''b\"c'", true);
    ck_ask("text = \"a'b\"\"c\"", true);
    ck_ask("text = 'a''''b\"c'", false);
    ck_ask("text = 'and or not ) ('", false);
    ck_ask("empty = ''", true);
    ck_ask("empty = \"\"", true);
}
END_TEST

/* Lengths that no writer makes, and bools that are neither. */
START_TEST(damage)
{
    uint32_t length = UINT32_MAX;

    memcpy(payload + mmf_table_field_offset(mmf_model_field(model, "empty")), &length, 4);
    ck_ask("empty = 'x'", false);
    ck_ask("empty like '____'", true);
    ck_ask("empty > 'x'", false);
    payload[mmf_table_field_offset(mmf_model_field(model, "no"))] = 77;
    ck_ask("no", true);
    ck_ask("no = yes", true);
}
END_TEST

START_TEST(mistakes)
{
    static const struct {
        const char *text;
        const char *expected;
    } rows[] = {
        {"", "w:1:1: error: expected a field or a value, found the end"},
        {"i32", "w:1:4: error: expected a comparison, found the end"},
        {"i32 >", "w:1:6: error: expected a field or a value, found the end"},
        {"i32 > 3 4", "w:1:9: error: expected and, or, the end, found 4"},
        {"i32 > 'a'", "w:1:7: error: i32 is a number: expected one, such as 12.5"},
        {"i32 > yes", "w:1:7: error: i32 is a number, and yes is a bool"},
        {"i32 > 3x", "w:1:7: error: not a number, or one of more than 19 digits, or of more than "
                     "18 behind the point"},
        {"i32 > 0.1234567890123456789", "w:1:7: error: not a number, or one of more than 19 "
                                        "digits, or of more than 18 behind the point"},
        {"i32 > 1e400", "w:1:7: error: not a number, or one of more than 19 digits, or of more "
                        "than 18 behind the point"},
        {"f64 > 1.2.3", "w:1:7: error: not a number, or one of more than 19 digits, or of more "
                        "than 18 behind the point"},
        {"pric > 3", "w:1:1: error: no field pric; did you mean price?"},
        {"i32 > i46", "w:1:7: error: no field i46; did you mean i16?"},
        {"text = ACME", "w:1:8: error: no field ACME"},
        {"text = 3", "w:1:8: error: text is a string: expected \"…\""},
        {"text = 'größe' and\n  größe = 3", "w:2:5: error: expected a comparison, found ö"},
        {"'ö' = text and i32 like 'x'", "w:1:16: error: like is for fields that are strings"},
        {"text like other", "w:1:11: error: expected a pattern, such as \"A%\", found other"},
        {"text = 'abc", "w:1:8: error: a quote that nothing closes"},
        {"yes and 'abc", "w:1:9: error: a quote that nothing closes"},
        {"(yes", "w:1:5: error: expected and, or, ), found the end"},
        {"yes)", "w:1:4: error: expected and, or, the end, found )"},
        {"yes or", "w:1:7: error: expected a field or a value, found the end"},
        {"not", "w:1:4: error: expected a field or a value, found the end"},
        {"i32 in 3", "w:1:8: error: expected (, found 3"},
        {"i32 in ()", "w:1:9: error: expected a field or a value, found )"},
        {"i32 in (3", "w:1:10: error: expected , or ), found the end"},
        {"i32 between 3 or 4", "w:1:15: error: expected and, found or"},
        {"i32 not = 3", "w:1:9: error: expected in, between or like, found ="},
        {"3 = 3", "w:1:1: error: a field is compared with something: neither is one"},
        {"x = 3", "w:1:1: error: no field x"},
        {"list = 3", "w:1:1: error: list is an array: list[0] is its first element"},
        {"list[3] = 3", "w:1:6: error: list has 3 elements: list[0] to list[2]"},
        {"list[-1] = 3", "w:1:6: error: expected the number of an element"},
        {"list[1.5] = 3", "w:1:6: error: expected the number of an element"},
        {"list[1 = 3", "w:1:8: error: expected ], found ="},
        {"i32[0] = 3", "w:1:4: error: i32 is not an array"},
        {"price = at", "w:1:9: error: price is a number, and at is a timestamp"},
        {"raw = text", "w:1:7: error: raw is bytes, and text is a string"},
        {"i32 ; 3", "w:1:5: error: expected a comparison, found ;"},
        {"i32 = $3", "w:1:7: error: expected a field or a value, found $"},
        {"`like = 3", "w:1:1: error: a quote that nothing closes"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mmf_expression *expression = NULL;
        mmf_diagnostics diagnostics = {0};
        char *text;

        mmf_diagnostics_init(&diagnostics, "w");
        ck_assert_msg(mmf_expression_compile(rows[i].text, model, &diagnostics, &expression) ==
                          MMF_E_SYNTAX,
                      "%s", rows[i].text);
        ck_assert_ptr_null(expression);
        ck_assert_uint_eq(diagnostics.count, 1);
        text = mmf_diagnostics_format(&diagnostics, 0);
        ck_assert_str_eq(text, rows[i].expected);
        free(text);
        mmf_diagnostics_clear(&diagnostics);
    }
}
END_TEST

/* Values that mmf_value_read() refuses: what it says, and where. */
START_TEST(values_of_logical_types)
{
    static const char *const rows[] = {
        "at > '2026-13-01T00:00:00Z'",
        "side = hold",
        "side in (buy, 'hold')",
        "host = '1.2.3'",
        "id = 'x'",
        "raw = 'xyz'",
        "yes = maybe",
        "yes = 2",
        "net = 'zz'",
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mmf_expression *expression = NULL;
        mmf_diagnostics diagnostics = {0};

        ck_assert_msg(mmf_expression_compile(rows[i], model, &diagnostics, &expression) ==
                          MMF_E_SYNTAX,
                      "%s", rows[i]);
        ck_assert_uint_gt(diagnostics.items[0].location.column, 5);
        ck_assert_ptr_nonnull(strstr(diagnostics.items[0].text, " is "));
        mmf_diagnostics_clear(&diagnostics);
    }
}
END_TEST

START_TEST(depth_and_length)
{
    enum { MANY = 100000 };
    char *text = malloc(MANY * 8 + 64);
    char *at = text;
    mmf_expression *expression = NULL;
    mmf_diagnostics diagnostics = {0};

    /* too deep is an error, and no crash */
    memset(text, '(', MANY);
    text[MANY] = '\0';
    ck_assert_int_eq(mmf_expression_compile(text, model, &diagnostics, &expression), MMF_E_SYNTAX);
    mmf_diagnostics_clear(&diagnostics);

    /* long is fine */
    at += sprintf(at, "i32 in (0");
    for (int i = 0; i < MANY; i++) {
        at += sprintf(at, ",%d", i);
    }
    strcpy(at, ") or yes");
    ck_ask(text, true);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("expression");
    TCase *test_case = tcase_create("expression");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(test_case, begin, end);
    tcase_add_test(test_case, every_operator_on_every_type);
    tcase_add_test(test_case, in_and_between_on_every_type);
    tcase_add_test(test_case, fields_beside_fields);
    tcase_add_test(test_case, words_bind);
    tcase_add_test(test_case, patterns);
    tcase_add_test(test_case, quotes);
    tcase_add_test(test_case, damage);
    tcase_add_test(test_case, mistakes);
    tcase_add_test(test_case, values_of_logical_types);
    tcase_add_test(test_case, depth_and_length);
    suite_add_tcase(suite, test_case);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
