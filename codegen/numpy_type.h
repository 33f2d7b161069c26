/* A field's type in numpy's language. */
#ifndef MMF_CODEGEN_NUMPY_TYPE_H
#define MMF_CODEGEN_NUMPY_TYPE_H

#include "codegen/columns.h"
#include "codegen/text.h"

typedef enum mmf_numpy_notation {
    MMF_NUMPY_DICT,  /* as numpy.dtype() takes it, with offsets */
    MMF_NUMPY_DESCR, /* as the header of a .npy file has it: lists, padding as nameless fields */
} mmf_numpy_notation;

/* Of the field as it lies in a record: strings and bytes are len and data; timestamps are
 * datetime64, or, raw, integers. In DESCR the shape of an array is left to the caller, since a
 * field there is a tuple: mmf_numpy_add_member(). */
void mmf_numpy_add_type(mmf_text *text, const mmf_field *field, bool is_raw,
                        mmf_numpy_notation notation);

/* ('NAME', TYPE) or ('NAME', TYPE, (COUNT,)) of a .npy header. */
void mmf_numpy_add_member(mmf_text *text, const mmf_field *field, bool is_raw);

#endif
