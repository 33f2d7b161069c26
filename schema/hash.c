#define _POSIX_C_SOURCE 200809L /* open_memstream */

#include "schema/hash.h"

#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/layout.h"

_Static_assert(MMF_HASH_SIZE == SHA256_DIGEST_LENGTH, "the hash is a SHA-256");
_Static_assert(sizeof((mmf_model *)0)->hash == MMF_HASH_SIZE, "the model keeps a whole hash");

static int compare_names(const void *left, const void *right)
{
    const mmf_field *const *a = left;
    const mmf_field *const *b = right;

    return strcmp((*a)->name.text, (*b)->name.text);
}

static bool print_format_1(FILE *stream, const mmf_model *model)
{
    const mmf_field **sorted = malloc((model->field_count + (size_t)1) * sizeof *sorted);

    if (!sorted) {
        return false;
    }
    for (uint32_t i = 0; i < model->field_count; i++) {
        sorted[i] = &model->fields[i];
    }
    qsort(sorted, model->field_count, sizeof *sorted, compare_names);
    for (uint32_t i = 0; i < model->field_count; i++) {
        (void)fprintf(stream, "%s%s:%s:%u", i > 0 ? "," : "", sorted[i]->name.text,
                      mmf_type_info_of(sorted[i]->type)->name, mmf_field_content_size(sorted[i]));
    }
    free(sorted);
    return true;
}

static void print_format_2(FILE *stream, const mmf_model *model)
{
    (void)fprintf(stream, "mmf2:%u%s", model->record_size, model->checksum_offset ? ":crc32c" : "");
    for (uint32_t i = 0; i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];
        const char *type = mmf_type_info_of(field->type)->name;

        (void)fprintf(stream, ",%s:", field->name.text);
        if (field->type == MMF_TYPE_ENUM) {
            (void)fprintf(stream, "%s(%s)", type, mmf_type_info_of(field->base)->name);
        } else {
            (void)fputs(type, stream);
        }
        (void)fprintf(stream, ":%u:%u:%u", field->offset, mmf_field_content_size(field),
                      field->count);
    }
}

char *mmf_hash_text(const mmf_model *model)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    bool complete = true;

    if (!stream) {
        return NULL;
    }
    if (model->format == 1) {
        complete = print_format_1(stream, model);
    } else {
        print_format_2(stream, model);
    }
    complete = complete && !ferror(stream);
    if (fclose(stream) != 0 || !complete) {
        free(text);
        return NULL;
    }
    return text;
}

mmf_status mmf_hash_compute(mmf_model *model)
{
    char *text = mmf_hash_text(model);
    SHA2_CTX context;

    if (!text) {
        return MMF_E_NO_MEMORY;
    }
    SHA256Init(&context);
    SHA256Update(&context, (const uint8_t *)text, strlen(text));
    SHA256Final(model->hash, &context);
    free(text);
    return MMF_OK;
}
