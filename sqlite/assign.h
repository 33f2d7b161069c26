/* Values of SQL into fields: INSERT and UPDATE. Internal. */
#ifndef MMF_SQLITE_ASSIGN_H
#define MMF_SQLITE_ASSIGN_H

#include "schema/status.h"
#include "sqlite/column.h"

/* Puts a value that is not NULL into its field of a payload. MMF_OK; MMF_E_INVALID, MMF_E_TOO_LONG,
 * MMF_E_NO_MEMORY, all of them with the error's text: what was found, and what the column takes;
 * the payload is then as it was. */
MMF_NODISCARD mmf_status mmf_sqlite_assign(const mmf_sqlite_column *column, sqlite3_value *value,
                                           uint8_t *payload, mmf_error *error);

/* Puts NULL: NaN into floats; MMF_E_INVALID for all others. */
MMF_NODISCARD mmf_status mmf_sqlite_assign_null(const mmf_sqlite_column *column, uint8_t *payload,
                                                mmf_error *error);

#endif
