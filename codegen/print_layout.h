/* A record drawn byte by byte: offsets, sizes, holes, cache lines, and what another order of the
 * fields would save. */
#ifndef MMF_CODEGEN_PRINT_LAYOUT_H
#define MMF_CODEGEN_PRINT_LAYOUT_H

#include "codegen/text.h"
#include "schema/model.h"

/* Adds the drawing of a valid model. MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_print_layout(const mmf_model *model, mmf_text *text);

/* An order of the fields in which the record is smaller: ret_order, of field_count indices, from
 * the first field to the last; *ret_record_size, the size it has then. false: no such order was
 * found. The order keeps declaration order where it can. */
bool mmf_smaller_order(const mmf_model *model, uint32_t *ret_order, uint32_t *ret_record_size);

#endif
