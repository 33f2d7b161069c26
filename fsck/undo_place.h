/* Where a repair's undo file goes, and whether one is there that was interrupted. Internal. */
#ifndef MMF_FSCK_UNDO_PLACE_H
#define MMF_FSCK_UNDO_PLACE_H

#include "fsck/checking.h"

/* Finds checking->undo_path, for a file that is made when something is changed first. An undo file
 * of this store without an end is a finding; where it is to be finished, that is done, and more can
 * be added to it.
 * MMF_OK; MMF_E_EXISTS (options->undo_path is there, but cannot be gone on with); and what
 * mmf_undo_redo() returns. */
MMF_NODISCARD mmf_status mmf_undo_place_find(mmf_checking *checking);

#endif
