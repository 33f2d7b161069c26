#include "codegen/c_record.h"

#include <stdlib.h>
#include <string.h>

#include "schema/layout.h"

static uint32_t round_up(uint32_t value, uint32_t alignment)
{
    return (value + alignment - 1) / alignment * alignment;
}

static uint32_t end_of(const mmf_field *field)
{
    return field->offset + field->size;
}

uint32_t mmf_c_padding_behind(const mmf_model *model, uint32_t field_index)
{
    uint32_t next = field_index + 1 < model->field_count ? model->fields[field_index + 1].offset
                                                         : MMF_COUNTER_SIZE + model->payload_size;

    return next - end_of(&model->fields[field_index]);
}

/* A single text is a struct of alignment 4. */
static bool must_be_packed(const mmf_model *model, uint32_t field_index)
{
    const mmf_field *field = &model->fields[field_index];

    return mmf_type_is_text(field->type) &&
           round_up(end_of(field), field->alignment) - end_of(field) >
               mmf_c_padding_behind(model, field_index);
}

/* The explicit padding that makes sizeof the payload's size. */
static uint32_t tail_size(const mmf_model *model)
{
    const mmf_field *last = &model->fields[model->field_count - 1];
    uint32_t end = round_up(end_of(last), last->alignment) - MMF_COUNTER_SIZE;
    uint32_t alignment = 1;

    for (uint32_t i = 0; i < model->field_count; i++) {
        if (model->fields[i].alignment > alignment) {
            alignment = model->fields[i].alignment;
        }
    }
    return round_up(end, alignment) == model->payload_size ? 0 : model->payload_size - end;
}

static void find_properties(const mmf_model *model, mmf_c_record *record)
{
    record->is_large = model->payload_size > MMF_C_LARGE_PAYLOAD;
    record->tail_size = tail_size(model);
    for (uint32_t i = 0; i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];
        uint32_t padding = mmf_c_padding_behind(model, i);

        record->is_packed[i] = must_be_packed(model, i);
        record->has_texts |= mmf_type_is_text(field->type);
        record->has_enums |= field->type == MMF_TYPE_ENUM;
        record->has_bools |= field->type == MMF_TYPE_BOOL;
        record->has_padding |= padding > 0 || field->element_size != mmf_field_content_size(field);
    }
}

static void set_mask_bytes(uint64_t *mask, uint32_t offset, uint32_t size, uint64_t bits)
{
    for (uint32_t i = offset; i < offset + size; i++) {
        mask[i / 8] |= bits << i % 8 * 8;
    }
}

/* Little-endian, as the file is. */
static void make_mask(const mmf_model *model, uint64_t *mask)
{
    for (uint32_t i = 0; i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];

        for (uint32_t element = 0; element < mmf_field_elements(field); element++) {
            set_mask_bytes(mask, field->offset - MMF_COUNTER_SIZE + element * field->element_size,
                           mmf_field_content_size(field),
                           field->type == MMF_TYPE_BOOL ? 0x01 : 0xff);
        }
    }
}

mmf_status mmf_c_record_make(const mmf_model *model, mmf_c_record **ret_record)
{
    mmf_c_record *record = calloc(1, sizeof *record);

    if (!record) {
        return MMF_E_NO_MEMORY;
    }
    record->is_packed = calloc(model->field_count, sizeof *record->is_packed);
    if (model->payload_size <= MMF_C_LARGE_PAYLOAD) {
        record->mask = calloc(model->payload_size / 8, sizeof *record->mask);
    }
    if (!record->is_packed || (!record->mask && model->payload_size <= MMF_C_LARGE_PAYLOAD)) {
        mmf_c_record_free(record);
        return MMF_E_NO_MEMORY;
    }
    find_properties(model, record);
    if (record->mask) {
        make_mask(model, record->mask);
    }
    *ret_record = record;
    return MMF_OK;
}

void mmf_c_record_free(mmf_c_record *record)
{
    if (record) {
        free(record->is_packed);
        free(record->mask);
        free(record);
    }
}
