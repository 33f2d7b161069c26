/* Times of the Gregorian calendar, extended to all years, and seconds since 1970. */
#ifndef MMF_TOOLS_VALUE_TIME_H
#define MMF_TOOLS_VALUE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 2026-11-21T12:43:09.123Z, `digits` of fraction (0 … 9). NULL, nothing written: another year than
 * -9999 … 9999. At most 31 bytes. */
char *mmf_time_write(char *to, int64_t seconds, uint64_t fraction, uint32_t digits);

typedef enum mmf_time_outcome {
    MMF_TIME_OK,
    MMF_TIME_NONE,    /* no time */
    MMF_TIME_NO_ZONE, /* it ends without Z or an offset */
    MMF_TIME_FINE,    /* more digits than that, and not only zeros */
} mmf_time_outcome;

/* Such a text; *ret_fraction in units of 10^-digits seconds. */
mmf_time_outcome mmf_time_read(const char *text, size_t size, uint32_t digits, int64_t *ret_seconds,
                               uint64_t *ret_fraction);

#endif
