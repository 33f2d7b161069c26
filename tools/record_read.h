/* A record as a whole, or what is wrong with it. */
#ifndef MMF_TOOLS_RECORD_READ_H
#define MMF_TOOLS_RECORD_READ_H

#include "tools/table.h"

/* A consistent copy of a record, whose checksum, where it has one, is right, and whose texts are
 * no longer than their fields.
 * MMF_OK; MMF_E_STUCK and MMF_E_CORRUPT: the record is damaged, ret_payload has its bytes as they
 * lie in the file, and error says what is wrong; others of mmf_table_get(): the file is. */
MMF_NODISCARD mmf_status mmf_record_read(const mmf_table *table, uint64_t index,
                                         uint8_t *ret_payload, mmf_error *error);

static inline bool mmf_record_is_damaged(mmf_status status)
{
    return status == MMF_E_STUCK || status == MMF_E_CORRUPT;
}

#endif
