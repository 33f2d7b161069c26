#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fsck/header_parts.h"

/* --- Fields ---------------------------------------------------------------------------------- */

typedef enum field_kind {
    KIND_BYTES,    /* all of them */
    KIND_HASH,     /* the first of them */
    KIND_NUMBER,   /* u32 or u64 */
    KIND_FEATURES, /* u64, bits */
    KIND_ZERO,
} field_kind;

typedef struct header_field {
    const char *name;
    uint32_t offset;
    uint32_t size;
    field_kind kind;
} header_field;

#define FIELD(member, name, kind)                                                                  \
    {                                                                                              \
        name, offsetof(mmf_header, member), sizeof((mmf_header *)0)->member, kind                  \
    }

/* Those that never change, but for the checksum. */
static const header_field fields[] = {
    FIELD(common.magic, "magic", KIND_BYTES),
    FIELD(common.format_version, "format_version", KIND_NUMBER),
    FIELD(common.schema_hash, "schema_hash", KIND_HASH),
    FIELD(common.schema_version, "schema_version", KIND_NUMBER),
    FIELD(common.record_size, "record_size", KIND_NUMBER),
    FIELD(features_compatible, "features_compatible", KIND_FEATURES),
    FIELD(features_read_only, "features_read_only", KIND_FEATURES),
    FIELD(features_incompatible, "features_incompatible", KIND_FEATURES),
    FIELD(header_size, "header_size", KIND_NUMBER),
    FIELD(payload_size, "payload_size", KIND_NUMBER),
    FIELD(record_align, "record_align", KIND_NUMBER),
    FIELD(schema_offset, "schema_offset", KIND_NUMBER),
    FIELD(schema_size, "schema_size", KIND_NUMBER),
    FIELD(reserved_06c, "reserved_06c", KIND_ZERO),
    FIELD(uuid, "uuid", KIND_BYTES),
    FIELD(created_ns, "created_ns", KIND_NUMBER),
    FIELD(reserved_088, "reserved_088", KIND_ZERO),
};

/* Those that no checksum covers. */
static const header_field areas[] = {
    FIELD(reserved_104, "reserved_104", KIND_ZERO), FIELD(reserved_130, "reserved_130", KIND_ZERO),
    FIELD(reserved_148, "reserved_148", KIND_ZERO), FIELD(reserved_240, "reserved_240", KIND_ZERO),
    FIELD(reserved_440, "reserved_440", KIND_ZERO),
};

static mmf_header_shown show_bytes(const uint8_t *bytes, size_t count, const char *end)
{
    mmf_header_shown shown;
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        used += (size_t)snprintf(shown.text + used, sizeof shown.text - used, "%02x", bytes[i]);
    }
    (void)snprintf(shown.text + used, sizeof shown.text - used, "%s", end);
    return shown;
}

mmf_header_shown mmf_header_show_hash(const uint8_t *hash)
{
    return show_bytes(hash, 8, "…");
}

static uint64_t load_number(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;

    memcpy(&value, bytes, size); /* little-endian, as the machine */
    return value;
}

static mmf_header_shown show(const header_field *field, const uint8_t *header)
{
    const uint8_t *bytes = header + field->offset;
    mmf_header_shown shown;

    switch (field->kind) {
    case KIND_BYTES:
        return show_bytes(bytes, field->size, "");
    case KIND_HASH:
        return mmf_header_show_hash(bytes);
    case KIND_NUMBER:
        (void)snprintf(shown.text, sizeof shown.text, "%" PRIu64, load_number(bytes, field->size));
        return shown;
    case KIND_FEATURES:
        (void)snprintf(shown.text, sizeof shown.text, "%#" PRIx64, load_number(bytes, field->size));
        return shown;
    case KIND_ZERO:
        break;
    }
    return show_bytes(bytes, field->size < 8 ? field->size : 8, field->size > 8 ? "…" : "");
}

/* --- The list -------------------------------------------------------------------------------- */

void mmf_header_add(mmf_header_check *check, mmf_problem problem, const char *field,
                    uint32_t offset, uint32_t size, const char *format, ...)
{
    mmf_header_defect *defect = &check->defects[check->defect_count];
    va_list args;

    assert(check->defect_count < MMF_HEADER_DEFECTS_MAX);
    defect->problem = problem;
    defect->field = field;
    defect->offset = offset;
    defect->size = size;
    va_start(args, format);
    (void)vsnprintf(defect->text, sizeof defect->text, format, args);
    va_end(args);
    check->defect_count++;
}

/* The part of the two that differs; false: none. */
static bool find_difference(const uint8_t *found, const uint8_t *expected, uint32_t size,
                            uint32_t *ret_first, uint32_t *ret_size)
{
    uint32_t first = 0;
    uint32_t last = size;

    while (first < size && found[first] == expected[first]) {
        first++;
    }
    if (first == size) {
        return false;
    }
    while (found[last - 1] == expected[last - 1]) {
        last--;
    }
    *ret_first = first;
    *ret_size = last - first;
    return true;
}

static size_t add_difference(mmf_header_check *check, mmf_problem problem,
                             const header_field *field, const uint8_t *found,
                             const uint8_t *expected, const char *reason)
{
    mmf_header_shown shown_found = show(field, found);
    mmf_header_shown shown_expected = show(field, expected);
    char place[48] = "";
    uint32_t first;
    uint32_t size;

    if (!find_difference(found + field->offset, expected + field->offset, field->size, &first,
                         &size)) {
        return 0;
    }
    if (strcmp(shown_found.text, shown_expected.text) == 0) { /* behind what is shown */
        (void)snprintf(place, sizeof place, " (they differ from byte %#" PRIx32 " on)",
                       field->offset + first);
    }
    mmf_header_add(check, problem, field->name, field->offset + first, size,
                   "%s: found %s, expected %s%s, %s", field->name, shown_found.text,
                   shown_expected.text, place, reason);
    return 1;
}

size_t mmf_header_add_differences(mmf_header_check *check, mmf_problem problem,
                                  const uint8_t *found, const uint8_t *expected, uint32_t end,
                                  const char *reason)
{
    size_t count = 0;

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (fields[i].offset < end) {
            count += add_difference(check, problem, &fields[i], found, expected, reason);
        }
    }
    return count;
}

size_t mmf_header_add_text_difference(mmf_header_check *check, mmf_problem problem,
                                      const uint8_t *found, const uint8_t *expected,
                                      uint32_t offset, uint32_t size, const char *reason)
{
    uint32_t first;
    uint32_t wrong;

    if (!find_difference(found + offset, expected + offset, size, &first, &wrong)) {
        return 0;
    }
    first += offset;
    if (wrong == 1) {
        mmf_header_add(check, problem, "schema_text", first, wrong,
                       "the schema text: found %02x at %#" PRIx32 ", expected %02x, %s",
                       found[first], first, expected[first], reason);
    } else {
        mmf_header_add(check, problem, "schema_text", first, wrong,
                       "the schema text: found other bytes than expected from %#" PRIx32
                       " to %#" PRIx32 ", %s",
                       first, first + wrong - 1, reason);
    }
    return 1;
}

/* --- Bytes that nobody uses ------------------------------------------------------------------ */

static void clear(mmf_header_check *check, const char *name, uint32_t begin, uint32_t end)
{
    uint32_t first = begin;
    uint32_t last = end;

    while (first < end && check->bytes[first] == 0) {
        first++;
    }
    if (first >= end) {
        return;
    }
    while (check->bytes[last - 1] == 0) {
        last--;
    }
    mmf_header_add(check, MMF_PROBLEM_RESERVED, name, first, last - first,
                   "%s: found %02x at %#" PRIx32 ", the last that is not zero at %#" PRIx32,
                   name ? name : "behind the schema text", check->bytes[first], first, last - 1);
    memset(check->bytes + first, 0, last - first);
}

void mmf_header_clear_reserved(mmf_header_check *check)
{
    mmf_header header = mmf_header_load(check->bytes);
    uint32_t text_end =
        header.schema_offset ? header.schema_offset + header.schema_size : MMF_SCHEMA_TEXT_OFFSET;

    for (size_t i = 0; i < sizeof areas / sizeof *areas; i++) {
        clear(check, areas[i].name, areas[i].offset, areas[i].offset + areas[i].size);
    }
    clear(check, NULL, text_end, check->size);
}
