/* mmf export: records in the formats of other programs. */
#include <errno.h>
#include <unistd.h>

#include "tools/command.h"
#include "tools/export.h"
#include "tools/range.h"

enum {
    OPTION_FORMAT,
    OPTION_FIELDS,
    OPTION_RANGE,
    OPTION_OUTPUT,
    OPTION_RAW,
    OPTION_SCHEMA,
};

static const mmf_option options[] = {
    [OPTION_FORMAT] = {'\0', "format", MMF_ARGUMENT_CHOICE, "FORMAT",
                       "csv (the default), jsonl, pgcopy, rowbinary, raw, npy", MMF_EXPORT_FORMATS},
    [OPTION_FIELDS] = {'f', "fields", MMF_ARGUMENT_TEXT, "FIELDS",
                       "these alone, in this order: a,b", NULL},
    [OPTION_RANGE] = {'r', "range", MMF_ARGUMENT_TEXT, "A:B",
                      "from A to before B; -N: counted from the end", NULL},
    [OPTION_OUTPUT] = {'o', "output", MMF_ARGUMENT_FILE, "F", "to the file F, all of it or nothing",
                       NULL},
    [OPTION_RAW] = {'\0', "raw", MMF_ARGUMENT_NONE, NULL, "numbers as they are stored", NULL},
    [OPTION_SCHEMA] = {'\0', "schema", MMF_ARGUMENT_SCHEMA, "SCHEMA",
                       "of the records, for files of format 1", NULL},
};

static int export_table(const mmf_invocation *invocation, const mmf_table *table,
                        const mmf_export_options *export)
{
    const char *path = invocation->value[OPTION_OUTPUT];
    mmf_error error = {0};
    mmf_status status = path ? mmf_export_to_file(table, export, path, &error)
                             : mmf_export_to(table, export, STDOUT_FILENO, &error);

    if (status == MMF_OK) {
        return MMF_EXIT_OK;
    }
    if (!path && error.system_errno == EPIPE) {
        return MMF_EXIT_TROUBLE; /* who reads has had enough */
    }
    return mmf_complain(invocation, "%s: %s", invocation->operands[0],
                        error.text[0] ? error.text : mmf_status_text(status));
}

/* The range of the records that there are now; more may come meanwhile. */
static void choose_records(const mmf_table *table, const mmf_range *range,
                           mmf_export_options *export)
{
    mmf_range_resolve(range, mmf_store_len(table->store), &export->first, &export->end);
    if (export->first > export->end) {
        export->first = export->end;
    }
}

static int run(const mmf_invocation *invocation)
{
    const char *format = invocation->value[OPTION_FORMAT];
    mmf_export_options export = {
        .format = format ? format : "csv",
        .fields = invocation->value[OPTION_FIELDS],
        .is_raw = invocation->is_given[OPTION_RAW],
    };
    mmf_error error = {0};
    mmf_options open = {.flags = MMF_READ_ONLY | MMF_GUARD, .error = &error};
    mmf_diagnostics diagnostics = {0};
    mmf_range range = {0};
    mmf_table *table = NULL;
    mmf_status status;
    int code;

    if (invocation->is_given[OPTION_RANGE] &&
        mmf_range_read(invocation->value[OPTION_RANGE], &range, &error) != MMF_OK) {
        return mmf_complain(invocation, "--range: %s", error.text);
    }
    status = mmf_table_open(invocation->operands[0], invocation->value[OPTION_SCHEMA], &open,
                            &diagnostics, &table);
    if (status != MMF_OK) {
        return mmf_complain_of(invocation, status, &error, &diagnostics);
    }
    mmf_diagnostics_clear(&diagnostics);
    choose_records(table, &range, &export);
    code = export_table(invocation, table, &export);
    (void)mmf_table_close(table);
    return code;
}

const mmf_command mmf_export_command = {
    .name = "export",
    .operands = "FILE",
    .operands_least = 1,
    .operands_most = 1,
    .operand_kind = MMF_ARGUMENT_STORE,
    .summary = "records in the formats of other programs",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
