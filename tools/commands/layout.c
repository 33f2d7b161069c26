/* mmf layout: the record drawn byte by byte, of a store or a schema. */
#include <stdio.h>
#include <string.h>

#include "codegen/print_layout.h"
#include "schema/json.h"
#include "tools/command.h"
#include "tools/table.h"

/* A store begins with its magic; whatever does not is a schema. */
static bool is_store(const char *path)
{
    char magic[MMF_MAGIC_SIZE] = "";
    FILE *file = fopen(path, "rbe");
    bool result = file && fread(magic, sizeof magic, 1, file) == 1 &&
                  memcmp(magic, MMF_MAGIC, sizeof magic) == 0;

    if (file) {
        (void)fclose(file);
    }
    return result;
}

static mmf_status load(const char *path, mmf_diagnostics *diagnostics, mmf_model **ret_model,
                       mmf_error *error)
{
    uint32_t format = 0;
    mmf_status status;

    if (!is_store(path)) {
        return mmf_schema_load(path, diagnostics, ret_model);
    }
    status = mmf_table_schema_of(path, ret_model, &format, error);
    if (status == MMF_OK && !*ret_model) {
        status = mmf_error_set(error, MMF_E_SCHEMA,
                               "%s: a file of format 1 does not carry its schema: "
                               "give the schema instead",
                               path);
    }
    return status;
}

static int run(const mmf_invocation *invocation)
{
    mmf_diagnostics diagnostics = {0};
    mmf_error error = {0};
    mmf_model *model = NULL;
    mmf_text text = {0};
    mmf_status status = load(invocation->operands[0], &diagnostics, &model, &error);

    if (status == MMF_OK) {
        mmf_diagnostics_clear(&diagnostics);
        status = mmf_print_layout(model, &text);
    }
    if (status == MMF_OK) {
        fputs(mmf_text_string(&text), stdout);
    }
    mmf_text_clear(&text);
    mmf_model_free(model);
    return status == MMF_OK ? MMF_EXIT_OK
                            : mmf_complain_of(invocation, status, &error, &diagnostics);
}

const mmf_command mmf_layout_command = {
    .name = "layout",
    .operands = "FILE|SCHEMA",
    .operands_least = 1,
    .operands_most = 1,
    .operand_kind = MMF_ARGUMENT_FILE,
    .summary = "draw the record: offsets, holes, cache lines",
    .run = run,
};
