/* Questions to the one who sits at the terminal. */
#ifndef MMF_FSCK_ASK_H
#define MMF_FSCK_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "fsck/check.h"

/* A finding that was shown with its question. */
typedef struct fsck_asked {
    mmf_problem problem;
    uint64_t offset;
    uint64_t record;
} fsck_asked;

typedef struct fsck_ask {
    int input; /* descriptors of the terminal, and of fsck_cancel_fd() */
    int cancel;
    FILE *out;
    bool is_all[MMF_PROBLEM_COUNT]; /* "all of this kind", in this file */
    bool has_ended;                 /* the input has: no to everything */
    bool has_quit;
    /* What was asked and has not been reported: as many as a person can answer, which is few. */
    fsck_asked *asked;
    size_t asked_count;
    size_t asked_capacity;
} fsck_ask;

/* Another file: what was said of all of a kind counts no longer. */
void fsck_ask_begin(fsck_ask *ask);
void fsck_ask_free(fsck_ask *ask);

/* Whether the finding has to be shown and asked for; if not, *ret_answer is it. */
bool fsck_ask_is_open(const fsck_ask *ask, mmf_problem problem, bool *ret_answer);

/* Asks, for a finding that stands in the lines before. */
bool fsck_ask_question(fsck_ask *ask, const mmf_finding *finding);

/* Whether that finding was asked for; it is forgotten with the answer. */
bool fsck_ask_was_asked(fsck_ask *ask, const mmf_finding *finding);

#endif
