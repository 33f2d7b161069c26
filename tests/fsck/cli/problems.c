/* The table of problems, a line each: CODE NAME SEVERITY REPAIR. */
#include <stdio.h>

#include "fsck/problem.h"

int main(void)
{
    for (int i = 0; i < MMF_PROBLEM_COUNT; i++) {
        const mmf_problem_info *info = mmf_problem_info_of((mmf_problem)i);

        printf("%s %s %s %s\n", info->code, info->name, mmf_problem_severity_name(info->severity),
               mmf_problem_repair_name(info->repair));
    }
    return 0;
}
