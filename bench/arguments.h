/* The command line. */
#ifndef MMF_BENCH_ARGUMENTS_H
#define MMF_BENCH_ARGUMENTS_H

#include <stdbool.h>

#include "bench/measure.h"

typedef struct bench_arguments {
    const char *filter;
    const char *json_path; /* NULL: none */
    const char *directory;
    const char *gen_path; /* of mmf-gen, absolute; NULL: not known */
    int cpu;              /* -1: the last one that is allowed */
    bool is_list;
    bool with_large;
    bench_effort effort;
} bench_arguments;

/* Prints and ends the program where there is nothing to run. Paths are as the user meant them,
 * whose directory this program then is in. */
bench_arguments bench_parse_arguments(int argc, char **argv);

#endif
