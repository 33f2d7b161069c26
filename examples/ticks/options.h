/* The command line. */
#ifndef MMF_EXAMPLES_TICKS_OPTIONS_H
#define MMF_EXAMPLES_TICKS_OPTIONS_H

#include <limits.h>
#include <stdbool.h>

typedef struct options {
    bool fast;
    bool help;
    char file[PATH_MAX]; /* the CSV */
    char keep[PATH_MAX]; /* the store; empty: one that does not stay */
} options;

/* False, after a message to stderr, when it is wrong.
 * `bazel run` starts a program elsewhere and says in $BUILD_WORKING_DIRECTORY where the user is:
 * relative paths count from there, except that of a CSV which is where the program starts. */
bool options_parse(int argc, char **argv, options *ret_options);

extern const char options_help[];

#endif
