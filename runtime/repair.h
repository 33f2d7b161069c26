/* After another boot: the machine stopped while the store was in use, and pages of the file may be
 * of different moments. Internal. */
#ifndef MMF_RUNTIME_REPAIR_H
#define MMF_RUNTIME_REPAIR_H

#include "runtime/store_state.h"

/* Makes a store usable that mmf_store_needs_repair(), or one of format 1 that had writers when the
 * machine stopped, while nobody else is attached:
 *   - format 2: the record count becomes that of the newest valid durable slot, or 0;
 *   - odd counters become even; where there are checksums and one is wrong, the record is marked as
 *     torn (runtime/seqlock.h);
 *   - all that is written to the disk.
 * It looks at every record, with as many threads as there are processors. Interrupted, it is done
 * again by the next who opens. MMF_OK; MMF_E_SYSTEM (not all could be written). */
MMF_NODISCARD mmf_status mmf_repair_after_boot(mmf_store_state *state);

#endif
