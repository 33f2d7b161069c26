#include "sqlite/operand.h"

#include <string.h>

static int copy_bytes(const void *bytes, int size, mmf_sqlite_operand *operand)
{
    operand->size = (size_t)size;
    operand->bytes = sqlite3_malloc64(operand->size + 1);
    if (!operand->bytes) {
        return SQLITE_NOMEM;
    }
    if (size > 0) {
        memcpy(operand->bytes, bytes, operand->size);
    }
    return SQLITE_OK;
}

static int fill(sqlite3_value *value, mmf_sqlite_operand *operand)
{
    switch (operand->type) {
    case SQLITE_INTEGER:
        operand->integer = sqlite3_value_int64(value);
        return SQLITE_OK;
    case SQLITE_FLOAT:
        operand->real = sqlite3_value_double(value);
        return SQLITE_OK;
    case SQLITE_TEXT: {
        const void *text = sqlite3_value_text(value);

        return text ? copy_bytes(text, sqlite3_value_bytes(value), operand) : SQLITE_NOMEM;
    }
    case SQLITE_BLOB: {
        const void *blob = sqlite3_value_blob(value);

        return copy_bytes(blob, sqlite3_value_bytes(value), operand);
    }
    default:
        return SQLITE_OK;
    }
}

/* The affinity is given to a copy: the value may be needed as it is. */
int mmf_sqlite_operand_of(sqlite3_value *value, bool is_numeric, mmf_sqlite_operand *ret_operand)
{
    mmf_sqlite_operand operand = {.type = sqlite3_value_type(value)};
    sqlite3_value *copy = NULL;
    int code;

    if (operand.type == SQLITE_TEXT) {
        copy = sqlite3_value_dup(value);
        if (!copy) {
            return SQLITE_NOMEM;
        }
        operand.is_numeric = sqlite3_value_numeric_type(copy) != SQLITE_TEXT;
    }
    if (operand.is_numeric && is_numeric) {
        operand.type = sqlite3_value_type(copy);
        value = copy;
    }
    code = fill(value, &operand);
    sqlite3_value_free(copy);
    *ret_operand = operand;
    return code;
}

void mmf_sqlite_operand_clear(mmf_sqlite_operand *operand)
{
    sqlite3_free(operand->bytes);
    *operand = (mmf_sqlite_operand){.type = SQLITE_NULL};
}

static int compare_integer_real(int64_t left, double right)
{
    int64_t whole;

    if (right < -0x1p63) {
        return 1;
    }
    if (right >= 0x1p63) {
        return -1;
    }
    whole = (int64_t)right;
    if (left != whole) {
        return left < whole ? -1 : 1;
    }
    return (double)whole < right ? -1 : (double)whole > right;
}

int mmf_sqlite_compare_integer(int64_t left, const mmf_sqlite_operand *right)
{
    if (right->type == SQLITE_FLOAT) {
        return compare_integer_real(left, right->real);
    }
    return left < right->integer ? -1 : left > right->integer;
}

int mmf_sqlite_compare_real(double left, const mmf_sqlite_operand *right)
{
    if (right->type == SQLITE_INTEGER) {
        return -compare_integer_real(right->integer, left);
    }
    return left < right->real ? -1 : left > right->real;
}

int mmf_sqlite_compare_bytes(const void *left, size_t left_size, const void *right,
                             size_t right_size)
{
    size_t common = left_size < right_size ? left_size : right_size;
    int order = common > 0 ? memcmp(left, right, common) : 0;

    if (order != 0) {
        return order;
    }
    return left_size < right_size ? -1 : left_size > right_size;
}

bool mmf_sqlite_may_be_number(const uint8_t *text, size_t size)
{
    while (size > 0 && *text && strchr(" \t\n\v\f\r", *text)) {
        text++;
        size--;
    }
    return size > 0 && *text && strchr("0123456789+-.", *text);
}
