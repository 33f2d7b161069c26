#include "sqlite/api.h"

#define VERSION_OF_IN 3038000

#if SQLITE_VERSION_NUMBER >= VERSION_OF_IN

static bool has_in(void)
{
    return sqlite3_libversion_number() >= VERSION_OF_IN;
}

sqlite3_value *mmf_sqlite_literal(sqlite3_index_info *info, int constraint)
{
    sqlite3_value *value = NULL;

    return has_in() && sqlite3_vtab_rhs_value(info, constraint, &value) == SQLITE_OK ? value : NULL;
}

bool mmf_sqlite_take_in(sqlite3_index_info *info, int constraint)
{
    return has_in() && sqlite3_vtab_in(info, constraint, 1) != 0;
}

int mmf_sqlite_in_first(sqlite3_value *in, sqlite3_value **ret_value)
{
    return sqlite3_vtab_in_first(in, ret_value);
}

int mmf_sqlite_in_next(sqlite3_value *in, sqlite3_value **ret_value)
{
    return sqlite3_vtab_in_next(in, ret_value);
}

#else

sqlite3_value *mmf_sqlite_literal(sqlite3_index_info *info, int constraint)
{
    (void)info;
    (void)constraint;
    return NULL;
}

bool mmf_sqlite_take_in(sqlite3_index_info *info, int constraint)
{
    (void)info;
    (void)constraint;
    return false;
}

int mmf_sqlite_in_first(sqlite3_value *in, sqlite3_value **ret_value)
{
    (void)in;
    (void)ret_value;
    return SQLITE_DONE;
}

int mmf_sqlite_in_next(sqlite3_value *in, sqlite3_value **ret_value)
{
    return mmf_sqlite_in_first(in, ret_value);
}

#endif
