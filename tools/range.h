/* A:B, records from A to B, which itself is not meant; of negative numbers the end is 0. */
#ifndef MMF_TOOLS_RANGE_H
#define MMF_TOOLS_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/status.h"

typedef struct mmf_range {
    uint64_t first, end; /* or how many before the end */
    bool first_is_from_end, end_is_from_end;
    bool has_end; /* else: all that there are */
} mmf_range;

/* "10:20", ":20", "10:", "-10:", ":-1", or "7", the record 7 alone ("-1" the last one).
 * MMF_OK; MMF_E_INVALID. */
MMF_NODISCARD mmf_status mmf_range_read(const char *text, mmf_range *ret_range, mmf_error *error);

/* The same of `count` records: *ret_first is at most *ret_end, which is at most count; but without
 * an end of its own *ret_first may lie beyond it, for records to come. */
void mmf_range_resolve(const mmf_range *range, uint64_t count, uint64_t *ret_first,
                       uint64_t *ret_end);

#endif
