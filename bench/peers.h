/* The setup's records in what a user would take instead of a store: LMDB and SQLite, each with the
 * settings that their own manuals recommend for speed where a loss at a power cut is accepted, as
 * it is with a store between two syncs. The ways come with what prepares them. */
#ifndef MMF_BENCH_PEERS_H
#define MMF_BENCH_PEERS_H

#include "bench/fixture.h"

/* Takes NULL, and leaves the files. */
void bench_lmdb_close(struct bench_lmdb *lmdb);
void bench_sqlite_close(struct bench_sqlite *sqlite);

const char *bench_lmdb_version(void);
const char *bench_sqlite_version(void);

/* Make the setup's records there, once; these are the prepare of all that follows. */
void bench_need_lmdb(bench_fixture *fixture, uint64_t operations);
void bench_need_sqlite(bench_fixture *fixture, uint64_t operations);

/* What records are there after a run, as bench_file_changes() tells it of a store. */
uint64_t bench_lmdb_changes(bench_fixture *fixture);
uint64_t bench_sqlite_changes(bench_fixture *fixture);

/* By key: round and round, at random, and in order by a cursor. One read transaction a run. */
bench_step bench_lmdb_get_field;
bench_step bench_lmdb_get_record;
bench_step bench_lmdb_get_random;
bench_step bench_lmdb_scan;
bench_step bench_sqlite_get_field;
bench_step bench_sqlite_get_record;
bench_step bench_sqlite_get_random;
bench_step bench_sqlite_scan;

/* One write transaction a run, its commit included. */
bench_step bench_lmdb_set_field;
bench_step bench_lmdb_set_record;
bench_step bench_lmdb_set_random;
bench_step bench_sqlite_set_field;
bench_step bench_sqlite_set_record;
bench_step bench_sqlite_set_random;

/* Of an empty one, which prepare makes; the first `operations` records. */
bench_step bench_need_new_lmdb;
bench_step bench_lmdb_append;
bench_step bench_need_new_sqlite;
bench_step bench_sqlite_append;

/* The last record that is there. */
uint64_t bench_lmdb_appended(bench_fixture *fixture);
uint64_t bench_sqlite_appended(bench_fixture *fixture);

/* Sets a record and waits for the disk, each time. */
bench_step bench_lmdb_set_and_sync;
bench_step bench_need_synced_sqlite;
bench_step bench_sqlite_set_and_sync;

/* Opens what has the setup's records, to read, gets the first one and closes it. Nobody may have it
 * open meanwhile, which is what prepare sees to. */
bench_step bench_need_closed_lmdb;
bench_step bench_lmdb_open;
bench_step bench_need_closed_sqlite;
bench_step bench_sqlite_open;

#endif
