/* What the files import*.c have in common; for these alone. */
#ifndef MMF_TOOLS_IMPORT_PARTS_H
#define MMF_TOOLS_IMPORT_PARTS_H

#include <string.h>

#include "tools/import.h"
#include "tools/input.h"
#include "tools/table.h"

/* --- import_sink.c: where records go --------------------------------------------------------- */

typedef struct mmf_import_sink {
    const char *path;
    char *temporary_path; /* of a new store */
    mmf_table *table;     /* the new one, or the one that exists */
    int staging_fd;       /* payloads for one that exists; else -1 */
    uint8_t *initial;     /* a payload of defaults */
    uint8_t *payloads;    /* converted, not yet on their way */
    size_t count;         /* of them */
    size_t capacity;
    uint64_t total; /* records, with those */
} mmf_import_sink;

MMF_NODISCARD mmf_status mmf_import_sink_open(mmf_import_sink *sink, const char *path,
                                              const mmf_import_options *options,
                                              mmf_diagnostics *diagnostics, mmf_error *error);

/* A record of defaults to fill, which then counts once mmf_import_sink_add() was called. */
static inline uint8_t *mmf_import_sink_payload(mmf_import_sink *sink)
{
    uint32_t size = sink->table->type.payload_size;

    return memcpy(sink->payloads + sink->count * size, sink->initial, size);
}

MMF_NODISCARD mmf_status mmf_import_sink_flush(mmf_import_sink *sink, mmf_error *error);

/* *ret_is_flushed is left alone, or set. */
MMF_NODISCARD static inline mmf_status mmf_import_sink_add(mmf_import_sink *sink,
                                                           bool *ret_is_flushed, mmf_error *error)
{
    sink->total++;
    if (++sink->count < sink->capacity) {
        return MMF_OK;
    }
    *ret_is_flushed = true;
    return mmf_import_sink_flush(sink, error);
}

/* Publishes all of it. */
MMF_NODISCARD mmf_status mmf_import_sink_finish(mmf_import_sink *sink, mmf_error *error);

/* Leaves nothing of what was not published. Takes half-built ones. */
void mmf_import_sink_close(mmf_import_sink *sink);

/* --- import.c: what CSV and JSON have in common ---------------------------------------------- */

/* The field of that name or alias, or NULL. */
const mmf_field *mmf_import_field(const mmf_model *model, const char *name, size_t size);

/* What was being read. */
typedef struct mmf_import_row {
    const mmf_import_options *options;
    const mmf_model *model;
    mmf_import_sink *sink;
    mmf_input *input;
    mmf_diagnostics *diagnostics;
} mmf_import_row;

/* Adds a diagnostic at that place; returns status. */
mmf_status mmf_import_complain(const mmf_import_row *row, mmf_status status, mmf_input_place place,
                               const char *format, ...) MMF_PRINTF(4, 5);

/* What a reader says of the input: of a place, or of a read that failed. Returns status. */
mmf_status mmf_import_complain_of_input(const mmf_import_row *row, mmf_status status,
                                        mmf_input_place place, const mmf_error *detail,
                                        mmf_error *error);

/* A column or key that no field has. */
mmf_status mmf_import_complain_of_name(const mmf_import_row *row, mmf_input_place place,
                                       const char *name, size_t size);

/* Reads a value into the field of a payload; complains of what is at `place`. */
MMF_NODISCARD mmf_status mmf_import_value(const mmf_import_row *row, const mmf_field *field,
                                          const char *text, size_t size, const char *place,
                                          uint8_t *payload);

/* Counts a record, tells of progress. */
MMF_NODISCARD mmf_status mmf_import_add(const mmf_import_row *row, mmf_error *error);

/* import_csv.c, import_jsonl.c: all of the input into the sink. */
MMF_NODISCARD mmf_status mmf_import_csv(mmf_import_row *row, int fd, mmf_error *error);
MMF_NODISCARD mmf_status mmf_import_jsonl(mmf_import_row *row, int fd, mmf_error *error);

#endif
