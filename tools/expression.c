#include "tools/expression.h"

#include <stdlib.h>
#include <string.h>

#include "tools/expression_parts.h"
#include "tools/table.h"

/* --- Values ---------------------------------------------------------------------------------- */

#define LOAD(c_type, make)                                                                         \
    {                                                                                              \
        c_type value;                                                                              \
        memcpy(&value, bytes, sizeof value);                                                       \
        return make;                                                                               \
    }

mmf_number mmf_scalar_load(mmf_type type, uint32_t scale, const uint8_t *bytes)
{
    switch (type) {
    case MMF_TYPE_INT8:
        LOAD(int8_t, mmf_number_of_signed(value, scale))
    case MMF_TYPE_INT16:
        LOAD(int16_t, mmf_number_of_signed(value, scale))
    case MMF_TYPE_INT32:
        LOAD(int32_t, mmf_number_of_signed(value, scale))
    case MMF_TYPE_INT64:
        LOAD(int64_t, mmf_number_of_signed(value, scale))
    case MMF_TYPE_UINT8:
        LOAD(uint8_t, mmf_number_of_unsigned(value, scale))
    case MMF_TYPE_UINT16:
        LOAD(uint16_t, mmf_number_of_unsigned(value, scale))
    case MMF_TYPE_UINT32:
        LOAD(uint32_t, mmf_number_of_unsigned(value, scale))
    case MMF_TYPE_UINT64:
        LOAD(uint64_t, mmf_number_of_unsigned(value, scale))
    case MMF_TYPE_FLOAT32:
        LOAD(float, mmf_number_of_real((double)value))
    case MMF_TYPE_FLOAT64:
        LOAD(double, mmf_number_of_real(value))
    default: /* a bool */
        LOAD(uint8_t, mmf_number_of_unsigned(value != 0, 0))
    }
}

static mmf_number load_number(const mmf_operand *operand, const uint8_t *payload)
{
    return operand->kind == MMF_OPERAND_NUMBER
               ? operand->number
               : mmf_scalar_load(operand->type, operand->scale, payload + operand->offset);
}

static const uint8_t *load_bytes(const mmf_operand *operand, const uint8_t *payload,
                                 uint32_t *ret_size)
{
    const uint8_t *place = payload + operand->offset;

    switch (operand->kind) {
    case MMF_OPERAND_BYTES:
        *ret_size = operand->size;
        return operand->bytes;
    case MMF_OPERAND_TEXT:
        *ret_size = mmf_table_text_length(operand->field, place);
        return place + sizeof(uint32_t);
    default:
        *ret_size = operand->size;
        return place;
    }
}

static mmf_order compare_bytes(const mmf_node *node, const uint8_t *payload)
{
    uint32_t left_size;
    uint32_t right_size;
    const uint8_t *left = load_bytes(&node->left, payload, &left_size);
    const uint8_t *right = load_bytes(&node->right, payload, &right_size);
    int order = memcmp(left, right, left_size < right_size ? left_size : right_size);

    if (order == 0) {
        order = (left_size > right_size) - (left_size < right_size);
    }
    return order < 0 ? MMF_ORDER_LESS : order > 0 ? MMF_ORDER_GREATER : MMF_ORDER_EQUAL;
}

/* --- like ------------------------------------------------------------------------------------ */

/* Bytes of the character at text, or 1 of what is none. */
static size_t character_size(const uint8_t *text, const uint8_t *end)
{
    size_t size = *text < 0xc0 ? 1 : *text < 0xe0 ? 2 : *text < 0xf0 ? 3 : 4;

    for (size_t i = 1; i < size; i++) {
        if (text + i >= end || (text[i] & 0xc0) != 0x80) {
            return 1;
        }
    }
    return size;
}

/* One step of the pattern that is no %: what it takes of the text, 0: it does not fit. */
static size_t take(const uint8_t **pattern, const uint8_t *pattern_end, const uint8_t *text,
                   const uint8_t *end)
{
    if (**pattern == '_') {
        ++*pattern;
        return character_size(text, end);
    }
    *pattern += **pattern == '\\' && *pattern + 1 < pattern_end;
    return *(*pattern)++ == *text;
}

/* Where a % has been, the rest of the pattern is tried from each place of the text on; once it has
 * come to the next %, no other place for the one before could do better. */
static bool is_like(const uint8_t *text, const uint8_t *end, const uint8_t *pattern,
                    const uint8_t *pattern_end)
{
    const uint8_t *behind = NULL; /* of the last % */
    const uint8_t *tried = NULL;  /* the place in the text for what is there */

    while (text < end) {
        size_t taken = 0;

        if (pattern < pattern_end && *pattern == '%') {
            behind = ++pattern;
            tried = text;
            continue;
        }
        if (pattern < pattern_end) {
            taken = take(&pattern, pattern_end, text, end);
        }
        text += taken;
        if (taken == 0) {
            if (!behind) {
                return false;
            }
            tried += character_size(tried, end);
            text = tried;
            pattern = behind;
        }
    }
    while (pattern < pattern_end && *pattern == '%') {
        pattern++;
    }
    return pattern == pattern_end;
}

static bool matches_pattern(const mmf_node *node, const uint8_t *payload)
{
    uint32_t size;
    const uint8_t *text = load_bytes(&node->left, payload, &size);

    return is_like(text, text + size, node->right.bytes, node->right.bytes + node->right.size);
}

/* --- Nodes ----------------------------------------------------------------------------------- */

static bool is_true(const mmf_node *node, const uint8_t *payload);

/* Whether some child is `wanted`. */
static bool has_child(const mmf_node *node, const uint8_t *payload, bool wanted)
{
    for (const mmf_node *child = node->child; child; child = child->next) {
        if (is_true(child, payload) == wanted) {
            return true;
        }
    }
    return false;
}

static bool is_true(const mmf_node *node, const uint8_t *payload)
{
    mmf_order order;

    switch (node->kind) {
    case MMF_NODE_AND:
        return !has_child(node, payload, false);
    case MMF_NODE_OR:
        return has_child(node, payload, true);
    case MMF_NODE_NOT:
        return !is_true(node->child, payload);
    case MMF_NODE_LIKE:
        return matches_pattern(node, payload);
    case MMF_NODE_COMPARE_NUMBERS:
        order = mmf_number_compare(load_number(&node->left, payload),
                                   load_number(&node->right, payload));
        return (node->wanted & MMF_ORDERS(order)) != 0;
    case MMF_NODE_COMPARE_BYTES:
        return (node->wanted & MMF_ORDERS(compare_bytes(node, payload))) != 0;
    default:
        return node->wanted != 0;
    }
}

bool mmf_expression_matches(const mmf_expression *expression, const uint8_t *payload)
{
    return is_true(expression->root, payload);
}

void mmf_expression_free(mmf_expression *expression)
{
    if (!expression) {
        return;
    }
    for (mmf_node *node = expression->nodes, *previous; node; node = previous) {
        previous = node->previous;
        free(node);
    }
    for (mmf_kept *kept = expression->kept, *previous; kept; kept = previous) {
        previous = kept->previous;
        free(kept);
    }
    free(expression);
}
