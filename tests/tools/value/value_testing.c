#include "tests/tools/value/value_testing.h"

#include "schema/json.h"

static const char schema[] =
    "{\"name\": \"All\", \"version\": 1, \"fields\": ["
    "{\"name\": \"flag\", \"type\": \"bool\"},"
    "{\"name\": \"i8\", \"type\": \"int8\"}, {\"name\": \"u8\", \"type\": \"uint8\"},"
    "{\"name\": \"i16\", \"type\": \"int16\"}, {\"name\": \"u16\", \"type\": \"uint16\"},"
    "{\"name\": \"i32\", \"type\": \"int32\"}, {\"name\": \"u32\", \"type\": \"uint32\"},"
    "{\"name\": \"i64\", \"type\": \"int64\"}, {\"name\": \"u64\", \"type\": \"uint64\"},"
    "{\"name\": \"f32\", \"type\": \"float32\"}, {\"name\": \"f64\", \"type\": \"float64\"},"
    "{\"name\": \"str\", \"type\": \"string\", \"max\": 13},"
    "{\"name\": \"raw\", \"type\": \"bytes\", \"max\": 5},"
    "{\"name\": \"side\", \"type\": \"enum\", \"base\": \"int16\","
    " \"symbols\": {\"BUY\": 0, \"SELL\": 1, \"CANCEL\": -7}},"
    "{\"name\": \"byte_enum\", \"type\": \"enum\", \"base\": \"uint8\","
    " \"symbols\": {\"A\": 200}},"
    "{\"name\": \"at_s\", \"type\": \"int64\", \"logical\": \"timestamp\", \"unit\": \"s\"},"
    "{\"name\": \"at_ms\", \"type\": \"int64\", \"logical\": \"timestamp\", \"unit\": \"ms\"},"
    "{\"name\": \"at_us\", \"type\": \"uint64\", \"logical\": \"timestamp\", \"unit\": \"us\"},"
    "{\"name\": \"at_ns\", \"type\": \"int64\", \"logical\": \"timestamp\", \"unit\": \"ns\"},"
    "{\"name\": \"uat_s\", \"type\": \"uint64\", \"logical\": \"timestamp\", \"unit\": \"s\"},"
    "{\"name\": \"uat_ns\", \"type\": \"uint64\", \"logical\": \"timestamp\", \"unit\": \"ns\"},"
    "{\"name\": \"price\", \"type\": \"int64\", \"logical\": \"decimal\", \"scale\": 2},"
    "{\"name\": \"whole\", \"type\": \"int32\", \"logical\": \"decimal\", \"scale\": 0},"
    "{\"name\": \"fine\", \"type\": \"uint64\", \"logical\": \"decimal\", \"scale\": 18},"
    "{\"name\": \"tiny\", \"type\": \"int8\", \"logical\": \"decimal\", \"scale\": 3},"
    "{\"name\": \"id\", \"type\": \"bytes\", \"max\": 16, \"logical\": \"uuid\"},"
    "{\"name\": \"id8\", \"type\": \"uint8\", \"count\": 16, \"logical\": \"uuid\"},"
    "{\"name\": \"ip4\", \"type\": \"uint32\", \"logical\": \"ipv4\"},"
    "{\"name\": \"ip4b\", \"type\": \"bytes\", \"max\": 4, \"logical\": \"ipv4\"},"
    "{\"name\": \"ip4a\", \"type\": \"uint8\", \"count\": 4, \"logical\": \"ipv4\"},"
    "{\"name\": \"ip6b\", \"type\": \"bytes\", \"max\": 16, \"logical\": \"ipv6\"},"
    "{\"name\": \"ip6a\", \"type\": \"uint8\", \"count\": 16, \"logical\": \"ipv6\"},"
    "{\"name\": \"flags\", \"type\": \"bool\", \"count\": 2},"
    "{\"name\": \"i32s\", \"type\": \"int32\", \"count\": 3},"
    "{\"name\": \"u64s\", \"type\": \"uint64\", \"count\": 2},"
    "{\"name\": \"f64s\", \"type\": \"float64\", \"count\": 2},"
    "{\"name\": \"strs\", \"type\": \"string\", \"max\": 5, \"count\": 2},"
    "{\"name\": \"raws\", \"type\": \"bytes\", \"max\": 3, \"count\": 2},"
    "{\"name\": \"sides\", \"type\": \"enum\", \"base\": \"uint8\", \"count\": 2,"
    " \"symbols\": {\"BUY\": 0, \"SELL\": 1}},"
    "{\"name\": \"ats\", \"type\": \"int64\", \"count\": 2, \"logical\": \"timestamp\","
    " \"unit\": \"ms\"},"
    "{\"name\": \"ids\", \"type\": \"bytes\", \"max\": 16, \"count\": 2, \"logical\": \"uuid\"},"
    "{\"name\": \"ip4s\", \"type\": \"uint32\", \"count\": 2, \"logical\": \"ipv4\"},"
    "{\"name\": \"one\", \"type\": \"uint16\", \"count\": 1}]}";

mmf_model *value_model(void)
{
    mmf_diagnostics diagnostics;
    mmf_model *model = NULL;

    mmf_diagnostics_init(&diagnostics, "all.mmf.json");
    if (mmf_schema_parse(schema, strlen(schema), &diagnostics, &model) != MMF_OK) {
        ck_abort_msg("%s", diagnostics.count > 0 ? diagnostics.items[0].text : "out of memory");
    }
    mmf_diagnostics_clear(&diagnostics);
    ck_assert_uint_le(model->payload_size, PAYLOAD_MAX);
    return model;
}

char *value_written(const mmf_field *field, const uint8_t *payload, mmf_notation notation,
                    size_t *ret_size)
{
    mmf_output output = {0};

    mmf_value_write(&output, field, payload, notation);
    if (ret_size) {
        *ret_size = output.size;
    }
    mmf_output_add_char(&output, '\0');
    ck_assert(!output.has_failed);
    return output.bytes;
}

size_t value_unquote(char *cell, size_t size)
{
    size_t written = 0;

    if (size == 0 || cell[0] != '"') {
        for (size_t i = 0; i < size; i++) {
            value_expect(!strchr(",\"\r\n", cell[i]) || cell[i] == '\0', "not quoted");
        }
        return size;
    }
    ck_assert(size >= 2 && cell[size - 1] == '"');
    for (size_t i = 1; i < size - 1; i++) {
        if (cell[i] == '"') {
            i++;
            value_expect(i < size - 1 && cell[i] == '"', "half a quote");
        }
        cell[written++] = cell[i];
    }
    return written;
}

uint64_t value_random(uint64_t *state)
{
    uint64_t mixed = *state += 0x9e3779b97f4a7c15u;

    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

int value_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int failed;

    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
