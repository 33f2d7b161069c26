#include "tools/diff.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tools/convert.h"
#include "tools/record_read.h"
#include "tools/source.h"

#define BYTES_BETWEEN_LOOKS (4u << 20)

typedef struct side {
    mmf_source source;
    const mmf_table *table; /* its */
    uint8_t *payload;
    uint64_t count;
} side;

typedef struct comparison {
    const mmf_diff_options *options;
    mmf_diff_result *result;
    side a;
    side b;
    mmf_diff_field *fields;
    size_t field_count;
    bool is_bytewise; /* equal payloads are equal records, as all fields are alike */
} comparison;

/* --- Fields ---------------------------------------------------------------------------------- */

static bool is_number(mmf_type type)
{
    return mmf_type_is_integer(type) || mmf_type_is_float(type);
}

static bool same_meaning(const mmf_field *a, const mmf_field *b)
{
    return a->logical == b->logical && a->unit == b->unit && a->scale == b->scale;
}

static bool is_comparable(const mmf_field *a, const mmf_field *b)
{
    return (a->count == 0) == (b->count == 0) && same_meaning(a, b) &&
           (a->type == b->type || (is_number(a->type) && is_number(b->type)));
}

static bool is_alike(const mmf_field *a, const mmf_field *b)
{
    return a->type == b->type && a->base == b->base && a->max == b->max && a->count == b->count &&
           same_meaning(a, b);
}

static bool is_wanted(const mmf_diff_options *options, const char *name)
{
    for (size_t i = 0; i < options->field_count; i++) {
        if (strcmp(options->fields[i], name) == 0) {
            return true;
        }
    }
    return !options->fields;
}

static void add_field(comparison *comparison, const mmf_field *a, const mmf_field *b)
{
    mmf_diff_field field = {.a = a, .b = b};

    if (!is_wanted(comparison->options, a ? a->name.text : b->name.text)) {
        return;
    }
    field.is_alike = a && b && is_alike(a, b);
    field.is_comparable = a && b && is_comparable(a, b);
    comparison->fields[comparison->field_count++] = field;
    if (!field.is_alike) {
        comparison->result->fields++;
        if (comparison->options->schema) {
            comparison->options->schema(comparison->options->context, &field);
        }
    }
}

static mmf_status check_names(const comparison *comparison)
{
    const mmf_diff_options *options = comparison->options;

    for (size_t i = 0; i < options->field_count; i++) {
        bool in_a = mmf_model_field(comparison->a.table->model, options->fields[i]) != NULL;
        bool in_b = mmf_model_field(comparison->b.table->model, options->fields[i]) != NULL;

        if (!in_a || !in_b) {
            return mmf_error_set(
                options->error, MMF_E_INVALID, "%s: has no field \"%s\"",
                mmf_store_path((in_a ? comparison->b : comparison->a).table->store),
                options->fields[i]);
        }
    }
    return MMF_OK;
}

static mmf_status match_fields(comparison *comparison)
{
    const mmf_model *a = comparison->a.table->model;
    const mmf_model *b = comparison->b.table->model;
    mmf_status status = check_names(comparison);

    if (status != MMF_OK) {
        return status;
    }
    comparison->fields =
        calloc((size_t)a->field_count + b->field_count, sizeof *comparison->fields);
    if (!comparison->fields) {
        return mmf_error_set(comparison->options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    for (uint32_t i = 0; i < a->field_count; i++) {
        add_field(comparison, &a->fields[i], mmf_model_field(b, a->fields[i].name.text));
    }
    for (uint32_t i = 0; i < b->field_count; i++) {
        if (!mmf_model_field(a, b->fields[i].name.text)) {
            add_field(comparison, NULL, &b->fields[i]);
        }
    }
    comparison->is_bytewise = a->payload_size == b->payload_size &&
                              memcmp(a->hash, b->hash, sizeof a->hash) == 0 &&
                              a->format == b->format && comparison->result->fields == 0;
    return MMF_OK;
}

/* --- Values ---------------------------------------------------------------------------------- */

/* Exactly: what a double cannot hold is no double's value. */
static bool integer_is_real(mmf_plain integer, double real)
{
    if (integer.kind == MMF_PLAIN_SIGNED && integer.i < 0) {
        return real >= -0x1p63 && real < 0 && (int64_t)real == integer.i &&
               (double)(int64_t)real == real;
    }
    return real >= 0 && real < 0x1p64 && (uint64_t)real == integer.u &&
           (double)(uint64_t)real == real;
}

static bool same_integer(mmf_plain a, mmf_plain b)
{
    bool a_is_negative = a.kind == MMF_PLAIN_SIGNED && a.i < 0;
    bool b_is_negative = b.kind == MMF_PLAIN_SIGNED && b.i < 0;

    return a_is_negative == b_is_negative && a.u == b.u;
}

/* Of floats all bits count: -0 is not 0, and each NaN is itself. */
static bool same_number(mmf_plain a, mmf_plain b)
{
    if (a.kind == MMF_PLAIN_REAL && b.kind == MMF_PLAIN_REAL) {
        return a.u == b.u;
    }
    return a.kind == MMF_PLAIN_REAL   ? integer_is_real(b, a.real)
           : b.kind == MMF_PLAIN_REAL ? integer_is_real(a, b.real)
                                      : same_integer(a, b);
}

static bool same_element(const mmf_diff_field *field, const uint8_t *a, const uint8_t *b)
{
    if (mmf_type_is_text(field->a->type)) {
        uint32_t length = mmf_table_text_length(field->a, a);

        return length == mmf_table_text_length(field->b, b) && memcmp(a + 4, b + 4, length) == 0;
    }
    if (field->a->base == field->b->base && field->a->type != MMF_TYPE_BOOL) {
        return memcmp(a, b, field->a->element_size) == 0;
    }
    return same_number(mmf_plain_load(field->a->base, a), mmf_plain_load(field->b->base, b));
}

/* Of arrays of different counts what both have. */
static bool same_value(const mmf_diff_field *field, const uint8_t *payload_a,
                       const uint8_t *payload_b)
{
    const uint8_t *a = payload_a + mmf_table_field_offset(field->a);
    const uint8_t *b = payload_b + mmf_table_field_offset(field->b);
    uint32_t count_a = mmf_field_elements(field->a);
    uint32_t count_b = mmf_field_elements(field->b);

    for (uint32_t i = 0; i < count_a && i < count_b; i++) {
        if (!same_element(field, a + (size_t)i * field->a->element_size,
                          b + (size_t)i * field->b->element_size)) {
            return false;
        }
    }
    return true;
}

/* --- Records --------------------------------------------------------------------------------- */

static mmf_status read_side(comparison *comparison, side *side, char which, uint64_t index,
                            bool *ret_is_whole)
{
    const mmf_diff_options *options = comparison->options;
    mmf_error detail = {0};
    mmf_status status = mmf_record_read(side->table, index, side->payload, &detail);

    *ret_is_whole = status == MMF_OK;
    if (mmf_record_is_damaged(status)) {
        comparison->result->damaged++;
        if (options->damaged) {
            options->damaged(options->context, which, index, detail.text);
        }
        return MMF_OK;
    }
    return status == MMF_OK ? status
                            : mmf_error_set(options->error, status, "%s: record %" PRIu64 ": %s",
                                            mmf_store_path(side->table->store), index, detail.text);
}

static void compare_fields(comparison *comparison, uint64_t index)
{
    const mmf_diff_options *options = comparison->options;
    mmf_diff_result *result = comparison->result;
    uint64_t before = result->values;

    for (size_t i = 0; i < comparison->field_count && !result->is_limited; i++) {
        const mmf_diff_field *field = &comparison->fields[i];

        if (!field->is_comparable ||
            same_value(field, comparison->a.payload, comparison->b.payload)) {
            continue;
        }
        result->values++;
        if (options->differs) {
            options->differs(options->context, index, field, comparison->a.payload,
                             comparison->b.payload);
        }
        result->is_limited = result->values == options->limit;
    }
    result->records += result->values > before;
}

static mmf_status compare_record(comparison *comparison, uint64_t index)
{
    bool a_is_whole = false;
    bool b_is_whole = false;
    mmf_status status = read_side(comparison, &comparison->a, 'a', index, &a_is_whole);

    if (status == MMF_OK) {
        status = read_side(comparison, &comparison->b, 'b', index, &b_is_whole);
    }
    if (status == MMF_OK && a_is_whole && b_is_whole &&
        !(comparison->is_bytewise && memcmp(comparison->a.payload, comparison->b.payload,
                                            comparison->a.table->type.payload_size) == 0)) {
        compare_fields(comparison, index);
    }
    return status;
}

static bool goes_on(const comparison *comparison, uint64_t index, uint64_t count)
{
    const mmf_diff_options *options = comparison->options;
    uint64_t size = comparison->a.table->type.record_size;

    return !options->progress || index % (BYTES_BETWEEN_LOOKS / size + 1) != 0 ||
           options->progress(options->context, index * size, count * size);
}

static void tell_rest(const comparison *comparison, char which, uint64_t first, uint64_t count,
                      uint64_t *ret_count)
{
    const mmf_diff_options *options = comparison->options;

    *ret_count = count;
    if (count > 0 && options->only) {
        options->only(options->context, which, first, count);
    }
}

static mmf_status compare_records(comparison *comparison)
{
    uint64_t a = comparison->a.count;
    uint64_t b = comparison->b.count;
    uint64_t both = a < b ? a : b;
    mmf_status status = MMF_OK;

    for (uint64_t i = 0; i < both && status == MMF_OK && !comparison->result->is_limited; i++) {
        status = goes_on(comparison, i, both)
                     ? compare_record(comparison, i)
                     : mmf_error_set(comparison->options->error, MMF_E_CANCELLED, "cancelled");
    }
    if (status == MMF_OK) {
        tell_rest(comparison, 'a', both, a - both, &comparison->result->only_a);
        tell_rest(comparison, 'b', both, b - both, &comparison->result->only_b);
    }
    return status;
}

/* --- Both ------------------------------------------------------------------------------------ */

static mmf_status open_side(const char *path, const char *schema_path,
                            const mmf_diff_options *options, side *side)
{
    const mmf_source_options source_options = {
        .schema_path = schema_path,
        .timeout_ms = options->timeout_ms,
        .diagnostics = options->diagnostics,
        .error = options->error,
    };
    mmf_status status;

    mmf_diagnostics_clear(options->diagnostics);
    status = mmf_source_open(path, &source_options, &side->source);
    if (status != MMF_OK) {
        return status;
    }
    side->table = side->source.table;
    side->count = mmf_store_len(side->table->store);
    side->payload = calloc(1, side->table->type.payload_size);
    return side->payload ? MMF_OK : mmf_error_set(options->error, MMF_E_NO_MEMORY, "out of memory");
}

static void close_side(side *side)
{
    mmf_source_close(&side->source);
    free(side->payload);
}

mmf_status mmf_diff(const char *path_a, const char *path_b, const mmf_diff_options *options,
                    mmf_diff_result *ret_result)
{
    comparison comparison = {.options = options, .result = ret_result};
    mmf_status status;

    *ret_result = (mmf_diff_result){0};
    status = open_side(path_a, options->schema_path_a, options, &comparison.a);
    if (status == MMF_OK) {
        status = open_side(path_b, options->schema_path_b, options, &comparison.b);
    }
    if (status == MMF_OK) {
        status = match_fields(&comparison);
    }
    if (status == MMF_OK) {
        status = compare_records(&comparison);
    }
    close_side(&comparison.a);
    close_side(&comparison.b);
    free(comparison.fields);
    return status;
}
