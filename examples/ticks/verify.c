#include "examples/ticks/verify.h"

#include <inttypes.h>
#include <string.h>

#include "examples/ticks/average.h"

/* A line of the CSV: counted from 1, behind the header. */
#define LINE_OF(index) ((index) + 2)

static bool same_double(uint64_t index, const char *field, double found, double expected,
                        failure *failure)
{
    /* by the bits: -0.0 is not 0.0, and a NAN is itself */
    return memcmp(&found, &expected, sizeof found) == 0 ||
           failure_set(failure, "record %" PRIu64 " (line %" PRIu64 "), %s: found %.17g, not %.17g",
                       index, LINE_OF(index), field, found, expected);
}

static bool same_date(uint64_t index, int32_t found, int32_t expected, failure *failure)
{
    return found == expected || failure_set(failure,
                                            "record %" PRIu64 " (line %" PRIu64
                                            "), date: found day %" PRId32 ", not %" PRId32,
                                            index, LINE_OF(index), found, expected);
}

static bool same_volume(uint64_t index, uint64_t found, uint64_t expected, failure *failure)
{
    return found == expected || failure_set(failure,
                                            "record %" PRIu64 " (line %" PRIu64
                                            "), volume: found %" PRIu64 ", not %" PRIu64,
                                            index, LINE_OF(index), found, expected);
}

static bool same_bar(uint64_t index, const bar *found, const bar *expected, failure *failure)
{
    return same_date(index, found->date, expected->date, failure) &&
           same_double(index, "open", found->open, expected->open, failure) &&
           same_double(index, "high", found->high, expected->high, failure) &&
           same_double(index, "low", found->low, expected->low, failure) &&
           same_double(index, "close", found->close, expected->close, failure) &&
           same_double(index, "adjclose", found->adjclose, expected->adjclose, failure) &&
           same_volume(index, found->volume, expected->volume, failure);
}

static bool same_averages(const bars *bars, const double *averages, failure *failure)
{
    average average = {.count = 0};

    for (uint64_t i = 0; i < bars->count; i++) {
        double expected = average_add(&average, bars->rows[i].close);

        if (!same_double(i, "20-day average", averages[i], expected, failure)) {
            return false;
        }
    }
    return true;
}

static bool same_store(const bar_store *store, const bars *bars, failure *failure)
{
    uint64_t count = bar_store_len(store);

    if (count != bars->count) {
        return failure_set(failure, "found %" PRIu64 " records, not %" PRIu64, count, bars->count);
    }
    for (uint64_t i = 0; i < count; i++) {
        bar found;
        mmf_status status = bar_get(store, i, &found);

        if (status != MMF_OK) {
            return failure_set(failure, "record %" PRIu64 ": %s", i, mmf_status_text(status));
        }
        if (!same_bar(i, &found, &bars->rows[i], failure)) {
            return false;
        }
    }
    return true;
}

bool verify_store(const char *path, const bars *bars, const double *averages, failure *failure)
{
    mmf_error error = {0};
    mmf_options options = {.flags = MMF_READ_ONLY, .error = &error};
    bar_store *store;
    mmf_status status = bar_store_open(path, &options, &store);
    bool same;

    if (status != MMF_OK) {
        return failure_store(failure, "cannot open the store", status, &error);
    }
    same =
        same_store(store, bars, failure) && (!averages || same_averages(bars, averages, failure));
    status = bar_store_close(store);
    return same && (status == MMF_OK || failure_store(failure, "cannot close", status, NULL));
}
