/* Generated files on disk. */
#ifndef MMF_CODEGEN_OUTPUT_H
#define MMF_CODEGEN_OUTPUT_H

#include "codegen/text.h"
#include "schema/status.h"

/* Makes path hold exactly this text. A file that does already is not touched, so that build tools
 * see nothing new; otherwise the text is written under a temporary name beside it and renamed.
 * MMF_OK; MMF_E_SYSTEM, with the detail in error, which may be NULL. */
MMF_NODISCARD mmf_status mmf_output_write(const char *path, const mmf_text *text, mmf_error *error);

/* A file name for a rule in make's language: what make takes for something else is escaped. */
void mmf_output_add_make_name(mmf_text *rule, const char *path);

#endif
