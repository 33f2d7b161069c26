/* Names that generated code would declare twice, or that would hide what it uses itself. */
#ifndef MMF_CODEGEN_COLLISIONS_H
#define MMF_CODEGEN_COLLISIONS_H

#include "codegen/names.h"

/* MMF_OK: there are none; MMF_E_SYNTAX with errors in diagnostics; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_collisions_report(const mmf_names *names,
                                               mmf_diagnostics *diagnostics);

#endif
