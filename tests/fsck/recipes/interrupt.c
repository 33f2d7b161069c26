/* interrupt STORE UNDO: repairs everything, and is killed when the first of it is done. */
#include <signal.h>
#include <stdio.h>

#include "fsck/check.h"

static bool yes(void *context, const mmf_finding *finding)
{
    (void)context;
    (void)finding;
    return true;
}

static void die_after_first(void *context, const mmf_finding *finding)
{
    (void)context;
    if (finding->outcome == MMF_CHECK_REPAIRED) {
        (void)raise(SIGKILL);
    }
}

int main(int argc, char **argv)
{
    mmf_error error = {0};
    mmf_check_options options = {
        .flags = MMF_CHECK_REPAIR | MMF_CHECK_FULL,
        .decide = yes,
        .report = die_after_first,
        .error = &error,
    };
    mmf_check_result result;

    if (argc != 3) {
        fprintf(stderr, "usage: interrupt STORE UNDO\n");
        return 2;
    }
    options.undo_path = argv[2];
    if (mmf_check(argv[1], &options, &result) != MMF_OK) {
        fprintf(stderr, "interrupt: %s\n", error.text);
    }
    return 1; /* it should not have got here */
}
