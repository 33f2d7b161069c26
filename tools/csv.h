/* CSV, RFC 4180, a row at a time: cells are looked at where they were read, without a copy unless
 * they are quoted and have quotes in them.
 *
 * A row ends with \n or \r\n, the last one also without. Cells in quotes may have commas, newlines
 * and quotes, each quote twice. Cells are bytes: nothing is trimmed, nothing is converted. A byte
 * order mark at the beginning is skipped; so are empty lines at the end. An empty line elsewhere is
 * a row of one empty cell. Quotes in cells that do not begin with one, and carriage returns outside
 * of quotes that are not before a newline, are errors. One thread at a time. */
#ifndef MMF_TOOLS_CSV_H
#define MMF_TOOLS_CSV_H

#include "tools/input.h"

#define MMF_CSV_ROW_MAX                                                                            \
    (128u << 20) /* bytes of a row; what a record's are in hexadecimal, and more */

typedef struct mmf_csv_cell {
    const char *text; /* not NUL-terminated */
    size_t size;
    const char *place; /* where the cell begins in the input, for mmf_input_place_of() */
    bool is_quoted;
} mmf_csv_cell;

typedef struct mmf_csv {
    mmf_input input;
    mmf_csv_cell *cells;
    size_t capacity; /* of cells */
    char *next;      /* where the next row begins; input.begin is where this one does */
    uint64_t lines;  /* in this row */
    char *unquoted;  /* text of cells that had quotes */
    size_t unquoted_capacity;
    uint64_t not_empty_until; /* byte before which empty lines are known not to be the last ones */
} mmf_csv;

/* Reads from fd, which remains the caller's; row_max: 0 is MMF_CSV_ROW_MAX. Statuses of
 * mmf_input_open(). */
MMF_NODISCARD mmf_status mmf_csv_open(mmf_csv *csv, int fd, size_t row_max, mmf_error *error);
void mmf_csv_close(mmf_csv *csv);

/* The next row. Its cells are good until the next call. MMF_OK; MMF_E_END; MMF_E_INVALID (no CSV),
 * MMF_E_LIMIT (a row above the limit), both at *ret_place; MMF_E_CANCELLED, MMF_E_NO_MEMORY,
 * MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_csv_next(mmf_csv *csv, const mmf_csv_cell **ret_cells,
                                      size_t *ret_count, mmf_input_place *ret_place,
                                      mmf_error *error);

#endif
