#define _POSIX_C_SOURCE 200809L /* strdup */

#include "codegen/names.h"

#include <stdlib.h>
#include <string.h>

#include "codegen/collisions.h"

static const mmf_hole record_patterns[] = {
#define MMF_RECORD_NAME(id, pattern) {#id, pattern},
#include "codegen/names.def"
};

static const mmf_hole field_patterns[] = {
#define MMF_FIELD_NAME(id, pattern, condition) {#id, pattern},
#include "codegen/names.def"
};

static const char *const local_names[] = {
#define MMF_LOCAL_NAME(name) #name,
#include "codegen/names.def"
};

mmf_field_kind mmf_field_kind_of(const mmf_field *field)
{
    mmf_field_kind kind = {
        .is_text = mmf_type_is_text(field->type),
        .is_array = field->count > 0,
        .is_enum = field->type == MMF_TYPE_ENUM,
        .is_decimal = field->logical == MMF_LOGICAL_DECIMAL,
    };

    return kind;
}

static bool has_name(mmf_field_name name, mmf_field_kind kind)
{
    switch (name) {
#define MMF_FIELD_NAME(id, pattern, condition)                                                     \
    case MMF_FIELD_NAME_##id:                                                                      \
        return condition;
#include "codegen/names.def"
    case MMF_FIELD_NAME_COUNT:
        break;
    }
    return false;
}

bool mmf_names_is_local(const char *identifier)
{
    for (size_t i = 0; i < sizeof local_names / sizeof *local_names; i++) {
        if (strcmp(local_names[i], identifier) == 0) {
            return true;
        }
    }
    return false;
}

/* Capitals of an ASCII name, to be freed. */
static char *capitals(const char *name)
{
    char *copy = strdup(name);

    for (char *c = copy; copy && *c; c++) {
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    }
    return copy;
}

/* The text of a pattern, to be freed; NULL when out of memory. */
static char *fill_pattern(const char *pattern, const mmf_holes *parts)
{
    mmf_text text = {0};

    mmf_text_fill_raw(&text, pattern, parts);
    if (text.out_of_memory) {
        mmf_text_clear(&text);
    }
    return text.data;
}

static bool make_symbols(const mmf_field *field, const mmf_holes *outer, mmf_field_names *names)
{
    names->symbols = calloc(field->symbol_count, sizeof *names->symbols);
    if (!names->symbols) {
        return false;
    }
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        char *symbol = capitals(field->symbols[i].name.text);
        mmf_hole part = {"S", symbol};
        mmf_holes parts = {&part, 1, outer};

        names->symbols[i] = symbol ? fill_pattern("$P$_$F$_$S$", &parts) : NULL;
        free(symbol);
        if (!names->symbols[i]) {
            return false;
        }
    }
    return true;
}

static bool make_field(const mmf_field *field, const mmf_holes *record_parts,
                       const mmf_holes *record_holes, mmf_field_names *names)
{
    mmf_field_kind kind = mmf_field_kind_of(field);
    char *upper = capitals(field->name.text);
    mmf_hole items[] = {{"f", field->name.text}, {"F", upper}};
    mmf_holes parts = {items, 2, record_parts};
    bool is_done = upper != NULL;

    names->holes = (mmf_holes){names->items, MMF_FIELD_NAME_COUNT, record_holes};
    for (uint32_t i = 0; i < MMF_FIELD_NAME_COUNT; i++) {
        names->items[i].name = field_patterns[i].name;
        if (is_done && has_name((mmf_field_name)i, kind)) {
            names->items[i].value = fill_pattern(field_patterns[i].value, &parts);
            is_done = names->items[i].value != NULL;
        }
    }
    is_done = is_done && (!kind.is_enum || make_symbols(field, &parts, names));
    free(upper);
    return is_done;
}

static bool make_all(const mmf_model *model, mmf_names *names)
{
    char *upper = capitals(model->prefix.text);
    mmf_hole items[] = {{"p", model->prefix.text}, {"P", upper}};
    mmf_holes parts = {items, 2, NULL};
    bool is_done = upper && names->fields;

    names->holes = (mmf_holes){names->items, MMF_RECORD_NAME_COUNT, NULL};
    for (uint32_t i = 0; is_done && i < MMF_RECORD_NAME_COUNT; i++) {
        names->items[i].name = record_patterns[i].name;
        names->items[i].value = fill_pattern(record_patterns[i].value, &parts);
        is_done = names->items[i].value != NULL;
    }
    for (uint32_t i = 0; is_done && i < model->field_count; i++) {
        is_done = make_field(&model->fields[i], &parts, &names->holes, &names->fields[i]);
    }
    free(upper);
    return is_done;
}

mmf_status mmf_names_make(const mmf_model *model, mmf_diagnostics *diagnostics,
                          mmf_names **ret_names)
{
    mmf_names *names = calloc(1, sizeof *names);
    mmf_status status = MMF_E_NO_MEMORY;

    if (!names) {
        return status;
    }
    names->model = model;
    names->fields = calloc(model->field_count, sizeof *names->fields);
    if (make_all(model, names)) {
        status = mmf_collisions_report(names, diagnostics);
    }
    if (status != MMF_OK) {
        mmf_names_free(names);
        return status;
    }
    *ret_names = names;
    return MMF_OK;
}

static void free_field(const mmf_field *field, mmf_field_names *names)
{
    for (uint32_t i = 0; i < MMF_FIELD_NAME_COUNT; i++) {
        free((char *)names->items[i].value);
    }
    for (uint32_t i = 0; names->symbols && i < field->symbol_count; i++) {
        free(names->symbols[i]);
    }
    free(names->symbols);
}

void mmf_names_free(mmf_names *names)
{
    if (!names) {
        return;
    }
    for (uint32_t i = 0; i < MMF_RECORD_NAME_COUNT; i++) {
        free((char *)names->items[i].value);
    }
    for (uint32_t i = 0; names->fields && i < names->model->field_count; i++) {
        free_field(&names->model->fields[i], &names->fields[i]);
    }
    free(names->fields);
    free(names);
}
