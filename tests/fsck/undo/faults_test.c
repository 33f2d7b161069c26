/* Each call of the operating system that a repair and its undoing make fails once: what was there
 * can always be had back. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdlib.h>

#include "tests/faults/faults.h"
#include "tests/fsck/undo/subject.h"

const char *const suite_name = "undo_faults";

static const fault_plan plans[] = {
    {.error = EIO},
    {.error = ENOSPC},
    {.error = ENOSPC, .is_lasting = true},
    {.error = ENOMEM},
    {.error = EINTR},
    {.error = FAULT_SHORT},
    {.error = EIO, .missing = FAULT_NO_TMPFILE},
};

#define PLANS ((int)(sizeof plans / sizeof plans[0]))

/* Errors that a call may not return, or not here, are left out. */
static bool is_told(const fault_plan *plan, fault_function function)
{
    if (plan->error == EINTR) {
        return fault_is_interruptible(function);
    }
    if (plan->error == FAULT_SHORT) {
        return function == FAULT_pread || function == FAULT_pwrite;
    }
    return !fault_is_memory(function) || plan->error == ENOMEM;
}

static bool is_failure(mmf_status status)
{
    return status == MMF_E_SYSTEM || status == MMF_E_NO_SPACE || status == MMF_E_NO_MEMORY;
}

/* Until something fails. */
static mmf_status repair(const subject *subject, unsigned tries)
{
    mmf_undo *undo = NULL;
    mmf_status status = mmf_undo_create(subject->undo_path, &subject->store_file, &undo, NULL);

    for (unsigned b = 0; status == MMF_OK && b < SUBJECT_BATCHES; b++) {
        status = subject_commit(subject, undo, b);
        for (unsigned i = 1; status != MMF_OK && i < tries; i++) {
            status = subject_commit(subject, undo, b);
        }
        if (status == MMF_OK) {
            status = subject_store(subject, b);
        }
    }
    if (status == MMF_OK) {
        status = mmf_undo_finish(undo, &subject->store_file, NULL);
    }
    mmf_undo_close(undo);
    return status;
}

static mmf_status under(const fault_plan *plan, uint32_t at, fault_record *record,
                        mmf_status (*function)(const subject *subject, unsigned argument),
                        const subject *subject, unsigned argument)
{
    fault_plan now = *plan;
    int64_t blocks = faults_live_blocks();
    unsigned descriptors = test_descriptor_count();
    bool is_harmless;
    mmf_status status;

    now.at = at;
    faults_begin(&now, record);
    status = function(subject, argument);
    faults_end();
    ck_assert_int_eq(faults_live_blocks(), blocks);
    ck_assert_uint_eq(test_descriptor_count(), descriptors);
    is_harmless = plan->error == EINTR || plan->error == FAULT_SHORT;
    ck_assert_msg(status == MMF_OK || !is_told(plan, record->function) ||
                      (record->fired > 0 && is_failure(status) && !is_harmless),
                  "call %u (%s): %s", at, fault_name(record->function), mmf_status_name(status));
    return status;
}

static void expect_original(const subject *subject, bool redo)
{
    mmf_undo_state state;

    if (test_exists(subject->undo_path)) {
        mmf_undo_close(subject_open(subject, &state));
        ck_assert(state.is_of_store);
        if (redo && !state.is_finished) {
            ck_ok(subject_redo(subject));
        }
        ck_ok(subject_take_back(subject));
    }
    subject_expect(subject, 0, 0);
}

/* The repair gives up at once, or tries each commit again. */
START_TEST(test_repair)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    fault_record *record = calloc(1, sizeof *record);
    unsigned left = 0;
    uint32_t calls;

    ck_assert_ptr_nonnull(record);
    ck_ok(under(&plans[_i], 0, record, repair, subject, 1));
    calls = record->calls;
    ck_assert_uint_gt(calls, 60);
    for (uint32_t at = 1; at <= calls; at++) {
        (void)unlink(subject->undo_path);
        subject_put(subject, 0);
        (void)under(&plans[_i], at, record, repair, subject, 1 + at % 2);
        expect_original(subject, at % 4 < 2);
        left += record->fired > 0 && record->function == FAULT_unlink; /* of a temporary name */
        ck_assert_uint_le(test_directory_count(), 3 + left);
    }
    free(record);
    subject_free(subject);
}
END_TEST

/* A commit that failed does not count, and the next one does. */
START_TEST(test_commit_again)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    fault_record *record = calloc(1, sizeof *record);
    mmf_undo_state state;

    ck_assert_ptr_nonnull(record);
    ck_ok(under(&plans[_i], 0, record, repair, subject, 2));
    for (uint32_t at = record->calls; at > 0; at--) {
        (void)unlink(subject->undo_path);
        subject_put(subject, 0);
        if (under(&plans[_i], at, record, repair, subject, 2) == MMF_OK) {
            mmf_undo_close(subject_open(subject, &state));
            ck_assert(state.is_finished);
            ck_assert_uint_eq(state.places, 12);
            subject_expect(subject, SUBJECT_BATCHES, SUBJECT_BATCHES);
        }
    }
    free(record);
    subject_free(subject);
}
END_TEST

static mmf_status open_and(const subject *subject, unsigned redo)
{
    mmf_undo *undo = NULL;
    mmf_undo_state state;
    mmf_status status =
        mmf_undo_open(subject->undo_path, &subject->store_file, &undo, &state, NULL);

    if (status == MMF_OK) {
        status = (redo ? mmf_undo_redo : mmf_undo_take_back)(undo, &subject->store_file,
                                                             &subject->lock_file, NULL);
    }
    mmf_undo_close(undo);
    return status;
}

START_TEST(test_taking_back)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    fault_record *record = calloc(1, sizeof *record);
    uint32_t calls = UINT32_MAX;

    ck_assert_ptr_nonnull(record);
    for (uint32_t at = 0; at <= calls; at++) {
        subject_put(subject, 0);
        subject_repair(subject, SUBJECT_BATCHES, true);
        if (under(&plans[_i], at, record, open_and, subject, false) == MMF_OK) {
            subject_expect(subject, 0, 0);
        }
        calls = at == 0 ? record->calls : calls;
        expect_original(subject, false);
    }
    ck_assert_uint_gt(calls, 60);
    free(record);
    subject_free(subject);
}
END_TEST

START_TEST(test_redo)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    fault_record *record = calloc(1, sizeof *record);
    uint32_t calls = UINT32_MAX;

    ck_assert_ptr_nonnull(record);
    for (uint32_t at = 0; at <= calls; at++) {
        subject_put(subject, 0);
        subject_repair(subject, SUBJECT_BATCHES, false);
        subject_put(subject, at % 3);
        if (under(&plans[_i], at, record, open_and, subject, true) == MMF_OK) {
            subject_expect(subject, SUBJECT_BATCHES, SUBJECT_BATCHES);
        }
        calls = at == 0 ? record->calls : calls;
        expect_original(subject, at % 2 == 0);
    }
    ck_assert_uint_gt(calls, 60);
    free(record);
    subject_free(subject);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_repair, 0, PLANS);
    tcase_add_loop_test(tcase, test_commit_again, 0, PLANS);
    tcase_add_loop_test(tcase, test_taking_back, 0, PLANS);
    tcase_add_loop_test(tcase, test_redo, 0, PLANS);
}
