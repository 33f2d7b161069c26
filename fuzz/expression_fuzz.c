/* Any text as what `mmf cat --where` takes: the compiler may not crash or hang, and says one thing
 * about what it refuses; what it accepts can be asked of any payload, and answers alike twice. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/json.h"
#include "tools/expression.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char schema[] =
    "{\"name\": \"R\", \"version\": 1, \"fields\": ["
    "{\"name\": \"i\", \"type\": \"int64\"}, {\"name\": \"u\", \"type\": \"uint64\"},"
    "{\"name\": \"f\", \"type\": \"float32\"}, {\"name\": \"d\", \"type\": \"float64\"},"
    "{\"name\": \"b\", \"type\": \"bool\"}, {\"name\": \"s\", \"type\": \"string\", \"max\": 9},"
    "{\"name\": \"x\", \"type\": \"bytes\", \"max\": 3},"
    "{\"name\": \"e\", \"type\": \"enum\", \"base\": \"int8\","
    " \"symbols\": {\"buy\": 1, \"sell\": -1}},"
    "{\"name\": \"p\", \"type\": \"int64\", \"logical\": \"decimal\", \"scale\": 18},"
    "{\"name\": \"t\", \"type\": \"int64\", \"logical\": \"timestamp\", \"unit\": \"ns\"},"
    "{\"name\": \"id\", \"type\": \"uint8\", \"count\": 16, \"logical\": \"uuid\"},"
    "{\"name\": \"a\", \"type\": \"int32\", \"count\": 3},"
    "{\"name\": \"w\", \"type\": \"string\", \"max\": 5, \"count\": 2}]}";

/* Not assert(): the checks must hold with NDEBUG too. */
static void require(bool holds, const char *what)
{
    if (!holds) {
        (void)fprintf(stderr, "expression_fuzz: %s\n", what);
        abort();
    }
}

static mmf_model *make_model(void)
{
    mmf_diagnostics diagnostics = {0};
    mmf_model *model = NULL;

    require(mmf_schema_parse(schema, strlen(schema), &diagnostics, &model) == MMF_OK, "a model");
    mmf_diagnostics_clear(&diagnostics);
    return model;
}

/* Payloads of zeros, of ones, and of what the text is made of. */
static void ask(const mmf_expression *expression, const mmf_model *model, const uint8_t *data,
                size_t size)
{
    uint8_t *payload = malloc(model->payload_size);

    require(payload != NULL, "memory");
    for (int kind = 0; kind < 3; kind++) {
        bool answer;

        for (uint32_t i = 0; i < model->payload_size; i++) {
            payload[i] = (uint8_t)(kind == 0 ? 0 : kind == 1 ? 0xff : data[i % size]);
        }
        answer = mmf_expression_matches(expression, payload);
        require(mmf_expression_matches(expression, payload) == answer, "one answer");
    }
    free(payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static mmf_model *model;
    mmf_diagnostics diagnostics = {0};
    mmf_expression *expression = NULL;
    char *text = malloc(size + 1);
    mmf_status status;

    model = model ? model : make_model();
    require(text != NULL, "memory");
    memcpy(text, data, size);
    text[size] = '\0';
    status = mmf_expression_compile(text, model, &diagnostics, &expression);
    require(status == MMF_OK || status == MMF_E_SYNTAX, "one of two statuses");
    require((status == MMF_OK) == (expression != NULL), "an expression with success alone");
    require(diagnostics.count == (status == MMF_OK ? 0 : 1), "one error");
    if (status == MMF_OK) {
        ask(expression, model, data, size);
    }
    mmf_expression_free(expression);
    mmf_diagnostics_clear(&diagnostics);
    free(text);
    return 0;
}
