#include "examples/ticks/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *test_new_path(const char *name)
{
    static char path[4096];
    const char *directory = getenv("TEST_TMPDIR");

    (void)snprintf(path, sizeof path, "%s/ticks-%ld-%s", directory ? directory : "/tmp",
                   (long)getpid(), name);
    (void)unlink(path);
    return path;
}

int main(void)
{
    Suite *suite = suite_create(suite_name);
    TCase *tcase = tcase_create(suite_name);
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(tcase, 20);
    suite_add(tcase);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
