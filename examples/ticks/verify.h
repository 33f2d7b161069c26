/* Compares a store with the CSV it was made from: every bit of every field. */
#ifndef MMF_EXAMPLES_TICKS_VERIFY_H
#define MMF_EXAMPLES_TICKS_VERIFY_H

#include "examples/ticks/csv.h"
#include "examples/ticks/failure.h"

/* Opens the store at path for reading. averages are those that the reader has computed, one of
 * each row, and are compared with the CSV's; NULL: there are none.
 * False for the first difference, with record and field, or when the store cannot be read. */
bool verify_store(const char *path, const bars *bars, const double *averages, failure *failure);

#endif
