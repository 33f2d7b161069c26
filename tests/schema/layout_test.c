#include "schema/layout.h"

#include "tests/schema/suite.h"

static void expect_field(const mmf_model *model, const char *name, uint32_t offset, uint32_t size,
                         uint32_t alignment, uint32_t element_size)
{
    const mmf_field *field = mmf_model_field(model, name);

    ck_assert_ptr_nonnull(field);
    ck_assert_msg(field->offset == offset && field->size == size && field->alignment == alignment &&
                      field->element_size == element_size,
                  "%s: offset %u, size %u, alignment %u, element size %u", name, field->offset,
                  field->size, field->alignment, field->element_size);
}

START_TEST(fields_follow_in_order_with_natural_alignment)
{
    mmf_model *model =
        parse_fields("", "{\"name\":\"a\",\"type\":\"uint8\"},{\"name\":\"b\",\"type\":\"int16\"},"
                         "{\"name\":\"c\",\"type\":\"bool\"},{\"name\":\"d\",\"type\":\"float32\"},"
                         "{\"name\":\"e\",\"type\":\"int8\"},{\"name\":\"f\",\"type\":\"uint64\"},"
                         "{\"name\":\"g\",\"type\":\"bool\"}");

    expect_field(model, "a", 8, 1, 1, 1);
    expect_field(model, "b", 10, 2, 2, 2);
    expect_field(model, "c", 12, 1, 1, 1);
    expect_field(model, "d", 16, 4, 4, 4);
    expect_field(model, "e", 20, 1, 1, 1);
    expect_field(model, "f", 24, 8, 8, 8);
    expect_field(model, "g", 32, 1, 1, 1);
    ck_assert_uint_eq(model->payload_size, 32);
    ck_assert_uint_eq(model->record_size, 40);
    mmf_model_free(model);
}
END_TEST

START_TEST(texts_have_a_length_and_alignment_4)
{
    mmf_model *model = parse_fields(
        "", "{\"name\":\"a\",\"type\":\"bool\"},{\"name\":\"s\",\"type\":\"string\",\"max\":5},"
            "{\"name\":\"b\",\"type\":\"bool\"},{\"name\":\"r\",\"type\":\"bytes\",\"max\":1}");

    expect_field(model, "s", 12, 9, 4, 9);
    expect_field(model, "b", 21, 1, 1, 1);
    expect_field(model, "r", 24, 5, 4, 5);
    ck_assert_uint_eq(model->record_size, 32);
    mmf_model_free(model);
}
END_TEST

START_TEST(elements_of_an_array_are_aligned)
{
    mmf_model *model =
        parse_fields("", "{\"name\":\"a\",\"type\":\"bool\"},"
                         "{\"name\":\"s\",\"type\":\"string\",\"max\":5,\"count\":3},"
                         "{\"name\":\"b\",\"type\":\"bool\"},"
                         "{\"name\":\"f\",\"type\":\"float64\",\"count\":5},"
                         "{\"name\":\"one\",\"type\":\"int16\",\"count\":1}");

    expect_field(model, "s", 12, 36, 4, 12);
    ck_assert_uint_eq(mmf_field_content_size(mmf_model_field(model, "s")), 9);
    expect_field(model, "b", 48, 1, 1, 1);
    expect_field(model, "f", 56, 40, 8, 8);
    expect_field(model, "one", 96, 2, 2, 2);
    ck_assert_uint_eq(model->payload_size, 96);
    mmf_model_free(model);
}
END_TEST

START_TEST(an_enum_lies_like_its_base)
{
    mmf_model *model = parse_fields(
        "", "{\"name\":\"a\",\"type\":\"bool\"},{\"name\":\"e\",\"type\":\"enum\",\"base\":"
            "\"uint32\",\"symbols\":{\"A\":0},\"count\":2}");

    expect_field(model, "e", 12, 8, 4, 4);
    mmf_model_free(model);
}
END_TEST

START_TEST(align_pads_the_record_and_not_the_payload)
{
    mmf_model *model = parse_fields("\"align\":64,", "{\"name\":\"a\",\"type\":\"uint16\"}");

    ck_assert_uint_eq(model->payload_size, 8);
    ck_assert_uint_eq(model->record_size, 64);
    mmf_model_free(model);
}
END_TEST

/* Eight bytes of their own, and the fields lie as without. */
START_TEST(a_checksum_follows_the_payload)
{
    static const char fields[] = "{\"name\":\"a\",\"type\":\"uint64\"},"
                                 "{\"name\":\"b\",\"type\":\"bool\"}";
    mmf_model *with = parse_fields("\"checksum\":true,", fields);
    mmf_model *without = parse_fields("\"checksum\":false,", fields);

    expect_field(with, "a", 8, 8, 8, 8);
    expect_field(with, "b", 16, 1, 1, 1);
    ck_assert_uint_eq(with->payload_size, 16);
    ck_assert_uint_eq(with->checksum_offset, 24);
    ck_assert_uint_eq(with->record_size, 32);
    ck_assert_uint_eq(without->payload_size, 16);
    ck_assert_uint_eq(without->checksum_offset, 0);
    ck_assert_uint_eq(without->record_size, 24);
    mmf_model_free(with);
    mmf_model_free(without);
}
END_TEST

/* Where align leaves room anyway, it costs none; where it does not, a whole step. */
START_TEST(a_checksum_lies_in_what_align_pads)
{
    static const char *const fields[] = {"{\"name\":\"a\",\"type\":\"uint64\",\"count\":6}",
                                         "{\"name\":\"a\",\"type\":\"uint64\",\"count\":7}"};

    for (uint32_t i = 0; i < 2; i++) {
        mmf_model *model = parse_fields("\"checksum\":true,\"align\":64,", fields[i]);

        ck_assert_uint_eq(model->payload_size, 48 + 8 * i);
        ck_assert_uint_eq(model->checksum_offset, 56 + 8 * i);
        ck_assert_uint_eq(model->record_size, 64 + 64 * i);
        mmf_model_free(model);
    }
}
END_TEST

START_TEST(records_of_the_go_library_have_their_sizes)
{
    mmf_model *tick =
        parse_fields("\"format\":1,", "{\"name\":\"symbol\",\"type\":\"string\",\"max\":64},"
                                      "{\"name\":\"price\",\"type\":\"float64\"},"
                                      "{\"name\":\"volume\",\"type\":\"float64\"},"
                                      "{\"name\":\"timestamp\",\"type\":\"uint64\"}");
    expect_field(tick, "price", 80, 8, 8, 8);
    ck_assert_uint_eq(tick->record_size, 104);
    mmf_model_free(tick);
}
END_TEST

START_TEST(a_record_that_is_too_large_is_told_at_its_field)
{
    mmf_field fields[] = {
        {.name = {"a", {1, 1}}, .type = MMF_TYPE_BYTES, .base = MMF_TYPE_BYTES, .max = 16777204},
        {.name = {"b", {2, 7}}, .type = MMF_TYPE_BOOL, .base = MMF_TYPE_BOOL},
    };
    mmf_model model = {.align = 128, .fields = fields, .field_count = 1};
    mmf_diagnostics diagnostics = {0};

    ck_assert_int_eq(mmf_layout_compute(&model, &diagnostics), MMF_OK);
    ck_assert_uint_eq(model.record_size, MMF_RECORD_SIZE_MAX);
    model.field_count = 2;
    ck_assert_int_eq(mmf_layout_compute(&model, &diagnostics), MMF_E_LIMIT);
    ck_assert_uint_eq(diagnostics.count, 1);
    ck_assert_uint_eq(diagnostics.items[0].location.line, 2);
    ck_assert_uint_eq(diagnostics.items[0].location.column, 7);
    mmf_diagnostics_clear(&diagnostics);
}
END_TEST

START_TEST(the_limit_holds_with_a_checksum)
{
    mmf_field field = {
        .name = {"a", {1, 1}}, .type = MMF_TYPE_BYTES, .base = MMF_TYPE_BYTES, .max = 16777196};
    mmf_model model = {.align = 128, .has_checksum = true, .fields = &field, .field_count = 1};
    mmf_diagnostics diagnostics = {0};

    ck_assert_int_eq(mmf_layout_compute(&model, &diagnostics), MMF_OK);
    ck_assert_uint_eq(model.record_size, MMF_RECORD_SIZE_MAX);
    ck_assert_uint_eq(model.checksum_offset, MMF_RECORD_SIZE_MAX - 8);
    field.max++;
    ck_assert_int_eq(mmf_layout_compute(&model, &diagnostics), MMF_E_LIMIT);
    mmf_diagnostics_clear(&diagnostics);
}
END_TEST

START_TEST(sizes_do_not_wrap_around)
{
    /* 2^32 + 2^16 bytes in all: a sum of 32 bits would be small. */
    mmf_field field = {.name = {"a", {1, 1}},
                       .type = MMF_TYPE_BYTES,
                       .base = MMF_TYPE_BYTES,
                       .max = 65536 + 65536 - 4,
                       .count = 32769};
    mmf_model model = {.align = 8, .fields = &field, .field_count = 1};
    mmf_diagnostics diagnostics = {0};

    ck_assert_int_eq(mmf_layout_compute(&model, &diagnostics), MMF_E_LIMIT);
    mmf_diagnostics_clear(&diagnostics);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("layout");
    TCase *tests = tcase_create("all");

    tcase_add_test(tests, fields_follow_in_order_with_natural_alignment);
    tcase_add_test(tests, texts_have_a_length_and_alignment_4);
    tcase_add_test(tests, elements_of_an_array_are_aligned);
    tcase_add_test(tests, an_enum_lies_like_its_base);
    tcase_add_test(tests, align_pads_the_record_and_not_the_payload);
    tcase_add_test(tests, a_checksum_follows_the_payload);
    tcase_add_test(tests, a_checksum_lies_in_what_align_pads);
    tcase_add_test(tests, records_of_the_go_library_have_their_sizes);
    tcase_add_test(tests, a_record_that_is_too_large_is_told_at_its_field);
    tcase_add_test(tests, the_limit_holds_with_a_checksum);
    tcase_add_test(tests, sizes_do_not_wrap_around);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
