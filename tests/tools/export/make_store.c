/* Makes a store of lines of text: cells between tabs, in the notation of tools/value.h.
 *
 *   make_store SCHEMA STORE [TIMES] < LINES
 *
 * TIMES: each line so often; what begins with # is not taken as a line. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/json.h"
#include "tools/table.h"
#include "tools/value.h"

static int fail(const char *what, const mmf_error *error)
{
    fprintf(stderr, "make_store: %s: %s\n", what, error->text);
    exit(2);
}

static void read_line(const mmf_table *table, char *line, uint8_t *payload)
{
    const mmf_model *model = table->model;
    mmf_notation notation = {MMF_SYNTAX_TEXT, false};

    line[strcspn(line, "\n")] = '\0';
    for (uint32_t i = 0; i < model->field_count; i++) {
        char *cell = strsep(&line, "\t");
        mmf_error error = {0};

        if (!cell || mmf_value_read(&model->fields[i], cell, strlen(cell), notation, payload,
                                    &error) != MMF_OK) {
            fail(model->fields[i].name.text, &error);
        }
    }
}

static void append_lines(mmf_table *table, uint64_t times)
{
    uint8_t *payload = calloc(1, table->type.payload_size);
    char *line = NULL;
    size_t size = 0;

    while (getline(&line, &size, stdin) > 0) {
        if (line[0] == '#') {
            continue;
        }
        memset(payload, 0, table->type.payload_size);
        read_line(table, line, payload);
        for (uint64_t i = 0; i < times; i++) {
            if (mmf_table_append(table, payload, 1, NULL) != MMF_OK) {
                fail("append", &(mmf_error){0});
            }
        }
    }
    free(line);
    free(payload);
}

int main(int argc, char **argv)
{
    mmf_diagnostics diagnostics = {0};
    mmf_error error = {0};
    mmf_options options = {.flags = MMF_ONE_WRITER | MMF_NO_SYNC, .error = &error};
    mmf_model *model = NULL;
    mmf_table *table = NULL;

    if (argc < 3 || mmf_schema_load(argv[1], &diagnostics, &model) != MMF_OK) {
        return fail("schema", &error);
    }
    if (mmf_table_create(argv[2], model, model->format, &options, &table) != MMF_OK) {
        return fail(argv[2], &error);
    }
    append_lines(table, argc > 3 ? strtoull(argv[3], NULL, 10) : 1);
    mmf_diagnostics_clear(&diagnostics);
    return mmf_table_close(table) == MMF_OK ? 0 : 2;
}
