/* mmf set: a record repaired by hand. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/change.h"
#include "tools/command.h"
#include "tools/facts.h"
#include "tools/range.h"
#include "tools/value.h"

enum { OPTION_DRY_RUN, OPTION_VERBOSE, OPTION_SCHEMA };

static const mmf_option options[] = {
    [OPTION_DRY_RUN] = {'n', "dry-run", MMF_ARGUMENT_NONE, NULL,
                        "tell what would change, and change nothing", NULL},
    [OPTION_VERBOSE] = {'v', "verbose", MMF_ARGUMENT_NONE, NULL, "tell what was and what is", NULL},
    [OPTION_SCHEMA] = {'\0', "schema", MMF_ARGUMENT_SCHEMA, "SCHEMA",
                       "of the records, for files of format 1", NULL},
};

typedef struct setting {
    const mmf_invocation *invocation;
    mmf_table *table;
    mmf_change *changes;
    size_t count;
    uint64_t index;
    uint8_t *payload; /* the new values */
    uint8_t *old;
} setting;

/* --- Who is in the way ----------------------------------------------------------------------- */

/* A line of each writer that lives; where there is an index, only of who is in that record.
 * Returns how many they are. */
static unsigned tell_writers(const mmf_invocation *invocation, const uint64_t *index)
{
    mmf_facts *facts = malloc(sizeof *facts);
    mmf_diagnostics diagnostics = {0};
    unsigned told = 0;

    if (facts && mmf_facts_collect(invocation->operands[0], invocation->value[OPTION_SCHEMA], false,
                                   &diagnostics, facts, NULL) == MMF_OK) {
        for (uint32_t i = 0; i < facts->store.writer_count; i++) {
            const mmf_writer_info *writer = &facts->store.writers[i];

            if (!writer->is_alive || (index && !(writer->is_writing && writer->index == *index))) {
                continue;
            }
            (void)mmf_complain(invocation, "process %" PRIu64 ", thread %" PRIu64 ", %s",
                               writer->process_id, writer->thread_id,
                               index ? "is in it" : "has the store open to write");
            told++;
        }
        mmf_facts_clear(facts);
    }
    mmf_diagnostics_clear(&diagnostics);
    free(facts);
    return told;
}

static int complain_of_stuck(const setting *setting)
{
    (void)mmf_complain(setting->invocation, "record %" PRIu64 ": %s", setting->index,
                       mmf_status_text(MMF_E_STUCK));
    if (tell_writers(setting->invocation, &setting->index) == 0) {
        (void)mmf_complain(setting->invocation, "nobody who is known is in it; see mmf-fsck(8)");
    }
    return MMF_EXIT_TROUBLE;
}

/* --- What changes ---------------------------------------------------------------------------- */

static void put_value(mmf_output *line, const mmf_field *field, const uint8_t *payload)
{
    mmf_value_write(line, field, payload, (mmf_notation){MMF_SYNTAX_TEXT, false});
}

/* "price: 12.50 → 13.00" */
static int tell(const setting *setting)
{
    static const char arrow[] = " \xe2\x86\x92 ";
    mmf_output lines = {0};
    bool has_failed;

    for (size_t i = 0; i < setting->count; i++) {
        const mmf_change *change = &setting->changes[i];

        mmf_output_add(&lines, change->name, change->name_size);
        mmf_output_add(&lines, ": ", 2);
        put_value(&lines, &change->field, setting->old);
        mmf_output_add(&lines, arrow, sizeof arrow - 1);
        put_value(&lines, &change->field, setting->payload);
        mmf_output_add_char(&lines, '\n');
    }
    has_failed = lines.has_failed;
    if (!has_failed) {
        (void)fwrite(lines.bytes, 1, lines.size, stdout);
    }
    mmf_output_free(&lines);
    return has_failed ? mmf_complain_of(setting->invocation, MMF_E_NO_MEMORY, NULL, NULL)
                      : MMF_EXIT_OK;
}

static int apply(setting *setting)
{
    bool is_dry = setting->invocation->is_given[OPTION_DRY_RUN];
    mmf_status status = is_dry ? mmf_table_get(setting->table, setting->index, setting->old)
                               : mmf_changes_apply(setting->table, setting->index, setting->changes,
                                                   setting->count, setting->payload, setting->old);

    if (status == MMF_E_CORRUPT && is_dry &&
        mmf_changes_are_all(setting->table->model, setting->changes, setting->count)) {
        status = MMF_OK; /* what it was nobody knows: zeros */
    }
    if (status == MMF_E_CORRUPT) {
        return mmf_complain(setting->invocation,
                            "record %" PRIu64 " was torn by a crash: give all of its fields",
                            setting->index);
    }
    if (status == MMF_E_STUCK) {
        return complain_of_stuck(setting);
    }
    if (status != MMF_OK) {
        return mmf_complain_of(setting->invocation, status, NULL, NULL);
    }
    return is_dry || setting->invocation->is_given[OPTION_VERBOSE] ? tell(setting) : MMF_EXIT_OK;
}

/* --- The command line ------------------------------------------------------------------------ */

static int read_index(setting *setting)
{
    const char *text = setting->invocation->operands[1];
    uint64_t count = mmf_store_len(setting->table->store);
    mmf_range range;
    uint64_t end;

    if (strchr(text, ':') || mmf_range_read(text, &range, NULL) != MMF_OK) {
        return mmf_complain(setting->invocation, "not the index of a record: %s", text);
    }
    mmf_range_resolve(&range, count, &setting->index, &end);
    if (setting->index >= end || (range.first_is_from_end && range.first > count)) {
        return mmf_complain(setting->invocation, "no record %s: there are %" PRIu64, text, count);
    }
    return MMF_EXIT_OK;
}

static int read_changes(setting *setting)
{
    const mmf_invocation *invocation = setting->invocation;
    mmf_error error = {0};
    mmf_status status = MMF_E_NO_MEMORY;

    setting->count = (size_t)invocation->operand_count - 2;
    setting->changes = calloc(setting->count, sizeof *setting->changes);
    setting->payload = calloc(1, setting->table->type.payload_size);
    setting->old = calloc(1, setting->table->type.payload_size);
    if (setting->changes && setting->payload && setting->old) {
        status = mmf_changes_read(setting->table->model, invocation->operands + 2, setting->count,
                                  setting->payload, setting->changes, &error);
    }
    return status == MMF_OK ? MMF_EXIT_OK : mmf_complain_of(invocation, status, &error, NULL);
}

static int open_table(setting *setting)
{
    const mmf_invocation *invocation = setting->invocation;
    mmf_error error = {0};
    mmf_options open_options = {
        .flags = invocation->is_given[OPTION_DRY_RUN] ? MMF_READ_ONLY | MMF_GUARD : 0,
        .error = &error,
    };
    mmf_diagnostics diagnostics = {0};
    mmf_status status = mmf_table_open(invocation->operands[0], invocation->value[OPTION_SCHEMA],
                                       &open_options, &diagnostics, &setting->table);
    int code;

    if (status != MMF_OK) {
        code = mmf_complain_of(invocation, status, &error, &diagnostics);
        if (status == MMF_E_LOCKED) {
            (void)tell_writers(invocation, NULL);
        }
        return code;
    }
    mmf_diagnostics_clear(&diagnostics);
    return MMF_EXIT_OK;
}

static int run(const mmf_invocation *invocation)
{
    setting setting = {.invocation = invocation};
    int code = open_table(&setting);
    mmf_status closed;

    if (code == MMF_EXIT_OK) {
        code = read_index(&setting);
    }
    if (code == MMF_EXIT_OK) {
        code = read_changes(&setting);
    }
    if (code == MMF_EXIT_OK) {
        code = apply(&setting);
    }
    closed = mmf_table_close(setting.table);
    if (closed != MMF_OK && code == MMF_EXIT_OK) {
        code = mmf_complain_of(invocation, closed, NULL, NULL);
    }
    free(setting.changes);
    free(setting.payload);
    free(setting.old);
    return code;
}

const mmf_command mmf_set_command = {
    .name = "set",
    .operands = "FILE INDEX FIELD=VALUE…",
    .operands_least = 3,
    .operands_most = -1,
    .operand_kind = MMF_ARGUMENT_STORE,
    .summary = "change fields of a record by hand",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .run = run,
};
