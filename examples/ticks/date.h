/* Dates of the Gregorian calendar as days since 1970-01-01. */
#ifndef MMF_EXAMPLES_TICKS_DATE_H
#define MMF_EXAMPLES_TICKS_DATE_H

#include <stdbool.h>
#include <stdint.h>

#define DATE_TEXT_LENGTH 10 /* of YYYY-MM-DD */

/* Reads exactly YYYY-MM-DD, years 0001 … 9999; false when that is no date. */
bool date_parse(const char text[DATE_TEXT_LENGTH], int32_t *ret_days);

/* Writes YYYY-MM-DD and a NUL; days must be such as date_parse() gives. */
void date_format(int32_t days, char ret_text[DATE_TEXT_LENGTH + 1]);

#endif
