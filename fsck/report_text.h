/* What a person reads: a line for each finding, a summary of each file, and what to do next.
 * Lines begin with the path and have the problem's code, so that grep(1) finds either. */
#ifndef MMF_FSCK_REPORT_TEXT_H
#define MMF_FSCK_REPORT_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "fsck/check.h"
#include "fsck/options.h"

typedef struct fsck_text {
    FILE *out;
    bool has_color;
    const fsck_options *options;
    fsck_mode mode; /* what FSCK_DEFAULT has become */
    /* Of the file at hand: */
    uint64_t told[MMF_PROBLEM_COUNT]; /* findings, with those that are counted only */
    uint64_t left[MMF_REPAIR_ASK + 1];
    bool is_in_use;
    bool lacks_schema;
} fsck_text;

/* Another file. */
void fsck_text_begin(fsck_text *text);

/* A finding that is going to be asked for. */
void fsck_text_question(fsck_text *text, const mmf_finding *finding);

/* A finding with its outcome. One that was asked for has been shown, and is shown again only where
 * the answer could not be followed. */
void fsck_text_finding(fsck_text *text, const mmf_finding *finding, bool was_asked);

/* What became of the file. */
void fsck_text_end(fsck_text *text, const char *path, mmf_status status,
                   const mmf_check_result *result);

/* It was brought back. */
void fsck_text_undone(fsck_text *text, const char *path);

#endif
