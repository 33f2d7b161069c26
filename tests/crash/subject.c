#include "tests/crash/subject.h"

#include <stdio.h>
#include <string.h>

#include "schema/crc32c.h"
#include "tests/crash/block.mmf.h"
#include "tests/crash/label.mmf.h"
#include "tests/crash/pair.mmf.h"
#include "tests/crash/row.mmf.h"
#include "tests/crash/sealed.mmf.h"
#include "tests/crash/tag.mmf.h"

/* --- What is made of a number ---------------------------------------------------------------- */

#define SPREAD 2654435761u     /* odd, so it has an inverse modulo 2^32 */
#define SPREAD_BACK 244002641u /* that inverse */
#define TEXT_DIGITS 8u

_Static_assert((uint32_t)(SPREAD *SPREAD_BACK) == 1, "inverse");

static void put(unsigned char *bytes, uint64_t value, uint32_t size)
{
    memcpy(bytes, &value, size);
}

static uint64_t take(const unsigned char *bytes, uint32_t size)
{
    uint64_t value = 0;

    memcpy(&value, bytes, size);
    return value;
}

static uint64_t mark_of(uint32_t number, uint32_t size)
{
    switch (size) {
    case 2:
        return (number & 0xff) | (~number & 0xff) << 8;
    case 4:
        return (uint32_t)(number * SPREAD);
    default:
        return (uint64_t)number << 32 | (uint32_t)(number * SPREAD);
    }
}

static uint32_t number_of_mark(uint64_t mark, uint32_t size)
{
    switch (size) {
    case 2:
        return (uint32_t)mark & 0xff;
    case 4:
        return (uint32_t)mark * SPREAD_BACK;
    default:
        return (uint32_t)(mark >> 32);
    }
}

/* The number in hexadecimal, and then a number of letters that depend on it. */
static void fill_text(unsigned char *text, uint32_t max, uint32_t number)
{
    char digits[TEXT_DIGITS + 1];
    uint32_t len = TEXT_DIGITS + number % (max - TEXT_DIGITS + 1);

    memset(text, 0, sizeof len + max);
    memcpy(text, &len, sizeof len);
    text += sizeof len;
    (void)snprintf(digits, sizeof digits, "%08x", number);
    memcpy(text, digits, TEXT_DIGITS);
    memset(text + TEXT_DIGITS, 'a' + (int)(number % 26), len - TEXT_DIGITS);
}

static void fill_fixed_text(unsigned char *text, uint32_t max, const char *content)
{
    uint32_t len = (uint32_t)strlen(content);

    memset(text, 0, sizeof len + max);
    memcpy(text, &len, sizeof len);
    memcpy(text + sizeof len, content, len);
}

static uint32_t number_of_text(const unsigned char *text)
{
    char digits[TEXT_DIGITS + 1] = {0};
    unsigned number = 0;

    memcpy(digits, text + sizeof(uint32_t), TEXT_DIGITS);
    return sscanf(digits, "%8x", &number) == 1 ? number : 0;
}

static void fill_words(unsigned char *words, uint32_t size, uint32_t number)
{
    for (uint32_t i = 0; i < size / 8; i++) {
        put(words + i * 8, (uint64_t)number << 32 | (uint32_t)(number * SPREAD + i), 8);
    }
}

void crash_fill_part(const crash_type *type, crash_part part, uint32_t number,
                     crash_payload *payload)
{
    const crash_place *place = &type->places[part];
    unsigned char *bytes = payload->bytes + place->offset;

    if (place->size == 0) {
        return;
    }
    switch (part) {
    case CRASH_NUMBER:
        put(bytes, number, place->size);
        break;
    case CRASH_TEXT:
        if (type->texts[0]) {
            fill_fixed_text(bytes, place->size, type->texts[number % 2]);
        } else {
            fill_text(bytes, place->size, number);
        }
        break;
    case CRASH_WORDS:
        fill_words(bytes, place->size, number);
        break;
    default:
        put(bytes, mark_of(number, place->size), place->size);
        break;
    }
}

void crash_fill(const crash_type *type, uint32_t number, crash_payload *payload)
{
    memset(payload, 0, type->record->payload_size);
    for (unsigned part = 0; part < CRASH_PARTS; part++) {
        crash_fill_part(type, (crash_part)part, number, payload);
    }
}

uint32_t crash_number(const crash_type *type, crash_part part, const crash_payload *payload)
{
    const crash_place *place = &type->places[part == CRASH_WHOLE ? CRASH_NUMBER : part];
    const unsigned char *bytes = payload->bytes + place->offset;

    switch (part) {
    case CRASH_TEXT:
        return number_of_text(bytes);
    case CRASH_WORDS:
        return (uint32_t)(take(bytes, 8) >> 32);
    case CRASH_MARK:
        return number_of_mark(take(bytes, place->size), place->size);
    default:
        return (uint32_t)take(bytes, place->size);
    }
}

bool crash_equal(const crash_type *type, const crash_payload *one, const crash_payload *other)
{
    return memcmp(one, other, type->record->payload_size) == 0;
}

bool crash_is_intact(const crash_type *type, crash_part part, uint32_t rest,
                     const crash_payload *payload, uint32_t *ret_number)
{
    crash_payload expected;
    uint32_t number = crash_number(type, part, payload);

    crash_fill(type, part == CRASH_WHOLE ? number : rest, &expected);
    if (part != CRASH_WHOLE) {
        crash_fill_part(type, part, number, &expected);
    }
    *ret_number = number;
    return crash_equal(type, payload, &expected);
}

/* --- Through the generated code -------------------------------------------------------------- */

mmf_status crash_change(const crash_type *type, crash_part part, mmf_store *store, uint64_t index,
                        const crash_payload *payload)
{
    const crash_place *place = &type->places[part == CRASH_WHOLE ? CRASH_NUMBER : part];
    const unsigned char *bytes = payload->bytes + place->offset;
    uint32_t len;

    switch (part) {
    case CRASH_TEXT:
        memcpy(&len, bytes, sizeof len);
        return type->set_text(store, index, (const char *)bytes + sizeof len, len);
    case CRASH_WORDS:
        return type->set_words(store, index, bytes);
    case CRASH_MARK:
        return type->set_mark(store, index, take(bytes, place->size));
    default:
        return type->set(store, index, payload);
    }
}

uint64_t crash_counter(const mmf_store *store, uint64_t index)
{
    const unsigned char *record = store->records + index * store->type->record_size;

    return mmf_load_acquire(mmf_record_counter(record));
}

bool crash_is_sealed(const mmf_store *store, uint64_t index)
{
    const mmf_record_type *type = store->type;
    const unsigned char *record = store->records + index * type->record_size;
    uint32_t checksum;

    if (type->checksum_offset == 0 || mmf_sequence_is_odd(crash_counter(store, index))) {
        return true;
    }
    memcpy(&checksum, record + type->checksum_offset, sizeof checksum);
    return checksum == mmf_crc32c(0, record + MMF_COUNTER_BYTES, type->payload_size);
}

/* The types have the same calls under different names. A store of a type begins with its
 * mmf_store. */
#define RECORD_CALLS(name)                                                                         \
    static mmf_status name##_get_any(const mmf_store *store, uint64_t index, void *ret_payload)    \
    {                                                                                              \
        return name##_get((const name##_store *)store, index, ret_payload);                        \
    }                                                                                              \
    static mmf_status name##_set_any(mmf_store *store, uint64_t index, const void *payload)        \
    {                                                                                              \
        return name##_set((name##_store *)store, index, payload);                                  \
    }                                                                                              \
    static mmf_status name##_append_any(mmf_store *store, const void *payload,                     \
                                        uint64_t *ret_index)                                       \
    {                                                                                              \
        return name##_append((name##_store *)store, payload, ret_index);                           \
    }                                                                                              \
    static mmf_status name##_append_n_any(mmf_store *store, const void *payloads, uint64_t n,      \
                                          uint64_t *ret_first)                                     \
    {                                                                                              \
        return name##_append_n((name##_store *)store, payloads, n, ret_first);                     \
    }

#define WORDS_CALLS(name)                                                                          \
    static mmf_status name##_set_words_any(mmf_store *store, uint64_t index, const void *words)    \
    {                                                                                              \
        return name##_set_words((name##_store *)store, index, words);                              \
    }                                                                                              \
    static mmf_status name##_get_words_any(const mmf_store *store, uint64_t index,                 \
                                           void *ret_words)                                        \
    {                                                                                              \
        return name##_get_words((const name##_store *)store, index, ret_words);                    \
    }

#define MARK_CALLS(name, c_type)                                                                   \
    static mmf_status name##_set_mark_any(mmf_store *store, uint64_t index, uint64_t mark)         \
    {                                                                                              \
        return name##_set_mark((name##_store *)store, index, (c_type)mark);                        \
    }

RECORD_CALLS(pair)
RECORD_CALLS(row)
RECORD_CALLS(block)
RECORD_CALLS(label)
RECORD_CALLS(sealed)
RECORD_CALLS(tag)
WORDS_CALLS(row)
WORDS_CALLS(block)
WORDS_CALLS(label)
WORDS_CALLS(sealed)
MARK_CALLS(pair, uint32_t)
MARK_CALLS(row, uint64_t)
MARK_CALLS(block, uint64_t)
MARK_CALLS(label, uint16_t)
MARK_CALLS(sealed, uint64_t)

static mmf_status label_set_text_any(mmf_store *store, uint64_t index, const char *data, size_t len)
{
    return label_set_text((label_store *)store, index, data, len);
}

static mmf_status label_get_text_any(const mmf_store *store, uint64_t index, char *buffer,
                                     size_t size, uint32_t *ret_len)
{
    return label_get_text((const label_store *)store, index, buffer, size, ret_len);
}

static mmf_status tag_set_text_any(mmf_store *store, uint64_t index, const char *data, size_t len)
{
    return tag_set_text((tag_store *)store, index, data, len);
}

/* Offsets of fields count from the beginning of the record, whose counter the payload leaves out.
 */
const crash_type crash_pair = {
    .name = "pair",
    .record = &pair_record_type,
    .places =
        {[CRASH_NUMBER] = {PAIR_NUMBER_OFFSET - 8, 4}, [CRASH_MARK] = {PAIR_MARK_OFFSET - 8, 4}},
    .get = pair_get_any,
    .set = pair_set_any,
    .append = pair_append_any,
    .append_n = pair_append_n_any,
    .set_mark = pair_set_mark_any,
};

const crash_type crash_row = {
    .name = "row",
    .record = &row_record_type,
    .places = {[CRASH_NUMBER] = {ROW_NUMBER_OFFSET - 8, 8},
               [CRASH_WORDS] = {ROW_WORDS_OFFSET - 8, ROW_WORDS_COUNT * 8},
               [CRASH_MARK] = {ROW_MARK_OFFSET - 8, 8}},
    .get = row_get_any,
    .set = row_set_any,
    .append = row_append_any,
    .append_n = row_append_n_any,
    .set_words = row_set_words_any,
    .get_words = row_get_words_any,
    .set_mark = row_set_mark_any,
};

const crash_type crash_block = {
    .name = "block",
    .record = &block_record_type,
    .places = {[CRASH_NUMBER] = {BLOCK_NUMBER_OFFSET - 8, 8},
               [CRASH_WORDS] = {BLOCK_WORDS_OFFSET - 8, BLOCK_WORDS_COUNT * 8},
               [CRASH_MARK] = {BLOCK_MARK_OFFSET - 8, 8}},
    .get = block_get_any,
    .set = block_set_any,
    .append = block_append_any,
    .append_n = block_append_n_any,
    .set_words = block_set_words_any,
    .get_words = block_get_words_any,
    .set_mark = block_set_mark_any,
};

const crash_type crash_label = {
    .name = "label",
    .record = &label_record_type,
    .places = {[CRASH_NUMBER] = {LABEL_NUMBER_OFFSET - 8, 8},
               [CRASH_TEXT] = {LABEL_TEXT_OFFSET - 8, LABEL_TEXT_MAX},
               [CRASH_WORDS] = {LABEL_WORDS_OFFSET - 8, LABEL_WORDS_COUNT * 8},
               [CRASH_MARK] = {LABEL_MARK_OFFSET - 8, 2}},
    .get = label_get_any,
    .set = label_set_any,
    .append = label_append_any,
    .append_n = label_append_n_any,
    .set_text = label_set_text_any,
    .get_text = label_get_text_any,
    .set_words = label_set_words_any,
    .get_words = label_get_words_any,
    .set_mark = label_set_mark_any,
};

const crash_type crash_sealed = {
    .name = "sealed",
    .record = &sealed_record_type,
    .places = {[CRASH_NUMBER] = {SEALED_NUMBER_OFFSET - 8, 8},
               [CRASH_WORDS] = {SEALED_WORDS_OFFSET - 8, SEALED_WORDS_COUNT * 8},
               [CRASH_MARK] = {SEALED_MARK_OFFSET - 8, 8}},
    .get = sealed_get_any,
    .set = sealed_set_any,
    .append = sealed_append_any,
    .append_n = sealed_append_n_any,
    .set_words = sealed_set_words_any,
    .get_words = sealed_get_words_any,
    .set_mark = sealed_set_mark_any,
};

_Static_assert(TAG_TEXT_OFFSET % 8 == 0 && TAG_TEXT_MAX == 4, "one word");

const crash_type crash_tag = {
    .name = "tag",
    .record = &tag_record_type,
    .places = {[CRASH_NUMBER] = {TAG_NUMBER_OFFSET - 8, 8},
               [CRASH_TEXT] = {TAG_TEXT_OFFSET - 8, TAG_TEXT_MAX}},
    .texts = {"abcd", "xy"},
    .get = tag_get_any,
    .set = tag_set_any,
    .append = tag_append_any,
    .append_n = tag_append_n_any,
    .set_text = tag_set_text_any,
};

const crash_type crash_untag = {
    .name = "untag",
    .record = &tag_record_type,
    .places = {[CRASH_NUMBER] = {TAG_NUMBER_OFFSET - 8, 8},
               [CRASH_TEXT] = {TAG_TEXT_OFFSET - 8, TAG_TEXT_MAX}},
    .texts = {"xy", "abcd"},
    .get = tag_get_any,
    .set = tag_set_any,
    .append = tag_append_any,
    .append_n = tag_append_n_any,
    .set_text = tag_set_text_any,
};
