/* The parts of the schema parser, one file each. Every one reports what it finds wrong and fills
 * what it can, so that one run tells all errors. For the files schema/json*.c alone. */
#ifndef MMF_SCHEMA_JSON_PARTS_H
#define MMF_SCHEMA_JSON_PARTS_H

#include "schema/json_reader.h"

/* json_syntax.c: whether the bytes can be a JSON text at all: not too large, not empty, no byte
 * order mark, no NUL bytes. */
bool mmf_json_check_text(mmf_diagnostics *diagnostics, const char *text, size_t size);

/* json_syntax.c: what jansson says about a text that it refused, at the right place. */
void mmf_json_report_syntax(mmf_diagnostics *diagnostics, const char *text, size_t size,
                            const json_error_t *error);

/* json_duplicates.c: reports each member name that an object has twice, and leaves in places what
 * jansson leaves in the object: one member, which stands where the first stood and has the last
 * one's value. MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_json_report_duplicates(mmf_diagnostics *diagnostics, const char *text,
                                                    size_t size, mmf_places *places);

/* json_schema.c: the whole; layout and hash remain to be computed, if mmf_json_read_schema()
 * returns true: every field is known well enough for it. */
bool mmf_json_read_schema(mmf_reader *reader, mmf_node root, mmf_model *model);

/* json_fields.c: model has its format and version. The same result for one field. */
bool mmf_json_read_field(mmf_reader *reader, mmf_node node, const mmf_model *model,
                         mmf_field *field);

/* json_enum.c: base and symbols of an enum; false when its size is not known. */
bool mmf_json_read_enum(mmf_reader *reader, mmf_node base, mmf_node symbols, mmf_field *field);

/* json_logical.c */
void mmf_json_read_logical(mmf_reader *reader, mmf_node logical, mmf_node unit, mmf_node scale,
                           mmf_field *field);

/* json_defaults.c: of a field whose other keys are right. */
void mmf_json_read_default(mmf_reader *reader, mmf_node node, mmf_field *field);

/* json_names.c: names that stand twice, or in each other's way. */
void mmf_json_check_names(mmf_reader *reader, const mmf_model *model);

#endif
