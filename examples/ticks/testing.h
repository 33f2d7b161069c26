/* What the tests of this folder share. Each defines suite_name and suite_add(). */
#ifndef MMF_EXAMPLES_TICKS_TESTING_H
#define MMF_EXAMPLES_TICKS_TESTING_H

#include <check.h>
#include <string.h>

extern const char *const suite_name;
void suite_add(TCase *tcase);

#define ck_contains(text, part)                                                                    \
    ck_assert_msg(strstr(text, part) != NULL, "\"%s\" does not contain \"%s\"", text, part)

/* A path in $TEST_TMPDIR or /tmp that names nothing; good until the next call. */
const char *test_new_path(const char *name);

#endif
