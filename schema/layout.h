/* Where each field of a record lies.
 *
 * A record is a u64 sequence counter and then the fields in declaration order, each at the next
 * multiple of its alignment; the end is padded to a multiple of 8 (payload_size). Behind that,
 * where the schema asks for it, are the checksum (u32 CRC-32C of the payload) and a u32 zero. The
 * record is padded to a multiple of `align` (record_size). Numbers and bools have the alignment of
 * their size; string and bytes are u32 length + max bytes, alignment 4; an enum is as its base; an
 * array is its elements, each at a multiple of the element's alignment, and that padding belongs to
 * the field's size. Both formats lay out alike; format 1 has no checksums.
 */
#ifndef MMF_SCHEMA_LAYOUT_H
#define MMF_SCHEMA_LAYOUT_H

#include "schema/format.h"
#include "schema/model.h"

#define MMF_COUNTER_SIZE 8 /* the sequence counter at the beginning of a record */

/* Bytes of one element that carry content: those of the number, or 4 + max for string and bytes;
 * element_size less the padding between elements. */
uint32_t mmf_field_content_size(const mmf_field *field);

/* Fills offset, size, alignment and element_size of every field, payload_size, record_size and
 * checksum_offset.
 * MMF_E_LIMIT, with a diagnostic at the first field that passes it, when the record would be
 * larger than MMF_RECORD_SIZE_MAX. */
MMF_NODISCARD mmf_status mmf_layout_compute(mmf_model *model, mmf_diagnostics *diagnostics);

#endif
