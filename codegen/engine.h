/* What other programs have to know of the records, in their own language: tables for databases, a
 * dtype for numpy, the model as JSON for anybody's generator. */
#ifndef MMF_CODEGEN_ENGINE_H
#define MMF_CODEGEN_ENGINE_H

#include "codegen/text.h"
#include "schema/model.h"

typedef struct mmf_engine_input {
    const mmf_model *model;
    const char *schema_file; /* name of the schema file, without directories */
    bool is_raw;             /* see codegen/columns.h */
} mmf_engine_input;

typedef struct mmf_engine {
    const char *name; /* as mmf-gen --emit has it: "sql-postgres" */
    void (*emit)(const mmf_engine_input *input, mmf_text *text);
} mmf_engine;

/* NULL: there is none of that name. */
const mmf_engine *mmf_engine_of(const char *name);

/* All names, separated by ", ". */
void mmf_engine_names(mmf_text *text);

/* The same input gives the same bytes. MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_engine_emit(const mmf_engine *engine, const mmf_engine_input *input,
                                         mmf_text *text);

#endif
