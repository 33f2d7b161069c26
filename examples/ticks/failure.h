/* Why something failed, in words, for the one place that prints: main.c. The first reason wins. */
#ifndef MMF_EXAMPLES_TICKS_FAILURE_H
#define MMF_EXAMPLES_TICKS_FAILURE_H

#include <stdbool.h>

#include "schema/status.h"

typedef struct failure {
    char text[1024]; /* empty: nothing failed */
} failure;

/* All three return false, for `return failure_set(…)`. */
bool failure_set(failure *failure, const char *format, ...) MMF_PRINTF(2, 3);
bool failure_system(failure *failure, const char *what); /* and the text of errno */
bool failure_store(failure *failure, const char *what, mmf_status status, const mmf_error *error);

#endif
