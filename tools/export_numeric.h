/* numeric of PostgreSQL in binary: digits of base 10000. */
#ifndef MMF_TOOLS_EXPORT_NUMERIC_H
#define MMF_TOOLS_EXPORT_NUMERIC_H

#include <stdbool.h>
#include <stdint.h>

#define MMF_NUMERIC_MAX 28u /* bytes at most: 8, and 10 digits of 2 */

/* ±magnitude / 10^scale, without a length before it; returns the end. scale: 0 … 18. */
char *mmf_export_numeric(char *to, uint64_t magnitude, bool is_negative, uint32_t scale);

#endif
