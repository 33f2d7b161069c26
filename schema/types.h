/* The field types, from types.def. */
#ifndef MMF_SCHEMA_TYPES_H
#define MMF_SCHEMA_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum mmf_type {
#define MMF_TYPE(id, name, c_type, size, suffix, since_format) MMF_TYPE_##id,
#include "schema/types.def"
#undef MMF_TYPE
    MMF_TYPE_COUNT
} mmf_type;

typedef struct mmf_type_info {
    const char *name;      /* in the schema: "uint64" */
    const char *c_type;    /* "uint64_t"; "" for string, bytes and enum */
    uint32_t size;         /* of one element, and its alignment; 0 for string, bytes and enum */
    const char *suffix;    /* of the runtime's accessors: "u64"; "" for enum */
    uint32_t since_format; /* the first file format that has the type */
} mmf_type_info;

/* The row of a type; type must be below MMF_TYPE_COUNT. */
const mmf_type_info *mmf_type_info_of(mmf_type type);

/* The type of that schema name; false, and *ret_type untouched, when there is none. */
bool mmf_type_from_name(const char *name, mmf_type *ret_type);

bool mmf_type_is_signed(mmf_type type);   /* int8 … int64 */
bool mmf_type_is_unsigned(mmf_type type); /* uint8 … uint64 */
bool mmf_type_is_integer(mmf_type type);  /* either of them; not bool, not enum */
bool mmf_type_is_float(mmf_type type);
bool mmf_type_is_text(mmf_type type); /* string or bytes: u32 length + max bytes */

/* The range of an integer type: *ret_max as an unsigned number, *ret_min as a signed one. */
void mmf_type_integer_range(mmf_type type, int64_t *ret_min, uint64_t *ret_max);

#endif
