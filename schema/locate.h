/* Where the values of a JSON text stand: jansson tells positions of syntax errors alone.
 *
 * One pass over the text makes a tree of places in the shape of jansson's tree: the children of an
 * object or array in the order of the text, which is the order in which jansson iterates.
 */
#ifndef MMF_SCHEMA_LOCATE_H
#define MMF_SCHEMA_LOCATE_H

#include <stddef.h>
#include <stdint.h>

#include "schema/diagnostics.h"

#define MMF_PLACE_NONE 0u           /* no child, no next: the root is neither */
#define MMF_PLACE_NO_KEY UINT32_MAX /* key_offset in an array and at the root */

typedef struct mmf_place {
    mmf_location key;     /* of the member's name; that of the value where there is none */
    mmf_location value;   /* of the value's first character */
    uint32_t key_offset;  /* byte of the text at which the name's quote stands */
    uint32_t parent;      /* this and the others: indexes into mmf_places.items */
    uint32_t first_child; /* of an object or array that is not empty */
    uint32_t last_child;
    uint32_t next; /* in the same object or array */
} mmf_place;

typedef struct mmf_places {
    mmf_place *items; /* the root is items[0] */
    uint32_t count;
    uint32_t capacity;
} mmf_places;

/* The places of a text that jansson has accepted, of at most UINT32_MAX / 2 bytes.
 * MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_places_build(const char *text, size_t size, mmf_places *ret_places);
void mmf_places_clear(mmf_places *places); /* takes zero-initialised ones too */

/* The place of a byte of any text; the place behind its end when offset is not below size. */
mmf_location mmf_locate_offset(const char *text, size_t size, size_t offset);

/* Byte at which the token begins that a JSON parser had read to its end when it gave up after
 * `consumed` bytes of any text: what is wrong, or what stands where something else should. In a
 * string with a wrong escape or a control character it is that character. With consumed = size + 1,
 * for a text that ends too early: where the string without an end begins, or size. */
size_t mmf_locate_token(const char *text, size_t size, size_t consumed);

/* Byte behind the string whose opening quote is at offset; size + 1 when it does not end. */
size_t mmf_locate_string_end(const char *text, size_t size, size_t offset);

#endif
