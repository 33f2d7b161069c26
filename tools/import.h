/* Records from CSV or from lines of JSON, all of them or none.
 *
 * A new store is made under a temporary name in the same directory, PATH.importing-…, filled,
 * synced, and only then given its name, so that whoever sees PATH sees a whole store; a process
 * that is killed leaves the temporary file (and its .lock), which may be removed. Records for a
 * store that exists are converted into a file without a name beside it, and then appended in one
 * step: others see all of them or none. Meanwhile other writers that append wait, and after their
 * timeout have MMF_E_STUCK: a second for some millions of records.
 *
 * Prints nothing. One thread at a time; any number of imports at once.
 */
#ifndef MMF_TOOLS_IMPORT_H
#define MMF_TOOLS_IMPORT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "schema/diagnostics.h"
#include "schema/status.h"
#include "tools/value.h"

typedef struct mmf_import_options {
    mmf_notation notation;   /* MMF_SYNTAX_CSV, MMF_SYNTAX_JSON; see mmf_value_read() */
    const char *schema_path; /* NULL only with is_appending: what the file says */
    bool is_appending;       /* to a store that exists, of the same schema */
    /* CSV: which field each column is. By default the first line says so, by names of fields or
     * their aliases, in any order, and fields that it does not name have their defaults. */
    bool has_no_header;  /* columns are all fields, in the schema's order */
    const char *columns; /* "a,b,c": there is no header, and these are its names; - is a column
                          * that is not wanted. NULL: none */
    /* Called now and then with what has been read; may be NULL. */
    void (*on_progress)(void *context, uint64_t bytes, uint64_t records);
    void *context;
    const volatile sig_atomic_t *is_cancelled; /* see tools/input.h; may be NULL */
} mmf_import_options;

/* Reads fd, which messages call `name`, to its end. In lines of JSON, members that are missing have
 * their defaults. What is wrong with the input or the schema is in diagnostics, which the caller
 * has zero-initialised, and clears; everything else in error. *ret_count: records imported.
 * MMF_OK; MMF_E_INVALID, MMF_E_TOO_LONG, MMF_E_LIMIT (the input, or options that contradict each
 * other); MMF_E_SYNTAX (the schema); MMF_E_EXISTS; MMF_E_CANCELLED; statuses of
 * mmf_table_create(), mmf_table_open(), mmf_table_append() and of closing a store. Whatever it is,
 * nothing has changed but with MMF_OK; only when a sync at the very end fails (MMF_E_SYSTEM, and
 * the text says so) records that were appended, or the new store, are there. */
MMF_NODISCARD mmf_status mmf_import(const char *path, int fd, const char *name,
                                    const mmf_import_options *options, mmf_diagnostics *diagnostics,
                                    uint64_t *ret_count, mmf_error *error);

#endif
