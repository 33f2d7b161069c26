#include "schema/compat.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/compat_findings.h"

#define COMPATIBLE MMF_COMPAT_COMPATIBLE
#define NEEDS_MIGRATION MMF_COMPAT_NEEDS_MIGRATION
#define FORBIDDEN MMF_COMPAT_FORBIDDEN

/* --- The report ------------------------------------------------------------------------------ */

static char *format_text(const char *format, va_list arguments)
{
    va_list measured;
    char *text;
    int length;

    va_copy(measured, arguments);
    length = vsnprintf(NULL, 0, format, measured);
    va_end(measured);
    text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text) {
        vsnprintf(text, (size_t)length + 1, format, arguments);
    }
    return text;
}

static bool reserve_one(mmf_compat_report *report)
{
    size_t capacity = report->capacity ? 2 * report->capacity : 16;
    mmf_compat_finding *items;

    if (report->count < report->capacity) {
        return true;
    }
    items = realloc(report->items, capacity * sizeof *items);
    if (!items) {
        return false;
    }
    report->items = items;
    report->capacity = capacity;
    return true;
}

void mmf_compat_add(mmf_compat_report *report, mmf_compat_verdict verdict, mmf_location location,
                    const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = format_text(format, arguments);
    va_end(arguments);
    if (!text || !reserve_one(report)) {
        free(text);
        report->out_of_memory = true;
        return;
    }
    report->items[report->count++] = (mmf_compat_finding){verdict, location, text};
    if (verdict > report->verdict) {
        report->verdict = verdict;
    }
}

void mmf_compat_report_clear(mmf_compat_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        free(report->items[i].text);
    }
    free(report->items);
    memset(report, 0, sizeof *report);
}

const char *mmf_compat_verdict_text(mmf_compat_verdict verdict)
{
    static const char *const texts[] = {"compatible", "needs migration", "forbidden"};

    return texts[verdict];
}

bool mmf_compat_same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* --- Which field continues which ------------------------------------------------------------- */

const mmf_field *mmf_compat_ancestor(const mmf_model *old_model, const mmf_field *new_field)
{
    const mmf_field *ancestor = mmf_model_field(old_model, new_field->name.text);

    for (uint32_t i = 0; !ancestor && i < new_field->alias_count; i++) {
        ancestor = mmf_model_field(old_model, new_field->aliases[i].text);
    }
    return ancestor;
}

static bool has_descendant(const mmf_model *old_model, const mmf_model *new_model,
                           const mmf_field *old_field)
{
    for (uint32_t i = 0; i < new_model->field_count; i++) {
        if (mmf_compat_ancestor(old_model, &new_model->fields[i]) == old_field) {
            return true;
        }
    }
    return false;
}

static bool is_among(const mmf_name *names, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(names[i].text, name) == 0) {
            return true;
        }
    }
    return false;
}

/* --- The record ------------------------------------------------------------------------------ */

static void compare_names(const mmf_model *old_model, const mmf_model *new_model,
                          mmf_compat_report *report)
{
    if (strcmp(old_model->name.text, new_model->name.text) != 0) {
        mmf_compat_add(report, COMPATIBLE, new_model->name.location,
                       "the record was called %s and is called %s now", old_model->name.text,
                       new_model->name.text);
    }
    if (strcmp(old_model->prefix.text, new_model->prefix.text) != 0) {
        mmf_compat_add(report, COMPATIBLE, new_model->prefix.location,
                       "the prefix was %s and is %s now: programs have to be changed",
                       old_model->prefix.text, new_model->prefix.text);
    }
    if (!mmf_compat_same_text(old_model->doc, new_model->doc)) {
        mmf_compat_add(report, COMPATIBLE, new_model->name.location,
                       "the documentation of the record changed");
    }
}

static void compare_storage(const mmf_model *old_model, const mmf_model *new_model,
                            mmf_compat_report *report)
{
    mmf_location location = new_model->name.location;

    if (old_model->format != new_model->format) {
        mmf_compat_add(report, NEEDS_MIGRATION, location,
                       "\"format\" was %" PRIu32 " and is %" PRIu32 " now", old_model->format,
                       new_model->format);
    }
    if (old_model->align != new_model->align) {
        mmf_compat_add(report, NEEDS_MIGRATION, location,
                       "\"align\" was %" PRIu32 " and is %" PRIu32 " now", old_model->align,
                       new_model->align);
    }
    if (old_model->has_checksum != new_model->has_checksum) {
        mmf_compat_add(report, NEEDS_MIGRATION, location, "\"checksum\" was %s and is %s now",
                       old_model->has_checksum ? "true" : "false",
                       new_model->has_checksum ? "true" : "false");
    }
    if (old_model->capacity != new_model->capacity) {
        mmf_compat_add(report, COMPATIBLE, location,
                       "\"capacity\" was %" PRIu64 " and is %" PRIu64 " now: of new files",
                       old_model->capacity, new_model->capacity);
    }
}

static void compare_reserved(const mmf_model *old_model, const mmf_model *new_model,
                             mmf_compat_report *report)
{
    for (uint32_t i = 0; i < old_model->reserved_count; i++) {
        const char *name = old_model->reserved[i].text;

        if (!is_among(new_model->reserved, new_model->reserved_count, name)) {
            mmf_compat_add(report, COMPATIBLE, new_model->name.location,
                           "\"%s\" is not reserved any more: the next version might use it for "
                           "something else",
                           name);
        }
    }
    for (uint32_t i = 0; i < new_model->reserved_count; i++) {
        const mmf_name *name = &new_model->reserved[i];

        if (!is_among(old_model->reserved, old_model->reserved_count, name->text)) {
            mmf_compat_add(report, COMPATIBLE, name->location, "\"%s\" is reserved now",
                           name->text);
        }
    }
}

/* --- Fields ---------------------------------------------------------------------------------- */

/* A field that is gone and looks like this one: perhaps it was renamed. */
static const mmf_field *lookalike(const mmf_model *old_model, const mmf_model *new_model,
                                  const mmf_field *new_field)
{
    for (uint32_t i = 0; i < old_model->field_count; i++) {
        const mmf_field *field = &old_model->fields[i];

        if (field->type == new_field->type && field->base == new_field->base &&
            field->max == new_field->max && field->count == new_field->count &&
            !has_descendant(old_model, new_model, field)) {
            return field;
        }
    }
    return NULL;
}

static void report_added(const mmf_model *old_model, const mmf_model *new_model,
                         const mmf_field *field, mmf_compat_report *report)
{
    const char *name = field->name.text;
    const mmf_field *similar = lookalike(old_model, new_model, field);

    if (is_among(old_model->reserved, old_model->reserved_count, name)) {
        mmf_compat_add(report, FORBIDDEN, field->name.location,
                       "field \"%s\" has a name that version %" PRIu32
                       " reserved: it once meant something else",
                       name, old_model->version);
    }
    if (field->since > 0 && field->since <= old_model->version) {
        mmf_compat_add(report, FORBIDDEN, field->name.location,
                       "field \"%s\" is said to be there since version %" PRIu32
                       ", but version %" PRIu32 " does not have it",
                       name, field->since, old_model->version);
    }
    mmf_compat_add(report, NEEDS_MIGRATION, field->name.location, "field \"%s\" was added", name);
    if (similar) {
        mmf_compat_add(report, NEEDS_MIGRATION, field->name.location,
                       "if \"%s\" is what \"%s\" was, say \"aliases\": [\"%s\"]: without it, its "
                       "values are not taken over",
                       name, similar->name.text, similar->name.text);
    }
}

static void compare_fields(const mmf_model *old_model, const mmf_model *new_model,
                           mmf_compat_report *report)
{
    const mmf_field *furthest = NULL; /* in the old order, of those seen so far */

    for (uint32_t i = 0; i < new_model->field_count; i++) {
        const mmf_field *field = &new_model->fields[i];
        const mmf_field *ancestor = mmf_compat_ancestor(old_model, field);

        if (!ancestor) {
            report_added(old_model, new_model, field, report);
            continue;
        }
        if (strcmp(ancestor->name.text, field->name.text) != 0) {
            mmf_compat_add(report, NEEDS_MIGRATION, field->name.location,
                           "field \"%s\" was renamed to \"%s\"", ancestor->name.text,
                           field->name.text);
        }
        if (furthest && ancestor < furthest) {
            mmf_compat_add(report, NEEDS_MIGRATION, field->name.location,
                           "field \"%s\" was moved behind \"%s\"", field->name.text,
                           furthest->name.text);
        } else {
            furthest = ancestor;
        }
        mmf_compat_compare_field(ancestor, field, report);
    }
}

static void report_removed(const mmf_model *old_model, const mmf_model *new_model,
                           mmf_compat_report *report)
{
    for (uint32_t i = 0; i < old_model->field_count; i++) {
        const char *name = old_model->fields[i].name.text;
        bool is_reserved = is_among(new_model->reserved, new_model->reserved_count, name);

        if (!has_descendant(old_model, new_model, &old_model->fields[i])) {
            mmf_compat_add(report, NEEDS_MIGRATION, new_model->name.location,
                           "field \"%s\" was removed: migration drops its values%s", name,
                           is_reserved ? "" : "; put its name into \"reserved\"");
        }
    }
}

/* --- The version ----------------------------------------------------------------------------- */

/* Whatever the findings say: files of another hash or record size do not open. */
static void compare_layout(const mmf_model *old_model, const mmf_model *new_model,
                           mmf_compat_report *report)
{
    bool is_alike = memcmp(old_model->hash, new_model->hash, sizeof new_model->hash) == 0 &&
                    old_model->record_size == new_model->record_size;

    if (!is_alike && report->verdict == COMPATIBLE) {
        mmf_compat_add(report, NEEDS_MIGRATION, new_model->name.location,
                       "the layout of the record changed");
    }
}

static void compare_version(const mmf_model *old_model, const mmf_model *new_model,
                            mmf_compat_report *report)
{
    bool is_changed = report->verdict > COMPATIBLE;

    if (new_model->version < old_model->version) {
        mmf_compat_add(report, FORBIDDEN, new_model->name.location,
                       "\"version\" went back from %" PRIu32 " to %" PRIu32, old_model->version,
                       new_model->version);
    } else if (is_changed && new_model->version == old_model->version) {
        mmf_compat_add(report, FORBIDDEN, new_model->name.location,
                       "records changed, so \"version\" has to be more than %" PRIu32,
                       old_model->version);
    } else if (new_model->version > old_model->version) {
        mmf_compat_add(report, COMPATIBLE, new_model->name.location,
                       "\"version\" was raised from %" PRIu32 " to %" PRIu32, old_model->version,
                       new_model->version);
    }
}

mmf_status mmf_compat_compare(const mmf_model *old_model, const mmf_model *new_model,
                              mmf_compat_report *ret_report)
{
    memset(ret_report, 0, sizeof *ret_report);
    compare_names(old_model, new_model, ret_report);
    compare_storage(old_model, new_model, ret_report);
    compare_reserved(old_model, new_model, ret_report);
    compare_fields(old_model, new_model, ret_report);
    report_removed(old_model, new_model, ret_report);
    compare_layout(old_model, new_model, ret_report);
    compare_version(old_model, new_model, ret_report);
    return ret_report->out_of_memory ? MMF_E_NO_MEMORY : MMF_OK;
}
