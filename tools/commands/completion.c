/* mmf completion: a script that completes the command line, for a shell. */
#include <string.h>

#include "tools/command_parts.h"

static int run(const mmf_invocation *invocation)
{
    if (strcmp(invocation->operands[0], "bash") == 0) {
        mmf_completion_bash(stdout);
    } else {
        mmf_completion_zsh(stdout);
    }
    return MMF_EXIT_OK;
}

const mmf_command mmf_completion_command = {
    .name = "completion",
    .operands = "bash|zsh",
    .operands_least = 1,
    .operands_most = 1,
    .operand_kind = MMF_ARGUMENT_CHOICE,
    .summary = "print a script that completes command lines of mmf",
    .run = run,
};
