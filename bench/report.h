/* Results as a table for people, and as JSON. */
#ifndef MMF_BENCH_REPORT_H
#define MMF_BENCH_REPORT_H

#include <stdio.h>

#include "bench/machine.h"
#include "bench/measure.h"

void bench_print_heading(const bench_machine *machine, bench_effort effort, const char *directory);
void bench_print_result(const bench_row *row, const bench_result *result);

/* One JSON object: machine, then an array of results. Between begin and end, one call a result. */
void bench_json_begin(FILE *file, const bench_machine *machine, bench_effort effort);
void bench_json_result(FILE *file, const bench_row *row, const bench_result *result, bool is_first);
void bench_json_end(FILE *file);

#endif
