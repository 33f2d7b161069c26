#include "codegen/emit_scope.h"

#include <assert.h>
#include <stdio.h>

#include "codegen/c_text.h"

static const char *element_type(const mmf_emit *emit, uint32_t field_index)
{
    const mmf_field *field = &emit->model->fields[field_index];

    switch (field->type) {
    case MMF_TYPE_STRING:
        return "char";
    case MMF_TYPE_BYTES:
        return "uint8_t";
    case MMF_TYPE_ENUM:
        return mmf_emit_field_name(emit, field_index, MMF_FIELD_NAME_field_enum_t);
    default:
        return mmf_type_info_of(field->type)->c_type;
    }
}

void mmf_emit_scope_open(const mmf_emit *emit, uint32_t field_index, mmf_emit_scope *ret_scope)
{
    const mmf_field *field = &emit->model->fields[field_index];

    *ret_scope = (mmf_emit_scope){0};
    if (field->is_deprecated) {
        mmf_text_add(&ret_scope->deprecated, "MMF_DEPRECATED(");
        mmf_c_add_message(&ret_scope->deprecated,
                          field->deprecated ? field->deprecated : "the schema calls it deprecated");
        mmf_text_add(&ret_scope->deprecated, ")\n");
    }
    snprintf(ret_scope->size, sizeof ret_scope->size, "%u", field->size);
    snprintf(ret_scope->element_size, sizeof ret_scope->element_size, "%u", field->element_size);
    ret_scope->items[0] = (mmf_hole){"member", field->name.text};
    ret_scope->items[1] = (mmf_hole){"element_t", element_type(emit, field_index)};
    ret_scope->items[2] = (mmf_hole){"suffix", mmf_type_info_of(field->base)->suffix};
    ret_scope->items[3] = (mmf_hole){"size", ret_scope->size};
    ret_scope->items[4] = (mmf_hole){"element_size", ret_scope->element_size};
    ret_scope->items[5] = (mmf_hole){"deprecated", mmf_text_string(&ret_scope->deprecated)};
    ret_scope->holes = (mmf_holes){ret_scope->items, MMF_EMIT_SCOPE_HOLES,
                                   &emit->names->fields[field_index].holes};
}

void mmf_emit_scope_close(mmf_emit_scope *scope, mmf_text *text)
{
    text->out_of_memory |= scope->deprecated.out_of_memory;
    mmf_text_clear(&scope->deprecated);
}

const char *mmf_emit_name(const mmf_emit *emit, mmf_record_name name)
{
    return emit->names->items[name].value;
}

const char *mmf_emit_field_name(const mmf_emit *emit, uint32_t field_index, mmf_field_name name)
{
    const char *value = emit->names->fields[field_index].items[name].value;

    assert(value && "a name that the field does not have");
    return value;
}
