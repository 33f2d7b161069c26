#include "tools/csv.h"

#include <stdlib.h>
#include <string.h>

#define CELLS_FIRST 64u

typedef enum outcome {
    ROW_COMPLETE,
    ROW_ENDED, /* no row: the end */
    ROW_CUT,   /* its end has not been read yet */
    ROW_BAD,
    ROW_NO_MEMORY,
} outcome;

/* A row that is being looked at. */
typedef struct scan {
    mmf_csv *csv;
    char *at;
    size_t count; /* of cells */
    size_t to_unquote;
    uint64_t lines;
    const char *complaint; /* about what is at `at` */
} scan;

/* Bytes at which an unquoted cell may end. */
static const bool is_special[256] = {[','] = true, ['\n'] = true, ['\r'] = true, ['"'] = true};

mmf_status mmf_csv_open(mmf_csv *csv, int fd, size_t row_max, mmf_error *error)
{
    mmf_status status;

    *csv = (mmf_csv){.lines = 0};
    status = mmf_input_open(&csv->input, fd, row_max ? row_max : MMF_CSV_ROW_MAX, error);
    csv->next = csv->input.begin;
    return status;
}

void mmf_csv_close(mmf_csv *csv)
{
    mmf_input_close(&csv->input);
    free(csv->cells);
    free(csv->unquoted);
    *csv = (mmf_csv){.lines = 0};
}

/* --- Cells ----------------------------------------------------------------------------------- */

static outcome complain(scan *scan, const char *complaint)
{
    scan->complaint = complaint;
    return ROW_BAD;
}

static mmf_csv_cell *add_cell(scan *scan)
{
    mmf_csv *csv = scan->csv;

    if (scan->count == csv->capacity) {
        size_t capacity = csv->capacity ? 2 * csv->capacity : CELLS_FIRST;
        mmf_csv_cell *cells = realloc(csv->cells, capacity * sizeof *cells);

        if (!cells) {
            return NULL;
        }
        csv->cells = cells;
        csv->capacity = capacity;
    }
    csv->cells[scan->count] = (mmf_csv_cell){.place = scan->at, .text = scan->at};
    return &csv->cells[scan->count++];
}

static outcome scan_plain(scan *scan, mmf_csv_cell *cell)
{
    char *at = scan->at;

    while (!is_special[(unsigned char)*at]) {
        at++;
    }
    cell->size = (size_t)(at - scan->at);
    scan->at = at;
    return *at != '"' ? ROW_COMPLETE
                      : complain(scan, "a quote in a cell that does not begin with one, expected "
                                       "all of the cell in quotes, and quotes in it twice");
}

static uint64_t count_lines(const char *at, const char *end)
{
    uint64_t lines = 0;

    while ((at = memchr(at, '\n', (size_t)(end - at)))) {
        lines++;
        at++;
    }
    return lines;
}

/* text keeps its doubled quotes until the row is complete; is_quoted and to_unquote tell. */
static outcome scan_quoted(scan *scan, mmf_csv_cell *cell)
{
    const mmf_input *input = &scan->csv->input;
    char *text = scan->at + 1;
    char *at = text;
    bool has_quotes = false;

    for (;;) {
        at = memchr(at, '"', (size_t)(input->end - at));
        if (!at && input->has_ended) {
            return complain(scan, "a quote that is not closed before the end");
        }
        if (!at) {
            return ROW_CUT;
        }
        if (at[1] != '"') { /* a newline behind the input, too: the end of the row finds that out */
            break;
        }
        has_quotes = true;
        at += 2;
    }
    cell->text = text;
    cell->size = (size_t)(at - text);
    cell->is_quoted = true;
    scan->to_unquote += has_quotes ? cell->size : 0;
    scan->lines += count_lines(text, at);
    scan->at = at + 1;
    return is_special[(unsigned char)at[1]]
               ? ROW_COMPLETE
               : complain(scan, "something behind a closing quote, expected a comma or a new line");
}

/* --- Rows ------------------------------------------------------------------------------------ */

/* The end of a row, or what is no end; the newline behind the input looks like one. */
static outcome scan_row_end(scan *scan)
{
    const mmf_input *input = &scan->csv->input;
    char *at = scan->at;

    if (at < input->end && *at == '\r') {
        at++;
        if (*at != '\n') {
            return complain(scan, "a carriage return that no newline follows, expected it in a "
                                  "quoted cell");
        }
    }
    if (at == input->end && !input->has_ended) {
        return ROW_CUT;
    }
    scan->lines += at < input->end;
    scan->at = at < input->end ? at + 1 : at;
    return ROW_COMPLETE;
}

static outcome scan_cells(scan *scan)
{
    for (;;) {
        mmf_csv_cell *cell = add_cell(scan);
        outcome outcome;

        if (!cell) {
            return ROW_NO_MEMORY;
        }
        outcome = *scan->at == '"' ? scan_quoted(scan, cell) : scan_plain(scan, cell);
        if (outcome != ROW_COMPLETE) {
            return outcome;
        }
        if (*scan->at != ',') {
            return scan_row_end(scan);
        }
        scan->at++;
    }
}

static bool is_line_end(const char *at)
{
    return *at == '\n' || (*at == '\r' && at[1] == '\n');
}

/* Whether there is nothing but empty lines from here on. */
static outcome look_for_more(mmf_csv *csv)
{
    const mmf_input *input = &csv->input;
    const char *at = input->begin;

    if (input->taken < csv->not_empty_until) {
        return ROW_COMPLETE;
    }
    while (at < input->end && is_line_end(at)) {
        at += *at == '\r' ? 2 : 1;
    }
    if (at >= input->end) {
        return input->has_ended ? ROW_ENDED : ROW_CUT;
    }
    csv->not_empty_until = input->taken + (uint64_t)(at - input->begin);
    return ROW_COMPLETE;
}

static outcome scan_row(scan *scan)
{
    mmf_csv *csv = scan->csv;

    scan->at = csv->input.begin;
    scan->count = 0;
    scan->to_unquote = 0;
    scan->lines = 0;
    if (scan->at == csv->input.end || is_line_end(scan->at)) {
        outcome outcome = look_for_more(csv);

        if (outcome != ROW_COMPLETE) {
            return outcome;
        }
    }
    return scan_cells(scan);
}

/* Doubled quotes become one, in memory of their own: the input stays as it is, for places. */
static bool unquote(mmf_csv *csv, size_t count, size_t size)
{
    char *to;

    if (csv->unquoted_capacity < size) {
        free(csv->unquoted);
        csv->unquoted = malloc(size);
        csv->unquoted_capacity = csv->unquoted ? size : 0;
        if (!csv->unquoted) {
            return false;
        }
    }
    to = csv->unquoted;
    for (size_t i = 0; i < count; i++) {
        mmf_csv_cell *cell = &csv->cells[i];
        const char *text = cell->text;
        const char *end = text + cell->size;

        if (!cell->is_quoted || !memchr(text, '"', cell->size)) {
            continue;
        }
        cell->text = to;
        while (text < end) {
            text += *text == '"';
            *to++ = *text++;
        }
        cell->size = (size_t)(to - cell->text);
    }
    return true;
}

static mmf_status refuse(mmf_csv *csv, mmf_status status, const scan *scan,
                         mmf_input_place *ret_place, mmf_error *error)
{
    *ret_place =
        mmf_input_place_of(&csv->input, status == MMF_E_LIMIT ? csv->input.begin : scan->at);
    if (status == MMF_E_LIMIT) {
        return mmf_error_set(error, status,
                             "found a row of more than %zu bytes; is a quote not closed?",
                             csv->input.most);
    }
    return mmf_error_set(error, status, "found %s", scan->complaint);
}

mmf_status mmf_csv_next(mmf_csv *csv, const mmf_csv_cell **ret_cells, size_t *ret_count,
                        mmf_input_place *ret_place, mmf_error *error)
{
    scan scan = {.csv = csv};
    outcome outcome;

    mmf_input_take(&csv->input, csv->next, csv->lines);
    csv->lines = 0;
    while ((outcome = scan_row(&scan)) == ROW_CUT) {
        mmf_status status = mmf_input_fill(&csv->input, error);

        csv->next = csv->input.begin;
        if (status == MMF_E_LIMIT) {
            return refuse(csv, status, &scan, ret_place, error);
        }
        if (status != MMF_OK) {
            return status;
        }
    }
    if (outcome == ROW_BAD) {
        return refuse(csv, MMF_E_INVALID, &scan, ret_place, error);
    }
    if (outcome == ROW_ENDED) {
        return MMF_E_END;
    }
    if (outcome == ROW_NO_MEMORY ||
        (scan.to_unquote > 0 && !unquote(csv, scan.count, scan.to_unquote))) {
        return mmf_error_set(error, MMF_E_NO_MEMORY, "out of memory");
    }
    csv->next = scan.at;
    csv->lines = scan.lines;
    *ret_cells = csv->cells;
    *ret_count = scan.count;
    return MMF_OK;
}
