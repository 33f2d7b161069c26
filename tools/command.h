/* Subcommands of mmf. Each is a table row: its options make getopt's tables, --help, the shells'
 * completions and are compared with its man page, mmf-NAME(1).
 *
 * A new one is a file tools/commands/NAME.c that defines `const mmf_command mmf_NAME_command`, a
 * library of it in tools/commands/BUILD.bazel, which //tools:commands depends on, a row in
 * tools/commands.def, a page tools/man/mmf-NAME.1, and a line in tools/man/mmf.1. */
#ifndef MMF_TOOLS_COMMAND_H
#define MMF_TOOLS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/diagnostics.h"
#include "schema/status.h"

/* Exit statuses, as of grep(1) and diff(1). */
#define MMF_EXIT_OK 0
#define MMF_EXIT_DIFFERENT 1 /* mmf diff: they differ */
#define MMF_EXIT_TROUBLE 2   /* wrong usage, or something could not be done; stderr says what */

#define MMF_OPTIONS_MAX 16u

/* What an argument is, for completions. */
typedef enum mmf_argument_kind {
    MMF_ARGUMENT_NONE, /* the option takes none */
    MMF_ARGUMENT_TEXT,
    MMF_ARGUMENT_NUMBER, /* a whole number, checked: invocation->number[] */
    MMF_ARGUMENT_FILE,
    MMF_ARGUMENT_STORE,  /* *.mmf */
    MMF_ARGUMENT_SCHEMA, /* *.mmf.json */
    MMF_ARGUMENT_CHOICE, /* one of `choices`, checked */
} mmf_argument_kind;

typedef struct mmf_option {
    char letter; /* '\0': none */
    const char *name;
    mmf_argument_kind kind;
    const char *argument; /* what --help calls it */
    const char *text;
    const char *choices; /* of CHOICE, "csv|jsonl" */
} mmf_option;

typedef struct mmf_invocation {
    const struct mmf_command *command;
    /* By the option's place in command->options. */
    bool is_given[MMF_OPTIONS_MAX];
    const char *value[MMF_OPTIONS_MAX]; /* NULL: not given, or it takes none */
    uint64_t number[MMF_OPTIONS_MAX];
    char **operands;
    int operand_count;
} mmf_invocation;

typedef struct mmf_command {
    const char *name;
    const char *operands;              /* as --help shows them: "FILE…" */
    int operands_least, operands_most; /* most < 0: any number */
    mmf_argument_kind operand_kind;
    const char *summary; /* one line, no full stop */
    const mmf_option *options;
    size_t option_count;
    int (*run)(const mmf_invocation *invocation); /* an MMF_EXIT_… */
} mmf_command;

/* All of them, in the order in which `mmf --help` lists them. */
extern const mmf_command *const mmf_commands[];
extern const size_t mmf_command_count;

/* What main() does. */
int mmf_command_main(int argc, char **argv);

/* --- For commands ---------------------------------------------------------------------------- */

/* "mmf NAME: TEXT" on stderr, printable; returns MMF_EXIT_TROUBLE. */
int mmf_complain(const mmf_invocation *invocation, const char *format, ...) MMF_PRINTF(2, 3);
/* The detail of a failure, or the status's own text where there is none; and, where there are
 * diagnostics (may be NULL), these instead, one a line, and cleared. */
int mmf_complain_of(const mmf_invocation *invocation, mmf_status status, const mmf_error *error,
                    mmf_diagnostics *diagnostics);
/* After output that was written around stdio: 0 is MMF_EXIT_OK; an errno value is told, but for
 * EPIPE, as who closed the pipe knows. What stdio could not write main() tells. */
int mmf_complain_of_output(const mmf_invocation *invocation, int failure);

/* Whether to use colours on that descriptor: it is a terminal, and NO_COLOR is not set. */
bool mmf_uses_color(int fd);

#endif
