/* Values of fields as text, and back. Whatever is written is read back to the same bytes, unless
 * it is said otherwise.
 *
 * Logical notation, the default:
 *   timestamp   2026-11-21T12:43:09.123456789Z, as many digits as the unit has; years -9999 to
 * 9999, else the number decimal     -12.50: all digits of the scale uuid
 * 550e8400-e29b-41d4-a716-446655440000; ipv4 192.0.2.1; ipv6 by RFC 5952. Of a bytes field that has
 * another length than 16 or 4: as bytes enum        the name, or the number where it has none bool
 * true, false integer     decimal digits float       the shortest decimal that reads back to the
 * same number; nan, inf, -inf (what kind of nan is lost) string      its characters; bytes:
 * hexadecimal digits Raw notation: the stored numbers of timestamps, decimals and enums; uuid and
 * addresses as bytes or numbers; bools as 0 and 1.
 *
 * Three syntaxes: TEXT, for people, one line; control characters and bytes that are no UTF-8 as \n,
 * \t, \\, \xHH. CSV (RFC 4180): quoted where it has to be; arrays are a JSON array in one cell.
 * JSON: integers beyond what int64 holds, nan and inf are strings; a string that is no UTF-8 is
 * {"hex": "ff00"}; arrays are arrays.
 */
#ifndef MMF_TOOLS_VALUE_H
#define MMF_TOOLS_VALUE_H

#include "schema/model.h"
#include "tools/output.h"

typedef enum mmf_syntax {
    MMF_SYNTAX_TEXT,
    MMF_SYNTAX_CSV,
    MMF_SYNTAX_JSON,
} mmf_syntax;

typedef struct mmf_notation {
    mmf_syntax syntax;
    bool is_raw;
} mmf_notation;

/* Appends a field of a payload (see tools/table.h), which may come from a damaged file: lengths
 * count up to the field's max. */
void mmf_value_write(mmf_output *output, const mmf_field *field, const uint8_t *payload,
                     mmf_notation notation);

/* Reads `size` bytes of text, a TEXT or a CSV cell whose quotes are gone, into the field of a
 * payload; for JSON, one JSON value. Takes what mmf_value_write() makes in either notation, and for
 * timestamps also a space for the T, an offset (+02:00) for the Z, and fewer digits; for integers
 * also 0x…; for bools also 0 and 1. What is not used of the field becomes zero.
 * MMF_OK; MMF_E_INVALID (not a value of that type, or out of its range: the text says what was
 * found and what was expected, without the field's name), MMF_E_TOO_LONG (a string or bytes above
 * max); the payload is then as it was. */
MMF_NODISCARD mmf_status mmf_value_read(const mmf_field *field, const char *text, size_t size,
                                        mmf_notation notation, uint8_t *payload, mmf_error *error);

#endif
