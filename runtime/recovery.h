/* Recovery: records that a dead writer has left in the middle of a change become what they were
 * before it. Internal.
 *
 * A slot of the lock file names the record that its writer entered, the counter that the record has
 * since, and keeps the bytes that it is about to change. While the counter is that very number, the
 * writer is inside; when it is dead, whoever holds the slot's byte
 *   1. copies the undo image back, if there is one: without one nothing had been changed yet, or
 *      one word, which cannot be torn;
 *   2. makes the counter the next even number, with release: a new one, so that a reader who began
 *      before the change does not accept bytes of both.
 * Nothing in the slot changes before 2, so who dies while recovering is followed by somebody who
 * does it all again. It never takes more than looking at the slots, however many records there are.
 */
#ifndef MMF_RUNTIME_RECOVERY_H
#define MMF_RUNTIME_RECOVERY_H

#include "runtime/store_state.h"

/* Undoes what the writer in `slot` left, if anything. The caller holds the slot's byte, and the
 * writer is dead, or is the calling thread and does not go on. Unless MMF_OK the slot must stay as
 * it is: it is all that is known of the change.
 * MMF_OK; MMF_E_NO_SPACE, MMF_E_NO_MEMORY, MMF_E_SYSTEM (could not look). */
MMF_NODISCARD mmf_status mmf_recovery_restore(mmf_store_state *state, uint32_t slot);

/* The same for the owner that an odd counter names. False: it lives, or cannot be recovered from
 * here. True: the record may be looked at again. */
bool mmf_recovery_of_owner(mmf_store_state *state, uint32_t slot);

/* For all dead writers, at opening and closing, with the attach byte held. The statuses of
 * mmf_recovery_restore(), the first that is not MMF_OK. */
MMF_NODISCARD mmf_status mmf_recovery_of_all(mmf_store_state *state);

#endif
