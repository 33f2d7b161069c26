/* CSV to records. */
#include <stdlib.h>
#include <string.h>

#include "tools/csv.h"
#include "tools/import_parts.h"

/* Which field each column is; NULL: it is not wanted. */
typedef struct columns {
    const mmf_field **fields;
    size_t count;
} columns;

static mmf_status allocate(columns *columns, size_t count, mmf_error *error)
{
    columns->fields = calloc(count > 0 ? count : 1, sizeof *columns->fields);
    columns->count = count;
    return columns->fields ? MMF_OK : mmf_error_set(error, MMF_E_NO_MEMORY, "out of memory");
}

static bool is_taken(const columns *columns, size_t before, const mmf_field *field)
{
    for (size_t i = 0; i < before; i++) {
        if (columns->fields[i] == field) {
            return true;
        }
    }
    return false;
}

static mmf_status take_header(const mmf_import_row *row, const mmf_csv_cell *cells, size_t count,
                              columns *columns, mmf_error *error)
{
    mmf_status status = allocate(columns, count, error);

    for (size_t i = 0; i < count && status == MMF_OK; i++) {
        const mmf_field *field = mmf_import_field(row->model, cells[i].text, cells[i].size);

        if (!field) {
            status = mmf_import_complain_of_name(
                row, mmf_input_place_of(row->input, cells[i].place), cells[i].text, cells[i].size);
        } else if (is_taken(columns, i, field)) {
            status = mmf_import_complain(row, MMF_E_INVALID,
                                         mmf_input_place_of(row->input, cells[i].place),
                                         "found a second column of %s", field->name.text);
        }
        columns->fields[i] = field;
    }
    return status;
}

static mmf_status read_header(const mmf_import_row *row, mmf_csv *csv, columns *columns,
                              mmf_error *error)
{
    const mmf_csv_cell *cells;
    mmf_input_place place = {1, 1};
    mmf_error detail = {0};
    size_t count;
    mmf_status status = mmf_csv_next(csv, &cells, &count, &place, &detail);

    if (status == MMF_OK) {
        return take_header(row, cells, count, columns, error);
    }
    if (status == MMF_E_END) {
        return mmf_import_complain(row, MMF_E_INVALID, place,
                                   "found nothing, expected a header with the names of columns");
    }
    return mmf_import_complain_of_input(row, status, place, &detail, error);
}

/* "a,-,c" */
static mmf_status take_list(const mmf_import_row *row, const char *list, columns *columns,
                            mmf_error *error)
{
    size_t count = 1;
    mmf_status status;

    for (const char *at = list; *at != '\0'; at++) {
        count += *at == ',';
    }
    status = allocate(columns, count, error);
    for (size_t i = 0; i < count && status == MMF_OK; i++) {
        size_t size = strcspn(list, ",");

        if (size != 1 || *list != '-') {
            columns->fields[i] = mmf_import_field(row->model, list, size);
            if (!columns->fields[i]) {
                status = mmf_error_set(error, MMF_E_INVALID,
                                       "columns: found \"%.*s\", expected a field of %s, or -",
                                       (int)size, list, row->model->name.text);
            } else if (is_taken(columns, i, columns->fields[i])) {
                status = mmf_error_set(error, MMF_E_INVALID, "columns: found %s twice",
                                       columns->fields[i]->name.text);
            }
        }
        list += size + 1;
    }
    return status;
}

static mmf_status take_all(const mmf_import_row *row, columns *columns, mmf_error *error)
{
    mmf_status status = allocate(columns, row->model->field_count, error);

    for (uint32_t i = 0; status == MMF_OK && i < row->model->field_count; i++) {
        columns->fields[i] = &row->model->fields[i];
    }
    return status;
}

static mmf_status choose_columns(const mmf_import_row *row, mmf_csv *csv, columns *columns,
                                 mmf_error *error)
{
    if (row->options->columns) {
        return take_list(row, row->options->columns, columns, error);
    }
    return row->options->has_no_header ? take_all(row, columns, error)
                                       : read_header(row, csv, columns, error);
}

static mmf_status read_row(const mmf_import_row *row, const columns *columns,
                           const mmf_csv_cell *cells, size_t count)
{
    uint8_t *payload = mmf_import_sink_payload(row->sink);

    if (count != columns->count) {
        const char *place = cells[count < columns->count ? count - 1 : columns->count].place;

        return mmf_import_complain(row, MMF_E_INVALID, mmf_input_place_of(row->input, place),
                                   "found a row of %zu cells, expected %zu", count, columns->count);
    }
    for (size_t i = 0; i < count; i++) {
        if (columns->fields[i]) {
            mmf_status status = mmf_import_value(row, columns->fields[i], cells[i].text,
                                                 cells[i].size, cells[i].place, payload);

            if (status != MMF_OK) {
                return status;
            }
        }
    }
    return MMF_OK;
}

static mmf_status read_rows(const mmf_import_row *row, mmf_csv *csv, const columns *columns,
                            mmf_error *error)
{
    const mmf_csv_cell *cells;
    mmf_input_place place;
    mmf_error detail = {0};
    size_t count;
    mmf_status status;

    while ((status = mmf_csv_next(csv, &cells, &count, &place, &detail)) == MMF_OK) {
        status = read_row(row, columns, cells, count);
        if (status == MMF_OK) {
            status = mmf_import_add(row, error);
        }
        if (status != MMF_OK) {
            return status;
        }
    }
    return status == MMF_E_END ? MMF_OK
                               : mmf_import_complain_of_input(row, status, place, &detail, error);
}

mmf_status mmf_import_csv(mmf_import_row *row, int fd, mmf_error *error)
{
    columns columns = {NULL, 0};
    mmf_csv csv;
    mmf_status status = mmf_csv_open(&csv, fd, 0, error);

    if (status != MMF_OK) {
        return status;
    }
    csv.input.is_cancelled = row->options->is_cancelled;
    row->input = &csv.input;
    status = choose_columns(row, &csv, &columns, error);
    if (status == MMF_OK) {
        status = read_rows(row, &csv, &columns, error);
    }
    free(columns.fields);
    mmf_csv_close(&csv);
    return status;
}
