/* The keys of an enum: "base" and "symbols". */
#include <stdlib.h>

#include "schema/identifiers.h"
#include "schema/json_parts.h"

static bool read_base(mmf_reader *reader, mmf_node node, mmf_field *field)
{
    mmf_word words[MMF_TYPE_COUNT];
    size_t count = 0;
    int base;

    for (int i = 0; i < MMF_TYPE_COUNT; i++) {
        if (mmf_type_is_integer((mmf_type)i)) {
            words[count++] = (mmf_word){mmf_type_info_of((mmf_type)i)->name, i};
        }
    }
    if (!mmf_read_word(reader, node, words, count, &base)) {
        return false;
    }
    field->base = (mmf_type)base;
    return true;
}

static bool fits(int64_t value, mmf_type base)
{
    uint64_t max;
    int64_t min;

    mmf_type_integer_range(base, &min, &max);
    return value >= min && (value < 0 || (uint64_t)value <= max);
}

/* A symbol is kept even if its value is wrong, so that names are checked against it. */
static bool read_symbol(mmf_reader *reader, mmf_node node, bool base_is_known,
                        const mmf_field *field, mmf_symbol *symbol)
{
    if (!mmf_identifier_is_valid(node.key)) {
        mmf_diagnostics_add(reader->diagnostics, MMF_SEVERITY_ERROR,
                            mmf_reader_key_location(reader, node),
                            "%s is not a name: a letter, then letters, digits and \"_\", at most "
                            "%d in all",
                            mmf_show_text(node.key).text, MMF_SCHEMA_NAME_MAX);
        return false;
    }
    if (!json_is_integer(node.value)) {
        mmf_reader_error(reader, node, "the value of symbol \"%s\" must be an integer, found %s",
                         node.key, mmf_found(node.value).text);
        return false;
    }
    symbol->value = json_integer_value(node.value);
    if (base_is_known && !fits(symbol->value, field->base)) {
        mmf_reader_error(reader, node, "the value %lld of symbol \"%s\" does not fit base \"%s\"",
                         (long long)symbol->value, node.key, mmf_type_info_of(field->base)->name);
    }
    symbol->name.location = mmf_reader_key_location(reader, node);
    symbol->name.text = mmf_reader_copy(reader, node.key);
    return symbol->name.text != NULL;
}

/* Declaration order, for those that are the same otherwise. */
static int compare_places(const mmf_symbol *a, const mmf_symbol *b)
{
    if (a->name.location.line != b->name.location.line) {
        return a->name.location.line < b->name.location.line ? -1 : 1;
    }
    return a->name.location.column < b->name.location.column ? -1 : 1;
}

static int compare_values(const void *left, const void *right)
{
    const mmf_symbol *a = *(const mmf_symbol *const *)left;
    const mmf_symbol *b = *(const mmf_symbol *const *)right;

    if (a->value != b->value) {
        return a->value < b->value ? -1 : 1;
    }
    return compare_places(a, b);
}

static int compare_symbol_names(const void *left, const void *right)
{
    const mmf_symbol *a = *(const mmf_symbol *const *)left;
    const mmf_symbol *b = *(const mmf_symbol *const *)right;
    int order = mmf_identifier_compare_caseless(a->name.text, b->name.text);

    return order != 0 ? order : compare_places(a, b);
}

static void report_pair(mmf_reader *reader, const mmf_symbol *first, const mmf_symbol *later,
                        const char *what)
{
    mmf_diagnostics_add(reader->diagnostics, MMF_SEVERITY_ERROR, later->name.location,
                        "symbol \"%s\" has the %s of \"%s\"", later->name.text, what,
                        first->name.text);
    mmf_diagnostics_add(reader->diagnostics, MMF_SEVERITY_NOTE, first->name.location,
                        "\"%s\" is here", first->name.text);
}

/* Both sort the symbols and compare neighbours with the first of their kind. */
static void check_symbols(mmf_reader *reader, const mmf_field *field)
{
    size_t count = field->symbol_count;
    const mmf_symbol **sorted = mmf_reader_allocate(reader, count, sizeof *sorted);
    size_t first = 0;

    if (!sorted) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        sorted[i] = &field->symbols[i];
    }
    qsort(sorted, count, sizeof *sorted, compare_values);
    for (size_t i = 1; i < count; i++) {
        if (sorted[i]->value != sorted[first]->value) {
            first = i;
        } else {
            report_pair(reader, sorted[first], sorted[i], "value");
        }
    }
    qsort(sorted, count, sizeof *sorted, compare_symbol_names);
    first = 0;
    for (size_t i = 1; i < count; i++) {
        if (mmf_identifier_compare_caseless(sorted[i]->name.text, sorted[first]->name.text) != 0) {
            first = i;
        } else {
            report_pair(reader, sorted[first], sorted[i], "name, but for capitals,");
        }
    }
    free(sorted);
}

static void read_symbols(mmf_reader *reader, mmf_node node, bool base_is_known, mmf_field *field)
{
    size_t count = json_object_size(node.value);
    mmf_children members;

    if (!mmf_read_object(reader, node)) {
        return;
    }
    if (count == 0) {
        mmf_reader_error(reader, node, "\"symbols\" is empty, and an enum has at least one");
    }
    if (count > MMF_SCHEMA_SYMBOLS_MAX) {
        mmf_reader_error(reader, node, "\"symbols\" has %zu symbols, and at most %d are allowed",
                         count, MMF_SCHEMA_SYMBOLS_MAX);
        return;
    }
    field->symbols = mmf_reader_allocate(reader, count, sizeof *field->symbols);
    if (!field->symbols) {
        return;
    }
    for (members = mmf_children_first(reader, node); members.node.value;
         mmf_children_next(reader, &members)) {
        if (read_symbol(reader, members.node, base_is_known, field,
                        &field->symbols[field->symbol_count])) {
            field->symbol_count++;
        }
    }
    check_symbols(reader, field);
}

bool mmf_json_read_enum(mmf_reader *reader, mmf_node base, mmf_node symbols, mmf_field *field)
{
    bool base_is_known = read_base(reader, base, field);

    if (symbols.value) {
        read_symbols(reader, symbols, base_is_known, field);
    }
    return base_is_known;
}
