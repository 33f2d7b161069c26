#include "tools/import.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/suggest.h"
#include "tools/import_parts.h"

#define SHOWN_MAX 80u

/* --- Complaints ------------------------------------------------------------------------------ */

static uint32_t cut(uint64_t number)
{
    return number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
}

mmf_status mmf_import_complain(const mmf_import_row *row, mmf_status status, mmf_input_place place,
                               const char *format, ...)
{
    mmf_location location = {cut(place.line), cut(place.column)};
    char text[MMF_ERROR_TEXT_SIZE + 128];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    mmf_diagnostics_add(row->diagnostics, MMF_SEVERITY_ERROR, location, "%s", text);
    return status;
}

mmf_status mmf_import_complain_of_input(const mmf_import_row *row, mmf_status status,
                                        mmf_input_place place, const mmf_error *detail,
                                        mmf_error *error)
{
    if (status == MMF_E_INVALID || status == MMF_E_LIMIT) {
        return mmf_import_complain(row, status, place, "%s", detail->text);
    }
    return mmf_error_set(error, status, "%s: %s", row->diagnostics->path, detail->text);
}

/* All names and aliases; NULL when out of memory. */
static const char **names_of(const mmf_model *model, size_t *ret_count)
{
    size_t count = 0;
    const char **names;

    for (uint32_t i = 0; i < model->field_count; i++) {
        count += 1 + model->fields[i].alias_count;
    }
    names = malloc(count * sizeof *names);
    *ret_count = 0;
    for (uint32_t i = 0; names && i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];

        names[(*ret_count)++] = field->name.text;
        for (uint32_t k = 0; k < field->alias_count; k++) {
            names[(*ret_count)++] = field->aliases[k].text;
        }
    }
    return names;
}

mmf_status mmf_import_complain_of_name(const mmf_import_row *row, mmf_input_place place,
                                       const char *name, size_t size)
{
    size_t count;
    const char **names = names_of(row->model, &count);
    char shown[SHOWN_MAX + 1];
    const char *suggestion;

    size = size < SHOWN_MAX ? size : SHOWN_MAX;
    memcpy(shown, name, size);
    shown[size] = '\0';
    suggestion = names ? mmf_suggest(shown, names, count) : NULL;
    free(names);
    return mmf_import_complain(row, MMF_E_INVALID, place,
                               "found \"%s\", expected a field of %s%s%s%s", shown,
                               row->model->name.text, suggestion ? "; did you mean \"" : "",
                               suggestion ? suggestion : "", suggestion ? "\"?" : "");
}

/* --- What both syntaxes have in common ------------------------------------------------------- */

static bool is_name(const mmf_name *name, const char *text, size_t size)
{
    return strlen(name->text) == size && memcmp(name->text, text, size) == 0;
}

const mmf_field *mmf_import_field(const mmf_model *model, const char *name, size_t size)
{
    for (uint32_t i = 0; i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];

        if (is_name(&field->name, name, size)) {
            return field;
        }
        for (uint32_t k = 0; k < field->alias_count; k++) {
            if (is_name(&field->aliases[k], name, size)) {
                return field;
            }
        }
    }
    return NULL;
}

/* Reads it once more, for the text: to have room for that ready would cost every value. */
static mmf_status refuse_value(const mmf_import_row *row, const mmf_field *field, const char *text,
                               size_t size, const char *place, uint8_t *payload)
{
    mmf_error error = {0};
    mmf_status status = mmf_value_read(field, text, size, row->options->notation, payload, &error);

    return mmf_import_complain(row, status, mmf_input_place_of(row->input, place), "%s: %s",
                               field->name.text, error.text);
}

mmf_status mmf_import_value(const mmf_import_row *row, const mmf_field *field, const char *text,
                            size_t size, const char *place, uint8_t *payload)
{
    mmf_status status = mmf_value_read(field, text, size, row->options->notation, payload, NULL);

    return status == MMF_OK ? MMF_OK : refuse_value(row, field, text, size, place, payload);
}

mmf_status mmf_import_add(const mmf_import_row *row, mmf_error *error)
{
    bool is_flushed = false;
    mmf_status status = mmf_import_sink_add(row->sink, &is_flushed, error);

    if (is_flushed && row->options->on_progress) {
        row->options->on_progress(row->options->context, row->input->taken, row->sink->total);
    }
    return status;
}

/* --- All of it ------------------------------------------------------------------------------- */

static mmf_status check_options(const mmf_import_options *options, mmf_error *error)
{
    bool is_csv = options->notation.syntax == MMF_SYNTAX_CSV;

    if (!options->schema_path && !options->is_appending) {
        return mmf_error_set(error, MMF_E_INVALID, "a new store needs a schema");
    }
    if (options->has_no_header && options->columns) {
        return mmf_error_set(error, MMF_E_INVALID,
                             "columns are either named or those of the schema, not both");
    }
    if (!is_csv && (options->has_no_header || options->columns)) {
        return mmf_error_set(error, MMF_E_INVALID, "columns are of CSV alone");
    }
    return MMF_OK;
}

mmf_status mmf_import(const char *path, int fd, const char *name, const mmf_import_options *options,
                      mmf_diagnostics *diagnostics, uint64_t *ret_count, mmf_error *error)
{
    mmf_import_sink sink = {.staging_fd = -1};
    mmf_import_row row = {.options = options, .sink = &sink, .diagnostics = diagnostics};
    mmf_status status = check_options(options, error);

    if (status == MMF_OK) {
        status = mmf_import_sink_open(&sink, path, options, diagnostics, error);
    }
    if (status == MMF_OK) {
        mmf_diagnostics_clear(diagnostics); /* warnings of the schema */
        mmf_diagnostics_init(diagnostics, name);
        row.model = sink.table->model;
        status = options->notation.syntax == MMF_SYNTAX_CSV ? mmf_import_csv(&row, fd, error)
                                                            : mmf_import_jsonl(&row, fd, error);
    }
    if (status == MMF_OK) {
        status = mmf_import_sink_finish(&sink, error);
    }
    if (status == MMF_OK) {
        *ret_count = sink.total;
    }
    mmf_import_sink_close(&sink);
    return status;
}
