/* The reader never waits for ever: whatever becomes of the feed, it ends and says why. */
#include "examples/ticks/watch.h"

#include <stdlib.h>
#include <unistd.h>

#include "examples/ticks/testing.h"
#include "examples/ticks/verify.h"

const char *const suite_name = "watch";

#define SLOW_MS 600000

static bars prices;
static failure reason;
static feed the_feed;
static volatile sig_atomic_t interrupted;
static FILE *out;
static screen the_screen;
static watch the_watch;

static void setup(void)
{
    memset(&reason, 0, sizeof reason);
    interrupted = 0;
    ck_assert(csv_read("examples/ticks/sp500-2000.csv", &prices, &reason));
    out = tmpfile();
    ck_assert_ptr_nonnull(out);
    the_screen = screen_on(out, prices.count);
    the_watch = (watch){
        .path = test_new_path("watch.mmf"),
        .feed = &the_feed,
        .screen = &the_screen,
        .total = prices.count,
        .stall_ms = 10000,
        .interrupted = &interrupted,
        .averages = calloc(prices.count, sizeof(double)),
    };
    ck_assert_ptr_nonnull(the_watch.averages);
}

static void teardown(void)
{
    feed_stop(&the_feed);
    ck_assert_int_eq(the_feed.pid, 0);
    ck_assert_int_eq(unlink(the_watch.path), 0);
    free(the_watch.averages);
    (void)fclose(out);
    bars_free(&prices);
}

static void start(unsigned duration_ms)
{
    ck_assert_msg(feed_start(the_watch.path, &prices, duration_ms, &the_feed, &reason), "%s",
                  reason.text);
}

static void expect(const char *message)
{
    ck_assert_msg(!watch_run(&the_watch, &reason), "the reader noticed nothing");
    ck_contains(reason.text, message);
}

START_TEST(test_all_is_well)
{
    start(_i == 0 ? 0 : 100);
    ck_assert_msg(watch_run(&the_watch, &reason), "%s", reason.text);
    ck_assert_uint_eq(the_watch.count, prices.count);
    ck_assert_int_eq(the_feed.pid, 0);
    ck_assert(verify_store(the_watch.path, &prices, the_watch.averages, &reason));
}
END_TEST

START_TEST(test_killed)
{
    start(SLOW_MS);
    ck_assert_int_eq(kill(the_feed.pid, SIGKILL), 0);
    expect("the feed was killed: Killed");
}
END_TEST

START_TEST(test_stopped)
{
    start(SLOW_MS);
    ck_assert_int_eq(kill(the_feed.pid, SIGSTOP), 0);
    the_watch.stall_ms = 100;
    expect("the feed has appended nothing for 100 ms, after ");
}
END_TEST

START_TEST(test_interrupted)
{
    start(SLOW_MS);
    interrupted = 1;
    expect("interrupted");
}
END_TEST

/* Another one writes: the feed cannot, and its exit status says so. */
START_TEST(test_feed_fails)
{
    bar_store *other;
    mmf_options options = {.flags = MMF_ONE_WRITER};

    start(0);
    while (feed_is_running(&the_feed)) {
        (void)usleep(1000);
    }
    ck_assert_int_eq(bar_store_open(the_watch.path, &options, &other), MMF_OK);
    memset(&reason, 0, sizeof reason);
    ck_assert(!feed_start(the_watch.path, &prices, 0, &the_feed, &reason)); /* it exists */
    ck_contains(reason.text, "cannot create the store");
    ck_assert_int_eq(bar_store_close(other), MMF_OK);

    memset(&reason, 0, sizeof reason);
    the_feed.wait_status = 1 << 8; /* as exit(1) */
    expect("the feed failed, exit status 1");
}
END_TEST

START_TEST(test_other_counts)
{
    start(0);
    the_watch.total = prices.count - (_i == 0 ? 1 : 0);
    prices.count -= _i == 1 ? 1 : 0;
    if (_i == 0) {
        expect("there are more than 5104 records");
        return;
    }
    feed_stop(&the_feed);
    ck_assert_int_eq(unlink(the_watch.path), 0);
    start(0);
    expect("the feed ended after 5104 of 5105 records");
}
END_TEST

/* Not on a terminal: a header, a line every 500 records, and the last one; no escapes. */
START_TEST(test_lines)
{
    char text[4096];
    size_t size, lines = 0;

    start(0);
    ck_assert(watch_run(&the_watch, &reason));
    rewind(out);
    size = fread(text, 1, sizeof text - 1, out);
    text[size] = '\0';
    for (const char *at = text; (at = strchr(at, '\n')); at++) {
        lines++;
    }
    ck_assert_uint_eq(lines, 12);
    ck_assert_ptr_null(strchr(text, '\033'));
    ck_contains(text, "\n    500  2001-12-31    1161.02    1148.08         1144.93  ");
    ck_contains(text, "\n   5105  2020-04-17    2842.43    2874.56         2613.10  ");
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, test_all_is_well, 0, 2);
    tcase_add_test(tcase, test_killed);
    tcase_add_test(tcase, test_stopped);
    tcase_add_test(tcase, test_interrupted);
    tcase_add_test(tcase, test_feed_fails);
    tcase_add_loop_test(tcase, test_other_counts, 0, 2);
    tcase_add_test(tcase, test_lines);
}
