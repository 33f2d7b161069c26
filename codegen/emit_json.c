/* The model as JSON, offsets and sizes included: for generators of other languages. */
#include <inttypes.h>
#include <stdlib.h>

#include "codegen/engine_parts.h"
#include "schema/json.h"
#include "schema/layout.h"

static void add_string(mmf_text *text, const char *words)
{
    mmf_text_add(text, "\"");
    for (; *words; words++) {
        if (*words == '"' || *words == '\\') {
            mmf_text_format(text, "\\%c", *words);
        } else if ((unsigned char)*words < 0x20) {
            mmf_text_format(text, "\\u%04x", (unsigned)*words);
        } else {
            mmf_text_add_bytes(text, words, 1);
        }
    }
    mmf_text_add(text, "\"");
}

static void add_string_member(mmf_text *text, const char *key, const char *words)
{
    mmf_text_format(text, ", \"%s\": ", key);
    add_string(text, words);
}

static void add_number_member(mmf_text *text, const char *key, uint64_t number)
{
    mmf_text_format(text, ", \"%s\": %" PRIu64, key, number);
}

static void add_symbols(mmf_text *text, const mmf_field *field)
{
    mmf_text_add(text, ", \"symbols\": {");
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        mmf_text_format(text, "%s\"%s\": %" PRId64, i > 0 ? ", " : "", field->symbols[i].name.text,
                        field->symbols[i].value);
    }
    mmf_text_add(text, "}");
}

static void add_names(mmf_text *text, const char *key, const mmf_name *names, uint32_t count)
{
    mmf_text_format(text, ", \"%s\": [", key);
    for (uint32_t i = 0; i < count; i++) {
        mmf_text_format(text, "%s\"%s\"", i > 0 ? ", " : "", names[i].text);
    }
    mmf_text_add(text, "]");
}

static void add_logical(mmf_text *text, const mmf_field *field)
{
    if (field->logical == MMF_LOGICAL_NONE) {
        return;
    }
    add_string_member(text, "logical", mmf_logical_name(field->logical));
    if (field->logical == MMF_LOGICAL_TIMESTAMP) {
        add_string_member(text, "unit", mmf_time_unit_name(field->unit));
    } else if (field->logical == MMF_LOGICAL_DECIMAL) {
        add_number_member(text, "scale", field->scale);
    }
}

static void add_remarks(mmf_text *text, const mmf_field *field)
{
    if (field->doc) {
        add_string_member(text, "doc", field->doc);
    }
    if (field->alias_count > 0) {
        add_names(text, "aliases", field->aliases, field->alias_count);
    }
    if (field->since > 0) {
        add_number_member(text, "since", field->since);
    }
    if (field->is_deprecated) {
        add_string_member(text, "deprecated", field->deprecated ? field->deprecated : "");
    }
}

static void add_field(mmf_text *text, const mmf_field *field)
{
    mmf_text_format(text, "    {\"name\": \"%s\", \"type\": \"%s\"", field->name.text,
                    mmf_type_info_of(field->type)->name);
    add_number_member(text, "offset", field->offset);
    add_number_member(text, "size", field->size);
    add_number_member(text, "alignment", field->alignment);
    if (field->count > 0) {
        add_number_member(text, "count", field->count);
        add_number_member(text, "element_distance", field->element_size);
        add_number_member(text, "element_size", mmf_field_content_size(field));
    }
    if (mmf_type_is_text(field->type)) {
        add_number_member(text, "max", field->max);
    }
    if (field->type == MMF_TYPE_ENUM) {
        add_string_member(text, "base", mmf_type_info_of(field->base)->name);
        add_symbols(text, field);
    }
    add_logical(text, field);
    add_remarks(text, field);
    mmf_text_add(text, "}");
}

static void add_model(const mmf_engine_input *input, mmf_text *text)
{
    const mmf_model *model = input->model;

    mmf_text_format(text, "{\n  \"name\": \"%s\", \"prefix\": \"%s\", \"version\": %" PRIu32,
                    model->name.text, model->prefix.text, model->version);
    if (model->doc) {
        add_string_member(text, "doc", model->doc);
    }
    mmf_text_format(text, ",\n  \"format\": %" PRIu32 ", \"hash\": \"", model->format);
    for (size_t i = 0; i < sizeof model->hash; i++) {
        mmf_text_format(text, "%02x", model->hash[i]);
    }
    mmf_text_format(text, "\",\n  \"record_size\": %" PRIu32, model->record_size);
    add_number_member(text, "align", model->align);
    add_number_member(text, "counter_size", MMF_COUNTER_SIZE);
    add_number_member(text, "payload_size", model->payload_size);
    if (model->checksum_offset) {
        add_number_member(text, "checksum_offset", model->checksum_offset);
    }
    add_number_member(text, "capacity", model->capacity);
    if (model->reserved_count > 0) {
        add_names(text, "reserved", model->reserved, model->reserved_count);
    }
}

void mmf_emit_json(const mmf_engine_input *input, mmf_text *text)
{
    const mmf_model *model = input->model;
    char *canonical = mmf_schema_canonical(model);

    add_model(input, text);
    mmf_text_add(text, ",\n  \"fields\": [\n");
    for (uint32_t i = 0; i < model->field_count; i++) {
        add_field(text, &model->fields[i]);
        mmf_text_add(text, i + 1 < model->field_count ? ",\n" : "\n");
    }
    mmf_text_format(text, "  ],\n  \"schema\": %s\n}\n", canonical ? canonical : "");
    text->out_of_memory |= !canonical;
    free(canonical);
}
