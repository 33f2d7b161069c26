/* mmf migrate: the records of a store become those of a new schema. */
#include "tools/commands/migrating.h"
#include "tools/commands/names.h"

enum { DAMAGED, DROP, DRY_RUN, FROM, NO_BACKUP, OUTPUT, SCHEMA };

static const mmf_option options[] = {
    [DAMAGED] = MMF_DAMAGED_OPTION,
    [DROP] = {.name = "drop",
              .kind = MMF_ARGUMENT_TEXT,
              .argument = "FIELDS",
              .text = "these fields may go: names, with commas between"},
    [DRY_RUN] = {.letter = 'n',
                 .name = "dry-run",
                 .text = "say what becomes of each field, and change nothing"},
    [FROM] = {.name = "from",
              .kind = MMF_ARGUMENT_SCHEMA,
              .argument = "FILE",
              .text = "schema of the records as they are: needed in format 1"},
    [NO_BACKUP] = {.name = "no-backup", .text = "do not keep the old file as FILE.bak"},
    [OUTPUT] = {.letter = 'o',
                .name = "output",
                .kind = MMF_ARGUMENT_STORE,
                .argument = "NEW",
                .text = "make this file, and leave FILE as it is"},
    [SCHEMA] = {.letter = 's',
                .name = "schema",
                .kind = MMF_ARGUMENT_SCHEMA,
                .argument = "FILE",
                .text = "the new schema; always needed"},
};

static int run(const mmf_invocation *invocation)
{
    mmf_name_list dropped;
    mmf_migration_options migration = {
        .schema_path = invocation->value[SCHEMA],
        .old_schema_path = invocation->value[FROM],
        .is_dry = invocation->is_given[DRY_RUN],
        .output = invocation->value[OUTPUT],
        .has_no_backup = invocation->is_given[NO_BACKUP],
    };
    int result;

    if (!migration.schema_path) {
        return mmf_complain(invocation, "--schema is missing: what should the records become?");
    }
    if (!mmf_name_list_split(invocation->value[DROP], &dropped)) {
        return mmf_complain(invocation, "out of memory");
    }
    migration.dropped = dropped.names;
    migration.dropped_count = dropped.count;
    result = mmf_migrating_run(invocation, invocation->value[DAMAGED], &migration);
    mmf_name_list_clear(&dropped);
    return result;
}

const mmf_command mmf_migrate_command = {
    .name = "migrate",
    .operands = "FILE",
    .operands_least = 1,
    .operands_most = 1,
    .operand_kind = MMF_ARGUMENT_STORE,
    .summary = "make the records of a store those of a new schema",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
