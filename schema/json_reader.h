/* Reading a jansson tree with locations: each call reports what it does not accept and goes on.
 * For the files schema/json_*.c alone. */
#ifndef MMF_SCHEMA_JSON_READER_H
#define MMF_SCHEMA_JSON_READER_H

#include <jansson.h>

#include "schema/locate.h"
#include "schema/model.h"

typedef struct mmf_reader {
    mmf_diagnostics *diagnostics;
    const mmf_place *places;
    bool out_of_memory;
} mmf_reader;

/* A value of the text: a member of an object, an element of an array, or the whole text. */
typedef struct mmf_node {
    json_t *value;   /* NULL: the object has no such member */
    const char *key; /* its name in messages; an element has that of its array */
    uint32_t place;  /* index into the reader's places */
} mmf_node;

/* A word of the language and what it stands for. */
typedef struct mmf_word {
    const char *name;
    int value;
} mmf_word;

#define MMF_SHOWN_SIZE 80

/* A value as messages show it: as JSON, a long one cut; "an object" and "an array" in words. */
typedef struct mmf_shown {
    char text[MMF_SHOWN_SIZE];
} mmf_shown;

mmf_shown mmf_show(const json_t *value);
mmf_shown mmf_found(const json_t *value);  /* the same, but "the string" stands before a string */
mmf_shown mmf_show_text(const char *text); /* as a JSON string, with its quotes */

mmf_location mmf_reader_location(const mmf_reader *reader, mmf_node node); /* of the value */
mmf_location mmf_reader_key_location(const mmf_reader *reader, mmf_node node);

/* An error at the value of node, or at another place. */
void mmf_reader_error(mmf_reader *reader, mmf_node node, const char *format, ...) MMF_PRINTF(3, 4);

/* The children of an object or array in order; .value is NULL behind the last. */
typedef struct mmf_children {
    mmf_node node;
    json_t *parent;
    void *member; /* of an object */
    size_t index; /* in an array */
} mmf_children;

mmf_children mmf_children_first(const mmf_reader *reader, mmf_node parent);
void mmf_children_next(const mmf_reader *reader, mmf_children *children);

/* Sorts an object's members into ret_members by their place in keys, which has count rows; what
 * is called what in messages does not have other keys. False when node is no object. */
bool mmf_read_members(mmf_reader *reader, mmf_node node, const char *what, const char *const *keys,
                      size_t count, mmf_node *ret_members);

/* Each of these takes a member that is not there as well, and returns false without a message.
 * False with a message when the value is none of the kind; *ret_… is then untouched. */
bool mmf_read_object(mmf_reader *reader, mmf_node node);
bool mmf_read_array(mmf_reader *reader, mmf_node node);
bool mmf_read_bool(mmf_reader *reader, mmf_node node, bool *ret_value);
bool mmf_read_integer(mmf_reader *reader, mmf_node node, int64_t min, int64_t max,
                      int64_t *ret_value);
bool mmf_read_text(mmf_reader *reader, mmf_node node, char **ret_text);
bool mmf_read_name(mmf_reader *reader, mmf_node node, mmf_name *ret_name);
bool mmf_read_names(mmf_reader *reader, mmf_node node, mmf_name **ret_names, uint32_t *ret_count);
bool mmf_read_word(mmf_reader *reader, mmf_node node, const mmf_word *words, size_t count,
                   int *ret_value);

/* Zeroed memory of an array; NULL, and reader->out_of_memory set, when there is none. */
void *mmf_reader_allocate(mmf_reader *reader, size_t count, size_t size);
char *mmf_reader_copy(mmf_reader *reader, const char *text);

#endif
