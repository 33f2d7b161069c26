/* The lock file: whether it is what it should be, and what dead writers left in it. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fsck/checking.h"
#include "runtime/seqlock.h"
#include "runtime/system.h"

#define PLACE(member)                                                                              \
    ((mmf_place){true, offsetof(mmf_lock_header, member), MMF_CHECK_NO_RECORD, #member})

/* --- What dead writers left ------------------------------------------------------------------ */

/* An image that cannot be read is not one that is not there: without its index the record would be
 * taken for nobody's, and accepted torn. */
static mmf_status keep_dead_slot(mmf_checking *checking, const mmf_writer_slot *entry,
                                 uint32_t slot)
{
    mmf_dead_slot dead = {.slot = slot, .entry = *entry, .index = UINT64_MAX};
    uint64_t stride = mmf_undo_stride(checking->info.record_size);
    size_t size = 0;
    mmf_status status =
        mmf_checked_file_read(&checking->lock, mmf_undo_offset(stride, slot), &dead.index,
                              sizeof dead.index, &size, checking->options->error);

    if (status != MMF_OK) {
        return status;
    }
    if (size != sizeof dead.index) {
        dead.index = UINT64_MAX; /* it had not come to that */
    }
    checking->dead[checking->dead_count++] = dead;
    return MMF_OK;
}

static bool is_same_claim(const mmf_writer_slot *one, const mmf_writer_slot *other)
{
    return one->process_id == other->process_id && one->thread_id == other->thread_id &&
           one->claimed_ns == other->claimed_ns;
}

/* Whether the writer who had the slot when *entry was read is gone, and left it. He who leaves in
 * good order frees the entry first and then its lock: so it must be there still when the lock is
 * seen to be free. *entry is then as he left it. */
static mmf_status has_died(const mmf_checking *checking, uint32_t slot, mmf_writer_slot *entry,
                           bool *ret_died)
{
    mmf_writer_slot now = *entry;
    size_t size = sizeof now;
    mmf_status status = MMF_OK;

    *ret_died = false;
    if (entry->process_id == 0 || (!checking->is_locked && mmf_use_slot_is_live(checking, slot))) {
        return MMF_OK;
    }
    if (!checking->is_locked) {
        status = mmf_checked_file_read(&checking->lock,
                                       offsetof(mmf_lock_header, slots) + slot * sizeof now, &now,
                                       sizeof now, &size, checking->options->error);
    }
#ifdef MMF_MUTANT_BELIEVE_ONCE
    now = *entry;
#endif
    if (status == MMF_OK && size == sizeof now && is_same_claim(entry, &now)) {
        *entry = now;
        *ret_died = true;
    }
    return status;
}

/* Slots that a writer took and did not leave, and that nobody holds now. */
static mmf_status find_dead_slots(mmf_checking *checking, mmf_lock_header *file)
{
    mmf_status status = MMF_OK;

    for (uint32_t slot = 1; slot < MMF_WRITER_SLOTS && status == MMF_OK; slot++) {
        bool died = false;

        status = has_died(checking, slot, &file->slots[slot], &died);
        if (status == MMF_OK && died) {
            status = keep_dead_slot(checking, &file->slots[slot], slot);
        }
    }
    return status;
}

static bool is_known_dead(const mmf_checking *checking, uint32_t slot)
{
    bool found = false;

    for (uint32_t i = 0; i < checking->dead_count && !found; i++) {
        found = checking->dead[i].slot == slot;
    }
    return found;
}

mmf_status mmf_lock_check_slot(mmf_checking *checking, uint32_t slot)
{
    mmf_writer_slot entry = {0};
    size_t size = 0;
    bool died = false;
    mmf_status status;

    if (checking->is_locked || !checking->lock_is_current || is_known_dead(checking, slot)) {
        return MMF_OK;
    }
    status = mmf_checked_file_read(&checking->lock,
                                   offsetof(mmf_lock_header, slots) + slot * sizeof entry, &entry,
                                   sizeof entry, &size, checking->options->error);
    if (status == MMF_OK && size == sizeof entry) {
        status = has_died(checking, slot, &entry, &died);
    }
    return status == MMF_OK && died ? keep_dead_slot(checking, &entry, slot) : status;
}

const mmf_dead_slot *mmf_lock_check_owner(const mmf_checking *checking, uint64_t index,
                                          uint64_t counter)
{
    for (uint32_t i = 0; i < checking->dead_count; i++) {
        const mmf_dead_slot *dead = &checking->dead[i];
        bool has_number = checking->info.format == MMF_FORMAT_2 || dead->entry.odd == counter;

        if (dead->index == index && has_number &&
            mmf_writer_is_inside(counter, dead->slot, dead->entry.odd) &&
            (dead->entry.undo == 0 ||
             mmf_undo_is_sane(dead->entry.undo, checking->info.record_size))) {
            return dead;
        }
    }
    return NULL;
}

/* --- What is wrong with it ------------------------------------------------------------------- */

static void want_clear(mmf_checking *checking, bool wanted)
{
    checking->clears_lock = checking->clears_lock || wanted;
}

/* One line for each of them; the records that they are inside of have findings of their own. */
static void report_dead_slots(mmf_checking *checking)
{
    for (uint32_t i = 0; i < checking->dead_count; i++) {
        const mmf_dead_slot *dead = &checking->dead[i];
        mmf_place place = PLACE(slots);

        place.offset += dead->slot * sizeof dead->entry;
        want_clear(checking,
                   mmf_checking_find(checking, MMF_PROBLEM_LOCK_LEFTOVER, &place,
                                     "process %" PRIu64 ", thread %" PRIu64 ", had slot %" PRIu32
                                     " and is gone, expected a free slot",
                                     dead->entry.process_id, dead->entry.thread_id, dead->slot));
    }
}

/* offset: of the right in the lock file. Who lives gives it back before he leaves: so it must be
 * there still when his lock is seen to be free. */
static bool right_is_left(const mmf_checking *checking, uint64_t right, uint64_t offset)
{
    uint64_t now = 0;
    size_t size = 0;

    if (!mmf_sequence_is_odd(right) || checking->is_locked) {
        return mmf_sequence_is_odd(right);
    }
    return !checking->is_live && !mmf_use_slot_is_live(checking, mmf_sequence_slot(right)) &&
           mmf_sys_read_at(checking->lock.fd, offset, &now, sizeof now, &size) == 0 &&
           size == sizeof now && now == right;
}

static void report_right(mmf_checking *checking, uint64_t right, const mmf_place *place)
{
    if (right_is_left(checking, right, place->offset)) {
        want_clear(checking,
                   mmf_checking_find(checking, MMF_PROBLEM_LOCK_RIGHT, place,
                                     "slot %" PRIu32 " holds it and is nobody's, expected it free",
                                     mmf_sequence_slot(right)));
    }
}

static bool is_zero(const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;

    for (size_t i = 0; i < size; i++) {
        if (byte[i] != 0) {
            return false;
        }
    }
    return true;
}

/* --- Looking --------------------------------------------------------------------------------- */

typedef enum lock_kind {
    LOCK_EMPTY,   /* there is none, or one that nobody has filled */
    LOCK_FOREIGN, /* something else has the name */
    LOCK_STALE,   /* of another boot: the next writer makes it anew */
    LOCK_MAGIC,   /* damaged */
    LOCK_VERSION, /* damaged */
    LOCK_STRIDE,  /* damaged */
    LOCK_SOUND,
} lock_kind;

static bool is_of_this_boot(const mmf_checking *checking, const mmf_lock_header *file)
{
    return checking->knows_boot && mmf_checking_is_same_id(file->boot_id, checking->boot_id);
}

/* Whether it is the one that the store's last writers used. */
static bool is_theirs(const mmf_checking *checking, const mmf_lock_header *file)
{
    const mmf_header *header = checking->header;

    return !header || (!is_zero(header->lock_id, sizeof header->lock_id) &&
                       mmf_checking_is_same_id(file->lock_id, header->lock_id));
}

static lock_kind kind_of(const mmf_checking *checking, const mmf_lock_header *file)
{
    if (checking->lock_is_no_file) {
        return LOCK_FOREIGN;
    }
    if (is_zero(file->magic, sizeof file->magic)) {
        return LOCK_EMPTY;
    }
    if (memcmp(file->magic, MMF_LOCK_MAGIC, sizeof file->magic) != 0) {
        return is_of_this_boot(checking, file) && is_theirs(checking, file) ? LOCK_MAGIC
                                                                            : LOCK_FOREIGN;
    }
    if (!is_of_this_boot(checking, file)) {
        return LOCK_STALE;
    }
    return file->version != MMF_LOCK_VERSION                                  ? LOCK_VERSION
           : file->undo_stride != mmf_undo_stride(checking->info.record_size) ? LOCK_STRIDE
                                                                              : LOCK_SOUND;
}

static bool died_in(const mmf_lock_header *file)
{
    bool found = false;

    for (uint32_t slot = 1; slot < MMF_WRITER_SLOTS && !found; slot++) {
        found = file->slots[slot].process_id != 0;
    }
    return found;
}

mmf_status mmf_lock_check(mmf_checking *checking)
{
    mmf_lock_header *file = checking->lock_header;
    lock_kind kind;
    size_t size = 0;

    if (checking->lock.fd >= 0) {
        mmf_status status = mmf_checked_file_read(&checking->lock, 0, file, sizeof *file, &size,
                                                  checking->options->error);

        if (status != MMF_OK) {
            return status;
        }
    }
    (void)mmf_use_has_begun(checking); /* with a lock file that is newer than what was read */
    kind = kind_of(checking, file);
    checking->lock_died_before_boot = kind == LOCK_STALE && died_in(file);
    /* a damaged one, too: slots and images say themselves which records they are of */
    checking->lock_is_current = kind != LOCK_EMPTY && kind != LOCK_FOREIGN && kind != LOCK_STALE &&
                                is_theirs(checking, file);
    if (checking->lock_is_current) {
        checking->append_was_cut =
            right_is_left(checking, file->append_right, offsetof(mmf_lock_header, append_right));
        return find_dead_slots(checking, file);
    }
    return MMF_OK;
}

/* --- Reporting ------------------------------------------------------------------------------- */

/* Whether the last writers of a store that was left in use had another lock file, with their undo
 * images. */
static bool is_replaced(const mmf_checking *checking, lock_kind kind)
{
    const mmf_header *header = checking->header;

    return header && !checking->is_live && (header->state & MMF_STATE_DIRTY) != 0 &&
           !checking->is_stopped && !is_zero(header->lock_id, sizeof header->lock_id) &&
           (kind == LOCK_EMPTY || (kind == LOCK_SOUND && !checking->lock_is_current));
}

/* The header names no lock file any more: who comes between this and the end of the repair would
 * look for that one and its undo images. */
static mmf_status forget_id(mmf_checking *checking)
{
    static const uint8_t nobody[16];

    return checking->header ? mmf_checking_set_header(checking, offsetof(mmf_header, lock_id),
                                                      nobody, sizeof nobody)
                            : MMF_OK;
}

static mmf_status report_replaced(mmf_checking *checking, lock_kind kind)
{
    return mmf_checking_find(checking, MMF_PROBLEM_LOCK_REPLACED, &MMF_PLACE_HEADER(lock_id), "%s",
                             kind == LOCK_EMPTY
                                 ? "the lock file is gone or empty, and undo images with it"
                                 : "the lock file has another id than the store's header says")
               ? forget_id(checking)
               : MMF_OK;
}

static void report_foreign(mmf_checking *checking, const mmf_lock_header *file)
{
    const unsigned char *found = (const unsigned char *)file->magic;

    if (checking->lock_is_no_file) {
        (void)mmf_checking_find(checking, MMF_PROBLEM_LOCK_FOREIGN, &PLACE(magic),
                                "not a regular file: nobody can write to the store while it is "
                                "there");
        return;
    }
    (void)mmf_checking_find(checking, MMF_PROBLEM_LOCK_FOREIGN, &PLACE(magic),
                            "found the bytes %02x %02x %02x %02x at byte 0, expected \"MMFL\" or "
                            "zeros: nobody can write to the store while it is there",
                            found[0], found[1], found[2], found[3]);
}

static void report_sound(mmf_checking *checking, const mmf_lock_header *file)
{
    if (checking->lock_is_current) {
        report_dead_slots(checking);
        report_right(checking, file->append_right, &PLACE(append_right));
        report_right(checking, file->sync_right, &PLACE(sync_right));
    }
}

static mmf_status report(mmf_checking *checking, const mmf_lock_header *file)
{
    lock_kind kind = kind_of(checking, file);

    switch (kind) {
    case LOCK_FOREIGN:
        report_foreign(checking, file);
        break;
    case LOCK_MAGIC:
        want_clear(checking, mmf_checking_find(
                                 checking, MMF_PROBLEM_LOCK_DAMAGED, &PLACE(magic),
                                 "found %02x%02x%02x%02x, expected \"MMFL\", as its ids are right",
                                 (unsigned char)file->magic[0], (unsigned char)file->magic[1],
                                 (unsigned char)file->magic[2], (unsigned char)file->magic[3]));
        break;
    case LOCK_VERSION:
        want_clear(checking, mmf_checking_find(checking, MMF_PROBLEM_LOCK_DAMAGED, &PLACE(version),
                                               "version %" PRIu32 ", expected %u", file->version,
                                               MMF_LOCK_VERSION));
        break;
    case LOCK_STRIDE:
        want_clear(checking, mmf_checking_find(
                                 checking, MMF_PROBLEM_LOCK_DAMAGED, &PLACE(undo_stride),
                                 "undo images of %" PRIu64 " bytes, expected %" PRIu64,
                                 file->undo_stride, mmf_undo_stride(checking->info.record_size)));
        break;
    case LOCK_SOUND:
        report_sound(checking, file);
        break;
    case LOCK_EMPTY:
    case LOCK_STALE:
        break;
    }
    return is_replaced(checking, kind) ? report_replaced(checking, kind) : MMF_OK;
}

/* What the lock file says of a cut append goes with it; that the first of its records is not
 * complete says the same. */
static mmf_status forget_cut_append(mmf_checking *checking)
{
    static const uint64_t not_yet;
    uint64_t offset = mmf_checking_record_offset(checking, checking->unpublished);
    uint64_t counter = 0;
    size_t size = 0;
    mmf_status status;

    if (checking->unpublished == MMF_CHECK_NO_RECORD) {
        return MMF_OK;
    }
    status = mmf_checked_file_read(&checking->store, offset, &counter, sizeof counter, &size,
                                   checking->options->error);
    return status == MMF_OK && size == sizeof counter
               ? mmf_checking_change(checking, MMF_UNDO_STORE, offset, sizeof counter, &counter,
                                     &not_yet)
               : status;
}

/* Zeros: the next writer makes the file anew. */
static mmf_status clear(mmf_checking *checking, const mmf_lock_header *file)
{
    mmf_lock_header *zeros = calloc(1, sizeof *zeros);
    uint64_t size = checking->lock.size < sizeof *file ? checking->lock.size : sizeof *file;
    mmf_status status;

    if (!zeros) {
        return mmf_error_set(checking->options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    status = forget_cut_append(checking);
    if (status == MMF_OK) {
        status = mmf_checking_change(checking, MMF_UNDO_LOCK, 0, size / 8 * 8, file, zeros);
    }
    free(zeros);
    return status == MMF_OK ? forget_id(checking) : status;
}

mmf_status mmf_lock_check_end(mmf_checking *checking)
{
    bool may_repair = checking->may_repair;
    mmf_status status;

    /* what was left as it is may need what the file says of it still */
    checking->may_repair = may_repair && !checking->keeps_state;
    status = report(checking, checking->lock_header);
    checking->may_repair = may_repair;
    return status == MMF_OK && checking->clears_lock ? clear(checking, checking->lock_header)
                                                     : status;
}
