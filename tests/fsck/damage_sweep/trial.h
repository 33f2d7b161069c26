/* One damaged store: what a check finds, what a repair makes of it, and whether that is right. */
#ifndef MMF_TESTS_FSCK_DAMAGE_SWEEP_TRIAL_H
#define MMF_TESTS_FSCK_DAMAGE_SWEEP_TRIAL_H

#include "fsck/check.h"
#include "tests/fsck/damage/subject.h"
#include "tests/fsck/damage_sweep/pair.h"

/* A store that is going to be damaged in many ways. */
typedef struct origin {
    const char *name;
    pair_paths paths;
    const mmf_record_type *type;
    const mmf_model *model;
    bool is_given; /* the schema is given to the check */
    pair bytes;
    pair mended;             /* what a repair of the undamaged store leaves */
    bool bytes_are_appended; /* by one who died before he had told of it */
    uint64_t data_offset;
    uint64_t count; /* of the mended one */
    uint64_t trials;
    uint64_t failures;
} origin;

/* What a trial asks for beyond what has always to hold. */
#define TRIAL_ONE_BYTE 1u /* nothing else is damaged: no record may be lost */

/* Checks the undamaged store, and notes what a repair leaves. False: it is not as it should be. */
bool origin_prepare(origin *origin, bool is_clean);

/* Judges the damaged bytes; complains on stderr, and counts, when something is not right. */
void trial_run(origin *origin, const pair *damaged, uint32_t flags, const char *what);

#endif
