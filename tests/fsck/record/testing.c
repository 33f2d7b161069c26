#include "tests/fsck/record/testing.h"

#include "schema/crc32c.h"
#include "schema/json.h"
#include "schema/layout.h"

/* --- Record types -------------------------------------------------------------------------- */

static mmf_model *parse(char *text)
{
    mmf_diagnostics diagnostics;
    mmf_model *model = NULL;
    mmf_status status;

    for (char *c = text; *c; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    mmf_diagnostics_init(&diagnostics, "");
    status = mmf_schema_parse(text, strlen(text), &diagnostics, &model);
    ck_assert_msg(status == MMF_OK, "%s: %s", mmf_status_name(status),
                  diagnostics.count > 0 ? diagnostics.items[0].text : "");
    mmf_diagnostics_clear(&diagnostics);
    return model;
}

test_subject test_subject_new(const char *members, const char *fields)
{
    size_t size = strlen(members) + strlen(fields) + 64;
    char *text = malloc(size);
    test_subject subject = {0};

    ck_assert_ptr_nonnull(text);
    (void)snprintf(text, size, "{\"name\":\"Row\",%s\"version\":1,\"fields\":[%s]}", members,
                   fields);
    subject.model = parse(text);
    free(text);
    subject.info.format = subject.model->format;
    subject.info.record_size = subject.model->record_size;
    subject.info.payload_size =
        subject.model->format == 1 ? subject.model->record_size - 8 : subject.model->payload_size;
    subject.info.checksum_offset = subject.model->checksum_offset;
    subject.info.record_align = subject.model->align;
    ck_ok(mmf_record_check_new(&subject.info, subject.model, &subject.check));
    return subject;
}

void test_subject_free(test_subject *subject)
{
    mmf_record_check_free(subject->check);
    mmf_model_free(subject->model);
}

uint32_t test_offset(const test_subject *subject, const char *field, uint32_t element)
{
    const mmf_field *found = mmf_model_field(subject->model, field);

    ck_assert_ptr_nonnull(found);
    return found->offset + element * found->element_size;
}

/* --- Numbers that look random -------------------------------------------------------------- */

/* xorshift64 */
uint64_t test_random_next(test_random *random)
{
    random->state ^= random->state << 13;
    random->state ^= random->state >> 7;
    random->state ^= random->state << 17;
    return random->state;
}

uint32_t test_random_below(test_random *random, uint32_t limit)
{
    return (uint32_t)((test_random_next(random) >> 20) % limit);
}

/* --- Records ------------------------------------------------------------------------------- */

unsigned char *test_records(const test_subject *subject, size_t count)
{
    unsigned char *records = calloc(count, subject->info.record_size);

    ck_assert_ptr_nonnull(records);
    return records;
}

static void fill_bytes(test_random *random, unsigned char *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        bytes[i] = (unsigned char)(test_random_next(random) >> 24);
    }
}

static void fill_element(test_random *random, const mmf_field *field, unsigned char *bytes)
{
    if (mmf_type_is_text(field->type)) {
        uint32_t length = test_random_below(random, field->max + 1);

        memset(bytes, 0, field->element_size);
        memcpy(bytes, &length, 4);
        fill_bytes(random, bytes + 4, length);
    } else if (field->type == MMF_TYPE_BOOL) {
        *bytes = (unsigned char)test_random_below(random, 2);
    } else if (field->type == MMF_TYPE_ENUM) {
        const mmf_symbol *symbol = &field->symbols[test_random_below(random, field->symbol_count)];

        memcpy(bytes, &symbol->value, field->element_size);
    } else {
        fill_bytes(random, bytes, field->element_size);
    }
}

void test_fill(const test_subject *subject, test_random *random, unsigned char *record)
{
    uint64_t counter = test_random_next(random) & ~(uint64_t)511;

    memset(record, 0, subject->info.record_size);
    memcpy(record, &counter, sizeof counter);
    for (uint32_t i = 0; i < subject->model->field_count; i++) {
        const mmf_field *field = &subject->model->fields[i];

        for (uint32_t k = 0; k < mmf_field_elements(field); k++) {
            fill_element(random, field, record + field->offset + k * field->element_size);
        }
    }
    test_seal(subject, record);
}

void test_seal(const test_subject *subject, unsigned char *record)
{
    uint32_t crc = mmf_crc32c(0, record + 8, subject->info.payload_size);

    if (subject->info.checksum_offset != 0) {
        memcpy(record + subject->info.checksum_offset, &crc, sizeof crc);
    }
}

/* --- The oracle ---------------------------------------------------------------------------- */

static bool all_zero(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

static bool text_is_sound(const mmf_field *field, const unsigned char *bytes)
{
    uint64_t length =
        bytes[0] + bytes[1] * 256u + bytes[2] * 65536u + (uint64_t)bytes[3] * 16777216u;

    return length <= field->max;
}

static bool enum_is_sound(const mmf_field *field, const unsigned char *bytes)
{
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        if (memcmp(&field->symbols[i].value, bytes, field->element_size) == 0) {
            return true;
        }
    }
    return !field->defaults && all_zero(bytes, field->element_size);
}

/* is_used: a byte for each of the record, not 0 where it may be anything; marked here. */
static bool element_is_sound(const mmf_field *field, const unsigned char *bytes, bool is_blank,
                             unsigned char *is_used)
{
    uint32_t length;

    if (mmf_type_is_text(field->type)) {
        memcpy(&length, bytes, sizeof length);
        if (!text_is_sound(field, bytes)) {
            return false;
        }
        memset(is_used, 1, 4 + (size_t)length);
        return true;
    }
    memset(is_used, 1, field->element_size);
    if (field->type == MMF_TYPE_BOOL) {
        return bytes[0] <= 1;
    }
    return field->type != MMF_TYPE_ENUM || is_blank || enum_is_sound(field, bytes);
}

static bool fields_are_sound(const test_subject *subject, const unsigned char *record,
                             unsigned char *is_used)
{
    bool is_blank = all_zero(record + 8, subject->info.payload_size);

    for (uint32_t i = 0; i < subject->model->field_count; i++) {
        const mmf_field *field = &subject->model->fields[i];

        for (uint32_t k = 0; k < mmf_field_elements(field); k++) {
            uint32_t offset = field->offset + k * field->element_size;

            if (!element_is_sound(field, record + offset, is_blank, is_used + offset)) {
                return false;
            }
        }
    }
    return true;
}

static bool checksum_is_sound(const test_subject *subject, const unsigned char *record)
{
    uint32_t crc = mmf_crc32c(0, record + 8, subject->info.payload_size);

    return memcmp(record + subject->info.checksum_offset, &crc, sizeof crc) == 0;
}

bool test_is_sound(const test_subject *subject, const unsigned char *record)
{
    uint32_t size = subject->info.record_size;
    unsigned char *is_used = calloc(1, size);
    bool is_sound;

    ck_assert_ptr_nonnull(is_used);
    memset(is_used, 1, 8);
    is_sound = fields_are_sound(subject, record, is_used);
    if (subject->info.checksum_offset != 0) {
        memset(is_used + subject->info.checksum_offset, 1, 4);
        is_sound = is_sound && checksum_is_sound(subject, record);
    }
    for (uint32_t i = 0; i < size && subject->info.format != 1; i++) {
        is_sound = is_sound && (is_used[i] || record[i] == 0);
    }
    free(is_used);
    return is_sound;
}

bool test_counter_is_sound(const test_subject *subject, const unsigned char *record)
{
    uint64_t counter;

    memcpy(&counter, record, sizeof counter);
    return counter % (subject->info.format == 1 ? 2 : 512) == 0;
}

/* --- Examinations -------------------------------------------------------------------------- */

static bool note(void *context, const mmf_record_defect *defect)
{
    test_defects *defects = context;
    size_t index = defects->count++;

    ck_assert_uint_ne(strlen(defect->text), 0);
    if (index < TEST_DEFECTS_MAX) {
        defects->list[index] = *defect;
    }
    return index < 32 ? (defects->declined >> index & 1) == 0
                      : defects->declined != TEST_DECLINE_ALL;
}

bool test_examine(const test_subject *subject, unsigned char *record, uint32_t declined,
                  test_defects *ret_defects)
{
    memset(ret_defects, 0, sizeof *ret_defects);
    ret_defects->declined = declined;
    return mmf_record_check_examine(subject->check, record, note, ret_defects);
}

bool test_scan_one(const test_subject *subject, const unsigned char *record)
{
    uint32_t suspect = UINT32_MAX;
    size_t count = mmf_record_check_scan(subject->check, record, 1, &suspect);

    ck_assert_uint_le(count, 1);
    ck_assert_uint_eq(suspect, count == 1 ? 0 : UINT32_MAX);
    return count == 0;
}
