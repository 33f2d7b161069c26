/* Text as input. */
#ifndef MMF_TESTS_TOOLS_IMPORT_TESTING_H
#define MMF_TESTS_TOOLS_IMPORT_TESTING_H

#include <check.h>
#include <stddef.h>
#include <stdint.h>

/* A descriptor that reads this text from its beginning; to be closed. */
int import_input(const char *text, size_t size);

/* A new empty directory below $TEST_TMPDIR becomes the working directory. */
void import_work(void);

/* The same numbers in each run. */
uint64_t import_random(uint64_t *state);

/* Runs the suite; what main() returns. */
int import_run(Suite *suite);

#endif
