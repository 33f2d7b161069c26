/* Differences of stores: what is one, and what is not. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tools/diff.h"

#include <stdarg.h>
#include <stdlib.h>

#include "tests/fixtures/contents.h"
#include "tests/tools/copy/stores.h"

const char *const suite_name = "differences of stores";

/* --- What is told ---------------------------------------------------------------------------- */

/* A word each: "schema:NAME", "INDEX:NAME", "damaged:a:INDEX", "only:b:FIRST+COUNT". */
typedef struct attempt {
    mmf_diff_options options;
    mmf_diagnostics diagnostics;
    mmf_error error;
    mmf_diff_result result;
    char told[1024];
    unsigned looks;
    unsigned cancel_at;
} attempt;

MMF_PRINTF(2, 3) static void tell(attempt *attempt, const char *format, ...)
{
    size_t used = strlen(attempt->told);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(attempt->told + used, sizeof attempt->told - used, format, arguments);
    va_end(arguments);
}

static void tell_schema(void *context, const mmf_diff_field *field)
{
    tell(context, "schema:%s%s%s ", (field->a ? field->a : field->b)->name.text,
         !field->a ? "+" : "", !field->b ? "-" : "");
}

static void tell_value(void *context, uint64_t index, const mmf_diff_field *field,
                       const uint8_t *payload_a, const uint8_t *payload_b)
{
    ck_assert_ptr_nonnull(payload_a);
    ck_assert_ptr_nonnull(payload_b);
    tell(context, "%u:%s ", (unsigned)index, field->a->name.text);
}

static void tell_damaged(void *context, char which, uint64_t index, const char *what)
{
    ck_assert_uint_gt(strlen(what), 0);
    tell(context, "damaged:%c:%u ", which, (unsigned)index);
}

static void tell_only(void *context, char which, uint64_t first, uint64_t count)
{
    tell(context, "only:%c:%u+%u ", which, (unsigned)first, (unsigned)count);
}

static bool go_on(void *context, uint64_t done, uint64_t total)
{
    attempt *attempt = context;

    return done <= total && ++attempt->looks != attempt->cancel_at;
}

static mmf_status diff(attempt *attempt)
{
    mmf_status status;

    attempt->error = (mmf_error){0};
    attempt->diagnostics = (mmf_diagnostics){0};
    attempt->told[0] = '\0';
    attempt->options.schema = tell_schema;
    attempt->options.differs = tell_value;
    attempt->options.damaged = tell_damaged;
    attempt->options.only = tell_only;
    attempt->options.progress = go_on;
    attempt->options.context = attempt;
    attempt->options.timeout_ms = 20;
    attempt->options.diagnostics = &attempt->diagnostics;
    attempt->options.error = &attempt->error;
    status = mmf_diff(test_path("a"), test_path("b"), &attempt->options, &attempt->result);
    mmf_diagnostics_clear(&attempt->diagnostics);
    return status;
}

/* Records of 'a' come first, in the order of their values: "hexadecimal digits". */
static void make(const char *name, const char *text, const char *const *payloads, unsigned count)
{
    mmf_table *table;
    uint8_t payload[256];

    store_make(test_path(name), store_schema("schema.json", text), 2, 0);
    table = store_open(test_path(name), NULL, 0);
    for (unsigned i = 0; i < count; i++) {
        memset(payload, 0, sizeof payload);
        for (size_t k = 0; payloads[i][2 * k]; k++) {
            unsigned byte = 0;

            ck_assert_int_eq(sscanf(payloads[i] + 2 * k, "%2x", &byte), 1);
            payload[k] = (uint8_t)byte;
        }
        ck_ok(mmf_table_append(table, payload, 1, NULL));
    }
    ck_ok(mmf_table_close(table));
}

#define R(fields) "{'name':'R','version':1,'fields':[" fields "]}"
#define TWO R("{'name':'a','type':'uint16'},{'name':'t','type':'string','max':3}")

START_TEST(test_same)
{
    attempt attempt = {0};

    store_make(test_path("a"), store_schema("s.json", TWO), 2, 3000);
    store_make(test_path("b"), test_path("s.json"), 2, 3000);
    ck_status_error(diff(&attempt), MMF_OK, &attempt.error);
    ck_assert_str_eq(attempt.told, "");
    ck_assert(mmf_diff_is_same(&attempt.result));
}
END_TEST

START_TEST(test_values)
{
    /* number, padding, length, text: what no field has is no difference */
    static const char *const a[] = {"0100", "0200000001000000616263", "0300", "0400"};
    static const char *const b[] = {"0100ffff", "0200000001000000617a7a", "0301",
                                    "050000000100000061", "0000"};
    attempt attempt = {0};

    make("a", TWO, a, 4);
    make("b", TWO, b, 5);
    ck_ok(diff(&attempt));
    ck_assert_str_eq(attempt.told, "2:a 3:a 3:t only:b:4+1 ");
    ck_assert_uint_eq(attempt.result.values, 3);
    ck_assert_uint_eq(attempt.result.records, 2);
    ck_assert_uint_eq(attempt.result.only_b, 1);
    ck_assert(!mmf_diff_is_same(&attempt.result));
    attempt.options.limit = 2;
    ck_ok(diff(&attempt));
    ck_assert_str_eq(attempt.told, "2:a 3:a only:b:4+1 ");
    ck_assert(attempt.result.is_limited);
}
END_TEST

START_TEST(test_fields)
{
    static const char *const a[] = {"0100", "0200000001000000616263"};
    static const char *const b[] = {"0500", "0200000001000000626263"};
    static const char *names[] = {"t"};
    attempt attempt = {.options = {.fields = names, .field_count = 1}};

    make("a", TWO, a, 2);
    make("b", TWO, b, 2);
    ck_ok(diff(&attempt));
    ck_assert_str_eq(attempt.told, "1:t ");
    names[0] = "u";
    ck_status(diff(&attempt), MMF_E_INVALID);
    ck_contains(attempt.error.text, "no field \"u\"");
}
END_TEST

/* --- Schemas that differ --------------------------------------------------------------------- */

typedef struct row {
    const char *a_rest; /* of the field `x` */
    const char *b_rest;
    const char *a;
    const char *b;
    const char *told;
} row;

static const row rows[] = {
    {"'type':'uint8'", "'type':'int64'", "ff", "ff", "schema:x "},
    {"'type':'uint8'", "'type':'int64'", "ff", "ffffffffffffffff", "schema:x 0:x "},
    {"'type':'int8'", "'type':'int64'", "fe", "feffffffffffffff", "schema:x "},
    {"'type':'int64'", "'type':'uint64'", "ffffffffffffffff", "ffffffffffffffff", "schema:x 0:x "},
    {"'type':'int32'", "'type':'float64'", "feffffff", "00000000000000c0", "schema:x "},
    {"'type':'int64'", "'type':'float64'", "0100000000002000", "0000000000004043", "schema:x 0:x "},
    {"'type':'uint64'", "'type':'float64'", "ffffffffffffffff", "000000000000f043",
     "schema:x 0:x "},
    {"'type':'float32'", "'type':'float64'", "0000c03f", "000000000000f83f", "schema:x "},
    {"'type':'float64'", "'type':'float64','doc':'x'", "0000000000000000", "0000000000000080",
     "0:x "},
    {"'type':'bool'", "'type':'bool'", "01", "07", ""},
    {"'type':'string','max':2", "'type':'string','max':3", "0200000061620000", "02000000616200",
     "schema:x "},
    {"'type':'string','max':2", "'type':'bytes','max':2", "010000006100", "010000006200",
     "schema:x "},
    {"'type':'uint64','logical':'timestamp','unit':'s'",
     "'type':'uint64','logical':'timestamp','unit':'ms'", "01", "02", "schema:x "},
    {"'type':'uint8','count':2", "'type':'uint8','count':3", "0102", "010203", "schema:x "},
    {"'type':'uint8','count':2", "'type':'uint8','count':3", "0102", "0109", "schema:x 0:x "},
    {"'type':'uint8','count':1", "'type':'uint8'", "01", "02", "schema:x "},
};

#define ROWS (sizeof rows / sizeof *rows)

START_TEST(test_types)
{
    const row *row = &rows[_i];
    attempt attempt = {0};
    char text[256];

    (void)snprintf(text, sizeof text, R("{'name':'x',%s}"), row->a_rest);
    make("a", text, &row->a, 1);
    (void)snprintf(text, sizeof text, R("{'name':'x',%s}"), row->b_rest);
    make("b", text, &row->b, 1);
    ck_status_error(diff(&attempt), MMF_OK, &attempt.error);
    ck_assert_msg(strcmp(attempt.told, row->told) == 0, "row %d: \"%s\", expected \"%s\"", _i,
                  attempt.told, row->told);
    ck_assert_int_eq(mmf_diff_is_same(&attempt.result), row->told[0] == '\0');
}
END_TEST

/* In another order, with others beside: by names. */
START_TEST(test_names)
{
    attempt attempt = {0};

    store_make(test_path("a"), store_schema("s.json", TWO), 2, 100);
    store_make(test_path("b"),
               store_schema("t.json", R("{'name':'t','type':'string','max':3},"
                                        "{'name':'n','type':'bool'},{'name':'a','type':'uint16'}")),
               2, 90);
    ck_ok(diff(&attempt));
    ck_assert_str_eq(attempt.told, "schema:n+ only:a:90+10 ");
}
END_TEST

/* --- Files that are something else ----------------------------------------------------------- */

START_TEST(test_damaged)
{
    attempt attempt = {0};
    mmf_table *table;
    uint64_t odd = 0x7ffffff1;

    store_make(test_path("a"), store_schema("s.json", TWO), 2, 10);
    store_make(test_path("b"), test_path("s.json"), 2, 10);
    table = store_open(test_path("a"), NULL, MMF_READ_ONLY);
    test_write_at(test_path("a"), store_record_at(table, 3), &odd, sizeof odd);
    test_write_at(test_path("b"), store_record_at(table, 3), &odd, sizeof odd);
    test_write_at(test_path("b"), store_record_at(table, 5) + 8, "??", 2);
    ck_ok(mmf_table_close(table));
    ck_ok(diff(&attempt));
    ck_assert_str_eq(attempt.told, "damaged:a:3 damaged:b:3 5:a ");
    ck_assert_uint_eq(attempt.result.damaged, 2);
}
END_TEST

#define TICK                                                                                       \
    "{'name':'Tick','version':1,'fields':[{'name':'symbol','type':'string','max':64},"             \
    "{'name':'price','type':'float64'},{'name':'volume','type':'float64'},"                        \
    "{'name':'timestamp','type':'uint64'}]}"

START_TEST(test_format_1)
{
    const char *schema = store_schema("tick.mmf.json", TICK);
    attempt attempt = {0};

    test_copy_file(FIXTURE_FILES "ticks.mmf", test_path("a"));
    test_copy_file(FIXTURE_FILES "stuck.mmf", test_path("b"));
    ck_status(diff(&attempt), MMF_E_SCHEMA);
    attempt.options.schema_path_a = schema;
    ck_status(diff(&attempt), MMF_E_SCHEMA);
    attempt.options.schema_path_b = schema;
    ck_status_error(diff(&attempt), MMF_OK, &attempt.error);
    ck_assert_str_eq(attempt.told, "damaged:b:5 damaged:b:63 only:a:100+100 ");
    ck_assert_int_eq(truncate(test_path("b"), 1000), 0);
    ck_status(diff(&attempt), MMF_E_TRUNCATED);
    ck_assert_int_eq(unlink(test_path("b")), 0);
    ck_status(diff(&attempt), MMF_E_NOT_FOUND);
}
END_TEST

START_TEST(test_empty_and_cancelled)
{
    attempt attempt = {0};

    store_make(test_path("a"), store_schema("s.json", TWO), 2, 0);
    store_make(test_path("b"), test_path("s.json"), 2, 0);
    ck_ok(diff(&attempt));
    ck_assert(mmf_diff_is_same(&attempt.result));
    ck_assert_int_eq(unlink(test_path("b")), 0);
    store_make(test_path("b"), test_path("s.json"), 2, 7);
    ck_ok(diff(&attempt));
    ck_assert_str_eq(attempt.told, "only:b:0+7 ");
    test_copy_file(test_path("b"), test_path("c"));
    ck_assert_int_eq(rename(test_path("c"), test_path("a")), 0);
    attempt.looks = 0;
    attempt.cancel_at = 1;
    ck_status(diff(&attempt), MMF_E_CANCELLED);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, test_same);
    tcase_add_test(tcase, test_values);
    tcase_add_test(tcase, test_fields);
    tcase_add_loop_test(tcase, test_types, 0, ROWS);
    tcase_add_test(tcase, test_names);
    tcase_add_test(tcase, test_damaged);
    tcase_add_test(tcase, test_format_1);
    tcase_add_test(tcase, test_empty_and_cancelled);
}
