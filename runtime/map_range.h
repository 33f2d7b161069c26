/* Ranges of whole pages, and what the kernel's answers about them mean. Internal. */
#ifndef MMF_RUNTIME_MAP_RANGE_H
#define MMF_RUNTIME_MAP_RANGE_H

#include "runtime/map.h"

typedef struct mmf_page_range {
    unsigned char *begin;
    uint64_t size; /* bytes */
} mmf_page_range;

/* Whole pages around the bytes, none of no bytes. False: there are no such bytes. */
bool mmf_pages_around(const void *address, uint64_t size, mmf_page_range *ret_range);

/* ENOMEM of madvise(2) and mincore(2) says that there is a hole in the range. */
mmf_status mmf_status_of_range(int failure);

/* Whether the advice is one that there is. */
bool mmf_is_advice(mmf_advice advice);

/* Sets errno, and returns the status. */
mmf_status mmf_map_failed(mmf_status status, int system_errno);

#endif
