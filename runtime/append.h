/* Appending: a record is complete before it counts.
 *
 * Only the holder of the append right writes beyond the record count and grows the file. With one
 * writer it is that writer; among many it is a word in the lock file that names its holder
 * (runtime/writers.h). A record is filled in this order: counter 0, fence, payload, counter with
 * release; then the count with release. A reader learns of a record only by the count, so it never
 * sees a half-made one; and a holder that dies leaves nothing that counts, only bytes that the
 * next append overwrites.
 *
 * A record appended with content has counter 512, one step; one appended empty has counter 0 and
 * zeros, as the Go library's Append leaves it.
 */
#ifndef MMF_RUNTIME_APPEND_H
#define MMF_RUNTIME_APPEND_H

#include "runtime/seqlock.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mmf_append_section {
    unsigned char *record; /* the first new one */
    uint64_t index;        /* its index */
} mmf_append_section;

MMF_NODISCARD mmf_status mmf_append_begin_slow(mmf_store *store, uint64_t count,
                                               mmf_append_section *ret_section);
MMF_NODISCARD mmf_status mmf_append_end_slow(mmf_store *store, uint64_t new_record_count);
void mmf_append_seal(mmf_store *store, unsigned char *record);

/* Takes the append right, with room for `count` records behind the last one.
 * MMF_OK; MMF_E_READONLY; MMF_E_NO_SPACE (nothing has changed); MMF_E_LIMIT (beyond the
 * reservation, or 255 threads write); MMF_E_STUCK (the right could not be had before the deadline);
 * MMF_E_CLOSED (after fork); MMF_E_TRUNCATED (somebody has cut the file); MMF_E_NO_MEMORY;
 * MMF_E_SYSTEM.
 * With MMF_OK, fill each record between mmf_append_record_begin() and
 * mmf_append_record_end(), then call mmf_append_end(). */
MMF_NODISCARD static inline mmf_status mmf_append_begin(mmf_store *store, uint64_t count,
                                                        mmf_append_section *ret_section)
{
    if (mmf_likely(store->mode == MMF_MODE_ONE_WRITER)) {
        uint64_t index = mmf_load_relaxed(store->record_count);

        if (mmf_likely(index <= store->append_limit && count <= store->append_limit - index)) {
            ret_section->index = index;
            ret_section->record = store->records + index * store->type->record_size;
            return MMF_OK;
        }
    }
    /* By way of a section of its own, so that the caller's can stay in registers. */
    {
        mmf_append_section section = {NULL, 0};
        mmf_status status = mmf_append_begin_slow(store, count, &section);

        if (status == MMF_OK) {
            *ret_section = section;
        }
        return status;
    }
}

/* Before and after the payload of one new record. */
static inline unsigned char *mmf_append_record_begin(unsigned char *record)
{
    mmf_store_relaxed(mmf_record_counter(record), 0);
    mmf_fence_release();
    return record + MMF_COUNTER_BYTES;
}

static inline void mmf_append_record_end(mmf_store *store, unsigned char *record)
{
    if (mmf_unlikely(store->is_careful)) {
        mmf_append_seal(store, record);
    }
    mmf_store_release(mmf_record_counter(record), MMF_SEQUENCE_STEP);
}

/* Publishes `count` records and gives the right back.
 * MMF_OK; MMF_E_TRUNCATED (with MMF_GUARD: the file was cut, and they are lost). */
MMF_NODISCARD static inline mmf_status
mmf_append_end(mmf_store *store, const mmf_append_section *section, uint64_t count)
{
    if (mmf_likely(store->mode == MMF_MODE_ONE_WRITER && !store->is_careful)) {
        mmf_store_release(store->record_count, section->index + count);
        mmf_store_release(&store->visible, section->index + count);
        mmf_store_relaxed(&store->settable, section->index + count);
        mmf_notify(store);
        return MMF_OK;
    }
    return mmf_append_end_slow(store, section->index + count);
}

/* The same for one writer who has nothing else to do at an end: no call, so that whoever appends
 * one record needs no frame. begin: false, and nothing has happened, where the long way has to be
 * taken. */
MMF_ALWAYS_INLINE bool mmf_append_begin_at_once(const mmf_store *store, uint32_t record_size,
                                                mmf_append_section *ret_section)
{
    uint64_t index = mmf_load_relaxed(store->record_count);

    if (mmf_unlikely(store->mode != MMF_MODE_ONE_WRITER || store->is_careful ||
                     !mmf_is_below(index, &store->append_limit))) {
        return false;
    }
    ret_section->index = index;
    ret_section->record = store->records + index * record_size;
    return true;
}

MMF_NODISCARD MMF_ALWAYS_INLINE mmf_status mmf_append_end_at_once(mmf_store *store,
                                                                  const mmf_append_section *section)
{
    mmf_store_release(mmf_record_counter(section->record), MMF_SEQUENCE_STEP);
    mmf_store_release(store->record_count, section->index + 1);
    mmf_store_release(&store->visible, section->index + 1);
    mmf_store_relaxed(&store->settable, section->index + 1);
    mmf_notify(store);
    return MMF_OK;
}

/* Appends one record of zeros with counter 0. Statuses of mmf_append_begin(). */
MMF_NODISCARD mmf_status mmf_append_zero(mmf_store *store, uint64_t *ret_index);

#ifdef __cplusplus
}
#endif
#endif
