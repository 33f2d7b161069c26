#include <inttypes.h>
#include <string.h>

#include "schema/compat_findings.h"

#define COMPATIBLE MMF_COMPAT_COMPATIBLE
#define NEEDS_MIGRATION MMF_COMPAT_NEEDS_MIGRATION
#define FORBIDDEN MMF_COMPAT_FORBIDDEN

/* --- Types ----------------------------------------------------------------------------------- */

/* Bits of an integer that a float has room for, so that each such number is one of its values. */
static uint32_t exact_bits(mmf_type type)
{
    return type == MMF_TYPE_FLOAT64 ? 53 : type == MMF_TYPE_FLOAT32 ? 24 : 0;
}

/* Whether every value of one number type is one of the other. */
static bool is_widening(mmf_type from, mmf_type to)
{
    uint32_t from_size = mmf_type_info_of(from)->size;
    uint32_t to_size = mmf_type_info_of(to)->size;

    if (mmf_type_is_float(from) && mmf_type_is_float(to)) {
        return to_size > from_size;
    }
    if (mmf_type_is_integer(from) && mmf_type_is_float(to)) {
        return 8 * from_size <= exact_bits(to);
    }
    if (!mmf_type_is_integer(from) || !mmf_type_is_integer(to)) {
        return false;
    }
    return to_size > from_size && (mmf_type_is_unsigned(from) || mmf_type_is_signed(to));
}

/* Whether values of one type are of the same nature as those of the other, only fewer. */
static bool is_narrowing(mmf_type from, mmf_type to)
{
    return is_widening(to, from);
}

static void compare_type(const mmf_field *old_field, const mmf_field *new_field,
                         mmf_compat_report *report)
{
    const char *name = new_field->name.text;
    const char *old_type = mmf_type_info_of(old_field->type)->name;
    const char *new_type = mmf_type_info_of(new_field->type)->name;

    if (old_field->type == new_field->type) {
        return;
    }
    if (is_widening(old_field->type, new_field->type)) {
        mmf_compat_add(report, NEEDS_MIGRATION, new_field->type_location,
                       "field \"%s\" was widened from %s to %s", name, old_type, new_type);
    } else if (is_narrowing(old_field->type, new_field->type)) {
        mmf_compat_add(report, FORBIDDEN, new_field->type_location,
                       "field \"%s\" was narrowed from %s to %s, which does not hold every old "
                       "value",
                       name, old_type, new_type);
    } else {
        mmf_compat_add(report, FORBIDDEN, new_field->type_location,
                       "field \"%s\" was %s and is %s now: old values would mean something else; "
                       "give the new field another name",
                       name, old_type, new_type);
    }
}

static void compare_base(const mmf_field *old_field, const mmf_field *new_field,
                         mmf_compat_report *report)
{
    const char *name = new_field->name.text;
    const char *old_base = mmf_type_info_of(old_field->base)->name;
    const char *new_base = mmf_type_info_of(new_field->base)->name;

    if (old_field->type != MMF_TYPE_ENUM || new_field->type != MMF_TYPE_ENUM ||
        old_field->base == new_field->base) {
        return;
    }
    if (is_widening(old_field->base, new_field->base)) {
        mmf_compat_add(report, NEEDS_MIGRATION, new_field->type_location,
                       "the base of enum \"%s\" was widened from %s to %s", name, old_base,
                       new_base);
    } else {
        mmf_compat_add(report, FORBIDDEN, new_field->type_location,
                       "the base of enum \"%s\" was %s and is %s now, which does not hold every "
                       "old value",
                       name, old_base, new_base);
    }
}

/* --- Sizes ----------------------------------------------------------------------------------- */

static void compare_max(const mmf_field *old_field, const mmf_field *new_field,
                        mmf_compat_report *report)
{
    if (old_field->type != new_field->type || old_field->max == new_field->max) {
        return;
    }
    if (new_field->max > old_field->max) {
        mmf_compat_add(report, NEEDS_MIGRATION, new_field->type_location,
                       "\"max\" of field \"%s\" was raised from %" PRIu32 " to %" PRIu32,
                       new_field->name.text, old_field->max, new_field->max);
    } else {
        mmf_compat_add(report, FORBIDDEN, new_field->type_location,
                       "\"max\" of field \"%s\" was lowered from %" PRIu32 " to %" PRIu32
                       ": longer values would be cut",
                       new_field->name.text, old_field->max, new_field->max);
    }
}

static void compare_count(const mmf_field *old_field, const mmf_field *new_field,
                          mmf_compat_report *report)
{
    const char *name = new_field->name.text;

    if (old_field->count == new_field->count) {
        return;
    }
    if (old_field->count == 0 || new_field->count == 0) {
        mmf_compat_add(report, FORBIDDEN, new_field->type_location,
                       "field \"%s\" was %s and is %s now; give the new field another name", name,
                       old_field->count ? "an array" : "a single value",
                       new_field->count ? "an array" : "a single value");
    } else if (new_field->count > old_field->count) {
        mmf_compat_add(report, NEEDS_MIGRATION, new_field->type_location,
                       "\"count\" of field \"%s\" was raised from %" PRIu32 " to %" PRIu32, name,
                       old_field->count, new_field->count);
    } else {
        mmf_compat_add(report, FORBIDDEN, new_field->type_location,
                       "\"count\" of field \"%s\" was lowered from %" PRIu32 " to %" PRIu32
                       ": elements would be lost",
                       name, old_field->count, new_field->count);
    }
}

/* --- Symbols --------------------------------------------------------------------------------- */

static const mmf_symbol *symbol_of_name(const mmf_field *field, const char *name)
{
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        if (strcmp(field->symbols[i].name.text, name) == 0) {
            return &field->symbols[i];
        }
    }
    return NULL;
}

static void compare_new_symbol(const mmf_field *old_field, const mmf_field *new_field,
                               const mmf_symbol *symbol, mmf_compat_report *report)
{
    const mmf_symbol *before = symbol_of_name(old_field, symbol->name.text);

    if (!before) {
        mmf_compat_add(report, COMPATIBLE, symbol->name.location,
                       "enum \"%s\" has a new symbol \"%s\"", new_field->name.text,
                       symbol->name.text);
    } else if (before->value != symbol->value) {
        mmf_compat_add(report, FORBIDDEN, symbol->name.location,
                       "symbol \"%s\" of enum \"%s\" was %" PRId64 " and is %" PRId64
                       " now: old records would say something else",
                       symbol->name.text, new_field->name.text, before->value, symbol->value);
    }
}

static void compare_symbols(const mmf_field *old_field, const mmf_field *new_field,
                            mmf_compat_report *report)
{
    if (old_field->type != MMF_TYPE_ENUM || new_field->type != MMF_TYPE_ENUM) {
        return;
    }
    for (uint32_t i = 0; i < new_field->symbol_count; i++) {
        compare_new_symbol(old_field, new_field, &new_field->symbols[i], report);
    }
    for (uint32_t i = 0; i < old_field->symbol_count; i++) {
        const mmf_symbol *symbol = &old_field->symbols[i];

        if (!symbol_of_name(new_field, symbol->name.text)) {
            mmf_compat_add(report, FORBIDDEN, new_field->name.location,
                           "symbol \"%s\" (%" PRId64 ") of enum \"%s\" is gone: old records may "
                           "have it",
                           symbol->name.text, symbol->value, new_field->name.text);
        }
    }
}

/* --- Meaning and documentation --------------------------------------------------------------- */

static void compare_logical(const mmf_field *old_field, const mmf_field *new_field,
                            mmf_compat_report *report)
{
    const char *name = new_field->name.text;

    if (old_field->logical == MMF_LOGICAL_NONE && new_field->logical != MMF_LOGICAL_NONE) {
        mmf_compat_add(report, COMPATIBLE, new_field->type_location,
                       "field \"%s\" says that it is a %s now", name,
                       mmf_logical_name(new_field->logical));
    } else if (old_field->logical != new_field->logical) {
        mmf_compat_add(
            report, FORBIDDEN, new_field->type_location,
            "field \"%s\" was a %s and is %s now: old values would mean something else", name,
            mmf_logical_name(old_field->logical),
            new_field->logical == MMF_LOGICAL_NONE ? "none" : mmf_logical_name(new_field->logical));
    } else if (old_field->logical == MMF_LOGICAL_TIMESTAMP && old_field->unit != new_field->unit) {
        mmf_compat_add(report, FORBIDDEN, new_field->type_location,
                       "the unit of timestamp \"%s\" was %s and is %s now: old values would mean "
                       "something else",
                       name, mmf_time_unit_name(old_field->unit),
                       mmf_time_unit_name(new_field->unit));
    } else if (old_field->logical == MMF_LOGICAL_DECIMAL && old_field->scale != new_field->scale) {
        mmf_compat_add(report, FORBIDDEN, new_field->type_location,
                       "the scale of decimal \"%s\" was %" PRIu32 " and is %" PRIu32
                       " now: old values would mean something else",
                       name, old_field->scale, new_field->scale);
    }
}

static bool same_value(mmf_type type, const mmf_value *a, const mmf_value *b)
{
    if (mmf_type_is_text(type)) {
        return a->length == b->length &&
               (a->length == 0 || memcmp(a->bytes, b->bytes, a->length) == 0);
    }
    if (mmf_type_is_float(type)) {
        return memcmp(&a->real, &b->real, sizeof a->real) == 0;
    }
    return a->integer.u == b->integer.u;
}

static bool same_defaults(const mmf_field *old_field, const mmf_field *new_field)
{
    if (!old_field->defaults || !new_field->defaults) {
        return !old_field->defaults && !new_field->defaults;
    }
    if (old_field->type != new_field->type || old_field->count != new_field->count) {
        return false;
    }
    for (uint32_t i = 0; i < mmf_field_elements(new_field); i++) {
        if (!same_value(new_field->type, &old_field->defaults[i], &new_field->defaults[i])) {
            return false;
        }
    }
    return true;
}

static bool same_aliases(const mmf_field *old_field, const mmf_field *new_field)
{
    if (old_field->alias_count != new_field->alias_count) {
        return false;
    }
    for (uint32_t i = 0; i < new_field->alias_count; i++) {
        if (strcmp(old_field->aliases[i].text, new_field->aliases[i].text) != 0) {
            return false;
        }
    }
    return true;
}

static void compare_documentation(const mmf_field *old_field, const mmf_field *new_field,
                                  mmf_compat_report *report)
{
    const struct {
        bool is_same;
        const char *what;
    } parts[] = {
        {same_defaults(old_field, new_field), "default"},
        {mmf_compat_same_text(old_field->doc, new_field->doc), "documentation"},
        {same_aliases(old_field, new_field), "list of aliases"},
        {old_field->since == new_field->since, "\"since\""},
        {old_field->is_deprecated == new_field->is_deprecated &&
             mmf_compat_same_text(old_field->deprecated, new_field->deprecated),
         "deprecation"},
    };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!parts[i].is_same) {
            mmf_compat_add(report, COMPATIBLE, new_field->name.location,
                           "the %s of field \"%s\" changed", parts[i].what, new_field->name.text);
        }
    }
}

void mmf_compat_compare_field(const mmf_field *old_field, const mmf_field *new_field,
                              mmf_compat_report *report)
{
    compare_type(old_field, new_field, report);
    compare_base(old_field, new_field, report);
    compare_max(old_field, new_field, report);
    compare_count(old_field, new_field, report);
    compare_symbols(old_field, new_field, report);
    compare_logical(old_field, new_field, report);
    compare_documentation(old_field, new_field, report);
}
