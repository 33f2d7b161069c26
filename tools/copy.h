/* Copies of stores, beside whoever writes to them: what `mmf copy` does, for programs.
 *
 * Each record of the copy is consistent in itself: it is one that the store had at some moment
 * during the call. The copy as a whole is not what the store was at one moment, as others go on
 * writing meanwhile: of two records, one may be older than the other. What is appended after the
 * call has begun is not in it. With is_alone nobody writes meanwhile, and it is the store as it is.
 */
#ifndef MMF_TOOLS_COPY_H
#define MMF_TOOLS_COPY_H

#include "schema/diagnostics.h"
#include "tools/rewrite.h"

typedef struct mmf_copy_options {
    const char *schema_path; /* as for mmf_table_open() */
    bool is_alone;           /* refused with MMF_E_LOCKED where somebody writes */
    bool replaces;           /* a store, or any regular file, that has the name */
    mmf_rewrite_options rewrite;
    mmf_diagnostics *diagnostics; /* of the schema; zero-initialised, cleared by the caller */
    mmf_error *error;             /* may be NULL */
} mmf_copy_options;

/* Makes a store at destination that has the records of the one at source, at the same indexes, and
 * no room for more: without the blocks that the other had in reserve. It has a UUID of its own,
 * counters of new records, and zeros where no field has its bytes. Nobody sees it half-made: it
 * gets its name when it is whole, and on the disk.
 * MMF_OK; MMF_E_EXISTS; MMF_E_INVALID (source and destination are one file, or the one that would
 * be replaced is no regular file); MMF_E_LOCKED (somebody writes to what would be replaced, too);
 * those of mmf_table_open(), mmf_draft_begin() and mmf_rewrite(). *ret_result is filled in any
 * case. */
MMF_NODISCARD mmf_status mmf_copy(const char *source, const char *destination,
                                  const mmf_copy_options *options, mmf_rewrite_result *ret_result);

#endif
