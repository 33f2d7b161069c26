/* How far a check has come: a bar on a terminal, or lines on a descriptor. The caller gives the
 * time, so that nothing here waits for any. */
#ifndef MMF_FSCK_PROGRESS_H
#define MMF_FSCK_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct fsck_progress {
    FILE *terminal;   /* where the bar is drawn; NULL: there is none */
    int fd;           /* where lines are written; -1: nowhere */
    unsigned columns; /* of the terminal */
    const char *path;
    uint64_t file_began_ns;
    uint64_t pass_began_ns;
    uint64_t drawn_ns;
    unsigned pass;
    bool is_drawn;
} fsck_progress;

/* Another file; path stays the caller's. */
void fsck_progress_begin(fsck_progress *progress, const char *path, uint64_t now_ns);

/* Draws the bar when half a second has passed since the file began and a tenth of one since it was
 * drawn; writes a line in any case. A descriptor that refuses it is not written to again. */
void fsck_progress_update(fsck_progress *progress, unsigned pass, uint64_t done, uint64_t total,
                          uint64_t now_ns);

/* Takes the bar away, for other output or for good; the next update draws it again. */
void fsck_progress_hide(fsck_progress *progress);

#endif
