/* The language of --where: which records are meant.
 *
 *   price > 100 and symbol = "AAPL" or not (side in (buy, sell))
 *
 *   expression  expression or expression | expression and expression | not expression
 *               | (expression) | comparison | a bool field | true | false
 *   comparison  operand = == != <> < <= > >= operand
 *               | operand [not] in (operand, …) | operand [not] between operand and operand
 *               | operand [not] like "pattern"
 *   operand     a field, `field` where its name is a word of the language, field[3] of an array,
 *               -12, 0x1f, 1.5, 2e6, "text", 'text' (a quote in it is doubled), true, false,
 *               a name of the enum that it is compared with
 *
 * `or` binds least, then `and`, then `not`; words in any case. What a literal may be depends on
 * what it is compared with: of timestamps, uuids, addresses and bytes it is a text as
 * mmf_value_read() takes it, or the stored number. Numbers compare exactly, whatever their types
 * and scales; but 0.1 beside a float is the float that is nearest to 0.1. nan equals nothing.
 * Texts compare byte by byte. like: % is any number of characters, _ is one, \ takes the next as it
 * is; upper and lower case differ.
 */
#ifndef MMF_TOOLS_EXPRESSION_H
#define MMF_TOOLS_EXPRESSION_H

#include "schema/model.h"

typedef struct mmf_expression mmf_expression;

/* Compiles a text against a model, which has to outlive the result. diagnostics, which the caller
 * has initialised with the name for messages, receives the first error, with its place.
 * MMF_OK; MMF_E_SYNTAX; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_expression_compile(const char *text, const mmf_model *model,
                                                mmf_diagnostics *diagnostics,
                                                mmf_expression **ret_expression);

/* Whether it is true of a payload (tools/table.h), which may come from a damaged file. Allocates
 * nothing; any number of threads may ask. */
bool mmf_expression_matches(const mmf_expression *expression, const uint8_t *payload);

/* Takes NULL. */
void mmf_expression_free(mmf_expression *expression);

#endif
