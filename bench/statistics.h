/* Medians and quartiles. */
#ifndef MMF_BENCH_STATISTICS_H
#define MMF_BENCH_STATISTICS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bench_spread {
    double low; /* quartile */
    double median;
    double high; /* quartile */
} bench_spread;

/* Of count numbers, at least one, which are sorted. */
bench_spread bench_spread_of(double *values, size_t count);

#ifdef __cplusplus
}
#endif
#endif
