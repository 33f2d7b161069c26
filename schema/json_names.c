/* The names of fields, their aliases and the reserved names share one space. */
#include <stdlib.h>
#include <string.h>

#include "schema/identifiers.h"
#include "schema/json_parts.h"

typedef enum name_kind { KIND_FIELD, KIND_ALIAS, KIND_RESERVED } name_kind;

/* One name; sorting brings those of the same text together, in the order of their kinds. */
typedef struct name_entry {
    const mmf_name *name;
    name_kind kind;
    uint32_t field; /* that it belongs to */
} name_entry;

typedef struct name_table {
    name_entry *entries;
    size_t count;
} name_table;

static size_t count_names(const mmf_model *model)
{
    size_t count = (size_t)model->field_count + model->reserved_count;

    for (uint32_t i = 0; i < model->field_count; i++) {
        count += model->fields[i].alias_count;
    }
    return count;
}

static void add_names(name_table *table, const mmf_name *names, uint32_t count, name_kind kind,
                      uint32_t field)
{
    for (uint32_t i = 0; i < count; i++) {
        if (names[i].text) {
            table->entries[table->count++] = (name_entry){&names[i], kind, field};
        }
    }
}

static int compare_places(const name_entry *a, const name_entry *b)
{
    mmf_location first = a->name->location;
    mmf_location second = b->name->location;

    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    if (first.line != second.line) {
        return first.line < second.line ? -1 : 1;
    }
    return first.column < second.column ? -1 : first.column > second.column;
}

static int compare_texts(const void *left, const void *right)
{
    const name_entry *a = left;
    const name_entry *b = right;
    int order = strcmp(a->name->text, b->name->text);

    return order != 0 ? order : compare_places(a, b);
}

static int compare_caseless(const void *left, const void *right)
{
    const name_entry *a = left;
    const name_entry *b = right;
    int order = mmf_identifier_compare_caseless(a->name->text, b->name->text);

    return order != 0 ? order : compare_places(a, b);
}

static void report(mmf_reader *reader, const mmf_name *at, const char *text, const mmf_name *other,
                   const char *note)
{
    mmf_diagnostics_add(reader->diagnostics, MMF_SEVERITY_ERROR, at->location, text, at->text);
    mmf_diagnostics_add(reader->diagnostics, MMF_SEVERITY_NOTE, other->location, note, other->text);
}

/* A name that stands before as first, the first of those with the same text. */
static void report_repeated(mmf_reader *reader, const name_entry *first, const name_entry *later)
{
    static const char *const texts[] = {
        [KIND_FIELD] = "a second field is called \"%s\"",
        [KIND_ALIAS] = "\"%s\" is an alias already",
        [KIND_RESERVED] = "\"%s\" is reserved already",
    };

    if (first->kind == later->kind) {
        report(reader, later->name, texts[later->kind], first->name, "\"%s\" stands first here");
    } else if (first->kind == KIND_FIELD && later->kind == KIND_RESERVED) {
        report(reader, first->name, "the field name \"%s\" is reserved", later->name,
               "\"%s\" is reserved here");
    } else if (first->kind == KIND_FIELD && first->field == later->field) {
        report(reader, later->name, "the alias \"%s\" is the field's own name", first->name,
               "\"%s\" is called so here");
    } else if (first->kind == KIND_FIELD) {
        report(reader, later->name, "the alias \"%s\" is the name of another field", first->name,
               "the field \"%s\" is here");
    }
    /* An alias may be reserved: both are names of the past. */
}

/* Within names of the same text, each kind is compared with the first field, and with the first
 * of its own kind unless that has been told already. */
static void check_texts(mmf_reader *reader, const name_table *table)
{
    const name_entry *first = table->entries;
    const name_entry *first_of_kind = table->entries;

    for (size_t i = 1; i < table->count; i++) {
        const name_entry *entry = &table->entries[i];

        if (strcmp(entry->name->text, first->name->text) != 0) {
            first = entry;
            first_of_kind = entry;
            continue;
        }
        if (entry->kind == first_of_kind->kind) {
            report_repeated(reader, first_of_kind, entry);
            continue;
        }
        first_of_kind = entry;
        report_repeated(reader, first, entry);
    }
}

static void check_capitals(mmf_reader *reader, const name_table *table)
{
    for (size_t i = 1; i < table->count; i++) {
        const mmf_name *name = table->entries[i].name;
        const mmf_name *before = table->entries[i - 1].name;

        if (mmf_identifier_compare_caseless(name->text, before->text) == 0 &&
            strcmp(name->text, before->text) != 0) {
            report(reader, name,
                   "\"%s\" differs from another field in capitals alone, and their constants "
                   "would be the same",
                   before, "the field \"%s\" is here");
        }
    }
}

void mmf_json_check_names(mmf_reader *reader, const mmf_model *model)
{
    name_table table = {.entries =
                            mmf_reader_allocate(reader, count_names(model), sizeof *table.entries)};

    if (!table.entries) {
        return;
    }
    for (uint32_t i = 0; i < model->field_count; i++) {
        add_names(&table, &model->fields[i].name, 1, KIND_FIELD, i);
    }
    if (table.count > 1) {
        qsort(table.entries, table.count, sizeof *table.entries, compare_caseless);
        check_capitals(reader, &table);
    }
    for (uint32_t i = 0; i < model->field_count; i++) {
        add_names(&table, model->fields[i].aliases, model->fields[i].alias_count, KIND_ALIAS, i);
    }
    add_names(&table, model->reserved, model->reserved_count, KIND_RESERVED, 0);
    if (table.count > 1) {
        qsort(table.entries, table.count, sizeof *table.entries, compare_texts);
        check_texts(reader, &table);
    }
    free(table.entries);
}
