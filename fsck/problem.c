#include "fsck/problem.h"

#define NAME_TEXT(id) #id

/* The number with three digits, as a string: of two digits at most so far. */
#define CODE_TEXT(number) ((number) < 10 ? "MMFSCK-00" #number : "MMFSCK-0" #number)

static const mmf_problem_info table[] = {
#define MMF_PROBLEM(id, number, severity, repair, title, action)                                   \
    {number, CODE_TEXT(number), NAME_TEXT(id), MMF_PROBLEM_##severity, MMF_REPAIR_##repair, title, \
     action},
#include "fsck/problem.def"
#undef MMF_PROBLEM
};

const mmf_problem_info *mmf_problem_info_of(mmf_problem problem)
{
    return &table[problem];
}

const char *mmf_problem_severity_name(mmf_problem_severity severity)
{
    switch (severity) {
    case MMF_PROBLEM_NOTE:
        return "note";
    case MMF_PROBLEM_ERROR:
        return "error";
    case MMF_PROBLEM_FATAL:
        return "fatal";
    }
    return "";
}

const char *mmf_problem_repair_name(mmf_problem_repair repair)
{
    switch (repair) {
    case MMF_REPAIR_NONE:
        return "none";
    case MMF_REPAIR_SAFE:
        return "safe";
    case MMF_REPAIR_ASK:
        return "ask";
    }
    return "";
}
