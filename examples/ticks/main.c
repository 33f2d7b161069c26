/* A feed and a reader, two processes, one store: see options.c for what it does. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "examples/ticks/csv.h"
#include "examples/ticks/options.h"
#include "examples/ticks/place.h"
#include "examples/ticks/record_map.h"
#include "examples/ticks/verify.h"
#include "examples/ticks/watch.h"

#define TERMINAL_MS 2600 /* how long the feed takes for all rows */
#define NO_TERMINAL_MS 800
#define STALL_MS 10000

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

/* A signal must not leave the temporary directory behind, nor a closed pipe. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &action, NULL);
}

/* Starts the feed, and reads what it writes until it has ended. */
static bool replay(const char *path, const bars *bars, bool fast, double *averages,
                   failure *failure)
{
    screen screen = screen_on(stdout, bars->count);
    unsigned duration_ms = screen.in_place ? TERMINAL_MS : NO_TERMINAL_MS;
    feed feed;
    watch watch = {
        .path = path,
        .feed = &feed,
        .screen = &screen,
        .total = bars->count,
        .stall_ms = STALL_MS,
        .interrupted = &interrupted,
        .averages = averages,
    };
    bool ok;

    if (!feed_start(path, bars, fast ? 0 : duration_ms, &feed, failure)) {
        return false;
    }
    ok = watch_run(&watch, failure);
    feed_stop(&feed);
    return ok;
}

static bool print_sizes(const char *path, const bars *bars, failure *failure)
{
    struct stat status;

    if (stat(path, &status) < 0) {
        return failure_system(failure, path);
    }
    printf("The CSV:   %8zu bytes\n", bars->csv_size);
    printf("The store: %8jd bytes, %" PRIu64 " of them in %" PRIu64 " records\n\n",
           (intmax_t)status.st_size, bars->count * BAR_RECORD_SIZE, bars->count);
    return true;
}

static bool show_all(const char *path, const bars *bars, bool fast, failure *failure)
{
    double *averages = calloc(bars->count, sizeof *averages);
    bool ok;

    if (!averages) {
        return failure_system(failure, "averages");
    }
    ok = replay(path, bars, fast, averages, failure);
    if (ok) {
        printf("\n");
        record_map_print(stdout);
        printf("\n");
        ok = print_sizes(path, bars, failure) && verify_store(path, bars, averages, failure);
    }
    free(averages);
    return ok;
}

static bool run(const options *options, uint64_t *ret_count, failure *failure)
{
    bars bars;
    place place;
    bool ok;

    if (!csv_read(options->file, &bars, failure)) {
        return false;
    }
    *ret_count = bars.count;
    ok = options->keep[0] != '\0' ? place_keep(options->keep, &place, failure)
                                  : place_make(&place, failure);
    if (ok) {
        ok = show_all(place.path, &bars, options->fast, failure);
        ok = place_remove(&place, failure) && ok;
    }
    bars_free(&bars);
    return ok;
}

int main(int argc, char **argv)
{
    options options;
    failure failure = {.text = ""};
    uint64_t count = 0;

    if (!options_parse(argc, argv, &options)) {
        return 2;
    }
    if (options.help) {
        return fputs(options_help, stdout) == EOF || fflush(stdout) == EOF;
    }
    catch_signals();
    if (run(&options, &count, &failure) && !interrupted) {
        printf("All %" PRIu64 " records match the CSV, bit for bit.\n", count);
    }
    if (interrupted) {
        (void)failure_set(&failure, "interrupted");
    }
    if (fflush(stdout) == EOF || ferror(stdout)) {
        (void)failure_system(&failure, "standard output");
    }
    if (failure.text[0] != '\0') {
        fprintf(stderr, "ticks: %s\n", failure.text);
        return 1;
    }
    return 0;
}
