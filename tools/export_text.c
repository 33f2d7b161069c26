/* csv and jsonl: rows of text. */
#include <stdlib.h>

#include "tools/export_parts.h"

static mmf_status begin(mmf_export *export, mmf_rows_style style)
{
    const mmf_rows_options options = {
        .style = style, .is_raw = export->options->is_raw, .has_header = true};
    const mmf_field **fields = malloc(export->column_count * sizeof(const mmf_field *));
    mmf_status status = MMF_E_NO_MEMORY;

    for (uint32_t i = 0; fields && i < export->column_count; i++) {
        fields[i] = export->columns[i].type.field;
    }
    if (fields) {
        status = mmf_rows_new(&options, fields, export->column_count,
                              export->table->type.payload_size, &export->rows);
    }
    free(fields);
    return status == MMF_OK ? MMF_OK : mmf_error_set(export->error, status, "out of memory");
}

static mmf_status begin_csv(mmf_export *export)
{
    return begin(export, MMF_ROWS_CSV);
}

static mmf_status begin_jsonl(mmf_export *export)
{
    return begin(export, MMF_ROWS_JSON);
}

static mmf_status put_row(mmf_export *export, uint64_t index)
{
    mmf_rows_add(export->rows, &export->output, index, export->payload);
    return MMF_OK;
}

static void end(mmf_export *export)
{
    mmf_rows_flush(export->rows, &export->output);
}

const mmf_export_format mmf_export_csv = {"csv", true, begin_csv, put_row, end};
const mmf_export_format mmf_export_jsonl = {"jsonl", true, begin_jsonl, put_row, end};
