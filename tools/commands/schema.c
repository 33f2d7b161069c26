/* mmf schema: the schema that a store carries, for mmf-gen, or what --emit of mmf-gen makes of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/engine.h"
#include "tools/command.h"
#include "tools/commands/models.h"

enum { OPTION_EMIT, OPTION_RAW };

static const mmf_option options[] = {
    [OPTION_EMIT] = {'e', "emit", MMF_ARGUMENT_CHOICE, "WHAT",
                     "for another engine; see mmf-schema(1)",
                     "sql-sqlite|sql-postgres|sql-clickhouse|numpy|json"},
    [OPTION_RAW] = {'\0', "raw", MMF_ARGUMENT_NONE, NULL, "with --emit: numbers as they are stored",
                    NULL},
};

static mmf_status add_canonical(const mmf_model *model, mmf_text *text)
{
    char *canonical = mmf_schema_canonical(model);

    if (!canonical) {
        return MMF_E_NO_MEMORY;
    }
    mmf_text_format(text, "%s\n", canonical);
    free(canonical);
    return text->out_of_memory ? MMF_E_NO_MEMORY : MMF_OK;
}

static mmf_status add_emitted(const mmf_invocation *invocation, const mmf_model *model,
                              mmf_text *text)
{
    const char *path = invocation->operands[0];
    const char *slash = strrchr(path, '/');
    const mmf_engine_input input = {model, slash ? slash + 1 : path,
                                    invocation->is_given[OPTION_RAW]};

    return mmf_engine_emit(mmf_engine_of(invocation->value[OPTION_EMIT]), &input, text);
}

static int run(const mmf_invocation *invocation)
{
    mmf_diagnostics diagnostics = {0};
    mmf_error error = {0};
    mmf_model *model = NULL;
    mmf_text text = {0};
    mmf_status status;

    if (invocation->is_given[OPTION_RAW] && !invocation->is_given[OPTION_EMIT]) {
        return mmf_complain(invocation, "--raw: only with --emit");
    }
    status = mmf_model_of_operand(invocation->operands[0], &diagnostics, &model, &error);
    if (status == MMF_OK) {
        mmf_diagnostics_clear(&diagnostics);
        status = invocation->is_given[OPTION_EMIT] ? add_emitted(invocation, model, &text)
                                                   : add_canonical(model, &text);
    }
    if (status == MMF_OK) {
        fputs(mmf_text_string(&text), stdout);
    }
    mmf_text_clear(&text);
    mmf_model_free(model);
    return status == MMF_OK ? MMF_EXIT_OK
                            : mmf_complain_of(invocation, status, &error, &diagnostics);
}

const mmf_command mmf_schema_command = {
    .name = "schema",
    .operands = "FILE|SCHEMA",
    .operands_least = 1,
    .operands_most = 1,
    .operand_kind = MMF_ARGUMENT_FILE,
    .summary = "print the schema of a store, or tables of other engines for it",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = run,
};
