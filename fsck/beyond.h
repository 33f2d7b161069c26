/* What lies in records that do not count, or should not: a record is
 *   blank      all zeros: nobody has ever written it, or somebody appended an empty one
 *   complete   its counter is one that an append leaves, and a look finds nothing wrong with it
 *   neither    torn, or garbage
 * Internal. */
#ifndef MMF_FSCK_BEYOND_H
#define MMF_FSCK_BEYOND_H

#include "fsck/checking.h"

typedef struct mmf_beyond {
    uint64_t complete;       /* complete ones before the first that is neither */
    uint64_t complete_begin; /* the index of the first of these that has content */
    uint64_t complete_end;   /* the index behind the last of these; `from` when there is none */
    uint64_t written_end;    /* the index behind the last that is not blank; `from`: all are */
} mmf_beyond;

/* Looks at the records from … to - 1, which lie in the file; holes cost nothing.
 * MMF_OK; MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_beyond_look(const mmf_checking *checking, uint64_t from, uint64_t to,
                                         mmf_beyond *ret_beyond);

#endif
