/* Kernels that this machine does not have: in a child, a system call is answered as an older one,
 * or a container, would do it. */
#ifndef MMF_TESTS_MAP_FILTER_H
#define MMF_TESTS_MAP_FILTER_H

#include <stdint.h>

#define FILTER_ANY UINT32_MAX

/* From now on in this process: system call `number` fails with the errno value; of madvise(2), say,
 * only with that third argument. */
void filter_fail(long number, uint32_t third_argument, int failure);

#endif
