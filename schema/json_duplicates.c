/* Member names that an object has twice. jansson tells the first of them alone, and only if asked
 * to refuse the text; so the text is then read again without that, and searched for all. */
#include <stdlib.h>
#include <string.h>

#include "schema/json_parts.h"

/* A member of the object in hand. */
typedef struct member {
    json_t *key; /* a string, without escapes */
    uint32_t place;
} member;

typedef struct member_list {
    member *items;
    size_t count;
} member_list;

static int compare_members(const void *left, const void *right)
{
    const member *a = left;
    const member *b = right;
    int order = strcmp(json_string_value(a->key), json_string_value(b->key));

    return order != 0 ? order : a->place < b->place ? -1 : a->place > b->place;
}

static bool is_same(const member *a, const member *b)
{
    return strcmp(json_string_value(a->key), json_string_value(b->key)) == 0;
}

static void clear_members(member_list *members)
{
    for (size_t i = 0; i < members->count; i++) {
        json_decref(members->items[i].key);
    }
    free(members->items);
}

static size_t count_children(const mmf_places *places, uint32_t parent)
{
    uint32_t place = places->items[parent].first_child;
    size_t count = 0;

    for (; place != MMF_PLACE_NONE; place = places->items[place].next) {
        count++;
    }
    return count;
}

/* The names are compared as jansson compares them: after their escapes are resolved. */
static bool list_members(const char *text, size_t size, const mmf_places *places, uint32_t parent,
                         member_list *members)
{
    uint32_t place = places->items[parent].first_child;

    members->items = calloc(count_children(places, parent) + 1, sizeof *members->items);
    if (!members->items) {
        return false;
    }
    for (; place != MMF_PLACE_NONE; place = places->items[place].next) {
        size_t offset = places->items[place].key_offset;
        size_t end = mmf_locate_string_end(text, size, offset);
        json_t *key = json_loadb(text + offset, end - offset, JSON_DECODE_ANY, NULL);

        if (!key) {
            return false;
        }
        members->items[members->count++] = (member){key, place};
    }
    return true;
}

static void report_pair(mmf_diagnostics *diagnostics, const mmf_places *places, const member *first,
                        const member *later)
{
    mmf_diagnostics_add(diagnostics, MMF_SEVERITY_ERROR, places->items[later->place].key,
                        "the key %s stands twice in the same object", mmf_show(later->key).text);
    mmf_diagnostics_add(diagnostics, MMF_SEVERITY_NOTE, places->items[first->place].key,
                        "%s stands first here", mmf_show(first->key).text);
}

/* The first of two members takes the value of the later one, which is marked by its parent. */
static void merge(mmf_places *places, uint32_t first, uint32_t later)
{
    mmf_place *kept = &places->items[first];
    mmf_place *gone = &places->items[later];

    kept->key = gone->key;
    kept->value = gone->value;
    kept->first_child = gone->first_child;
    kept->last_child = gone->last_child;
    gone->parent = later;
}

static void unlink_merged(mmf_places *places, uint32_t parent)
{
    uint32_t *link = &places->items[parent].first_child;

    while (*link != MMF_PLACE_NONE) {
        mmf_place *child = &places->items[*link];

        if (child->parent == *link) {
            *link = child->next;
        } else {
            link = &child->next;
        }
    }
}

static bool check_object(mmf_diagnostics *diagnostics, const char *text, size_t size,
                         mmf_places *places, uint32_t parent)
{
    member_list members = {0};
    size_t first = 0;

    if (!list_members(text, size, places, parent, &members)) {
        clear_members(&members);
        return false;
    }
    qsort(members.items, members.count, sizeof *members.items, compare_members);
    for (size_t i = 1; i < members.count; i++) {
        if (!is_same(&members.items[first], &members.items[i])) {
            first = i;
        } else {
            report_pair(diagnostics, places, &members.items[first], &members.items[i]);
        }
    }
    first = 0;
    for (size_t i = 1; i < members.count; i++) {
        if (!is_same(&members.items[first], &members.items[i])) {
            first = i;
        } else {
            merge(places, members.items[first].place, members.items[i].place);
        }
    }
    unlink_merged(places, parent);
    clear_members(&members);
    return true;
}

mmf_status mmf_json_report_duplicates(mmf_diagnostics *diagnostics, const char *text, size_t size,
                                      mmf_places *places)
{
    /* Later places first: an object is then complete before a member of its parent goes. */
    for (uint32_t i = places->count; i-- > 0;) {
        uint32_t child = places->items[i].first_child;

        if (child == MMF_PLACE_NONE || places->items[child].key_offset == MMF_PLACE_NO_KEY) {
            continue;
        }
        if (!check_object(diagnostics, text, size, places, i)) {
            return MMF_E_NO_MEMORY;
        }
    }
    return MMF_OK;
}
