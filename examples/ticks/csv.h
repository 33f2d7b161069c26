/* Daily prices from a CSV file, read strictly: what is not exactly as expected is an error.
 *
 * The first line is "date,open,high,low,close,adjclose,volume"; dates ascend; prices are decimal
 * numbers without sign or exponent; lines end with LF or CR LF, the last one may end without. */
#ifndef MMF_EXAMPLES_TICKS_CSV_H
#define MMF_EXAMPLES_TICKS_CSV_H

#include <stddef.h>

#include "examples/ticks/bar.mmf.h"
#include "examples/ticks/failure.h"

typedef struct bars {
    bar *rows; /* owned: bars_free() */
    uint64_t count;
    size_t csv_size; /* of the text they came from, bytes */
} bars;

/* Parses a text; name is that of its file, for "name:line:column: what is wrong". */
bool csv_parse(const char *name, const char *text, size_t size, bars *ret_bars, failure *failure);

bool csv_read(const char *path, bars *ret_bars, failure *failure);

void bars_free(bars *bars);

#endif
