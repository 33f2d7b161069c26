/* The top level of a schema. */
#include <string.h>

#include "schema/identifiers.h"
#include "schema/json_parts.h"

enum {
    KEY_SCHEMA,
    KEY_NAME,
    KEY_PREFIX,
    KEY_VERSION,
    KEY_DOC,
    KEY_CAPACITY,
    KEY_ALIGN,
    KEY_FORMAT,
    KEY_CHECKSUM,
    KEY_FIELDS,
    KEY_RESERVED,
    KEY_COUNT
};

static const char *const keys[KEY_COUNT] = {"$schema",  "name",     "prefix",  "version",
                                            "doc",      "capacity", "align",   "format",
                                            "checksum", "fields",   "reserved"};

static void report_missing(mmf_reader *reader, mmf_node root, const mmf_node *members)
{
    static const int required[] = {KEY_NAME, KEY_VERSION, KEY_FIELDS};

    for (size_t i = 0; i < sizeof required / sizeof *required; i++) {
        if (!members[required[i]].value) {
            mmf_reader_error(reader, root, "the schema has no \"%s\"", keys[required[i]]);
        }
    }
}

static void read_numbers(mmf_reader *reader, const mmf_node *members, mmf_model *model)
{
    int64_t version = 0; /* not known */
    int64_t capacity = MMF_SCHEMA_CAPACITY_DEFAULT;
    int64_t format = 2;

    (void)mmf_read_integer(reader, members[KEY_VERSION], 1, UINT32_MAX, &version);
    (void)mmf_read_integer(reader, members[KEY_CAPACITY], 1, (int64_t)MMF_SCHEMA_CAPACITY_MAX,
                           &capacity);
    (void)mmf_read_integer(reader, members[KEY_FORMAT], 1, 2, &format);
    model->version = (uint32_t)version;
    model->capacity = (uint64_t)capacity;
    model->format = (uint32_t)format;
}

static void read_align(mmf_reader *reader, mmf_node node, mmf_model *model)
{
    int64_t align = 8;

    model->align = 8;
    if (!mmf_read_integer(reader, node, INT64_MIN, INT64_MAX, &align)) {
        return;
    }
    if (align < 8 || align > 128 || (align & (align - 1)) != 0) {
        mmf_reader_error(reader, node, "\"align\" must be 8, 16, 32, 64 or 128, found %lld",
                         (long long)align);
    } else if (model->format == 1 && align != 8) {
        mmf_reader_error(reader, node,
                         "\"align\" other than 8 needs format 2, and this schema has "
                         "\"format\": 1");
    } else {
        model->align = (uint32_t)align;
    }
}

static void read_checksum(mmf_reader *reader, mmf_node node, mmf_model *model)
{
    bool has_checksum = false;

    if (!mmf_read_bool(reader, node, &has_checksum)) {
        return;
    }
    if (model->format == 1 && has_checksum) {
        mmf_reader_error(reader, node,
                         "\"checksum\" needs format 2, and this schema has \"format\": 1");
    } else {
        model->has_checksum = has_checksum;
    }
}

/* Fills prefix from name where the schema has none; its place is that of the name. */
static void derive_prefix(mmf_reader *reader, mmf_node name, mmf_model *model)
{
    model->prefix.location = model->name.location;
    model->prefix.text = mmf_identifier_snake_case(model->name.text);
    if (!model->prefix.text) {
        reader->out_of_memory = true;
    } else if (strlen(model->prefix.text) > MMF_SCHEMA_NAME_MAX) {
        mmf_reader_error(reader, name,
                         "the prefix made from the name has %zu characters, and %d are allowed; "
                         "set \"prefix\" to something shorter",
                         strlen(model->prefix.text), MMF_SCHEMA_NAME_MAX);
    }
}

static void read_prefix(mmf_reader *reader, mmf_node prefix, mmf_node name, mmf_model *model)
{
    bool is_derived = !prefix.value && model->name.text;
    const char *conflict;

    if (is_derived) {
        derive_prefix(reader, name, model);
    } else {
        (void)mmf_read_name(reader, prefix, &model->prefix);
    }
    if (!model->prefix.text) {
        return;
    }
    conflict = mmf_identifier_prefix_conflict(model->prefix.text);
    if (conflict) {
        mmf_reader_error(reader, is_derived ? name : prefix,
                         "the prefix \"%s\"%s is %s; set \"prefix\" to something else",
                         model->prefix.text, is_derived ? ", made from the name," : "", conflict);
    }
}

static bool read_fields(mmf_reader *reader, mmf_node node, mmf_model *model)
{
    size_t count = json_array_size(node.value);
    mmf_children elements;
    bool complete = true;

    if (!mmf_read_array(reader, node)) {
        return false;
    }
    if (count == 0) {
        mmf_reader_error(reader, node, "\"fields\" is empty, and a record has at least one field");
    }
    if (count > MMF_SCHEMA_FIELDS_MAX) {
        count = MMF_SCHEMA_FIELDS_MAX;
    }
    model->fields = mmf_reader_allocate(reader, count, sizeof *model->fields);
    if (!model->fields) {
        return false;
    }
    for (elements = mmf_children_first(reader, node); elements.node.value;
         mmf_children_next(reader, &elements)) {
        if (model->field_count == count) {
            mmf_reader_error(reader, elements.node, "more than %d fields", MMF_SCHEMA_FIELDS_MAX);
            return false;
        }
        if (!mmf_json_read_field(reader, elements.node, model,
                                 &model->fields[model->field_count++])) {
            complete = false;
        }
    }
    return complete;
}

bool mmf_json_read_schema(mmf_reader *reader, mmf_node root, mmf_model *model)
{
    mmf_node members[KEY_COUNT];
    bool complete;

    if (!mmf_read_members(reader, root, "the schema", keys, KEY_COUNT, members)) {
        return false;
    }
    report_missing(reader, root, members);
    if (members[KEY_SCHEMA].value && !json_is_string(members[KEY_SCHEMA].value)) {
        mmf_reader_error(reader, members[KEY_SCHEMA], "\"$schema\" must be a string, found %s",
                         mmf_found(members[KEY_SCHEMA].value).text);
    }
    (void)mmf_read_name(reader, members[KEY_NAME], &model->name);
    read_prefix(reader, members[KEY_PREFIX], members[KEY_NAME], model);
    (void)mmf_read_text(reader, members[KEY_DOC], &model->doc);
    read_numbers(reader, members, model);
    read_align(reader, members[KEY_ALIGN], model);
    read_checksum(reader, members[KEY_CHECKSUM], model);
    complete = members[KEY_FIELDS].value && read_fields(reader, members[KEY_FIELDS], model);
    (void)mmf_read_names(reader, members[KEY_RESERVED], &model->reserved, &model->reserved_count);
    mmf_json_check_names(reader, model);
    return complete;
}
