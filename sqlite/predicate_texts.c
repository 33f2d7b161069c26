/* Comparisons of timestamps, enums, uuids and addresses with texts. */
#include <stdlib.h>
#include <string.h>

#include "sqlite/predicate_parts.h"
#include "tools/value.h"

#define YEAR_0_S (-62167219200ll)    /* 0000-01-01T00:00:00Z */
#define YEAR_9999_S (253402300799ll) /* 9999-12-31T23:59:59Z */

static const mmf_notation LOGICAL = {MMF_SYNTAX_TEXT, false};

/* The field as it is in a payload that has nothing else. */
static mmf_field alone(const mmf_field *field)
{
    mmf_field copy = *field;

    copy.offset = MMF_COUNTER_SIZE;
    return copy;
}

/* --- Timestamps ------------------------------------------------------------------------------ */

typedef struct timestamp_order {
    mmf_field field;
    const mmf_sqlite_operand *operand;
    mmf_output *text;
} timestamp_order;

static int order_timestamp(const void *context, uint64_t key)
{
    const timestamp_order *order = context;
    mmf_integer integer = mmf_sqlite_integer_of_key(order->field.base, key);
    uint8_t payload[sizeof integer];

    memcpy(payload, &integer, sizeof payload);
    order->text->size = 0;
    mmf_value_write(order->text, &order->field, payload, LOGICAL);
    return mmf_sqlite_compare_bytes(order->text->bytes, order->text->size, order->operand->bytes,
                                    order->operand->size);
}

/* Seconds in the field's unit, or the nearest number that it holds. */
static mmf_integer in_unit(const mmf_field *field, int64_t seconds, int64_t fraction)
{
    static const int64_t PER_SECOND[] = {1, 1000, 1000000, 1000000000};
    int64_t per_second = PER_SECOND[field->unit];
    int64_t number;

    if (__builtin_mul_overflow(seconds, per_second, &number) ||
        __builtin_add_overflow(number, fraction * (per_second - 1), &number)) {
        number = seconds < 0 ? INT64_MIN : INT64_MAX;
    }
    if (mmf_type_is_unsigned(field->base) && number < 0) {
        number = 0;
    }
    return (mmf_integer){.i = number};
}

/* Texts are in the order of their times in the years 0000 to 9999. What lies outside of them, or of
 * what an int64 holds, SQLite decides. */
static mmf_sqlite_range timestamp_domain(const mmf_field *field)
{
    return (mmf_sqlite_range){
        mmf_sqlite_key_of_integer(field->base, in_unit(field, YEAR_0_S, 0)),
        mmf_sqlite_key_of_integer(field->base, in_unit(field, YEAR_9999_S, 1)),
    };
}

int mmf_sqlite_predicate_make_timestamp(const mmf_sqlite_comparison *comparison,
                                        mmf_sqlite_predicate *predicate, bool *ret_made)
{
    mmf_output text = {0};
    bool done = true;

    if (!mmf_sqlite_texts_are_certain(comparison)) {
        return SQLITE_OK;
    }
    predicate->domain = timestamp_domain(comparison->column->field);
    predicate->passes_outside = true;
    for (size_t i = 0; i < comparison->count && done; i++) {
        timestamp_order order = {alone(comparison->column->field), &comparison->operands[i], &text};

        done = mmf_sqlite_ranges_add_order(&predicate->ranges, predicate->domain, order_timestamp,
                                           &order, comparison->comparison);
    }
    done = done && !text.has_failed;
    mmf_output_free(&text);
    *ret_made = done;
    return done ? SQLITE_OK : SQLITE_NOMEM;
}

/* --- Enums ----------------------------------------------------------------------------------- */

static bool name_meets(const mmf_sqlite_comparison *comparison, const char *name)
{
    for (size_t i = 0; i < comparison->count; i++) {
        const mmf_sqlite_operand *operand = &comparison->operands[i];
        int order = mmf_sqlite_compare_bytes(name, strlen(name), operand->bytes, operand->size);
        unsigned found = order < 0    ? MMF_SQLITE_BELOW
                         : order == 0 ? MMF_SQLITE_EQUAL
                                      : MMF_SQLITE_ABOVE;

        if (comparison->comparison & found) {
            return true;
        }
    }
    return false;
}

static int by_key(const void *left, const void *right)
{
    uint64_t one = *(const uint64_t *)left;
    uint64_t other = *(const uint64_t *)right;

    return one < other ? -1 : one > other;
}

/* All keys but those: of numbers without a name SQLite decides. */
static bool add_all_but(mmf_sqlite_ranges *ranges, uint64_t *keys, size_t count)
{
    uint64_t first = 0;

    qsort(keys, count, sizeof *keys, by_key);
    for (size_t i = 0; i < count; i++) {
        if (keys[i] > first && !mmf_sqlite_ranges_add(ranges, first, keys[i] - 1)) {
            return false;
        }
        if (keys[i] == UINT64_MAX) {
            return true;
        }
        first = keys[i] + 1;
    }
    return mmf_sqlite_ranges_add(ranges, first, UINT64_MAX);
}

int mmf_sqlite_predicate_make_enum(const mmf_sqlite_comparison *comparison,
                                   mmf_sqlite_predicate *predicate, bool *ret_made)
{
    const mmf_field *field = comparison->column->field;
    uint64_t *keys;
    size_t count = 0;
    bool done;

    if (!mmf_sqlite_texts_are_certain(comparison)) {
        return SQLITE_OK;
    }
    keys = sqlite3_malloc64((field->symbol_count + 1) * sizeof *keys);
    if (!keys) {
        return SQLITE_NOMEM;
    }
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        int64_t value = field->symbols[i].value;

        if (!name_meets(comparison, mmf_field_symbol(field, value)->name.text)) {
            keys[count++] = mmf_sqlite_key_of_integer(field->base, (mmf_integer){.i = value});
        }
    }
    done = add_all_but(&predicate->ranges, keys, count);
    sqlite3_free(keys);
    *ret_made = done;
    return done ? SQLITE_OK : SQLITE_NOMEM;
}

/* --- UUIDs and addresses --------------------------------------------------------------------- */

/* Reads a text into `bytes`, the field's. False: no value of the field has just that text, or so
 * it seems. */
static bool read_exactly(const mmf_field *field, const mmf_sqlite_operand *operand, uint8_t *bytes)
{
    mmf_output text = {0};
    bool is_same = false;

    memset(bytes, 0, field->size);
    if (mmf_value_read(field, (const char *)operand->bytes, operand->size, LOGICAL, bytes, NULL) ==
        MMF_OK) {
        mmf_value_write(&text, field, bytes, LOGICAL);
        is_same = !text.has_failed && mmf_sqlite_compare_bytes(text.bytes, text.size,
                                                               operand->bytes, operand->size) == 0;
    }
    mmf_output_free(&text);
    return is_same;
}

#define ADDRESS_SIZE_MAX 24u

static int add_address(const mmf_field *field, const uint8_t *bytes,
                       mmf_sqlite_predicate *predicate, mmf_sqlite_operand *content)
{
    mmf_sqlite_number number = {field->base, 0};
    uint32_t skipped = field->type == MMF_TYPE_BYTES ? sizeof(uint32_t) : 0;
    uint64_t key;

    if (field->type == MMF_TYPE_UINT32) {
        key = mmf_sqlite_key(&number, bytes);
        return mmf_sqlite_ranges_add(&predicate->ranges, key, key) ? SQLITE_OK : SQLITE_NOMEM;
    }
    *content = (mmf_sqlite_operand){.type = SQLITE_BLOB, .size = field->size - skipped};
    content->size = field->type == MMF_TYPE_BYTES ? field->max : field->size;
    content->bytes = sqlite3_malloc64(content->size);
    if (!content->bytes) {
        return SQLITE_NOMEM;
    }
    memcpy(content->bytes, bytes + skipped, content->size);
    return SQLITE_OK;
}

/* Equality alone: the order of texts is not that of addresses. */
int mmf_sqlite_predicate_make_address(const mmf_sqlite_comparison *comparison,
                                      mmf_sqlite_predicate *predicate, bool *ret_made)
{
    mmf_field field = alone(comparison->column->field);
    _Alignas(uint64_t) uint8_t bytes[ADDRESS_SIZE_MAX];
    mmf_sqlite_operand *contents;
    int code = SQLITE_OK;
    size_t count = 0;

    if (comparison->comparison != MMF_SQLITE_EQUAL || field.size > sizeof bytes ||
        !mmf_sqlite_texts_are_certain(comparison)) {
        return SQLITE_OK;
    }
    contents = sqlite3_malloc64((comparison->count + 1) * sizeof *contents);
    if (!contents) {
        return SQLITE_NOMEM;
    }
    for (*ret_made = true; code == SQLITE_OK && count < comparison->count; count++) {
        contents[count] = (mmf_sqlite_operand){.type = SQLITE_NULL};
        if (!read_exactly(&field, &comparison->operands[count], bytes)) {
            *ret_made = false;
            break;
        }
        code = add_address(&field, bytes, predicate, &contents[count]);
    }
    predicate->is_of_bytes = field.type != MMF_TYPE_UINT32;
    if (code == SQLITE_OK && *ret_made && predicate->is_of_bytes) {
        code = mmf_sqlite_predicate_take_bytes(predicate, contents, count);
    }
    for (size_t i = 0; i < count; i++) {
        mmf_sqlite_operand_clear(&contents[i]);
    }
    sqlite3_free(contents);
    return code;
}
