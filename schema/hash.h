/* The schema hash: SHA-256 over a text that says what two programs must agree on.
 *
 *   format 1   name:type:size of each field, sorted by name (bytewise), joined by ","; size is
 *              that of the type, 4 + max for string and bytes. Order and offsets are not in it:
 *              that is the Go library's definition, defect D1 included.
 *   format 2   "mmf2:RECORD_SIZE", ":crc32c" where records have a checksum, and for each field in
 *              order of declaration ",NAME:TYPE:OFFSET:SIZE:COUNT"; TYPE is the schema's name of
 *              it, "enum(BASE)" for an enum, SIZE that of one element's content (4 + max for
 *              string and bytes), COUNT 0 for a field that is not an array.
 *
 * Documentation, defaults, symbols and aliases are not part of either.
 */
#ifndef MMF_SCHEMA_HASH_H
#define MMF_SCHEMA_HASH_H

#include "schema/model.h"

#define MMF_HASH_SIZE 32

/* The text that is hashed, of a model with a layout; to be freed; NULL when out of memory. */
char *mmf_hash_text(const mmf_model *model);

/* Fills model->hash. MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_hash_compute(mmf_model *model);

#endif
