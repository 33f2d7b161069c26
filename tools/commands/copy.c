/* mmf copy: a copy of a store, beside whoever writes to it. */
#include "tools/copy.h"

#include "tools/commands/patience.h"

enum { DAMAGED, FORCE, LOCK, SCHEMA };

static const mmf_option options[] = {
    [DAMAGED] = MMF_DAMAGED_OPTION,
    [FORCE] = {.letter = 'f', .name = "force", .text = "replace what has the name already"},
    [LOCK] = {.letter = 'l',
              .name = "lock",
              .text = "keep writers out meanwhile; refused where there are any"},
    [SCHEMA] = {.letter = 's',
                .name = "schema",
                .kind = MMF_ARGUMENT_SCHEMA,
                .argument = "FILE",
                .text = "schema of the records: needed in format 1"},
};

static int run(const mmf_invocation *invocation)
{
    mmf_diagnostics diagnostics = {0};
    mmf_error error = {0};
    mmf_patience patience;
    mmf_rewrite_result result;
    mmf_copy_options copy = {
        .schema_path = invocation->value[SCHEMA],
        .is_alone = invocation->is_given[LOCK],
        .replaces = invocation->is_given[FORCE],
        .diagnostics = &diagnostics,
        .error = &error,
    };
    mmf_status status;

    mmf_patience_begin(&patience, invocation, invocation->operands[0]);
    copy.rewrite = mmf_patience_rewrite(&patience, invocation->value[DAMAGED]);
    status = mmf_copy(invocation->operands[0], invocation->operands[1], &copy, &result);
    mmf_patience_end(&patience);
    if (status != MMF_OK) {
        return mmf_complain_of(invocation, status, &error, &diagnostics);
    }
    mmf_diagnostics_clear(&diagnostics);
    mmf_patience_warn(&patience, copy.rewrite.damaged, &result);
    return MMF_EXIT_OK;
}

const mmf_command mmf_copy_command = {
    .name = "copy",
    .operands = "SOURCE DESTINATION",
    .operands_least = 2,
    .operands_most = 2,
    .operand_kind = MMF_ARGUMENT_STORE,
    .summary = "copy a store beside its writers, without room to spare",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
