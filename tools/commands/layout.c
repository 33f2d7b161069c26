/* mmf layout: the record drawn byte by byte, of a store or a schema. */
#include <stdio.h>

#include "codegen/print_layout.h"
#include "tools/command.h"
#include "tools/commands/models.h"

static int run(const mmf_invocation *invocation)
{
    mmf_diagnostics diagnostics = {0};
    mmf_error error = {0};
    mmf_model *model = NULL;
    mmf_text text = {0};
    mmf_status status = mmf_model_of_operand(invocation->operands[0], &diagnostics, &model, &error);

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
