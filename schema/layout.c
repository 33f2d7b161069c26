#include "schema/layout.h"

#include <assert.h>

#define TEXT_LENGTH_SIZE 4 /* the u32 before the content of string and bytes */

/* The next multiple of alignment, a power of two. */
static uint64_t align_up(uint64_t value, uint32_t alignment)
{
    return (value + alignment - 1) & ~(uint64_t)(alignment - 1);
}

uint32_t mmf_field_content_size(const mmf_field *field)
{
    if (mmf_type_is_text(field->type)) {
        return TEXT_LENGTH_SIZE + field->max;
    }
    return mmf_type_info_of(field->base)->size;
}

static uint32_t alignment_of(const mmf_field *field)
{
    if (mmf_type_is_text(field->type)) {
        return TEXT_LENGTH_SIZE;
    }
    return mmf_type_info_of(field->base)->size;
}

/* Places a field at or behind position; returns the position after it. A field that does not fit
 * in 32 bits has its size cut, and the caller refuses it. */
static uint64_t place_field(mmf_field *field, uint64_t position)
{
    uint32_t alignment = alignment_of(field);
    uint64_t element = mmf_field_content_size(field);
    uint64_t size = element;
    uint64_t offset = align_up(position, alignment);

    if (field->count > 0) {
        element = align_up(element, alignment);
        size = element * field->count;
    }
    field->alignment = alignment;
    field->element_size = (uint32_t)element;
    field->size = (uint32_t)size;
    field->offset = (uint32_t)offset;
    return offset + size;
}

static void report_too_large(const mmf_model *model, const mmf_field *field, uint64_t end,
                             mmf_diagnostics *diagnostics)
{
    mmf_diagnostics_add(diagnostics, MMF_SEVERITY_ERROR, field->name.location,
                        "field \"%s\" ends at byte %llu of the record, which may have %u bytes at "
                        "most%s",
                        field->name.text, (unsigned long long)end, MMF_RECORD_SIZE_MAX,
                        model->has_checksum ? ", 8 of them for its checksum" : "");
}

mmf_status mmf_layout_compute(mmf_model *model, mmf_diagnostics *diagnostics)
{
    const uint32_t behind = model->has_checksum ? MMF_RECORD_CHECKSUM_SIZE : 0;
    uint64_t position = MMF_COUNTER_SIZE;

    for (uint32_t i = 0; i < model->field_count; i++) {
        mmf_field *field = &model->fields[i];

        position = place_field(field, position);
        if (position > MMF_RECORD_SIZE_MAX - behind) {
            report_too_large(model, field, position, diagnostics);
            return MMF_E_LIMIT;
        }
    }
    position = align_up(position, 8);
    model->payload_size = (uint32_t)position - MMF_COUNTER_SIZE;
    model->checksum_offset = model->has_checksum ? (uint32_t)position : 0;
    model->record_size = (uint32_t)align_up(position + behind, model->align);
    /* The limit is a multiple of every alignment, so that padding cannot pass it. */
    assert(model->record_size <= MMF_RECORD_SIZE_MAX);
    return MMF_OK;
}
