/* Prints what is added to a file, as tail -F does: also when the file is cut, replaced by another
 * one of its name, or not there yet. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "examples/tail/follow.h"

static const char usage[] = "usage: tail [--from-beginning] [--stop-after LINES] FILE\n";

typedef struct command {
    bool from_beginning;
    uint64_t stop_after; /* 0: never */
    const char *path;
} command;

static bool parse(int count, char **arguments, command *ret_command)
{
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--from-beginning") == 0) {
            ret_command->from_beginning = true;
        } else if (strcmp(arguments[i], "--stop-after") == 0 && i + 1 < count) {
            ret_command->stop_after = strtoull(arguments[++i], NULL, 10);
        } else if (arguments[i][0] != '-' && !ret_command->path) {
            ret_command->path = arguments[i];
        } else {
            return false;
        }
    }
    return ret_command->path != NULL;
}

static void say(const tail_news *news)
{
    if (news->was_cut) {
        (void)fputs("tail: the file was cut\n", stderr);
    }
    if (news->was_replaced) {
        (void)fputs("tail: a new file of that name\n", stderr);
    }
}

/* Prints until there is nothing new. False: standard output is closed. */
static bool print_new(tail *t, uint64_t *lines)
{
    char buffer[8192];
    tail_news news;
    size_t size;

    while ((size = tail_read(t, buffer, sizeof buffer, &news)) > 0) {
        say(&news);
        for (size_t i = 0; i < size; i++) {
            *lines += buffer[i] == '\n';
        }
        if (fwrite(buffer, 1, size, stdout) != size) {
            return false;
        }
    }
    say(&news);
    return fflush(stdout) == 0;
}

int main(int count, char **arguments)
{
    const struct timespec moment = {0, 20000000};
    command command = {0};
    uint64_t lines = 0;
    tail tail;
    bool goes_on = true;

    if (!parse(count, arguments, &command)) {
        (void)fputs(usage, stderr);
        return 2;
    }
    tail_begin(&tail, command.path, command.from_beginning);
    while (goes_on) {
        goes_on =
            print_new(&tail, &lines) && (command.stop_after == 0 || lines < command.stop_after);
        if (goes_on) {
            (void)nanosleep(&moment, NULL);
        }
    }
    tail_end(&tail);
    return 0;
}
