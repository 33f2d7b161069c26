/* Rows of files: one that is in the page cache, as ours, as a plain mapping and by its descriptor.
 */
#ifndef MMF_BENCH_BYTES_H
#define MMF_BENCH_BYTES_H

#include "bench/fixture.h"

/* begin() and end() of rows with a file that is in the page cache and in the page tables, ours and
 * plain. */
void bench_open_warm(bench_fixture *fixture);
void bench_close(bench_fixture *fixture);

/* A piece of private memory, and pages of it touched. */
void bench_need_buffer(bench_fixture *fixture);
void bench_free_buffer(bench_fixture *fixture);

/* What the buffer, and what the beginning of the file, has. */
uint64_t bench_buffer_digest(bench_fixture *fixture);
uint64_t bench_bytes_digest(bench_fixture *fixture);

/* The offset of the next piece after this one. */
static inline uint64_t bench_next(const bench_fixture *fixture, uint64_t offset)
{
    uint64_t next = offset + fixture->piece;

    return next + fixture->piece <= fixture->size ? next : 0;
}

#endif
