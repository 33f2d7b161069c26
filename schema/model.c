#include "schema/model.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "schema/layout.h"

static void free_names(mmf_name *names, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        free(names[i].text);
    }
    free(names);
}

static void free_defaults(mmf_field *field)
{
    for (uint32_t i = 0; field->defaults && i < mmf_field_elements(field); i++) {
        free(field->defaults[i].bytes);
    }
    free(field->defaults);
}

static void free_field(mmf_field *field)
{
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        free(field->symbols[i].name.text);
    }
    free(field->symbols);
    free_defaults(field);
    free_names(field->aliases, field->alias_count);
    free(field->name.text);
    free(field->doc);
    free(field->deprecated);
}

void mmf_model_free(mmf_model *model)
{
    if (!model) {
        return;
    }
    for (uint32_t i = 0; i < model->field_count; i++) {
        free_field(&model->fields[i]);
    }
    free(model->fields);
    free_names(model->reserved, model->reserved_count);
    free(model->path);
    free(model->name.text);
    free(model->prefix.text);
    free(model->doc);
    free(model);
}

uint32_t mmf_field_elements(const mmf_field *field)
{
    return field->count > 0 ? field->count : 1;
}

/* Writes the lowest size bytes of value, little-endian. */
static void put_integer(uint8_t *to, uint64_t value, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        to[i] = (uint8_t)(value >> (8 * i));
    }
}

static void put_real(uint8_t *to, double value, mmf_type type)
{
    uint64_t bits = 0;

    if (type == MMF_TYPE_FLOAT32) {
        float narrow = (float)value;
        uint32_t narrow_bits;

        memcpy(&narrow_bits, &narrow, sizeof narrow_bits);
        bits = narrow_bits;
    } else {
        memcpy(&bits, &value, sizeof bits);
    }
    put_integer(to, bits, mmf_type_info_of(type)->size);
}

static void put_text(uint8_t *to, const mmf_value *value)
{
    put_integer(to, value->length, 4);
    if (value->length > 0) {
        memcpy(to + 4, value->bytes, value->length);
    }
}

static void put_value(uint8_t *to, const mmf_field *field, const mmf_value *value)
{
    if (mmf_type_is_text(field->type)) {
        put_text(to, value);
    } else if (mmf_type_is_float(field->type)) {
        put_real(to, value->real, field->type);
    } else if (mmf_type_is_signed(field->base) || field->type == MMF_TYPE_ENUM) {
        put_integer(to, (uint64_t)value->integer.i, mmf_type_info_of(field->base)->size);
    } else {
        put_integer(to, value->integer.u, mmf_type_info_of(field->base)->size);
    }
}

/* Whether the value is anything but zero bytes; a negative zero is. */
static bool value_is_set(const mmf_field *field, const mmf_value *value)
{
    if (mmf_type_is_text(field->type)) {
        return value->length > 0;
    }
    if (mmf_type_is_float(field->type)) {
        return value->real != 0.0 || signbit(value->real);
    }
    return value->integer.u != 0;
}

bool mmf_model_has_defaults(const mmf_model *model)
{
    for (uint32_t i = 0; i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];

        for (uint32_t k = 0; field->defaults && k < mmf_field_elements(field); k++) {
            if (value_is_set(field, &field->defaults[k])) {
                return true;
            }
        }
    }
    return false;
}

void mmf_model_initial_payload(const mmf_model *model, uint8_t *ret_payload)
{
    memset(ret_payload, 0, model->payload_size);
    for (uint32_t i = 0; i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];
        uint8_t *to = ret_payload + (field->offset - MMF_COUNTER_SIZE);

        for (uint32_t k = 0; field->defaults && k < mmf_field_elements(field); k++) {
            put_value(to + (size_t)k * field->element_size, field, &field->defaults[k]);
        }
    }
}

const mmf_symbol *mmf_field_symbol(const mmf_field *field, int64_t value)
{
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        if (field->symbols[i].value == value) {
            return &field->symbols[i];
        }
    }
    return NULL;
}

const mmf_field *mmf_model_field(const mmf_model *model, const char *name)
{
    for (uint32_t i = 0; i < model->field_count; i++) {
        if (strcmp(model->fields[i].name.text, name) == 0) {
            return &model->fields[i];
        }
    }
    return NULL;
}

const char *mmf_logical_name(mmf_logical logical)
{
    static const char *const names[] = {
        [MMF_LOGICAL_NONE] = "",           [MMF_LOGICAL_TIMESTAMP] = "timestamp",
        [MMF_LOGICAL_DECIMAL] = "decimal", [MMF_LOGICAL_UUID] = "uuid",
        [MMF_LOGICAL_IPV4] = "ipv4",       [MMF_LOGICAL_IPV6] = "ipv6",
    };

    assert((size_t)logical < sizeof names / sizeof *names);
    return names[logical];
}

const char *mmf_time_unit_name(mmf_time_unit unit)
{
    static const char *const names[] = {
        [MMF_TIME_UNIT_S] = "s",
        [MMF_TIME_UNIT_MS] = "ms",
        [MMF_TIME_UNIT_US] = "us",
        [MMF_TIME_UNIT_NS] = "ns",
    };

    assert((size_t)unit < sizeof names / sizeof *names);
    return names[unit];
}
