/* The command line of mmf-fsck. */
#ifndef MMF_FSCK_OPTIONS_H
#define MMF_FSCK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "schema/status.h"

typedef enum fsck_mode {
    FSCK_DEFAULT, /* none was given: FSCK_ASK where somebody can be asked, else FSCK_CHECK */
    FSCK_CHECK,
    FSCK_ASK,
    FSCK_PREEN,
    FSCK_YES,
    FSCK_UNDO,
    FSCK_HELP,
    FSCK_VERSION,
} fsck_mode;

typedef enum fsck_color_when {
    FSCK_COLOR_AUTO,
    FSCK_COLOR_ALWAYS,
    FSCK_COLOR_NEVER,
} fsck_color_when;

#define FSCK_THREADS_MAX 64
#define FSCK_NO_FD (-1)

typedef struct fsck_options {
    fsck_mode mode;
    bool is_full;
    bool is_verbose;
    bool is_json;
    bool has_no_undo;
    int progress_fd;         /* FSCK_NO_FD, 0: the bar; else where lines of progress go */
    const char *save_undo;   /* NULL: PATH.undo */
    const char *undo;        /* FSCK_UNDO: the undo file */
    const char *schema_path; /* NULL: what each file says */
    fsck_color_when color;
    uint32_t threads; /* 0: as many as there are processors */
    char **files;
    int file_count;
} fsck_options;

/* Reads the command line, whose strings the result points to.
 * MMF_OK; MMF_E_INVALID, and error says what is wrong with it. */
MMF_NODISCARD mmf_status fsck_options_parse(int argc, char **argv, fsck_options *ret_options,
                                            mmf_error *error);

/* Whether the mode may change files. */
bool fsck_mode_repairs(fsck_mode mode);

/* What --help prints. */
void fsck_options_help(FILE *out);

#endif
