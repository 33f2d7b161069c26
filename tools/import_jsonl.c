/* Lines of JSON to records. */
#include <stdlib.h>
#include <string.h>

#include "tools/import_parts.h"
#include "tools/jsonl.h"
#include "tools/value_text.h"

/* What is known of the keys. */
typedef struct keys {
    const mmf_field **guesses; /* by place: the field that the line before had there */
    uint64_t *seen;            /* by field: the number of the line that had it last */
    uint64_t line;
} keys;

static mmf_status refuse_key(const mmf_import_row *row, const mmf_jsonl_member *member)
{
    return mmf_import_complain_of_name(row, mmf_input_place_of(row->input, member->key - 1),
                                       member->key, member->key_size);
}

/* The field of a key; NULL: none. */
static const mmf_field *field_of(const mmf_model *model, const mmf_jsonl_member *member)
{
    char name[6 * MMF_SCHEMA_NAME_MAX]; /* each character may be \u00xx */
    size_t size;

    if (!memchr(member->key, '\\', member->key_size)) {
        return mmf_import_field(model, member->key, member->key_size);
    }
    if (member->key_size > sizeof name ||
        !mmf_json_unescape(member->key, member->key_size, name, &size)) {
        return NULL;
    }
    return mmf_import_field(model, name, size);
}

/* The same, by what the line before had at that place where it can. */
static const mmf_field *find_field(const mmf_model *model, keys *keys, size_t place,
                                   const mmf_jsonl_member *member)
{
    const mmf_field *field = place < model->field_count ? keys->guesses[place] : NULL;

    if (field && strlen(field->name.text) == member->key_size &&
        memcmp(field->name.text, member->key, member->key_size) == 0) {
        return field;
    }
    field = field_of(model, member);
    if (place < model->field_count) {
        keys->guesses[place] = field;
    }
    return field;
}

static mmf_status read_members(const mmf_import_row *row, keys *keys,
                               const mmf_jsonl_member *members, size_t count)
{
    uint8_t *payload = mmf_import_sink_payload(row->sink);

    keys->line++;
    for (size_t i = 0; i < count; i++) {
        const mmf_field *field = find_field(row->model, keys, i, &members[i]);
        uint64_t *seen = field ? &keys->seen[field - row->model->fields] : NULL;
        mmf_status status;

        if (!field) {
            return refuse_key(row, &members[i]);
        }
        if (*seen == keys->line) {
            return mmf_import_complain(row, MMF_E_INVALID,
                                       mmf_input_place_of(row->input, members[i].key - 1),
                                       "found %s a second time", field->name.text);
        }
        *seen = keys->line;
        status = mmf_import_value(row, field, members[i].text, members[i].size, members[i].text,
                                  payload);
        if (status != MMF_OK) {
            return status;
        }
    }
    return MMF_OK;
}

static mmf_status read_lines(const mmf_import_row *row, mmf_jsonl *jsonl, keys *keys,
                             mmf_error *error)
{
    const mmf_jsonl_member *members;
    mmf_input_place place;
    mmf_error detail = {0};
    size_t count;
    mmf_status status;

    while ((status = mmf_jsonl_next(jsonl, &members, &count, &place, &detail)) == MMF_OK) {
        status = read_members(row, keys, members, count);
        if (status == MMF_OK) {
            status = mmf_import_add(row, error);
        }
        if (status != MMF_OK) {
            return status;
        }
    }
    return status == MMF_E_END ? MMF_OK
                               : mmf_import_complain_of_input(row, status, place, &detail, error);
}

mmf_status mmf_import_jsonl(mmf_import_row *row, int fd, mmf_error *error)
{
    uint32_t count = row->model->field_count;
    keys keys = {
        .guesses = calloc(count, sizeof *keys.guesses),
        .seen = calloc(count, sizeof *keys.seen),
    };
    mmf_jsonl jsonl = {.capacity = 0};
    mmf_status status = keys.guesses && keys.seen
                            ? mmf_jsonl_open(&jsonl, fd, 0, error)
                            : mmf_error_set(error, MMF_E_NO_MEMORY, "out of memory");

    if (status == MMF_OK) {
        jsonl.input.is_cancelled = row->options->is_cancelled;
        row->input = &jsonl.input;
        status = read_lines(row, &jsonl, &keys, error);
        mmf_jsonl_close(&jsonl);
    }
    free(keys.guesses);
    free(keys.seen);
    return status;
}
