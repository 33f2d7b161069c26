/* npy: numpy's own file, version 1.0, or 2.0 where the header is long. */
#include <inttypes.h>
#include <stdio.h>

#include "codegen/numpy_type.h"
#include "codegen/text.h"
#include "tools/export_parts.h"

#define ALIGNMENT 64u /* of the first row in the file */
#define VERSION_1_MOST 65535u

static char *put_bytes(mmf_export_column *column, const uint8_t *from, char *to)
{
    memcpy(to, from, column->type.field->size);
    return to + column->type.field->size;
}

/* Spaces and a newline, so that the rows begin at a multiple of 64. */
static void put_header(mmf_export *export, const mmf_text *text)
{
    bool is_long = text->size + ALIGNMENT > VERSION_1_MOST;
    size_t start = is_long ? 12 : 10;
    size_t end = (start + text->size + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    uint32_t size = (uint32_t)(end - start); /* little-endian, u16 or u32 */

    mmf_output_add(&export->output, is_long ? "\x93NUMPY\x02\x00" : "\x93NUMPY\x01\x00", 8);
    mmf_output_add(&export->output, (const char *)&size, is_long ? 4 : 2);
    mmf_output_add(&export->output, mmf_text_string(text), text->size);
    for (size_t at = start + text->size; at + 1 < end; at++) {
        mmf_output_add_char(&export->output, ' ');
    }
    mmf_output_add_char(&export->output, '\n');
}

static mmf_status begin(mmf_export *export)
{
    mmf_text text = {0};
    bool has_memory;

    mmf_text_add(&text, "{'descr': [");
    for (uint32_t i = 0; i < export->column_count; i++) {
        mmf_export_column *column = &export->columns[i];

        column->put = put_bytes;
        export->row_max += column->type.field->size;
        mmf_text_add(&text, i > 0 ? ", " : "");
        mmf_numpy_add_member(&text, column->type.field, export->options->is_raw);
    }
    mmf_text_format(&text, "], 'fortran_order': False, 'shape': (%" PRIu64 ",), }",
                    export->end - export->first);
    has_memory = !text.out_of_memory;
    if (has_memory) {
        put_header(export, &text);
    }
    mmf_text_clear(&text);
    return has_memory ? MMF_OK : mmf_error_set(export->error, MMF_E_NO_MEMORY, "out of memory");
}

const mmf_export_format mmf_export_npy = {"npy", true, begin, mmf_export_put_columns, NULL};
