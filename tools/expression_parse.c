/* Text to nodes, by recursive descent. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/expression_parts.h"

#define DEPTH_MAX 200u /* of parentheses and nots */

/* --- What all of it needs -------------------------------------------------------------------- */

/* Columns count characters: bytes that begin one. */
static mmf_location location_of(const char *text, const char *place)
{
    mmf_location location = {1, 1};

    for (; text < place; text++) {
        if (*text == '\n') {
            location.line++;
            location.column = 1;
        } else if (((unsigned char)*text & 0xc0) != 0x80) {
            location.column++;
        }
    }
    return location;
}

bool mmf_compiler_fail(mmf_compiler *compiler, const mmf_token *token, const char *format, ...)
{
    char text[MMF_ERROR_TEXT_SIZE];
    va_list arguments;

    if (!compiler->has_failed) {
        va_start(arguments, format);
        (void)vsnprintf(text, sizeof text, format, arguments);
        va_end(arguments);
        mmf_diagnostics_add(compiler->diagnostics, MMF_SEVERITY_ERROR,
                            location_of(compiler->text, token->text), "%s", text);
    }
    compiler->has_failed = true;
    return false;
}

bool mmf_compiler_fail_expected(mmf_compiler *compiler, const char *what)
{
    const mmf_token *token = &compiler->token;
    int size = token->size < 40 ? (int)token->size : 40;

    if (token->kind == MMF_TOKEN_END) {
        return mmf_compiler_fail(compiler, token, "expected %s, found the end", what);
    }
    if (token->kind == MMF_TOKEN_WRONG && strchr("\"'`", token->text[0])) {
        return mmf_compiler_fail(compiler, token, "a quote that nothing closes");
    }
    return mmf_compiler_fail(compiler, token, "expected %s, found %.*s", what, size, token->text);
}

void mmf_compiler_next(mmf_compiler *compiler)
{
    const mmf_token *token = &compiler->token;
    size_t quote = token->kind == MMF_TOKEN_QUOTED_NAME;

    compiler->token = mmf_token_next(token->text + token->size + quote);
}

void *mmf_compiler_keep(mmf_compiler *compiler, size_t size)
{
    mmf_kept *kept = calloc(1, sizeof *kept + size);

    if (!kept) {
        (void)mmf_compiler_fail(compiler, &compiler->token, "out of memory");
        return NULL;
    }
    kept->previous = compiler->expression->kept;
    compiler->expression->kept = kept;
    return kept->bytes;
}

static mmf_node *new_node(mmf_compiler *compiler, mmf_node_kind kind)
{
    mmf_node *node = calloc(1, sizeof *node);

    if (!node) {
        (void)mmf_compiler_fail(compiler, &compiler->token, "out of memory");
        return NULL;
    }
    node->kind = kind;
    node->previous = compiler->expression->nodes;
    compiler->expression->nodes = node;
    return node;
}

static bool accept(mmf_compiler *compiler, const char *word)
{
    if (!mmf_token_is(&compiler->token, word)) {
        return false;
    }
    mmf_compiler_next(compiler);
    return true;
}

static mmf_node *negated(mmf_compiler *compiler, mmf_node *child)
{
    mmf_node *node = child ? new_node(compiler, MMF_NODE_NOT) : NULL;

    if (node) {
        node->child = child;
    }
    return node;
}

/* --- Comparisons ----------------------------------------------------------------------------- */

static const struct {
    const char *sign;
    unsigned wanted;
} comparisons[] = {
    {"=", MMF_WANT_EQUAL},
    {"==", MMF_WANT_EQUAL},
    {"!=", MMF_WANT_LESS | MMF_WANT_GREATER | MMF_WANT_NONE},
    {"<>", MMF_WANT_LESS | MMF_WANT_GREATER | MMF_WANT_NONE},
    {"<", MMF_WANT_LESS},
    {"<=", MMF_WANT_LESS | MMF_WANT_EQUAL},
    {">", MMF_WANT_GREATER},
    {">=", MMF_WANT_GREATER | MMF_WANT_EQUAL},
};

static mmf_node *comparison(mmf_compiler *compiler, const mmf_written *left, unsigned wanted,
                            const mmf_written *right)
{
    mmf_written a = *left;
    mmf_written b = *right;
    mmf_node *node;

    if (!mmf_operand_match(compiler, &a, &b)) {
        return NULL;
    }
    node = new_node(compiler, MMF_NODE_COMPARE_BYTES);
    if (node) {
        node->wanted = wanted;
        node->left = a.operand;
        node->right = b.operand;
        if (a.operand.kind == MMF_OPERAND_NUMBER || a.operand.kind == MMF_OPERAND_SCALAR) {
            node->kind = MMF_NODE_COMPARE_NUMBERS;
        }
    }
    return node;
}

static mmf_node *parse_plain(mmf_compiler *compiler, const mmf_written *left)
{
    mmf_written right;

    for (size_t i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++) {
        if (accept(compiler, comparisons[i].sign)) {
            return mmf_operand_read(compiler, &right)
                       ? comparison(compiler, left, comparisons[i].wanted, &right)
                       : NULL;
        }
    }
    (void)mmf_compiler_fail_expected(compiler, "a comparison");
    return NULL;
}

static mmf_node *parse_in(mmf_compiler *compiler, const mmf_written *left)
{
    mmf_node *node = new_node(compiler, MMF_NODE_OR);
    mmf_node **last = node ? &node->child : NULL;
    mmf_written right;

    if (!node || !accept(compiler, "(")) {
        (void)mmf_compiler_fail_expected(compiler, "(");
        return NULL;
    }
    do {
        if (!mmf_operand_read(compiler, &right)) {
            return NULL;
        }
        *last = comparison(compiler, left, MMF_WANT_EQUAL, &right);
        if (!*last) {
            return NULL;
        }
        last = &(*last)->next;
    } while (accept(compiler, ","));
    if (!accept(compiler, ")")) {
        (void)mmf_compiler_fail_expected(compiler, ", or )");
        return NULL;
    }
    return node;
}

static mmf_node *parse_between(mmf_compiler *compiler, const mmf_written *left)
{
    mmf_node *node = new_node(compiler, MMF_NODE_AND);
    mmf_written low;
    mmf_written high;

    if (!node || !mmf_operand_read(compiler, &low)) {
        return NULL;
    }
    if (!accept(compiler, "and")) {
        (void)mmf_compiler_fail_expected(compiler, "and");
        return NULL;
    }
    if (!mmf_operand_read(compiler, &high)) {
        return NULL;
    }
    node->child = comparison(compiler, left, MMF_WANT_GREATER | MMF_WANT_EQUAL, &low);
    if (!node->child) {
        return NULL;
    }
    node->child->next = comparison(compiler, left, MMF_WANT_LESS | MMF_WANT_EQUAL, &high);
    return node->child->next ? node : NULL;
}

static mmf_node *parse_like(mmf_compiler *compiler, const mmf_written *left)
{
    mmf_token token = compiler->token;
    mmf_node *node = new_node(compiler, MMF_NODE_LIKE);

    if (!node) {
        return NULL;
    }
    if (!left->is_field || left->operand.class != MMF_CLASS_STRING) {
        (void)mmf_compiler_fail(compiler, &left->token, "like is for fields that are strings");
        return NULL;
    }
    if (token.kind != MMF_TOKEN_STRING) {
        (void)mmf_compiler_fail_expected(compiler, "a pattern, such as \"A%\"");
        return NULL;
    }
    node->left = left->operand;
    mmf_compiler_next(compiler);
    return mmf_operand_of_string(compiler, &token, &node->right) ? node : NULL;
}

/* A bool by itself: a field, true or false. */
static mmf_node *parse_alone(mmf_compiler *compiler, const mmf_written *left)
{
    static const mmf_number zero = {0};
    mmf_node *node;

    if (left->is_field && left->operand.class == MMF_CLASS_BOOL) {
        node = new_node(compiler, MMF_NODE_COMPARE_NUMBERS);
        if (node) {
            node->wanted = MMF_WANT_GREATER;
            node->left = left->operand;
            node->right = (mmf_operand){.kind = MMF_OPERAND_NUMBER, .number = zero};
        }
        return node;
    }
    node = new_node(compiler, MMF_NODE_CONSTANT);
    if (node) {
        node->wanted = mmf_token_is(&left->token, "true");
    }
    return node;
}

/* Whether what follows an operand is the end of the comparison. */
static bool is_alone(const mmf_compiler *compiler, const mmf_written *left)
{
    const mmf_token *token = &compiler->token;
    bool is_bool = left->is_field
                       ? left->operand.class == MMF_CLASS_BOOL
                       : mmf_token_is(&left->token, "true") || mmf_token_is(&left->token, "false");

    return is_bool && (token->kind == MMF_TOKEN_END || mmf_token_is(token, ")") ||
                       mmf_token_is(token, "and") || mmf_token_is(token, "or"));
}

static mmf_node *parse_comparison(mmf_compiler *compiler)
{
    mmf_written left;
    mmf_node *node;
    bool is_negated;

    if (!mmf_operand_read(compiler, &left)) {
        return NULL;
    }
    if (is_alone(compiler, &left)) {
        return parse_alone(compiler, &left);
    }
    is_negated = accept(compiler, "not");
    if (accept(compiler, "in")) {
        node = parse_in(compiler, &left);
    } else if (accept(compiler, "between")) {
        node = parse_between(compiler, &left);
    } else if (accept(compiler, "like")) {
        node = parse_like(compiler, &left);
    } else if (is_negated) {
        (void)mmf_compiler_fail_expected(compiler, "in, between or like");
        return NULL;
    } else {
        return parse_plain(compiler, &left);
    }
    return is_negated ? negated(compiler, node) : node;
}

/* --- and, or, not ---------------------------------------------------------------------------- */

static mmf_node *parse_or(mmf_compiler *compiler);

static mmf_node *parse_parentheses(mmf_compiler *compiler)
{
    mmf_node *node = parse_or(compiler);

    if (node && !accept(compiler, ")")) {
        (void)mmf_compiler_fail_expected(compiler, "and, or, )");
        return NULL;
    }
    return node;
}

static mmf_node *parse_not(mmf_compiler *compiler)
{
    mmf_node *node;

    if (compiler->depth >= DEPTH_MAX) {
        (void)mmf_compiler_fail(compiler, &compiler->token, "nested more than %u deep", DEPTH_MAX);
        return NULL;
    }
    compiler->depth++;
    node = accept(compiler, "not") ? negated(compiler, parse_not(compiler))
           : accept(compiler, "(") ? parse_parentheses(compiler)
                                   : parse_comparison(compiler);
    compiler->depth--;
    return node;
}

/* One part, or several with that word between them. */
static mmf_node *parse_chain(mmf_compiler *compiler, const char *word, mmf_node_kind kind,
                             mmf_node *(*parse)(mmf_compiler *compiler))
{
    mmf_node *node = parse(compiler);
    mmf_node *chain;

    if (!node || !mmf_token_is(&compiler->token, word)) {
        return node;
    }
    chain = new_node(compiler, kind);
    if (!chain) {
        return NULL;
    }
    chain->child = node;
    while (accept(compiler, word)) {
        node->next = parse(compiler);
        node = node->next;
        if (!node) {
            return NULL;
        }
    }
    return chain;
}

static mmf_node *parse_and(mmf_compiler *compiler)
{
    return parse_chain(compiler, "and", MMF_NODE_AND, parse_not);
}

static mmf_node *parse_or(mmf_compiler *compiler)
{
    return parse_chain(compiler, "or", MMF_NODE_OR, parse_and);
}

mmf_status mmf_expression_compile(const char *text, const mmf_model *model,
                                  mmf_diagnostics *diagnostics, mmf_expression **ret_expression)
{
    mmf_expression *expression = calloc(1, sizeof *expression);
    mmf_compiler compiler = {
        .text = text,
        .model = model,
        .diagnostics = diagnostics,
        .expression = expression,
        .token = mmf_token_next(text),
    };

    if (!expression) {
        return MMF_E_NO_MEMORY;
    }
    expression->root = parse_or(&compiler);
    if (expression->root && compiler.token.kind != MMF_TOKEN_END) {
        (void)mmf_compiler_fail_expected(&compiler, "and, or, the end");
    }
    if (compiler.has_failed) {
        mmf_expression_free(expression);
        return diagnostics->out_of_memory ? MMF_E_NO_MEMORY : MMF_E_SYNTAX;
    }
    *ret_expression = expression;
    return MMF_OK;
}
