/* What mmf_command_main() is made of: for the commands help and completion, and for tests. */
#ifndef MMF_TOOLS_COMMAND_PARTS_H
#define MMF_TOOLS_COMMAND_PARTS_H

#include <stdio.h>

#include "tools/command.h"

/* The command of that name, or NULL. */
const mmf_command *mmf_command_find(const char *name);

/* "no such command", and which one it may have been; returns MMF_EXIT_TROUBLE. */
int mmf_complain_of_name(const char *name);

/* What `mmf --help` and `mmf NAME --help` print. */
void mmf_print_help(FILE *out);
void mmf_print_help_of(FILE *out, const mmf_command *command);

/* Reads what follows `mmf`; argv[0] is the command's name, and operands come to be last in argv,
 * whose strings the result points to. *ret_wants_help: --help is there, and nothing else was looked
 * at. MMF_OK; MMF_E_INVALID, and error says what is wrong with it. */
MMF_NODISCARD mmf_status mmf_invocation_parse(const mmf_command *command, int argc, char **argv,
                                              mmf_invocation *ret_invocation, bool *ret_wants_help,
                                              mmf_error *error);

/* Scripts that complete the command line of mmf, for the shells of that name. */
void mmf_completion_bash(FILE *out);
void mmf_completion_zsh(FILE *out);

#endif
