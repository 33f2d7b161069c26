#include "schema/model.h"

#include "tests/schema/suite.h"

/* The payload that append(NULL) makes; to be freed. */
static uint8_t *initial_payload(const mmf_model *model)
{
    uint8_t *payload = malloc(model->payload_size);

    ck_assert_ptr_nonnull(payload);
    memset(payload, 0xa5, model->payload_size);
    mmf_model_initial_payload(model, payload);
    return payload;
}

START_TEST(free_takes_null_and_half_built_models)
{
    mmf_model *model = calloc(1, sizeof *model);

    ck_assert_ptr_nonnull(model);
    mmf_model_free(NULL);
    model->fields = calloc(2, sizeof *model->fields);
    model->field_count = 2;
    mmf_model_free(model);
}
END_TEST

START_TEST(finds_fields_and_symbols)
{
    mmf_model *model =
        parse_fields("", "{\"name\":\"a\",\"type\":\"bool\"},{\"name\":\"side\",\"type\":\"enum\","
                         "\"base\":\"int8\",\"symbols\":{\"BUY\":-1,\"SELL\":2},\"count\":3}");
    const mmf_field *side = mmf_model_field(model, "side");

    ck_assert_ptr_eq(side, &model->fields[1]);
    ck_assert_ptr_null(mmf_model_field(model, "Side"));
    ck_assert_str_eq(mmf_field_symbol(side, -1)->name.text, "BUY");
    ck_assert_ptr_null(mmf_field_symbol(side, 1));
    ck_assert_uint_eq(mmf_field_elements(side), 3);
    ck_assert_uint_eq(mmf_field_elements(&model->fields[0]), 1);
    mmf_model_free(model);
}
END_TEST

START_TEST(initial_payload_has_every_default_in_its_place)
{
    static const uint8_t expected[] = {
        1,    0,    0xfe, 0xff,                         /* b, padding, i16 = -2 */
        0xff, 0,    0,    0,                            /* e = -1, padding */
        2,    0,    0,    0,    'h',  'i',  0,    0,    /* s[0] = "hi", padded to 12 */
        0,    0,    0,    0,                            /* (of s[0]'s five bytes and padding) */
        0,    0,    0,    0,    0,    0,    0,    0,    /* s[1] = "" */
        0,    0,    0,    0,                            /* */
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* u64 */
        0,    0,    0xc0, 0x3f,                         /* f32 = 1.5 */
        2,    0,    0,    0,    0xab, 0xcd, 0,    0,    /* raw, then padding */
        0,    0,    0,    0,
    };
    mmf_model *model = parse_fields(
        "", "{\"name\":\"b\",\"type\":\"bool\",\"default\":true},"
            "{\"name\":\"i16\",\"type\":\"int16\",\"default\":-2},"
            "{\"name\":\"e\",\"type\":\"enum\",\"base\":\"int8\",\"symbols\":{\"X\":-1},"
            "\"default\":\"X\"},"
            "{\"name\":\"s\",\"type\":\"string\",\"max\":5,\"count\":2,\"default\":[\"hi\",\"\"]},"
            "{\"name\":\"u64\",\"type\":\"uint64\",\"default\":\"18446744073709551615\"},"
            "{\"name\":\"f32\",\"type\":\"float32\",\"default\":1.5},"
            "{\"name\":\"raw\",\"type\":\"bytes\",\"max\":3,\"default\":\"abCD\"}");
    uint8_t *payload = initial_payload(model);

    ck_assert_uint_eq(model->payload_size, sizeof expected);
    ck_assert_mem_eq(payload, expected, sizeof expected);
    ck_assert(mmf_model_has_defaults(model));
    free(payload);
    mmf_model_free(model);
}
END_TEST

START_TEST(zero_defaults_are_none)
{
    mmf_model *model = parse_fields(
        "", "{\"name\":\"a\",\"type\":\"int8\",\"default\":0},"
            "{\"name\":\"b\",\"type\":\"float64\",\"default\":0.0},"
            "{\"name\":\"c\",\"type\":\"string\",\"max\":2,\"default\":\"\"},"
            "{\"name\":\"d\",\"type\":\"bool\",\"count\":2,\"default\":[false,false]}");
    uint8_t *payload = initial_payload(model);

    ck_assert(!mmf_model_has_defaults(model));
    for (uint32_t i = 0; i < model->payload_size; i++) {
        ck_assert_uint_eq(payload[i], 0);
    }
    free(payload);
    mmf_model_free(model);
}
END_TEST

START_TEST(negative_zero_is_a_default)
{
    mmf_model *model = parse_fields("", "{\"name\":\"a\",\"type\":\"float64\",\"default\":-0.0}");
    uint8_t *payload = initial_payload(model);

    ck_assert(mmf_model_has_defaults(model));
    ck_assert_uint_eq(payload[7], 0x80);
    free(payload);
    mmf_model_free(model);
}
END_TEST

START_TEST(the_last_element_alone_can_be_a_default)
{
    static const uint8_t expected[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 'x', 0, 0, 0};
    mmf_model *model = parse_fields("", "{\"name\":\"a\",\"type\":\"string\",\"max\":2,\"count\":2,"
                                        "\"default\":[\"\",\"x\"]}");
    uint8_t *payload = initial_payload(model);

    ck_assert(mmf_model_has_defaults(model));
    ck_assert_uint_eq(model->payload_size, sizeof expected);
    ck_assert_mem_eq(payload, expected, sizeof expected);
    free(payload);
    mmf_model_free(model);
}
END_TEST

START_TEST(names_of_logical_types_and_units)
{
    ck_assert_str_eq(mmf_logical_name(MMF_LOGICAL_NONE), "");
    ck_assert_str_eq(mmf_logical_name(MMF_LOGICAL_DECIMAL), "decimal");
    ck_assert_str_eq(mmf_logical_name(MMF_LOGICAL_IPV6), "ipv6");
    ck_assert_str_eq(mmf_time_unit_name(MMF_TIME_UNIT_S), "s");
    ck_assert_str_eq(mmf_time_unit_name(MMF_TIME_UNIT_NS), "ns");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model");
    TCase *tests = tcase_create("all");

    tcase_add_test(tests, free_takes_null_and_half_built_models);
    tcase_add_test(tests, finds_fields_and_symbols);
    tcase_add_test(tests, initial_payload_has_every_default_in_its_place);
    tcase_add_test(tests, zero_defaults_are_none);
    tcase_add_test(tests, negative_zero_is_a_default);
    tcase_add_test(tests, the_last_element_alone_can_be_a_default);
    tcase_add_test(tests, names_of_logical_types_and_units);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
