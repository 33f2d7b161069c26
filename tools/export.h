/* Records of a store in the formats that other programs take in.
 *
 * Each record is a consistent copy, looked through before it is written: bytes that no field uses
 * are zero, a bool is 0 or 1, and a length above a field's max ends the export (MMF_E_CORRUPT), as
 * does a record that cannot be had. What a format's type cannot hold ends it too (MMF_E_INVALID):
 * nothing is rounded, clamped or replaced, but for nanoseconds in pgcopy. The error names record
 * and field.
 *
 *   csv, jsonl   text, by tools/value.h
 *   pgcopy       COPY … (FORMAT binary) of PostgreSQL, for the table of mmf-gen --emit sql-postgres
 *   rowbinary    RowBinary of ClickHouse, for the first table of mmf-gen --emit sql-clickhouse
 *   raw          records as they lie in a file, each with the counter of an append (512), without
 *                the file's header
 *   npy          a file of numpy (numpy.load()), a structured array without padding
 *
 * Records that others append meanwhile are not exported; changes may be, record by record.
 */
#ifndef MMF_TOOLS_EXPORT_H
#define MMF_TOOLS_EXPORT_H

#include "tools/table.h"

#define MMF_EXPORT_FORMATS "csv|jsonl|pgcopy|rowbinary|raw|npy"

typedef struct mmf_export_options {
    const char *format; /* one of MMF_EXPORT_FORMATS */
    const char *fields; /* names, separated by commas, in the order in which they are to come; NULL:
                         * all. Not with raw */
    uint64_t first;     /* index of the first record */
    uint64_t end;       /* index behind the last one; UINT64_MAX: all that there are */
    bool is_raw; /* numbers as they are stored: the types of mmf-gen --emit … --raw. Not with
                  * raw, which has no others */
} mmf_export_options;

/* Writes to the descriptor, in large pieces. After a failure what was written is not complete, and
 * does not pass for it with pgcopy, which has an end mark, and npy, which has a count.
 * MMF_OK; MMF_E_INVALID (a format, a field or a combination that there is not; a value that the
 * format does not have); MMF_E_INDEX (the records do not all exist); MMF_E_STUCK, MMF_E_CORRUPT,
 * MMF_E_TRUNCATED (a record that cannot be had); MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_export_to(const mmf_table *table, const mmf_export_options *options,
                                       int fd, mmf_error *error);

/* Writes a file, which has its name only when it is complete and on the disk; a file of that name
 * is replaced then, and else left as it is. What is no regular file (a pipe, a device) is written
 * to. Also MMF_E_INVALID: path is the store itself. */
MMF_NODISCARD mmf_status mmf_export_to_file(const mmf_table *table,
                                            const mmf_export_options *options, const char *path,
                                            mmf_error *error);

#endif
