#include "codegen/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/codegen/testing.h"

/* The findings as text, one a line; "" for a schema whose names are fine. */
static char findings[4096];

static const char *findings_of(mmf_model *model)
{
    mmf_diagnostics diagnostics = {0};
    mmf_names *names = NULL;
    mmf_status status;
    size_t size = 0;

    mmf_diagnostics_init(&diagnostics, "x.json");
    status = mmf_names_make(model, &diagnostics, &names);
    ck_assert_int_eq(status, diagnostics.error_count > 0 ? MMF_E_SYNTAX : MMF_OK);
    ck_assert((names == NULL) == (status != MMF_OK));
    mmf_diagnostics_sort(&diagnostics);
    findings[0] = '\0';
    for (size_t i = 0; i < diagnostics.count; i++) {
        char *line = mmf_diagnostics_format(&diagnostics, i);

        size += (size_t)snprintf(findings + size, sizeof findings - size, "%s\n", line);
        ck_assert_uint_lt(size, sizeof findings);
        free(line);
    }
    mmf_diagnostics_clear(&diagnostics);
    mmf_names_free(names);
    mmf_model_free(model);
    return findings;
}

static const char *findings_of_fields(const char *fields)
{
    return findings_of(model_of_fields(fields));
}

START_TEST(names_are_made)
{
    mmf_model *model = model_of("{'name':'HttpRequest','version':1,'fields':["
                                "{'name':'url','type':'string','max':9},"
                                "{'name':'codes','type':'uint16','count':2},"
                                "{'name':'verb','type':'enum','base':'uint8',"
                                "'symbols':{'get':0,'PUT':1}},"
                                "{'name':'names','type':'bytes','max':3,'count':2}]}");
    mmf_diagnostics diagnostics = {0};
    mmf_names *names = NULL;
    const mmf_hole *field;

    ck_assert_int_eq(mmf_names_make(model, &diagnostics, &names), MMF_OK);
    ck_assert_str_eq(names->items[MMF_RECORD_NAME_append_n].value, "http_request_append_n");
    ck_assert_str_eq(names->items[MMF_RECORD_NAME_record_size].value, "HTTP_REQUEST_RECORD_SIZE");
    field = names->fields[0].items;
    ck_assert_str_eq(field[MMF_FIELD_NAME_field_max].value, "HTTP_REQUEST_URL_MAX");
    ck_assert_str_eq(field[MMF_FIELD_NAME_field_get].value, "http_request_get_url");
    ck_assert_ptr_null(field[MMF_FIELD_NAME_field_peek].value);
    ck_assert_ptr_null(field[MMF_FIELD_NAME_field_count].value);
    field = names->fields[1].items;
    ck_assert_str_eq(field[MMF_FIELD_NAME_field_peek_at].value, "http_request_peek_codes_at");
    ck_assert_ptr_null(field[MMF_FIELD_NAME_field_peek].value);
    ck_assert_str_eq(names->fields[2].symbols[0], "HTTP_REQUEST_VERB_GET");
    field = names->fields[3].items;
    ck_assert_ptr_null(field[MMF_FIELD_NAME_field_get].value);
    ck_assert_str_eq(field[MMF_FIELD_NAME_field_set_at].value, "http_request_set_names_at");
    mmf_names_free(names);
    mmf_model_free(model);
    mmf_diagnostics_clear(&diagnostics);
}
END_TEST

/* Two fields that would have functions, types or constants of one name. */
START_TEST(collisions_are_found)
{
    static const struct {
        const char *fields;
        const char *name;  /* that would be there twice */
        const char *later; /* at fault */
    } rows[] = {
        {"{'name':'a','type':'int8','count':2},{'name':'a_at','type':'int8'}", "r_get_a_at",
         "field \"a_at\""},
        {"{'name':'a_at','type':'int8'},{'name':'a','type':'int8','count':2}", "r_get_a_at",
         "field \"a\""},
        {"{'name':'store','type':'enum','base':'uint8','symbols':{'A':0}}", "r_store",
         "field \"store\""},
        {"{'name':'section','type':'enum','base':'uint8','symbols':{'A':0}}", "r_section",
         "field \"section\""},
        {"{'name':'init','type':'enum','base':'uint8','symbols':{'A':0}}", "r_init",
         "field \"init\""},
        {"{'name':'get','type':'enum','base':'uint8','symbols':{'A':0}}", "r_get", "field \"get\""},
        {"{'name':'mask','type':'enum','base':'uint8','symbols':{'A':0}}", "r_mask",
         "field \"mask\""},
        {"{'name':'get_a','type':'enum','base':'uint8','symbols':{'A':0}},"
         "{'name':'a','type':'int8'}",
         "r_get_a", "field \"a\""},
        {"{'name':'a','type':'enum','base':'uint8','symbols':{'OFFSET':0}}", "R_A_OFFSET",
         "symbol \"OFFSET\" of field \"a\""},
        {"{'name':'a','type':'enum','base':'uint8','symbols':{'b_c':0}},"
         "{'name':'a_b','type':'enum','base':'uint8','symbols':{'c':0}}",
         "R_A_B_C", "symbol \"c\" of field \"a_b\""},
        {"{'name':'record','type':'enum','base':'uint8','symbols':{'SIZE':0}}", "R_RECORD_SIZE",
         "symbol \"SIZE\" of field \"record\""},
        {"{'name':'R_B_OFFSET','type':'int8'},{'name':'b','type':'int8'}", "R_B_OFFSET",
         "field \"b\""},
        {"{'name':'side','type':'enum','base':'uint8','symbols':{'A':0}},"
         "{'name':'r_side','type':'int8'}",
         "r_side", "field \"r_side\""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *found = findings_of_fields(rows[i].fields);
        char expected[256];

        snprintf(expected, sizeof expected, ": error: in C, %s would have the name %s, which is",
                 rows[i].later, rows[i].name);
        ck_assert_msg(strstr(found, expected) != NULL, "%s\nmakes: %s\nand not: %s", rows[i].fields,
                      found, expected);
    }
}
END_TEST

START_TEST(both_places_are_named)
{
    ck_assert_str_eq(findings_of_fields("{'name':'a','type':'int8','count':2},"
                                        "{'name':'a_at','type':'int8'}"),
                     "x.json:1:80: error: in C, field \"a_at\" would have the name r_get_a_at, "
                     "which is taken by field \"a\"\n"
                     "x.json:1:43: note: field \"a\" is here\n");
}
END_TEST

START_TEST(innocent_names_pass)
{
    static const char *const rows[] = {
        "{'name':'r','type':'int8'}",
        "{'name':'store','type':'int8'},{'name':'get','type':'int8'},{'name':'init','type':'int8'}",
        "{'name':'index','type':'int8'},{'name':'status','type':'int8'},{'name':'i','type':'int8'}",
        "{'name':'a_at','type':'int8'},{'name':'a','type':'int8'}",
        ("{'name':'side','type':'enum','base':'uint8','symbols':{'A':0}},"
         "{'name':'side_name','type':'int8'}"),
        "{'name':'a','type':'int8'},{'name':'a_max','type':'string','max':3}",
        "{'name':'len','type':'int8'},{'name':'data','type':'bytes','max':3}",
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_str_eq(findings_of_fields(rows[i]), "");
    }
}
END_TEST

/* A prefix that hides a variable of generated code, alone or with a field's name behind it. */
START_TEST(hidden_variables_are_found)
{
    ck_assert_ptr_nonnull(strstr(findings_of(model_of("{'name':'Section','version':1,'fields':["
                                                      "{'name':'a','type':'int8'}]}")),
                                 "the record itself would have the name section, which generated "
                                 "code uses"));
    ck_assert_ptr_nonnull(
        strstr(findings_of(model_of("{'name':'Ret','version':1,'fields':["
                                    "{'name':'a','type':'int8'}]}")),
               "the record itself would have the name ret_store, which generated code uses"));
    ck_assert_str_eq(findings_of(model_of("{'name':'Buffer','prefix':'buf','version':1,"
                                          "'fields':[{'name':'fer','type':'int8'}]}")),
                     "");
    ck_assert_ptr_nonnull(strstr(
        findings_of(model_of("{'name':'Buffer','version':1,'fields':["
                             "{'name':'size','type':'enum','base':'int8','symbols':{'A':1}}]}")),
        "field \"size\" would have the name buffer_size, which generated code uses"));
}
END_TEST

START_TEST(padding_member_is_kept)
{
    ck_assert_ptr_nonnull(
        strstr(findings_of_fields("{'name':'mmf_padding','type':'int8'}"), "kept for padding"));
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, names_are_made);
    tcase_add_test(tcase, collisions_are_found);
    tcase_add_test(tcase, both_places_are_named);
    tcase_add_test(tcase, innocent_names_pass);
    tcase_add_test(tcase, hidden_variables_are_found);
    tcase_add_test(tcase, padding_member_is_kept);
}

int main(void)
{
    return run_tests("names", add_tests);
}
