/* What templates about one field may use beside the names: facts of the field as text.
 *
 *   $member$        its name in the struct
 *   $element_t$     C type of an element; of a byte of content for string and bytes
 *   $suffix$        of the runtime's functions for its elements: mmf_get_$suffix$
 *   $size$          bytes, all elements
 *   $element_size$  from one element to the next
 *   $deprecated$    the attribute in front of accessors, with a newline, or nothing
 */
#ifndef MMF_CODEGEN_EMIT_SCOPE_H
#define MMF_CODEGEN_EMIT_SCOPE_H

#include "codegen/emit.h"

#define MMF_EMIT_SCOPE_HOLES 6

typedef struct mmf_emit_scope {
    mmf_hole items[MMF_EMIT_SCOPE_HOLES];
    mmf_holes holes; /* these, the field's names and the record's */
    mmf_text deprecated;
    char size[12];
    char element_size[12];
} mmf_emit_scope;

/* Opens the scope of a field; it must not move until it is closed. */
void mmf_emit_scope_open(const mmf_emit *emit, uint32_t field_index, mmf_emit_scope *ret_scope);
void mmf_emit_scope_close(mmf_emit_scope *scope, mmf_text *text);

/* A name of the record or of the field (it must have it). */
const char *mmf_emit_name(const mmf_emit *emit, mmf_record_name name);
const char *mmf_emit_field_name(const mmf_emit *emit, uint32_t field_index, mmf_field_name name);

#endif
