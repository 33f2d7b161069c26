/* What is compared: fields, and literals read as values of what they are compared with. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "schema/layout.h"
#include "tools/expression_parts.h"
#include "tools/field_name.h"
#include "tools/table.h"
#include "tools/value.h"

static const char *const class_names[] = {
    [MMF_CLASS_NUMBER] = "a number", [MMF_CLASS_TIMESTAMP] = "a timestamp",
    [MMF_CLASS_ENUM] = "an enum",    [MMF_CLASS_BOOL] = "a bool",
    [MMF_CLASS_STRING] = "a string", [MMF_CLASS_BYTES] = "bytes",
    [MMF_CLASS_UUID] = "a uuid",     [MMF_CLASS_IPV4] = "an ipv4",
    [MMF_CLASS_IPV6] = "an ipv6",
};

const char *mmf_class_name(mmf_operand_class operand_class)
{
    return class_names[operand_class];
}

/* --- Fields ---------------------------------------------------------------------------------- */

static mmf_operand_class class_of(const mmf_field *field, bool is_element)
{
    switch (field->logical) {
    case MMF_LOGICAL_TIMESTAMP:
        return MMF_CLASS_TIMESTAMP;
    case MMF_LOGICAL_UUID:
    case MMF_LOGICAL_IPV4:
    case MMF_LOGICAL_IPV6:
        if (is_element) {
            return MMF_CLASS_NUMBER; /* one of its bytes */
        }
        return field->logical == MMF_LOGICAL_UUID   ? MMF_CLASS_UUID
               : field->logical == MMF_LOGICAL_IPV4 ? MMF_CLASS_IPV4
                                                    : MMF_CLASS_IPV6;
    default:
        break;
    }
    return field->type == MMF_TYPE_STRING  ? MMF_CLASS_STRING
           : field->type == MMF_TYPE_BYTES ? MMF_CLASS_BYTES
           : field->type == MMF_TYPE_ENUM  ? MMF_CLASS_ENUM
           : field->type == MMF_TYPE_BOOL  ? MMF_CLASS_BOOL
                                           : MMF_CLASS_NUMBER;
}

/* Digits behind the point that the stored number has. */
static uint32_t scale_of(const mmf_field *field)
{
    static const uint32_t digits[] = {
        [MMF_TIME_UNIT_S] = 0,
        [MMF_TIME_UNIT_MS] = 3,
        [MMF_TIME_UNIT_US] = 6,
        [MMF_TIME_UNIT_NS] = 9,
    };

    return field->logical == MMF_LOGICAL_DECIMAL     ? field->scale
           : field->logical == MMF_LOGICAL_TIMESTAMP ? digits[field->unit]
                                                     : 0;
}

/* A uuid or an address in an array of uint8 is one value. */
static bool is_whole(const mmf_field *field)
{
    return field->count == 0 ||
           (field->type == MMF_TYPE_UINT8 &&
            (field->logical == MMF_LOGICAL_UUID || field->logical == MMF_LOGICAL_IPV4 ||
             field->logical == MMF_LOGICAL_IPV6));
}

static mmf_operand operand_of(const mmf_field *field, bool is_element, uint64_t element)
{
    bool is_array = field->count > 0 && !is_element;

    return (mmf_operand){
        .kind = is_array                        ? MMF_OPERAND_ARRAY
                : mmf_type_is_text(field->type) ? MMF_OPERAND_TEXT
                                                : MMF_OPERAND_SCALAR,
        .class = class_of(field, is_element && is_whole(field)),
        .field = field,
        .type = field->base,
        .scale = scale_of(field),
        .offset = mmf_table_field_offset(field) + (uint32_t)element * field->element_size,
        .size = is_array ? field->size : field->max,
    };
}

/* "[3]" behind an array. */
static bool read_element(mmf_compiler *compiler, const mmf_field *field, uint64_t *ret_element)
{
    mmf_token token;
    mmf_number number;

    mmf_compiler_next(compiler);
    token = compiler->token;
    if (token.kind != MMF_TOKEN_NUMBER || !mmf_number_read(token.text, token.size, &number) ||
        number.is_negative || number.scale != 0) {
        return mmf_compiler_fail(compiler, &token, "expected the number of an element");
    }
    if (number.magnitude >= field->count) {
        return mmf_compiler_fail(
            compiler, &token, "%s has %" PRIu32 " elements: %s[0] to %s[%" PRIu32 "]",
            field->name.text, field->count, field->name.text, field->name.text, field->count - 1);
    }
    mmf_compiler_next(compiler);
    if (!mmf_token_is(&compiler->token, "]")) {
        return mmf_compiler_fail_expected(compiler, "]");
    }
    mmf_compiler_next(compiler);
    *ret_element = number.magnitude;
    return true;
}

static bool read_field(mmf_compiler *compiler, const mmf_field *field, mmf_written *written)
{
    bool is_element;
    uint64_t element = 0;

    mmf_compiler_next(compiler);
    is_element = mmf_token_is(&compiler->token, "[");
    if (is_element && field->count == 0) {
        return mmf_compiler_fail(compiler, &compiler->token, "%s is not an array",
                                 field->name.text);
    }
    if (is_element && !read_element(compiler, field, &element)) {
        return false;
    }
    if (!is_element && !is_whole(field)) {
        return mmf_compiler_fail(compiler, &written->token,
                                 "%s is an array: %s[0] is its first element", field->name.text,
                                 field->name.text);
    }
    written->is_field = true;
    written->operand = operand_of(field, is_element, element);
    return true;
}

bool mmf_operand_read(mmf_compiler *compiler, mmf_written *ret_written)
{
    mmf_token token = compiler->token;
    const mmf_field *field = NULL;

    *ret_written = (mmf_written){.token = token};
    if (token.kind == MMF_TOKEN_NAME || token.kind == MMF_TOKEN_QUOTED_NAME) {
        field = mmf_field_find(compiler->model, token.text, token.size);
    } else if (token.kind != MMF_TOKEN_NUMBER && token.kind != MMF_TOKEN_STRING) {
        return mmf_compiler_fail_expected(compiler, "a field or a value");
    }
    if (field) {
        return read_field(compiler, field, ret_written);
    }
    mmf_compiler_next(compiler);
    return true;
}

static bool fail_field(mmf_compiler *compiler, const mmf_token *token)
{
    char text[MMF_NO_FIELD_SIZE];

    return mmf_compiler_fail(compiler, token, "%s",
                             mmf_field_missing(compiler->model, token->text, token->size, text));
}

/* --- Literals -------------------------------------------------------------------------------- */

bool mmf_operand_of_string(mmf_compiler *compiler, const mmf_token *token, mmf_operand *ret_operand)
{
    uint8_t *bytes = mmf_compiler_keep(compiler, token->size);
    char quote = token->text[0];
    uint32_t size = 0;

    if (!bytes) {
        return false;
    }
    for (size_t i = 1; i + 1 < token->size; i++) {
        bytes[size++] = (uint8_t)token->text[i];
        i += token->text[i] == quote;
    }
    *ret_operand = (mmf_operand){
        .kind = MMF_OPERAND_BYTES, .class = MMF_CLASS_STRING, .bytes = bytes, .size = size};
    return true;
}

static bool number_literal(mmf_compiler *compiler, const mmf_token *token,
                           const mmf_operand *beside, mmf_operand *ret_operand)
{
    bool is_float = mmf_type_is_float(beside->type);
    mmf_operand operand = {.kind = MMF_OPERAND_NUMBER, .class = MMF_CLASS_NUMBER};
    char text[400];

    if (token->kind != MMF_TOKEN_NUMBER) {
        return mmf_compiler_fail(compiler, token, "%s is a number: expected one, such as 12.5",
                                 beside->field->name.text);
    }
    if (mmf_number_read(token->text, token->size, &operand.number) &&
        (!is_float || operand.number.scale == 0)) {
        *ret_operand = operand;
        return true;
    }
    if (is_float && token->size < sizeof text) {
        char *end = NULL;

        memcpy(text, token->text, token->size);
        text[token->size] = '\0';
        operand.number = mmf_number_of_real(
            beside->type == MMF_TYPE_FLOAT32 ? (double)strtof(text, &end) : strtod(text, &end));
        if (*end == '\0') {
            *ret_operand = operand;
            return true;
        }
    }
    return mmf_compiler_fail(compiler, token,
                             "not a number, or one of more than 19 digits, or of "
                             "more than 18 behind the point");
}

/* What a payload has that was read for that field, as a constant. */
static mmf_operand constant_of(const mmf_field *field, const mmf_operand *beside,
                               const uint8_t *payload)
{
    mmf_operand operand = {.kind = MMF_OPERAND_BYTES, .class = beside->class};

    switch (beside->kind) {
    case MMF_OPERAND_TEXT:
        operand.bytes = payload + sizeof(uint32_t);
        operand.size = mmf_table_text_length(field, payload);
        break;
    case MMF_OPERAND_ARRAY:
        operand.bytes = payload;
        operand.size = field->size;
        break;
    default:
        operand.kind = MMF_OPERAND_NUMBER;
        operand.number = mmf_scalar_load(beside->type, beside->scale, payload);
    }
    return operand;
}

/* A text, a name or a number, as mmf_value_read() takes it for that field. */
static bool value_literal(mmf_compiler *compiler, const mmf_token *token, const mmf_operand *beside,
                          mmf_operand *ret_operand)
{
    mmf_field field = *beside->field;
    mmf_error error = {0};
    mmf_operand text = {0};
    uint8_t *payload;
    mmf_status status;

    if (beside->kind != MMF_OPERAND_ARRAY) { /* an element, or what has none */
        field.count = 0;
        field.size = field.element_size;
    }
    field.offset = MMF_COUNTER_SIZE;
    if (token->kind == MMF_TOKEN_STRING && !mmf_operand_of_string(compiler, token, &text)) {
        return false;
    }
    payload = mmf_compiler_keep(compiler, field.size);
    if (!payload) {
        return false;
    }
    status = mmf_value_read(&field, text.bytes ? (const char *)text.bytes : token->text,
                            text.bytes ? text.size : token->size,
                            (mmf_notation){MMF_SYNTAX_TEXT, false}, payload, &error);
    if (status != MMF_OK) {
        return mmf_compiler_fail(compiler, token, "%s is %s: %s", field.name.text,
                                 mmf_class_name(beside->class),
                                 error.text[0] ? error.text : mmf_status_text(status));
    }
    *ret_operand = constant_of(&field, beside, payload);
    return true;
}

static bool literal(mmf_compiler *compiler, mmf_written *written, const mmf_operand *beside)
{
    const mmf_token *token = &written->token;
    bool is_name = token->kind == MMF_TOKEN_NAME || token->kind == MMF_TOKEN_QUOTED_NAME;
    bool may_be_name = beside->class == MMF_CLASS_ENUM || beside->class == MMF_CLASS_BOOL;

    if (is_name && !may_be_name) {
        return fail_field(compiler, token);
    }
    if (beside->class == MMF_CLASS_NUMBER) {
        return number_literal(compiler, token, beside, &written->operand);
    }
    if (beside->class == MMF_CLASS_STRING) {
        return token->kind == MMF_TOKEN_STRING
                   ? mmf_operand_of_string(compiler, token, &written->operand)
                   : mmf_compiler_fail(compiler, token, "%s is a string: expected \"…\"",
                                       beside->field->name.text);
    }
    return value_literal(compiler, token, beside, &written->operand);
}

bool mmf_operand_match(mmf_compiler *compiler, mmf_written *left, mmf_written *right)
{
    if (!left->is_field && !right->is_field) {
        bool is_name = left->token.kind == MMF_TOKEN_NAME;

        return is_name ? fail_field(compiler, &left->token)
                       : mmf_compiler_fail(compiler, &left->token,
                                           "a field is compared with "
                                           "something: neither is one");
    }
    if (!left->is_field) {
        return literal(compiler, left, &right->operand);
    }
    if (!right->is_field) {
        return literal(compiler, right, &left->operand);
    }
    if (left->operand.class != right->operand.class ||
        (left->operand.kind == MMF_OPERAND_SCALAR) != (right->operand.kind == MMF_OPERAND_SCALAR)) {
        return mmf_compiler_fail(
            compiler, &right->token, "%s is %s, and %s is %s", left->operand.field->name.text,
            mmf_class_name(left->operand.class), right->operand.field->name.text,
            mmf_class_name(right->operand.class));
    }
    return true;
}
