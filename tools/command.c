#include "tools/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/printable.h"
#include "schema/suggest.h"
#include "tools/command_parts.h"

#define PROGRAM_VERSION "0.1.0"

const mmf_command *mmf_command_find(const char *name)
{
    for (size_t i = 0; i < mmf_command_count; i++) {
        if (strcmp(mmf_commands[i]->name, name) == 0) {
            return mmf_commands[i];
        }
    }
    return NULL;
}

/* --- Complaints ------------------------------------------------------------------------------ */

static void put_name(const mmf_invocation *invocation)
{
    const char *name = invocation && invocation->command ? invocation->command->name : NULL;

    fprintf(stderr, "mmf%s%s: ", name ? " " : "", name ? name : "");
}

int mmf_complain(const mmf_invocation *invocation, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0) {
        text = NULL;
    }
    va_end(arguments);
    put_name(invocation);
    mmf_put_text(stderr, text ? text : "out of memory");
    fputc('\n', stderr);
    free(text);
    return MMF_EXIT_TROUBLE;
}

static void put_diagnostics(mmf_diagnostics *diagnostics)
{
    mmf_diagnostics_sort(diagnostics);
    for (size_t i = 0; i < diagnostics->count; i++) {
        char *line = mmf_diagnostics_format(diagnostics, i);

        mmf_put_text(stderr, line ? line : "mmf: out of memory");
        fputc('\n', stderr);
        free(line);
    }
}

static bool is_damage(mmf_status status)
{
    return status == MMF_E_CORRUPT || status == MMF_E_TRUNCATED;
}

int mmf_complain_of(const mmf_invocation *invocation, mmf_status status, const mmf_error *error,
                    mmf_diagnostics *diagnostics)
{
    bool is_told = diagnostics && mmf_diagnostics_has_errors(diagnostics);
    bool has_detail = error && error->text[0] != '\0';

    if (diagnostics) {
        put_diagnostics(diagnostics);
        mmf_diagnostics_clear(diagnostics);
    }
    if (!is_told) {
        (void)mmf_complain(invocation, "%s%s", has_detail ? error->text : mmf_status_text(status),
                           is_damage(status) ? "; see mmf-fsck(8)" : "");
    }
    return MMF_EXIT_TROUBLE;
}

int mmf_complain_of_output(const mmf_invocation *invocation, int failure)
{
    if (failure == 0) {
        return MMF_EXIT_OK;
    }
    if (failure != EPIPE) {
        (void)mmf_complain(invocation, "the output could not be written: %s", strerror(failure));
    }
    return MMF_EXIT_TROUBLE;
}

int mmf_complain_of_name(const char *name)
{
    const char **names = calloc(mmf_command_count, sizeof *names);
    const char *near = NULL;

    for (size_t i = 0; names && i < mmf_command_count; i++) {
        names[i] = mmf_commands[i]->name;
    }
    if (names) {
        near = mmf_suggest(name, names, mmf_command_count);
    }
    free(names);
    (void)mmf_complain(NULL, "%s: no such %s%s%s%s", name, name[0] == '-' ? "option" : "command",
                       near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    fputs("Try 'mmf --help'.\n", stderr);
    return MMF_EXIT_TROUBLE;
}

bool mmf_uses_color(int fd)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    return isatty(fd) && (!no_color || no_color[0] == '\0') && (!term || strcmp(term, "dumb") != 0);
}

/* --- The program ----------------------------------------------------------------------------- */

/* Were descriptor 1 closed, the next file to be opened, a store, would be where the output goes.
 * What takes its place here refuses to be written to, as a closed one does; so does 0 to be read.
 */
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

/* What stdio still has, or has lost. */
static int finish(const mmf_invocation *invocation, int code)
{
    bool has_lost = ferror(stdout) != 0;
    int failure = fflush(stdout) != 0 ? errno : has_lost ? EIO : 0;

    return mmf_complain_of_output(invocation, failure) == MMF_EXIT_OK ? code : MMF_EXIT_TROUBLE;
}

static int run(const mmf_command *command, int argc, char **argv)
{
    mmf_invocation invocation = {.command = command};
    mmf_error error = {0};
    bool wants_help;

    if (mmf_invocation_parse(command, argc, argv, &invocation, &wants_help, &error) != MMF_OK) {
        (void)mmf_complain(&invocation, "%s", error.text);
        fprintf(stderr, "Try 'mmf %s --help'.\n", command->name);
        return MMF_EXIT_TROUBLE;
    }
    if (wants_help) {
        mmf_print_help_of(stdout, command);
        return finish(&invocation, MMF_EXIT_OK);
    }
    return finish(&invocation, command->run(&invocation));
}

static bool is_either(const char *text, const char *letter, const char *name)
{
    return strcmp(text, letter) == 0 || strcmp(text, name) == 0;
}

int mmf_command_main(int argc, char **argv)
{
    const mmf_command *command;

    if (!hold_standard_descriptors()) {
        return MMF_EXIT_TROUBLE;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        fputs("mmf: no command\nTry 'mmf --help'.\n", stderr);
        return MMF_EXIT_TROUBLE;
    }
    if (is_either(argv[1], "-h", "--help")) {
        mmf_print_help(stdout);
        return finish(NULL, MMF_EXIT_OK);
    }
    if (is_either(argv[1], "-V", "--version")) {
        puts("mmf " PROGRAM_VERSION);
        return finish(NULL, MMF_EXIT_OK);
    }
    command = mmf_command_find(argv[1]);
    return command ? run(command, argc - 1, argv + 1) : mmf_complain_of_name(argv[1]);
}
