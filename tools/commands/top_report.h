/* Samples as text and as JSON, and a record as text. */
#ifndef MMF_TOOLS_COMMANDS_TOP_REPORT_H
#define MMF_TOOLS_COMMANDS_TOP_REPORT_H

#include "tools/output.h"
#include "tools/sampler.h"

#define MMF_TOP_HOTTEST 10u /* that are shown */

/* Of the hottest records, which are always those with most writes in the interval. */
typedef enum mmf_top_order {
    MMF_TOP_BY_RATE,
    MMF_TOP_BY_COUNTER,
    MMF_TOP_BY_INDEX,
} mmf_top_order;

#define MMF_TOP_ORDERS 3

const char *mmf_top_order_name(mmf_top_order order);

/* A block of lines, the path first. */
void mmf_top_text(mmf_output *output, const mmf_sample *sample, mmf_top_order order);

/* One member of "stores": an object. */
void mmf_top_json(mmf_output *output, const mmf_sample *sample);

/* 2026-11-21T12:43:09.123Z */
void mmf_top_time(mmf_output *output, int64_t time_ns);

/* A line a field of the record as it is now, or why it cannot be had. */
void mmf_top_record(mmf_output *output, const mmf_table *table, uint64_t index);

#endif
