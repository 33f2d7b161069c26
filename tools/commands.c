#include "tools/command.h"

#define MMF_COMMAND(name) extern const mmf_command mmf_##name##_command;
#include "tools/commands.def"
#undef MMF_COMMAND

const mmf_command *const mmf_commands[] = {
#define MMF_COMMAND(name) &mmf_##name##_command,
#include "tools/commands.def"
#undef MMF_COMMAND
};

const size_t mmf_command_count = sizeof mmf_commands / sizeof mmf_commands[0];
