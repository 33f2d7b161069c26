/* The guard: with MMF_GUARD a page of the file that is gone, since somebody else has cut the file
 * or the disk cannot read it, is a status instead of a SIGBUS that kills the program. Internal.
 *
 * The handler puts a private page of ones in place of the page that faulted and of those before it
 * that the same record may begin in: counters of ones are odd, so a reader who was in the middle of
 * that record does not accept it, and goes where it is told MMF_E_TRUNCATED. The handle is poisoned
 * from then on, and costs readers nothing until then; the file itself is not touched.
 */
#ifndef MMF_RUNTIME_GUARD_H
#define MMF_RUNTIME_GUARD_H

#include "runtime/store_state.h"

/* Begins to guard the handle's mapping, and the program's SIGBUS handler is ours until the last
 * guarded handle is closed; signals that are not of a guarded mapping go on to the one before.
 * MMF_OK; MMF_E_LIMIT (too many guarded handles); MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_guard_add(mmf_store_state *state);
/* Takes a handle that is not guarded. */
void mmf_guard_remove(mmf_store_state *state);

#endif
