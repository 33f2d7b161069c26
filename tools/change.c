#include "tools/change.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/field_name.h"
#include "tools/value.h"

/* --- Reading --------------------------------------------------------------------------------- */

/* "[3]" of "levels[3]", all of it. */
static mmf_status take_element(const char *text, size_t size, mmf_field *field, mmf_error *error)
{
    char *end = NULL;
    uint64_t element;

    if (field->count == 0) {
        return mmf_error_set(error, MMF_E_INVALID, "%s is not an array", field->name.text);
    }
    element = strtoull(text + 1, &end, 10);
    if (text[1] < '0' || text[1] > '9' || end != text + size - 1 || *end != ']') {
        return mmf_error_set(error, MMF_E_INVALID, "not an element, such as %s[0]: %.*s",
                             field->name.text, (int)size, text);
    }
    if (element >= field->count) {
        return mmf_error_set(
            error, MMF_E_INVALID, "%s has %" PRIu32 " elements: %s[0] to %s[%" PRIu32 "]",
            field->name.text, field->count, field->name.text, field->name.text, field->count - 1);
    }
    field->offset += (uint32_t)element * field->element_size;
    field->size = field->element_size;
    field->count = 0;
    return MMF_OK;
}

static mmf_status find_field(const mmf_model *model, const mmf_change *change, mmf_field *ret_field,
                             mmf_error *error)
{
    const char *bracket = memchr(change->name, '[', change->name_size);
    size_t size = bracket ? (size_t)(bracket - change->name) : change->name_size;
    const mmf_field *field = mmf_field_find(model, change->name, size);
    char text[MMF_NO_FIELD_SIZE];

    if (!field) {
        return mmf_error_set(error, MMF_E_INVALID, "%s",
                             mmf_field_missing(model, change->name, size, text));
    }
    *ret_field = *field;
    return bracket ? take_element(bracket, change->name_size - size, ret_field, error) : MMF_OK;
}

static bool overlap(const mmf_field *a, const mmf_field *b)
{
    return a->offset < b->offset + b->size && b->offset < a->offset + a->size;
}

static mmf_status read_change(const mmf_model *model, const char *text, uint8_t *payload,
                              mmf_change *change, mmf_error *error)
{
    const char *equals = strchr(text, '=');
    mmf_error detail = {0};
    mmf_status status;

    if (!equals || equals == text) {
        return mmf_error_set(error, MMF_E_INVALID, "not field=value: %s", text);
    }
    *change = (mmf_change){.name = text, .name_size = (size_t)(equals - text)};
    status = find_field(model, change, &change->field, error);
    if (status != MMF_OK) {
        return status;
    }
    status = mmf_value_read(&change->field, equals + 1, strlen(equals + 1),
                            (mmf_notation){MMF_SYNTAX_TEXT, false}, payload, &detail);
    if (status != MMF_OK) {
        return mmf_error_set(error, MMF_E_INVALID, "%.*s: %s", (int)change->name_size, change->name,
                             detail.text[0] ? detail.text : mmf_status_text(status));
    }
    return MMF_OK;
}

mmf_status mmf_changes_read(const mmf_model *model, char *const *texts, size_t count,
                            uint8_t *payload, mmf_change *ret_changes, mmf_error *error)
{
    for (size_t i = 0; i < count; i++) {
        mmf_change *change = &ret_changes[i];
        mmf_status status = read_change(model, texts[i], payload, change, error);

        for (size_t k = 0; k < i && status == MMF_OK; k++) {
            if (overlap(&change->field, &ret_changes[k].field)) {
                status = mmf_error_set(error, MMF_E_INVALID, "%.*s: twice", (int)change->name_size,
                                       change->name);
            }
        }
        if (status != MMF_OK) {
            return status;
        }
    }
    return MMF_OK;
}

bool mmf_changes_are_all(const mmf_model *model, const mmf_change *changes, size_t count)
{
    uint64_t bytes = 0;
    uint64_t changed = 0;

    for (uint32_t i = 0; i < model->field_count; i++) {
        bytes += model->fields[i].size;
    }
    for (size_t i = 0; i < count; i++) {
        changed += changes[i].field.size;
    }
    return bytes == changed;
}

/* --- Applying -------------------------------------------------------------------------------- */

/* A torn record: what is not of a field becomes zero, as in a new one. */
static mmf_status replace_torn(mmf_table *table, uint64_t index, const uint8_t *payload,
                               uint8_t *ret_old)
{
    memset(ret_old, 0, table->type.payload_size);
    return mmf_table_set(table, index, payload);
}

mmf_status mmf_changes_apply(mmf_table *table, uint64_t index, const mmf_change *changes,
                             size_t count, const uint8_t *payload, uint8_t *ret_old)
{
    const mmf_record_type *type = &table->type;
    mmf_write_section section = {NULL, 0};
    mmf_status status = mmf_table_get(table, index, ret_old);

    if (status == MMF_E_CORRUPT && mmf_changes_are_all(table->model, changes, count)) {
        return replace_torn(table, index, payload, ret_old);
    }
    if (status == MMF_OK) {
        status = mmf_write_begin(table->store, index, type->record_size, MMF_COUNTER_SIZE,
                                 type->payload_size, &section);
    }
    if (status != MMF_OK) {
        return status;
    }
    memcpy(ret_old, section.payload, type->payload_size); /* nobody else writes to it now */
    for (size_t i = 0; i < count; i++) {
        uint32_t offset = mmf_table_field_offset(&changes[i].field);

        mmf_bytes_store(section.payload + offset, payload + offset, changes[i].field.size);
    }
    return mmf_write_end(table->store, &section);
}
