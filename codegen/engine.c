#include "codegen/engine.h"

#include <string.h>

#include "codegen/engine_parts.h"

static const mmf_engine engines[] = {
    {"sql-sqlite", mmf_emit_sqlite},
    {"sql-postgres", mmf_emit_postgres},
    {"sql-clickhouse", mmf_emit_clickhouse},
    {"numpy", mmf_emit_numpy},
    {"json", mmf_emit_json},
};

#define ENGINE_COUNT (sizeof engines / sizeof *engines)

const mmf_engine *mmf_engine_of(const char *name)
{
    for (size_t i = 0; i < ENGINE_COUNT; i++) {
        if (strcmp(engines[i].name, name) == 0) {
            return &engines[i];
        }
    }
    return NULL;
}

void mmf_engine_names(mmf_text *text)
{
    for (size_t i = 0; i < ENGINE_COUNT; i++) {
        mmf_text_format(text, "%s%s", i > 0 ? ", " : "", engines[i].name);
    }
}

mmf_status mmf_engine_emit(const mmf_engine *engine, const mmf_engine_input *input, mmf_text *text)
{
    engine->emit(input, text);
    return text->out_of_memory ? MMF_E_NO_MEMORY : MMF_OK;
}

/* --- Parts ----------------------------------------------------------------------------------- */

void mmf_engine_add_line(mmf_text *text, const char *words)
{
    for (; *words; words++) {
        mmf_text_add_bytes(text, (unsigned char)*words < 0x20 || *words == 0x7f ? " " : words, 1);
    }
}

/* Each line of the text behind the prefix. */
static void add_lines(mmf_text *text, const char *prefix, const char *words)
{
    while (*words) {
        size_t length = strcspn(words, "\n");
        mmf_text line = {0};

        mmf_text_add_bytes(&line, words, length);
        mmf_text_format(text, "%s ", prefix);
        mmf_engine_add_line(text, mmf_text_string(&line));
        mmf_text_add(text, "\n");
        text->out_of_memory |= line.out_of_memory;
        mmf_text_clear(&line);
        words += length + (words[length] == '\n');
    }
}

void mmf_engine_banner(const mmf_engine_input *input, const char *prefix, mmf_text *text)
{
    const mmf_model *model = input->model;

    mmf_text_format(text, "%s %s v%u, %u bytes a record, from ", prefix, model->name.text,
                    model->version, model->record_size);
    mmf_engine_add_line(text, input->schema_file);
    mmf_text_format(text, " by mmf-gen%s: do not edit.\n", input->is_raw ? " --raw" : "");
    if (model->doc) {
        add_lines(text, prefix, model->doc);
    }
}

void mmf_engine_describe(const mmf_field *field, mmf_text *text)
{
    if (field->doc) {
        mmf_text_add(text, field->doc);
    }
    if (field->is_deprecated) {
        mmf_text_format(text, "%sdeprecated%s%s", field->doc ? "; " : "",
                        field->deprecated ? ": " : "", field->deprecated ? field->deprecated : "");
    }
}

void mmf_sql_add_name(mmf_text *text, const char *name)
{
    mmf_text_format(text, "\"%s\"", name);
}

void mmf_sql_add_literal(mmf_text *text, const char *words, bool has_escapes)
{
    mmf_text_add(text, "'");
    for (; *words; words++) {
        if (*words == '\'' || (has_escapes && *words == '\\')) {
            mmf_text_add_bytes(text, words, 1);
        }
        mmf_text_add_bytes(text, words, 1);
    }
    mmf_text_add(text, "'");
}

void mmf_sql_add_symbols(mmf_text *text, const mmf_field *field)
{
    mmf_text_add(text, "(");
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        mmf_text_format(text, "%s'%s'", i > 0 ? ", " : "", field->symbols[i].name.text);
    }
    mmf_text_add(text, ")");
}
