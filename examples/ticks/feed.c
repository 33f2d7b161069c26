#include "examples/ticks/feed.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "examples/ticks/clock.h"

#define PAUSE_MS 2

/* How many rows are due by now. */
static uint64_t rows_due(const bars *bars, uint64_t elapsed_ns, unsigned duration_ms)
{
    uint64_t duration_ns = duration_ms * CLOCK_NS_PER_MS;

    if (elapsed_ns >= duration_ns) {
        return bars->count;
    }
    return (uint64_t)((double)bars->count * ((double)elapsed_ns / (double)duration_ns));
}

static mmf_status append_all(bar_store *store, const bars *bars, unsigned duration_ms)
{
    uint64_t start_ns = clock_now_ns();
    uint64_t next = 0;

    while (next < bars->count) {
        uint64_t due = rows_due(bars, clock_now_ns() - start_ns, duration_ms);

        for (; next < due; next++) {
            mmf_status status = bar_append(store, &bars->rows[next], NULL);

            if (status != MMF_OK) {
                return status;
            }
        }
        if (next < bars->count) {
            clock_sleep_ms(PAUSE_MS);
        }
    }
    return MMF_OK;
}

/* The process: 0 or 1, as its exit status. */
static int feed_main(const char *path, const bars *bars, unsigned duration_ms)
{
    mmf_error error = {0};
    mmf_options options = {.flags = MMF_ONE_WRITER, .error = &error};
    bar_store *store;
    mmf_status status = bar_store_open(path, &options, &store);
    mmf_status closed;

    if (status != MMF_OK) {
        fprintf(stderr, "feed: %s\n", error.text);
        return 1;
    }
    status = append_all(store, bars, duration_ms);
    closed = bar_store_close(store);
    status = status != MMF_OK ? status : closed;
    if (status != MMF_OK) {
        fprintf(stderr, "feed: %s: %s\n", path, mmf_status_text(status));
    }
    return status == MMF_OK ? 0 : 1;
}

static bool create_store(const char *path, failure *failure)
{
    mmf_error error = {0};
    mmf_options options = {.error = &error};
    bar_store *store;
    mmf_status status = bar_store_create(path, &options, &store);

    if (status == MMF_OK) {
        status = bar_store_close(store);
    }
    return status == MMF_OK || failure_store(failure, "cannot create the store", status, &error);
}

bool feed_start(const char *path, const bars *bars, unsigned duration_ms, feed *ret_feed,
                failure *failure)
{
    pid_t pid;

    if (!create_store(path, failure)) {
        return false;
    }
    (void)fflush(NULL); /* what is buffered is to be written once */
    pid = fork();
    if (pid < 0) {
        return failure_system(failure, "fork");
    }
    if (pid == 0) {
        (void)signal(SIGINT, SIG_DFL);
        (void)signal(SIGTERM, SIG_DFL);
        _exit(feed_main(path, bars, duration_ms));
    }
    ret_feed->pid = pid;
    ret_feed->wait_status = 0;
    return true;
}

/* False: it runs on. */
static bool reap(feed *feed, int flags)
{
    pid_t pid;

    do {
        pid = waitpid(feed->pid, &feed->wait_status, flags);
    } while (pid < 0 && errno == EINTR);
    if (pid == 0) {
        return false;
    }
    feed->pid = 0;
    return true;
}

bool feed_is_running(feed *feed)
{
    return feed->pid != 0 && !reap(feed, WNOHANG);
}

bool feed_succeeded(const feed *feed, failure *failure)
{
    if (WIFSIGNALED(feed->wait_status)) {
        return failure_set(failure, "the feed was killed: %s",
                           strsignal(WTERMSIG(feed->wait_status)));
    }
    return WEXITSTATUS(feed->wait_status) == 0 ||
           failure_set(failure, "the feed failed, exit status %d", WEXITSTATUS(feed->wait_status));
}

void feed_stop(feed *feed)
{
    if (feed_is_running(feed)) {
        (void)kill(feed->pid, SIGKILL);
        (void)reap(feed, 0);
    }
}
