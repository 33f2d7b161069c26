/* All records of a store, converted, into a draft: what copying, upgrading and migrating share. */
#ifndef MMF_TOOLS_REWRITE_H
#define MMF_TOOLS_REWRITE_H

#include "tools/convert.h"
#include "tools/draft.h"
#include "tools/table.h"

/* What becomes of a record that cannot be read as a whole: whose writer does not finish, or left it
 * half done, whose checksum is wrong, or which has a text that is longer than it may be. The others
 * keep their indexes, whatever it is. */
typedef enum mmf_damaged {
    MMF_DAMAGED_REFUSE, /* all of them are told, and nothing is made */
    MMF_DAMAGED_KEEP,   /* it is taken as its bytes lie there */
    MMF_DAMAGED_BLANK,  /* a record of defaults is in its place */
} mmf_damaged;

typedef struct mmf_rewrite_options {
    mmf_damaged damaged;
    uint32_t timeout_ms; /* the longest wait for a record that is being written; 0: 1000 */
    /* Told of each damaged record; `what` is gone when it returns. NULL: nobody is told. */
    void (*tell)(void *context, uint64_t index, const char *what);
    /* Called now and then: bytes of records that are done, and how many there are in all. False:
     * stop, MMF_E_CANCELLED. NULL: go on. */
    bool (*progress)(void *context, uint64_t done, uint64_t total);
    void *context;
} mmf_rewrite_options;

typedef struct mmf_rewrite_result {
    uint64_t records;
    uint64_t damaged;     /* of these */
    uint64_t not_durable; /* records that are not visible, since the machine stopped before they
                           * were synced: see mmf_store_open() */
    uint64_t bytes_before;
    uint64_t bytes;
} mmf_rewrite_result;

/* The first `count` records of the store; draft has been begun for so many of conversion->to.
 * result->damaged is right in any case. MMF_OK; MMF_E_CORRUPT (there are damaged ones, and they are
 * refused); MMF_E_CANCELLED; MMF_E_TRUNCATED (the file has been cut meanwhile); MMF_E_NO_MEMORY;
 * those of mmf_draft_add(). */
MMF_NODISCARD mmf_status mmf_rewrite(const mmf_table *table, uint64_t count,
                                     const mmf_conversion *conversion, mmf_draft *draft,
                                     const mmf_rewrite_options *options, mmf_rewrite_result *result,
                                     mmf_error *error);

/* What of *ret_result is known before: how many records there are, and how large the file is. */
void mmf_rewrite_measure(const mmf_table *table, mmf_rewrite_result *ret_result);

#endif
