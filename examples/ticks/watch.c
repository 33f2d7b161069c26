#include "examples/ticks/watch.h"

#include <inttypes.h>

#include "examples/ticks/average.h"
#include "examples/ticks/clock.h"

#define PAUSE_MS 1

typedef struct follower {
    bar_iterator iterator;
    average average;
    uint64_t start_ns;
    uint64_t progress_ns; /* when a record came last */
} follower;

/* Reads what has been appended since the last time. */
static bool read_new(watch *watch, follower *follower, failure *failure)
{
    screen_row row;

    while (bar_next(&follower->iterator, &row.record)) {
        if (watch->count == watch->total) {
            return failure_set(failure, "there are more than %" PRIu64 " records", watch->total);
        }
        follower->progress_ns = clock_now_ns();
        row.index = follower->iterator.index;
        row.average = average_add(&follower->average, row.record.close);
        row.per_second = (double)(row.index + 1) * 1e9 /
                         (double)(follower->progress_ns - follower->start_ns + 1);
        watch->averages[watch->count++] = row.average;
        screen_add(watch->screen, &row);
    }
    return follower->iterator.status == MMF_OK ||
           failure_store(failure, "cannot read the store", follower->iterator.status, NULL);
}

/* What ends it early, as long as the feed runs. */
static bool may_go_on(const watch *watch, const follower *follower, failure *failure)
{
    if (*watch->interrupted) {
        return failure_set(failure, "interrupted");
    }
    if (clock_now_ns() - follower->progress_ns > watch->stall_ms * CLOCK_NS_PER_MS) {
        return failure_set(failure,
                           "the feed has appended nothing for %u ms, after %" PRIu64 " of %" PRIu64
                           " records",
                           watch->stall_ms, watch->count, watch->total);
    }
    return true;
}

static bool follow(watch *watch, const bar_store *store, failure *failure)
{
    follower follower = {.iterator = bar_iterate(store, 0), .start_ns = clock_now_ns()};
    bool running;

    follower.progress_ns = follower.start_ns;
    do {
        running = feed_is_running(watch->feed); /* asked first: all it wrote is there by then */
        if (!read_new(watch, &follower, failure)) {
            return false;
        }
        if (running && !may_go_on(watch, &follower, failure)) {
            return false;
        }
        if (running) {
            clock_sleep_ms(PAUSE_MS);
        }
    } while (running);

    if (!feed_succeeded(watch->feed, failure)) {
        return false;
    }
    return watch->count == watch->total ||
           failure_set(failure, "the feed ended after %" PRIu64 " of %" PRIu64 " records",
                       watch->count, watch->total);
}

bool watch_run(watch *watch, failure *failure)
{
    mmf_error error = {0};
    mmf_options options = {.flags = MMF_READ_ONLY, .error = &error};
    bar_store *store;
    mmf_status status = bar_store_open(watch->path, &options, &store);
    bool ok;

    if (status != MMF_OK) {
        return failure_store(failure, "cannot open the store", status, &error);
    }
    screen_begin(watch->screen);
    watch->count = 0;
    ok = follow(watch, store, failure);
    status = bar_store_close(store);
    return ok && (status == MMF_OK || failure_store(failure, "cannot close", status, NULL));
}
