/* mmf-fsck: checks stores, and repairs them. Reads the command line, and leaves finding and doing
 * to mmf_check(); what is asked and told is in run.c. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fsck/cancel.h"
#include "fsck/options.h"
#include "fsck/run.h"
#include "schema/json.h"
#include "schema/printable.h"

#define PROGRAM_VERSION "0.1.0"

/* Were descriptor 1 closed, the next file to be opened, a store, would be where reports go. What
 * takes its place here refuses to be written to, as a closed one does; so does 0 to be read. */
static bool hold_standard_descriptors(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) {
            return false;
        }
    }
    return true;
}

static int complain_of_usage(const mmf_error *error)
{
    fputs("mmf-fsck: ", stderr);
    mmf_put_text(stderr, error->text);
    fputs("\nTry 'mmf-fsck --help'.\n", stderr);
    return FSCK_EXIT_USAGE;
}

static void print_diagnostics(const mmf_diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        char *line = mmf_diagnostics_format(diagnostics, i);

        mmf_put_text(stderr, line ? line : "mmf-fsck: out of memory");
        fputc('\n', stderr);
        free(line);
    }
}

static bool load_schema(const char *path, mmf_model **ret_model)
{
    mmf_diagnostics diagnostics = {0};
    mmf_status status = mmf_schema_load(path, &diagnostics, ret_model);

    mmf_diagnostics_sort(&diagnostics);
    print_diagnostics(&diagnostics);
    if (status != MMF_OK && diagnostics.count == 0) {
        fprintf(stderr, "mmf-fsck: %s\n", mmf_status_text(status));
    }
    mmf_diagnostics_clear(&diagnostics);
    return status == MMF_OK;
}

/* Who closed a pipe knows it, and is not told. */
static int finish(int code, int output_errno)
{
    if (output_errno == 0) {
        return code;
    }
    if (output_errno != EPIPE) {
        fprintf(stderr, "mmf-fsck: the output could not be written: %s\n", strerror(output_errno));
    }
    return code | FSCK_EXIT_OPERATIONAL;
}

/* The end of what printed a few lines. */
static int finish_text(void)
{
    return finish(FSCK_EXIT_CLEAN, fflush(stdout) == 0 ? 0 : errno);
}

static int run(const fsck_options *options)
{
    mmf_model *schema = NULL;
    bool has_failed = options->schema_path && !load_schema(options->schema_path, &schema);
    int output_errno = 0;
    int code;

    if (!fsck_cancel_install()) {
        fprintf(stderr, "mmf-fsck: %s\n", strerror(errno));
        has_failed = true;
    }
    code = fsck_run(options, schema, has_failed, &output_errno);
    mmf_model_free(schema);
    return finish(code, output_errno);
}

int main(int argc, char **argv)
{
    fsck_options options;
    mmf_error error = {0};

    if (!hold_standard_descriptors()) {
        return FSCK_EXIT_OPERATIONAL;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    if (fsck_options_parse(argc, argv, &options, &error) != MMF_OK) {
        return complain_of_usage(&error);
    }
    switch (options.mode) {
    case FSCK_HELP:
        fsck_options_help(stdout);
        return finish_text();
    case FSCK_VERSION:
        puts("mmf-fsck " PROGRAM_VERSION);
        return finish_text();
    default:
        return run(&options);
    }
}
