/* mmf_sqlite_register() in a program's own connections: bound parameters, several connections, and
 * a writer beside queries. */
#include <pthread.h>
#include <stdlib.h>

#include "schema/json.h"
#include "sqlite/mmf_sqlite.h"
#include "tests/runtime/testing.h"
#include "tools/table.h"

const char *const suite_name = "sqlite/register";

#define RECORDS 64
#define PAYLOAD_MAX 8192
#define LIVE_MS 300

static mmf_table *create_pairs(const char *path)
{
    mmf_diagnostics diagnostics = {0};
    mmf_model *model = NULL;
    mmf_table *table = NULL;
    uint8_t zeros[PAYLOAD_MAX] = {0};

    ck_ok(mmf_schema_load("tests/sqlite/pair.mmf.json", &diagnostics, &model));
    mmf_diagnostics_clear(&diagnostics);
    ck_ok(mmf_table_create(path, model, 2, NULL, &table));
    ck_assert_uint_le(table->type.payload_size, sizeof zeros);
    for (int i = 0; i < RECORDS; i++) {
        ck_ok(mmf_table_append(table, zeros, 1, NULL));
    }
    return table;
}

static void make_pairs(const char *path)
{
    ck_ok(mmf_table_close(create_pairs(path)));
}

/* A connection that has the table t of the file. */
static sqlite3 *connect(const char *path, unsigned flags, const char *options)
{
    sqlite3 *db = NULL;
    char *sql = sqlite3_mprintf("CREATE VIRTUAL TABLE temp.t USING mmf(%Q%s)", path, options);
    char *error = NULL;

    ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    ck_assert_int_eq(mmf_sqlite_register(db, flags), SQLITE_OK);
    (void)sqlite3_exec(db, sql, NULL, NULL, &error);
    ck_assert_msg(!error, "%s: %s", sql, error);
    sqlite3_free(sql);
    return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK, "%s: %s", sql,
                  sqlite3_errmsg(db));
    return statement;
}

/* The number in the only row. */
static int64_t number_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = prepare(db, sql);
    int64_t number;

    ck_assert_msg(sqlite3_step(statement) == SQLITE_ROW, "%s: %s", sql, sqlite3_errmsg(db));
    number = sqlite3_column_int64(statement, 0);
    ck_assert_int_eq(sqlite3_finalize(statement), SQLITE_OK);
    return number;
}

static void run(sqlite3 *db, const char *sql)
{
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql,
                  sqlite3_errmsg(db));
}

START_TEST(unknown_flags_are_refused)
{
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    ck_assert_int_eq(mmf_sqlite_register(db, 0x80u), SQLITE_MISUSE);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}
END_TEST

START_TEST(writing_can_be_forbidden)
{
    const char *path = test_path("pairs.mmf");
    char *sql = sqlite3_mprintf("CREATE VIRTUAL TABLE temp.w USING mmf(%Q, writable=1)", path);
    sqlite3 *db;

    make_pairs(path);
    db = connect(path, MMF_SQLITE_NO_WRITE, "");
    ck_assert_int_ne(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    ck_contains(sqlite3_errmsg(db), "writable=1 is not allowed");
    ck_assert_int_eq(number_of(db, "SELECT count(*) FROM t"), RECORDS);
    sqlite3_free(sql);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}
END_TEST

START_TEST(connections_see_what_others_change)
{
    const char *path = test_path("pairs.mmf");
    sqlite3 *one;
    sqlite3 *other;

    make_pairs(path);
    one = connect(path, 0, ", writable=1");
    other = connect(path, 0, ", writable=1");
    run(other, "UPDATE t SET half = 10, rest = 11 WHERE rowid = 3");
    run(one, "UPDATE t SET one = 5, other = 7 WHERE rowid = 3");
    run(other, "UPDATE t SET other = 5, one = 5 WHERE rowid = 3");
    run(one, "UPDATE t SET rest = 11 WHERE rowid = 3");
    run(one, "INSERT INTO t(one, text) VALUES (6, 'six')");
    ck_assert_int_eq(sqlite3_last_insert_rowid(one), RECORDS);
    ck_assert_int_eq(number_of(one, "SELECT one + other + half + rest FROM t WHERE one = 5"), 31);
    ck_assert_int_eq(number_of(other, "SELECT rowid FROM t WHERE text = 'six'"), RECORDS);
    ck_assert_int_eq(sqlite3_close(one), SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(other), SQLITE_OK);
}
END_TEST

static void bind(sqlite3_stmt *statement, int kind)
{
    (void)sqlite3_reset(statement);
    switch (kind) {
    case 0:
        (void)sqlite3_bind_int64(statement, 1, 42);
        break;
    case 1:
        (void)sqlite3_bind_double(statement, 1, 42.0);
        break;
    case 2:
        (void)sqlite3_bind_text(statement, 1, "42", -1, SQLITE_STATIC);
        break;
    default:
        (void)sqlite3_bind_null(statement, 1);
    }
}

/* A statement is planned once, and run with operands of any type. */
START_TEST(bound_parameters_are_compared_as_sqlite_does)
{
    static const struct {
        const char *sql;
        int64_t expected[4];
    } ROWS[] = {
        {"SELECT count(*) FROM t WHERE one = ?", {1, 1, 1, 0}},
        {"SELECT count(*) FROM t WHERE one > ?", {2, 2, 2, 0}},
        {"SELECT count(*) FROM t WHERE one IN (?, 43)", {2, 2, 2, 1}},
        {"SELECT count(*) FROM t WHERE text = ?", {2, 0, 2, 0}},
        {"SELECT count(*) FROM t WHERE text >= ?", {3, 1, 3, 0}},
        {"SELECT count(*) FROM t WHERE text IS ?", {2, 0, 2, 0}},
        {"SELECT count(*) FROM t WHERE rowid <= ?", {43, 43, 43, 0}},
        {"SELECT count(*) FROM t WHERE rowid = ?", {1, 1, 1, 0}},
    };
    const char *path = test_path("pairs.mmf");
    sqlite3 *db;

    make_pairs(path);
    db = connect(path, 0, ", writable=1");
    run(db, "UPDATE t SET one = rowid, text = '' WHERE rowid BETWEEN 42 AND 44");
    run(db, "UPDATE t SET text = '42' WHERE rowid < 2");
    run(db, "UPDATE t SET text = 'zz' WHERE rowid = 2");
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        sqlite3_stmt *statement = prepare(db, ROWS[i].sql);

        for (int kind = 0; kind < 4; kind++) {
            bind(statement, kind);
            ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
            ck_assert_msg(sqlite3_column_int64(statement, 0) == ROWS[i].expected[kind],
                          "%s, kind %d: %lld, expected %lld", ROWS[i].sql, kind,
                          (long long)sqlite3_column_int64(statement, 0),
                          (long long)ROWS[i].expected[kind]);
        }
        ck_assert_int_eq(sqlite3_finalize(statement), SQLITE_OK);
    }
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}
END_TEST

/* --- Beside a writer ------------------------------------------------------------------------- */

typedef struct live_writer {
    const char *path;
    bool is_over; /* atomic */
} live_writer;

/* Sets both fields of the first records to one number, and the text to digits of it. */
static void *write_pairs(void *context)
{
    live_writer *writer = context;
    mmf_options options = {.flags = MMF_NO_SYNC};
    mmf_diagnostics diagnostics = {0};
    static _Alignas(uint64_t) uint8_t payload[PAYLOAD_MAX];
    const mmf_field *text;
    mmf_table *table;

    must_status(mmf_table_open(writer->path, NULL, &options, &diagnostics, &table), MMF_OK);
    text = mmf_model_field(table->model, "text");
    memcpy(payload + mmf_table_field_offset(text), &text->max, sizeof text->max);
    for (int64_t n = 1; !__atomic_load_n(&writer->is_over, __ATOMIC_ACQUIRE); n++) {
        memcpy(payload, &n, sizeof n);
        memcpy(payload + mmf_table_field_offset(mmf_model_field(table->model, "other")), &n,
               sizeof n);
        memset(payload + mmf_table_field_offset(text) + sizeof text->max, '0' + (int)(n % 10),
               text->max);
        must_status(mmf_table_set(table, (uint64_t)n % 2, payload), MMF_OK);
    }
    must_status(mmf_table_close(table), MMF_OK);
    return NULL;
}

/* What no row is, at any moment: found by SQLite in the copy, or partly in the mapping before. */
static const char *const NEVER[] = {
    "one <> other AND length(text) > 0",
    "one > 0 AND CAST(substr(text, 1, 1) AS INTEGER) <> one % 10",
    "one > 0 AND CAST(substr(text, -1) AS INTEGER) <> one % 10",
    "one > 0 AND other > 0 AND one % 2 <> t.rowid",
};

/* Rows of that kind in a thousand visits of the records that are written. */
static int64_t number_of_visits(sqlite3 *db, const char *condition)
{
    char *sql = sqlite3_mprintf(
        "WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < 1000) "
        "SELECT count(*) FROM c CROSS JOIN t WHERE t.rowid < 2 AND %s",
        condition);
    int64_t number = number_of(db, sql);

    sqlite3_free(sql);
    return number;
}

START_TEST(rows_are_of_one_moment_beside_a_writer)
{
    const char *path = test_path("pairs.mmf");
    live_writer writer = {path, false};
    uint64_t end = test_now_ms() + LIVE_MS;
    int64_t newest = 0;
    pthread_t thread;
    sqlite3 *db;

    make_pairs(path);
    db = connect(path, 0, "");
    ck_assert_int_eq(pthread_create(&thread, NULL, write_pairs, &writer), 0);
    do {
        for (size_t i = 0; i < sizeof NEVER / sizeof NEVER[0]; i++) {
            ck_assert_int_eq(number_of_visits(db, NEVER[i]), 0);
        }
        newest = number_of(db, "SELECT max(one) FROM t");
    } while (test_now_ms() < end);
    __atomic_store_n(&writer.is_over, true, __ATOMIC_RELEASE);
    (void)pthread_join(thread, NULL);
    ck_assert_int_gt(newest, RECORDS);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_test(tcase, unknown_flags_are_refused);
    tcase_add_test(tcase, writing_can_be_forbidden);
    tcase_add_test(tcase, connections_see_what_others_change);
    tcase_add_test(tcase, bound_parameters_are_compared_as_sqlite_does);
    tcase_add_test(tcase, rows_are_of_one_moment_beside_a_writer);
}
