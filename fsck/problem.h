/* What mmf-fsck can find, from problem.def: find (check.h), decide (its caller) and do are three
 * things, and this table is what they have in common. */
#ifndef MMF_FSCK_PROBLEM_H
#define MMF_FSCK_PROBLEM_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mmf_problem {
#define MMF_PROBLEM(id, number, severity, repair, title, action) MMF_PROBLEM_##id,
#include "fsck/problem.def"
#undef MMF_PROBLEM
    MMF_PROBLEM_COUNT
} mmf_problem;

typedef enum mmf_problem_severity {
    MMF_PROBLEM_NOTE,  /* nothing is wrong */
    MMF_PROBLEM_ERROR, /* counts in the exit status */
    MMF_PROBLEM_FATAL, /* and what follows in the file cannot be judged */
} mmf_problem_severity;

typedef enum mmf_problem_repair {
    MMF_REPAIR_NONE, /* there is none */
    MMF_REPAIR_SAFE, /* loses nothing that the file does not prove to be wrong */
    MMF_REPAIR_ASK,  /* somebody has to say yes */
} mmf_problem_repair;

typedef struct mmf_problem_info {
    unsigned number;  /* of the code MMFSCK-NNN */
    const char *code; /* "MMFSCK-006" */
    const char *name; /* "HEADER_FIELD" */
    mmf_problem_severity severity;
    mmf_problem_repair repair;
    const char *title;  /* a phrase, without a full stop */
    const char *action; /* what a repair does, in the imperative; "" where there is none */
} mmf_problem_info;

/* The row of a problem; problem must be below MMF_PROBLEM_COUNT. */
const mmf_problem_info *mmf_problem_info_of(mmf_problem problem);

/* "note", "error", "fatal"; "none", "safe", "ask". */
const char *mmf_problem_severity_name(mmf_problem_severity severity);
const char *mmf_problem_repair_name(mmf_problem_repair repair);

#ifdef __cplusplus
}
#endif
#endif
