/* Stores made over for another schema, or from format 1 to 2: what `mmf migrate` and `mmf upgrade`
 * do, for programs.
 *
 * In place (output NULL) nobody else may write: the lock of MMF_ONE_WRITER is held from open to
 * close. The new store is written beside the old one, and gets its name when it is whole and on the
 * disk; the old one keeps a name of its own, PATH.bak or PATH.v1. Whenever the process is killed,
 * or the machine stops, PATH leads to the one or to the other, whole; PATH.new-… may be left, which
 * is the new one, and a second name of the old one, which the next attempt takes as its own. Those
 * who have the old store open to read go on reading that.
 *
 * To another file (output) the old one is left alone, and may be written to meanwhile: then the
 * result is one as mmf_copy() makes.
 */
#ifndef MMF_TOOLS_MIGRATE_H
#define MMF_TOOLS_MIGRATE_H

#include "schema/compat.h"
#include "schema/diagnostics.h"
#include "tools/rewrite.h"

typedef struct mmf_migration_options {
    const char *schema_path;     /* migration: of the new schema; upgrade: of the records */
    const char *old_schema_path; /* migration of a file of format 1, which does not have it; NULL */
    bool is_upgrade;             /* from format 1 to 2, nothing else */
    bool is_dry;                 /* only looks: never locks, never runs */
    const char *output;          /* of a new file; NULL: in place */
    bool has_no_backup;          /* in place: the old store is gone */
    const char *const *dropped;  /* old fields that may go though the new schema does not reserve
                                  * their names */
    size_t dropped_count;
    mmf_rewrite_options rewrite;
    mmf_diagnostics *diagnostics; /* all errors of a schema, or all reasons of a refusal, with their
                                   * places in the new schema; zero-initialised, cleared by the
                                   * caller */
    mmf_error *error;             /* may be NULL */
} mmf_migration_options;

typedef struct mmf_migration mmf_migration;

/* Opens the store and judges the change of its schema, by mmf_compat_compare(); beyond what that
 * allows, a field may only be removed if its name is among the new schema's "reserved", or among
 * `dropped`. What is pointed to by options is kept.
 * MMF_OK; MMF_E_SCHEMA (the change is refused: diagnostics say why); MMF_E_INVALID (it is of format
 * 2 already; a dropped name that is no field's, or is not gone); MMF_E_LOCKED (in place: somebody
 * writes); MMF_E_EXISTS (output, or the name for the old store); those of mmf_table_open(). */
MMF_NODISCARD mmf_status mmf_migration_open(const char *path, const mmf_migration_options *options,
                                            mmf_migration **ret_migration);

/* What will be done. Valid as long as the migration. */
const mmf_model *mmf_migration_from(const mmf_migration *migration);
const mmf_model *mmf_migration_to(const mmf_migration *migration);
/* What a field of `to` continues; NULL: it is new. */
const mmf_field *mmf_migration_source(const mmf_migration *migration, const mmf_field *field);
/* What the change means; without findings for an upgrade. */
const mmf_compat_report *mmf_migration_report(const mmf_migration *migration);
/* Whether the file says all of the new schema already: running makes a copy of it. */
bool mmf_migration_is_idle(const mmf_migration *migration);
/* The name that the old store will have; NULL: none. */
const char *mmf_migration_backup(const mmf_migration *migration);

/* Does it, once. *ret_result is filled in any case. MMF_OK; MMF_E_LOCKED (somebody writes, without
 * a lock); MMF_E_EXISTS; those of mmf_draft_begin() and mmf_rewrite(). */
MMF_NODISCARD mmf_status mmf_migration_run(mmf_migration *migration,
                                           mmf_rewrite_result *ret_result);

/* Takes NULL. */
void mmf_migration_close(mmf_migration *migration);

#endif
