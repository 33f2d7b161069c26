#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codegen/describe.h"
#include "schema/printable.h"
#include "tools/commands/stat_parts.h"

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

/* null where it is not known */
static json_t *number_if(bool is_known, uint64_t value)
{
    return is_known ? number(value) : json_null();
}

static json_t *time_of(uint64_t time_ns)
{
    char text[STAT_TIME_SIZE];

    return time_ns == 0 ? json_null() : json_string(stat_time(time_ns, text));
}

static json_t *hex_of(const uint8_t *bytes, size_t size)
{
    char text[STAT_HEX_SIZE];

    return json_string(stat_hex(bytes, size, text));
}

/* A path may be any bytes, JSON has characters alone. */
static json_t *path_of(const char *path)
{
    json_t *string = json_string(path);
    char *copy = string ? NULL : strdup(path);

    if (copy) {
        string = json_stringn(copy, mmf_make_printable(copy, strlen(copy)));
    }
    free(copy);
    return string;
}

static json_t *fields_of(const mmf_model *model)
{
    json_t *fields = json_array();

    for (uint32_t i = 0; i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];
        mmf_text type = {0};

        mmf_describe_type(&type, field);
        (void)json_array_append_new(
            fields, json_pack("{s:s, s:s, s:I, s:I}", "name", field->name.text, "type",
                              mmf_text_string(&type), "offset", (json_int_t)field->offset, "size",
                              (json_int_t)field->size));
        mmf_text_clear(&type);
    }
    return fields;
}

static json_t *schema_of(const mmf_facts *facts)
{
    const mmf_model *model = facts->model;

    return json_pack("{s:s?, s:I, s:o, s:o}", "name", model ? model->name.text : NULL, "version",
                     (json_int_t)facts->info.schema_version, "hash",
                     hex_of(facts->info.schema_hash, sizeof facts->info.schema_hash), "fields",
                     model ? fields_of(model) : json_null());
}

static json_t *writer_of(const mmf_writer_info *writer)
{
    return json_pack("{s:I, s:o, s:o, s:b, s:o, s:o}", "slot", (json_int_t)writer->slot, "process",
                     number(writer->process_id), "thread", number(writer->thread_id), "alive",
                     writer->is_alive, "since", time_of(writer->claimed_ns), "record",
                     number_if(writer->is_writing, writer->index));
}

static json_t *writers_of(const mmf_store_info *store)
{
    json_t *writers = json_array();

    for (uint32_t i = 0; i < store->writer_count; i++) {
        (void)json_array_append_new(writers, writer_of(&store->writers[i]));
    }
    return writers;
}

static json_t *owners_of(const mmf_facts *facts)
{
    json_t *owners = json_array();

    for (uint32_t slot = 0; slot < 256; slot++) {
        const mmf_facts_owner *owner = &facts->owners[slot];
        const mmf_writer_info *writer = stat_writer(facts, slot);

        if (owner->record_count == 0) {
            continue;
        }
        (void)json_array_append_new(
            owners, json_pack("{s:o, s:o, s:o, s:o, s:o}", "slot", number_if(slot != 0, slot),
                              "process", writer ? number(writer->process_id) : json_null(), "alive",
                              writer ? json_boolean(writer->is_alive) : json_null(), "records",
                              number(owner->record_count), "first", number(owner->first)));
    }
    return owners;
}

static json_t *changing_of(const mmf_facts *facts)
{
    if (!facts->has_scanned) {
        return json_null();
    }
    return json_pack("{s:o, s:o, s:o}", "records", number(facts->odd_count), "owners",
                     owners_of(facts), "torn", number(facts->torn_count));
}

static json_t *durable_of(const mmf_store_info *store)
{
    if (store->durable_ns == 0) {
        return json_null();
    }
    return json_pack("{s:o, s:o}", "records", number(store->durable_count), "at",
                     time_of(store->durable_ns));
}

static json_t *document_of(const char *path, const mmf_facts *facts)
{
    const mmf_store_info *store = &facts->store;
    bool is_2 = facts->info.format != MMF_FORMAT_1;
    json_t *document = json_object();

    (void)json_object_set_new(document, "path", path_of(path));
    (void)json_object_set_new(document, "format", number(facts->info.format));
    (void)json_object_set_new(document, "schema", schema_of(facts));
    (void)json_object_set_new(document, "record_size", number(facts->info.record_size));
    (void)json_object_set_new(document, "records", number(store->record_count));
    (void)json_object_set_new(document, "capacity", number(store->capacity));
    (void)json_object_set_new(document, "file_bytes", number(store->file_bytes));
    (void)json_object_set_new(document, "resident_bytes",
                              number_if(facts->knows_resident, facts->resident_bytes));
    (void)json_object_set_new(document, "huge_bytes",
                              number_if(facts->knows_huge, facts->huge_bytes));
    (void)json_object_set_new(document, "uuid",
                              is_2 ? hex_of(facts->header.uuid, 16) : json_null());
    (void)json_object_set_new(document, "created", time_of(facts->header.created_ns));
    (void)json_object_set_new(document, "state", json_string(stat_state_name(facts->state)));
    (void)json_object_set_new(document, "writer_died",
                              json_boolean(store->state & MMF_STATE_WRITER_DIED));
    (void)json_object_set_new(document, "boot",
                              is_2 ? hex_of(facts->header.boot_id, 16) : json_null());
    (void)json_object_set_new(document, "is_other_boot",
                              is_2 ? json_boolean(store->is_other_boot) : json_null());
    (void)json_object_set_new(document, "durable", durable_of(store));
    (void)json_object_set_new(document, "count_before",
                              number_if(store->count_before != 0, store->count_before));
    (void)json_object_set_new(document, "recovered",
                              number_if(store->knows_writers, store->recovered));
    (void)json_object_set_new(document, "writers",
                              store->knows_writers ? writers_of(store) : json_null());
    (void)json_object_set_new(document, "changing", changing_of(facts));
    return document;
}

bool stat_print_json(const char *path, const mmf_facts *facts)
{
    json_t *document = document_of(path, facts);
    char *text = document ? json_dumps(document, JSON_INDENT(2) | JSON_ENSURE_ASCII) : NULL;

    if (text) {
        puts(text);
    }
    json_decref(document);
    free(text);
    return text != NULL;
}
