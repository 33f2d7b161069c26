#include "schema/locate.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A reading position and what it is in lines and columns. */
typedef struct cursor {
    const char *text;
    size_t size;
    size_t offset;
    mmf_location location;
} cursor;

static void advance_to(cursor *at, size_t offset)
{
    for (; at->offset < offset && at->offset < at->size; at->offset++) {
        unsigned char byte = (unsigned char)at->text[at->offset];

        if (byte == '\n') {
            at->location.line++;
            at->location.column = 1;
        } else if ((byte & 0xc0) != 0x80) { /* not a later byte of a UTF-8 character */
            at->location.column++;
        }
    }
}

mmf_location mmf_locate_offset(const char *text, size_t size, size_t offset)
{
    cursor at = {.text = text, .size = size, .location = {1, 1}};

    advance_to(&at, offset);
    return at.location;
}

size_t mmf_locate_string_end(const char *text, size_t size, size_t offset)
{
    for (offset++; offset < size && text[offset] != '"'; offset++) {
        if (text[offset] == '\\') {
            offset++;
        }
    }
    return offset < size ? offset + 1 : size + 1;
}

static bool is_between_values(char character)
{
    return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

static bool is_of_word(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '+' || character == '-' ||
           character == '.';
}

/* End of the number, true, false or null at offset; of one character when it is none of these. */
static size_t word_end(const char *text, size_t size, size_t offset)
{
    size_t end = offset;

    while (end < size && is_of_word(text[end])) {
        end++;
    }
    return end > offset ? end : offset + 1;
}

static size_t skip_blanks(const char *text, size_t size, size_t offset)
{
    while (offset < size && is_between_values(text[offset])) {
        offset++;
    }
    return offset;
}

static mmf_place *add_place(mmf_places *places)
{
    if (places->count == places->capacity) {
        uint32_t capacity = places->capacity ? 2 * places->capacity : 64;
        mmf_place *items = realloc(places->items, capacity * sizeof *items);

        if (!items) {
            return NULL;
        }
        places->items = items;
        places->capacity = capacity;
    }
    return &places->items[places->count++];
}

/* The member name that was read and waits for its value. */
typedef struct pending_key {
    mmf_location location;
    uint32_t offset;
} pending_key;

/* Adds the place of the value at the cursor as the last child of parent; returns its index,
 * MMF_PLACE_NO_KEY when out of memory. */
static uint32_t add_value(mmf_places *places, const cursor *at, pending_key key, uint32_t parent)
{
    uint32_t index = places->count;
    mmf_place *place = add_place(places);

    if (!place) {
        return MMF_PLACE_NO_KEY;
    }
    *place = (mmf_place){
        .key = key.offset == MMF_PLACE_NO_KEY ? at->location : key.location,
        .value = at->location,
        .key_offset = key.offset,
        .parent = parent,
    };
    if (index > 0) {
        mmf_place *above = &places->items[parent];

        if (above->last_child == MMF_PLACE_NONE) {
            above->first_child = index;
        } else {
            places->items[above->last_child].next = index;
        }
        above->last_child = index;
    }
    return index;
}

/* Whether the string at the cursor names a member: a colon follows it. */
static bool is_key(const cursor *at, size_t end)
{
    size_t next = skip_blanks(at->text, at->size, end);

    return next < at->size && at->text[next] == ':';
}

mmf_status mmf_places_build(const char *text, size_t size, mmf_places *ret_places)
{
    static const pending_key no_key = {.offset = MMF_PLACE_NO_KEY};
    mmf_places places = {0};
    cursor at = {.text = text, .size = size, .location = {1, 1}};
    pending_key key = no_key;
    uint32_t parent = 0;

    while (at.offset < size) {
        char first = text[at.offset];
        size_t end = first == '"' ? mmf_locate_string_end(text, size, at.offset)
                                  : word_end(text, size, at.offset);
        uint32_t index;

        if (first == '}' || first == ']') {
            parent = places.items[parent].parent;
        } else if (first == '"' && key.offset == MMF_PLACE_NO_KEY && is_key(&at, end)) {
            key = (pending_key){.location = at.location, .offset = (uint32_t)at.offset};
        } else if (!is_between_values(first) && first != ',' && first != ':') {
            index = add_value(&places, &at, key, parent);
            if (index == MMF_PLACE_NO_KEY) {
                mmf_places_clear(&places);
                return MMF_E_NO_MEMORY;
            }
            key = no_key;
            if (first == '{' || first == '[') {
                parent = index;
            }
        }
        advance_to(&at, end);
    }
    *ret_places = places;
    return MMF_OK;
}

void mmf_places_clear(mmf_places *places)
{
    free(places->items);
    *places = (mmf_places){0};
}

/* The first wrong character of the string at offset, or offset when it is fine or never ends. */
static size_t string_fault(const char *text, size_t size, size_t offset)
{
    for (size_t i = offset + 1; i < size && text[i] != '"'; i++) {
        if (text[i] == '\\') {
            if (i + 1 < size && !memchr("\"\\/bfnrtu", text[i + 1], 9)) {
                return i;
            }
            i++;
        } else if ((unsigned char)text[i] < 0x20) {
            /* A line that ends in a string lacks the closing quote, and may lack it anywhere. */
            return text[i] == '\n' || text[i] == '\r' ? offset : i;
        }
    }
    return offset;
}

size_t mmf_locate_token(const char *text, size_t size, size_t consumed)
{
    size_t start = skip_blanks(text, size, 0);

    while (start < size) {
        bool is_string = text[start] == '"';
        size_t fault = is_string ? string_fault(text, size, start) : start;
        size_t end =
            is_string ? mmf_locate_string_end(text, size, start) : word_end(text, size, start);

        if (end >= consumed || fault != start) {
            return fault;
        }
        start = skip_blanks(text, size, end);
    }
    return size;
}
