/* What all of a store is, in one number: by it an undo file knows whether anybody has changed the
 * store since. A hole and zeros are the same, and holes cost no reading. Not against forgers. */
#ifndef MMF_FSCK_STORE_DIGEST_H
#define MMF_FSCK_STORE_DIGEST_H

#include <stdint.h>

#include "fsck/checked_file.h"

#define MMF_DIGEST_CHUNK 65536u

/* As large as the file was last measured; buffer: of MMF_DIGEST_CHUNK bytes, aligned to 8.
 * MMF_OK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_store_digest(const mmf_checked_file *store, uint64_t *buffer,
                                          uint64_t *ret_digest, mmf_error *error);

#endif
