/* The 20-day moving average of closing prices, from the days as they come. */
#ifndef MMF_EXAMPLES_TICKS_AVERAGE_H
#define MMF_EXAMPLES_TICKS_AVERAGE_H

#include <math.h>
#include <stdint.h>

#define AVERAGE_DAYS 20

typedef struct average {
    double closes[AVERAGE_DAYS]; /* a ring */
    uint64_t count;
} average;

/* Takes the next day's close; NAN until there are 20. Adds up anew each time, oldest first, so
 * that the result is the same to the bit however one comes by the days. */
static inline double average_add(average *average, double close)
{
    double sum = 0;

    average->closes[average->count++ % AVERAGE_DAYS] = close;
    if (average->count < AVERAGE_DAYS) {
        return NAN;
    }
    for (uint64_t i = 0; i < AVERAGE_DAYS; i++) {
        sum += average->closes[(average->count + i) % AVERAGE_DAYS];
    }
    return sum / AVERAGE_DAYS;
}

#endif
