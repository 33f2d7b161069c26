/* What the corpus cannot hold: limits that need large texts, files, memory, time. */
#define _GNU_SOURCE /* open_memstream, mkstemp */

#include "schema/json.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <time.h>
#include <unistd.h>

#include "tests/schema/suite.h"

#define TICK "{\"name\":\"Tick\",\"version\":1,\"fields\":[{\"name\":\"a\",\"type\":\"bool\"}]}"

/* A text that a test writes piece by piece. */
typedef struct long_text {
    char *text;
    size_t size;
    FILE *stream;
} long_text;

static void begin(long_text *text, const char *first)
{
    text->stream = open_memstream(&text->text, &text->size);
    ck_assert_ptr_nonnull(text->stream);
    (void)fputs(first, text->stream);
}

static mmf_status end(long_text *text, const char *last, mmf_diagnostics *diagnostics)
{
    mmf_model *model = NULL;
    mmf_status status;

    (void)fputs(last, text->stream);
    ck_assert_int_eq(fclose(text->stream), 0);
    mmf_diagnostics_init(diagnostics, "");
    status = mmf_schema_parse(text->text, text->size, diagnostics, &model);
    ck_assert((status == MMF_OK) == (model != NULL));
    mmf_model_free(model);
    free(text->text);
    return status;
}

static void write_fields(long_text *text, int count)
{
    for (int i = 0; i < count; i++) {
        (void)fprintf(text->stream, "%s{\"name\":\"f%d\",\"type\":\"bool\"}", i > 0 ? ",\n" : "",
                      i);
    }
}

START_TEST(at_most_1024_fields)
{
    mmf_diagnostics diagnostics;
    long_text text;

    begin(&text, "{\"name\":\"T\",\"version\":1,\"fields\":[\n");
    write_fields(&text, MMF_SCHEMA_FIELDS_MAX);
    ck_assert_int_eq(end(&text, "]}", &diagnostics), MMF_OK);
    mmf_diagnostics_clear(&diagnostics);

    begin(&text, "{\"name\":\"T\",\"version\":1,\"fields\":[\n");
    write_fields(&text, MMF_SCHEMA_FIELDS_MAX + 2);
    ck_assert_int_eq(end(&text, "]}", &diagnostics), MMF_E_SYNTAX);
    ck_assert_uint_eq(diagnostics.count, 1);
    ck_assert_str_eq(diagnostics.items[0].text, "more than 1024 fields");
    ck_assert_uint_eq(diagnostics.items[0].location.line, 2 + MMF_SCHEMA_FIELDS_MAX);
    mmf_diagnostics_clear(&diagnostics);
}
END_TEST

static mmf_status parse_symbols(int count, mmf_diagnostics *diagnostics)
{
    long_text text;

    begin(&text, "{\"name\":\"T\",\"version\":1,\"fields\":[{\"name\":\"a\",\"type\":"
                 "\"enum\",\"base\":\"uint16\",\"symbols\":{");
    for (int i = 0; i < count; i++) {
        (void)fprintf(text.stream, "%s\"S%d\":%d", i > 0 ? "," : "", i, i);
    }
    return end(&text, "}}]}", diagnostics);
}

START_TEST(at_most_1024_symbols)
{
    mmf_diagnostics diagnostics;

    ck_assert_int_eq(parse_symbols(MMF_SCHEMA_SYMBOLS_MAX, &diagnostics), MMF_OK);
    mmf_diagnostics_clear(&diagnostics);
    ck_assert_int_eq(parse_symbols(MMF_SCHEMA_SYMBOLS_MAX + 1, &diagnostics), MMF_E_SYNTAX);
    ck_assert_uint_eq(diagnostics.count, 1);
    mmf_diagnostics_clear(&diagnostics);
}
END_TEST

START_TEST(at_most_4_mib)
{
    mmf_diagnostics diagnostics;
    long_text text;

    begin(&text, TICK);
    for (size_t i = strlen(TICK); i < MMF_SCHEMA_SIZE_MAX; i++) {
        (void)fputc(' ', text.stream);
    }
    ck_assert_int_eq(end(&text, "", &diagnostics), MMF_OK);
    mmf_diagnostics_clear(&diagnostics);

    begin(&text, TICK);
    for (size_t i = strlen(TICK); i < MMF_SCHEMA_SIZE_MAX; i++) {
        (void)fputc(' ', text.stream);
    }
    ck_assert_int_eq(end(&text, " ", &diagnostics), MMF_E_SYNTAX);
    ck_assert_str_eq(diagnostics.items[0].text, "the schema is larger than 4194304 bytes");
    ck_assert_uint_eq(diagnostics.items[0].location.line, 0);
    mmf_diagnostics_clear(&diagnostics);
}
END_TEST

/* Every field has an error and many names: what a slip of O(n²) would show. */
START_TEST(large_schemas_take_no_quadratic_time)
{
    mmf_diagnostics diagnostics;
    long_text text;
    clock_t start = clock();

    begin(&text, "{\"name\":\"T\",\"version\":1,\"fields\":[\n");
    for (int i = 0; i < MMF_SCHEMA_FIELDS_MAX; i++) {
        (void)fprintf(text.stream, "%s{\"name\":\"f%d\",\"type\":\"bool\",\"aliases\":[",
                      i > 0 ? ",\n" : "", i);
        for (int k = 0; k < 20; k++) {
            (void)fprintf(text.stream, "%s\"a%d_%d\"", k > 0 ? "," : "", i, k);
        }
        (void)fputs("],\"defualt\":true}", text.stream);
    }
    ck_assert_int_eq(end(&text, "]}", &diagnostics), MMF_E_SYNTAX);
    ck_assert_uint_eq(diagnostics.error_count, MMF_SCHEMA_FIELDS_MAX);
    mmf_diagnostics_clear(&diagnostics);
    /* A hundred times what it takes, for machines that do other things too. */
    ck_assert_int_lt((clock() - start) / (CLOCKS_PER_SEC / 1000), 5000);
}
END_TEST

START_TEST(places_are_kept_in_the_model)
{
    mmf_model *model = parse_good("{\"name\":\"Tick\",\n \"version\":1,\n \"fields\":[\n"
                                  "  {\"name\":\"a\",\"type\":\"enum\",\"base\":\"int8\",\n"
                                  "   \"symbols\":{\"X\":1},\"aliases\":[\n\"b\"]}],\n"
                                  " \"reserved\":[\"c\"]}");
    const mmf_field *field = &model->fields[0];

    ck_assert_uint_eq(model->name.location.column, 9);
    ck_assert_uint_eq(model->prefix.location.column, 9);
    ck_assert_uint_eq(field->name.location.line, 4);
    ck_assert_uint_eq(field->name.location.column, 11);
    ck_assert_uint_eq(field->type_location.column, 22);
    ck_assert_uint_eq(field->symbols[0].name.location.line, 5);
    ck_assert_uint_eq(field->symbols[0].name.location.column, 15);
    ck_assert_uint_eq(field->aliases[0].location.line, 6);
    ck_assert_uint_eq(model->reserved[0].location.line, 7);
    mmf_model_free(model);
}
END_TEST

START_TEST(a_list_with_errors_of_another_file_does_not_matter)
{
    mmf_diagnostics diagnostics = {0};
    mmf_model *model = NULL;

    mmf_diagnostics_add(&diagnostics, MMF_SEVERITY_ERROR, (mmf_location){1, 1}, "before");
    ck_assert_int_eq(mmf_schema_parse(TICK, strlen(TICK), &diagnostics, &model), MMF_OK);
    mmf_model_free(model);
    mmf_diagnostics_clear(&diagnostics);
}
END_TEST

START_TEST(loads_a_file)
{
    char path[] = "/tmp/mmf_json_test_XXXXXX";
    int fd = mkstemp(path);
    mmf_diagnostics diagnostics;
    mmf_model *model = NULL;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, TICK, strlen(TICK)), (ssize_t)strlen(TICK));
    (void)close(fd);
    ck_assert_int_eq(mmf_schema_load(path, &diagnostics, &model), MMF_OK);
    ck_assert_str_eq(model->path, path);
    ck_assert_str_eq(diagnostics.path, path);
    mmf_model_free(model);
    mmf_diagnostics_clear(&diagnostics);
    (void)unlink(path);
}
END_TEST

static void expect_no_file(const char *path, int expected_errno, const char *expected)
{
    mmf_diagnostics diagnostics;
    mmf_model *model = NULL;
    char *line;

    ck_assert_int_eq(mmf_schema_load(path, &diagnostics, &model), MMF_E_SYSTEM);
    ck_assert_int_eq(errno, expected_errno);
    ck_assert_ptr_null(model);
    ck_assert_uint_eq(diagnostics.count, 1);
    line = mmf_diagnostics_format(&diagnostics, 0);
    ck_assert_pstr_eq(line, expected);
    free(line);
    mmf_diagnostics_clear(&diagnostics);
}

START_TEST(files_that_cannot_be_read)
{
    expect_no_file("/nonexistent/tick.mmf.json", ENOENT,
                   "/nonexistent/tick.mmf.json: error: cannot read the schema: "
                   "No such file or directory");
    expect_no_file("/tmp", EISDIR, "/tmp: error: cannot read the schema: Is a directory");
}
END_TEST

static int allocations_left;

static void *failing_malloc(size_t size)
{
    return allocations_left-- > 0 ? malloc(size) : NULL;
}

/* jansson runs out of memory at its first, second, … allocation; nothing may leak or crash, and
 * nothing but success may give a model. */
START_TEST(jansson_out_of_memory)
{
    static const char *const texts[] = {
        TICK,
        "{\"name\":\"T\",\"version\":1,\"version\":1,\"fields\":[{\"name\":\"a\",\"tpye\":1}]}",
    };
    mmf_status status = MMF_E_NO_MEMORY;

    json_set_alloc_funcs(failing_malloc, free);
    for (int allowed = 0; allowed < 1000 && status != MMF_OK; allowed++) {
        mmf_diagnostics diagnostics;
        mmf_model *model = NULL;

        mmf_diagnostics_init(&diagnostics, "");
        allocations_left = allowed;
        status = mmf_schema_parse(texts[_i], strlen(texts[_i]), &diagnostics, &model);
        ck_assert((status == MMF_OK) == (model != NULL));
        /* jansson itself takes a string that it has no memory for as a syntax error; where it says
         * nothing at all, that must not become an error without a text. */
        if (status == MMF_E_SYNTAX) {
            ck_assert_str_ne(diagnostics.items[0].text, "not valid JSON: ");
        }
        if (status == MMF_E_NO_MEMORY) {
            ck_assert(diagnostics.out_of_memory);
        } else if (status != MMF_OK) {
            ck_assert_uint_gt(diagnostics.error_count, 0);
        }
        mmf_model_free(model);
        mmf_diagnostics_clear(&diagnostics);
    }
    json_set_alloc_funcs(malloc, free);
    ck_assert_int_eq(status, _i == 0 ? MMF_OK : MMF_E_SYNTAX);
}
END_TEST

/* Cuts a schema at every byte, and puts every byte to a few others: only crashes and leaks show. */
START_TEST(damaged_texts_give_errors_or_models)
{
    static const char damage[] = {'\0', '"', '{', ']', '\\', (char)0xff, '9', '\n', ','};
    static const char good[] =
        "{\"name\":\"T\",\"version\":1,\"fields\":[{\"name\":\"e\",\"type\":\"enum\",\"base\":"
        "\"int8\",\"symbols\":{\"A\":0},\"count\":2,\"default\":[\"A\",\"A\"]},{\"name\":\"s\","
        "\"type\":\"string\",\"max\":4,\"default\":\"ab\\u00e4\"}]}";
    size_t size = sizeof good - 1;

    for (size_t at = 0; at < size * (1 + sizeof damage); at++) {
        char text[sizeof good];
        size_t cut = at < size ? at : size;
        mmf_diagnostics diagnostics;
        mmf_model *model = NULL;
        mmf_status status;

        memcpy(text, good, sizeof good);
        if (at >= size) {
            text[at % size] = damage[at / size - 1];
        }
        mmf_diagnostics_init(&diagnostics, "");
        status = mmf_schema_parse(text, cut, &diagnostics, &model);
        ck_assert((status == MMF_OK) == (model != NULL));
        ck_assert((status == MMF_OK) == !mmf_diagnostics_has_errors(&diagnostics));
        mmf_model_free(model);
        mmf_diagnostics_clear(&diagnostics);
    }
}
END_TEST

START_TEST(values_are_read_exactly)
{
    mmf_model *model = parse_fields(
        "", "{\"name\":\"a\",\"type\":\"int64\",\"default\":\"-9223372036854775808\"},"
            "{\"name\":\"b\",\"type\":\"uint64\",\"default\":\"18446744073709551615\"},"
            "{\"name\":\"c\",\"type\":\"float32\",\"default\":3.4028235e38},"
            "{\"name\":\"d\",\"type\":\"float64\",\"default\":\"nan\"},"
            "{\"name\":\"e\",\"type\":\"float64\",\"default\":\"-inf\"},"
            "{\"name\":\"f\",\"type\":\"float32\",\"default\":0.1}");

    ck_assert_int_eq(model->fields[0].defaults[0].integer.i, INT64_MIN);
    ck_assert_uint_eq(model->fields[1].defaults[0].integer.u, UINT64_MAX);
    ck_assert(model->fields[2].defaults[0].real == (double)0x1.fffffep127f);
    ck_assert(isnan(model->fields[3].defaults[0].real));
    ck_assert(model->fields[4].defaults[0].real == -INFINITY);
    ck_assert(model->fields[5].defaults[0].real == (double)0.1f);
    mmf_model_free(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("json");
    TCase *tests = tcase_create("all");

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, at_most_1024_fields);
    tcase_add_test(tests, at_most_1024_symbols);
    tcase_add_test(tests, at_most_4_mib);
    tcase_add_test(tests, large_schemas_take_no_quadratic_time);
    tcase_add_test(tests, places_are_kept_in_the_model);
    tcase_add_test(tests, a_list_with_errors_of_another_file_does_not_matter);
    tcase_add_test(tests, loads_a_file);
    tcase_add_test(tests, files_that_cannot_be_read);
    tcase_add_loop_test(tests, jansson_out_of_memory, 0, 2);
    tcase_add_test(tests, damaged_texts_give_errors_or_models);
    tcase_add_test(tests, values_are_read_exactly);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
