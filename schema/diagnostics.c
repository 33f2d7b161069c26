#define _POSIX_C_SOURCE 200809L /* open_memstream, strdup */

#include "schema/diagnostics.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mmf_diagnostics_init(mmf_diagnostics *diagnostics, const char *path)
{
    *diagnostics = (mmf_diagnostics){.path = strdup(path)};
    if (!diagnostics->path) {
        diagnostics->out_of_memory = true;
    }
}

void mmf_diagnostics_clear(mmf_diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        free(diagnostics->items[i].text);
    }
    free(diagnostics->items);
    free(diagnostics->path);
    *diagnostics = (mmf_diagnostics){0};
}

/* The text may quote a schema that holds anything: what would break the line, or act on a
 * terminal, becomes a question mark. */
static void make_one_line(char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f) {
            *text = '?';
        }
    }
}

static char *format_text(const char *format, va_list args)
{
    va_list measured;
    char *text;
    int length;

    va_copy(measured, args);
    length = vsnprintf(NULL, 0, format, measured);
    va_end(measured);
    if (length < 0) {
        return NULL;
    }
    text = malloc((size_t)length + 1);
    if (!text) {
        return NULL;
    }
    (void)vsnprintf(text, (size_t)length + 1, format, args);
    make_one_line(text);
    return text;
}

static bool reserve_one(mmf_diagnostics *diagnostics)
{
    size_t capacity = diagnostics->capacity ? 2 * diagnostics->capacity : 8;
    mmf_diagnostic *items;

    if (diagnostics->count < diagnostics->capacity) {
        return true;
    }
    items = realloc(diagnostics->items, capacity * sizeof *items);
    if (!items) {
        return false;
    }
    diagnostics->items = items;
    diagnostics->capacity = capacity;
    return true;
}

void mmf_diagnostics_add(mmf_diagnostics *diagnostics, mmf_severity severity, mmf_location location,
                         const char *format, ...)
{
    va_list args;
    char *text;

    if (severity == MMF_SEVERITY_ERROR) {
        diagnostics->error_count++;
    }
    va_start(args, format);
    text = format_text(format, args);
    va_end(args);
    if (!text || !reserve_one(diagnostics)) {
        free(text);
        diagnostics->out_of_memory = true;
        return;
    }
    diagnostics->items[diagnostics->count++] =
        (mmf_diagnostic){.location = location, .severity = severity, .text = text};
}

/* What an item is sorted by: the place of the finding that it is or belongs to, then its turn. */
typedef struct sort_key {
    mmf_location place;
    size_t turn;
    mmf_diagnostic item;
} sort_key;

static int compare_keys(const void *left, const void *right)
{
    const sort_key *a = left;
    const sort_key *b = right;

    if (a->place.line != b->place.line) {
        return a->place.line < b->place.line ? -1 : 1;
    }
    if (a->place.column != b->place.column) {
        return a->place.column < b->place.column ? -1 : 1;
    }
    return a->turn < b->turn ? -1 : a->turn > b->turn;
}

void mmf_diagnostics_sort(mmf_diagnostics *diagnostics)
{
    size_t count = diagnostics->count;
    mmf_location place = {0, 0};
    sort_key *keys;

    if (count < 2) {
        return;
    }
    keys = malloc(count * sizeof *keys);
    if (!keys) {
        return; /* unsorted findings are still findings */
    }
    for (size_t i = 0; i < count; i++) {
        if (diagnostics->items[i].severity != MMF_SEVERITY_NOTE) {
            place = diagnostics->items[i].location;
        }
        keys[i] = (sort_key){.place = place, .turn = i, .item = diagnostics->items[i]};
    }
    qsort(keys, count, sizeof *keys, compare_keys);
    for (size_t i = 0; i < count; i++) {
        diagnostics->items[i] = keys[i].item;
    }
    free(keys);
}

bool mmf_diagnostics_has_errors(const mmf_diagnostics *diagnostics)
{
    return diagnostics->error_count > 0 || diagnostics->out_of_memory;
}

static const char *severity_name(mmf_severity severity)
{
    switch (severity) {
    case MMF_SEVERITY_WARNING:
        return "warning";
    case MMF_SEVERITY_NOTE:
        return "note";
    case MMF_SEVERITY_ERROR:
        break;
    }
    return "error";
}

char *mmf_diagnostics_format(const mmf_diagnostics *diagnostics, size_t index)
{
    const mmf_diagnostic *item = &diagnostics->items[index];
    char *line = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&line, &size);
    bool failed;

    if (!stream) {
        return NULL;
    }
    if (diagnostics->path && *diagnostics->path) {
        (void)fprintf(stream, "%s:", diagnostics->path);
    }
    if (item->location.line > 0) {
        (void)fprintf(stream, "%u:%u:", item->location.line, item->location.column);
    }
    if (ftell(stream) > 0) {
        (void)fputc(' ', stream);
    }
    (void)fprintf(stream, "%s: %s", severity_name(item->severity), item->text);
    failed = ferror(stream);
    if (fclose(stream) != 0 || failed) {
        free(line);
        return NULL;
    }
    return line;
}
