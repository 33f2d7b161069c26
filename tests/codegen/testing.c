#include "tests/codegen/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/json.h"

mmf_model *model_of(const char *text)
{
    size_t size = strlen(text);
    char *json = malloc(size + 1);
    mmf_diagnostics diagnostics = {0};
    mmf_model *model = NULL;

    ck_assert_ptr_nonnull(json);
    memcpy(json, text, size + 1);
    for (char *c = json; *c; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    mmf_diagnostics_init(&diagnostics, "schema");
    if (mmf_schema_parse(json, size, &diagnostics, &model) != MMF_OK) {
        char *first = mmf_diagnostics_format(&diagnostics, 0);

        ck_abort_msg("%s in %s", first, text);
    }
    mmf_diagnostics_clear(&diagnostics);
    free(json);
    return model;
}

mmf_model *model_of_fields(const char *fields)
{
    char text[4096];
    int size = snprintf(text, sizeof text, "{'name':'R','version':1,'fields':[%s]}", fields);

    ck_assert_int_lt(size, (int)sizeof text);
    return model_of(text);
}

int run_tests(const char *name, void (*add_tests)(TCase *tcase))
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    SRunner *runner = srunner_create(suite);
    int failures;

    add_tests(tcase);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
