/* The checksum of a record: CRC-32C of its payload, for schemas that ask for it. It is renewed by
 * every write before the counter goes even, and read only where a torn record is to be told: after
 * the machine stopped. Internal. */
#ifndef MMF_RUNTIME_CHECKSUM_H
#define MMF_RUNTIME_CHECKSUM_H

#include <stdbool.h>

#include "schema/format.h"

/* Of size bytes, a multiple of 8, at a multiple of 8; by the processor's instruction where it has
 * one. */
uint32_t mmf_checksum_of(const unsigned char *payload, uint32_t size);

/* Both: info->checksum_offset is not 0, and nobody else writes to the record. */
void mmf_checksum_seal(const mmf_header_info *info, unsigned char *record);
bool mmf_checksum_is_right(const mmf_header_info *info, const unsigned char *record);

#endif
