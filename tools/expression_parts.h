/* A compiled --where: expression_parse.c makes it, expression_operand.c what is compared,
 * expression.c asks it. */
#ifndef MMF_TOOLS_EXPRESSION_PARTS_H
#define MMF_TOOLS_EXPRESSION_PARTS_H

#include "tools/expression.h"
#include "tools/number.h"

/* What a value is to somebody who compares it. */
typedef enum mmf_operand_class {
    MMF_CLASS_NUMBER, /* integers, floats, decimals */
    MMF_CLASS_TIMESTAMP,
    MMF_CLASS_ENUM,
    MMF_CLASS_BOOL,
    MMF_CLASS_STRING,
    MMF_CLASS_BYTES,
    MMF_CLASS_UUID,
    MMF_CLASS_IPV4,
    MMF_CLASS_IPV6,
} mmf_operand_class;

/* Where a value is, and how it is got. */
typedef enum mmf_operand_kind {
    MMF_OPERAND_NUMBER, /* a constant */
    MMF_OPERAND_BYTES,  /* a constant */
    MMF_OPERAND_SCALAR, /* of the payload, a number */
    MMF_OPERAND_TEXT,   /* of the payload, u32 length and bytes */
    MMF_OPERAND_ARRAY,  /* of the payload, bytes */
} mmf_operand_kind;

typedef struct mmf_operand {
    mmf_operand_kind kind;
    mmf_operand_class class;
    const mmf_field *field; /* NULL: a constant */
    mmf_type type;          /* SCALAR: of the number */
    uint32_t scale;         /* SCALAR: digits behind the point */
    uint32_t offset;        /* in the payload */
    mmf_number number;
    const uint8_t *bytes; /* BYTES: kept by the expression */
    uint32_t size;        /* of bytes; ARRAY: of it; TEXT: max */
} mmf_operand;

typedef enum mmf_node_kind {
    MMF_NODE_CONSTANT,
    MMF_NODE_AND, /* of all children */
    MMF_NODE_OR,
    MMF_NODE_NOT, /* of its one child */
    MMF_NODE_COMPARE_NUMBERS,
    MMF_NODE_COMPARE_BYTES,
    MMF_NODE_LIKE,
} mmf_node_kind;

#define MMF_ORDERS(order) (1u << ((order) + 1))
#define MMF_WANT_LESS MMF_ORDERS(MMF_ORDER_LESS)
#define MMF_WANT_EQUAL MMF_ORDERS(MMF_ORDER_EQUAL)
#define MMF_WANT_GREATER MMF_ORDERS(MMF_ORDER_GREATER)
#define MMF_WANT_NONE MMF_ORDERS(MMF_ORDER_NONE)

typedef struct mmf_node {
    mmf_node_kind kind;
    unsigned wanted; /* comparisons: the orders in which it is true; CONSTANT: 0 is false */
    struct mmf_node *child;
    struct mmf_node *next;     /* the parent's next child */
    struct mmf_node *previous; /* all nodes are a list, to be freed */
    mmf_operand left, right;
} mmf_node;

typedef struct mmf_kept {
    struct mmf_kept *previous;
    uint8_t bytes[];
} mmf_kept;

struct mmf_expression {
    mmf_node *root;
    mmf_node *nodes;
    mmf_kept *kept; /* bytes of constants */
};

/* --- Words of the text ----------------------------------------------------------------------- */

typedef enum mmf_token_kind {
    MMF_TOKEN_END,
    MMF_TOKEN_NAME,
    MMF_TOKEN_QUOTED_NAME, /* in backquotes, which are not of the text */
    MMF_TOKEN_NUMBER,
    MMF_TOKEN_STRING, /* with its quotes */
    MMF_TOKEN_SIGN,   /* = == != <> < <= > >= ( ) [ ] , */
    MMF_TOKEN_WRONG,
} mmf_token_kind;

typedef struct mmf_token {
    mmf_token_kind kind;
    const char *text;
    size_t size;
} mmf_token;

mmf_token mmf_token_next(const char *text);
bool mmf_token_is(const mmf_token *token, const char *word); /* in any case; not a quoted name */

/* --- Operands -------------------------------------------------------------------------------- */

typedef struct mmf_compiler {
    const char *text;
    const mmf_model *model;
    mmf_diagnostics *diagnostics;
    mmf_expression *expression;
    mmf_token token; /* the next one */
    unsigned depth;
    bool has_failed;
} mmf_compiler;

/* An operand as it is written: a field, of which `operand` is complete, or a literal, whose meaning
 * what it is compared with decides. */
typedef struct mmf_written {
    mmf_token token;
    bool is_field;
    mmf_operand operand;
} mmf_written;

/* The first error, at that token. Returns false, as do all of them that fail. */
bool mmf_compiler_fail(mmf_compiler *compiler, const mmf_token *token, const char *format, ...)
    MMF_PRINTF(3, 4);
/* "expected WHAT, found THIS", of the next token. */
bool mmf_compiler_fail_expected(mmf_compiler *compiler, const char *what);
void mmf_compiler_next(mmf_compiler *compiler);
void *mmf_compiler_keep(mmf_compiler *compiler, size_t size);

bool mmf_operand_read(mmf_compiler *compiler, mmf_written *ret_written);
/* Has both be comparable: one is a field, and a literal beside it is what the field's values are.
 */
bool mmf_operand_match(mmf_compiler *compiler, mmf_written *left, mmf_written *right);
/* The content of a string, whose quotes are taken off and single again. */
bool mmf_operand_of_string(mmf_compiler *compiler, const mmf_token *token,
                           mmf_operand *ret_operand);

/* The number at that place. */
mmf_number mmf_scalar_load(mmf_type type, uint32_t scale, const uint8_t *bytes);

const char *mmf_class_name(mmf_operand_class operand_class);

#endif
