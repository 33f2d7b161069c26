#define _GNU_SOURCE
#include "tools/migrate.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/system.h"
#include "schema/json.h"
#include "tools/source.h"

struct mmf_migration {
    mmf_migration_options options;
    char *path;   /* without links */
    char *backup; /* NULL: none */
    mmf_source source;
    mmf_model *to;
    char *text; /* the canonical schema; of format 2 */
    mmf_record_type type;
    mmf_conversion conversion;
    mmf_compat_report report;
};

static mmf_status no_memory(const mmf_migration *migration)
{
    return mmf_error_set(migration->options.error, MMF_E_NO_MEMORY, "out of memory");
}

/* --- Names ----------------------------------------------------------------------------------- */

static bool is_one_file(const char *one, const char *other)
{
    mmf_sys_info of_one;
    mmf_sys_info of_other;

    return mmf_sys_info_of_path(one, &of_one) == 0 && mmf_sys_info_of_path(other, &of_other) == 0 &&
           of_one.device == of_other.device && of_one.inode == of_other.inode;
}

static bool exists(const char *path)
{
    mmf_sys_info info;

    return mmf_sys_info_of_path(path, &info) == 0;
}

static mmf_status name_backup(mmf_migration *migration)
{
    const char *suffix = migration->options.is_upgrade ? ".v1" : ".bak";
    size_t size = strlen(migration->path) + strlen(suffix) + 1;

    if (migration->options.output || migration->options.has_no_backup) {
        return MMF_OK;
    }
    migration->backup = malloc(size);
    if (!migration->backup) {
        return no_memory(migration);
    }
    (void)snprintf(migration->backup, size, "%s%s", migration->path, suffix);
    return MMF_OK;
}

/* Before anything that takes long; what comes into being meanwhile is met when names are given. */
static mmf_status check_names(const mmf_migration *migration)
{
    const mmf_migration_options *options = &migration->options;

    if (options->output && exists(options->output)) {
        return mmf_error_set_system(options->error, MMF_E_EXISTS, EEXIST, "%s", options->output);
    }
    if (migration->backup && exists(migration->backup) &&
        !is_one_file(migration->path, migration->backup)) {
        return mmf_error_set_system(options->error, MMF_E_EXISTS, EEXIST,
                                    "%s, which the old file would be called", migration->backup);
    }
    return MMF_OK;
}

static mmf_status set_names(mmf_migration *migration, const char *path)
{
    int failure = mmf_sys_real_path(path, &migration->path);

    if (failure != 0) {
        return mmf_error_set_system(migration->options.error,
                                    failure == ENOENT ? MMF_E_NOT_FOUND : MMF_E_SYSTEM, failure,
                                    "%s", path);
    }
    return name_backup(migration);
}

/* --- What is refused ------------------------------------------------------------------------- */

static bool is_among(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_reserved(const mmf_model *model, const char *name)
{
    for (uint32_t i = 0; i < model->reserved_count; i++) {
        if (strcmp(model->reserved[i].text, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_continued(const mmf_migration *migration, const mmf_field *old_field)
{
    for (uint32_t i = 0; i < migration->to->field_count; i++) {
        if (migration->conversion.sources[i] == old_field) {
            return true;
        }
    }
    return false;
}

static void refuse_removed(mmf_migration *migration)
{
    const mmf_migration_options *options = &migration->options;
    const mmf_model *from = migration->source.table->model;

    for (uint32_t i = 0; i < from->field_count; i++) {
        const char *name = from->fields[i].name.text;

        if (!is_continued(migration, &from->fields[i]) && !is_reserved(migration->to, name) &&
            !is_among(options->dropped, options->dropped_count, name)) {
            mmf_diagnostics_add(options->diagnostics, MMF_SEVERITY_ERROR,
                                migration->to->name.location,
                                "field \"%s\" would be lost: put its name into \"reserved\", or "
                                "drop it explicitly",
                                name);
        }
    }
}

static void refuse_forbidden(mmf_migration *migration)
{
    for (size_t i = 0; i < migration->report.count; i++) {
        const mmf_compat_finding *finding = &migration->report.items[i];

        if (finding->verdict == MMF_COMPAT_FORBIDDEN) {
            mmf_diagnostics_add(migration->options.diagnostics, MMF_SEVERITY_ERROR,
                                finding->location, "%s", finding->text);
        }
    }
}

static mmf_status check_dropped(const mmf_migration *migration)
{
    const mmf_migration_options *options = &migration->options;

    for (size_t i = 0; i < options->dropped_count; i++) {
        const mmf_field *field =
            mmf_model_field(migration->source.table->model, options->dropped[i]);

        if (!field || is_continued(migration, field)) {
            return mmf_error_set(options->error, MMF_E_INVALID, "%s: cannot be dropped: %s",
                                 options->dropped[i],
                                 field ? "the new schema has it" : "no such field in the file");
        }
    }
    return MMF_OK;
}

static mmf_status judge(mmf_migration *migration)
{
    const mmf_migration_options *options = &migration->options;
    mmf_status status = check_dropped(migration);

    if (status != MMF_OK || options->is_upgrade) {
        return status;
    }
    status = mmf_compat_compare(migration->source.table->model, migration->to, &migration->report);
    if (status != MMF_OK) {
        return no_memory(migration);
    }
    refuse_forbidden(migration);
    refuse_removed(migration);
    mmf_diagnostics_sort(options->diagnostics);
    return mmf_diagnostics_has_errors(options->diagnostics)
               ? mmf_error_set(options->error, MMF_E_SCHEMA,
                               "%s: its records cannot be made those of %s", migration->path,
                               options->schema_path)
               : MMF_OK;
}

/* --- Opening --------------------------------------------------------------------------------- */

static mmf_status open_source(mmf_migration *migration)
{
    const mmf_migration_options *options = &migration->options;
    const mmf_source_options source_options = {
        .schema_path = options->is_upgrade ? options->schema_path : options->old_schema_path,
        .is_alone = !options->output && !options->is_dry,
        .timeout_ms = options->rewrite.timeout_ms,
        .diagnostics = options->diagnostics,
        .error = options->error,
    };

    return mmf_source_open(migration->path, &source_options, &migration->source);
}

/* Without a schema a file of format 1 says by what it lacks what the option is called. */
static mmf_status check_format(const mmf_migration *migration)
{
    mmf_model *model = NULL;
    uint32_t format = 0;
    mmf_status status =
        mmf_table_schema_of(migration->path, &model, &format, migration->options.error);

    mmf_model_free(model);
    if (status != MMF_OK) {
        return status;
    }
    if (migration->options.is_upgrade && format != MMF_FORMAT_1) {
        return mmf_error_set(migration->options.error, MMF_E_INVALID,
                             "%s: is of format %" PRIu32 " already", migration->path, format);
    }
    if (!migration->options.is_upgrade && format == MMF_FORMAT_1 &&
        !migration->options.old_schema_path) {
        return mmf_error_set(migration->options.error, MMF_E_SCHEMA,
                             "%s: a file of format 1 does not carry its schema: give it with "
                             "--from",
                             migration->path);
    }
    return MMF_OK;
}

static mmf_status load_schema(mmf_migration *migration)
{
    const mmf_migration_options *options = &migration->options;
    uint32_t format;
    mmf_status status;

    mmf_diagnostics_clear(options->diagnostics);
    status = mmf_schema_load(options->schema_path, options->diagnostics, &migration->to);
    if (status != MMF_OK) {
        return mmf_error_set(options->error, status, "%s: %s", options->schema_path,
                             mmf_status_text(status));
    }
    format = options->is_upgrade ? MMF_FORMAT_2 : migration->to->format;
    migration->to->format = format;
    if (format != MMF_FORMAT_1) {
        migration->text = mmf_schema_canonical(migration->to);
        if (!migration->text) {
            return no_memory(migration);
        }
    }
    return mmf_table_record_type(migration->to, format, migration->text, &migration->type,
                                 options->error);
}

static mmf_status open_and_judge(mmf_migration *migration)
{
    mmf_status status = check_format(migration);

    if (status == MMF_OK) {
        status = open_source(migration);
    }
    if (status == MMF_OK) {
        status = load_schema(migration);
    }
    if (status == MMF_OK) {
        status = mmf_conversion_init(&migration->conversion, migration->source.table->model,
                                     migration->to);
        if (status != MMF_OK) {
            return no_memory(migration);
        }
    }
    return status == MMF_OK ? judge(migration) : status;
}

mmf_status mmf_migration_open(const char *path, const mmf_migration_options *options,
                              mmf_migration **ret_migration)
{
    mmf_migration *migration = calloc(1, sizeof *migration);
    mmf_status status;

    if (!migration) {
        return mmf_error_set(options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    migration->options = *options;
    status = set_names(migration, path);
    if (status == MMF_OK) {
        status = open_and_judge(migration);
    }
    if (status == MMF_OK && (options->output || !mmf_migration_is_idle(migration))) {
        status = check_names(migration);
    }
    if (status != MMF_OK) {
        mmf_migration_close(migration);
        return status;
    }
    *ret_migration = migration;
    return MMF_OK;
}

/* --- The plan -------------------------------------------------------------------------------- */

const mmf_model *mmf_migration_from(const mmf_migration *migration)
{
    return migration->source.table->model;
}

const mmf_model *mmf_migration_to(const mmf_migration *migration)
{
    return migration->to;
}

const mmf_field *mmf_migration_source(const mmf_migration *migration, const mmf_field *field)
{
    return migration->conversion.sources[field - migration->to->fields];
}

const mmf_compat_report *mmf_migration_report(const mmf_migration *migration)
{
    return &migration->report;
}

bool mmf_migration_is_idle(const mmf_migration *migration)
{
    const char *before = migration->source.table->text;

    return before && migration->text && strcmp(before, migration->text) == 0;
}

const char *mmf_migration_backup(const mmf_migration *migration)
{
    return migration->backup;
}

/* --- Doing it -------------------------------------------------------------------------------- */

static mmf_status publish(mmf_migration *migration, mmf_draft *draft)
{
    mmf_error *error = migration->options.error;
    mmf_status status;

    if (migration->options.output) {
        return mmf_draft_publish(draft, error);
    }
    status = mmf_source_check(migration->path, error);
    return status == MMF_OK ? mmf_draft_replace(draft, migration->backup, error) : status;
}

static mmf_status fill(mmf_migration *migration, mmf_draft *draft, mmf_rewrite_result *result)
{
    mmf_error *error = migration->options.error;
    mmf_status status =
        mmf_rewrite(migration->source.table, result->records, &migration->conversion, draft,
                    &migration->options.rewrite, result, error);

    if (status == MMF_OK && !migration->options.output) {
        status = mmf_draft_imitate(draft, migration->path, error);
    }
    return status == MMF_OK ? mmf_draft_finish(draft, error) : status;
}

mmf_status mmf_migration_run(mmf_migration *migration, mmf_rewrite_result *ret_result)
{
    const mmf_migration_options *options = &migration->options;
    const char *path = options->output ? options->output : migration->path;
    mmf_draft *draft = NULL;
    mmf_sys_info info;
    mmf_status status;

    mmf_rewrite_measure(migration->source.table, ret_result);
    if (mmf_sys_info_of_path(migration->path, &info) != 0) {
        info.mode = 0600;
    }
    status = mmf_draft_begin(path, &migration->type, ret_result->records, info.mode & 0666u,
                             options->error, &draft);
    if (status == MMF_OK) {
        status = fill(migration, draft, ret_result);
    }
    if (status == MMF_OK) {
        status = publish(migration, draft);
    }
    mmf_draft_close(draft);
    return status;
}

void mmf_migration_close(mmf_migration *migration)
{
    if (migration) {
        mmf_source_close(&migration->source);
        mmf_conversion_clear(&migration->conversion);
        mmf_compat_report_clear(&migration->report);
        mmf_model_free(migration->to);
        free(migration->text);
        free(migration->path);
        free(migration->backup);
        free(migration);
    }
}
