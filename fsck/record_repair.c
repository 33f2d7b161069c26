/* One record that is not perfect: who is inside, whether he lives, what it was, what it will be. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fsck/checking.h"
#include "runtime/checksum.h"
#include "runtime/seqlock.h"
#include "runtime/system.h"

#define LOOKS 50u /* at a record that others change, before it is left alone */
#define BETWEEN_LOOKS_NS 500000u

typedef struct patient {
    mmf_checking *checking;
    uint64_t index;
    unsigned char *seen;   /* the record as it is */
    unsigned char *mended; /* as it will be */
    uint64_t counter;      /* that was seen */
    const mmf_dead_slot *dead;
    bool is_odd;
    bool is_torn;    /* its checksum is wrong, and it was found so when the machine had stopped */
    bool makes_even; /* the counter is to be one that a writer leaves */
    bool leaves_checksum; /* it is wrong, and stays so */
} patient;

static mmf_place place_of(const patient *patient, uint32_t offset, const char *field)
{
    return (mmf_place){false,
                       mmf_checking_record_offset(patient->checking, patient->index) + offset,
                       patient->index, field};
}

/* --- Reading beside writers ------------------------------------------------------------------ */

static mmf_status read_at(const patient *patient, void *bytes, size_t size, bool *ret_whole)
{
    const mmf_checking *checking = patient->checking;
    size_t got = 0;
    mmf_status status = mmf_checked_file_read(&checking->store,
                                              mmf_checking_record_offset(checking, patient->index),
                                              bytes, size, &got, checking->options->error);

    *ret_whole = got == size;
    return status;
}

/* The protocol of runtime/seqlock.h, by read(2), each of which sees what was stored before it. */
static mmf_status read_once(patient *patient, bool *ret_is_stable)
{
    uint64_t before = 0;
    uint64_t after = 0;
    bool whole = false;
    mmf_status status = read_at(patient, &before, sizeof before, &whole);

    if (status == MMF_OK && whole) {
        status = read_at(patient, patient->seen, patient->checking->info.record_size, &whole);
    }
    if (status == MMF_OK && whole) {
        status = read_at(patient, &after, sizeof after, &whole);
    }
    memcpy(&patient->counter, patient->seen, sizeof patient->counter);
    *ret_is_stable = whole && before == after && before == patient->counter;
    return status;
}

static bool owner_may_live(const patient *patient)
{
    const mmf_checking *checking = patient->checking;
    uint32_t slot = mmf_sequence_slot(patient->counter);

    if (checking->is_locked) {
        return false;
    }
    return checking->is_live_unseen ||
           (checking->lock.fd < 0 ? mmf_use_is_live(checking)
                                  : slot != 0 && mmf_use_slot_is_live(checking, slot));
}

/* False: somebody who lives keeps changing the record. */
static mmf_status read_stable(patient *patient, bool *ret_is_stable)
{
    mmf_status status = MMF_OK;

    *ret_is_stable = false;
    for (unsigned look = 0; look < LOOKS && status == MMF_OK; look++) {
        bool same = false;

        status = read_once(patient, &same);
        if (status == MMF_OK && same &&
            !(mmf_sequence_is_odd(patient->counter) && owner_may_live(patient))) {
            *ret_is_stable = true;
            break;
        }
        if (patient->checking->is_locked) {
            break; /* the file was cut */
        }
        mmf_sys_sleep_ns(BETWEEN_LOOKS_NS);
    }
    return status;
}

/* --- The counter ----------------------------------------------------------------------------- */

/* Of the checksum alone: zeros that should be behind it are padding, with a finding of its own. */
static bool checksum_is_right(const mmf_header_info *info, const unsigned char *record)
{
    uint32_t found;

    memcpy(&found, record + info->checksum_offset, sizeof found);
    return found == mmf_checksum_of(record + MMF_COUNTER_BYTES, info->payload_size);
}

/* The checksum is renewed after all else has been written, so it is that of the record as it was,
 * or of what is there; if it is of neither, the image is not what it was. */
static bool image_is_right(const patient *patient)
{
    const mmf_header_info *info = &patient->checking->info;

    return info->checksum_offset == 0 || checksum_is_right(info, patient->mended) ||
           checksum_is_right(info, patient->seen);
}

/* Copies the dead writer's image over the record; *ret_done is false when it is not all there, or
 * damaged. */
static mmf_status restore(patient *patient, bool *ret_done)
{
    const mmf_checking *checking = patient->checking;
    uint32_t offset = (uint32_t)patient->dead->entry.undo;
    uint32_t size = (uint32_t)(patient->dead->entry.undo >> 32);
    uint64_t image =
        mmf_undo_offset(mmf_undo_stride(checking->info.record_size), patient->dead->slot);
    size_t got = 0;
    mmf_status status =
        mmf_checked_file_read(&checking->lock, image + offset, patient->mended + offset, size, &got,
                              checking->options->error);

    *ret_done = status == MMF_OK && got == size && image_is_right(patient);
    if (!*ret_done) {
        memcpy(patient->mended, patient->seen, checking->info.record_size);
    } else if (checking->info.checksum_offset != 0) {
        mmf_checksum_seal(&checking->info, patient->mended);
    }
    return status;
}

static bool find_undo(patient *patient)
{
    const mmf_writer_slot *entry = &patient->dead->entry;
    mmf_place place = place_of(patient, 0, NULL);

    return mmf_checking_find(
        patient->checking, MMF_PROBLEM_ODD_UNDO, &place,
        "counter %#" PRIx64 ", of slot %" PRIu32 ": process %" PRIu64 ", thread %" PRIu64
        ", died; undo image of %" PRIu32 " bytes at byte %" PRIu32,
        patient->counter, patient->dead->slot, entry->process_id, entry->thread_id,
        (uint32_t)(entry->undo >> 32), (uint32_t)entry->undo);
}

static bool find_unchanged(const patient *patient)
{
    const mmf_writer_slot *entry = &patient->dead->entry;
    mmf_place place = place_of(patient, 0, NULL);

    return mmf_checking_find(
        patient->checking, MMF_PROBLEM_ODD_UNCHANGED, &place,
        "counter %#" PRIx64 ", of slot %" PRIu32 ": process %" PRIu64 ", thread %" PRIu64 ", died",
        patient->counter, patient->dead->slot, entry->process_id, entry->thread_id);
}

static bool find_odd(const patient *patient, mmf_problem problem)
{
    mmf_place place = place_of(patient, 0, NULL);

    return mmf_checking_find(patient->checking, problem, &place,
                             "counter %#" PRIx64 " is odd, and its writer is gone",
                             patient->counter);
}

/* Who is inside a record of an odd counter, and what it was before, if both are known. Beside
 * writers somebody may undo the change meanwhile, and only then free slot and image for another
 * one: what was found is so if the counter still is the same. */
static mmf_status look_for_image(patient *patient, bool *ret_restored, bool *ret_is_same)
{
    uint64_t counter = patient->counter;
    bool whole = true;
    mmf_status status = mmf_lock_check_slot(patient->checking, mmf_sequence_slot(counter));

    *ret_restored = false;
    if (status == MMF_OK) {
        patient->dead = mmf_lock_check_owner(patient->checking, patient->index, counter);
        if (patient->dead && patient->dead->entry.undo != 0) {
            status = restore(patient, ret_restored);
        }
    }
    if (status == MMF_OK && !patient->checking->is_locked) {
        status = read_at(patient, &counter, sizeof counter, &whole);
    }
    *ret_is_same = whole && counter == patient->counter;
    return status;
}

/* What an odd counter of nobody who lives means. False: nothing more is to be done with the record.
 */
static bool judge_odd(patient *patient, bool is_restored)
{
    mmf_checking *checking = patient->checking;
    bool is_sealed = checking->info.checksum_offset != 0;
    bool accepted;

    if (is_restored) {
        accepted = find_undo(patient);
    } else if (is_sealed && !checksum_is_right(&checking->info, patient->seen)) {
        /* what is to be done with its checksum decides */
        patient->is_torn = mmf_sequence_slot(patient->counter) == 0;
        return true;
    } else if (patient->dead && patient->dead->entry.undo == 0) {
        accepted = find_unchanged(patient);
    } else if (is_sealed) {
        accepted = find_odd(patient, MMF_PROBLEM_ODD_PROVED);
    } else {
        accepted = find_odd(patient, checking->is_stopped ? MMF_PROBLEM_ODD_STOPPED
                                                          : MMF_PROBLEM_ODD_UNKNOWN);
    }
    patient->makes_even = accepted;
    if (!accepted) {
        checking->keeps_state = true;
    }
    return accepted || !checking->may_repair;
}

static void judge_even(patient *patient)
{
    mmf_place place = place_of(patient, 0, NULL);

    if (patient->checking->info.format == MMF_FORMAT_2 &&
        patient->counter % MMF_SEQUENCE_STEP != 0) {
        patient->makes_even = mmf_checking_find(patient->checking, MMF_PROBLEM_COUNTER, &place,
                                                "counter %#" PRIx64 ", expected a multiple of %u",
                                                patient->counter, MMF_SEQUENCE_STEP);
    }
}

/* --- The contents ---------------------------------------------------------------------------- */

static bool decide_defect(void *context, const mmf_record_defect *defect)
{
    patient *patient = context;
    mmf_place place =
        place_of(patient, defect->offset, defect->field ? defect->field->name.text : NULL);
    mmf_problem problem = defect->problem == MMF_PROBLEM_CHECKSUM && patient->is_torn
                              ? MMF_PROBLEM_TORN
                              : defect->problem;
    bool is_array = defect->field && defect->field->count > 0;
    bool is_checksum =
        defect->problem == MMF_PROBLEM_CHECKSUM || defect->problem == MMF_PROBLEM_CHECKSUM_BYTE;
    bool may_repair = patient->checking->may_repair;
    bool accepted;

    /* a record that stays odd, or torn, is left as it was found */
    patient->checking->may_repair =
        may_repair &&
        (is_checksum || ((!patient->is_odd || patient->makes_even) && !patient->leaves_checksum));
    accepted = is_array
                   ? mmf_checking_find(patient->checking, problem, &place,
                                       "element %" PRIu32 ": %s", defect->element, defect->text)
                   : mmf_checking_find(patient->checking, problem, &place, "%s", defect->text);

    patient->checking->may_repair = may_repair;
    if (is_checksum) {
        patient->makes_even = patient->makes_even || (accepted && patient->is_odd);
        patient->leaves_checksum = !accepted;
    }
    return accepted;
}

/* The words of the payload that differ, then the counter, which lets readers see them. */
static mmf_status store_words(const patient *patient)
{
    uint64_t offset = mmf_checking_record_offset(patient->checking, patient->index);
    uint32_t size = patient->checking->info.record_size;
    mmf_status status = MMF_OK;

#ifdef MMF_MUTANT_COUNTER_FIRST
    status = mmf_checking_change(patient->checking, MMF_UNDO_STORE, offset, MMF_COUNTER_BYTES,
                                 patient->seen, patient->mended);
#endif
    for (uint32_t i = MMF_COUNTER_BYTES; i < size && status == MMF_OK;) {
        uint32_t end = i;

        while (end < size && memcmp(patient->seen + end, patient->mended + end, 8) != 0) {
            end += 8;
        }
        if (end > i) {
            status = mmf_checking_change(patient->checking, MMF_UNDO_STORE, offset + i, end - i,
                                         patient->seen + i, patient->mended + i);
        }
        i = end + 8;
    }
#ifdef MMF_MUTANT_COUNTER_FIRST
    return status;
#endif
    return status == MMF_OK ? mmf_checking_change(patient->checking, MMF_UNDO_STORE, offset,
                                                  MMF_COUNTER_BYTES, patient->seen, patient->mended)
                            : status;
}

static void report_busy(patient *patient)
{
    mmf_place place = place_of(patient, 0, NULL);

    (void)mmf_checking_find(patient->checking, MMF_PROBLEM_BUSY, &place,
                            "counter %#" PRIx64 " of slot %" PRIu32
                            ", whose writer lives: the record was not looked at",
                            patient->counter, mmf_sequence_slot(patient->counter));
    patient->checking->result->is_complete = false;
}

/* After the machine stopped nobody may take a record for whole that is not: runtime/repair.c. */
static bool marks_torn(const patient *patient)
{
    return patient->checking->fell_back && patient->leaves_checksum;
}

static mmf_status mend(patient *patient)
{
    const mmf_header_info *info = &patient->checking->info;
    bool is_restored = false;
    bool changed;

    memcpy(patient->mended, patient->seen, info->record_size);
    patient->is_odd = mmf_sequence_is_odd(patient->counter);
    if (patient->is_odd) {
        bool is_same = false;
        mmf_status status = look_for_image(patient, &is_restored, &is_same);

        if (status != MMF_OK) {
            return status;
        }
        if (!is_same) {
            report_busy(patient);
            return MMF_OK;
        }
    }
    if (!patient->is_odd) {
        judge_even(patient);
    } else if (!judge_odd(patient, is_restored)) {
        return MMF_OK;
    }
    changed = mmf_record_check_examine(patient->checking->record_check, patient->mended,
                                       decide_defect, patient);
    if (patient->is_odd && !patient->makes_even) {
        if (!marks_torn(patient)) {
            patient->checking->keeps_state |= mmf_sequence_slot(patient->counter) != 0;
            return MMF_OK;
        }
    } else if (!patient->makes_even && !changed && !marks_torn(patient)) {
        return MMF_OK;
    }
    patient->counter =
        mmf_sequence_leave(patient->counter) | (marks_torn(patient) ? MMF_SEQUENCE_TORN : 0);
    memcpy(patient->mended, &patient->counter, sizeof patient->counter);
    return store_words(patient);
}

mmf_status mmf_record_repair(mmf_checking *checking, uint64_t index)
{
    patient patient = {.checking = checking, .index = index};
    uint32_t size = checking->info.record_size;
    bool is_stable = false;
    mmf_status status;

    if (!checking->record_memory) {
        checking->record_memory = malloc(2 * (size_t)size);
        if (!checking->record_memory) {
            return mmf_error_set(checking->options->error, MMF_E_NO_MEMORY, "out of memory");
        }
    }
    patient.seen = checking->record_memory;
    patient.mended = patient.seen + size;
    memset(patient.seen, 0, size);
    status = read_stable(&patient, &is_stable);
    if (status != MMF_OK) {
        return status;
    }
    if (!is_stable) {
        report_busy(&patient);
        return MMF_OK;
    }
    return mend(&patient);
}
