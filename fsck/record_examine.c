/* One record closely: each thing that is wrong, in words, and what would be right. */
#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fsck/crc_byte.h"
#include "fsck/record_parts.h"
#include "runtime/checksum.h"
#include "schema/layout.h"

/* Of larger payloads two changes of one byte may have the same effect, and looking takes long. */
#define CRC_BYTE_PAYLOAD_MAX 4096u

#define SYMBOLS_SHOWN 4u

typedef struct examination {
    const mmf_record_check *check;
    unsigned char *record;
    mmf_record_decide *decide; /* NULL: defects are only counted, and stay */
    void *context;
    uint64_t found;
    bool is_blank;
    bool has_changed;
} examination;

/* Where a defect is. */
typedef struct place {
    const mmf_field *field;
    uint32_t element;
    uint32_t offset;
} place;

/* Whether it is to be mended. */
__attribute__((format(printf, 4, 5))) static bool
report(examination *examination, mmf_problem problem, place place, const char *format, ...)
{
    mmf_record_defect defect = {problem, place.field, place.element, place.offset, ""};
    va_list arguments;

    examination->found++;
    if (!examination->decide) {
        return false;
    }
    va_start(arguments, format);
    (void)vsnprintf(defect.text, sizeof defect.text, format, arguments);
    va_end(arguments);
    return examination->decide(examination->context, &defect);
}

static void put(examination *examination, uint32_t offset, uint64_t value, uint32_t size)
{
    memcpy(examination->record + offset, &value, size);
    examination->has_changed = true;
}

static void put_zeros(examination *examination, uint32_t offset, uint32_t size)
{
    memset(examination->record + offset, 0, size);
    examination->has_changed = true;
}

static uint64_t number_at(const examination *examination, uint32_t offset, uint32_t size)
{
    return mmf_load_number(examination->record + offset, size);
}

/* --- Bytes that should be zero ------------------------------------------------------------- */

typedef struct remains {
    uint32_t count; /* bytes that are not zero */
    uint32_t first; /* the first of them */
    uint32_t last;
} remains;

static remains find_remains(const examination *examination, uint32_t begin, uint32_t end)
{
    remains remains = {0, begin, begin};

    for (uint32_t i = begin; i < end; i++) {
        if (examination->record[i] != 0) {
            remains.first = remains.count == 0 ? i : remains.first;
            remains.last = i;
            remains.count++;
        }
    }
    return remains;
}

static void examine_padding(examination *examination, uint32_t begin, uint32_t end)
{
    remains remains = find_remains(examination, begin, end);
    place place = {NULL, 0, remains.first};

    if (remains.count > 0 &&
        report(examination, MMF_PROBLEM_PADDING, place,
               "%" PRIu32 " of %" PRIu32 " bytes %s not zero, the first at %" PRIu32 ": 0x%02x",
               remains.count, end - begin, remains.count == 1 ? "is" : "are", remains.first - begin,
               examination->record[remains.first])) {
        put_zeros(examination, begin, end - begin);
    }
}

/* --- Fields -------------------------------------------------------------------------------- */

static void examine_tail(examination *examination, place place, uint32_t length, uint32_t end)
{
    uint32_t content = place.offset + 4;
    remains remains = find_remains(examination, content + length, end);

    place.offset = remains.first;
    if (remains.count > 0 && report(examination, MMF_PROBLEM_TAIL, place,
                                    "%" PRIu32 " byte%s behind the length %" PRIu32
                                    " %s not zero, the first at %" PRIu32 ": 0x%02x",
                                    remains.count, remains.count == 1 ? "" : "s", length,
                                    remains.count == 1 ? "is" : "are", remains.first - content,
                                    examination->record[remains.first])) {
        put_zeros(examination, content + length, end - content - length);
    }
}

static void examine_text(examination *examination, place place)
{
    const mmf_field *field = place.field;
    uint32_t content = place.offset + 4;
    uint32_t length = (uint32_t)number_at(examination, place.offset, 4);

    if (length > field->max) {
        remains remains = find_remains(examination, content, content + field->max);
        uint32_t most = remains.count > 0 ? remains.last + 1 - content : 0;
        bool mend = report(examination, MMF_PROBLEM_LENGTH, place,
                           "found %" PRIu32 ", expected %" PRIu32 " at most", length, field->max);

        length = mend ? most : field->max;
        if (mend) {
            put(examination, place.offset, length, 4);
        }
    }
    if (examination->check->info.format != 1) {
        examine_tail(examination, place, length, place.offset + field->element_size);
    }
}

static void examine_bool(examination *examination, place place)
{
    uint8_t found = examination->record[place.offset];

    if (found > 1 && report(examination, MMF_PROBLEM_BOOL, place, "found %u, expected 0 or 1",
                            (unsigned)found)) {
        put(examination, place.offset, 1, 1);
    }
}

/* The number as the base has it: sign-extended, or as it is. */
static int64_t enum_number(const examination *examination, place place)
{
    uint32_t unused = 64 - 8 * place.field->element_size;
    uint64_t value = number_at(examination, place.offset, place.field->element_size);
    uint64_t sign = (uint64_t)1 << (63 - unused);

    return (int64_t)(mmf_type_is_signed(place.field->base) ? (value ^ sign) - sign : value);
}

static void describe_symbols(const mmf_field *field, char *ret_text, size_t size)
{
    size_t used = 0;

    for (uint32_t i = 0; i < field->symbol_count && i < SYMBOLS_SHOWN; i++) {
        int length = snprintf(ret_text + used, size - used, "%s%s (%" PRId64 ")", i > 0 ? ", " : "",
                              field->symbols[i].name.text, field->symbols[i].value);

        assert(length > 0 && (size_t)length < size - used);
        used += (size_t)length;
    }
    if (field->symbol_count > SYMBOLS_SHOWN) {
        (void)snprintf(ret_text + used, size - used, " or one of %" PRIu32 " more",
                       field->symbol_count - SYMBOLS_SHOWN);
    }
}

static int64_t enum_default(const mmf_field *field, uint32_t element)
{
    if (field->defaults) {
        return field->defaults[element].integer.i;
    }
    return mmf_field_symbol(field, 0) ? 0 : field->symbols[0].value;
}

static void examine_enum(examination *examination, place place)
{
    const mmf_field *field = place.field;
    int64_t found = enum_number(examination, place);
    bool may_be_zero = examination->is_blank || mmf_enum_may_be_zero(field);
    char symbols[SYMBOLS_SHOWN * (MMF_SCHEMA_NAME_MAX + 32) + 32];
    char number[24];

    if (mmf_field_symbol(field, found) || (found == 0 && may_be_zero)) {
        return;
    }
    (void)snprintf(number, sizeof number, mmf_type_is_signed(field->base) ? "%" PRId64 : "%" PRIu64,
                   found);
    describe_symbols(field, symbols, sizeof symbols);
    if (report(examination, MMF_PROBLEM_ENUM, place, "found %s, expected %s", number, symbols)) {
        put(examination, place.offset, (uint64_t)enum_default(field, place.element),
            field->element_size);
    }
}

static void examine_field(examination *examination, const mmf_field *field)
{
    for (uint32_t i = 0; i < mmf_field_elements(field); i++) {
        place place = {field, i, field->offset + i * field->element_size};

        if (mmf_type_is_text(field->type)) {
            examine_text(examination, place);
        } else if (field->type == MMF_TYPE_BOOL) {
            examine_bool(examination, place);
        } else if (field->type == MMF_TYPE_ENUM) {
            examine_enum(examination, place);
        } else {
            return;
        }
    }
}

/* --- The record ---------------------------------------------------------------------------- */

/* All of the payload; the padding behind the last field, too. */
static void examine_payload(examination *examination)
{
    const mmf_record_check *check = examination->check;
    uint32_t field_count = check->model ? check->model->field_count : 0;
    uint32_t position = MMF_COUNTER_SIZE;

    examination->is_blank = mmf_record_is_blank(check, examination->record);
    for (uint32_t i = 0; i < field_count; i++) {
        const mmf_field *field = &check->model->fields[i];

        if (check->info.format != 1) {
            examine_padding(examination, position, field->offset);
        }
        examine_field(examination, field);
        position = field->offset + field->size;
    }
    if (check->model && check->info.format != 1) {
        examine_padding(examination, position, MMF_COUNTER_SIZE + check->info.payload_size);
    }
}

static bool payload_is_sound(const mmf_record_check *check, unsigned char *record)
{
    examination probe = {check, record, NULL, NULL, 0, false, false};

    examine_payload(&probe);
    return probe.found == 0;
}

static uint32_t checksum_of(const examination *examination)
{
    return mmf_checksum_of(examination->record + MMF_COUNTER_SIZE,
                           examination->check->info.payload_size);
}

static void seal(examination *examination)
{
    put(examination, examination->check->info.checksum_offset, checksum_of(examination), 4);
}

/* The one byte of the record whose change makes the checksum right, and leaves nothing in the
 * fields that a writer would not: damage within one byte can hardly be anything else. */
static bool find_byte(const examination *examination, uint32_t difference, uint32_t *ret_offset,
                      uint8_t *ret_change)
{
    const mmf_header_info *info = &examination->check->info;
    mmf_crc_byte byte;
    uint32_t offset;
    bool is_sound;

    if (info->payload_size > CRC_BYTE_PAYLOAD_MAX ||
        !mmf_crc_find_byte(difference, info->payload_size, &byte)) {
        return false;
    }
    /* the checksum is right behind the payload */
    offset = MMF_COUNTER_SIZE + (uint32_t)byte.position;
    examination->record[offset] ^= byte.change;
    is_sound = payload_is_sound(examination->check, examination->record);
    examination->record[offset] ^= byte.change;
    if (is_sound) {
        *ret_offset = offset;
        *ret_change = byte.change;
    }
    return is_sound;
}

/* In which field and element a byte lies. */
static place place_of_byte(const mmf_record_check *check, uint32_t offset)
{
    place place = {NULL, 0, offset};

    for (uint32_t i = 0; check->model && i < check->model->field_count; i++) {
        const mmf_field *field = &check->model->fields[i];

        if (offset >= field->offset && offset - field->offset < field->size) {
            place.field = field;
            place.element = (offset - field->offset) / field->element_size;
        }
    }
    return place;
}

/* Whether the checksum is right now. */
static bool examine_checksum(examination *examination)
{
    uint32_t at = examination->check->info.checksum_offset;
    uint32_t found = (uint32_t)number_at(examination, at, 4);
    uint32_t expected = checksum_of(examination);
    uint32_t offset;
    uint8_t change;

    if (found == expected) {
        return true;
    }
    if (find_byte(examination, found ^ expected, &offset, &change)) {
        uint8_t byte = examination->record[offset];

        if (!report(examination, MMF_PROBLEM_CHECKSUM_BYTE,
                    place_of_byte(examination->check, offset),
                    "found 0x%02x at byte %" PRIu32 " of the record, expected 0x%02x",
                    (unsigned)byte, offset, (unsigned)(byte ^ change))) {
            return false;
        }
        put(examination, offset, byte ^ change, 1);
        return true;
    }
    if (!report(examination, MMF_PROBLEM_CHECKSUM, (place){NULL, 0, at},
                "found 0x%08" PRIx32 ", expected 0x%08" PRIx32, found, expected)) {
        return false;
    }
    seal(examination);
    return true;
}

bool mmf_record_check_examine(const mmf_record_check *check, unsigned char *record,
                              mmf_record_decide *decide, void *context)
{
    const mmf_header_info *info = &check->info;
    examination examination = {check, record, decide, context, 0, false, false};
    uint32_t end = MMF_COUNTER_SIZE + info->payload_size;
    bool is_right = info->checksum_offset != 0 && examine_checksum(&examination);

    examine_payload(&examination);
    if (is_right && examination.has_changed) {
        seal(&examination);
    }
    if (info->format != 1) {
        end = info->checksum_offset != 0 ? info->checksum_offset + 4 : end;
        examine_padding(&examination, end, info->record_size);
    }
    return examination.has_changed;
}
