/* Becoming one of the writers of a store that is open and mapped. Internal. */
#ifndef MMF_RUNTIME_ATTACH_H
#define MMF_RUNTIME_ATTACH_H

#include "runtime/store_state.h"

/* Makes sure that the lock file is the one that the store's other writers use, repairs what the
 * dead and a stopped machine have left, enters the handle's slot and notes in the header that
 * somebody writes. The attach byte is locked before, and unlocked after success. Statuses and the
 * detail are those of mmf_store_open(). */
MMF_NODISCARD mmf_status mmf_store_attach(mmf_store_state *state, const mmf_options *options);

#endif
