/* All files of a command line, one after the other: what is asked, what is told, and the exit
 * status. */
#ifndef MMF_FSCK_RUN_H
#define MMF_FSCK_RUN_H

#include "fsck/options.h"
#include "schema/model.h"

/* Exit bits of fsck(8). */
enum {
    FSCK_EXIT_CLEAN = 0,
    FSCK_EXIT_REPAIRED = 1,
    FSCK_EXIT_LEFT = 4,
    FSCK_EXIT_OPERATIONAL = 8,
    FSCK_EXIT_USAGE = 16,
    FSCK_EXIT_CANCELLED = 32,
};

/* Runs them, and writes to stdout and stderr. schema: of --schema, loaded; NULL: there is none.
 * has_failed: it could not be loaded, so there is nothing to run, and only a document of JSON to
 * be made complete. Returns the exit status but for what became of stdout: *ret_output_errno is
 * why it could not be written to, 0 while it could. */
int fsck_run(const fsck_options *options, const mmf_model *schema, bool has_failed,
             int *ret_output_errno);

#endif
