/* pread(2) and pwrite(2) of the store's own file: the same bytes by system calls. */
#ifndef MMF_BENCH_FILE_WAYS_H
#define MMF_BENCH_FILE_WAYS_H

#include "bench/fixture.h"

bench_step bench_pread_field;
bench_step bench_pread_record;
bench_step bench_pread_random;
bench_step bench_pwrite_field;
bench_step bench_pwrite_record;
bench_step bench_pwrite_random;

#endif
