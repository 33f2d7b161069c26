/* One object of "fields". */
#include "schema/identifiers.h"
#include "schema/json_parts.h"

enum {
    KEY_NAME,
    KEY_TYPE,
    KEY_MAX,
    KEY_COUNT,
    KEY_BASE,
    KEY_SYMBOLS,
    KEY_LOGICAL,
    KEY_UNIT,
    KEY_SCALE,
    KEY_DEFAULT,
    KEY_DOC,
    KEY_ALIASES,
    KEY_SINCE,
    KEY_DEPRECATED,
    KEYS
};

static const char *const keys[KEYS] = {"name",    "type",    "max",   "count",     "base",
                                       "symbols", "logical", "unit",  "scale",     "default",
                                       "doc",     "aliases", "since", "deprecated"};

static bool read_name(mmf_reader *reader, mmf_node object, mmf_node node, mmf_field *field)
{
    const char *conflict;

    if (!node.value) {
        mmf_reader_error(reader, object, "the field has no \"name\"");
    }
    if (!mmf_read_name(reader, node, &field->name)) {
        return false;
    }
    conflict = mmf_identifier_field_conflict(field->name.text);
    if (conflict) {
        mmf_reader_error(reader, node, "a field cannot be called \"%s\": it is %s",
                         field->name.text, conflict);
    }
    return true;
}

static bool read_type(mmf_reader *reader, mmf_node object, mmf_node node, uint32_t format,
                      mmf_field *field)
{
    mmf_word words[MMF_TYPE_COUNT];
    int type;

    for (int i = 0; i < MMF_TYPE_COUNT; i++) {
        words[i] = (mmf_word){mmf_type_info_of((mmf_type)i)->name, i};
    }
    if (!node.value) {
        mmf_reader_error(reader, object, "the field has no \"type\"");
    }
    if (!mmf_read_word(reader, node, words, MMF_TYPE_COUNT, &type)) {
        return false;
    }
    field->type = (mmf_type)type;
    field->base = (mmf_type)type;
    field->type_location = mmf_reader_location(reader, node);
    if (mmf_type_info_of(field->type)->since_format > format) {
        mmf_reader_error(reader, node,
                         "type \"%s\" needs format %u, and this schema has \"format\": %u",
                         words[type].name, mmf_type_info_of(field->type)->since_format, format);
    }
    return true;
}

/* A key that the field's type does not have. */
static void refuse(mmf_reader *reader, mmf_node node, const mmf_field *field, const char *owner)
{
    if (node.value) {
        mmf_diagnostics_add(reader->diagnostics, MMF_SEVERITY_ERROR,
                            mmf_reader_key_location(reader, node),
                            "\"%s\" does not apply to type \"%s\", only to %s", node.key,
                            mmf_type_info_of(field->type)->name, owner);
    }
}

static bool read_max(mmf_reader *reader, mmf_node object, mmf_node node, mmf_field *field)
{
    int64_t max;

    if (!mmf_type_is_text(field->type)) {
        refuse(reader, node, field, "string and bytes");
        return true;
    }
    if (!node.value) {
        mmf_reader_error(reader, object, "a field of type \"%s\" needs \"max\", its size in bytes",
                         mmf_type_info_of(field->type)->name);
    }
    if (!mmf_read_integer(reader, node, 1, MMF_SCHEMA_TEXT_MAX, &max)) {
        return false;
    }
    field->max = (uint32_t)max;
    return true;
}

static bool read_count(mmf_reader *reader, mmf_node node, uint32_t format, mmf_field *field)
{
    int64_t count;

    if (!node.value) {
        return true;
    }
    if (format == 1) {
        mmf_diagnostics_add(
            reader->diagnostics, MMF_SEVERITY_ERROR, mmf_reader_key_location(reader, node),
            "\"count\" (an array) needs format 2, and this schema has \"format\": 1");
    }
    if (!mmf_read_integer(reader, node, 1, MMF_SCHEMA_COUNT_MAX, &count)) {
        return false;
    }
    field->count = (uint32_t)count;
    return true;
}

/* Base and symbols, which an enum must have and no other type may have. */
static bool read_enum(mmf_reader *reader, mmf_node object, const mmf_node *members,
                      mmf_field *field)
{
    static const int enum_keys[] = {KEY_BASE, KEY_SYMBOLS};

    for (size_t i = 0; i < sizeof enum_keys / sizeof *enum_keys; i++) {
        mmf_node node = members[enum_keys[i]];

        if (field->type != MMF_TYPE_ENUM) {
            refuse(reader, node, field, "enum");
        } else if (!node.value) {
            mmf_reader_error(reader, object, "a field of type \"enum\" needs \"%s\"", node.key);
        }
    }
    return field->type != MMF_TYPE_ENUM ||
           mmf_json_read_enum(reader, members[KEY_BASE], members[KEY_SYMBOLS], field);
}

static void read_since(mmf_reader *reader, mmf_node node, uint32_t version, mmf_field *field)
{
    int64_t since;

    if (!mmf_read_integer(reader, node, 1, UINT32_MAX, &since)) {
        return;
    }
    field->since = (uint32_t)since;
    if (version > 0 && field->since > version) {
        mmf_reader_error(reader, node, "\"since\" is %u, but the schema's \"version\" is %u",
                         field->since, version);
    }
}

static void read_deprecated(mmf_reader *reader, mmf_node node, mmf_field *field)
{
    if (!node.value) {
        return;
    }
    if (json_is_boolean(node.value)) {
        field->is_deprecated = json_boolean_value(node.value);
    } else if (json_is_string(node.value)) {
        field->is_deprecated = true;
        (void)mmf_read_text(reader, node, &field->deprecated);
    } else {
        mmf_reader_error(reader, node, "\"deprecated\" must be true, false or a string, found %s",
                         mmf_found(node.value).text);
    }
}

/* Everything that the type decides on. */
static bool read_typed(mmf_reader *reader, mmf_node object, const mmf_node *members,
                       const mmf_model *model, mmf_field *field)
{
    bool complete;

    if (!read_type(reader, object, members[KEY_TYPE], model->format, field)) {
        return false;
    }
    complete = read_max(reader, object, members[KEY_MAX], field);
    complete = read_count(reader, members[KEY_COUNT], model->format, field) && complete;
    complete = read_enum(reader, object, members, field) && complete;
    mmf_json_read_logical(reader, members[KEY_LOGICAL], members[KEY_UNIT], members[KEY_SCALE],
                          field);
    if (complete) {
        mmf_json_read_default(reader, members[KEY_DEFAULT], field);
    }
    return complete;
}

bool mmf_json_read_field(mmf_reader *reader, mmf_node node, const mmf_model *model,
                         mmf_field *field)
{
    mmf_node members[KEYS];
    bool complete;

    if (!mmf_read_members(reader, node, "a field", keys, KEYS, members)) {
        return false;
    }
    complete = read_name(reader, node, members[KEY_NAME], field);
    complete = read_typed(reader, node, members, model, field) && complete;
    (void)mmf_read_text(reader, members[KEY_DOC], &field->doc);
    (void)mmf_read_names(reader, members[KEY_ALIASES], &field->aliases, &field->alias_count);
    read_since(reader, members[KEY_SINCE], model->version, field);
    read_deprecated(reader, members[KEY_DEPRECATED], field);
    return complete;
}
