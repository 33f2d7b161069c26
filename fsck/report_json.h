/* What programs read: one JSON document for all files, written as findings come, so that no list
 * of them is kept. mmf-fsck(8) describes its members. */
#ifndef MMF_FSCK_REPORT_JSON_H
#define MMF_FSCK_REPORT_JSON_H

#include <stdbool.h>
#include <stdio.h>

#include "fsck/check.h"

typedef struct fsck_json {
    FILE *out;
    bool has_file;    /* one at least has been written */
    bool has_finding; /* of the file at hand */
    bool out_of_memory;
} fsck_json;

void fsck_json_open(fsck_json *json);
void fsck_json_begin(fsck_json *json, const char *path);
void fsck_json_finding(fsck_json *json, const mmf_finding *finding);

/* error: what went wrong; NULL: nothing. result NULL: it was not a check, but --undo. */
void fsck_json_end(fsck_json *json, mmf_status status, const char *error, uint64_t holder,
                   const mmf_check_result *result, int exit_code);
void fsck_json_close(fsck_json *json, int exit_code);

#endif
