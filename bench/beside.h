/* Somebody who is busy on the second processor while a way runs on the first: a thread of this
 * program, or a process of its own. */
#ifndef MMF_BENCH_BESIDE_H
#define MMF_BENCH_BESIDE_H

#include "bench/fixture.h"

/* Does some operations and returns; called again and again until it is enough. */
typedef void bench_busy(bench_fixture *fixture);

/* Returns when it has begun. */
void bench_beside_start_thread(bench_fixture *fixture, bench_busy *busy);
/* `open` runs in the child, before the first `busy`; may be NULL. */
void bench_beside_start_process(bench_fixture *fixture, bench_busy *open, bench_busy *busy);
/* Waits until it has ended. The finish of ways. */
void bench_beside_stop(bench_fixture *fixture, uint64_t operations);

#endif
