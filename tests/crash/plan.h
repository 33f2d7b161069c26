/* One operation on a small store, and what may be found when whoever did it has died: the store as
 * it was before, or as it is after; nothing else, and nothing that blocks anybody.
 */
#ifndef MMF_TESTS_CRASH_PLAN_H
#define MMF_TESTS_CRASH_PLAN_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/crash/snapshot.h"
#include "tests/crash/subject.h"

/* expect_violation.sh looks for the word. */
#define ck_found(condition, ...) ck_assert_msg(condition, "violation: " __VA_ARGS__)

#define PLAN_TARGET 1u /* the record that is changed */
#define PLAN_APPENDS_MAX 3u

typedef struct plan_operation {
    const char *name;
    const crash_type *type;
    uint32_t appends; /* records that are appended; 0: the target is changed */
    crash_part part;  /* of the target */
    bool at_capacity; /* the store is full, so that it has to grow */
} plan_operation;

/* The store that a death leaves behind. */
typedef enum plan_outcome { PLAN_OLD, PLAN_NEW, PLAN_UNKNOWN } plan_outcome;

typedef struct plan {
    const plan_operation *operation;
    uint32_t flags;   /* how the writer opens the store */
    const char *path; /* where it does its work */
    const char *copy; /* for what is found at an instruction */
    snapshot start;   /* the store before */
    uint64_t count;   /* records in it */
    crash_payload before;
    crash_payload after;                                          /* of the target */
    unsigned char appended[PLAN_APPENDS_MAX * CRASH_PAYLOAD_MAX]; /* one behind the other */
    mmf_store *store;                                             /* the writer's */
} plan;

/* Makes the store at `path`, and takes it as the start. */
void plan_make(plan *plan, const plan_operation *operation, uint32_t flags);
void plan_free(plan *plan);

/* Opens plan->path for writing into plan->store; ends the process where that fails. For a child. */
void plan_open_writer(void *plan);
/* Does the operation through plan->store, and returns its status. */
int plan_run(void *plan);

mmf_store *plan_open(const plan *plan, const char *path, uint32_t flags);

/* Reads everything through a handle and fails unless all of it is as it may be: like *outcome,
 * which may be unknown before. `who` is for the message. */
void plan_check(const plan *plan, const mmf_store *store, const char *who, plan_outcome *outcome);

/* The same through new handles, one that only reads and one that writes, after a death; then writes
 * the target, and appends. */
void plan_check_files(const plan *plan, const char *path, plan_outcome *outcome);

/* How it ends when nobody dies. */
plan_outcome plan_end(const plan *plan);

/* Writes the target and appends a record. */
void plan_check_writer(const plan *plan, mmf_store *store);

#endif
