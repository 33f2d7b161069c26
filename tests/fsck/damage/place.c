#include "tests/fsck/damage/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/layout.h"

typedef struct member {
    const char *name;
    uint32_t offset;
    uint32_t size;
} member;

#define MEMBER(type, name)                                                                         \
    {                                                                                              \
#name, (uint32_t)offsetof(type, name), (uint32_t)sizeof(((type *)0)->name)                 \
    }
#define COMMON(name)                                                                               \
    {                                                                                              \
#name, (uint32_t)offsetof(mmf_header, common.name),                                        \
            (uint32_t)sizeof(((mmf_header *)0)->common.name)                                       \
    }

static const member header_members[] = {
    COMMON(magic),
    COMMON(format_version),
    COMMON(schema_hash),
    COMMON(schema_version),
    COMMON(record_size),
    COMMON(record_count),
    COMMON(capacity),
    MEMBER(mmf_header, features_compatible),
    MEMBER(mmf_header, features_read_only),
    MEMBER(mmf_header, features_incompatible),
    MEMBER(mmf_header, header_size),
    MEMBER(mmf_header, payload_size),
    MEMBER(mmf_header, record_align),
    MEMBER(mmf_header, schema_offset),
    MEMBER(mmf_header, schema_size),
    MEMBER(mmf_header, reserved_06c),
    MEMBER(mmf_header, uuid),
    MEMBER(mmf_header, created_ns),
    MEMBER(mmf_header, reserved_088),
    MEMBER(mmf_header, header_crc),
    MEMBER(mmf_header, state),
    MEMBER(mmf_header, reserved_104),
    MEMBER(mmf_header, boot_id),
    MEMBER(mmf_header, lock_id),
    MEMBER(mmf_header, count_before),
    MEMBER(mmf_header, reserved_130),
    MEMBER(mmf_header, wait_word),
    MEMBER(mmf_header, waiting),
    MEMBER(mmf_header, reserved_148),
    MEMBER(mmf_header, reserved_240),
    MEMBER(mmf_header, reserved_440),
    MEMBER(mmf_header, text),
    {NULL, 0, 0},
};

static const member slot_members[] = {
    MEMBER(mmf_durable_slot, generation),
    MEMBER(mmf_durable_slot, record_count),
    MEMBER(mmf_durable_slot, epoch),
    MEMBER(mmf_durable_slot, time_ns),
    MEMBER(mmf_durable_slot, reserved),
    MEMBER(mmf_durable_slot, crc),
    {NULL, 0, 0},
};

static const member lock_members[] = {
    MEMBER(mmf_lock_header, magic),
    MEMBER(mmf_lock_header, version),
    MEMBER(mmf_lock_header, boot_id),
    MEMBER(mmf_lock_header, lock_id),
    MEMBER(mmf_lock_header, undo_stride),
    MEMBER(mmf_lock_header, recovered),
    MEMBER(mmf_lock_header, arrivals),
    MEMBER(mmf_lock_header, append_right),
    MEMBER(mmf_lock_header, dirty_is_durable),
    MEMBER(mmf_lock_header, sync_right),
    {NULL, 0, 0},
};

static const member writer_members[] = {
    MEMBER(mmf_writer_slot, process_id), MEMBER(mmf_writer_slot, thread_id),
    MEMBER(mmf_writer_slot, claimed_ns), MEMBER(mmf_writer_slot, odd),
    MEMBER(mmf_writer_slot, undo),       {NULL, 0, 0},
};

static mmf_status invalid(subject *subject, const char *what, const char *word)
{
    return mmf_error_set(&subject->error, MMF_E_INVALID, "%s: \"%s\"", what, word);
}

static mmf_status find_member(subject *subject, const member *members, const char *name,
                              place *ret_place)
{
    for (const member *member = members; member->name; member++) {
        if (strcmp(member->name, name) == 0) {
            ret_place->offset += member->offset;
            ret_place->size = member->size;
            return MMF_OK;
        }
    }
    return invalid(subject, "no such member", name);
}

mmf_status place_number(subject *subject, const char *word, uint64_t *ret_number)
{
    char *end = NULL;
    unsigned long long number;

    errno = 0;
    number = strtoull(word, &end, 0);
    if (errno != 0 || end == word || *end != '\0') {
        return invalid(subject, "not a number", word);
    }
    *ret_number = number;
    return MMF_OK;
}

mmf_status place_find_slot(subject *subject, const char *name, uint64_t *ret_offset)
{
    const uint64_t offsets[] = {offsetof(mmf_header, durable_0), offsetof(mmf_header, durable_1)};
    mmf_durable_slot slots[2];
    unsigned newest;

    if (strcmp(name, "0") == 0 || strcmp(name, "1") == 0) {
        *ret_offset = offsets[name[0] - '0'];
        return MMF_OK;
    }
    if (strcmp(name, "newest") != 0 && strcmp(name, "older") != 0) {
        return invalid(subject, "no such slot", name);
    }
    for (unsigned i = 0; i < 2; i++) {
        mmf_status status =
            subject_read(subject, SUBJECT_STORE, offsets[i], &slots[i], sizeof slots[i]);

        if (status != MMF_OK) {
            return status;
        }
    }
    newest = mmf_durable_slot_newest(&slots[0], &slots[1]) == &slots[1] ? 1 : 0;
    *ret_offset = offsets[name[0] == 'n' ? newest : 1 - newest];
    return MMF_OK;
}

/* --- Records --------------------------------------------------------------------------------- */

mmf_status place_find_field(subject *subject, const char *name, place *ret_place)
{
    char base[MMF_SCHEMA_NAME_MAX + 1];
    size_t length = strcspn(name, "[");
    uint64_t element = 0;
    const mmf_field *field;

    if (!subject->model || length >= sizeof base) {
        return invalid(subject, "no such field", name);
    }
    memcpy(base, name, length);
    base[length] = '\0';
    field = mmf_model_field(subject->model, base);
    if (field && name[length] == '[') {
        element = strtoull(name + length + 1, NULL, 10);
    }
    if (!field || element >= mmf_field_elements(field)) {
        return invalid(subject, "no such field", name);
    }
    *ret_place = (place){
        .offset = field->offset + element * field->element_size,
        .size = mmf_field_content_size(field),
        .type = mmf_type_is_float(field->type) ? field->type : MMF_TYPE_UINT64,
        .field = mmf_type_is_text(field->type) ? field : NULL,
    };
    return MMF_OK;
}

/* "FIELD", "FIELD length" or "FIELD byte K", which count from the field's beginning. */
static mmf_status find_in_field(subject *subject, char *const *words, unsigned count,
                                place *ret_place, unsigned *ret_used)
{
    const char *part = count > 1 ? words[1] : "";
    uint64_t at = 0;
    mmf_status status = place_find_field(subject, words[0], ret_place);

    *ret_used += 1;
    if (status != MMF_OK || !ret_place->field) {
        return status;
    }
    if (strcmp(part, "length") == 0) {
        ret_place->size = sizeof(uint32_t);
        ret_place->field = NULL;
        *ret_used += 1;
    } else if (strcmp(part, "byte") == 0 && count > 2) {
        status = place_number(subject, words[2], &at);
        ret_place->offset += sizeof(uint32_t) + at;
        ret_place->size = 1;
        ret_place->field = NULL;
        *ret_used += 2;
    }
    return status;
}

static mmf_status find_in_record(subject *subject, char *const *words, unsigned count,
                                 place *ret_place, unsigned *ret_used)
{
    place found = {.size = 1, .type = MMF_TYPE_UINT64};
    uint64_t index = 0;
    uint64_t base = 0;
    mmf_status status = place_number(subject, words[1], &index);

    if (status == MMF_OK) {
        status = subject_record_offset(subject, index, &base);
    }
    if (status != MMF_OK) {
        return status;
    }
    *ret_used = 3;
    if (strcmp(words[2], "counter") == 0) {
        found.size = MMF_COUNTER_SIZE;
    } else if (strcmp(words[2], "checksum") == 0 && subject->type.checksum_offset != 0) {
        found.offset = subject->type.checksum_offset;
        found.size = sizeof(uint32_t);
    } else if (strcmp(words[2], "byte") == 0 && count > 3) {
        status = place_number(subject, words[3], &found.offset);
        *ret_used = 4;
    } else if (strcmp(words[2], "behind") == 0 && count > 3) {
        status = place_find_field(subject, words[3], &found);
        found = (place){.offset = found.offset + found.size, .size = 1, .type = MMF_TYPE_UINT64};
        *ret_used = 4;
    } else {
        *ret_used = 2;
        status = find_in_field(subject, words + 2, count - 2, &found, ret_used);
    }
    found.offset += base;
    *ret_place = found;
    return status;
}

/* --- Anywhere -------------------------------------------------------------------------------- */

/* "writer K MEMBER" and "image K OFFSET". */
static mmf_status find_in_lock_slot(subject *subject, char *const *words, place *ret_place)
{
    uint64_t slot = 0;
    uint64_t offset = 0;
    mmf_status status = place_number(subject, words[1], &slot);

    if (status == MMF_OK && slot >= MMF_WRITER_SLOTS) {
        status = invalid(subject, "no such slot", words[1]);
    }
    if (status != MMF_OK) {
        return status;
    }
    if (strcmp(words[0], "writer") == 0) {
        ret_place->offset = offsetof(mmf_lock_header, slots) + slot * sizeof(mmf_writer_slot);
        return find_member(subject, writer_members, words[2], ret_place);
    }
    status = place_number(subject, words[2], &offset);
    ret_place->offset =
        mmf_undo_offset(mmf_undo_stride(subject->type.record_size), (uint32_t)slot) + offset;
    return status;
}

static mmf_status find_byte(subject *subject, char *const *words, place *ret_place)
{
    uint64_t offset = 0;
    mmf_status status = place_number(subject, words[1], &offset);

    ret_place->offset = offset;
    if (strcmp(words[0], "schema") == 0) {
        ret_place->offset += MMF_SCHEMA_TEXT_OFFSET;
    }
    return status;
}

mmf_status place_find(subject *subject, char *const *words, unsigned count, place *ret_place,
                      unsigned *ret_used)
{
    const char *where = count > 1 ? words[0] : "";
    bool has_three = count > 2;
    place found = {.size = 1, .type = MMF_TYPE_UINT64};
    unsigned used = 2;
    mmf_status status;

    if (strcmp(where, "header") == 0) {
        status = find_member(subject, header_members, words[1], &found);
    } else if (strcmp(where, "lock") == 0) {
        found.file = SUBJECT_LOCK;
        status = find_member(subject, lock_members, words[1], &found);
    } else if (strcmp(where, "slot") == 0 && has_three) {
        status = place_find_slot(subject, words[1], &found.offset);
        used = 3;
        if (status == MMF_OK) {
            status = find_member(subject, slot_members, words[2], &found);
        }
    } else if ((strcmp(where, "writer") == 0 || strcmp(where, "image") == 0) && has_three) {
        found.file = SUBJECT_LOCK;
        used = 3;
        status = find_in_lock_slot(subject, words, &found);
    } else if (strcmp(where, "record") == 0 && has_three) {
        status = find_in_record(subject, words, count, &found, &used);
    } else if (strcmp(where, "schema") == 0 || strcmp(where, "store") == 0 ||
               strcmp(where, "lockfile") == 0) {
        found.file = where[0] == 'l' ? SUBJECT_LOCK : SUBJECT_STORE;
        status = find_byte(subject, words, &found);
    } else {
        status = invalid(subject, "no such place", count > 0 ? words[0] : "");
    }
    if (status == MMF_OK) {
        *ret_place = found;
        *ret_used = used;
    }
    return status;
}

/* --- Values ---------------------------------------------------------------------------------- */

static mmf_status encode_hex(subject *subject, const char *digits, uint8_t *ret_bytes, size_t room,
                             uint32_t *ret_size)
{
    size_t size = strlen(digits) / 2;

    if (strlen(digits) % 2 != 0 || size > room || strspn(digits, "0123456789abcdef") != 2 * size) {
        return invalid(subject, "not bytes that fit", digits);
    }
    for (size_t i = 0; i < size; i++) {
        char pair[3] = {digits[2 * i], digits[2 * i + 1], '\0'};

        ret_bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    *ret_size = (uint32_t)size;
    return MMF_OK;
}

static mmf_status encode_text(subject *subject, const place *place, const char *value,
                              uint8_t *ret_bytes, size_t room, uint32_t *ret_size)
{
    uint32_t length = (uint32_t)strlen(value);

    if (length > place->field->max || place->size > room) {
        return invalid(subject, "too long", value);
    }
    memset(ret_bytes, 0, place->size);
    memcpy(ret_bytes, &length, sizeof length);
    memcpy(ret_bytes + sizeof length, value, length);
    *ret_size = place->size;
    return MMF_OK;
}

static mmf_status encode_number(subject *subject, const place *place, const char *value,
                                uint8_t *ret_bytes, size_t room)
{
    bool is_real = mmf_type_is_float(place->type) && strchr(value, '.');
    double real = strtod(value, NULL);
    float narrow = (float)real;
    uint64_t number = 0;
    mmf_status status = MMF_OK;

    if (is_real && place->size == sizeof real) {
        memcpy(&number, &real, sizeof real);
    } else if (is_real) {
        memcpy(&number, &narrow, sizeof narrow);
    } else {
        status = place_number(subject, value, &number);
    }
    if (status == MMF_OK && (place->size > sizeof number || place->size > room)) {
        status = invalid(subject, "this place takes bytes, hex:…", value);
    }
    if (status == MMF_OK && value[0] != '-' && place->size < sizeof number &&
        number >> (8 * place->size) != 0) {
        status = invalid(subject, "does not fit", value);
    }
    if (status == MMF_OK) {
        memcpy(ret_bytes, &number, place->size);
    }
    return status;
}

mmf_status place_encode(subject *subject, const place *place, const char *value, uint8_t *ret_bytes,
                        size_t room, uint32_t *ret_size)
{
    mmf_status status;

    if (strncmp(value, "hex:", 4) == 0) {
        return encode_hex(subject, value + 4, ret_bytes, place->size < room ? place->size : room,
                          ret_size);
    }
    if (place->field) {
        return encode_text(subject, place, value, ret_bytes, room, ret_size);
    }
    status = encode_number(subject, place, value, ret_bytes, room);
    if (status == MMF_OK) {
        *ret_size = place->size;
    }
    return status;
}

mmf_status place_set(subject *subject, const place *place, const char *value)
{
    uint8_t bytes[4096];
    uint32_t size = 0;
    mmf_status status = place_encode(subject, place, value, bytes, sizeof bytes, &size);

    return status == MMF_OK ? subject_write(subject, place->file, place->offset, bytes, size)
                            : status;
}
