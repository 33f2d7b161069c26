/* mmf help: of all commands, or of one. */
#include "tools/command_parts.h"

static int run(const mmf_invocation *invocation)
{
    const mmf_command *command = NULL;

    if (invocation->operand_count == 0) {
        mmf_print_help(stdout);
        return MMF_EXIT_OK;
    }
    command = mmf_command_find(invocation->operands[0]);
    if (!command) {
        return mmf_complain_of_name(invocation->operands[0]);
    }
    mmf_print_help_of(stdout, command);
    return MMF_EXIT_OK;
}

const mmf_command mmf_help_command = {
    .name = "help",
    .operands = "[COMMAND]",
    .operands_most = 1,
    .operand_kind = MMF_ARGUMENT_TEXT,
    .summary = "print what a command does and takes",
    .run = run,
};
