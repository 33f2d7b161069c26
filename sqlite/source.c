#include "sqlite/source.h"

#include <stdlib.h>

int mmf_sqlite_code(mmf_status status)
{
    switch (status) {
    case MMF_OK:
        return SQLITE_OK;
    case MMF_E_STUCK:
    case MMF_E_LOCKED:
        return SQLITE_BUSY;
    case MMF_E_CORRUPT:
        return SQLITE_CORRUPT_VTAB;
    case MMF_E_MAGIC:
    case MMF_E_VERSION:
        return SQLITE_NOTADB;
    case MMF_E_NOT_FOUND:
        return SQLITE_CANTOPEN;
    case MMF_E_NO_MEMORY:
        return SQLITE_NOMEM;
    case MMF_E_NO_SPACE:
        return SQLITE_FULL;
    case MMF_E_READONLY:
        return SQLITE_READONLY;
    case MMF_E_TRUNCATED:
    case MMF_E_SYSTEM:
        return SQLITE_IOERR;
    default:
        return SQLITE_ERROR;
    }
}

/* The first error of a schema, with its place; else the detail. */
static char *explain(mmf_status status, const char *file, const mmf_error *error,
                     const mmf_diagnostics *diagnostics)
{
    char *line =
        mmf_diagnostics_has_errors(diagnostics) ? mmf_diagnostics_format(diagnostics, 0) : NULL;
    char *text;

    if (line) {
        text = sqlite3_mprintf("mmf: %s", line);
    } else if (error->text[0] != '\0') {
        text = sqlite3_mprintf("mmf: %s", error->text);
    } else {
        text = sqlite3_mprintf("mmf: %s: %s", file, mmf_status_text(status));
    }
    free(line);
    return text;
}

int mmf_sqlite_source_open(mmf_sqlite_source *source, const char *file, const char *schema,
                           bool is_writable, bool is_raw, char **ret_error)
{
    mmf_error error = {0};
    mmf_diagnostics diagnostics = {0};
    mmf_options options = {.flags = is_writable ? 0 : MMF_READ_ONLY, .error = &error};
    mmf_status status = mmf_table_open(file, schema, &options, &diagnostics, &source->table);
    const mmf_model *model;

    if (status == MMF_E_SCHEMA && !schema && error.status == MMF_E_SCHEMA) {
        *ret_error = sqlite3_mprintf("mmf: %s does not carry its schema: give it with "
                                     "schema='x.mmf.json'",
                                     file);
    } else if (status != MMF_OK) {
        *ret_error = explain(status, file, &error, &diagnostics);
    }
    mmf_diagnostics_clear(&diagnostics);
    if (status != MMF_OK) {
        return mmf_sqlite_code(status);
    }
    model = source->table->model;
    source->columns = sqlite3_malloc64(model->field_count * sizeof *source->columns);
    if (!source->columns) {
        return SQLITE_NOMEM;
    }
    for (uint32_t i = 0; i < model->field_count; i++) {
        source->columns[i] = mmf_sqlite_column_of(&model->fields[i], is_raw);
    }
    source->column_count = model->field_count;
    return SQLITE_OK;
}

void mmf_sqlite_source_close(mmf_sqlite_source *source)
{
    (void)mmf_table_close(source->table);
    sqlite3_free(source->columns);
    *source = (mmf_sqlite_source){0};
}
