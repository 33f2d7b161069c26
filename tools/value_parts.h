/* What value_write.c and value_read*.c have in common; for these files alone. */
#ifndef MMF_TOOLS_VALUE_PARTS_H
#define MMF_TOOLS_VALUE_PARTS_H

#include <string.h>

#include "tools/value.h"

/* An integer, or an enum's number, as it is stored. */
mmf_integer mmf_value_integer(const mmf_field *field, const uint8_t *bytes);

/* Length of a string or bytes element, whatever a damaged file says. */
static inline uint32_t mmf_value_length(const mmf_field *field, const uint8_t *element)
{
    uint32_t length;

    memcpy(&length, element, sizeof length);
    return length < field->max ? length : field->max;
}

/* Bytes of what the logical type of a bytes or uint8 field means. */
static inline uint32_t mmf_value_whole_size(const mmf_field *field)
{
    return field->logical == MMF_LOGICAL_IPV4 ? 4 : 16;
}

/* Whether an array is one value: a UUID or an address of uint8. */
static inline bool mmf_value_is_whole(const mmf_field *field)
{
    return field->type == MMF_TYPE_UINT8 && field->count > 0 &&
           (field->logical == MMF_LOGICAL_UUID || field->logical == MMF_LOGICAL_IPV4 ||
            field->logical == MMF_LOGICAL_IPV6);
}

/* value_read.c: one element, of text without quotes and escapes. */
MMF_NODISCARD mmf_status mmf_value_read_element(const mmf_field *field, const char *text,
                                                size_t size, bool is_raw, uint8_t *to,
                                                mmf_error *error);

/* value_read.c: content of a string or bytes element, of so many bytes: checks the length, stores
 * it and makes the rest zero. The content remains to be put behind it. */
MMF_NODISCARD mmf_status mmf_value_begin_text(const mmf_field *field, size_t size, uint8_t *to,
                                              mmf_error *error);

/* value_read_json.c: one JSON value, or an array of them, which is the whole field. */
MMF_NODISCARD mmf_status mmf_value_read_json(const mmf_field *field, const char *text, size_t size,
                                             bool is_raw, uint8_t *to, mmf_error *error);
MMF_NODISCARD mmf_status mmf_value_read_array(const mmf_field *field, const char *text, size_t size,
                                              bool is_raw, uint8_t *to, mmf_error *error);

/* value_refuse.c: "found TEXT, expected WHAT", WHAT being said by the field where it is NULL. */
MMF_NODISCARD mmf_status mmf_value_refuse(const mmf_field *field, const char *text, size_t size,
                                          const char *expected, mmf_error *error);

#endif
