/* Results as a table for people, and as JSON for programs. */
#ifndef MMF_BENCH_REPORT_H
#define MMF_BENCH_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "bench/machine.h"
#include "bench/measure.h"

void bench_print_heading(const bench_machine *machine, bench_effort effort, const char *directory);
/* A heading above the first row of a group. */
void bench_print_group(const char *group);
void bench_print_result(const bench_row *row, const bench_result *result);
void bench_print_skipped(const bench_row *row, const char *reason);

/* One object: what it was measured on, and "rows" and "skipped", which the others add to. NULL and
 * false: out of memory. */
json_t *bench_json_new(const bench_machine *machine, bench_effort effort, const char *directory);
bool bench_json_result(json_t *json, const bench_row *row, const bench_result *result);
bool bench_json_skipped(json_t *json, const bench_row *row, const char *reason);

#endif
