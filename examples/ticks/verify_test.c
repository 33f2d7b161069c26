/* Verification finds a store, or an average, that differs from the CSV, and says where. */
#include "examples/ticks/verify.h"

#include <stdlib.h>
#include <unistd.h>

#include "examples/ticks/average.h"
#include "examples/ticks/testing.h"

const char *const suite_name = "verify";

static bars prices;
static double *averages;
static const char *path;
static bar_store *store;
static failure reason;

/* A store of all rows, open for writing. */
static void setup(void)
{
    average average = {.count = 0};

    memset(&reason, 0, sizeof reason);
    ck_assert(csv_read("examples/ticks/sp500-2000.csv", &prices, &reason));
    averages = calloc(prices.count, sizeof *averages);
    ck_assert_ptr_nonnull(averages);
    for (uint64_t i = 0; i < prices.count; i++) {
        averages[i] = average_add(&average, prices.rows[i].close);
    }
    path = test_new_path("verify.mmf");
    ck_assert_int_eq(bar_store_create(path, NULL, &store), MMF_OK);
    ck_assert_int_eq(bar_append_n(store, prices.rows, prices.count, NULL), MMF_OK);
}

static void teardown(void)
{
    ck_assert_int_eq(bar_store_close(store), MMF_OK);
    ck_assert_int_eq(unlink(path), 0);
    free(averages);
    bars_free(&prices);
}

static void expect(const char *message)
{
    ck_assert_msg(!verify_store(path, &prices, averages, &reason), "no difference was found");
    ck_contains(reason.text, message);
}

START_TEST(test_same)
{
    ck_assert_msg(verify_store(path, &prices, averages, &reason), "%s", reason.text);
    ck_assert_msg(verify_store(path, &prices, NULL, &reason), "%s", reason.text);
    ck_assert_str_eq(reason.text, "");
}
END_TEST

/* One record, one field, the smallest difference there is. */
START_TEST(test_each_field)
{
    static const char *const messages[] = {
        "record 4321 (line 4323), date: ",   "record 4321 (line 4323), open: ",
        "record 4321 (line 4323), high: ",   "record 4321 (line 4323), low: ",
        "record 4321 (line 4323), close: ",  "record 4321 (line 4323), adjclose: ",
        "record 4321 (line 4323), volume: ",
    };
    bar record = prices.rows[4321];
    double *const doubles[] = {NULL,        &record.open,  &record.high,
                               &record.low, &record.close, &record.adjclose};

    if (_i == 0) {
        record.date ^= 1;
    } else if (_i == 6) {
        record.volume ^= 1;
    } else {
        uint64_t word;

        memcpy(&word, doubles[_i], sizeof word);
        word ^= 1;
        memcpy(doubles[_i], &word, sizeof word);
    }
    ck_assert_int_eq(bar_set(store, 4321, &record), MMF_OK);
    expect(messages[_i]);
}
END_TEST

START_TEST(test_first_and_last)
{
    ck_assert_int_eq(bar_set_volume(store, 5104, 7), MMF_OK);
    expect("record 5104 (line 5106), volume: found 7, not 5792140000");
    memset(&reason, 0, sizeof reason);
    ck_assert_int_eq(bar_set_close(store, 0, -0.5), MMF_OK);
    expect("record 0 (line 2), close: found -0.5, not 1455.21997");
}
END_TEST

START_TEST(test_count)
{
    ck_assert_int_eq(bar_append(store, &prices.rows[0], NULL), MMF_OK);
    expect("found 5106 records, not 5105");
}
END_TEST

START_TEST(test_average)
{
    averages[19] += 0.001;
    expect("record 19 (line 21), 20-day average: ");
    memset(&reason, 0, sizeof reason);
    averages[3] = 1;
    expect("record 3 (line 5), 20-day average: found 1, not nan");
}
END_TEST

START_TEST(test_no_store)
{
    ck_assert(!verify_store("no/such/store", &prices, averages, &reason));
    ck_contains(reason.text, "cannot open the store");
}
END_TEST

/* The mean of the last 20, by hand. */
START_TEST(test_average_values)
{
    average average = {.count = 0};

    for (int i = 1; i < 20; i++) {
        ck_assert(isnan(average_add(&average, i)));
    }
    ck_assert(average_add(&average, 20) == 10.5);
    ck_assert(average_add(&average, 21) == 11.5);
    ck_assert(average_add(&average, 42) == 13.5);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_same);
    tcase_add_loop_test(tcase, test_each_field, 0, 7);
    tcase_add_test(tcase, test_first_and_last);
    tcase_add_test(tcase, test_count);
    tcase_add_test(tcase, test_average);
    tcase_add_test(tcase, test_no_store);
    tcase_add_test(tcase, test_average_values);
}
