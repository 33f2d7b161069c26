/* The setups that several files of rows share, so that neighbours need not make their own. */
#ifndef MMF_BENCH_SETUPS_H
#define MMF_BENCH_SETUPS_H

#include "bench/fixture.h"
#include "bench/index.h"

#define BENCH_ONE                                                                                  \
    {                                                                                              \
        BENCH_RECORDS, MMF_ONE_WRITER, BENCH_CACHED_RECORDS                                        \
    }
#define BENCH_MANY                                                                                 \
    {                                                                                              \
        BENCH_RECORDS, 0, BENCH_CACHED_RECORDS                                                     \
    }

/* Operations of a run, at most, of what takes a few nanoseconds. */
#define BENCH_MANY_OPERATIONS 10000000u

#define BENCH_ROWS_OF(rows)                                                                        \
    {                                                                                              \
        rows, sizeof rows / sizeof *rows                                                           \
    }

#endif
