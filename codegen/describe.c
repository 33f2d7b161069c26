#include "codegen/describe.h"

void mmf_describe_type(mmf_text *text, const mmf_field *field)
{
    mmf_text_add(text, mmf_type_info_of(field->type)->name);
    if (mmf_type_is_text(field->type)) {
        mmf_text_format(text, "(%u)", field->max);
    } else if (field->type == MMF_TYPE_ENUM) {
        mmf_text_format(text, "(%s)", mmf_type_info_of(field->base)->name);
    }
    if (field->count > 0) {
        mmf_text_format(text, "[%u]", field->count);
    }
}

void mmf_describe_logical(mmf_text *text, const mmf_field *field)
{
    if (field->logical == MMF_LOGICAL_NONE) {
        return;
    }
    mmf_text_add(text, mmf_logical_name(field->logical));
    if (field->logical == MMF_LOGICAL_TIMESTAMP) {
        mmf_text_format(text, " in %s", mmf_time_unit_name(field->unit));
    } else if (field->logical == MMF_LOGICAL_DECIMAL) {
        mmf_text_format(text, ", scale %u", field->scale);
    }
}
