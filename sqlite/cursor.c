/* Cursors: opening, going on, and the values of a row. */
#include "sqlite/plan.h"
#include "sqlite/vtab.h"
#include "tools/value.h"

int mmf_sqlite_open(sqlite3_vtab *base, sqlite3_vtab_cursor **ret_cursor)
{
    mmf_sqlite_cursor *cursor = sqlite3_malloc64(sizeof *cursor);

    (void)base;
    if (!cursor) {
        return SQLITE_NOMEM;
    }
    *cursor = (mmf_sqlite_cursor){0};
    *ret_cursor = &cursor->base;
    return SQLITE_OK;
}

int mmf_sqlite_close(sqlite3_vtab_cursor *base)
{
    mmf_sqlite_cursor *cursor = (mmf_sqlite_cursor *)base;

    mmf_sqlite_scan_reset(&cursor->scan);
    mmf_sqlite_source_close(&cursor->opened);
    sqlite3_free(cursor->scan.payload);
    sqlite3_free(cursor->file);
    sqlite3_free(cursor->schema);
    mmf_output_free(&cursor->text);
    sqlite3_free(cursor);
    return SQLITE_OK;
}

/* --- Which bytes of a record ----------------------------------------------------------------- */

static bool is_used(uint64_t fields, uint32_t field)
{
    return (fields >> (field < 63 ? field : 63) & 1) != 0;
}

static void choose_bytes(mmf_sqlite_cursor *cursor, uint64_t fields)
{
    const mmf_sqlite_source *source = cursor->source;
    uint32_t first = UINT32_MAX;
    uint32_t end = 0;

    for (uint32_t i = 0; i < source->column_count; i++) {
        const mmf_field *field = source->columns[i].field;
        uint32_t offset = mmf_table_field_offset(field);

        if (is_used(fields, i)) {
            first = offset < first ? offset : first;
            end = offset + field->size > end ? offset + field->size : end;
        }
    }
    cursor->scan.copy_offset = end > 0 ? first / 8 * 8 : 0;
    cursor->scan.copy_size = end > 0 ? (end + 7) / 8 * 8 - cursor->scan.copy_offset : 0;
}

static bool is_copied(const mmf_sqlite_scan *scan, const mmf_field *field)
{
    uint32_t offset = mmf_table_field_offset(field);

    return !scan->has_version || (offset >= scan->copy_offset &&
                                  offset + field->size <= scan->copy_offset + scan->copy_size);
}

/* --- The file of mmf('ticks.mmf') ------------------------------------------------------------ */

static int copy_text(char **place, sqlite3_value *value)
{
    const char *text = (const char *)sqlite3_value_text(value);

    sqlite3_free(*place);
    *place = text ? sqlite3_mprintf("%s", text) : NULL;
    return text && !*place ? SQLITE_NOMEM : SQLITE_OK;
}

static int take_argument(mmf_sqlite_cursor *cursor, int column, sqlite3_value *value)
{
    switch (column) {
    case MMF_SQLITE_TERM_FILE:
        return copy_text(&cursor->file, value);
    case MMF_SQLITE_TERM_SCHEMA:
        return copy_text(&cursor->schema, value);
    case MMF_SQLITE_TERM_RAW:
        cursor->is_raw = sqlite3_value_int(value) != 0;
        return SQLITE_OK;
    default:
        return SQLITE_OK;
    }
}

/* *ret_is_open stays false for mmf(NULL), which has no rows. */
static int open_file(mmf_sqlite_cursor *cursor, const char *plan, int count, sqlite3_value **values,
                     bool *ret_is_open)
{
    mmf_sqlite_vtab *vtab = (mmf_sqlite_vtab *)cursor->base.pVtab;
    char *error = NULL;
    int code = SQLITE_OK;

    mmf_sqlite_source_close(&cursor->opened);
    sqlite3_free(cursor->file);
    sqlite3_free(cursor->schema);
    cursor->file = NULL;
    cursor->schema = NULL;
    cursor->is_raw = false;
    for (int i = 0; i < count && code == SQLITE_OK; i++) {
        mmf_sqlite_term term;

        plan = mmf_sqlite_plan_term(plan, &term);
        code = take_argument(cursor, term.column, values[i]);
    }
    if (code != SQLITE_OK || !cursor->file) {
        return code;
    }
    code = mmf_sqlite_source_open(&cursor->opened, cursor->file, cursor->schema, false,
                                  cursor->is_raw, &error);
    if (code != SQLITE_OK) {
        code = mmf_sqlite_fail(vtab, code, "%s", error ? error : "mmf: out of memory");
        sqlite3_free(error);
        return code;
    }
    cursor->source = &cursor->opened;
    *ret_is_open = true;
    return SQLITE_OK;
}

/* --- Going through it ------------------------------------------------------------------------ */

static int find(mmf_sqlite_cursor *cursor)
{
    mmf_sqlite_vtab *vtab = (mmf_sqlite_vtab *)cursor->base.pVtab;
    mmf_status status = mmf_sqlite_scan_find(&cursor->scan);

    if (status == MMF_OK) {
        return SQLITE_OK;
    }
    return mmf_sqlite_fail(vtab, mmf_sqlite_code(status), "mmf: %s: record %llu: %s",
                           mmf_store_path(cursor->source->table->store),
                           (unsigned long long)cursor->scan.index, mmf_status_text(status));
}

int mmf_sqlite_filter(sqlite3_vtab_cursor *base, int number, const char *plan, int count,
                      sqlite3_value **values)
{
    mmf_sqlite_cursor *cursor = (mmf_sqlite_cursor *)base;
    mmf_sqlite_vtab *vtab = (mmf_sqlite_vtab *)base->pVtab;
    mmf_sqlite_scan *scan = &cursor->scan;
    bool is_generic = mmf_sqlite_vtab_is_generic(vtab);
    bool is_open = !is_generic;
    uint64_t fields;
    int code = SQLITE_OK;

    mmf_sqlite_scan_reset(scan);
    scan->is_descending = (number & MMF_SQLITE_PLAN_DESCENDING) != 0;
    plan = mmf_sqlite_plan_fields(plan, &fields);
    cursor->source = &vtab->source;
    if (is_generic) {
        code = open_file(cursor, plan, count, values, &is_open);
        fields = UINT64_MAX;
    }
    if (code != SQLITE_OK || !is_open) {
        return code;
    }
    sqlite3_free(scan->payload);
    scan->table = cursor->source->table;
    scan->payload = sqlite3_malloc64(scan->table->type.payload_size + 1);
    if (!scan->payload) {
        return SQLITE_NOMEM;
    }
    choose_bytes(cursor, fields);
    code = mmf_sqlite_apply_terms(cursor, plan, count, values);
    if (code != SQLITE_OK) {
        return code;
    }
    mmf_sqlite_scan_rewind(scan);
    return find(cursor);
}

int mmf_sqlite_next(sqlite3_vtab_cursor *base)
{
    mmf_sqlite_cursor *cursor = (mmf_sqlite_cursor *)base;

    mmf_sqlite_scan_step(&cursor->scan);
    return find(cursor);
}

int mmf_sqlite_eof(sqlite3_vtab_cursor *base)
{
    return mmf_sqlite_scan_is_over(&((mmf_sqlite_cursor *)base)->scan);
}

int mmf_sqlite_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret_rowid)
{
    *ret_rowid = (sqlite3_int64)((mmf_sqlite_cursor *)base)->scan.index;
    return SQLITE_OK;
}

/* --- Values ---------------------------------------------------------------------------------- */

static int result_record(mmf_sqlite_cursor *cursor, sqlite3_context *context)
{
    static const mmf_notation LOGICAL = {MMF_SYNTAX_JSON, false};
    static const mmf_notation RAW = {MMF_SYNTAX_JSON, true};
    const mmf_model *model = cursor->source->table->model;
    const mmf_field **fields = sqlite3_malloc64((model->field_count + 1) * sizeof *fields);

    if (!fields) {
        return SQLITE_NOMEM;
    }
    for (uint32_t i = 0; i < model->field_count; i++) {
        fields[i] = &model->fields[i];
    }
    cursor->text.size = 0;
    mmf_value_write_row(&cursor->text, fields, model->field_count, cursor->scan.payload,
                        cursor->is_raw ? RAW : LOGICAL);
    sqlite3_free(fields);
    if (cursor->text.has_failed) {
        return SQLITE_NOMEM;
    }
    sqlite3_result_text64(context, cursor->text.bytes, cursor->text.size - 1, SQLITE_TRANSIENT,
                          SQLITE_UTF8);
    return SQLITE_OK;
}

/* Of a column that SQLite had not said it would use. */
static int copy_all(mmf_sqlite_cursor *cursor)
{
    mmf_status status =
        mmf_table_get(cursor->source->table, cursor->scan.index, cursor->scan.payload);

    cursor->scan.copy_offset = 0;
    cursor->scan.copy_size = cursor->source->table->type.payload_size;
    return mmf_sqlite_code(status);
}

static int result_field(mmf_sqlite_cursor *cursor, sqlite3_context *context, int number)
{
    const mmf_sqlite_column *column = &cursor->source->columns[number];
    int code = is_copied(&cursor->scan, column->field) ? SQLITE_OK : copy_all(cursor);

    if (code == SQLITE_OK) {
        mmf_sqlite_column_result(column, cursor->scan.payload, &cursor->text, context);
    }
    return code;
}

int mmf_sqlite_column_at(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
    mmf_sqlite_cursor *cursor = (mmf_sqlite_cursor *)base;
    const mmf_sqlite_vtab *vtab = (const mmf_sqlite_vtab *)base->pVtab;

    if (vtab->arguments.is_writable && sqlite3_vtab_nochange(context)) {
        return SQLITE_OK; /* UPDATE does not set it */
    }
    switch (mmf_sqlite_vtab_special(vtab, column)) {
    case MMF_SQLITE_FIELD:
        return result_field(cursor, context, column);
    case MMF_SQLITE_INDEX:
        sqlite3_result_int64(context, (sqlite3_int64)cursor->scan.index);
        return SQLITE_OK;
    case MMF_SQLITE_VERSION:
        if (cursor->scan.has_version) {
            sqlite3_result_int64(context, (sqlite3_int64)cursor->scan.version);
        }
        return SQLITE_OK;
    case MMF_SQLITE_RECORD:
        return result_record(cursor, context);
    case MMF_SQLITE_FILE:
        sqlite3_result_text(context, cursor->file, -1, SQLITE_TRANSIENT);
        return SQLITE_OK;
    case MMF_SQLITE_SCHEMA:
        sqlite3_result_text(context, cursor->schema, -1, SQLITE_TRANSIENT);
        return SQLITE_OK;
    default:
        sqlite3_result_int(context, cursor->is_raw);
        return SQLITE_OK;
    }
}
