#include "fsck/cancel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

/* A handler is given nothing, so what it needs has to be found by name. */
static atomic_bool cancelled;
static int wake[2] = {-1, -1};

static const int signals[] = {SIGINT, SIGTERM};

#define SIGNAL_COUNT (sizeof signals / sizeof signals[0])

static void note(int signal_number)
{
    int saved = errno;
    ssize_t written;

    (void)signal_number;
    atomic_store(&cancelled, true);
    written = write(wake[1], "", 1);
    (void)written;
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        (void)signal(signals[i], SIG_DFL);
    }
    errno = saved;
}

bool fsck_cancel_install(void)
{
    /* SA_RESTART: a write that waits goes on; who waits for an answer watches the descriptor */
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    struct sigaction old;

    if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) {
        return false;
    }
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        if (sigaction(signals[i], NULL, &old) != 0) {
            return false;
        }
        if (old.sa_handler != SIG_IGN && sigaction(signals[i], &action, NULL) != 0) {
            return false;
        }
    }
    return true;
}

bool fsck_is_cancelled(void)
{
    return atomic_load(&cancelled);
}

int fsck_cancel_fd(void)
{
    return wake[0];
}
