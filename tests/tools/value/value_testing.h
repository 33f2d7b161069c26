/* A model with a field of every type and meaning. */
#ifndef MMF_TESTS_TOOLS_VALUE_TESTING_H
#define MMF_TESTS_TOOLS_VALUE_TESTING_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "schema/model.h"
#include "tools/value.h"

#define PAYLOAD_MAX 2048

static const mmf_notation text_notation = {MMF_SYNTAX_TEXT, false};
static const mmf_notation csv_notation = {MMF_SYNTAX_CSV, false};
static const mmf_notation json_notation = {MMF_SYNTAX_JSON, false};

/* As ck_assert_msg(), which notes each place that it passes, for where there are very many. */
#define value_expect(condition, ...)                                                               \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            ck_abort_msg(__VA_ARGS__);                                                             \
        }                                                                                          \
    } while (0)

/* To be freed with mmf_model_free(). */
mmf_model *value_model(void);

/* What mmf_value_write() makes, NUL-terminated, to be freed. */
char *value_written(const mmf_field *field, const uint8_t *payload, mmf_notation notation,
                    size_t *ret_size);

/* What a CSV reader makes of one cell, in place. */
size_t value_unquote(char *cell, size_t size);

/* The same numbers in each run. */
uint64_t value_random(uint64_t *state);

/* Runs the suite; what main() returns. */
int value_run(Suite *suite);

#endif
