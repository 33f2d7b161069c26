/* Every identifier that generated code declares is made here, and nowhere else, from the table
 * names.def. So this is also where two that would be the same are found. */
#ifndef MMF_CODEGEN_NAMES_H
#define MMF_CODEGEN_NAMES_H

#include "codegen/text.h"
#include "schema/model.h"

/* What decides which names a field has. */
typedef struct mmf_field_kind {
    bool is_text;
    bool is_array;
    bool is_enum;
    bool is_decimal;
} mmf_field_kind;

mmf_field_kind mmf_field_kind_of(const mmf_field *field);

typedef enum mmf_record_name {
#define MMF_RECORD_NAME(id, pattern) MMF_RECORD_NAME_##id,
#include "codegen/names.def"
    MMF_RECORD_NAME_COUNT
} mmf_record_name;

typedef enum mmf_field_name {
#define MMF_FIELD_NAME(id, pattern, condition) MMF_FIELD_NAME_##id,
#include "codegen/names.def"
    MMF_FIELD_NAME_COUNT
} mmf_field_name;

/* The names that belong to one field. */
typedef struct mmf_field_names {
    mmf_hole items[MMF_FIELD_NAME_COUNT]; /* a value is NULL where the field has no such name */
    mmf_holes holes;                      /* these and, outside, the record's */
    char **symbols;                       /* constants of an enum, in declaration order */
} mmf_field_names;

typedef struct mmf_names {
    mmf_hole items[MMF_RECORD_NAME_COUNT];
    mmf_holes holes;
    mmf_field_names *fields; /* as many as the model has */
    const mmf_model *model;  /* must outlive this */
} mmf_names;

/* Makes all names of a model and reports those that would be made twice, or would hide what
 * generated code uses itself: at the later field, with a note at the other.
 * MMF_OK; MMF_E_SYNTAX with errors in diagnostics; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_names_make(const mmf_model *model, mmf_diagnostics *diagnostics,
                                        mmf_names **ret_names);

void mmf_names_free(mmf_names *names); /* takes NULL */

/* Whether generated code uses the identifier as a parameter, variable or member of its own. */
bool mmf_names_is_local(const char *identifier);

#endif
