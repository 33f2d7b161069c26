/* What the tests of this folder share: running a suite, and parsing a text that must be right. */
#ifndef MMF_TESTS_SCHEMA_SUITE_H
#define MMF_TESTS_SCHEMA_SUITE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/json.h"

/* The exit status of a test program. Takes the suite. */
static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int run;
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    run = srunner_ntests_run(runner);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return run > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static inline mmf_model *parse_good(const char *text)
{
    mmf_diagnostics diagnostics;
    mmf_model *model = NULL;
    mmf_status status;

    mmf_diagnostics_init(&diagnostics, "");
    status = mmf_schema_parse(text, strlen(text), &diagnostics, &model);
    ck_assert_msg(status == MMF_OK, "%s: %s", mmf_status_name(status),
                  diagnostics.count > 0 ? diagnostics.items[0].text : "");
    ck_assert_uint_eq(diagnostics.count, 0);
    mmf_diagnostics_clear(&diagnostics);
    return model;
}

/* The model of a schema "Tick", version 1, with those fields and other members, such as
 * "\"format\": 1,". */
static inline mmf_model *parse_fields(const char *members, const char *fields)
{
    size_t size = strlen(members) + strlen(fields) + 64;
    char *text = malloc(size);
    mmf_model *model;

    ck_assert_ptr_nonnull(text);
    (void)snprintf(text, size, "{\"name\":\"Tick\",%s\"version\":1,\"fields\":[%s]}", members,
                   fields);
    model = parse_good(text);
    free(text);
    return model;
}

#endif
