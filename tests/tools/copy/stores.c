#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tests/tools/copy/stores.h"

#include <inttypes.h>
#include <stdlib.h>

#include "fsck/check.h"
#include "schema/json.h"

#define BATCH 64u

const char *store_schema(const char *name, const char *text)
{
    const char *path = test_path(name);
    size_t size = strlen(text);
    char *copy = strdup(text);

    ck_assert_ptr_nonnull(copy);
    for (size_t i = 0; i < size; i++) {
        copy[i] = copy[i] == '\'' ? '"' : copy[i];
    }
    test_write_file(path, copy, size);
    free(copy);
    return path;
}

/* --- Content --------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t word)
{
    word ^= word >> 31;
    word *= 0x9e3779b97f4a7c15u;
    word ^= word >> 29;
    word *= 0xbf58476d1ce4e5b9u;
    return word ^ word >> 32;
}

static uint64_t hash_name(const char *name)
{
    uint64_t hash = 14695981039346656037u;

    for (; *name; name++) {
        hash = (hash ^ (uint8_t)*name) * 1099511628211u;
    }
    return hash;
}

static void put_element(const mmf_field *field, uint64_t word, uint8_t *element)
{
    float single = (float)(word % 1000) / 8;
    double real = (double)(word % 1000000) / 64;

    if (mmf_type_is_text(field->type)) {
        uint32_t length = (uint32_t)(word % (field->max + 1));

        memcpy(element, &length, sizeof length);
        for (uint32_t i = 0; i < length; i++) {
            element[4 + i] = (uint8_t)('a' + (word + i) % 26);
        }
    } else if (field->type == MMF_TYPE_ENUM) {
        memcpy(element, &field->symbols[word % field->symbol_count].value,
               mmf_type_info_of(field->base)->size);
    } else if (field->type == MMF_TYPE_FLOAT32) {
        memcpy(element, &single, sizeof single);
    } else if (field->type == MMF_TYPE_FLOAT64) {
        memcpy(element, &real, sizeof real);
    } else {
        word = field->type == MMF_TYPE_BOOL ? word & 1 : word;
        memcpy(element, &word, mmf_type_info_of(field->base)->size);
    }
}

void store_payload(const mmf_model *model, uint64_t index, uint64_t round, uint8_t *ret_payload)
{
    memset(ret_payload, 0, model->payload_size);
    for (uint32_t i = 0; i < model->field_count; i++) {
        const mmf_field *field = &model->fields[i];
        uint8_t *at = ret_payload + mmf_table_field_offset(field);

        for (uint32_t k = 0; k < mmf_field_elements(field); k++) {
            put_element(field, mix(hash_name(field->name.text) + mix(index + 1) + 7 * round + k),
                        at + (size_t)k * field->element_size);
        }
    }
}

/* --- Making ---------------------------------------------------------------------------------- */

void store_append(mmf_table *table, uint64_t first, uint64_t count, uint64_t round)
{
    size_t size = table->type.payload_size;
    uint8_t *payloads = calloc(BATCH, size);

    must(payloads != NULL);
    while (count > 0) {
        uint64_t batch = count < BATCH ? count : BATCH;

        for (uint64_t i = 0; i < batch; i++) {
            store_payload(table->model, first + i, round, payloads + i * size);
        }
        must_ok(mmf_table_append(table, payloads, batch, NULL));
        first += batch;
        count -= batch;
    }
    free(payloads);
}

void store_make(const char *path, const char *schema, uint32_t format, uint64_t count)
{
    mmf_diagnostics diagnostics = {0};
    mmf_error error = {0};
    const mmf_options options = {.error = &error};
    mmf_model *model = NULL;
    mmf_table *table = NULL;

    ck_ok(mmf_schema_load(schema, &diagnostics, &model));
    mmf_diagnostics_clear(&diagnostics);
    ck_status_error(mmf_table_create(path, model, format, &options, &table), MMF_OK, &error);
    store_append(table, 0, count, 0);
    ck_ok(mmf_table_close(table));
}

mmf_table *store_open(const char *path, const char *schema, uint32_t flags)
{
    mmf_diagnostics diagnostics = {0};
    mmf_error error = {0};
    const mmf_options options = {.flags = flags, .timeout_ms = 20, .error = &error};
    mmf_table *table = NULL;
    mmf_status status = mmf_table_open(path, schema, &options, &diagnostics, &table);

    mmf_diagnostics_clear(&diagnostics);
    if (status != MMF_OK) {
        (void)fprintf(stderr, "%s: %s\n", path, error.text);
    }
    must_ok(status);
    return table;
}

/* --- Looking --------------------------------------------------------------------------------- */

static const char *compare(const mmf_table *table, uint64_t count, uint64_t round)
{
    static char text[128];
    size_t size = table->type.payload_size;
    uint8_t *found = calloc(2, size);
    const char *wrong = NULL;

    must(found != NULL);
    if (mmf_store_len(table->store) != count) {
        (void)snprintf(text, sizeof text, "%" PRIu64 " records, expected %" PRIu64,
                       mmf_store_len(table->store), count);
        wrong = text;
    }
    for (uint64_t i = 0; i < count && !wrong; i++) {
        mmf_status status = mmf_table_get(table, i, found);

        store_payload(table->model, i, round, found + size);
        if (status != MMF_OK || memcmp(found, found + size, size) != 0) {
            (void)snprintf(text, sizeof text, "record %" PRIu64 ": %s", i,
                           status == MMF_OK ? "has other bytes" : mmf_status_name(status));
            wrong = text;
        }
    }
    free(found);
    return wrong;
}

const char *store_is_well(const char *path, const char *schema, uint64_t count, uint64_t round)
{
    mmf_table *table = store_open(path, schema, MMF_READ_ONLY);
    const char *wrong = compare(table, count, round);

    (void)mmf_table_close(table);
    return wrong;
}

static void tell(void *context, const mmf_finding *finding)
{
    (void)context;
    if (finding->info->severity != MMF_PROBLEM_NOTE) {
        (void)fprintf(stderr, "%s: %s: %s\n", finding->path, finding->info->code, finding->text);
    }
}

void store_expect_clean(const char *path)
{
    mmf_check_result result;
    const mmf_check_options options = {.flags = MMF_CHECK_FULL, .threads = 1, .report = tell};

    ck_ok(mmf_check(path, &options, &result));
    ck_assert(result.is_complete);
    ck_assert_uint_eq(result.errors, 0);
    ck_assert_uint_eq(result.notes, result.format == 1); /* that it has no schema */
}

uint64_t store_header(const char *path, uint64_t offset, uint32_t size)
{
    uint64_t number = 0;

    test_read_at(path, offset, &number, size);
    return number;
}

uint64_t store_record_at(const mmf_table *table, uint64_t index)
{
    return mmf_header_region_size(table->type.format, table->type.schema_text_size) +
           index * table->type.record_size;
}
