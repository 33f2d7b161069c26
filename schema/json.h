/* Schema text to model, and back to canonical text: the only user of jansson.
 *
 * FORMAT.md and mmf-1.schema.json describe the language. A model that these functions return is
 * valid: its layout and hash are computed, and every other part of the project may trust it.
 */
#ifndef MMF_SCHEMA_JSON_H
#define MMF_SCHEMA_JSON_H

#include <stddef.h>

#include "schema/model.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMF_SCHEMA_SIZE_MAX (4u << 20) /* bytes of a schema text */

/* Parses size bytes of text, UTF-8 without a byte order mark. diagnostics (not NULL, initialised
 * with the path to name in messages) receives every error that the text has, not only the first,
 * and warnings too.
 * MMF_OK; MMF_E_SYNTAX with at least one error in diagnostics; MMF_E_NO_MEMORY.
 * *ret_model is to be freed with mmf_model_free(). */
MMF_NODISCARD mmf_status mmf_schema_parse(const char *text, size_t size,
                                          mmf_diagnostics *diagnostics, mmf_model **ret_model);

/* The same for a file; diagnostics is initialised here with path.
 * Also MMF_E_SYSTEM, with a diagnostic at line 0, when it cannot be read. */
MMF_NODISCARD mmf_status mmf_schema_load(const char *path, mmf_diagnostics *diagnostics,
                                         mmf_model **ret_model);

/* The canonical text: one line of JSON, keys in a fixed order, nothing that is a default, without
 * "$schema". Parsing it gives the same model but for locations; equal models give equal bytes. It
 * is what a file of format 2 carries. To be freed; NULL when out of memory. */
char *mmf_schema_canonical(const mmf_model *model);

#ifdef __cplusplus
}
#endif
#endif
