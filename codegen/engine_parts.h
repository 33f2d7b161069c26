/* What the emitters for other engines share. Internal. */
#ifndef MMF_CODEGEN_ENGINE_PARTS_H
#define MMF_CODEGEN_ENGINE_PARTS_H

#include "codegen/columns.h"
#include "codegen/engine.h"

void mmf_emit_postgres(const mmf_engine_input *input, mmf_text *text);
void mmf_emit_sqlite(const mmf_engine_input *input, mmf_text *text);
void mmf_emit_clickhouse(const mmf_engine_input *input, mmf_text *text);
void mmf_emit_numpy(const mmf_engine_input *input, mmf_text *text);
void mmf_emit_json(const mmf_engine_input *input, mmf_text *text);

/* "PREFIX NAME vN, SIZE bytes a record, from FILE by mmf-gen: do not edit.", the schema's doc, each
 * line behind the prefix. */
void mmf_engine_banner(const mmf_engine_input *input, const char *prefix, mmf_text *text);

/* Text for the rest of a line's comment: control characters become spaces, so that none ends it. */
void mmf_engine_add_line(mmf_text *text, const char *words);

/* What the schema says of a field, for a comment: doc and deprecation. Empty: nothing. */
void mmf_engine_describe(const mmf_field *field, mmf_text *text);

/* Always quoted: names keep their case, and no list of reserved words grows old. Names of fields
 * and symbols are identifiers, so that nothing in them needs an escape. */
void mmf_sql_add_name(mmf_text *text, const char *name);

/* A literal; has_escapes: backslashes in literals are escapes (ClickHouse). */
void mmf_sql_add_literal(mmf_text *text, const char *words, bool has_escapes);

/* ('A', 'B') of an enum's symbols. */
void mmf_sql_add_symbols(mmf_text *text, const mmf_field *field);

#endif
