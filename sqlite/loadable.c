/* What the sqlite3 shell's .load and sqlite3_load_extension() call. */
#include <sqlite3ext.h>

#include "sqlite/mmf_sqlite.h"

SQLITE_EXTENSION_INIT1

__attribute__((visibility("default"))) int sqlite3_mmf_init(sqlite3 *db, char **error,
                                                            const sqlite3_api_routines *api)
{
    int code;

    (void)error;
    SQLITE_EXTENSION_INIT2(api);
    code = mmf_sqlite_register(db, 0);
    /* Threads that wrote have things to give back when they end, after the connection perhaps: the
     * code for that stays. */
    return code == SQLITE_OK ? SQLITE_OK_LOAD_PERMANENTLY : code;
}
