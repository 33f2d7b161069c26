/* The sequence lock of a record: the whole protocol between writers and readers of its bytes.
 *
 * Invariant: while the counter is even and unchanged, the payload is one consistent record.
 *
 * The counter, a u64 in the first 8 bytes of a record, is even while the record is at rest and odd
 * while a writer is inside, and it only grows. While odd it also names its owner: from any even s,
 * the writer in slot k (1 … 255) goes to
 *
 *     ((s | 511) + 1) | k << 1 | 1        bits 9 …: steps so far, bits 1 … 8: slot, bit 0: busy
 *
 * and at the end to the next multiple of 512: two steps of 512 a write. Writers of other libraries
 * go from s to s + 1 to s + 2; that is odd and even and growing too, but says nothing of an owner:
 * a slot read from a counter is a hint until the slot itself confirms it. In format 2, which no
 * other library writes, odd with slot 0 is a record whose checksum was wrong after the machine had
 * stopped: nobody is inside.
 *
 * Before the counter goes odd, the slot's image has the record's index and slot.odd the odd number;
 * before more than one aligned word changes, the image has the old bytes, and slot.undo says which.
 * So a writer may die anywhere (runtime/recovery.h). One writer has the image ready before the
 * counter goes odd; among many it can only be taken afterwards, when no other writer changes the
 * record:
 *
 *   one writer                               among many
 *   fence release   (5)                      slot.undo = 0
 *   index and image, slot.undo               index, slot.odd
 *   slot.odd        format 1                 counter = odd          CAS, acquire and release
 *   counter = odd   release                  image
 *                                            slot.undo              release
 *   fence release (2), and so on as below    fence release (2), and so on
 *
 * For one who looks at the slot of a dead writer all of it is there, since a processor finishes
 * what it has begun, and the kernel gives the lock up later. (5) and the fence among many keep the
 * end of the change before, (3), in front of the new image: a reader that takes a dead writer's
 * image, which a living one overwrites meanwhile, finds another counter.
 *
 * Orders, after H.-J. Boehm, "Can Seqlocks Get Along With Programming Language Memory Models?"
 * (MSPC 2012). Payload words are relaxed atomics, so none of this is a data race.
 *
 *   writer                                   reader
 *   counter = odd      relaxed, or CAS       before = counter      acquire  (1)
 *   fence release      (2)                   odd: wait
 *   payload words      relaxed               payload words         relaxed
 *   counter = even     release  (3)          fence acquire         (4)
 *                                            counter == before     relaxed: accept
 *
 * (3) pairs with (1): who reads the new even counter reads the payload that belongs to it.
 * (2) pairs with (4): who reads one word of the new payload sees the odd counter, or a later one,
 * afterwards, and does not accept.
 * Among many writers the counter goes odd by compare-and-swap with acquire, which pairs with the
 * (3) of the writer before.
 *
 * One writer and one scalar of at most 8 bytes, which cannot tear: fence release, store relaxed,
 * counter to the next multiple of 512 with release. A reader that sees the new scalar under the
 * old counter accepts what is already the new record; the fence makes the step before visible
 * first, so it can never mix two steps.
 */
#ifndef MMF_RUNTIME_SEQLOCK_H
#define MMF_RUNTIME_SEQLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/atomic.h"
#include "runtime/copy.h"
#include "runtime/notify.h"
#include "runtime/store.h"
#include "schema/format.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMF_COUNTER_BYTES 8u
#define MMF_SEQUENCE_STEP 512u /* a write is two steps, one writer's scalar is one */
#define MMF_SEQUENCE_TORN 1u   /* in place of an owner, see above */

static inline bool mmf_sequence_is_odd(uint64_t sequence)
{
    return (sequence & 1) != 0;
}

/* The low bits of a counter while the writer in `slot` is inside. */
static inline uint64_t mmf_sequence_tag(uint32_t slot)
{
    return (uint64_t)slot << 1 | 1;
}

/* What the writer in `slot` makes of the even counter `sequence` when it enters. */
static inline uint64_t mmf_sequence_enter(uint64_t sequence, uint32_t slot)
{
    return ((sequence | (MMF_SEQUENCE_STEP - 1)) + 1) | mmf_sequence_tag(slot);
}

/* The next even counter: what a writer leaves behind, from odd or, for a scalar, from even. */
static inline uint64_t mmf_sequence_leave(uint64_t sequence)
{
    return (sequence | (MMF_SEQUENCE_STEP - 1)) + 1;
}

/* At rest, and where our own writers leave a counter: the next step is one addition. A counter that
 * another library has moved takes the long way once. */
static inline bool mmf_sequence_is_whole(uint64_t sequence)
{
    return (sequence & (MMF_SEQUENCE_STEP - 1)) == 0;
}

/* The slot that an odd counter names; 0: unknown. A hint, see above. */
static inline uint32_t mmf_sequence_slot(uint64_t sequence)
{
    return (uint32_t)(sequence >> 1) & 255;
}

static inline uint64_t *mmf_record_counter(const unsigned char *record)
{
    return (uint64_t *)(uintptr_t)record;
}

/* Whether a record was at rest when its counter was `sequence`, and has not changed since. One
 * comparison says both: a counter never goes back, so if it was odd it will never be one less. */
static inline bool mmf_sequence_is_still(const uint64_t *counter, uint64_t sequence)
{
    return mmf_is_equal(sequence & ~(uint64_t)1, counter);
}

/* --- Reading --------------------------------------------------------------------------------- */

MMF_NODISCARD mmf_status mmf_read_begin_slow(const mmf_store *store, uint64_t index,
                                             mmf_read_section *ret_section);

/* By way of a section of its own, so that the caller's can stay in registers. */
MMF_NODISCARD static inline mmf_status
mmf_read_begin_elsewhere(const mmf_store *store, uint64_t index, mmf_read_section *ret_section)
{
    mmf_read_section section = {NULL, 0};
    mmf_status status = mmf_read_begin_slow(store, index, &section);

    if (status == MMF_OK) {
        *ret_section = section;
    }
    return status;
}

/* Waits until the record is at rest; what a dead writer left is undone, where the handle may write.
 * MMF_OK; MMF_E_INDEX; MMF_E_STUCK; MMF_E_CORRUPT. */
MMF_NODISCARD static inline mmf_status mmf_read_begin(const mmf_store *store, uint64_t index,
                                                      uint32_t record_size,
                                                      mmf_read_section *ret_section)
{
    if (mmf_likely(mmf_is_below_acquire(index, &store->visible))) {
        const unsigned char *record = store->records + index * record_size;
        uint64_t sequence = mmf_load_acquire(mmf_record_counter(record)); /* (1) */

        if (mmf_likely(!mmf_sequence_is_odd(sequence))) {
            ret_section->payload = record + MMF_COUNTER_BYTES;
            ret_section->sequence = sequence;
            return MMF_OK;
        }
    }
    return mmf_read_begin_elsewhere(store, index, ret_section);
}

/* Whether everything read through the section so far was one consistent record. */
static inline bool mmf_read_valid(const mmf_read_section *section)
{
    mmf_fence_acquire(); /* (4) */
    return mmf_likely(
        mmf_is_equal(section->sequence, mmf_record_counter(section->payload - MMF_COUNTER_BYTES)));
}

/* --- Writing --------------------------------------------------------------------------------- */

/* Everything that is not the fast path of one writer. */
MMF_NODISCARD mmf_status mmf_write_begin_slow(mmf_store *store, uint64_t index, uint32_t offset,
                                              uint32_t size, mmf_write_section *ret_section);

MMF_NODISCARD static inline mmf_status mmf_write_begin_elsewhere(mmf_store *store, uint64_t index,
                                                                 uint32_t offset, uint32_t size,
                                                                 mmf_write_section *ret_section)
{
    mmf_write_section section = {NULL, 0};
    mmf_status status = mmf_write_begin_slow(store, index, offset, size, &section);

    if (status == MMF_OK) {
        *ret_section = section;
    }
    return status;
}

/* The aligned words around `size` bytes at `offset` as a range of an undo image; 0: there is but
 * one, which needs none. */
static inline uint64_t mmf_undo_range_of(uint32_t offset, uint32_t size)
{
    uint32_t first = offset & ~7u;
    uint32_t rounded = (offset + size + 7u) / 8u * 8u - first;

#ifdef MMF_MUTANT_NO_UNDO
    return 0;
#endif
    return rounded > 8 ? mmf_undo_range(first, rounded) : 0;
}

/* Copies the range of a record into the image. */
MMF_ALWAYS_INLINE void mmf_undo_copy(unsigned char *image, const unsigned char *record,
                                     uint64_t range)
{
    mmf_words_copy(image + (uint32_t)range, record + (uint32_t)range, (uint32_t)(range >> 32));
}

/* The same with the index in front, which a range from the payload's beginning follows at once. */
MMF_ALWAYS_INLINE void mmf_undo_copy_indexed(unsigned char *image, const unsigned char *record,
                                             uint64_t range, uint64_t index)
{
    const uint32_t begin = MMF_COUNTER_BYTES;

    if ((uint32_t)range == begin) {
        mmf_pair_join(image, index, record + begin);
        mmf_undo_copy(image, record, mmf_undo_range(begin + 8, (uint32_t)(range >> 32) - 8));
        return;
    }
    mmf_store_relaxed(mmf_record_counter(image), index);
    if (range != 0) {
        mmf_undo_copy(image, record, range);
    }
}

/* What of a change is not as it was at the change before: the range; in format 1 also the odd
 * number, so that there the cached range is none that can be. */
void mmf_undo_note(mmf_store *store, uint64_t range, uint64_t odd);

/* One writer: what has to be known of a change before it begins. */
MMF_ALWAYS_INLINE void mmf_undo_save(mmf_store *store, uint64_t index, const unsigned char *record,
                                     uint64_t odd, uint32_t offset, uint32_t size)
{
    uint64_t range = mmf_undo_range_of(offset, size);

    mmf_fence_release(); /* (5) */
    mmf_undo_copy_indexed(store->undo, record, range, index);
    if (mmf_unlikely(store->undo_range != range)) {
        mmf_undo_note(store, range, odd);
    }
}

/* Enters a record to change `size` bytes at `offset` (from the beginning of the record), which
 * become what they were should this writer die before mmf_write_end(); if they lie in one aligned
 * word, they have to be changed by one store of it. A thread is in one record at a time.
 * MMF_OK; MMF_E_READONLY; MMF_E_INDEX; MMF_E_STUCK (another writer is inside, until the deadline);
 * MMF_E_CORRUPT (the record was torn when the machine stopped, and this does not replace all of
 * it); MMF_E_CLOSED (after fork); at a thread's first write also MMF_E_LIMIT (255 threads write),
 * MMF_E_NO_SPACE, MMF_E_NO_MEMORY, MMF_E_SYSTEM. Nothing is changed unless MMF_OK. */
MMF_NODISCARD MMF_ALWAYS_INLINE mmf_status mmf_write_begin(mmf_store *store, uint64_t index,
                                                           uint32_t record_size, uint32_t offset,
                                                           uint32_t size,
                                                           mmf_write_section *ret_section)
{
    if (mmf_likely(mmf_is_below(index, &store->settable))) {
        unsigned char *record = store->records + index * record_size;
        uint64_t sequence = mmf_load_relaxed(mmf_record_counter(record));

        if (mmf_likely(mmf_sequence_is_whole(sequence))) {
            uint64_t odd = (sequence + MMF_SEQUENCE_STEP) | store->tag;

            mmf_undo_save(store, index, record, odd, offset, size);
            ret_section->payload = record + MMF_COUNTER_BYTES;
            ret_section->sequence = odd;
#ifndef MMF_MUTANT_NO_ODD
            mmf_store_release(mmf_record_counter(record), odd);
#endif
            mmf_fence_release(); /* (2) */
            return MMF_OK;
        }
    }
    return mmf_write_begin_elsewhere(store, index, offset, size, ret_section);
}

/* A handle whose writes end with more to do never takes the fast path of mmf_write_begin(), and
 * marks its sections so. It would take a counter some centuries to get that far. */
#define MMF_SECTION_CAREFUL (1ull << 63)

/* By value, so that the caller's section can stay in registers. */
MMF_NODISCARD mmf_status mmf_write_end_careful(mmf_store *store, mmf_write_section section);

/* MMF_OK; MMF_E_TRUNCATED (with MMF_GUARD: the file was cut, and the change is lost). */
MMF_NODISCARD static inline mmf_status mmf_write_end(mmf_store *store,
                                                     const mmf_write_section *section)
{
    if (mmf_unlikely(section->sequence >> 63)) {
        return mmf_write_end_careful(store, *section);
    }
    mmf_store_release(mmf_record_counter(section->payload - MMF_COUNTER_BYTES),
                      mmf_sequence_leave(section->sequence)); /* (3) */
    mmf_notify(store);
    return MMF_OK;
}

#ifdef __cplusplus
}
#endif
#endif
