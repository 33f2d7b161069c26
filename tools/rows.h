/* Records as text: CSV, lines of JSON, or a table for people. */
#ifndef MMF_TOOLS_ROWS_H
#define MMF_TOOLS_ROWS_H

#include "schema/model.h"
#include "tools/output.h"

typedef enum mmf_rows_style {
    MMF_ROWS_CSV,   /* RFC 4180, with lines that end in \n */
    MMF_ROWS_JSON,  /* an object a line */
    MMF_ROWS_TABLE, /* columns that are aligned, so far as rows are written at once */
} mmf_rows_style;

typedef struct mmf_rows_options {
    mmf_rows_style style;
    bool is_raw;          /* stored numbers, see tools/value.h */
    bool has_index;       /* a first column "#" */
    bool has_header;      /* names of the columns, once; JSON has none */
    bool is_for_terminal; /* no character in a cell may act there */
} mmf_rows_options;

#define MMF_ROWS_INDEX_NAME "#"

typedef struct mmf_rows mmf_rows;

/* fields: the columns, of a model that outlives the result; the list is copied. payload_size: of
 * the model's records. MMF_OK; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_rows_new(const mmf_rows_options *options,
                                      const mmf_field *const *fields, size_t field_count,
                                      uint32_t payload_size, mmf_rows **ret_rows);

/* Appends a record to the output; a table keeps some, and writes them at once. Memory that ran out
 * shows in output->has_failed. */
void mmf_rows_add(mmf_rows *rows, mmf_output *output, uint64_t index, const uint8_t *payload);

/* Appends what was kept, and the header where there was nothing. More may be added. */
void mmf_rows_flush(mmf_rows *rows, mmf_output *output);

/* Takes NULL. */
void mmf_rows_free(mmf_rows *rows);

/* The fields of "a,b,c", to be freed; NULL instead of names is all of them.
 * MMF_OK; MMF_E_INVALID (no such field, or none at all); MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_rows_fields(const mmf_model *model, const char *names,
                                         const mmf_field ***ret_fields, size_t *ret_count,
                                         mmf_error *error);

#endif
