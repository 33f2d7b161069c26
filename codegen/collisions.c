#include "codegen/collisions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The member that fills up the end of a record. */
#define PADDING_MEMBER "mmf_padding"

/* An identifier and what it is made for. */
typedef struct declared_name {
    const char *identifier;
    const mmf_field *field;   /* NULL: the record itself */
    const mmf_symbol *symbol; /* NULL: not a symbol's constant */
    size_t rank;              /* order of declaration: the later one of two is to blame */
    bool is_member;           /* of the record's struct: a scope of its own */
} declared_name;

typedef struct declared_names {
    declared_name *items;
    size_t count;
} declared_names;

static void declare(declared_names *list, const char *identifier, const mmf_field *field,
                    const mmf_symbol *symbol, bool is_member)
{
    if (identifier) {
        list->items[list->count] =
            (declared_name){identifier, field, symbol, list->count, is_member};
        list->count++;
    }
}

static size_t count_names(const mmf_model *model)
{
    size_t count = MMF_RECORD_NAME_COUNT;

    for (uint32_t i = 0; i < model->field_count; i++) {
        count += MMF_FIELD_NAME_COUNT + 1 + model->fields[i].symbol_count;
    }
    return count;
}

static void declare_field(declared_names *list, const mmf_field *field,
                          const mmf_field_names *names)
{
    declare(list, field->name.text, field, NULL, true);
    for (uint32_t i = 0; i < MMF_FIELD_NAME_COUNT; i++) {
        declare(list, names->items[i].value, field, NULL, false);
    }
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        declare(list, names->symbols[i], field, &field->symbols[i], false);
    }
}

static int compare_names(const void *a, const void *b)
{
    const declared_name *left = a;
    const declared_name *right = b;
    int order = strcmp(left->identifier, right->identifier);

    return order != 0 ? order : (left->rank > right->rank) - (left->rank < right->rank);
}

static mmf_location location_of(const mmf_model *model, const declared_name *name)
{
    if (name->symbol) {
        return name->symbol->name.location;
    }
    return name->field ? name->field->name.location : model->prefix.location;
}

/* "field "side", symbol "BUY"" */
static void describe(const declared_name *name, char *ret_text, size_t size)
{
    if (name->symbol) {
        snprintf(ret_text, size, "symbol \"%s\" of field \"%s\"", name->symbol->name.text,
                 name->field->name.text);
    } else if (name->field) {
        snprintf(ret_text, size, "field \"%s\"", name->field->name.text);
    } else {
        snprintf(ret_text, size, "the record itself");
    }
}

static void report(const mmf_model *model, mmf_diagnostics *diagnostics, const declared_name *first,
                   const declared_name *second)
{
    char text_1[2 * MMF_SCHEMA_NAME_MAX + 64];
    char text_2[2 * MMF_SCHEMA_NAME_MAX + 64];

    describe(first, text_1, sizeof text_1);
    describe(second, text_2, sizeof text_2);
    mmf_diagnostics_add(diagnostics, MMF_SEVERITY_ERROR, location_of(model, second),
                        "in C, %s would have the name %s, which is taken by %s", text_2,
                        second->identifier, text_1);
    if (first->field) {
        mmf_diagnostics_add(diagnostics, MMF_SEVERITY_NOTE, location_of(model, first), "%s is here",
                            text_1);
    }
}

/* Two names of one spelling. A member is in a scope of its own, where the record's own type does
 * not disturb it, but macros and types that the struct uses do. */
static bool collide(const mmf_model *model, const declared_name *a, const declared_name *b)
{
    if (a->is_member != b->is_member && strcmp(a->identifier, model->prefix.text) == 0) {
        return false;
    }
    return strcmp(a->identifier, b->identifier) == 0;
}

/* One error a field will do: two fields that collide mostly do so in several names. */
static void report_once(const mmf_model *model, mmf_diagnostics *diagnostics,
                        const declared_name *first, const declared_name *second, bool *is_reported)
{
    size_t field = (size_t)(second->field - model->fields);

    if (second->symbol || !is_reported[field]) {
        is_reported[field] |= !second->symbol;
        report(model, diagnostics, first, second);
    }
}

static void report_twice_declared(const mmf_model *model, mmf_diagnostics *diagnostics,
                                  const declared_names *list, bool *is_reported)
{
    size_t first = 0;

    for (size_t i = 1; i < list->count; i++) {
        if (collide(model, &list->items[first], &list->items[i])) {
            report_once(model, diagnostics, &list->items[first], &list->items[i], is_reported);
        } else if (strcmp(list->items[first].identifier, list->items[i].identifier) != 0) {
            first = i;
        }
    }
}

static void report_hidden(const mmf_model *model, mmf_diagnostics *diagnostics,
                          const declared_name *name)
{
    char text[2 * MMF_SCHEMA_NAME_MAX + 64];

    if (name->is_member && strcmp(name->identifier, PADDING_MEMBER) == 0) {
        mmf_diagnostics_add(diagnostics, MMF_SEVERITY_ERROR, location_of(model, name),
                            "field \"%s\": that name is kept for padding", PADDING_MEMBER);
    } else if (!name->is_member && mmf_names_is_local(name->identifier)) {
        describe(name, text, sizeof text);
        mmf_diagnostics_add(diagnostics, MMF_SEVERITY_ERROR, location_of(model, name),
                            "in C, %s would have the name %s, which generated code uses for a "
                            "variable; choose another \"prefix\"",
                            text, name->identifier);
    }
}

mmf_status mmf_collisions_report(const mmf_names *names, mmf_diagnostics *diagnostics)
{
    const mmf_model *model = names->model;
    size_t errors_before = diagnostics->error_count;
    declared_names list = {calloc(count_names(model), sizeof(declared_name)), 0};
    bool *is_reported = calloc(model->field_count, sizeof *is_reported);

    if (!list.items || !is_reported) {
        free(list.items);
        free(is_reported);
        return MMF_E_NO_MEMORY;
    }
    for (uint32_t i = 0; i < MMF_RECORD_NAME_COUNT; i++) {
        declare(&list, names->items[i].value, NULL, NULL, false);
    }
    for (uint32_t i = 0; i < model->field_count; i++) {
        declare_field(&list, &model->fields[i], &names->fields[i]);
    }
    qsort(list.items, list.count, sizeof *list.items, compare_names);
    report_twice_declared(model, diagnostics, &list, is_reported);
    for (size_t i = 0; i < list.count; i++) {
        report_hidden(model, diagnostics, &list.items[i]);
    }
    free(list.items);
    free(is_reported);
    if (diagnostics->out_of_memory) {
        return MMF_E_NO_MEMORY;
    }
    return diagnostics->error_count > errors_before ? MMF_E_SYNTAX : MMF_OK;
}
