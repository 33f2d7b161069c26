/* A store whose records are to be read, all of them: beside whoever writes to it, or, for who is
 * about to put another file in its place, with writers kept out. */
#ifndef MMF_TOOLS_SOURCE_H
#define MMF_TOOLS_SOURCE_H

#include "schema/diagnostics.h"
#include "tools/table.h"

typedef struct mmf_source_options {
    const char *schema_path; /* as for mmf_table_open() */
    bool is_alone;
    uint32_t timeout_ms; /* the longest wait for a record that is being written; 0: 1000 */
    mmf_diagnostics *diagnostics;
    mmf_error *error; /* may be NULL */
} mmf_source_options;

/* Zero-initialised is none. */
typedef struct mmf_source {
    mmf_table *table; /* reads only */
    int lock_fd;      /* with others kept out: of PATH.lock; */
    int store_fd;     /* of the store */
} mmf_source;

/* With is_alone: first opens the store to write, once, so that what dead writers have left is
 * undone; then holds, until it is closed, what MMF_ONE_WRITER holds, so that no writer of this, or,
 * with its one-writer option, of the Go library comes. From then on the store's bytes stay as they
 * are, also if this process is killed.
 * Statuses of mmf_table_open(); MMF_E_LOCKED says who writes; MMF_E_DIRTY: the machine stopped
 * while it was in use, and what that lost should be looked at first. */
MMF_NODISCARD mmf_status mmf_source_open(const char *path, const mmf_source_options *options,
                                         mmf_source *ret_source);
void mmf_source_close(mmf_source *source);

/* Looks for writers that take no lock: those of the Go library without its one-writer option, where
 * /proc shows that they have it mapped to write. MMF_OK; MMF_E_LOCKED. */
MMF_NODISCARD mmf_status mmf_source_check(const char *path, mmf_error *error);

typedef struct mmf_holder {
    bool is_held;     /* somebody has it open to write */
    uint64_t process; /* who; 0: that is not known */
} mmf_holder;

/* Who writes to the store at path, as far as locks and /proc tell. Nobody, where path leads to no
 * store. */
mmf_holder mmf_holder_of(const char *path);

/* MMF_E_LOCKED, with words about who writes; process 0: it is not known. */
MMF_NODISCARD mmf_status mmf_holder_refuse(const char *path, uint64_t process, mmf_error *error);

#endif
