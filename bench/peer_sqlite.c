/* SQLite: prepared statements, memory-mapped, all of a run in one transaction, its journal in
 * memory, no waiting for the disk, no mutexes. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/index.h"
#include "bench/keep.h"
#include "bench/peers.h"

enum statement { BEGIN, COMMIT, GET, GET_FIELD, SCAN, SET, SET_FIELD, INSERT, STATEMENTS };

struct bench_sqlite {
    sqlite3 *database;
    sqlite3_stmt *statement[STATEMENTS];
    uint64_t records;
};

static const char *const texts[STATEMENTS] = {
    [BEGIN] = "BEGIN",
    [COMMIT] = "COMMIT",
    [GET] = "SELECT id, price, volume, market_cap, stale FROM record WHERE i = ?1",
    [GET_FIELD] = "SELECT price FROM record WHERE i = ?1",
    [SCAN] = "SELECT id, price, volume, market_cap, stale FROM record",
    [SET] = ("UPDATE record SET id = ?2, price = ?3, volume = ?4, market_cap = ?5, stale = ?6 "
             "WHERE i = ?1"),
    [SET_FIELD] = "UPDATE record SET price = ?2 WHERE i = ?1",
    [INSERT] = "INSERT INTO record VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
};

static const char settings[] =
    "PRAGMA page_size = 4096; PRAGMA mmap_size = 17179869184; PRAGMA cache_size = -65536;"
    "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA temp_store = MEMORY;"
    "CREATE TABLE IF NOT EXISTS record (i INTEGER PRIMARY KEY, id INTEGER, price REAL,"
    " volume REAL, market_cap REAL, stale INTEGER);";

const char *bench_sqlite_version(void)
{
    return sqlite3_libversion();
}

static _Noreturn void fail(const struct bench_sqlite *sqlite, const char *what)
{
    fprintf(stderr, "bench: sqlite: %s: %s\n", what, sqlite3_errmsg(sqlite->database));
    exit(1);
}

static inline void step(const struct bench_sqlite *sqlite, enum statement statement, int expected)
{
    if (__builtin_expect(sqlite3_step(sqlite->statement[statement]) != expected, 0)) {
        fail(sqlite, texts[statement]);
    }
}

/* A statement that has no rows. */
static inline void run(const struct bench_sqlite *sqlite, enum statement statement)
{
    step(sqlite, statement, SQLITE_DONE);
    sqlite3_reset(sqlite->statement[statement]);
}

static void run_text(const struct bench_sqlite *sqlite, const char *text)
{
    if (sqlite3_exec(sqlite->database, text, NULL, NULL, NULL) != SQLITE_OK) {
        fail(sqlite, text);
    }
}

/* --- Databases ------------------------------------------------------------------------------- */

static void path_of(const bench_fixture *fixture, char path[BENCH_PATH_MAX])
{
    snprintf(path, BENCH_PATH_MAX, "%s/sqlite", fixture->directory);
}

static struct bench_sqlite *open_database(const bench_fixture *fixture, uint64_t records)
{
    struct bench_sqlite *sqlite = calloc(1, sizeof *sqlite);
    char path[BENCH_PATH_MAX];

    if (!sqlite) {
        bench_fail("sqlite", MMF_E_NO_MEMORY);
    }
    path_of(fixture, path);
    sqlite->records = records;
    if (sqlite3_open_v2(path, &sqlite->database,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK) {
        fail(sqlite, path);
    }
    run_text(sqlite, settings);
    for (int i = 0; i < STATEMENTS; i++) {
        if (sqlite3_prepare_v3(sqlite->database, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &sqlite->statement[i], NULL) != SQLITE_OK) {
            fail(sqlite, texts[i]);
        }
    }
    return sqlite;
}

void bench_sqlite_close(struct bench_sqlite *sqlite)
{
    if (!sqlite) {
        return;
    }
    for (int i = 0; i < STATEMENTS; i++) {
        sqlite3_finalize(sqlite->statement[i]);
    }
    if (sqlite3_close(sqlite->database) != SQLITE_OK) {
        fail(sqlite, "close");
    }
    free(sqlite);
}

static void bind_record(const struct bench_sqlite *sqlite, enum statement which, uint64_t index,
                        const market_cap *record)
{
    sqlite3_stmt *statement = sqlite->statement[which];

    sqlite3_bind_int64(statement, 1, (sqlite3_int64)index);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)record->id);
    sqlite3_bind_double(statement, 3, record->price);
    sqlite3_bind_double(statement, 4, record->volume);
    sqlite3_bind_double(statement, 5, record->market_cap);
    sqlite3_bind_int(statement, 6, record->stale);
}

static bool is_empty(const struct bench_sqlite *sqlite)
{
    sqlite3_stmt *statement = sqlite->statement[GET];
    int result;

    sqlite3_bind_int64(statement, 1, 0);
    result = sqlite3_step(statement);
    sqlite3_reset(statement);
    return result == SQLITE_DONE;
}

static void fill(const struct bench_sqlite *sqlite, uint64_t records)
{
    run(sqlite, BEGIN);
    for (uint64_t i = 0; i < records; i++) {
        market_cap record = bench_record(i);

        bind_record(sqlite, INSERT, i, &record);
        run(sqlite, INSERT);
    }
    run(sqlite, COMMIT);
}

void bench_need_sqlite(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    if (!fixture->sqlite) {
        fixture->sqlite = open_database(fixture, fixture->setup.records);
        if (is_empty(fixture->sqlite)) {
            fill(fixture->sqlite, fixture->setup.records);
        }
    }
}

void bench_need_new_sqlite(bench_fixture *fixture, uint64_t operations)
{
    char path[BENCH_PATH_MAX];

    bench_sqlite_close(fixture->sqlite);
    path_of(fixture, path);
    unlink(path);
    fixture->sqlite = open_database(fixture, operations);
}

/* --- Reading --------------------------------------------------------------------------------- */

static inline void read_columns(sqlite3_stmt *statement, market_cap *record)
{
    record->id = (uint64_t)sqlite3_column_int64(statement, 0);
    record->price = sqlite3_column_double(statement, 1);
    record->volume = sqlite3_column_double(statement, 2);
    record->market_cap = sqlite3_column_double(statement, 3);
    record->stale = sqlite3_column_int(statement, 4) != 0;
}

static inline void get(const struct bench_sqlite *sqlite, uint64_t index, market_cap *record)
{
    sqlite3_stmt *statement = sqlite->statement[GET];

    sqlite3_bind_int64(statement, 1, (sqlite3_int64)index);
    step(sqlite, GET, SQLITE_ROW);
    read_columns(statement, record);
    sqlite3_reset(statement);
}

void bench_sqlite_get_field(bench_fixture *fixture, uint64_t operations)
{
    const struct bench_sqlite *sqlite = fixture->sqlite;
    sqlite3_stmt *statement = sqlite->statement[GET_FIELD];
    double value = 0;

    run(sqlite, BEGIN);
    for (uint64_t i = 0; i < operations; i++) {
        sqlite3_bind_int64(statement, 1, (sqlite3_int64)(i & BENCH_CACHED_MASK));
        step(sqlite, GET_FIELD, SQLITE_ROW);
        value = sqlite3_column_double(statement, 0);
        bench_keep_double(value);
        sqlite3_reset(statement);
    }
    run(sqlite, COMMIT);
    fixture->seen = bench_hash(0, &value, sizeof value);
}

void bench_sqlite_get_record(bench_fixture *fixture, uint64_t operations)
{
    const struct bench_sqlite *sqlite = fixture->sqlite;
    market_cap record = {0};

    run(sqlite, BEGIN);
    for (uint64_t i = 0; i < operations; i++) {
        get(sqlite, i & BENCH_CACHED_MASK, &record);
        bench_keep_object(&record);
    }
    run(sqlite, COMMIT);
    fixture->seen = bench_hash(0, &record, sizeof record);
}

void bench_sqlite_get_random(bench_fixture *fixture, uint64_t operations)
{
    const struct bench_sqlite *sqlite = fixture->sqlite;
    market_cap record;

    memset(&record, 0, sizeof record);
    run(sqlite, BEGIN);
    for (uint64_t i = 0; i < operations; i++) {
        get(sqlite, bench_random_index(&fixture->random_state, sqlite->records), &record);
        bench_keep_object(&record);
    }
    run(sqlite, COMMIT);
    fixture->seen = bench_hash(0, &record, sizeof record);
}

void bench_sqlite_scan(bench_fixture *fixture, uint64_t operations)
{
    const struct bench_sqlite *sqlite = fixture->sqlite;
    market_cap record;

    memset(&record, 0, sizeof record);
    run(sqlite, BEGIN);
    for (uint64_t i = 0; i < operations; i++) {
        if (i % sqlite->records == 0) {
            sqlite3_reset(sqlite->statement[SCAN]);
        }
        step(sqlite, SCAN, SQLITE_ROW);
        read_columns(sqlite->statement[SCAN], &record);
        bench_keep_object(&record);
    }
    sqlite3_reset(sqlite->statement[SCAN]);
    run(sqlite, COMMIT);
    fixture->seen = bench_hash(0, &record, sizeof record);
}

static void get_for_digest(bench_fixture *fixture, uint64_t index, market_cap *record)
{
    memset(record, 0, sizeof *record);
    get(fixture->sqlite, index, record);
}

uint64_t bench_sqlite_changes(bench_fixture *fixture)
{
    return bench_changes(fixture, get_for_digest);
}

/* --- Writing --------------------------------------------------------------------------------- */

/* SQLite leaves a page alone when a row is set to what it is: each time round sets something else.
 */
static uint64_t round_of(uint64_t i)
{
    return i / BENCH_CACHED_RECORDS & 1;
}

void bench_sqlite_set_field(bench_fixture *fixture, uint64_t operations)
{
    const struct bench_sqlite *sqlite = fixture->sqlite;
    sqlite3_stmt *statement = sqlite->statement[SET_FIELD];

    run(sqlite, BEGIN);
    for (uint64_t i = 0; i < operations; i++) {
        sqlite3_bind_int64(statement, 1, (sqlite3_int64)(i & BENCH_CACHED_MASK));
        sqlite3_bind_double(statement, 2, (double)((i & 1) ^ round_of(i)));
        run(sqlite, SET_FIELD);
    }
    run(sqlite, COMMIT);
}

void bench_sqlite_set_record(bench_fixture *fixture, uint64_t operations)
{
    const struct bench_sqlite *sqlite = fixture->sqlite;
    market_cap record = bench_record(7);

    run(sqlite, BEGIN);
    for (uint64_t i = 0; i < operations; i++) {
        record.id = 7 + round_of(i);
        bind_record(sqlite, SET, i & BENCH_CACHED_MASK, &record);
        run(sqlite, SET);
    }
    run(sqlite, COMMIT);
}

void bench_sqlite_set_random(bench_fixture *fixture, uint64_t operations)
{
    const struct bench_sqlite *sqlite = fixture->sqlite;
    market_cap record = bench_record(7);

    run(sqlite, BEGIN);
    for (uint64_t i = 0; i < operations; i++) {
        bind_record(sqlite, SET, bench_random_index(&fixture->random_state, sqlite->records),
                    &record);
        run(sqlite, SET);
    }
    run(sqlite, COMMIT);
}

void bench_sqlite_append(bench_fixture *fixture, uint64_t operations)
{
    const struct bench_sqlite *sqlite = fixture->sqlite;
    market_cap record = bench_record(7);

    run(sqlite, BEGIN);
    for (uint64_t i = 0; i < operations; i++) {
        bind_record(sqlite, INSERT, i, &record);
        run(sqlite, INSERT);
    }
    run(sqlite, COMMIT);
    fixture->seen = operations;
}

uint64_t bench_sqlite_appended(bench_fixture *fixture)
{
    market_cap record;

    get_for_digest(fixture, fixture->sqlite->records - 1, &record);
    return bench_hash(0, &record, sizeof record);
}

/* A log in front of the table waits for the disk once a transaction. */
void bench_need_synced_sqlite(bench_fixture *fixture, uint64_t operations)
{
    bench_need_sqlite(fixture, operations);
    run_text(fixture->sqlite, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
}

void bench_sqlite_set_and_sync(bench_fixture *fixture, uint64_t operations)
{
    static uint64_t turn; /* never what it was: see round_of() */
    const struct bench_sqlite *sqlite = fixture->sqlite;
    market_cap record = bench_record(7);

    for (uint64_t i = 0; i < operations; i++) {
        record.id = fixture->is_compared ? 7 : 8 + turn++;
        run(sqlite, BEGIN);
        bind_record(sqlite, SET, 0, &record);
        run(sqlite, SET);
        run(sqlite, COMMIT);
    }
}

/* --- Opening --------------------------------------------------------------------------------- */

void bench_need_closed_sqlite(bench_fixture *fixture, uint64_t operations)
{
    bench_need_sqlite(fixture, operations);
    bench_sqlite_close(fixture->sqlite);
    fixture->sqlite = NULL;
}

void bench_sqlite_open(bench_fixture *fixture, uint64_t operations)
{
    struct bench_sqlite sqlite;
    char path[BENCH_PATH_MAX];
    market_cap record;

    path_of(fixture, path);
    for (uint64_t i = 0; i < operations; i++) {
        memset(&record, 0, sizeof record);
        if (sqlite3_open_v2(path, &sqlite.database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                            NULL) != SQLITE_OK ||
            sqlite3_prepare_v2(sqlite.database, texts[GET], -1, &sqlite.statement[GET], NULL) !=
                SQLITE_OK) {
            fail(&sqlite, "open");
        }
        get(&sqlite, 0, &record);
        sqlite3_finalize(sqlite.statement[GET]);
        sqlite3_close(sqlite.database);
    }
    fixture->seen = bench_hash(0, &record, sizeof record);
}
