/* Scripts of shells, made of the same rows as getopt's tables. Each command is one case of them. */
#include <string.h>

#include "tools/command_parts.h"

/* --- bash ------------------------------------------------------------------------------------ */

static const char *const bash_begin =
    "# Completes mmf in bash: source it from ~/.bashrc, or put it where bash-completion looks.\n"
    "\n"
    "# _mmf_files PATTERN: files of that kind, and directories\n"
    "_mmf_files() {\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    mapfile -t COMPREPLY < <(\n"
    "        { compgen -f -X \"!$1\" -- \"$cur\"; compgen -d -- \"$cur\"; } | sort -u)\n"
    "}\n"
    "\n"
    "_mmf_words() {\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n"
    "}\n"
    "\n"
    "_mmf() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    COMPREPLY=()\n"
    "    # bash takes --option=value apart\n"
    "    if [[ $cur == = ]]; then\n"
    "        cur=\n"
    "    elif [[ $prev == = ]]; then\n"
    "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n";

static const char *const bash_end = "    esac\n"
                                    "}\n"
                                    "complete -F _mmf mmf\n";

static void put_commands(FILE *out)
{
    for (size_t i = 0; i < mmf_command_count; i++) {
        fprintf(out, "%s%s", i > 0 ? " " : "", mmf_commands[i]->name);
    }
}

/* "a b c" of "a|b|c". */
static void put_choices(FILE *out, const char *choices)
{
    for (; *choices; choices++) {
        fputc(*choices == '|' ? ' ' : *choices, out);
    }
}

/* The shell's words that complete an argument. */
static void put_bash_action(FILE *out, mmf_argument_kind kind, const char *choices)
{
    switch (kind) {
    case MMF_ARGUMENT_FILE:
        fputs("_mmf_files '*'", out);
        break;
    case MMF_ARGUMENT_STORE:
        fputs("_mmf_files '*.mmf'", out);
        break;
    case MMF_ARGUMENT_SCHEMA:
        fputs("_mmf_files '*.mmf.json'", out);
        break;
    case MMF_ARGUMENT_CHOICE:
        fputs("_mmf_words '", out);
        put_choices(out, choices);
        fputs("'", out);
        break;
    default:
        fputs(":", out); /* who knows */
    }
}

/* The options that take an argument: prev is one of them. */
static void put_bash_arguments(FILE *out, const mmf_command *command)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const mmf_option *option = &command->options[i];

        if (option->kind == MMF_ARGUMENT_NONE) {
            continue;
        }
        fprintf(out, "        --%s", option->name);
        if (option->letter != '\0') {
            fprintf(out, " | -%c", option->letter);
        }
        fputs(") ", out);
        put_bash_action(out, option->kind, option->choices);
        fputs("; return ;;\n", out);
    }
}

static void put_bash_operands(FILE *out, const mmf_command *command)
{
    if (strcmp(command->name, "help") == 0) {
        fputs("_mmf_words '", out);
        put_commands(out);
        fputs("'", out);
    } else {
        put_bash_action(out, command->operand_kind, command->operands);
    }
}

static void put_bash_command(FILE *out, const mmf_command *command)
{
    fprintf(out, "    %s)\n        case $prev in\n", command->name);
    put_bash_arguments(out, command);
    fputs("        esac\n        if [[ $cur == -* ]]; then\n            _mmf_words '", out);
    for (size_t i = 0; i < command->option_count; i++) {
        fprintf(out, "--%s ", command->options[i].name);
    }
    fputs("--help'\n        else\n            ", out);
    put_bash_operands(out, command);
    fputs("\n        fi\n        ;;\n", out);
}

void mmf_completion_bash(FILE *out)
{
    fputs(bash_begin, out);
    fputs("    if ((COMP_CWORD == 1)); then\n        _mmf_words '", out);
    put_commands(out);
    fputs(" --help --version'\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n", out);
    for (size_t i = 0; i < mmf_command_count; i++) {
        put_bash_command(out, mmf_commands[i]);
    }
    fputs(bash_end, out);
}

/* --- zsh ------------------------------------------------------------------------------------- */

static const char *const zsh_begin =
    "#compdef mmf\n"
    "# Completes mmf in zsh: put it as _mmf into a directory of $fpath, or\n"
    "# source <(mmf completion zsh) behind compinit.\n"
    "\n"
    "_mmf() {\n"
    "    local -a commands\n"
    "    commands=(\n";

static const char *const zsh_middle = "    )\n"
                                      "    if ((CURRENT == 2)); then\n"
                                      "        _describe command commands\n"
                                      "        _arguments '(- *)'{-h,--help}'[print help]' '(- "
                                      "*)'{-V,--version}'[print the version]'\n"
                                      "        return\n"
                                      "    fi\n"
                                      "    local command=$words[2]\n"
                                      "    shift words\n"
                                      "    ((CURRENT--))\n"
                                      "    case $command in\n";

static const char *const zsh_end = "    esac\n"
                                   "}\n"
                                   "\n"
                                   "if [[ $funcstack[1] == _mmf ]]; then\n"
                                   "    _mmf \"$@\"\n"
                                   "else\n"
                                   "    compdef _mmf mmf\n"
                                   "fi\n";

/* Text within '…[…]' of _arguments. */
static void put_zsh_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'') {
            fputs("'\\''", out);
        } else {
            fprintf(out, "%s%c", strchr("[]:\\", *text) ? "\\" : "", *text);
        }
    }
}

static void put_zsh_action(FILE *out, mmf_argument_kind kind, const char *choices)
{
    switch (kind) {
    case MMF_ARGUMENT_FILE:
        fputs("_files", out);
        break;
    case MMF_ARGUMENT_STORE:
        fputs("_files -g \"*.mmf\"", out);
        break;
    case MMF_ARGUMENT_SCHEMA:
        fputs("_files -g \"*.mmf.json\"", out);
        break;
    case MMF_ARGUMENT_CHOICE:
        fputs("(", out);
        put_choices(out, choices);
        fputs(")", out);
        break;
    default:
        fputs(" ", out);
    }
}

static void put_zsh_option(FILE *out, const mmf_option *option)
{
    bool takes = option->kind != MMF_ARGUMENT_NONE;

    for (int is_long = option->letter == '\0'; is_long < 2; is_long++) {
        fputs(" \\\n            '", out);
        if (is_long) {
            fprintf(out, "--%s%s", option->name, takes ? "=" : "");
        } else {
            fprintf(out, "-%c%s", option->letter, takes ? "+" : "");
        }
        fputs("[", out);
        put_zsh_text(out, option->text);
        fputs("]", out);
        if (takes) {
            fputs(":", out);
            put_zsh_text(out, option->argument);
            fputs(":", out);
            put_zsh_action(out, option->kind, option->choices);
        }
        fputs("'", out);
    }
}

static void put_zsh_command(FILE *out, const mmf_command *command)
{
    fprintf(out, "    %s)\n        _arguments -s -S", command->name);
    for (size_t i = 0; i < command->option_count; i++) {
        put_zsh_option(out, &command->options[i]);
    }
    fputs(" \\\n            '(- *)'{-h,--help}'[print this and exit]' \\\n            '*:operand:",
          out);
    if (strcmp(command->name, "help") == 0) {
        fputs("(", out);
        put_commands(out);
        fputs(")", out);
    } else {
        put_zsh_action(out, command->operand_kind, command->operands);
    }
    fputs("'\n        ;;\n", out);
}

void mmf_completion_zsh(FILE *out)
{
    fputs(zsh_begin, out);
    for (size_t i = 0; i < mmf_command_count; i++) {
        fprintf(out, "        '%s:", mmf_commands[i]->name);
        put_zsh_text(out, mmf_commands[i]->summary);
        fputs("'\n", out);
    }
    fputs(zsh_middle, out);
    for (size_t i = 0; i < mmf_command_count; i++) {
        put_zsh_command(out, mmf_commands[i]);
    }
    fputs(zsh_end, out);
}
