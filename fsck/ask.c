#include "fsck/ask.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define END_OF_INPUT (-1)
#define UNKNOWN 0

void fsck_ask_begin(fsck_ask *ask)
{
    memset(ask->is_all, 0, sizeof ask->is_all);
    ask->asked_count = 0;
}

void fsck_ask_free(fsck_ask *ask)
{
    free(ask->asked);
    ask->asked = NULL;
}

bool fsck_ask_is_open(const fsck_ask *ask, mmf_problem problem, bool *ret_answer)
{
    *ret_answer = ask->is_all[problem] && !ask->has_quit;
    return !ask->has_quit && !ask->has_ended && !ask->is_all[problem];
}

/* --- What was shown -------------------------------------------------------------------------- */

/* Without memory the finding is shown a second time, with its outcome. */
static void remember(fsck_ask *ask, const mmf_finding *finding)
{
    if (ask->asked_count == ask->asked_capacity) {
        size_t capacity = ask->asked_capacity ? 2 * ask->asked_capacity : 16;
        fsck_asked *asked = realloc(ask->asked, capacity * sizeof *asked);

        if (!asked) {
            return;
        }
        ask->asked = asked;
        ask->asked_capacity = capacity;
    }
    ask->asked[ask->asked_count++] =
        (fsck_asked){finding->problem, finding->offset, finding->record};
}

bool fsck_ask_was_asked(fsck_ask *ask, const mmf_finding *finding)
{
    for (size_t i = 0; i < ask->asked_count; i++) {
        fsck_asked *asked = &ask->asked[i];

        if (asked->problem == finding->problem && asked->offset == finding->offset &&
            asked->record == finding->record) {
            memmove(asked, asked + 1, (ask->asked_count - i - 1) * sizeof *asked);
            ask->asked_count--;
            return true;
        }
    }
    return false;
}

/* --- Answers --------------------------------------------------------------------------------- */

/* One byte of the terminal; END_OF_INPUT also when it is gone, and has_quit when a signal came. */
static int read_byte(fsck_ask *ask)
{
    struct pollfd fds[] = {{.fd = ask->input, .events = POLLIN},
                           {.fd = ask->cancel, .events = POLLIN}};
    unsigned char byte;
    ssize_t n;

    for (;;) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR) {
            return END_OF_INPUT;
        }
        if (fds[1].revents != 0) {
            ask->has_quit = true;
            return END_OF_INPUT;
        }
        if (fds[0].revents != 0) {
            n = read(ask->input, &byte, 1);
            if (n >= 0 || errno != EINTR) {
                return n == 1 ? byte : END_OF_INPUT;
            }
        }
    }
}

/* The letter of a line that has no other; UNKNOWN, or END_OF_INPUT. */
static int read_answer(fsck_ask *ask)
{
    int answer = UNKNOWN;
    bool has_more = false;
    int byte = read_byte(ask);

    for (; byte != '\n' && byte != END_OF_INPUT; byte = read_byte(ask)) {
        has_more = has_more || (answer != UNKNOWN && byte != ' ' && byte != '\t');
        if (answer == UNKNOWN && byte != ' ' && byte != '\t') {
            answer = byte;
        }
    }
    if (byte == END_OF_INPUT) {
        return END_OF_INPUT;
    }
    return has_more ? UNKNOWN : answer;
}

static void prompt(const fsck_ask *ask, const char *action)
{
    fprintf(ask->out, "  %s? [y/n/a/q] ", action);
    (void)fflush(ask->out);
}

bool fsck_ask_question(fsck_ask *ask, const mmf_finding *finding)
{
    remember(ask, finding);
    prompt(ask, finding->info->action);
    for (;;) {
        switch (read_answer(ask)) {
        case 'y':
        case 'Y':
            return true;
        case 'n':
        case 'N':
            return false;
        case 'a':
        case 'A':
            ask->is_all[finding->problem] = true;
            return true;
        case 'q':
        case 'Q':
            ask->has_quit = true;
            return false;
        case END_OF_INPUT:
            ask->has_ended = true;
            fputc('\n', ask->out);
            return false;
        default:
            fputs("  y: yes; n: no; a: yes to all of this kind; q: quit\n", ask->out);
            prompt(ask, finding->info->action);
        }
    }
}
