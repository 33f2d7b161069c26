/* A command's line: getopt's tables made of its options, and what each argument has to be. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "schema/suggest.h"
#include "tools/command_parts.h"

#define KEY_OF_ROW 256 /* + the option's place: getopt's keys of the long names */
#define KEY_HELP 'h'

/* ret_letters has room for two bytes an option, a colon, the letter of --help and the end. */
static void make_tables(const mmf_command *command, struct option *ret_names, char *ret_letters)
{
    size_t count = command->option_count;

    *ret_letters++ = ':';
    *ret_letters++ = KEY_HELP;
    for (size_t i = 0; i < count; i++) {
        const mmf_option *option = &command->options[i];
        bool takes = option->kind != MMF_ARGUMENT_NONE;

        ret_names[i] = (struct option){option->name, takes ? required_argument : no_argument, NULL,
                                       KEY_OF_ROW + (int)i};
        if (option->letter != '\0') {
            *ret_letters++ = option->letter;
            if (takes) {
                *ret_letters++ = ':';
            }
        }
    }
    ret_names[count] = (struct option){"help", no_argument, NULL, KEY_HELP};
    ret_names[count + 1] = (struct option){0};
    *ret_letters = '\0';
}

static size_t row_of_key(const mmf_command *command, int key)
{
    size_t row = 0;

    if (key >= KEY_OF_ROW) {
        return (size_t)(key - KEY_OF_ROW);
    }
    while (row < command->option_count && command->options[row].letter != key) {
        row++;
    }
    return row;
}

/* --- Arguments ------------------------------------------------------------------------------- */

static mmf_status read_number(const char *what, const char *text, uint64_t *ret_number,
                              mmf_error *error)
{
    char *end = NULL;
    unsigned long long number;

    errno = 0;
    number = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0') {
        return mmf_error_set(error, MMF_E_INVALID, "%s: not a whole number: %s", what, text);
    }
    if (errno == ERANGE) {
        return mmf_error_set(error, MMF_E_INVALID, "%s: too large: %s", what, text);
    }
    *ret_number = number;
    return MMF_OK;
}

/* Whether the text is one of "a|b|c". */
static bool is_choice(const char *choices, const char *text)
{
    size_t size = strlen(text);

    for (const char *choice = choices; *choice; choice += *choice == '|') {
        size_t length = strcspn(choice, "|");

        if (length == size && memcmp(choice, text, size) == 0) {
            return true;
        }
        choice += length;
    }
    return false;
}

static mmf_status check_choice(const char *what, const char *choices, const char *text,
                               mmf_error *error)
{
    return is_choice(choices, text)
               ? MMF_OK
               : mmf_error_set(error, MMF_E_INVALID, "%s: not one of %s: %s", what, choices, text);
}

static mmf_status take_option(const mmf_command *command, size_t row, mmf_invocation *invocation,
                              mmf_error *error)
{
    const mmf_option *option = &command->options[row];
    char what[64] = "--";

    (void)strncat(what, option->name, sizeof what - sizeof "--");
    invocation->is_given[row] = true;
    invocation->value[row] = option->kind == MMF_ARGUMENT_NONE ? NULL : optarg;
    switch (option->kind) {
    case MMF_ARGUMENT_NUMBER:
        return read_number(what, optarg, &invocation->number[row], error);
    case MMF_ARGUMENT_CHOICE:
        return check_choice(what, option->choices, optarg, error);
    default:
        return MMF_OK;
    }
}

static mmf_status take_operands(const mmf_command *command, mmf_invocation *invocation,
                                mmf_error *error)
{
    bool is_few = invocation->operand_count < command->operands_least;
    bool is_many =
        command->operands_most >= 0 && invocation->operand_count > command->operands_most;
    mmf_status status = MMF_OK;

    if (is_few || is_many) {
        return mmf_error_set(error, MMF_E_INVALID, "too %s operands: usage: mmf %s [OPTION…] %s",
                             is_few ? "few" : "many", command->name, command->operands);
    }
    if (command->operand_kind == MMF_ARGUMENT_CHOICE) {
        for (int i = 0; i < invocation->operand_count && status == MMF_OK; i++) {
            status = check_choice("operand", command->operands, invocation->operands[i], error);
        }
    }
    return status;
}

/* --- What getopt refuses --------------------------------------------------------------------- */

static const char *suggest_option(const mmf_command *command, const char *argument)
{
    const char *names[MMF_OPTIONS_MAX + 1];
    char name[64] = "";
    size_t length = strcspn(argument + 2, "=");

    for (size_t i = 0; i < command->option_count; i++) {
        names[i] = command->options[i].name;
    }
    names[command->option_count] = "help";
    (void)strncat(name, argument + 2, length < sizeof name ? length : sizeof name - 1);
    return mmf_suggest(name, names, command->option_count + 1);
}

/* A letter, of perhaps several in one argument, or a whole argument. */
static mmf_status refuse(const mmf_command *command, int key, const char *argument,
                         mmf_error *error)
{
    bool is_long = argument[0] == '-' && argument[1] == '-';
    const char *near = NULL;

    if (key == ':') {
        return mmf_error_set(error, MMF_E_INVALID, "%s: an argument is missing", argument);
    }
    if (is_long && optopt != 0) {
        return mmf_error_set(error, MMF_E_INVALID, "%s: takes no argument", argument);
    }
    if (optopt != 0) {
        return mmf_error_set(error, MMF_E_INVALID, "-%c: no such option", optopt);
    }
    near = suggest_option(command, argument);
    return mmf_error_set(error, MMF_E_INVALID, "%s: no such option%s%s%s", argument,
                         near ? "; did you mean --" : "", near ? near : "", near ? "?" : "");
}

mmf_status mmf_invocation_parse(const mmf_command *command, int argc, char **argv,
                                mmf_invocation *ret_invocation, bool *ret_wants_help,
                                mmf_error *error)
{
    struct option names[MMF_OPTIONS_MAX + 2];
    char letters[2 * MMF_OPTIONS_MAX + 3];
    mmf_invocation invocation = {.command = command};
    mmf_status status = MMF_OK;
    int key;

    make_tables(command, names, letters);
    opterr = 0;
    optind = 0; /* the GNU way to begin anew */
    *ret_wants_help = false;
    while (status == MMF_OK && (key = getopt_long(argc, argv, letters, names, NULL)) != -1) {
        if (key == KEY_HELP) {
            *ret_wants_help = true;
            return MMF_OK;
        }
        status = key == '?' || key == ':'
                     ? refuse(command, key, argv[optind - 1], error)
                     : take_option(command, row_of_key(command, key), &invocation, error);
    }
    if (status == MMF_OK) {
        invocation.operands = argv + optind;
        invocation.operand_count = argc - optind;
        status = take_operands(command, &invocation, error);
    }
    if (status == MMF_OK) {
        *ret_invocation = invocation;
    }
    return status;
}
