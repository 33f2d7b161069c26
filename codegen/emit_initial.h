/* The record that PREFIX_append(NULL) makes, as C. */
#ifndef MMF_CODEGEN_EMIT_INITIAL_H
#define MMF_CODEGEN_EMIT_INITIAL_H

#include "codegen/emit.h"

/* PREFIX_init() and, where the schema has defaults, the constant PREFIX_initial. */
void mmf_emit_initial(const mmf_emit *emit, mmf_text *text);

#endif
