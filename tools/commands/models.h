/* The model of an operand that may be a store or a schema. */
#ifndef MMF_TOOLS_COMMANDS_MODELS_H
#define MMF_TOOLS_COMMANDS_MODELS_H

#include "schema/json.h"
#include "schema/model.h"

/* Of the store's own schema, or of a schema file: whatever does not begin with a store's magic is
 * one. As mmf_schema_load() and mmf_table_schema_of() (tools/table.h); MMF_E_SCHEMA: a store of
 * format 1. */
MMF_NODISCARD mmf_status mmf_model_of_operand(const char *path, mmf_diagnostics *diagnostics,
                                              mmf_model **ret_model, mmf_error *error);

#endif
