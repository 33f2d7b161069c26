/* From a valid model to the text of the generated files. */
#ifndef MMF_CODEGEN_GENERATE_H
#define MMF_CODEGEN_GENERATE_H

#include "codegen/text.h"
#include "schema/model.h"

typedef struct mmf_generate_options {
    const char *schema_file; /* name of the schema file, without directories */
    const char *basename;    /* of the generated files */
    bool with_test;
} mmf_generate_options;

typedef struct mmf_generated {
    mmf_text header;
    mmf_text source;
    mmf_text test; /* empty unless it was asked for */
} mmf_generated;

/* The same input gives the same bytes, wherever and whenever.
 * MMF_OK; MMF_E_SYNTAX with errors in diagnostics: a name that C cannot have; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_generate(const mmf_model *model, const mmf_generate_options *options,
                                      mmf_diagnostics *diagnostics, mmf_generated *ret_generated);

void mmf_generated_clear(mmf_generated *generated);

#endif
