/* The generated files as text. Emitters decide nothing: names come from codegen/names.h, the shape
 * of the struct from codegen/c_record.h, offsets and sizes from the model. Each adds to text, whose
 * out_of_memory tells whether all of it is there. */
#ifndef MMF_CODEGEN_EMIT_H
#define MMF_CODEGEN_EMIT_H

#include "codegen/c_record.h"
#include "codegen/names.h"
#include "codegen/text.h"

/* All that emitters know. */
typedef struct mmf_emit {
    const mmf_model *model;
    const mmf_names *names;
    const mmf_c_record *record;
    const char *schema_file; /* name of the schema file, without directories */
    const char *basename;    /* of the generated files: "tick" for tick.mmf.h */
    const char *canonical;   /* schema text of a file of format 2 */
} mmf_emit;

void mmf_emit_header(const mmf_emit *emit, mmf_text *text); /* BASENAME.mmf.h */
void mmf_emit_source(const mmf_emit *emit, mmf_text *text); /* BASENAME.mmf.c */
void mmf_emit_test(const mmf_emit *emit, mmf_text *text);   /* BASENAME_mmf_test.c */

/* Parts of the header with files of their own. */
void mmf_emit_struct(const mmf_emit *emit, mmf_text *text);    /* constants, enums, the record */
void mmf_emit_accessors(const mmf_emit *emit, mmf_text *text); /* functions of single fields */

/* Which bits of a small record belong to fields: in the header where it has bools, which get needs,
 * and otherwise beside PREFIX_put(), if that needs it. */
void mmf_emit_mask(const mmf_emit *emit, mmf_text *text);

/* The check of what may be stored and the way into the file, parts of the source; also of the
 * header where mmf_emit_set_is_inline(). */
bool mmf_emit_set_is_inline(const mmf_emit *emit);
void mmf_emit_set(const mmf_emit *emit, mmf_text *text);

#endif
