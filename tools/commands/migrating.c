#include "tools/commands/migrating.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "codegen/describe.h"
#include "schema/printable.h"
#include "tools/output.h"
#include "tools/value.h"

#define LINE_SIZE 512u
#define PATH_SIZE 8192u

/* --- The plan -------------------------------------------------------------------------------- */

MMF_PRINTF(2, 3) static void add_line(mmf_output *output, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    mmf_output_add(output, line, strlen(line));
}

static void add_path(mmf_output *output, const char *path)
{
    char shown[PATH_SIZE];

    (void)mmf_printable(path, sizeof shown, shown, sizeof shown);
    mmf_output_add(output, shown, strlen(shown));
}

static void describe(const mmf_field *field, mmf_text *ret_text)
{
    mmf_describe_type(ret_text, field);
}

/* "  price  float64  <- px float32" */
static void add_field(mmf_output *output, const mmf_migration *migration, const mmf_field *field,
                      const uint8_t *initial)
{
    const mmf_field *source = mmf_migration_source(migration, field);
    const mmf_notation notation = {MMF_SYNTAX_TEXT, false};
    mmf_text type = {0};
    mmf_text old_type = {0};

    describe(field, &type);
    add_line(output, "  %-16s %-16s ", field->name.text, type.data ? type.data : "");
    if (source) {
        describe(source, &old_type);
        add_line(output, "<- %s %s", source->name.text, old_type.data ? old_type.data : "");
    } else {
        add_line(output, "new: ");
        mmf_value_write(output, field, initial, notation);
    }
    add_line(output, "\n");
    mmf_text_clear(&type);
    mmf_text_clear(&old_type);
}

static bool is_continued(const mmf_migration *migration, const mmf_field *old_field)
{
    const mmf_model *to = mmf_migration_to(migration);

    for (uint32_t i = 0; i < to->field_count; i++) {
        if (mmf_migration_source(migration, &to->fields[i]) == old_field) {
            return true;
        }
    }
    return false;
}

static void add_dropped(mmf_output *output, const mmf_migration *migration)
{
    const mmf_model *from = mmf_migration_from(migration);

    for (uint32_t i = 0; i < from->field_count; i++) {
        mmf_text type = {0};

        if (!is_continued(migration, &from->fields[i])) {
            describe(&from->fields[i], &type);
            add_line(output, "  %-16s %-16s dropped\n", from->fields[i].name.text,
                     type.data ? type.data : "");
        }
        mmf_text_clear(&type);
    }
}

static int print_plan(const mmf_invocation *invocation, const mmf_migration *migration)
{
    const mmf_model *from = mmf_migration_from(migration);
    const mmf_model *to = mmf_migration_to(migration);
    uint8_t *initial = malloc(to->payload_size);
    mmf_output output = {0};
    int failure;

    if (!initial) {
        return mmf_complain(invocation, "out of memory");
    }
    mmf_model_initial_payload(to, initial);
    add_path(&output, invocation->operands[0]);
    add_line(&output,
             ": %s version %" PRIu32 " -> %s version %" PRIu32 ", %" PRIu32 " -> %" PRIu32
             " bytes a record%s\n",
             from->name.text, from->version, to->name.text, to->version, from->record_size,
             to->record_size, mmf_migration_is_idle(migration) ? "; nothing to do" : "");
    for (uint32_t i = 0; i < to->field_count; i++) {
        add_field(&output, migration, &to->fields[i], initial);
    }
    add_dropped(&output, migration);
    failure = mmf_output_write(&output, STDOUT_FILENO);
    mmf_output_free(&output);
    free(initial);
    return mmf_complain_of_output(invocation, failure);
}

/* --- Doing it -------------------------------------------------------------------------------- */

/* result NULL: there was nothing to do. */
static int print_done(const mmf_invocation *invocation, const mmf_migration *migration,
                      const mmf_rewrite_result *result, const char *output_path)
{
    const char *backup = mmf_migration_backup(migration);
    mmf_output output = {0};
    int failure;

    add_path(&output, output_path ? output_path : invocation->operands[0]);
    if (!result) {
        add_line(&output, ": has that schema already");
    } else {
        add_line(&output, ": %" PRIu64 " records", result->records);
    }
    if (result && backup) {
        add_line(&output, "; what it was is ");
        add_path(&output, backup);
    }
    add_line(&output, "\n");
    failure = mmf_output_write(&output, STDOUT_FILENO);
    mmf_output_free(&output);
    return mmf_complain_of_output(invocation, failure);
}

static int run_migration(const mmf_invocation *invocation, mmf_patience *patience,
                         mmf_migration *migration, const mmf_migration_options *options)
{
    mmf_rewrite_result result = {0};
    mmf_status status;

    if (options->is_dry) {
        return print_plan(invocation, migration);
    }
    if (mmf_migration_is_idle(migration) && !options->output) {
        return print_done(invocation, migration, NULL, NULL);
    }
    status = mmf_migration_run(migration, &result);
    mmf_patience_end(patience);
    if (status != MMF_OK) {
        return mmf_complain_of(invocation, status, options->error, NULL);
    }
    mmf_patience_warn(patience, options->rewrite.damaged, &result);
    return print_done(invocation, migration, &result, options->output);
}

int mmf_migrating_run(const mmf_invocation *invocation, const char *damaged,
                      mmf_migration_options *options)
{
    mmf_diagnostics diagnostics = {0};
    mmf_error error = {0};
    mmf_migration *migration = NULL;
    mmf_patience patience;
    mmf_status status;
    int result;

    mmf_patience_begin(&patience, invocation, invocation->operands[0]);
    options->rewrite = mmf_patience_rewrite(&patience, damaged);
    options->diagnostics = &diagnostics;
    options->error = &error;
    status = mmf_migration_open(invocation->operands[0], options, &migration);
    result = status == MMF_OK ? run_migration(invocation, &patience, migration, options)
                              : mmf_complain_of(invocation, status, &error, &diagnostics);
    mmf_migration_close(migration);
    mmf_diagnostics_clear(&diagnostics);
    return result;
}
