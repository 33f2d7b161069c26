#include "schema/hash.h"

#include "tests/schema/suite.h"

#define TICK_FIELDS                                                                                \
    "{\"name\":\"symbol\",\"type\":\"string\",\"max\":64},"                                        \
    "{\"name\":\"price\",\"type\":\"float64\"},{\"name\":\"volume\",\"type\":\"float64\"},"        \
    "{\"name\":\"timestamp\",\"type\":\"uint64\"}"

static void expect_hash(const mmf_model *model, const char *expected)
{
    char hex[2 * MMF_HASH_SIZE + 1];

    for (size_t i = 0; i < MMF_HASH_SIZE; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", model->hash[i]);
    }
    ck_assert_str_eq(hex, expected);
}

static void expect_text(const mmf_model *model, const char *expected)
{
    char *text = mmf_hash_text(model);

    ck_assert_str_eq(text, expected);
    free(text);
}

/* The first two hashes were taken from files that the Go library wrote. */
START_TEST(format_1_tick)
{
    mmf_model *model = parse_fields("\"format\":1,", TICK_FIELDS);

    expect_text(model, "price:float64:8,symbol:string:68,timestamp:uint64:8,volume:float64:8");
    expect_hash(model, "73f6506908abfd81c1be282c611f74b5f4d6a4c7457bd586f4e386b5f7a85f59");
    mmf_model_free(model);
}
END_TEST

START_TEST(format_1_all_types)
{
    mmf_model *model = parse_fields(
        "\"format\":1,",
        "{\"name\":\"b\",\"type\":\"bool\"},"
        "{\"name\":\"i8\",\"type\":\"int8\"},{\"name\":\"u8\",\"type\":\"uint8\"},"
        "{\"name\":\"i16\",\"type\":\"int16\"},{\"name\":\"u16\",\"type\":\"uint16\"},"
        "{\"name\":\"i32\",\"type\":\"int32\"},{\"name\":\"u32\",\"type\":\"uint32\"},"
        "{\"name\":\"i64\",\"type\":\"int64\"},{\"name\":\"u64\",\"type\":\"uint64\"},"
        "{\"name\":\"f32\",\"type\":\"float32\"},{\"name\":\"f64\",\"type\":\"float64\"},"
        "{\"name\":\"s\",\"type\":\"string\",\"max\":13},"
        "{\"name\":\"raw\",\"type\":\"bytes\",\"max\":7}");

    ck_assert_uint_eq(model->record_size, 88);
    expect_hash(model, "59fa396d9c4cb89ef8bbf630b702290233a9cf6bb0decfff88fbeae48d47ad29");
    mmf_model_free(model);
}
END_TEST

START_TEST(format_1_does_not_see_the_order)
{
    mmf_model *model =
        parse_fields("\"format\":1,", "{\"name\":\"timestamp\",\"type\":\"uint64\"},"
                                      "{\"name\":\"price\",\"type\":\"float64\"},"
                                      "{\"name\":\"symbol\",\"type\":\"string\",\"max\":64},"
                                      "{\"name\":\"volume\",\"type\":\"float64\"}");

    expect_hash(model, "73f6506908abfd81c1be282c611f74b5f4d6a4c7457bd586f4e386b5f7a85f59");
    mmf_model_free(model);
}
END_TEST

START_TEST(format_2_text_has_order_offsets_and_counts)
{
    mmf_model *model =
        parse_fields("\"align\":32,", "{\"name\":\"z\",\"type\":\"bool\"},"
                                      "{\"name\":\"side\",\"type\":\"enum\",\"base\":\"int16\","
                                      "\"symbols\":{\"A\":1}},"
                                      "{\"name\":\"a\",\"type\":\"string\",\"max\":5,\"count\":2}");

    expect_text(model, "mmf2:64,z:bool:8:1:0,side:enum(int16):10:2:0,a:string:12:9:2");
    mmf_model_free(model);
}
END_TEST

START_TEST(format_2_tick)
{
    mmf_model *model = parse_fields("", TICK_FIELDS);

    expect_text(model, "mmf2:104,symbol:string:8:68:0,price:float64:80:8:0,"
                       "volume:float64:88:8:0,timestamp:uint64:96:8:0");
    expect_hash(model, "7695a1620599bdb38fd648a4d7531d3002300257166f12a32a34ae0a5374e2d0");
    mmf_model_free(model);
}
END_TEST

START_TEST(format_2_tick_with_checksum)
{
    mmf_model *model = parse_fields("\"checksum\":true,", TICK_FIELDS);

    expect_text(model, "mmf2:112:crc32c,symbol:string:8:68:0,price:float64:80:8:0,"
                       "volume:float64:88:8:0,timestamp:uint64:96:8:0");
    expect_hash(model, "3e3b1fed4d75d620dd9390d28948a1e5afc52cff623f651ae3ab2bac555376c5");
    mmf_model_free(model);
}
END_TEST

/* Records of the same size, whose padding is a checksum in one of them. */
START_TEST(format_2_sees_the_checksum_alone)
{
    mmf_model *with = parse_fields("\"align\":64,\"checksum\":true,", TICK_FIELDS);
    mmf_model *without = parse_fields("\"align\":64,\"checksum\":false,", TICK_FIELDS);

    ck_assert_uint_eq(with->record_size, without->record_size);
    ck_assert_mem_ne(with->hash, without->hash, MMF_HASH_SIZE);
    mmf_model_free(with);
    mmf_model_free(without);
}
END_TEST

START_TEST(format_2_does_not_see_what_is_not_layout)
{
    mmf_model *plain = parse_fields("", "{\"name\":\"a\",\"type\":\"int64\"}");
    mmf_model *rich = parse_fields(
        "\"doc\":\"x\",\"prefix\":\"y\",\"capacity\":7,\"reserved\":[\"b\"],",
        "{\"name\":\"a\",\"type\":\"int64\",\"doc\":\"d\",\"default\":3,\"aliases\":[\"c\"],"
        "\"since\":1,\"deprecated\":true,\"logical\":\"timestamp\",\"unit\":\"s\"}");

    ck_assert_mem_eq(plain->hash, rich->hash, MMF_HASH_SIZE);
    mmf_model_free(plain);
    mmf_model_free(rich);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hash");
    TCase *tests = tcase_create("all");

    tcase_add_test(tests, format_1_tick);
    tcase_add_test(tests, format_1_all_types);
    tcase_add_test(tests, format_1_does_not_see_the_order);
    tcase_add_test(tests, format_2_text_has_order_offsets_and_counts);
    tcase_add_test(tests, format_2_tick);
    tcase_add_test(tests, format_2_tick_with_checksum);
    tcase_add_test(tests, format_2_sees_the_checksum_alone);
    tcase_add_test(tests, format_2_does_not_see_what_is_not_layout);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
