/* A store of any record type, opened by what its file says of itself: what the tools, the SQLite
 * extension and the exporters are made of. Programs that know their records use generated code.
 *
 * A payload is what follows a record's counter: model->payload_size bytes, as they lie in the file
 * (schema/layout.h), so field->offset - MMF_COUNTER_SIZE is where a field begins in it.
 *
 * Threads and processes: as for mmf_store (runtime/store.h); the functions here add no state.
 */
#ifndef MMF_TOOLS_TABLE_H
#define MMF_TOOLS_TABLE_H

#include "runtime/append.h"
#include "runtime/field.h"
#include "runtime/store.h"
#include "schema/layout.h"
#include "schema/model.h"

typedef struct mmf_table {
    mmf_model *model; /* of the records, as the file or the given schema says */
    char *text;       /* the canonical schema; NULL in format 1 */
    mmf_record_type type;
    mmf_store *store;
} mmf_table;

/* Where a field begins in a payload. */
static inline uint32_t mmf_table_field_offset(const mmf_field *field)
{
    return field->offset - MMF_COUNTER_SIZE;
}

/* What the runtime needs to know of such records, in a file of that format (1 or 2; what
 * model->format says means nothing). text: mmf_schema_canonical(model). All of it points into
 * model and text. MMF_OK; MMF_E_INVALID (format 1, and a type, an alignment or a checksum that it
 * does not have); MMF_E_NO_MEMORY. Sets model->format and model->hash. */
MMF_NODISCARD mmf_status mmf_table_record_type(mmf_model *model, uint32_t format, const char *text,
                                               mmf_record_type *ret_type, mmf_error *error);

/* What the header of the file at path says, and its first bytes: those of format 1 are the common
 * ones alone, and the rest is zero. Reads the file only. Statuses of mmf_table_schema_of(), but for
 * those of the schema text. */
MMF_NODISCARD mmf_status mmf_table_header_of(const char *path, mmf_header *ret_header,
                                             mmf_header_info *ret_info, mmf_error *error);

/* The schema that the file at path carries, and the header's format. *ret_model is NULL where it
 * carries none: format 1. To be freed with mmf_model_free(). Reads the file only.
 * MMF_OK; MMF_E_NOT_FOUND, MMF_E_SYSTEM; MMF_E_INVALID (not a regular file); MMF_E_MAGIC,
 * MMF_E_VERSION, MMF_E_TRUNCATED, MMF_E_CORRUPT (also a schema text that is none);
 * MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_table_schema_of(const char *path, mmf_model **ret_model,
                                             uint32_t *ret_format, mmf_error *error);

/* Opens the store at path. options: as for mmf_store_open(), NULL for the default; a tool that only
 * looks gives MMF_READ_ONLY; options->error has the detail. schema_path: of a schema file, which a
 * file of format 1 needs (MMF_E_SCHEMA without), and which a file of format 2 has to agree with;
 * NULL: what the file says. Its errors, all of them, are in diagnostics, which the caller has
 * zero-initialised, and clears.
 * Statuses of mmf_store_open() and mmf_table_schema_of(); MMF_E_SYNTAX (the schema). */
MMF_NODISCARD mmf_status mmf_table_open(const char *path, const char *schema_path,
                                        const mmf_options *options, mmf_diagnostics *diagnostics,
                                        mmf_table **ret_table);

/* Creates a store of such records and opens it; takes the model, also when it fails. format: 1 or
 * 2. Statuses of mmf_store_create() and mmf_table_record_type(). */
MMF_NODISCARD mmf_status mmf_table_create(const char *path, mmf_model *model, uint32_t format,
                                          const mmf_options *options, mmf_table **ret_table);

/* As mmf_store_close(). Takes NULL. */
mmf_status mmf_table_close(mmf_table *table);

/* A consistent copy of a record; statuses of runtime/field.h. Lengths of strings may be anything
 * that a file can have: see mmf_table_text_length(). */
MMF_NODISCARD static inline mmf_status mmf_table_get(const mmf_table *table, uint64_t index,
                                                     void *ret_payload)
{
    return mmf_get_record(table->store, index, table->type.record_size, table->type.payload_size,
                          ret_payload);
}

/* Replaces a record, or one field of it by what it is in payload. Whoever dies within it changes
 * nothing. Statuses of runtime/field.h. */
MMF_NODISCARD mmf_status mmf_table_set(mmf_table *table, uint64_t index, const void *payload);
MMF_NODISCARD mmf_status mmf_table_set_field(mmf_table *table, uint64_t index,
                                             const mmf_field *field, const void *payload);

/* Appends `count` records whose payloads lie one behind the other; all of them or none become
 * visible. ret_first may be NULL. Statuses of mmf_append_begin(). */
MMF_NODISCARD mmf_status mmf_table_append(mmf_table *table, const void *payloads, uint64_t count,
                                          uint64_t *ret_first);

/* Length of a string or bytes element in memory, never above the field's max, whatever is there. */
uint32_t mmf_table_text_length(const mmf_field *field, const uint8_t *element);

#endif
