#include "fsck/checking.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Enough for a write to the undo file to be worth its sync. */
#define BATCH_FINDINGS 512u
#define BATCH_BYTES (1u << 20)

/* A finding that waits for its repair to be done. */
typedef struct pending_finding {
    mmf_problem problem;
    bool is_repaired;
    mmf_place place;
    char text[MMF_CHECK_TEXT_SIZE];
} pending_finding;

typedef struct change {
    mmf_undo_target target;
    uint64_t offset;
    size_t size;
    struct change *next;
    unsigned char words[]; /* new ones */
} change;

typedef struct mmf_checking_batch {
    pending_finding findings[BATCH_FINDINGS];
    size_t finding_count;
    change *first;
    change **last; /* where the next one goes */
    size_t bytes;
} mmf_checking_batch;

mmf_status mmf_checking_begin(mmf_checking *checking)
{
    checking->batch = calloc(1, sizeof *checking->batch);
    checking->dead = calloc(MMF_WRITER_SLOTS, sizeof *checking->dead);
    checking->lock_header = calloc(1, sizeof *checking->lock_header);
    if (!checking->batch || !checking->dead || !checking->lock_header) {
        return mmf_error_set(checking->options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    checking->batch->last = &checking->batch->first;
    return MMF_OK;
}

static void drop_changes(mmf_checking_batch *batch)
{
    while (batch->first) {
        change *first = batch->first;

        batch->first = first->next;
        free(first);
    }
    batch->last = &batch->first;
    batch->bytes = 0;
}

void mmf_checking_end(mmf_checking *checking)
{
    if (checking->batch) {
        drop_changes(checking->batch);
    }
    free(checking->batch);
    free(checking->dead);
    free(checking->lock_header);
    free(checking->record_memory);
    mmf_record_check_free(checking->record_check);
    mmf_header_check_free(&checking->header_check);
    mmf_undo_close(checking->undo);
    free(checking->undo_path);
    mmf_checked_file_close(&checking->lock);
    mmf_checked_file_close(&checking->store);
    free(checking->lock_path);
}

/* --- Findings -------------------------------------------------------------------------------- */

static mmf_finding finding_of(const mmf_checking *checking, const pending_finding *pending,
                              mmf_check_outcome outcome)
{
    return (mmf_finding){
        .problem = pending->problem,
        .info = mmf_problem_info_of(pending->problem),
        .outcome = outcome,
        .path = pending->place.in_lock_file ? checking->lock_path : checking->path,
        .offset = pending->place.offset,
        .record = pending->place.record,
        .field = pending->place.field,
        .text = pending->text,
    };
}

static bool is_wanted(const mmf_checking *checking, const pending_finding *pending)
{
    const mmf_problem_info *info = mmf_problem_info_of(pending->problem);
    mmf_finding finding = finding_of(checking, pending, MMF_CHECK_LEFT);

    if (!checking->may_repair || info->repair == MMF_REPAIR_NONE) {
        return false;
    }
    return checking->options->decide
               ? checking->options->decide(checking->options->context, &finding)
               : info->repair == MMF_REPAIR_SAFE;
}

static void count_finding(mmf_checking *checking, const pending_finding *pending)
{
    if (mmf_problem_info_of(pending->problem)->severity == MMF_PROBLEM_NOTE) {
        checking->result->notes++;
    } else {
        checking->result->errors++;
    }
}

/* Of those whose repair was decided, and has been done or not. */
static void report_all(mmf_checking *checking, mmf_check_outcome outcome_of_repairs)
{
    mmf_checking_batch *batch = checking->batch;

    for (size_t i = 0; i < batch->finding_count; i++) {
        const pending_finding *pending = &batch->findings[i];
        mmf_check_outcome outcome = pending->is_repaired ? outcome_of_repairs : MMF_CHECK_LEFT;
        mmf_finding finding = finding_of(checking, pending, outcome);

        if (outcome == MMF_CHECK_REPAIRED) {
            checking->result->repaired++;
        }
        if (checking->options->report) {
            checking->options->report(checking->options->context, &finding);
        }
    }
    batch->finding_count = 0;
}

bool mmf_checking_find(mmf_checking *checking, mmf_problem problem, const mmf_place *place,
                       const char *text, ...)
{
    mmf_checking_batch *batch = checking->batch;
    pending_finding *pending;
    va_list arguments;

    if (batch->finding_count == BATCH_FINDINGS) {
        /* mmf_checking_flush_some() keeps room for more than one record can have, or nearly: then
         * these are said a little before they are done. */
        report_all(checking, MMF_CHECK_REPAIRED);
    }
    pending = &batch->findings[batch->finding_count];
    *pending = (pending_finding){.problem = problem, .place = *place};
    va_start(arguments, text);
    (void)vsnprintf(pending->text, sizeof pending->text, text, arguments);
    va_end(arguments);

    count_finding(checking, pending);
    if (mmf_problem_info_of(problem)->severity != MMF_PROBLEM_NOTE) {
        checking->has_suspicion = true;
    }
    pending->is_repaired = is_wanted(checking, pending);
    batch->finding_count++;
    return pending->is_repaired;
}

/* --- Changes --------------------------------------------------------------------------------- */

/* The undo file is made when it is needed first. */
static mmf_status open_undo(mmf_checking *checking)
{
    mmf_status status = MMF_OK;

    if ((checking->options->flags & MMF_CHECK_NO_UNDO) != 0) {
        return MMF_OK;
    }
    if (!checking->undo) {
        status = mmf_undo_create(checking->undo_path, &checking->store, &checking->undo,
                                 checking->options->error);
    }
    if (status == MMF_OK) {
        (void)snprintf(checking->result->undo_path, sizeof checking->result->undo_path, "%s",
                       checking->undo_path);
    }
    return status;
}

mmf_status mmf_checking_change(mmf_checking *checking, mmf_undo_target target, uint64_t offset,
                               size_t size, const void *old_words, const void *new_words)
{
    mmf_checking_batch *batch = checking->batch;
    change *change;
    mmf_status status;

    if (memcmp(old_words, new_words, size) == 0) {
        return MMF_OK;
    }
    status = open_undo(checking);
    if (status == MMF_OK && checking->undo) {
        status = mmf_undo_add(checking->undo, target, offset, size, old_words, new_words);
    }
    if (status != MMF_OK) {
        return status;
    }
    change = malloc(sizeof *change + size);
    if (!change) {
        return mmf_error_set(checking->options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    change->target = target;
    change->offset = offset;
    change->size = size;
    change->next = NULL;
    memcpy(change->words, new_words, size);
    *batch->last = change;
    batch->last = &change->next;
    batch->bytes += size;
    return MMF_OK;
}

static mmf_status store_all(mmf_checking *checking)
{
    mmf_status status = MMF_OK;

    for (change *change = checking->batch->first; change && status == MMF_OK;
         change = change->next) {
        status = mmf_checked_file_store(
            change->target == MMF_UNDO_STORE ? &checking->store : &checking->lock, change->offset,
            change->words, change->size, checking->options->error);
    }
    return status;
}

mmf_status mmf_checking_flush(mmf_checking *checking)
{
    mmf_checking_batch *batch = checking->batch;
    mmf_status status = MMF_OK;

    if (batch->first) {
#ifdef MMF_MUTANT_STORE_FIRST
        status = store_all(checking);
#endif
        if (checking->undo) {
            status = mmf_undo_commit(checking->undo, checking->options->error);
        }
        if (status == MMF_OK) {
            checking->was_repaired = true;
            status = store_all(checking);
        }
        drop_changes(batch);
    }
    report_all(checking, status == MMF_OK ? MMF_CHECK_REPAIRED : MMF_CHECK_FAILED);
    return status;
}

mmf_status mmf_checking_flush_some(mmf_checking *checking)
{
    const mmf_checking_batch *batch = checking->batch;

    return batch->bytes >= BATCH_BYTES || batch->finding_count >= BATCH_FINDINGS / 2
               ? mmf_checking_flush(checking)
               : MMF_OK;
}

/* Header members are changed as the whole words that they lie in. */
mmf_status mmf_checking_set_header(mmf_checking *checking, size_t offset, const void *bytes,
                                   size_t size)
{
    unsigned char *region = checking->header_check.bytes;
    size_t begin = offset / 8 * 8;
    size_t end = (offset + size + 7) / 8 * 8;
    unsigned char old_words[sizeof(mmf_durable_slot) + 16];

    memcpy(old_words, region + begin, end - begin);
    memcpy(region + offset, bytes, size);
    return mmf_checking_change(checking, MMF_UNDO_STORE, begin, end - begin, old_words,
                               region + begin);
}

mmf_status mmf_checking_progress(const mmf_checking *checking, uint64_t done, uint64_t total)
{
    const mmf_check_options *options = checking->options;

    if (options->progress && !options->progress(options->context, checking->pass, done, total)) {
        return mmf_error_set(options->error, MMF_E_CANCELLED, "cancelled");
    }
    return MMF_OK;
}
