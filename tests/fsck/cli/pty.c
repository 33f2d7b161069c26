/* Runs a program on a pseudo terminal and answers its questions.
 *
 *   pty DESCRIPTORS ANSWERS PROGRAM [ARGUMENT…]
 *
 * DESCRIPTORS are those of 0, 1 and 2 that are the terminal, such as 012; the others stay what they
 * are. Each character of ANSWERS is given when a prompt stands there, "[y/n/a/q] ": a letter as a
 * line of its own, . an empty line, + a line of several words, ^ the end of the input (Ctrl-D),
 * ! the interrupt (Ctrl-C). What the terminal was shown goes to stdout, without carriage returns
 * at the ends of lines. The exit status is the program's, or 128 and its signal. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROMPT "[y/n/a/q] "
#define PATIENCE_MS 60000

static void die(const char *what)
{
    perror(what);
    exit(99);
}

static void run_child(const char *name, const char *descriptors, char **program)
{
    int fd;

    (void)setsid();
    fd = open(name, O_RDWR); /* becomes the terminal that Ctrl-C is for */
    if (fd < 0) {
        die(name);
    }
    for (; *descriptors; descriptors++) {
        (void)dup2(fd, *descriptors - '0');
    }
    (void)close(fd);
    (void)signal(SIGINT, SIG_DFL);
    execv(program[0], program);
    die(program[0]);
}

static void answer(int terminal, char letter)
{
    static const char several[] = "yes please\n";
    const char line[] = {letter, '\n'};

    switch (letter) {
    case '.':
        (void)!write(terminal, "\n", 1);
        break;
    case '+':
        (void)!write(terminal, several, strlen(several));
        break;
    case '^':
        (void)!write(terminal, "\004", 1);
        break;
    case '!':
        (void)!write(terminal, "\003", 1);
        break;
    default:
        (void)!write(terminal, line, sizeof line);
    }
}

/* Goes on until the program has closed the terminal. */
static void talk(int terminal, const char *answers)
{
    struct pollfd waiting = {.fd = terminal, .events = POLLIN};
    size_t matched = 0;
    char before = '\0';
    char byte;

    while (poll(&waiting, 1, PATIENCE_MS) > 0 && read(terminal, &byte, 1) == 1) {
        if (before == '\r' && byte != '\n') {
            (void)putchar(before);
        }
        if (byte != '\r') {
            (void)putchar(byte);
        }
        before = byte;
        matched = byte == PROMPT[matched] ? matched + 1 : byte == PROMPT[0];
        if (PROMPT[matched] == '\0') {
            matched = 0;
            if (*answers) {
                answer(terminal, *answers++);
            }
        }
    }
}

int main(int argc, char **argv)
{
    struct winsize size = {.ws_row = 24, .ws_col = 100};
    int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    int status;
    pid_t child;

    if (argc < 4 || terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) {
        die("pty");
    }
    (void)ioctl(terminal, TIOCSWINSZ, &size);
    child = fork();
    if (child == 0) {
        run_child(ptsname(terminal), argv[1], argv + 3);
    }
    talk(terminal, argv[2]);
    if (waitpid(child, &status, 0) != child) {
        die("waitpid");
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
