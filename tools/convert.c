#include "tools/convert.h"

#include <stdlib.h>
#include <string.h>

#include "schema/compat.h"
#include "tools/table.h"

mmf_status mmf_conversion_init(mmf_conversion *ret_conversion, const mmf_model *from,
                               const mmf_model *to)
{
    mmf_conversion conversion = {
        .from = from,
        .to = to,
        .sources = calloc(to->field_count, sizeof(const mmf_field *)),
        .initial = malloc(to->payload_size),
    };

    if (!conversion.sources || !conversion.initial) {
        mmf_conversion_clear(&conversion);
        return MMF_E_NO_MEMORY;
    }
    mmf_model_initial_payload(to, conversion.initial);
    for (uint32_t i = 0; i < to->field_count; i++) {
        conversion.sources[i] = mmf_compat_ancestor(from, &to->fields[i]);
    }
    *ret_conversion = conversion;
    return MMF_OK;
}

void mmf_conversion_clear(mmf_conversion *conversion)
{
    free(conversion->sources);
    free(conversion->initial);
    memset(conversion, 0, sizeof *conversion);
}

/* --- Numbers --------------------------------------------------------------------------------- */

static uint64_t load_bits(const uint8_t *element, uint32_t size)
{
    uint64_t bits = 0;

    memcpy(&bits, element, size);
    return bits;
}

static double load_real(mmf_type type, const uint8_t *element)
{
    float single;
    double real;

    if (type == MMF_TYPE_FLOAT32) {
        memcpy(&single, element, sizeof single);
        return single;
    }
    memcpy(&real, element, sizeof real);
    return real;
}

mmf_plain mmf_plain_load(mmf_type type, const uint8_t *element)
{
    uint32_t size = mmf_type_info_of(type)->size;
    mmf_plain number = {.kind = MMF_PLAIN_UNSIGNED};

    if (mmf_type_is_float(type)) {
        number.kind = MMF_PLAIN_REAL;
        number.real = load_real(type, element);
    } else if (mmf_type_is_signed(type)) {
        uint64_t sign = (uint64_t)1 << (8 * size - 1);

        number.kind = MMF_PLAIN_SIGNED;
        number.i = (int64_t)((load_bits(element, size) ^ sign) - sign);
    } else {
        number.u = load_bits(element, size);
        number.u = type == MMF_TYPE_BOOL ? number.u != 0 : number.u;
    }
    return number;
}

static void store_real(mmf_type type, double real, uint8_t *ret_element)
{
    float single = (float)real;

    if (type == MMF_TYPE_FLOAT32) {
        memcpy(ret_element, &single, sizeof single);
    } else {
        memcpy(ret_element, &real, sizeof real);
    }
}

static void convert_number(mmf_type from, mmf_type to, const uint8_t *element, uint8_t *ret_element)
{
    mmf_plain number = mmf_plain_load(from, element);

    if (mmf_type_is_float(to)) {
        store_real(to,
                   number.kind == MMF_PLAIN_REAL     ? number.real
                   : number.kind == MMF_PLAIN_SIGNED ? (double)number.i
                                                     : (double)number.u,
                   ret_element);
    } else {
        memcpy(ret_element, &number.u, mmf_type_info_of(to)->size);
    }
}

/* --- Fields ---------------------------------------------------------------------------------- */

static void convert_text(const mmf_field *from, const mmf_field *to, const uint8_t *element,
                         uint8_t *ret_element)
{
    uint32_t length = mmf_table_text_length(from, element);

    length = length < to->max ? length : to->max;
    memcpy(ret_element, &length, sizeof length);
    memcpy(ret_element + sizeof length, element + sizeof length, length);
    memset(ret_element + sizeof length + length, 0, to->max - length);
}

static void convert_field(const mmf_field *from, const mmf_field *to, const uint8_t *field,
                          uint8_t *ret_field)
{
    uint32_t elements = mmf_field_elements(from);

    for (uint32_t i = 0; i < elements && i < mmf_field_elements(to); i++) {
        const uint8_t *element = field + (size_t)i * from->element_size;
        uint8_t *ret_element = ret_field + (size_t)i * to->element_size;

        if (mmf_type_is_text(to->type)) {
            convert_text(from, to, element, ret_element);
        } else if (from->base == to->base && to->type != MMF_TYPE_BOOL) {
            memcpy(ret_element, element, to->element_size); /* a NaN stays the one that it is */
        } else {
            convert_number(from->base, to->base, element, ret_element);
        }
    }
}

void mmf_convert(const mmf_conversion *conversion, const uint8_t *payload, uint8_t *ret_payload)
{
    memcpy(ret_payload, conversion->initial, conversion->to->payload_size);
    for (uint32_t i = 0; i < conversion->to->field_count; i++) {
        const mmf_field *from = conversion->sources[i];
        const mmf_field *to = &conversion->to->fields[i];

        if (from) {
            convert_field(from, to, payload + mmf_table_field_offset(from),
                          ret_payload + mmf_table_field_offset(to));
        }
    }
}
