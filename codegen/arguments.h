/* The command line of mmf-gen. */
#ifndef MMF_CODEGEN_ARGUMENTS_H
#define MMF_CODEGEN_ARGUMENTS_H

#include <stdbool.h>

#include "schema/status.h"

typedef enum mmf_gen_mode {
    MMF_GEN_WRITE,
    MMF_GEN_CHECK,
    MMF_GEN_PRINT_LAYOUT,
    MMF_GEN_LIST_OUTPUTS,
    MMF_GEN_COMPAT,
    MMF_GEN_EMIT,
    MMF_GEN_VERSION,
    MMF_GEN_HELP,
} mmf_gen_mode;

typedef struct mmf_gen_arguments {
    mmf_gen_mode mode;
    const char *directory; /* NULL: that of each file */
    const char *basename;  /* NULL: that of each file */
    const char *depfile;   /* NULL: none */
    const char *old_file;  /* MMF_GEN_COMPAT */
    const char *engine;    /* MMF_GEN_EMIT: for which; one that there is */
    bool with_test;
    bool is_raw; /* MMF_GEN_EMIT: numbers as they are stored */
    bool is_quiet;
    char **files;
    int file_count;
} mmf_gen_arguments;

/* Reads the command line, whose strings the result points to.
 * MMF_OK; MMF_E_INVALID, and error says what is wrong with it. */
MMF_NODISCARD mmf_status mmf_gen_arguments_parse(int argc, char **argv,
                                                 mmf_gen_arguments *ret_arguments,
                                                 mmf_error *error);

/* What --help prints. */
const char *mmf_gen_help(void);

#endif
