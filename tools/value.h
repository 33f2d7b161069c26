/* Values of fields as text, and back. Whatever is written is read back to the same bytes in the
 * same notation, unless it is said otherwise.
 *
 * Logical notation, the default:
 *
 *   timestamp  2026-11-21T12:43:09.123456789Z, as many digits as the unit has; outside of the years
 *              -9999 to 9999 the stored number
 *   decimal    -12.50: all digits of the scale
 *   uuid       550e8400-e29b-41d4-a716-446655440000
 *   ipv4       192.0.2.1
 *   ipv6       by RFC 5952; these three, of a bytes field of another length than 16 or 4: as bytes
 *   enum       the name, or the number where it has none
 *   bool       true, false (a damaged byte, neither 0 nor 1, is true: it comes back as 1)
 *   integer    decimal digits
 *   float      the shortest decimal that reads back to the same number; nan, inf, -inf (what kind
 *              of nan is lost)
 *   string     its characters
 *   bytes      hexadecimal digits
 *
 * Raw notation: the stored numbers of timestamps, decimals and enums; uuid and addresses as what
 * holds them: bytes, a number, or an array of numbers; bools as 0 and 1.
 *
 * Three syntaxes:
 *
 *   TEXT  for people, one line; control characters and bytes that are no UTF-8 as \n, \t, \xHH, and
 *         a backslash as \\; arrays as in JSON
 *   CSV   (RFC 4180) quoted where it has to be, and "" for an empty string, so that no line is
 *         empty; arrays are a JSON array in one cell. Bytes that are no UTF-8 are left as they are
 *   JSON  integers and decimals whose stored number is beyond int64, nan and inf are strings; a
 *         string that is no UTF-8 is {"hex": "ff00"}; arrays are arrays
 *
 * No function here depends on the locale, or has state: any thread may call any of them.
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

/* Appends these fields of a payload as one line, with its newline: CSV, separated by commas; JSON,
 * an object; TEXT, separated by tabs (which no value has). */
void mmf_value_write_row(mmf_output *output, const mmf_field *const *fields, size_t count,
                         const uint8_t *payload, mmf_notation notation);

/* Appends the names of these fields as such a line, for CSV and TEXT. */
void mmf_value_write_names(mmf_output *output, const mmf_field *const *fields, size_t count,
                           mmf_notation notation);

/* Reads `size` bytes of text, a TEXT or a CSV cell whose quotes are gone, into the field of a
 * payload; for JSON, one JSON value without space around it. Takes what mmf_value_write() makes in
 * either notation; is_raw counts for decimals without a point alone, which are the stored number
 * then. Takes also: for timestamps a space for the T, an offset (+02:00) for the Z, and fewer
 * digits, or more of them that are zero; for integers 0x…; for bools 0 and 1; for floats any
 * decimal, which is rounded to the nearest number. What is not used of the field becomes zero.
 * MMF_OK; MMF_E_INVALID (not a value of that type, or out of its range: the text says what was
 * found and what was expected, without the field's name), MMF_E_TOO_LONG (a string or bytes above
 * max), MMF_E_NO_MEMORY (arrays alone); the payload is then as it was. */
MMF_NODISCARD mmf_status mmf_value_read(const mmf_field *field, const char *text, size_t size,
                                        mmf_notation notation, uint8_t *payload, mmf_error *error);

#endif
