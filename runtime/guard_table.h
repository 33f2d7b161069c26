/* The mappings in which a page that is gone is a status instead of a SIGBUS: runtime/guard.h of
 * stores, and mapped files. Internal.
 *
 * The handler puts a private page of ones in place of the page that faulted, and tells the owner.
 */
#ifndef MMF_RUNTIME_GUARD_TABLE_H
#define MMF_RUNTIME_GUARD_TABLE_H

#include <stdint.h>

#include "schema/status.h"

typedef struct mmf_guarded {
    unsigned char *base;
    uint64_t size;
    uint64_t before;             /* bytes before a page that faulted that go with it */
    void (*on_cut)(void *owner); /* called first, by the signal handler */
    void *owner;                 /* not NULL */
} mmf_guarded;

/* The program's SIGBUS handler is ours until the last range is removed; signals that are of none go
 * on to the one before. MMF_OK; MMF_E_LIMIT (256 ranges); MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_guard_table_add(const mmf_guarded *range);
/* Takes an owner that has none. */
void mmf_guard_table_remove(const void *owner);

#endif
