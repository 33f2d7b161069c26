#include "sqlite/predicate.h"

#include <math.h>
#include <stdlib.h>

#include "sqlite/predicate_parts.h"

/* --- Numbers --------------------------------------------------------------------------------- */

typedef struct number_order {
    const mmf_sqlite_column *column;
    const mmf_sqlite_operand *operand;
} number_order;

static int order_number(const void *context, uint64_t key)
{
    const number_order *order = context;
    const mmf_sqlite_column *column = order->column;
    mmf_integer integer;

    if (column->kind == MMF_SQLITE_REAL) {
        return mmf_sqlite_compare_real(mmf_sqlite_real_of_key(key), order->operand);
    }
    integer = mmf_sqlite_integer_of_key(column->field->base, key);
    if (column->kind == MMF_SQLITE_DECIMAL) {
        return mmf_sqlite_compare_real(mmf_sqlite_decimal(column, integer), order->operand);
    }
    if (integer.i < 0 && column->field->base == MMF_TYPE_UINT64) {
        return order->operand->type == SQLITE_INTEGER
                   ? 1
                   : mmf_sqlite_compare_real((double)integer.u, order->operand);
    }
    return mmf_sqlite_compare_integer(integer.i, order->operand);
}

static mmf_sqlite_range number_domain(const mmf_sqlite_column *column)
{
    mmf_type type = column->field->base;
    uint64_t max;
    int64_t min;

    if (mmf_type_is_float(type)) {
        return (mmf_sqlite_range){mmf_sqlite_key_of_real(-INFINITY),
                                  mmf_sqlite_key_of_real(INFINITY)};
    }
    if (type == MMF_TYPE_BOOL) {
        return (mmf_sqlite_range){0, 1};
    }
    mmf_type_integer_range(type, &min, &max);
    return (mmf_sqlite_range){mmf_sqlite_key_of_integer(type, (mmf_integer){.i = min}),
                              mmf_sqlite_key_of_integer(type, (mmf_integer){.u = max})};
}

static bool is_large_with_real(const mmf_sqlite_comparison *comparison)
{
    bool has_real = false;

    for (size_t i = 0; i < comparison->count; i++) {
        has_real |= comparison->operands[i].type == SQLITE_FLOAT;
    }
    return has_real && comparison->column->kind == MMF_SQLITE_INTEGER &&
           comparison->column->field->base == MMF_TYPE_UINT64;
}

/* A uint64 above INT64_MAX is a text, which SQLite makes a REAL of to compare it with one, and not
 * always the nearest: what is so near to a bound is for SQLite to decide. */
static void widen(mmf_sqlite_ranges *ranges)
{
    const uint64_t slack = 8192;

    for (size_t i = 0; i < ranges->count; i++) {
        mmf_sqlite_range *range = &ranges->items[i];

        if (range->first >= MMF_SQLITE_KEY_SIGN) {
            range->first -= slack;
        }
        if (range->last >= MMF_SQLITE_KEY_SIGN - slack) {
            range->last = range->last > UINT64_MAX - slack ? UINT64_MAX : range->last + slack;
        }
    }
}

static bool are_numbers(const mmf_sqlite_comparison *comparison)
{
    for (size_t i = 0; i < comparison->count; i++) {
        int type = comparison->operands[i].type;

        if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) {
            return false;
        }
    }
    return true;
}

static int make_number(const mmf_sqlite_comparison *comparison, mmf_sqlite_predicate *predicate,
                       bool *ret_made)
{
    bool is_large = is_large_with_real(comparison);

    if (!are_numbers(comparison) ||
        (is_large && comparison->comparison == (MMF_SQLITE_BELOW | MMF_SQLITE_ABOVE))) {
        return SQLITE_OK;
    }
    predicate->domain = number_domain(comparison->column);
    for (size_t i = 0; i < comparison->count; i++) {
        number_order order = {comparison->column, &comparison->operands[i]};

        if (!mmf_sqlite_ranges_add_order(&predicate->ranges, predicate->domain, order_number,
                                         &order, comparison->comparison)) {
            return SQLITE_NOMEM;
        }
    }
    if (is_large) {
        widen(&predicate->ranges);
    }
    *ret_made = true;
    return SQLITE_OK;
}

bool mmf_sqlite_predicate_is_exact(const mmf_sqlite_column *column, int literal_type)
{
    bool is_number = literal_type == SQLITE_INTEGER || literal_type == SQLITE_FLOAT;

    switch (column->kind) {
    case MMF_SQLITE_REAL:
    case MMF_SQLITE_DECIMAL:
        return is_number;
    case MMF_SQLITE_INTEGER:
        return is_number && column->field->base != MMF_TYPE_UINT64;
    default:
        return false;
    }
}

/* --- Texts and blobs ------------------------------------------------------------------------- */

bool mmf_sqlite_texts_are_certain(const mmf_sqlite_comparison *comparison)
{
    for (size_t i = 0; i < comparison->count; i++) {
        const mmf_sqlite_operand *operand = &comparison->operands[i];

        if (operand->type != SQLITE_TEXT || !comparison->is_utf8 ||
            (operand->is_numeric && !comparison->is_literal)) {
            return false;
        }
    }
    return true;
}

static int by_bytes(const void *left, const void *right)
{
    const mmf_sqlite_operand *one = left;
    const mmf_sqlite_operand *other = right;

    return mmf_sqlite_compare_bytes(one->bytes, one->size, other->bytes, other->size);
}

int mmf_sqlite_predicate_take_bytes(mmf_sqlite_predicate *predicate,
                                    const mmf_sqlite_operand *operands, size_t count)
{
    predicate->operands = sqlite3_malloc64((count + 1) * sizeof *predicate->operands);
    if (!predicate->operands) {
        return SQLITE_NOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        mmf_sqlite_operand *copy = &predicate->operands[i];

        *copy = operands[i];
        copy->bytes = sqlite3_malloc64(copy->size + 1);
        if (!copy->bytes) {
            return SQLITE_NOMEM;
        }
        memcpy(copy->bytes, operands[i].bytes, copy->size);
        predicate->count++;
    }
    qsort(predicate->operands, count, sizeof *predicate->operands, by_bytes);
    return SQLITE_OK;
}

static int make_bytes(const mmf_sqlite_comparison *comparison, mmf_sqlite_predicate *predicate,
                      bool *ret_made)
{
    bool is_text = comparison->column->kind == MMF_SQLITE_TEXT;
    bool is_certain;

    for (size_t i = 0; i < comparison->count; i++) {
        if (comparison->operands[i].type != (is_text ? SQLITE_TEXT : SQLITE_BLOB)) {
            return SQLITE_OK;
        }
    }
    is_certain = !is_text || mmf_sqlite_texts_are_certain(comparison);
    if (!is_certain && (!comparison->is_utf8 || comparison->comparison != MMF_SQLITE_EQUAL)) {
        return SQLITE_OK;
    }
    predicate->is_of_bytes = true;
    predicate->passes_numbers = is_text && !comparison->is_literal &&
                                (comparison->comparison != MMF_SQLITE_EQUAL || !is_certain);
    *ret_made = true;
    return mmf_sqlite_predicate_take_bytes(predicate, comparison->operands, comparison->count);
}

static bool bytes_pass(const mmf_sqlite_predicate *predicate, const uint8_t *bytes, size_t size)
{
    size_t low = 0;
    size_t high = predicate->count;

    if (predicate->comparison != MMF_SQLITE_EQUAL) {
        const mmf_sqlite_operand *operand = predicate->operands;
        int order = mmf_sqlite_compare_bytes(bytes, size, operand->bytes, operand->size);
        unsigned found = order < 0    ? MMF_SQLITE_BELOW
                         : order == 0 ? MMF_SQLITE_EQUAL
                                      : MMF_SQLITE_ABOVE;

        return (predicate->comparison & found) != 0;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const mmf_sqlite_operand *operand = &predicate->operands[middle];
        int order = mmf_sqlite_compare_bytes(bytes, size, operand->bytes, operand->size);

        if (order == 0) {
            return true;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return false;
}

/* Of a record in a mapping the bytes may be changing: what comes out is anything then, and the
 * read section is not valid. */
bool mmf_sqlite_predicate_test_bytes(const mmf_sqlite_predicate *predicate, const uint8_t *payload)
{
    const uint8_t *element = payload + predicate->offset;
    uint32_t size = predicate->field->size;

    if (mmf_type_is_text(predicate->field->type)) {
        size = mmf_load_relaxed((const mmf_word32 *)(const void *)element);
        size = size < predicate->field->max ? size : predicate->field->max;
        element += sizeof size;
    }
    return bytes_pass(predicate, element, size) ||
           (predicate->passes_numbers && mmf_sqlite_may_be_number(element, size));
}

/* --- Any ------------------------------------------------------------------------------------- */

static int make(const mmf_sqlite_comparison *comparison, mmf_sqlite_predicate *predicate,
                bool *ret_made)
{
    switch (comparison->column->kind) {
    case MMF_SQLITE_INTEGER:
    case MMF_SQLITE_REAL:
    case MMF_SQLITE_DECIMAL:
        return make_number(comparison, predicate, ret_made);
    case MMF_SQLITE_TEXT:
    case MMF_SQLITE_BLOB:
        return make_bytes(comparison, predicate, ret_made);
    case MMF_SQLITE_TIMESTAMP:
        return mmf_sqlite_predicate_make_timestamp(comparison, predicate, ret_made);
    case MMF_SQLITE_ENUM:
        return mmf_sqlite_predicate_make_enum(comparison, predicate, ret_made);
    case MMF_SQLITE_ADDRESS:
        return mmf_sqlite_predicate_make_address(comparison, predicate, ret_made);
    default:
        return SQLITE_OK;
    }
}

int mmf_sqlite_predicate_make(const mmf_sqlite_comparison *comparison,
                              mmf_sqlite_predicate *ret_predicate, bool *ret_made)
{
    mmf_sqlite_predicate predicate = {
        .number = mmf_sqlite_number_of(comparison->column->field),
        .offset = mmf_table_field_offset(comparison->column->field),
        .field = comparison->column->field,
        .comparison = comparison->comparison,
    };
    bool is_made = false;
    int code = make(comparison, &predicate, &is_made);

    *ret_made = code == SQLITE_OK && is_made;
    if (!*ret_made) {
        mmf_sqlite_predicate_clear(&predicate);
        return code;
    }
    mmf_sqlite_ranges_sort(&predicate.ranges);
    *ret_predicate = predicate;
    return SQLITE_OK;
}

void mmf_sqlite_predicate_clear(mmf_sqlite_predicate *predicate)
{
    for (size_t i = 0; i < predicate->count; i++) {
        mmf_sqlite_operand_clear(&predicate->operands[i]);
    }
    sqlite3_free(predicate->operands);
    mmf_sqlite_ranges_clear(&predicate->ranges);
    predicate->operands = NULL;
    predicate->count = 0;
}
