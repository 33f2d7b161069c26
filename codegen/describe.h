/* Short descriptions of fields, for comments and drawings. */
#ifndef MMF_CODEGEN_DESCRIBE_H
#define MMF_CODEGEN_DESCRIBE_H

#include "codegen/text.h"
#include "schema/model.h"

/* "string(64)", "float64[5]", "enum(uint8)" */
void mmf_describe_type(mmf_text *text, const mmf_field *field);

/* "timestamp in ns", "decimal, scale 4", "uuid"; nothing where there is no logical type. */
void mmf_describe_logical(mmf_text *text, const mmf_field *field);

#endif
