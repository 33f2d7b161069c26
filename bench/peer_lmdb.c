/* LMDB: integer keys, MDB_WRITEMAP, MDB_NOSYNC; see lmdb.h of these. Its values have the bytes of a
 * store's payload. */
#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/index.h"
#include "bench/keep.h"
#include "bench/peers.h"

struct bench_lmdb {
    MDB_env *environment;
    MDB_dbi database;
    MDB_txn *reading; /* reset between runs */
    uint64_t records;
};

#define ENTRY_BYTES_MAX 128u /* of a record, in pages that are at least half full */

static void check(const char *what, int result)
{
    if (__builtin_expect(result != 0, 0)) {
        fprintf(stderr, "bench: lmdb: %s: %s\n", what, mdb_strerror(result));
        exit(1);
    }
}

const char *bench_lmdb_version(void)
{
    return mdb_version(NULL, NULL, NULL);
}

/* --- Environments ---------------------------------------------------------------------------- */

static void path_of(const bench_fixture *fixture, char path[BENCH_PATH_MAX])
{
    snprintf(path, BENCH_PATH_MAX, "%s/lmdb", fixture->directory);
}

static struct bench_lmdb *open_environment(const bench_fixture *fixture, uint64_t records)
{
    struct bench_lmdb *lmdb = calloc(1, sizeof *lmdb);
    char path[BENCH_PATH_MAX];
    MDB_txn *txn;

    if (!lmdb) {
        bench_fail("lmdb", MMF_E_NO_MEMORY);
    }
    path_of(fixture, path);
    lmdb->records = records;
    check("create", mdb_env_create(&lmdb->environment));
    check("map size",
          mdb_env_set_mapsize(lmdb->environment, (16u << 20) + records * ENTRY_BYTES_MAX));
    check("open",
          mdb_env_open(lmdb->environment, path,
                       MDB_NOSUBDIR | MDB_WRITEMAP | MDB_NOSYNC | MDB_NOTLS | MDB_NORDAHEAD, 0600));
    check("begin", mdb_txn_begin(lmdb->environment, NULL, 0, &txn));
    check("database", mdb_dbi_open(txn, NULL, MDB_INTEGERKEY | MDB_CREATE, &lmdb->database));
    check("commit", mdb_txn_commit(txn));
    check("begin", mdb_txn_begin(lmdb->environment, NULL, MDB_RDONLY, &lmdb->reading));
    mdb_txn_reset(lmdb->reading);
    return lmdb;
}

void bench_lmdb_close(struct bench_lmdb *lmdb)
{
    if (lmdb) {
        mdb_txn_abort(lmdb->reading);
        mdb_env_close(lmdb->environment);
        free(lmdb);
    }
}

static void put(MDB_txn *txn, MDB_dbi database, uint64_t index, const market_cap *record,
                unsigned flags)
{
    size_t number = index;
    MDB_val key = {sizeof number, &number};
    MDB_val value = {sizeof *record, (void *)(uintptr_t)record};

    check("put", mdb_put(txn, database, &key, &value, flags));
}

static void fill(struct bench_lmdb *lmdb, uint64_t records)
{
    MDB_txn *txn;

    check("begin", mdb_txn_begin(lmdb->environment, NULL, 0, &txn));
    for (uint64_t i = 0; i < records; i++) {
        market_cap record = bench_record(i);

        put(txn, lmdb->database, i, &record, MDB_APPEND);
    }
    check("commit", mdb_txn_commit(txn));
}

void bench_need_lmdb(bench_fixture *fixture, uint64_t operations)
{
    (void)operations;
    if (!fixture->lmdb) {
        MDB_stat stat;

        fixture->lmdb = open_environment(fixture, fixture->setup.records);
        check("stat", mdb_env_stat(fixture->lmdb->environment, &stat));
        if (stat.ms_entries == 0) {
            fill(fixture->lmdb, fixture->setup.records);
            check("sync", mdb_env_sync(fixture->lmdb->environment, 1));
        }
    }
}

void bench_need_new_lmdb(bench_fixture *fixture, uint64_t operations)
{
    char path[BENCH_PATH_MAX];

    bench_lmdb_close(fixture->lmdb);
    path_of(fixture, path);
    unlink(path);
    fixture->lmdb = open_environment(fixture, operations);
}

/* --- Reading --------------------------------------------------------------------------------- */

static const void *get(const struct bench_lmdb *lmdb, uint64_t index)
{
    size_t number = index;
    MDB_val key = {sizeof number, &number};
    MDB_val value;

    check("get", mdb_get(lmdb->reading, lmdb->database, &key, &value));
    return value.mv_data;
}

void bench_lmdb_get_field(bench_fixture *fixture, uint64_t operations)
{
    const struct bench_lmdb *lmdb = fixture->lmdb;
    double value = 0;

    check("renew", mdb_txn_renew(lmdb->reading));
    for (uint64_t i = 0; i < operations; i++) {
        const unsigned char *bytes = get(lmdb, i & BENCH_CACHED_MASK);

        memcpy(&value, bytes + offsetof(market_cap, price), sizeof value);
        bench_keep_double(value);
    }
    mdb_txn_reset(lmdb->reading);
    fixture->seen = bench_hash(0, &value, sizeof value);
}

void bench_lmdb_get_record(bench_fixture *fixture, uint64_t operations)
{
    const struct bench_lmdb *lmdb = fixture->lmdb;
    market_cap record;

    check("renew", mdb_txn_renew(lmdb->reading));
    for (uint64_t i = 0; i < operations; i++) {
        memcpy(&record, get(lmdb, i & BENCH_CACHED_MASK), sizeof record);
        bench_keep_object(&record);
    }
    mdb_txn_reset(lmdb->reading);
    fixture->seen = bench_hash(0, &record, sizeof record);
}

void bench_lmdb_get_random(bench_fixture *fixture, uint64_t operations)
{
    const struct bench_lmdb *lmdb = fixture->lmdb;
    market_cap record;

    check("renew", mdb_txn_renew(lmdb->reading));
    for (uint64_t i = 0; i < operations; i++) {
        memcpy(&record, get(lmdb, bench_random_index(&fixture->random_state, lmdb->records)),
               sizeof record);
        bench_keep_object(&record);
    }
    mdb_txn_reset(lmdb->reading);
    fixture->seen = bench_hash(0, &record, sizeof record);
}

void bench_lmdb_scan(bench_fixture *fixture, uint64_t operations)
{
    const struct bench_lmdb *lmdb = fixture->lmdb;
    MDB_cursor *cursor;
    MDB_val key;
    MDB_val value;
    market_cap record;

    check("renew", mdb_txn_renew(lmdb->reading));
    check("cursor", mdb_cursor_open(lmdb->reading, lmdb->database, &cursor));
    for (uint64_t i = 0; i < operations; i++) {
        check("next",
              mdb_cursor_get(cursor, &key, &value, i % lmdb->records == 0 ? MDB_FIRST : MDB_NEXT));
        memcpy(&record, value.mv_data, sizeof record);
        bench_keep_object(&record);
    }
    mdb_cursor_close(cursor);
    mdb_txn_reset(lmdb->reading);
    fixture->seen = bench_hash(0, &record, sizeof record);
}

static void get_for_digest(bench_fixture *fixture, uint64_t index, market_cap *record)
{
    memcpy(record, get(fixture->lmdb, index), sizeof *record);
}

uint64_t bench_lmdb_changes(bench_fixture *fixture)
{
    uint64_t hash;

    check("renew", mdb_txn_renew(fixture->lmdb->reading));
    hash = bench_changes(fixture, get_for_digest);
    mdb_txn_reset(fixture->lmdb->reading);
    return hash;
}

/* --- Writing --------------------------------------------------------------------------------- */

/* With WRITEMAP a value of the same size may be changed in place, once its page is this
 * transaction's own: MDB_RESERVE. */
static void set_field(MDB_txn *txn, MDB_dbi database, uint64_t index, double price)
{
    size_t number = index;
    MDB_val key = {sizeof number, &number};
    MDB_val value;
    market_cap record;

    check("get", mdb_get(txn, database, &key, &value));
    memcpy(&record, value.mv_data, sizeof record);
    record.price = price;
    put(txn, database, index, &record, 0);
}

void bench_lmdb_set_field(bench_fixture *fixture, uint64_t operations)
{
    const struct bench_lmdb *lmdb = fixture->lmdb;
    MDB_txn *txn;

    check("begin", mdb_txn_begin(lmdb->environment, NULL, 0, &txn));
    for (uint64_t i = 0; i < operations; i++) {
        set_field(txn, lmdb->database, i & BENCH_CACHED_MASK, (double)(i & 1));
    }
    check("commit", mdb_txn_commit(txn));
}

void bench_lmdb_set_record(bench_fixture *fixture, uint64_t operations)
{
    const struct bench_lmdb *lmdb = fixture->lmdb;
    market_cap record = bench_record(7);
    MDB_txn *txn;

    check("begin", mdb_txn_begin(lmdb->environment, NULL, 0, &txn));
    for (uint64_t i = 0; i < operations; i++) {
        put(txn, lmdb->database, i & BENCH_CACHED_MASK, &record, 0);
    }
    check("commit", mdb_txn_commit(txn));
}

void bench_lmdb_set_random(bench_fixture *fixture, uint64_t operations)
{
    const struct bench_lmdb *lmdb = fixture->lmdb;
    market_cap record = bench_record(7);
    MDB_txn *txn;

    check("begin", mdb_txn_begin(lmdb->environment, NULL, 0, &txn));
    for (uint64_t i = 0; i < operations; i++) {
        put(txn, lmdb->database, bench_random_index(&fixture->random_state, lmdb->records), &record,
            0);
    }
    check("commit", mdb_txn_commit(txn));
}

void bench_lmdb_append(bench_fixture *fixture, uint64_t operations)
{
    const struct bench_lmdb *lmdb = fixture->lmdb;
    market_cap record = bench_record(7);
    MDB_txn *txn;

    check("begin", mdb_txn_begin(lmdb->environment, NULL, 0, &txn));
    for (uint64_t i = 0; i < operations; i++) {
        put(txn, lmdb->database, i, &record, MDB_APPEND);
    }
    check("commit", mdb_txn_commit(txn));
    fixture->seen = operations;
}

void bench_lmdb_set_and_sync(bench_fixture *fixture, uint64_t operations)
{
    for (uint64_t i = 0; i < operations; i++) {
        bench_lmdb_set_record(fixture, 1);
        check("sync", mdb_env_sync(fixture->lmdb->environment, 1));
    }
}

uint64_t bench_lmdb_appended(bench_fixture *fixture)
{
    market_cap record;

    check("renew", mdb_txn_renew(fixture->lmdb->reading));
    memcpy(&record, get(fixture->lmdb, fixture->lmdb->records - 1), sizeof record);
    mdb_txn_reset(fixture->lmdb->reading);
    return bench_hash(0, &record, sizeof record);
}

/* --- Opening --------------------------------------------------------------------------------- */

void bench_need_closed_lmdb(bench_fixture *fixture, uint64_t operations)
{
    bench_need_lmdb(fixture, operations);
    bench_lmdb_close(fixture->lmdb);
    fixture->lmdb = NULL;
}

void bench_lmdb_open(bench_fixture *fixture, uint64_t operations)
{
    struct bench_lmdb lmdb;
    char path[BENCH_PATH_MAX];
    market_cap record;

    path_of(fixture, path);
    for (uint64_t i = 0; i < operations; i++) {
        check("create", mdb_env_create(&lmdb.environment));
        check("open",
              mdb_env_open(lmdb.environment, path, MDB_NOSUBDIR | MDB_RDONLY | MDB_NORDAHEAD, 0));
        check("begin", mdb_txn_begin(lmdb.environment, NULL, MDB_RDONLY, &lmdb.reading));
        check("database", mdb_dbi_open(lmdb.reading, NULL, MDB_INTEGERKEY, &lmdb.database));
        memcpy(&record, get(&lmdb, 0), sizeof record);
        mdb_txn_abort(lmdb.reading);
        mdb_env_close(lmdb.environment);
    }
    fixture->seen = bench_hash(0, &record, sizeof record);
}
