/* How a record becomes a C struct: everything about it that emitters would otherwise have to
 * decide. */
#ifndef MMF_CODEGEN_C_RECORD_H
#define MMF_CODEGEN_C_RECORD_H

#include "schema/model.h"

/* A payload beyond this is not copied to the stack, and has no mask in the generated source. */
#define MMF_C_LARGE_PAYLOAD 1024u

typedef struct mmf_c_record {
    bool *is_packed;    /* by field: C would round its struct up into the next field */
    uint32_t tail_size; /* bytes of an explicit member at the end; 0: C pads by itself */
    uint64_t *mask;     /* one word for 8 bytes of payload: bits that belong to fields; NULL for
                         * a large payload */
    bool has_texts;
    bool has_enums;
    bool has_bools;
    bool has_padding; /* between fields, behind them or between elements */
    bool is_large;
} mmf_c_record;

MMF_NODISCARD mmf_status mmf_c_record_make(const mmf_model *model, mmf_c_record **ret_record);
void mmf_c_record_free(mmf_c_record *record); /* takes NULL */

/* Bytes of padding behind a field (before the next one, or the end of the payload). */
uint32_t mmf_c_padding_behind(const mmf_model *model, uint32_t field_index);

#endif
