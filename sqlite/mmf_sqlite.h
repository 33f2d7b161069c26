/* Stores as tables of SQLite, in a program's own connection. The SQL is in README.md.
 *
 * A program that is linked with SQLite links with //sqlite and registers the module; others, and
 * the sqlite3 shell, load mmf.so, whose entry point is sqlite3_mmf_init.
 *
 * Threads: as the connection. Each virtual table has a handle of its own on its file, which is
 * closed with the connection or DROP TABLE at the latest.
 */
#ifndef MMF_SQLITE_MMF_SQLITE_H
#define MMF_SQLITE_MMF_SQLITE_H

#include <sqlite3.h>

#ifdef __cplusplus
extern "C" {
#endif

/* writable=1 is refused: for connections that run SQL of others, or open databases of others. */
#define MMF_SQLITE_NO_WRITE 0x1u

/* Makes the module `mmf` known to a connection, for CREATE VIRTUAL TABLE … USING mmf(…) and for
 * mmf('ticks.mmf') in a FROM clause. flags: MMF_SQLITE_…, or 0. To call it again changes the flags
 * of what is created or opened from then on.
 * SQLITE_OK; SQLITE_MISUSE (unknown flags); SQLITE_NOMEM; SQLITE_ERROR (SQLite is older than
 * 3.31.0). sqlite3_errmsg() has no detail. */
int mmf_sqlite_register(sqlite3 *db, unsigned flags);

#ifdef __cplusplus
}
#endif
#endif
