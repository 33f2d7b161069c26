/* --help, of all commands and of each: not larger than a screen of 24 lines and 79 columns. */
#include <ctype.h>

#include "tools/command_parts.h"

#define TEXT_COLUMN 24

static void put_text_behind(FILE *out, int width, const char *text)
{
    fprintf(out, "%*s%s\n", width < TEXT_COLUMN ? TEXT_COLUMN - width : 1, "", text);
}

void mmf_print_help(FILE *out)
{
    fputs("usage: mmf COMMAND [OPTION…] [OPERAND…]\n"
          "Looks at mmapforge stores, and changes them.\n\n",
          out);
    for (size_t i = 0; i < mmf_command_count; i++) {
        fprintf(out, "  %-12s%s\n", mmf_commands[i]->name, mmf_commands[i]->summary);
    }
    fputs("\n  -h, --help     print this and exit; 'mmf help COMMAND': that of a command\n"
          "  -V, --version  print the version and exit\n"
          "\nExit status: 0 done, 1 mmf diff has found differences, 2 trouble, which is told\n"
          "on standard error. See mmf(1); mmf-fsck(8) checks stores and repairs them.\n",
          out);
}

static void put_option(FILE *out, const mmf_option *option)
{
    const char *argument = option->kind != MMF_ARGUMENT_NONE ? option->argument : "";
    char letter[] = {'-', option->letter, ',', ' ', '\0'};
    int width = fprintf(out, "  %-4s--%s%s%s", option->letter != '\0' ? letter : "", option->name,
                        argument[0] ? " " : "", argument);

    put_text_behind(out, width, option->text);
}

void mmf_print_help_of(FILE *out, const mmf_command *command)
{
    fprintf(out, "usage: mmf %s [OPTION…]%s%s\n", command->name, command->operands[0] ? " " : "",
            command->operands);
    fprintf(out, "%c%s.\n\n", toupper((unsigned char)command->summary[0]), command->summary + 1);
    for (size_t i = 0; i < command->option_count; i++) {
        put_option(out, &command->options[i]);
    }
    put_option(out,
               &(mmf_option){'h', "help", MMF_ARGUMENT_NONE, NULL, "print this and exit", NULL});
    fprintf(out, "\nSee mmf-%s(1).\n", command->name);
}
