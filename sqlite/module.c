/* The module: tables come and go. */
#include <stdarg.h>
#include <string.h>

#include "sqlite/mmf_sqlite.h"
#include "sqlite/vtab.h"

#define VERSION_OF_DIRECTONLY 3031000

int mmf_sqlite_fail(mmf_sqlite_vtab *vtab, int code, const char *format, ...)
{
    va_list arguments;

    sqlite3_free(vtab->base.zErrMsg);
    va_start(arguments, format);
    vtab->base.zErrMsg = sqlite3_vmprintf(format, arguments);
    va_end(arguments);
    return code;
}

mmf_sqlite_special mmf_sqlite_vtab_special(const mmf_sqlite_vtab *vtab, int column)
{
    static const mmf_sqlite_special GENERIC[] = {MMF_SQLITE_INDEX,  MMF_SQLITE_VERSION,
                                                 MMF_SQLITE_RECORD, MMF_SQLITE_FILE,
                                                 MMF_SQLITE_SCHEMA, MMF_SQLITE_RAW};

    if (column < 0) {
        return MMF_SQLITE_INDEX;
    }
    if (mmf_sqlite_vtab_is_generic(vtab)) {
        return GENERIC[column];
    }
    if (column < (int)vtab->source.column_count) {
        return MMF_SQLITE_FIELD;
    }
    return column == (int)vtab->source.column_count ? MMF_SQLITE_INDEX : MMF_SQLITE_VERSION;
}

/* --- Connecting ------------------------------------------------------------------------------ */

/* Asking fixes the encoding of a database that is empty so far, too. */
static bool is_utf8(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    bool is_it = false;

    if (sqlite3_prepare_v2(db, "PRAGMA encoding", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(statement, 0);

        is_it = name && strcmp(name, "UTF-8") == 0;
    }
    (void)sqlite3_finalize(statement);
    return is_it;
}

static int declare(mmf_sqlite_vtab *vtab, char **ret_error)
{
    sqlite3_str *text = sqlite3_str_new(vtab->db);
    char *sql;
    int code;

    sqlite3_str_appendall(text, "CREATE TABLE x(");
    for (uint32_t i = 0; i < vtab->source.column_count; i++) {
        const mmf_sqlite_column *column = &vtab->source.columns[i];

        sqlite3_str_appendf(text, "\"%w\" %s, ", column->field->name.text,
                            mmf_sqlite_column_type(column));
    }
    sqlite3_str_appendall(text,
                          mmf_sqlite_vtab_is_generic(vtab)
                              ? "_index INTEGER, _version INTEGER, record TEXT, file TEXT HIDDEN, "
                                "schema TEXT HIDDEN, raw INTEGER HIDDEN)"
                              : "_index INTEGER HIDDEN, _version INTEGER HIDDEN)");
    sql = sqlite3_str_finish(text);
    if (!sql) {
        return SQLITE_NOMEM;
    }
    code = sqlite3_declare_vtab(vtab->db, sql);
    sqlite3_free(sql);
    if (code != SQLITE_OK) {
        *ret_error = sqlite3_mprintf("mmf: %s", sqlite3_errmsg(vtab->db));
    }
    return code;
}

static int open_source(mmf_sqlite_vtab *vtab, unsigned flags, int count, const char *const *texts,
                       char **ret_error)
{
    mmf_sqlite_arguments *arguments = &vtab->arguments;
    int code = mmf_sqlite_arguments_read(arguments, count, texts, ret_error);

    if (code != SQLITE_OK) {
        return code;
    }
    if (arguments->is_writable && flags & MMF_SQLITE_NO_WRITE) {
        *ret_error = sqlite3_mprintf("mmf: writable=1 is not allowed in this program");
        return SQLITE_PERM;
    }
    return mmf_sqlite_source_open(&vtab->source, arguments->file, arguments->schema,
                                  arguments->is_writable, arguments->is_raw, ret_error);
}

static int disconnect(sqlite3_vtab *base)
{
    mmf_sqlite_vtab *vtab = (mmf_sqlite_vtab *)base;

    mmf_sqlite_source_close(&vtab->source);
    mmf_sqlite_arguments_clear(&vtab->arguments);
    sqlite3_free(vtab);
    return SQLITE_OK;
}

/* texts: module, database, table, arguments. The table that has the module's name, and no
 * arguments, is the one that SQLite makes by itself for mmf('ticks.mmf'). */
static int connect(sqlite3 *db, void *flags, int count, const char *const *texts,
                   sqlite3_vtab **ret_vtab, char **ret_error)
{
    bool is_generic = count == 3 && sqlite3_stricmp(texts[0], texts[2]) == 0;
    mmf_sqlite_vtab *vtab = sqlite3_malloc64(sizeof *vtab);
    int code = SQLITE_OK;

    if (!vtab) {
        return SQLITE_NOMEM;
    }
    *vtab = (mmf_sqlite_vtab){
        .db = db,
        .is_utf8 = is_utf8(db),
    };
    if (!is_generic) {
        code = open_source(vtab, *(unsigned *)flags, count - 3, texts + 3, ret_error);
    }
    if (code == SQLITE_OK) {
        code = declare(vtab, ret_error);
    }
    if (code != SQLITE_OK) {
        (void)disconnect(&vtab->base);
        return code;
    }
    (void)sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
    *ret_vtab = &vtab->base;
    return SQLITE_OK;
}

/* ALTER TABLE … RENAME: the file keeps its name. */
static int rename_table(sqlite3_vtab *base, const char *name)
{
    (void)base;
    (void)name;
    return SQLITE_OK;
}

/* xCreate being xConnect allows both CREATE VIRTUAL TABLE and mmf('ticks.mmf'). Nothing is
 * destroyed with a table: the file is not its own. */
static const sqlite3_module MODULE = {
    .iVersion = 0,
    .xCreate = connect,
    .xConnect = connect,
    .xBestIndex = mmf_sqlite_best_index,
    .xDisconnect = disconnect,
    .xDestroy = disconnect,
    .xOpen = mmf_sqlite_open,
    .xClose = mmf_sqlite_close,
    .xFilter = mmf_sqlite_filter,
    .xNext = mmf_sqlite_next,
    .xEof = mmf_sqlite_eof,
    .xColumn = mmf_sqlite_column_at,
    .xRowid = mmf_sqlite_rowid,
    .xUpdate = mmf_sqlite_update,
    .xRename = rename_table,
};

int mmf_sqlite_register(sqlite3 *db, unsigned flags)
{
    unsigned *kept;

    if (flags & ~MMF_SQLITE_NO_WRITE) {
        return SQLITE_MISUSE;
    }
    if (sqlite3_libversion_number() < VERSION_OF_DIRECTONLY) {
        return SQLITE_ERROR;
    }
    kept = sqlite3_malloc64(sizeof *kept);
    if (!kept) {
        return SQLITE_NOMEM;
    }
    *kept = flags;
    return sqlite3_create_module_v2(db, "mmf", &MODULE, kept, sqlite3_free);
}
