#include "tools/export.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/export_parts.h"

#define BLOCK_SIZE (1u << 20) /* bytes that are written at once, at least */

static const mmf_export_format *const formats[] = {
    &mmf_export_csv,       &mmf_export_jsonl, &mmf_export_pgcopy,
    &mmf_export_rowbinary, &mmf_export_raw,   &mmf_export_npy,
};

/* --- For the formats ------------------------------------------------------------------------- */

mmf_status mmf_export_refuse(mmf_export *export, uint64_t index, const mmf_export_column *column)
{
    return mmf_error_set(export->error, MMF_E_INVALID, "record %" PRIu64 ": %s: %s", index,
                         column->type.field->name.text, column->refusal);
}

mmf_status mmf_export_put_columns(mmf_export *export, uint64_t index)
{
    char *to = export->output.bytes + export->output.size;

    for (uint32_t i = 0; i < export->column_count; i++) {
        mmf_export_column *column = &export->columns[i];

        to = column->put(column, export->payload + column->offset, to);
        if (!to) {
            return mmf_export_refuse(export, index, column);
        }
    }
    export->output.size = (size_t)(to - export->output.bytes);
    return MMF_OK;
}

char *mmf_export_refusal(mmf_export_column *column, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(column->refusal, sizeof column->refusal, format, arguments);
    va_end(arguments);
    return NULL;
}

#define NUMBER_OF(c_type)                                                                          \
    do {                                                                                           \
        c_type number;                                                                             \
        memcpy(&number, from, sizeof number);                                                      \
        return (uint64_t)(int64_t)number;                                                          \
    } while (0)

uint64_t mmf_export_number(const mmf_export_column *column, const uint8_t *from)
{
    switch (column->type.number) {
    case MMF_TYPE_INT8:
        NUMBER_OF(int8_t);
    case MMF_TYPE_UINT8:
        NUMBER_OF(uint8_t);
    case MMF_TYPE_INT16:
        NUMBER_OF(int16_t);
    case MMF_TYPE_UINT16:
        NUMBER_OF(uint16_t);
    case MMF_TYPE_INT32:
        NUMBER_OF(int32_t);
    case MMF_TYPE_UINT32:
        NUMBER_OF(uint32_t);
    default:
        NUMBER_OF(uint64_t);
    }
}

mmf_export_digits mmf_export_show(const mmf_export_column *column, uint64_t number)
{
    mmf_export_digits digits;

    if (mmf_type_is_signed(column->type.number)) {
        (void)snprintf(digits.text, sizeof digits.text, "%" PRId64, (int64_t)number);
    } else {
        (void)snprintf(digits.text, sizeof digits.text, "%" PRIu64, number);
    }
    return digits;
}

const uint8_t *mmf_export_bytes(mmf_export_column *column, const uint8_t *from, uint32_t size,
                                bool *ret_is_null)
{
    uint32_t length;

    *ret_is_null = false;
    if (!column->type.is_nullable) {
        return from;
    }
    length = mmf_export_length(from);
    if (length == size) {
        return from + sizeof length;
    }
    *ret_is_null = length == 0;
    if (length != 0) {
        (void)mmf_export_refusal(column, "%" PRIu32 " bytes, where %s has %" PRIu32, length,
                                 mmf_logical_name(column->type.field->logical), size);
    }
    return NULL;
}

/* --- Enums ----------------------------------------------------------------------------------- */

static int compare_symbols(const void *left, const void *right)
{
    const mmf_symbol *a = *(const mmf_symbol *const *)left;
    const mmf_symbol *b = *(const mmf_symbol *const *)right;

    if (a->value != b->value) {
        return a->value < b->value ? -1 : 1;
    }
    return a < b ? -1 : a > b; /* the first of those with one value */
}

static bool sort_symbols(mmf_export_column *column)
{
    const mmf_field *field = column->type.field;

    if (column->type.kind != MMF_COLUMN_ENUM) {
        return true;
    }
    column->symbols = malloc((field->symbol_count + 1) * sizeof(const mmf_symbol *));
    if (!column->symbols) {
        return false;
    }
    for (uint32_t i = 0; i < field->symbol_count; i++) {
        column->symbols[i] = &field->symbols[i];
    }
    qsort(column->symbols, field->symbol_count, sizeof(const mmf_symbol *), compare_symbols);
    return true;
}

const mmf_symbol *mmf_export_symbol(const mmf_export_column *column, uint64_t number)
{
    int64_t value = (int64_t)number;
    uint32_t low = 0;
    uint32_t high = column->type.field->symbol_count;

    /* no symbol has a number beyond int64's */
    if (number > INT64_MAX && !mmf_type_is_signed(column->type.number)) {
        return NULL;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (column->symbols[middle]->value < value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < column->type.field->symbol_count && column->symbols[low]->value == value
               ? column->symbols[low]
               : NULL;
}

/* --- Which columns --------------------------------------------------------------------------- */

static mmf_status add_column(mmf_export *export, const mmf_field *field)
{
    mmf_export_column *column = &export->columns[export->column_count];

    for (uint32_t i = 0; i < export->column_count; i++) {
        if (export->columns[i].type.field == field) {
            return mmf_error_set(export->error, MMF_E_INVALID, "%s stands there twice",
                                 field->name.text);
        }
    }
    *column = (mmf_export_column){
        .type = mmf_column_of(field, export->options->is_raw),
        .offset = mmf_table_field_offset(field),
    };
    export->column_count++;
    return sort_symbols(column) ? MMF_OK
                                : mmf_error_set(export->error, MMF_E_NO_MEMORY, "out of memory");
}

static mmf_status add_columns(mmf_export *export)
{
    const mmf_field **fields = NULL;
    size_t count = 0;
    mmf_status status = mmf_rows_fields(export->table->model, export->options->fields, &fields,
                                        &count, export->error);

    if (status != MMF_OK) {
        return status;
    }
    export->columns = calloc(count, sizeof *export->columns);
    if (!export->columns) {
        status = mmf_error_set(export->error, MMF_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < count && status == MMF_OK; i++) {
        status = add_column(export, fields[i]);
    }
    free(fields);
    return status;
}

/* --- Clean payloads -------------------------------------------------------------------------- */

static void mark(uint64_t *mask, uint32_t offset, uint32_t size, uint8_t byte)
{
    memset((uint8_t *)mask + offset, byte, size);
}

static void mark_column(uint64_t *mask, const mmf_export_column *column)
{
    const mmf_field *field = column->type.field;
    uint32_t content = mmf_field_content_size(field);

    for (uint32_t i = 0; i < mmf_field_elements(field); i++) {
        mark(mask, column->offset + i * field->element_size, content,
             field->type == MMF_TYPE_BOOL ? 0x01 : 0xff);
    }
}

static mmf_status make_payload(mmf_export *export)
{
    uint32_t size = export->table->type.payload_size;

    export->mask = calloc(size / sizeof(uint64_t), sizeof(uint64_t));
    export->payload = calloc(1, size);
    if (!export->mask || !export->payload) {
        return mmf_error_set(export->error, MMF_E_NO_MEMORY, "out of memory");
    }
    for (uint32_t i = 0; i < export->column_count; i++) {
        mark_column(export->mask, &export->columns[i]);
    }
    return MMF_OK;
}

/* Zeros behind what a string's length counts. */
static mmf_status clean_texts(mmf_export *export, uint64_t index, mmf_export_column *column)
{
    const mmf_field *field = column->type.field;
    uint8_t *element = export->payload + column->offset;

    for (uint32_t i = 0; i < mmf_field_elements(field); i++, element += field->element_size) {
        uint32_t length = mmf_export_length(element);

        if (length > field->max) {
            return mmf_error_set(export->error, MMF_E_CORRUPT,
                                 "record %" PRIu64 ": %s: a length of %" PRIu32
                                 ", where the most is %" PRIu32 "; see mmf-fsck(8)",
                                 index, field->name.text, length, field->max);
        }
        memset(element + sizeof length + length, 0, field->max - length);
    }
    return MMF_OK;
}

static mmf_status get_payload(mmf_export *export, uint64_t index)
{
    const mmf_record_type *type = &export->table->type;
    mmf_status status = mmf_get_record_clean(export->table->store, index, type->record_size,
                                             type->payload_size, export->mask, export->payload);

    if (status != MMF_OK) {
        return mmf_error_set(export->error, status, "record %" PRIu64 ": %s", index,
                             mmf_status_text(status));
    }
    for (uint32_t i = 0; i < export->column_count && status == MMF_OK; i++) {
        if (mmf_type_is_text(export->columns[i].type.field->type)) {
            status = clean_texts(export, index, &export->columns[i]);
        }
    }
    return status;
}

/* --- All of it ------------------------------------------------------------------------------- */

static mmf_status choose_format(mmf_export *export)
{
    const mmf_export_options *options = export->options;

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (strcmp(formats[i]->name, options->format) == 0) {
            export->format = formats[i];
        }
    }
    if (!export->format) {
        return mmf_error_set(export->error, MMF_E_INVALID, "format: \"%s\" is none of %s",
                             options->format, MMF_EXPORT_FORMATS);
    }
    if (!export->format->has_columns && (options->fields || options->is_raw)) {
        return mmf_error_set(export->error, MMF_E_INVALID, "format %s has whole records: no %s",
                             options->format, options->fields ? "fields" : "raw numbers");
    }
    return MMF_OK;
}

static mmf_status choose_range(mmf_export *export)
{
    uint64_t count = mmf_store_len(export->table->store);

    export->first = export->options->first;
    export->end = export->options->end == UINT64_MAX ? count : export->options->end;
    if (export->first > export->end || export->end > count) {
        return mmf_error_set(export->error, MMF_E_INDEX,
                             "records %" PRIu64 " to %" PRIu64 ": there are %" PRIu64,
                             export->first, export->end, count);
    }
    return MMF_OK;
}

static mmf_status flush(mmf_export *export, int fd)
{
    int failure = mmf_output_write(&export->output, fd);

    if (failure == 0) {
        return MMF_OK;
    }
    return export->output.has_failed
               ? mmf_error_set(export->error, MMF_E_NO_MEMORY, "out of memory")
               : mmf_error_set_system(export->error, MMF_E_SYSTEM, failure, "writing");
}

static mmf_status put_rows(mmf_export *export, int fd)
{
    mmf_status status = MMF_OK;

    for (uint64_t index = export->first; index < export->end && status == MMF_OK; index++) {
        status = get_payload(export, index);
        if (status != MMF_OK) {
            break;
        }
        if (!mmf_output_room(&export->output, export->row_max + 1)) { /* never for nothing */
            return mmf_error_set(export->error, MMF_E_NO_MEMORY, "out of memory");
        }
        status = export->format->put_row(export, index);
        if (status == MMF_OK && export->output.size >= BLOCK_SIZE) {
            status = flush(export, fd);
        }
    }
    return status;
}

static void clear(mmf_export *export)
{
    for (uint32_t i = 0; i < export->column_count; i++) {
        free(export->columns[i].symbols);
    }
    mmf_rows_free(export->rows);
    free(export->columns);
    free(export->mask);
    free(export->payload);
    mmf_output_free(&export->output);
}

mmf_status mmf_export_to(const mmf_table *table, const mmf_export_options *options, int fd,
                         mmf_error *error)
{
    mmf_export export = {.table = table, .options = options, .error = error};
    mmf_status status = choose_format(&export);

    status = status == MMF_OK ? choose_range(&export) : status;
    status = status == MMF_OK ? add_columns(&export) : status;
    status = status == MMF_OK ? make_payload(&export) : status;
    status = status == MMF_OK ? export.format->begin(&export) : status;
    status = status == MMF_OK ? put_rows(&export, fd) : status;
    if (status == MMF_OK) {
        if (export.format->end) {
            export.format->end(&export);
        }
        status = flush(&export, fd);
    }
    clear(&export);
    return status;
}
