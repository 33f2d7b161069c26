/* mmf upgrade: a file of format 1 becomes one of format 2. */
#include <stdio.h>

#include "tools/commands/migrating.h"

enum { DAMAGED, NO_BACKUP, OUTPUT, SCHEMA };

static const mmf_option options[] = {
    [DAMAGED] = MMF_DAMAGED_OPTION,
    [NO_BACKUP] = {.name = "no-backup", .text = "do not keep the old file as FILE.v1"},
    [OUTPUT] = {.letter = 'o',
                .name = "output",
                .kind = MMF_ARGUMENT_STORE,
                .argument = "NEW",
                .text = "make this file, and leave FILE as it is"},
    [SCHEMA] = {.letter = 's',
                .name = "schema",
                .kind = MMF_ARGUMENT_SCHEMA,
                .argument = "FILE",
                .text = "schema of the records; always needed"},
};

static int run(const mmf_invocation *invocation)
{
    mmf_migration_options migration = {
        .is_upgrade = true,
        .schema_path = invocation->value[SCHEMA],
        .output = invocation->value[OUTPUT],
        .has_no_backup = invocation->is_given[NO_BACKUP],
    };

    if (!migration.schema_path) {
        return mmf_complain(invocation,
                            "--schema is missing: files of format 1 do not have theirs");
    }
    return mmf_migrating_run(invocation, invocation->value[DAMAGED], &migration);
}

const mmf_command mmf_upgrade_command = {
    .name = "upgrade",
    .operands = "FILE",
    .operands_least = 1,
    .operands_most = 1,
    .operand_kind = MMF_ARGUMENT_STORE,
    .summary = "make a file of format 1 one of format 2",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
