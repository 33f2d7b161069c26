#define _POSIX_C_SOURCE 200809L /* strdup */

#include "schema/json.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/hash.h"
#include "schema/json_parts.h"
#include "schema/layout.h"

/* jansson's tree of a text and the places of its values. */
typedef struct document {
    json_t *root;
    mmf_places places;
} document;

static void document_clear(document *text)
{
    json_decref(text->root);
    mmf_places_clear(&text->places);
}

/* MMF_E_SYNTAX for a text that is no JSON. One that is, but for keys that stand twice, is reported
 * and read: the other errors are told in the same run. */
static mmf_status document_read(const char *text, size_t size, mmf_diagnostics *diagnostics,
                                document *ret_document)
{
    document read = {0};
    json_error_t error = {0};
    bool has_duplicates = false;
    mmf_status status;

    read.root = json_loadb(text, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
    if (!read.root && json_error_code(&error) == json_error_duplicate_key) {
        has_duplicates = true;
        read.root = json_loadb(text, size, JSON_DECODE_ANY, &error);
    }
    if (!read.root) {
        if (!error.text[0] || json_error_code(&error) == json_error_out_of_memory) {
            return MMF_E_NO_MEMORY;
        }
        mmf_json_report_syntax(diagnostics, text, size, &error);
        return MMF_E_SYNTAX;
    }
    status = mmf_places_build(text, size, &read.places);
    if (status == MMF_OK && has_duplicates) {
        status = mmf_json_report_duplicates(diagnostics, text, size, &read.places);
    }
    if (status != MMF_OK) {
        document_clear(&read);
        return status;
    }
    *ret_document = read;
    return MMF_OK;
}

/* Makes the model complete, or says why that cannot be; errors_before: of the list, without those
 * of this text. */
static mmf_status read_model(const document *text, mmf_diagnostics *diagnostics,
                             size_t errors_before, mmf_model *model)
{
    mmf_reader reader = {.diagnostics = diagnostics, .places = text->places.items};
    bool complete = mmf_json_read_schema(&reader, (mmf_node){.value = text->root}, model);

    if (reader.out_of_memory) {
        return MMF_E_NO_MEMORY;
    }
    if (complete && mmf_layout_compute(model, diagnostics) != MMF_OK) {
        return MMF_E_SYNTAX;
    }
    return diagnostics->error_count > errors_before ? MMF_E_SYNTAX : mmf_hash_compute(model);
}

static mmf_model *new_model(const char *path)
{
    mmf_model *model = calloc(1, sizeof *model);

    if (!model) {
        return NULL;
    }
    model->path = strdup(path);
    if (!model->path) {
        free(model);
        return NULL;
    }
    return model;
}

static mmf_status parse(const char *text, size_t size, mmf_diagnostics *diagnostics,
                        mmf_model **ret_model)
{
    size_t errors_before = diagnostics->error_count;
    document read;
    mmf_status status;
    mmf_model *model;

    if (!mmf_json_check_text(diagnostics, text, size)) {
        return MMF_E_SYNTAX;
    }
    status = document_read(text, size, diagnostics, &read);
    if (status != MMF_OK) {
        return status;
    }
    model = new_model(diagnostics->path ? diagnostics->path : "");
    status = model ? read_model(&read, diagnostics, errors_before, model) : MMF_E_NO_MEMORY;
    document_clear(&read);
    if (status == MMF_OK) {
        *ret_model = model;
    } else {
        mmf_model_free(model);
    }
    return status;
}

mmf_status mmf_schema_parse(const char *text, size_t size, mmf_diagnostics *diagnostics,
                            mmf_model **ret_model)
{
    mmf_status status = parse(text, size, diagnostics, ret_model);

    mmf_diagnostics_sort(diagnostics);
    if (status == MMF_E_NO_MEMORY) {
        diagnostics->out_of_memory = true;
    }
    return status;
}

/* The whole file, but of one that is too large no more than shows that it is. */
static mmf_status read_file(FILE *file, char **ret_text, size_t *ret_size)
{
    size_t capacity = MMF_SCHEMA_SIZE_MAX + 1;
    char *text = malloc(capacity);
    size_t size;

    if (!text) {
        return MMF_E_NO_MEMORY;
    }
    size = fread(text, 1, capacity, file);
    if (ferror(file)) {
        free(text);
        return MMF_E_SYSTEM;
    }
    *ret_text = text;
    *ret_size = size;
    return MMF_OK;
}

static mmf_status fail_to_read(mmf_diagnostics *diagnostics, int system_errno)
{
    mmf_diagnostics_add(diagnostics, MMF_SEVERITY_ERROR, (mmf_location){0, 0},
                        "cannot read the schema: %s", strerror(system_errno));
    errno = system_errno;
    return MMF_E_SYSTEM;
}

mmf_status mmf_schema_load(const char *path, mmf_diagnostics *diagnostics, mmf_model **ret_model)
{
    mmf_status status;
    FILE *file;
    char *text;
    size_t size;
    int system_errno;

    mmf_diagnostics_init(diagnostics, path);
    file = fopen(path, "rb");
    if (!file) {
        return fail_to_read(diagnostics, errno);
    }
    status = read_file(file, &text, &size);
    system_errno = errno;
    (void)fclose(file);
    if (status == MMF_E_SYSTEM) {
        return fail_to_read(diagnostics, system_errno);
    }
    if (status != MMF_OK) {
        return status;
    }
    status = mmf_schema_parse(text, size, diagnostics, ret_model);
    free(text);
    return status;
}
