#include "tools/rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "schema/printable.h"
#include "tools/field_name.h"
#include "tools/value.h"

/* What a table keeps to find out how wide its columns are. */
#define KEPT_BYTES_MAX (1u << 20)
#define KEPT_ROWS_MAX 1000u

typedef struct column {
    const mmf_field *field; /* NULL: the index */
    const char *name;
    size_t width; /* characters */
    bool is_number;
} column;

struct mmf_rows {
    mmf_rows_options options;
    mmf_notation notation;
    const mmf_field **fields;
    size_t field_count;
    bool has_begun; /* the header was written */

    /* tables alone */
    column *columns; /* the index, and the fields */
    size_t column_count;
    uint32_t payload_size;
    uint32_t kept_most;
    uint32_t kept_count;
    uint64_t *kept_index;
    uint8_t *kept;
    mmf_output cell; /* one at a time */
};

/* --- Making ---------------------------------------------------------------------------------- */

static bool is_right_aligned(const mmf_field *field)
{
    return !field ||
           (field->count == 0 &&
            (mmf_type_is_integer(field->type) || mmf_type_is_float(field->type)) &&
            (field->logical == MMF_LOGICAL_NONE || field->logical == MMF_LOGICAL_DECIMAL));
}

static bool make_columns(mmf_rows *rows)
{
    size_t first = rows->options.has_index;

    rows->column_count = rows->field_count + first;
    rows->columns = calloc(rows->column_count, sizeof *rows->columns);
    if (!rows->columns) {
        return false;
    }
    for (size_t i = 0; i < rows->column_count; i++) {
        const mmf_field *field = i < first ? NULL : rows->fields[i - first];
        const char *name = field ? field->name.text : MMF_ROWS_INDEX_NAME;

        rows->columns[i] = (column){
            .field = field,
            .name = name,
            .width = rows->options.has_header ? strlen(name) : 0,
            .is_number = is_right_aligned(field),
        };
    }
    return true;
}

static bool make_table(mmf_rows *rows)
{
    uint32_t most = KEPT_BYTES_MAX / (rows->payload_size + 1) + 1;

    if (rows->options.style != MMF_ROWS_TABLE) {
        return true;
    }
    rows->kept_most = most < KEPT_ROWS_MAX ? most : KEPT_ROWS_MAX;
    rows->kept_index = calloc(rows->kept_most, sizeof *rows->kept_index);
    rows->kept = calloc(rows->kept_most, rows->payload_size);
    return make_columns(rows) && rows->kept_index && rows->kept;
}

mmf_status mmf_rows_new(const mmf_rows_options *options, const mmf_field *const *fields,
                        size_t field_count, uint32_t payload_size, mmf_rows **ret_rows)
{
    static const mmf_syntax syntaxes[] = {
        [MMF_ROWS_CSV] = MMF_SYNTAX_CSV,
        [MMF_ROWS_JSON] = MMF_SYNTAX_JSON,
        [MMF_ROWS_TABLE] = MMF_SYNTAX_TEXT,
    };
    mmf_rows *rows = calloc(1, sizeof *rows);

    if (!rows) {
        return MMF_E_NO_MEMORY;
    }
    rows->options = *options;
    rows->notation = (mmf_notation){syntaxes[options->style], options->is_raw};
    rows->payload_size = payload_size;
    rows->field_count = field_count;
    rows->fields = calloc(field_count, sizeof *rows->fields);
    if (rows->fields) {
        memcpy(rows->fields, fields, field_count * sizeof *fields);
    }
    if (!rows->fields || !make_table(rows)) {
        mmf_rows_free(rows);
        return MMF_E_NO_MEMORY;
    }
    *ret_rows = rows;
    return MMF_OK;
}

void mmf_rows_free(mmf_rows *rows)
{
    if (!rows) {
        return;
    }
    free(rows->fields);
    free(rows->columns);
    free(rows->kept_index);
    free(rows->kept);
    mmf_output_free(&rows->cell);
    free(rows);
}

/* --- CSV and JSON ---------------------------------------------------------------------------- */

static void put_number(mmf_output *output, uint64_t number)
{
    char digits[24];

    mmf_output_add(output, digits, (size_t)snprintf(digits, sizeof digits, "%" PRIu64, number));
}

static void put_text(mmf_output *output, const char *text)
{
    mmf_output_add(output, text, strlen(text));
}

/* What was appended since then acts on no terminal. */
static void make_printable(mmf_output *output, size_t begin)
{
    mmf_output_add_char(output, '\0');
    if (!output->has_failed) {
        output->size = begin + mmf_make_printable(output->bytes + begin, output->size - begin - 1);
    }
}

/* A row of the fields, and the index before it: the row's own brace becomes a comma. */
static void put_row(const mmf_rows *rows, mmf_output *output, uint64_t index,
                    const uint8_t *payload)
{
    bool is_json = rows->options.style == MMF_ROWS_JSON;
    size_t begin = output->size;
    size_t behind_index;

    if (rows->options.has_index) {
        put_text(output, is_json ? "{\"" MMF_ROWS_INDEX_NAME "\":" : "");
        put_number(output, index);
        put_text(output, is_json ? "" : ",");
    }
    behind_index = output->size;
    mmf_value_write_row(output, rows->fields, rows->field_count, payload, rows->notation);
    if (is_json && rows->options.has_index && !output->has_failed) {
        output->bytes[behind_index] = ',';
    }
    if (rows->options.is_for_terminal && !output->has_failed) {
        output->size--; /* the newline stays */
        make_printable(output, begin);
        mmf_output_add_char(output, '\n');
    }
}

/* --- Tables ---------------------------------------------------------------------------------- */

static void put_cell(const mmf_rows *rows, mmf_output *output, const column *column, uint64_t index,
                     const uint8_t *payload)
{
    size_t begin = output->size;

    if (!column->field) {
        put_number(output, index);
        return;
    }
    mmf_value_write(output, column->field, payload, rows->notation);
    if (rows->options.is_for_terminal) {
        make_printable(output, begin);
    }
}

/* Characters of UTF-8. */
static size_t width_of(const mmf_output *text)
{
    size_t width = 0;

    for (size_t i = 0; i < text->size; i++) {
        width += ((unsigned char)text->bytes[i] & 0xc0) != 0x80;
    }
    return width;
}

static void put_spaces(mmf_output *output, size_t count)
{
    while (count-- > 0) {
        mmf_output_add_char(output, ' ');
    }
}

/* A cell between two columns; nothing behind the last. */
static void put_aligned(const mmf_rows *rows, mmf_output *output, size_t at, const mmf_output *text)
{
    const column *column = &rows->columns[at];
    size_t width = width_of(text);
    size_t spaces = width < column->width ? column->width - width : 0;

    put_spaces(output, at > 0 ? 2 : 0);
    put_spaces(output, column->is_number ? spaces : 0);
    mmf_output_add(output, text->bytes, text->size);
    put_spaces(output, column->is_number || at + 1 == rows->column_count ? 0 : spaces);
}

static void put_table_header(mmf_rows *rows, mmf_output *output)
{
    for (size_t i = 0; i < rows->column_count; i++) {
        rows->cell.size = 0;
        put_text(&rows->cell, rows->columns[i].name);
        put_aligned(rows, output, i, &rows->cell);
    }
    mmf_output_add_char(output, '\n');
}

/* One cell of what is kept, by itself. */
static const mmf_output *kept_cell(mmf_rows *rows, uint32_t row, size_t at)
{
    rows->cell.size = 0;
    put_cell(rows, &rows->cell, &rows->columns[at], rows->kept_index[row],
             rows->kept + (size_t)row * rows->payload_size);
    return &rows->cell;
}

/* Columns grow, and never become narrower. */
static void measure(mmf_rows *rows)
{
    for (uint32_t row = 0; row < rows->kept_count; row++) {
        for (size_t i = 0; i < rows->column_count; i++) {
            size_t width = width_of(kept_cell(rows, row, i));

            rows->columns[i].width =
                width > rows->columns[i].width ? width : rows->columns[i].width;
        }
    }
}

static void put_kept(mmf_rows *rows, mmf_output *output)
{
    for (uint32_t row = 0; row < rows->kept_count; row++) {
        for (size_t i = 0; i < rows->column_count; i++) {
            put_aligned(rows, output, i, kept_cell(rows, row, i));
        }
        mmf_output_add_char(output, '\n');
    }
    output->has_failed |= rows->cell.has_failed;
    rows->kept_count = 0;
}

/* --- Rows ------------------------------------------------------------------------------------ */

static void begin(mmf_rows *rows, mmf_output *output)
{
    if (!rows->has_begun && rows->options.has_header) {
        if (rows->options.style == MMF_ROWS_CSV) {
            put_text(output, rows->options.has_index ? MMF_ROWS_INDEX_NAME "," : "");
            mmf_value_write_names(output, rows->fields, rows->field_count, rows->notation);
        } else if (rows->options.style == MMF_ROWS_TABLE) {
            put_table_header(rows, output);
        }
    }
    rows->has_begun = true;
}

void mmf_rows_flush(mmf_rows *rows, mmf_output *output)
{
    measure(rows);
    begin(rows, output);
    put_kept(rows, output);
}

void mmf_rows_add(mmf_rows *rows, mmf_output *output, uint64_t index, const uint8_t *payload)
{
    if (rows->options.style != MMF_ROWS_TABLE) {
        begin(rows, output);
        put_row(rows, output, index, payload);
        return;
    }
    rows->kept_index[rows->kept_count] = index;
    memcpy(rows->kept + (size_t)rows->kept_count * rows->payload_size, payload, rows->payload_size);
    if (++rows->kept_count == rows->kept_most) {
        mmf_rows_flush(rows, output);
    }
}

/* --- Which columns --------------------------------------------------------------------------- */

static mmf_status split(const mmf_model *model, const char *names, const mmf_field **fields,
                        size_t *ret_count, mmf_error *error)
{
    size_t count = 0;
    char text[MMF_NO_FIELD_SIZE];

    for (const char *name = names;; count++) {
        size_t size = strcspn(name, ",");

        fields[count] = mmf_field_find(model, name, size);
        if (!fields[count]) {
            return mmf_error_set(error, MMF_E_INVALID, "%s",
                                 mmf_field_missing(model, name, size, text));
        }
        name += size;
        if (*name++ == '\0') {
            *ret_count = count + 1;
            return MMF_OK;
        }
    }
}

mmf_status mmf_rows_fields(const mmf_model *model, const char *names, const mmf_field ***ret_fields,
                           size_t *ret_count, mmf_error *error)
{
    size_t most = names ? strlen(names) + 1 : model->field_count;
    const mmf_field **fields = calloc(most, sizeof *fields);
    size_t count = model->field_count;
    mmf_status status = MMF_OK;

    if (!fields) {
        status = mmf_error_set(error, MMF_E_NO_MEMORY, "out of memory");
    } else if (names) {
        status = split(model, names, fields, &count, error);
    } else {
        for (uint32_t i = 0; i < count; i++) {
            fields[i] = &model->fields[i];
        }
    }
    if (status != MMF_OK) {
        free(fields);
        return status;
    }
    *ret_fields = fields;
    *ret_count = count;
    return MMF_OK;
}
