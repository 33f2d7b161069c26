/* What a field's value means: "logical" and the keys "unit" and "scale" that belong to it. */
#include "schema/json_parts.h"

#define SCALE_MAX 18 /* digits of an int64 behind the point */

static const mmf_word logical_words[] = {
    {"timestamp", MMF_LOGICAL_TIMESTAMP}, {"decimal", MMF_LOGICAL_DECIMAL},
    {"uuid", MMF_LOGICAL_UUID},           {"ipv4", MMF_LOGICAL_IPV4},
    {"ipv6", MMF_LOGICAL_IPV6},
};

static const mmf_word unit_words[] = {
    {"s", MMF_TIME_UNIT_S},
    {"ms", MMF_TIME_UNIT_MS},
    {"us", MMF_TIME_UNIT_US},
    {"ns", MMF_TIME_UNIT_NS},
};

static bool holds_bytes(const mmf_field *field, uint32_t size)
{
    return (field->type == MMF_TYPE_BYTES && field->max == size) ||
           (field->type == MMF_TYPE_UINT8 && field->count == size);
}

/* Whether the field can have that meaning; *ret_needed says what could. */
static bool fits(const mmf_field *field, mmf_logical logical, const char **ret_needed)
{
    switch (logical) {
    case MMF_LOGICAL_TIMESTAMP:
        *ret_needed = "int64 or uint64";
        return field->type == MMF_TYPE_INT64 || field->type == MMF_TYPE_UINT64;
    case MMF_LOGICAL_DECIMAL:
        *ret_needed = "an integer type";
        return mmf_type_is_integer(field->type);
    case MMF_LOGICAL_IPV4:
        *ret_needed = "uint32, bytes with \"max\" 4, or uint8 with \"count\" 4";
        return field->type == MMF_TYPE_UINT32 || holds_bytes(field, 4);
    case MMF_LOGICAL_UUID:
    case MMF_LOGICAL_IPV6:
        *ret_needed = "bytes with \"max\" 16, or uint8 with \"count\" 16";
        return holds_bytes(field, 16);
    case MMF_LOGICAL_NONE:
        break;
    }
    return true;
}

/* unit or scale: needed by one logical type, and refused elsewhere. */
static void check_presence(mmf_reader *reader, mmf_node logical, mmf_node node,
                           const mmf_field *field, mmf_logical owner)
{
    if (field->logical == owner && !node.value) {
        mmf_reader_error(reader, logical, "\"logical\": \"%s\" needs \"%s\"",
                         mmf_logical_name(owner), node.key);
    } else if (field->logical != owner && node.value) {
        mmf_diagnostics_add(reader->diagnostics, MMF_SEVERITY_ERROR,
                            mmf_reader_key_location(reader, node),
                            "\"%s\" belongs to \"logical\": \"%s\", which this field does not have",
                            node.key, mmf_logical_name(owner));
    }
}

void mmf_json_read_logical(mmf_reader *reader, mmf_node logical, mmf_node unit, mmf_node scale,
                           mmf_field *field)
{
    const char *needed = "";
    int word = MMF_LOGICAL_NONE;
    int64_t digits = 0;

    if (logical.value && !mmf_read_word(reader, logical, logical_words,
                                        sizeof logical_words / sizeof *logical_words, &word)) {
        return; /* whether unit and scale belong here cannot be known */
    }
    field->logical = (mmf_logical)word;
    if (!fits(field, field->logical, &needed)) {
        mmf_reader_error(reader, logical, "\"logical\": \"%s\" needs %s, not type \"%s\"",
                         mmf_logical_name(field->logical), needed,
                         mmf_type_info_of(field->type)->name);
    }
    check_presence(reader, logical, unit, field, MMF_LOGICAL_TIMESTAMP);
    check_presence(reader, logical, scale, field, MMF_LOGICAL_DECIMAL);
    if (field->logical == MMF_LOGICAL_TIMESTAMP &&
        mmf_read_word(reader, unit, unit_words, sizeof unit_words / sizeof *unit_words, &word)) {
        field->unit = (mmf_time_unit)word;
    }
    if (field->logical == MMF_LOGICAL_DECIMAL &&
        mmf_read_integer(reader, scale, 0, SCALE_MAX, &digits)) {
        field->scale = (uint32_t)digits;
    }
}
