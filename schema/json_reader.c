#define _POSIX_C_SOURCE 200809L /* strdup */

#include "schema/json_reader.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/identifiers.h"
#include "schema/suggest.h"

#define SHOWN_MAX 63 /* bytes of a value in a message */
#define WORDS_MAX 16 /* of a list that mmf_read_word() or mmf_read_members() takes */

void *mmf_reader_allocate(mmf_reader *reader, size_t count, size_t size)
{
    void *memory = calloc(count > 0 ? count : 1, size);

    if (!memory) {
        reader->out_of_memory = true;
    }
    return memory;
}

char *mmf_reader_copy(mmf_reader *reader, const char *text)
{
    char *copy = strdup(text);

    if (!copy) {
        reader->out_of_memory = true;
    }
    return copy;
}

/* Copies as much of text as fits, between whole characters, with an ellipsis where it is cut. */
static mmf_shown cut(const char *text)
{
    static const char ellipsis[] = "…\"";
    mmf_shown shown;
    size_t length = strlen(text);

    if (length <= SHOWN_MAX) {
        memcpy(shown.text, text, length + 1);
        return shown;
    }
    length = SHOWN_MAX + 1 - sizeof ellipsis;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
        length--;
    }
    memcpy(shown.text, text, length);
    /* Only a string is ever long: close its quotes. */
    memcpy(shown.text + length, ellipsis, sizeof ellipsis);
    return shown;
}

mmf_shown mmf_show(const json_t *value)
{
    mmf_shown shown;
    char *text;

    if (json_is_object(value)) {
        return cut("an object");
    }
    if (json_is_array(value)) {
        return cut("an array");
    }
    text = json_dumps(value, JSON_ENCODE_ANY);
    shown = cut(text ? text : "?");
    free(text);
    return shown;
}

mmf_shown mmf_found(const json_t *value)
{
    static const char kind[] = "the string ";
    mmf_shown shown = mmf_show(value);

    _Static_assert(MMF_SHOWN_SIZE >= sizeof kind + SHOWN_MAX, "room for both");
    if (json_is_string(value)) {
        memmove(shown.text + sizeof kind - 1, shown.text, strlen(shown.text) + 1);
        memcpy(shown.text, kind, sizeof kind - 1);
    }
    return shown;
}

mmf_shown mmf_show_text(const char *text)
{
    json_t *string = json_string(text);
    mmf_shown shown = string ? mmf_show(string) : cut("?");

    json_decref(string);
    return shown;
}

mmf_location mmf_reader_location(const mmf_reader *reader, mmf_node node)
{
    return reader->places[node.place].value;
}

mmf_location mmf_reader_key_location(const mmf_reader *reader, mmf_node node)
{
    return reader->places[node.place].key;
}

void mmf_reader_error(mmf_reader *reader, mmf_node node, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mmf_diagnostics_add(reader->diagnostics, MMF_SEVERITY_ERROR, mmf_reader_location(reader, node),
                        "%s", text);
}

mmf_children mmf_children_first(const mmf_reader *reader, mmf_node parent)
{
    mmf_children children = {.node = parent, .parent = parent.value};

    children.node.place = reader->places[parent.place].first_child;
    if (json_is_object(parent.value)) {
        children.member = json_object_iter(parent.value);
        children.node.key = json_object_iter_key(children.member);
        children.node.value = json_object_iter_value(children.member);
    } else {
        children.node.value = json_array_get(parent.value, 0);
    }
    return children;
}

void mmf_children_next(const mmf_reader *reader, mmf_children *children)
{
    children->node.place = reader->places[children->node.place].next;
    if (children->member) {
        children->member = json_object_iter_next(children->parent, children->member);
        children->node.key = json_object_iter_key(children->member);
        children->node.value = json_object_iter_value(children->member);
    } else {
        children->node.value = json_array_get(children->parent, ++children->index);
    }
}

static void report_unknown_key(mmf_reader *reader, mmf_node member, const char *what,
                               const char *const *keys, size_t count)
{
    const char *suggestion = mmf_suggest(member.key, keys, count);
    mmf_shown key = mmf_show_text(member.key);
    mmf_location location = mmf_reader_key_location(reader, member);

    if (suggestion) {
        mmf_diagnostics_add(reader->diagnostics, MMF_SEVERITY_ERROR, location,
                            "unknown key %s in %s; did you mean \"%s\"?", key.text, what,
                            suggestion);
    } else {
        mmf_diagnostics_add(reader->diagnostics, MMF_SEVERITY_ERROR, location,
                            "unknown key %s in %s", key.text, what);
    }
}

bool mmf_read_members(mmf_reader *reader, mmf_node node, const char *what, const char *const *keys,
                      size_t count, mmf_node *ret_members)
{
    mmf_children members;

    assert(count <= WORDS_MAX);
    for (size_t i = 0; i < count; i++) {
        ret_members[i] = (mmf_node){.key = keys[i]};
    }
    if (!json_is_object(node.value)) {
        mmf_reader_error(reader, node, "%s must be a JSON object, found %s", what,
                         mmf_found(node.value).text);
        return false;
    }
    for (members = mmf_children_first(reader, node); members.node.value;
         mmf_children_next(reader, &members)) {
        size_t i = 0;

        while (i < count && strcmp(keys[i], members.node.key) != 0) {
            i++;
        }
        if (i < count) {
            ret_members[i] = members.node;
        } else {
            report_unknown_key(reader, members.node, what, keys, count);
        }
    }
    return true;
}

static bool accept(mmf_reader *reader, mmf_node node, bool accepted, const char *kind)
{
    bool is_element = reader->places[node.place].key_offset == MMF_PLACE_NO_KEY;

    if (node.value && !accepted) {
        mmf_reader_error(reader, node, "%s\"%s\" must be %s, found %s",
                         is_element ? "each of " : "", node.key, kind, mmf_found(node.value).text);
    }
    return node.value && accepted;
}

bool mmf_read_object(mmf_reader *reader, mmf_node node)
{
    return accept(reader, node, json_is_object(node.value), "an object");
}

bool mmf_read_array(mmf_reader *reader, mmf_node node)
{
    return accept(reader, node, json_is_array(node.value), "an array");
}

bool mmf_read_bool(mmf_reader *reader, mmf_node node, bool *ret_value)
{
    if (!accept(reader, node, json_is_boolean(node.value), "true or false")) {
        return false;
    }
    *ret_value = json_boolean_value(node.value);
    return true;
}

bool mmf_read_integer(mmf_reader *reader, mmf_node node, int64_t min, int64_t max,
                      int64_t *ret_value)
{
    int64_t value;

    if (!accept(reader, node, json_is_integer(node.value), "an integer")) {
        return false;
    }
    value = json_integer_value(node.value);
    if (value < min || value > max) {
        mmf_reader_error(reader, node, "\"%s\" must be between %lld and %lld, found %lld", node.key,
                         (long long)min, (long long)max, (long long)value);
        return false;
    }
    *ret_value = value;
    return true;
}

bool mmf_read_text(mmf_reader *reader, mmf_node node, char **ret_text)
{
    char *text;

    if (!accept(reader, node, json_is_string(node.value), "a string")) {
        return false;
    }
    text = mmf_reader_copy(reader, json_string_value(node.value));
    if (!text) {
        return false;
    }
    *ret_text = text;
    return true;
}

bool mmf_read_name(mmf_reader *reader, mmf_node node, mmf_name *ret_name)
{
    if (!accept(reader, node, json_is_string(node.value), "a string")) {
        return false;
    }
    if (!mmf_identifier_is_valid(json_string_value(node.value))) {
        mmf_reader_error(reader, node,
                         "%s is not a name: a letter, then letters, digits and \"_\", at most %d "
                         "in all",
                         mmf_show(node.value).text, MMF_SCHEMA_NAME_MAX);
        return false;
    }
    if (!mmf_read_text(reader, node, &ret_name->text)) {
        return false;
    }
    ret_name->location = mmf_reader_location(reader, node);
    return true;
}

bool mmf_read_names(mmf_reader *reader, mmf_node node, mmf_name **ret_names, uint32_t *ret_count)
{
    mmf_children elements;
    mmf_name *names;
    uint32_t count = 0;

    if (!mmf_read_array(reader, node) || json_array_size(node.value) == 0) {
        return false;
    }
    names = mmf_reader_allocate(reader, json_array_size(node.value), sizeof *names);
    if (!names) {
        return false;
    }
    for (elements = mmf_children_first(reader, node); elements.node.value;
         mmf_children_next(reader, &elements)) {
        if (mmf_read_name(reader, elements.node, &names[count])) {
            count++;
        }
    }
    *ret_names = names;
    *ret_count = count;
    return true;
}

static void report_unknown_word(mmf_reader *reader, mmf_node node, const mmf_word *words,
                                size_t count)
{
    const char *names[WORDS_MAX];
    char list[256] = "";
    const char *suggestion;

    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(list);

        names[i] = words[i].name;
        (void)snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    suggestion = mmf_suggest(json_string_value(node.value), names, count);
    if (suggestion) {
        mmf_reader_error(reader, node, "unknown \"%s\" %s; did you mean \"%s\"?", node.key,
                         mmf_show(node.value).text, suggestion);
    } else {
        mmf_reader_error(reader, node, "unknown \"%s\" %s; there are: %s", node.key,
                         mmf_show(node.value).text, list);
    }
}

bool mmf_read_word(mmf_reader *reader, mmf_node node, const mmf_word *words, size_t count,
                   int *ret_value)
{
    assert(count <= WORDS_MAX);
    if (!accept(reader, node, json_is_string(node.value), "a string")) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].name, json_string_value(node.value)) == 0) {
            *ret_value = words[i].value;
            return true;
        }
    }
    report_unknown_word(reader, node, words, count);
    return false;
}
