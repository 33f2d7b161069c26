/* INSERT, UPDATE, and why there is no DELETE. */
#include <string.h>

#include "runtime/field.h"
#include "sqlite/assign.h"
#include "sqlite/vtab.h"

static int fail_status(mmf_sqlite_vtab *vtab, mmf_status status, const char *doing)
{
    return mmf_sqlite_fail(vtab, mmf_sqlite_code(status), "mmf: %s: %s: %s", vtab->arguments.file,
                           doing, mmf_status_text(status));
}

/* "mmf: symbol: text ABC…: 20 bytes, at most 16 are possible". */
static int fail_value(mmf_sqlite_vtab *vtab, const mmf_sqlite_column *column, mmf_status status,
                      const mmf_error *error)
{
    int code = status == MMF_E_NO_MEMORY ? SQLITE_NOMEM : SQLITE_CONSTRAINT_VTAB;

    return mmf_sqlite_fail(vtab, code, "mmf: %s: %s", column->field->name.text, error->text);
}

static int may_change(mmf_sqlite_vtab *vtab)
{
    if (mmf_sqlite_vtab_is_generic(vtab) || !vtab->arguments.is_writable) {
        return mmf_sqlite_fail(vtab, SQLITE_READONLY,
                               "mmf: the table is read-only: CREATE VIRTUAL TABLE … USING "
                               "mmf('…', writable=1)");
    }
    if (!sqlite3_get_autocommit(vtab->db) && !vtab->arguments.in_transactions) {
        return mmf_sqlite_fail(vtab, SQLITE_ERROR,
                               "mmf: changes of a store are visible at once and cannot be rolled "
                               "back: not within a transaction (or with in_transactions=1)");
    }
    return SQLITE_OK;
}

/* --- INSERT ---------------------------------------------------------------------------------- */

/* NULL is the schema's default: SQL does not tell a column that is not given from a NULL. */
static int fill_record(mmf_sqlite_vtab *vtab, sqlite3_value **values, uint8_t *payload)
{
    const mmf_sqlite_source *source = &vtab->source;

    mmf_model_initial_payload(source->table->model, payload);
    for (uint32_t i = 0; i < source->column_count; i++) {
        mmf_error error = {0};
        mmf_status status;

        if (sqlite3_value_type(values[i]) == SQLITE_NULL) {
            continue;
        }
        status = mmf_sqlite_assign(&source->columns[i], values[i], payload, &error);
        if (status != MMF_OK) {
            return fail_value(vtab, &source->columns[i], status, &error);
        }
    }
    return SQLITE_OK;
}

static int insert(mmf_sqlite_vtab *vtab, sqlite3_value **values, sqlite3_int64 *ret_rowid)
{
    const mmf_sqlite_source *source = &vtab->source;
    sqlite3_value **hidden = values + 2 + source->column_count;
    uint8_t *payload;
    uint64_t index = 0;
    mmf_status status;
    int code;

    if (sqlite3_value_type(values[1]) != SQLITE_NULL ||
        sqlite3_value_type(hidden[0]) != SQLITE_NULL ||
        sqlite3_value_type(hidden[1]) != SQLITE_NULL) {
        return mmf_sqlite_fail(vtab, SQLITE_CONSTRAINT_VTAB,
                               "mmf: rowid, _index and _version are not given, but found: a "
                               "record goes behind the last one");
    }
    /* Zeroed: what no field uses is zero in a record. */
    payload = sqlite3_malloc64(source->table->type.payload_size + 8);
    if (!payload) {
        return SQLITE_NOMEM;
    }
    memset(payload, 0, source->table->type.payload_size + 8);
    code = fill_record(vtab, values + 2, payload);
    if (code == SQLITE_OK) {
        status = mmf_table_append(source->table, payload, 1, &index);
        code = status == MMF_OK ? SQLITE_OK : fail_status(vtab, status, "cannot append");
    }
    sqlite3_free(payload);
    if (code == SQLITE_OK) {
        *ret_rowid = (sqlite3_int64)index;
    }
    return code;
}

/* --- UPDATE ---------------------------------------------------------------------------------- */

/* What an UPDATE sets, in a payload that has nothing else. */
typedef struct change {
    uint8_t *payload;
    bool *is_set; /* one a field */
    uint32_t first, end;
} change;

static int read_changes(mmf_sqlite_vtab *vtab, sqlite3_value **values, change *change)
{
    const mmf_sqlite_source *source = &vtab->source;

    for (uint32_t i = 0; i < source->column_count; i++) {
        const mmf_sqlite_column *column = &source->columns[i];
        uint32_t offset = mmf_table_field_offset(column->field);
        mmf_error error = {0};
        mmf_status status;

        if (sqlite3_value_nochange(values[i])) {
            continue;
        }
        status = sqlite3_value_type(values[i]) == SQLITE_NULL
                     ? mmf_sqlite_assign_null(column, change->payload, &error)
                     : mmf_sqlite_assign(column, values[i], change->payload, &error);
        if (status != MMF_OK) {
            return fail_value(vtab, column, status, &error);
        }
        change->is_set[i] = true;
        change->first = offset < change->first ? offset : change->first;
        change->end =
            offset + column->field->size > change->end ? offset + column->field->size : change->end;
    }
    return SQLITE_OK;
}

/* The range around all fields that are set, in one write section: what lies between them stays as
 * it is in the file, and a range within one word is one store. scratch: a payload's size. */
static mmf_status write_changes(const mmf_sqlite_source *source, uint64_t index,
                                const change *change, uint8_t *scratch)
{
    mmf_store *store = source->table->store;
    uint32_t size = change->end - change->first;
    mmf_write_section section = {NULL, 0};
    mmf_status status = mmf_write_begin(store, index, source->table->type.record_size,
                                        change->first + MMF_COUNTER_SIZE, size, &section);

    if (status != MMF_OK) {
        return status;
    }
    mmf_bytes_load(scratch + change->first, section.payload + change->first, size);
    for (uint32_t i = 0; i < source->column_count; i++) {
        const mmf_field *field = source->columns[i].field;
        uint32_t offset = mmf_table_field_offset(field);

        if (change->is_set[i]) {
            memcpy(scratch + offset, change->payload + offset, field->size);
        }
    }
    mmf_bytes_store(section.payload + change->first, scratch + change->first, size);
    return mmf_write_end(store, &section);
}

static int update(mmf_sqlite_vtab *vtab, sqlite3_value **values)
{
    const mmf_sqlite_source *source = &vtab->source;
    sqlite3_value **hidden = values + 2 + source->column_count;
    size_t size = source->table->type.payload_size + 8;
    change change = {.first = UINT32_MAX, .end = 0};
    uint64_t index = (uint64_t)sqlite3_value_int64(values[0]);
    mmf_status status = MMF_OK;
    uint8_t *scratch;
    int code;

    if (sqlite3_value_int64(values[1]) != (sqlite3_int64)index ||
        !sqlite3_value_nochange(hidden[0]) || !sqlite3_value_nochange(hidden[1])) {
        return mmf_sqlite_fail(vtab, SQLITE_CONSTRAINT_VTAB,
                               "mmf: rowid, _index and _version cannot be changed");
    }
    change.payload = sqlite3_malloc64(2 * size + source->column_count);
    if (!change.payload) {
        return SQLITE_NOMEM;
    }
    memset(change.payload, 0, 2 * size + source->column_count);
    scratch = change.payload + size;
    change.is_set = (bool *)(scratch + size);
    code = read_changes(vtab, values + 2, &change);
    if (code == SQLITE_OK && change.end > 0) {
        status = write_changes(source, index, &change, scratch);
    }
    sqlite3_free(change.payload);
    return status == MMF_OK ? code : fail_status(vtab, status, "cannot update");
}

int mmf_sqlite_update(sqlite3_vtab *base, int count, sqlite3_value **values,
                      sqlite3_int64 *ret_rowid)
{
    mmf_sqlite_vtab *vtab = (mmf_sqlite_vtab *)base;
    int code = may_change(vtab);

    if (code != SQLITE_OK) {
        return code;
    }
    if (count == 1) {
        return mmf_sqlite_fail(vtab, SQLITE_CONSTRAINT_VTAB,
                               "mmf: records cannot be deleted: a store only grows");
    }
    if (sqlite3_value_type(values[0]) == SQLITE_NULL) {
        return insert(vtab, values, ret_rowid);
    }
    return update(vtab, values);
}
