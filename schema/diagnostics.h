/* What is wrong with a schema, and where: a list of findings, in the order of their places.
 * Nothing here prints; main.c files do. */
#ifndef MMF_SCHEMA_DIAGNOSTICS_H
#define MMF_SCHEMA_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A place in a schema text; lines and columns count from 1, columns in Unicode characters.
 * Line 0: the file as a whole. */
typedef struct mmf_location {
    uint32_t line;
    uint32_t column;
} mmf_location;

typedef enum mmf_severity {
    MMF_SEVERITY_ERROR,
    MMF_SEVERITY_WARNING,
    MMF_SEVERITY_NOTE, /* belongs to the finding before it */
} mmf_severity;

typedef struct mmf_diagnostic {
    mmf_location location;
    mmf_severity severity;
    char *text; /* one line, without a newline */
} mmf_diagnostic;

typedef struct mmf_diagnostics {
    char *path; /* as the messages should name the file */
    mmf_diagnostic *items;
    size_t count;
    size_t capacity;
    size_t error_count;
    bool out_of_memory; /* an item could not be kept; counts as an error */
} mmf_diagnostics;

/* path is copied. Zero-initialised memory is a valid empty list whose path is "". */
void mmf_diagnostics_init(mmf_diagnostics *diagnostics, const char *path);
void mmf_diagnostics_clear(mmf_diagnostics *diagnostics); /* frees; takes zero-initialised too */

/* Control characters in the text become question marks: an item is one line. */
void mmf_diagnostics_add(mmf_diagnostics *diagnostics, mmf_severity severity, mmf_location location,
                         const char *format, ...) MMF_PRINTF(4, 5);

/* Orders the items by place; notes stay behind what they belong to. */
void mmf_diagnostics_sort(mmf_diagnostics *diagnostics);

bool mmf_diagnostics_has_errors(const mmf_diagnostics *diagnostics);

/* One item as "PATH:LINE:COL: error: TEXT" (no newline; "PATH: error: TEXT" at line 0; an empty
 * path leaves "PATH:" out), to be freed by the caller; NULL when out of memory. */
char *mmf_diagnostics_format(const mmf_diagnostics *diagnostics, size_t index);

#ifdef __cplusplus
}
#endif
#endif
