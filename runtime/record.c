/* Reading and writing a record beside the fast paths: records that are being written, or that this
 * handle has not yet seen, and writers among many. */
#include <stdbool.h>

#include "runtime/bytes.h"
#include "runtime/checksum.h"
#include "runtime/counters.h"
#include "runtime/dead.h"
#include "runtime/field.h"
#include "runtime/probe.h"
#include "runtime/recovery.h"
#include "runtime/store_state.h"
#include "runtime/threads.h"
#include "runtime/wait.h"

/* Why a record is not there. */
static mmf_status missing(const mmf_store *store)
{
    return mmf_store_is_cut(store) ? MMF_E_TRUNCATED : MMF_E_INDEX;
}

/* A record that is there, or NULL. */
static unsigned char *record_at(const mmf_store *store, uint64_t index)
{
    if (index >= mmf_load_acquire(&store->visible) && !mmf_store_refresh(store, index)) {
        return NULL;
    }
    return store->records + index * store->type->record_size;
}

/* Waiting for one record. Zero-initialised before the first round. */
typedef struct record_wait {
    mmf_wait rounds;
    uint64_t sequence; /* the counter in the round before */
    uint64_t orphan;   /* an odd counter that no slot explained */
} record_wait;

/* A writer that is known to be dead has its change undone. Only a handle that writes can do that,
 * or can ask cheaply whether the writer lives. MMF_OK: look again, or go on waiting. */
static mmf_status look_after_owner(const mmf_store *store, uint64_t sequence, record_wait *wait)
{
    mmf_store_state *state = store->state;
    uint32_t slot = mmf_sequence_slot(sequence);
    bool is_ours = state->info.format == MMF_FORMAT_2; /* else the slot is a hint */

    if (slot == 0 && state->info.checksum_offset != 0) {
        return MMF_E_CORRUPT; /* torn when the machine stopped */
    }
    if (slot == 0 || state->writers.fd < 0 || mmf_writers_is_alive(&state->writers, slot)) {
        return MMF_OK;
    }
    if (wait->orphan == sequence) {
        return is_ours ? MMF_E_STUCK : MMF_OK;
    }
    if (mmf_recovery_of_owner(state, slot)) {
        wait->orphan = sequence;
    }
    return MMF_OK;
}

/* One more round for a record whose counter was `sequence`. MMF_OK: try again; MMF_E_STUCK;
 * MMF_E_CORRUPT; MMF_E_TRUNCATED (the counter was that of a page that is gone). */
static mmf_status wait_round(const mmf_store *store, uint64_t sequence, record_wait *wait)
{
    if (mmf_store_is_cut(store)) {
        return MMF_E_TRUNCATED;
    }
    if (sequence != wait->sequence) {
        wait->sequence = sequence;
        mmf_wait_moved(&wait->rounds);
    } else if (mmf_sequence_is_odd(sequence) && mmf_wait_is_long(&wait->rounds)) {
        mmf_status status = look_after_owner(store, sequence, wait);

        if (status != MMF_OK) {
            return status;
        }
    }
    return mmf_wait_round(&wait->rounds, store->state->timeout_ns) ? MMF_OK : MMF_E_STUCK;
}

static mmf_status wait_for_record(const mmf_store *store, uint64_t index, uint64_t sequence,
                                  record_wait *wait)
{
    mmf_status status;

    mmf_count(MMF_COUNTER_record_waits, 1);
    mmf_probe_retry((uintptr_t)store, index, mmf_sequence_slot(sequence), sequence,
                    wait->rounds.rounds);
    status = wait_round(store, sequence, wait);
    if (status != MMF_OK) {
        mmf_probe_stuck((uintptr_t)store, index, mmf_sequence_slot(sequence), sequence, status);
    }
    return status;
}

/* --- Reading --------------------------------------------------------------------------------- */

/* An attempt to read: begin, copy, and ask whether it was of one moment. Zero-initialised but for
 * the first three. */
typedef struct read_attempt {
    const mmf_store *store;
    uint64_t index;
    const unsigned char *record;
    uint64_t sequence;
    bool is_dead; /* its writer; what is read is what was before */
    bool failed;  /* to read the lock file */
    mmf_dead_writer dead;
    record_wait wait;
} read_attempt;

/* MMF_OK: the writer is dead, and what was there before can be read; MMF_E_CORRUPT: it is dead, and
 * nothing whole was there; MMF_E_STUCK: neither. */
static mmf_status attempt_begin_dead(read_attempt *attempt)
{
    bool is_torn;

    if (!mmf_dead_open(attempt->store, attempt->index, attempt->sequence, &attempt->dead)) {
        return MMF_E_STUCK;
    }
    if (!mmf_dead_is_torn(attempt->store, &attempt->dead, attempt->record)) {
        attempt->is_dead = true;
        mmf_probe_recover((uintptr_t)attempt->store, attempt->index, attempt->dead.slot,
                          MMF_RECOVERED_AROUND);
        return MMF_OK;
    }
    is_torn = mmf_dead_is_valid(&attempt->dead, attempt->record);
    mmf_dead_close(&attempt->dead);
    return is_torn ? MMF_E_CORRUPT : MMF_E_STUCK;
}

/* Before the repair after a stop of the machine, a record at rest may be torn all the same. */
static bool may_be_torn(const read_attempt *attempt)
{
    const mmf_store_state *state = attempt->store->state;

    return mmf_unlikely(mmf_load_acquire(&state->checked_count) > attempt->index) &&
           !mmf_checksum_is_right(&state->info, attempt->record) &&
           mmf_load_acquire(mmf_record_counter(attempt->record)) == attempt->sequence;
}

/* Without `may_be_dead` a record has to be at rest in the file. */
static mmf_status attempt_begin(read_attempt *attempt, bool may_be_dead)
{
    for (;;) {
        mmf_status status;

        attempt->sequence = mmf_load_acquire(mmf_record_counter(attempt->record)); /* (1) */
        if (!mmf_sequence_is_odd(attempt->sequence)) {
            return may_be_torn(attempt) ? MMF_E_CORRUPT : MMF_OK;
        }
        if (may_be_dead && attempt->store->state->writers.fd < 0 &&
            mmf_wait_is_long(&attempt->wait.rounds)) {
            status = attempt_begin_dead(attempt);
            if (status != MMF_E_STUCK) {
                return status;
            }
        }
        status = wait_for_record(attempt->store, attempt->index, attempt->sequence, &attempt->wait);
        if (status != MMF_OK) {
            return status;
        }
    }
}

static void attempt_copy(read_attempt *attempt, uint32_t offset, uint32_t size, void *ret_bytes)
{
    if (attempt->is_dead) {
        attempt->failed |= !mmf_dead_copy(&attempt->dead, attempt->record, offset, size, ret_bytes);
    } else {
        mmf_bytes_load(ret_bytes, attempt->record + offset, size);
    }
}

/* MMF_OK with *ret_valid; MMF_E_STUCK when it was not valid for too long. */
static mmf_status attempt_end(read_attempt *attempt, bool *ret_valid)
{
    if (attempt->is_dead) {
        *ret_valid = !attempt->failed && mmf_dead_is_valid(&attempt->dead, attempt->record);
        mmf_dead_close(&attempt->dead);
        attempt->is_dead = false;
        attempt->failed = false;
    } else {
        mmf_fence_acquire(); /* (4) */
        *ret_valid = mmf_load_relaxed(mmf_record_counter(attempt->record)) == attempt->sequence;
    }
    return *ret_valid
               ? MMF_OK
               : wait_for_record(attempt->store, attempt->index, attempt->sequence, &attempt->wait);
}

/* A first attempt, which is nearly always the last, without all that the others may need: begins
 * at a record that is there and at rest. */
static inline bool first_attempt_begin(const mmf_store *store, uint64_t index,
                                       mmf_read_section *ret_section)
{
    if (mmf_unlikely(index >= mmf_load_acquire(&store->visible))) {
        return false;
    }
    ret_section->payload = store->records + index * store->type->record_size + MMF_COUNTER_BYTES;
    ret_section->sequence =
        mmf_load_acquire(mmf_record_counter(ret_section->payload - MMF_COUNTER_BYTES)); /* (1) */
    return mmf_likely(!mmf_sequence_is_odd(ret_section->sequence));
}

static mmf_status read_bytes_slow(const mmf_store *store, uint64_t index, uint32_t offset,
                                  uint32_t size, void *ret_bytes)
{
    read_attempt attempt = {.store = store, .index = index, .record = record_at(store, index)};
    bool valid = false;

    if (!attempt.record) {
        return missing(store);
    }
    while (!valid) {
        mmf_status status = attempt_begin(&attempt, true);

        if (status != MMF_OK) {
            return status;
        }
        attempt_copy(&attempt, offset, size, ret_bytes);
        status = attempt_end(&attempt, &valid);
        if (status != MMF_OK) {
            return status;
        }
    }
    return MMF_OK;
}

/* `size` bytes at `offset`, of one moment. */
static mmf_status read_bytes(const mmf_store *store, uint64_t index, uint32_t offset, uint32_t size,
                             void *ret_bytes)
{
    mmf_read_section section;

    if (first_attempt_begin(store, index, &section)) {
        mmf_bytes_load(ret_bytes, section.payload - MMF_COUNTER_BYTES + offset, size);
        if (mmf_read_valid(&section)) {
            return MMF_OK;
        }
    }
    return read_bytes_slow(store, index, offset, size, ret_bytes);
}

mmf_status mmf_peek_scalar_slow(const mmf_store *store, uint64_t index, uint32_t offset,
                                uint32_t size, void *ret_word)
{
    const unsigned char *record = record_at(store, index);

    if (!record) {
        return missing(store);
    }
    mmf_bytes_load(ret_word, record + offset, size);
    return MMF_OK;
}

mmf_status mmf_get_scalar_slow(const mmf_store *store, uint64_t index, uint32_t offset,
                               uint32_t size, void *ret_word)
{
    return read_bytes(store, index, offset, size, ret_word);
}

mmf_status mmf_get_array(const mmf_store *store, uint64_t index, uint32_t offset, uint32_t size,
                         void *ret_bytes)
{
    return read_bytes(store, index, offset, size, ret_bytes);
}

mmf_status mmf_get_record_slow(const mmf_store *store, uint64_t index, uint32_t payload_size,
                               void *ret_payload)
{
    return read_bytes(store, index, MMF_COUNTER_BYTES, payload_size, ret_payload);
}

mmf_status mmf_get_record_clean_slow(const mmf_store *store, uint64_t index, uint32_t payload_size,
                                     const uint64_t *mask, void *ret_payload)
{
    mmf_status status = mmf_get_record_slow(store, index, payload_size, ret_payload);

    if (status == MMF_OK) {
        mmf_words_clean(ret_payload, mask, payload_size);
    }
    return status;
}

mmf_status mmf_read_begin_slow(const mmf_store *store, uint64_t index,
                               mmf_read_section *ret_section)
{
    read_attempt attempt = {.store = store, .index = index, .record = record_at(store, index)};
    mmf_status status = attempt.record ? attempt_begin(&attempt, false) : missing(store);

    if (status == MMF_OK) {
        ret_section->payload = attempt.record + MMF_COUNTER_BYTES;
        ret_section->sequence = attempt.sequence;
    }
    return status;
}

/* --- Texts ----------------------------------------------------------------------------------- */

typedef struct text_buffer {
    char *bytes;
    size_t size;
} text_buffer;

/* What one attempt makes of a length and the bytes behind it. */
static mmf_status copy_text(read_attempt *attempt, uint32_t offset, uint32_t max,
                            const text_buffer *buffer, uint32_t *ret_len)
{
    uint32_t len = 0;

    attempt_copy(attempt, offset, sizeof len, &len);
    *ret_len = len;
    if (len > max) {
        return MMF_E_CORRUPT;
    }
    if (len > buffer->size) {
        return MMF_E_TOO_LONG;
    }
    attempt_copy(attempt, offset + (uint32_t)sizeof len, len, buffer->bytes);
    return MMF_OK;
}

/* Everything that is not the first attempt at a text that fits. */
MMF_NOT_INLINE static mmf_status get_text_slow(const mmf_store *store, uint64_t index,
                                               uint32_t offset, uint32_t max, void *bytes,
                                               size_t size, uint32_t *ret_len)
{
    const text_buffer buffer = {bytes, size};
    read_attempt attempt = {.store = store, .index = index, .record = record_at(store, index)};
    mmf_status found = MMF_OK;
    bool valid = false;
    uint32_t len = 0;

    if (!attempt.record) {
        return missing(store);
    }
    while (!valid) {
        mmf_status status = attempt_begin(&attempt, true);

        if (status != MMF_OK) {
            return status;
        }
        found = copy_text(&attempt, offset, max, &buffer, &len);
        status = attempt_end(&attempt, &valid);
        if (status != MMF_OK) {
            return status;
        }
    }
    if (found == MMF_OK && len < size) {
        buffer.bytes[len] = '\0';
    }
    if (found != MMF_E_CORRUPT && ret_len) {
        *ret_len = len;
    }
    return found;
}

/* Calls nothing that it returns from, so that it needs no frame. */
mmf_status mmf_get_text(const mmf_store *store, uint64_t index, uint32_t offset, uint32_t max,
                        void *buffer, size_t buffer_size, uint32_t *ret_len)
{
    mmf_read_section section;
    const unsigned char *text;
    uint32_t len;

    if (mmf_likely(first_attempt_begin(store, index, &section))) {
        text = section.payload - MMF_COUNTER_BYTES + offset;
        len = mmf_load_relaxed((const mmf_word32 *)(const void *)text);
        if (mmf_likely(len <= max && len <= buffer_size)) {
            mmf_bytes_load_at_once(buffer, text + sizeof len, len);
            if (mmf_likely(mmf_read_valid(&section))) {
                if (len < buffer_size) {
                    ((char *)buffer)[len] = '\0';
                }
                if (ret_len) {
                    *ret_len = len;
                }
                return MMF_OK;
            }
        }
    }
    return get_text_slow(store, index, offset, max, buffer, buffer_size, ret_len);
}

/* A text that lies in one word has no undo image, so it has to be one store. */
static void store_text(unsigned char *text, uint32_t max, const void *data, uint32_t len)
{
    unsigned char word[8] = {0};

    if (sizeof len + max <= sizeof word) {
        memcpy(word, &len, sizeof len);
        if (len > 0) {
            memcpy(word + sizeof len, data, len);
        }
        mmf_bytes_store(text, word, (uint32_t)sizeof len + max);
        return;
    }
    mmf_store_relaxed((mmf_word32 *)(void *)text, len);
    mmf_bytes_store(text + sizeof len, data, len);
    mmf_bytes_zero(text + sizeof len + len, max - len);
}

mmf_status mmf_set_text(mmf_store *store, uint64_t index, uint32_t offset, uint32_t max,
                        const void *data, size_t len)
{
    uint32_t len_word = (uint32_t)len;
    mmf_write_section section;
    mmf_status status;

    if (len > max) {
        return MMF_E_TOO_LONG;
    }
    status = mmf_write_begin(store, index, store->type->record_size, offset,
                             (uint32_t)sizeof len_word + max, &section);
    if (status != MMF_OK) {
        return status;
    }
    store_text(section.payload - MMF_COUNTER_BYTES + offset, max, data, len_word);
    return mmf_write_end(store, &section);
}

/* --- Writing --------------------------------------------------------------------------------- */

void mmf_undo_note(mmf_store *store, uint64_t range, uint64_t odd)
{
    mmf_store_release(&store->writer->undo, range);
    if (store->state->info.format == MMF_FORMAT_1) {
        mmf_store_release(&store->writer->odd, odd);
    } else {
        store->undo_range = range;
    }
}

/* A writer's place, and what it wants to do. */
typedef struct change {
    mmf_thread_writer writer;
    uint64_t index;
    unsigned char *record;
    uint64_t undo;    /* range */
    uint64_t odd_tag; /* what slot.odd is for good; 0: the counter each time */
    bool replaces;    /* all of the payload */
} change;

/* The one writer of the store is whichever thread writes just now. */
static mmf_status writer_of(mmf_store *store, mmf_thread_writer *ret_writer)
{
    if (store->mode == MMF_MODE_ONE_WRITER) {
        store->undo_range = UINT64_MAX; /* the slot's will be another than the fast path's */
        *ret_writer = (mmf_thread_writer){
            .slot = store->state->writers.slot, .entry = store->writer, .undo = store->undo};
        return MMF_OK;
    }
    return mmf_thread_writer_of(store->state, ret_writer);
}

static mmf_status prepare_change(mmf_store *store, uint64_t index, uint32_t offset, uint32_t size,
                                 change *ret_change)
{
    mmf_status status = mmf_store_may_write(store);

    if (status != MMF_OK) {
        return status;
    }
    ret_change->index = index;
    ret_change->record = record_at(store, index);
    if (!ret_change->record) {
        return missing(store);
    }
    ret_change->replaces = offset == MMF_COUNTER_BYTES && size == store->type->payload_size;
    ret_change->undo = mmf_undo_range_of(offset, size);
    ret_change->odd_tag =
        store->mode == MMF_MODE_ONE_WRITER && store->state->info.format != MMF_FORMAT_1 ? store->tag
                                                                                        : 0;
    if (store->state->info.checksum_offset != 0) {
        ret_change->undo = mmf_undo_range(offset & ~7u, (offset % 8 + size + 7u) / 8u * 8u);
    }
    return writer_of(store, &ret_change->writer);
}

/* A torn record, which nobody is in, can be replaced as a whole. */
static bool may_enter(const mmf_store *store, const change *change, uint64_t seen)
{
    return !mmf_sequence_is_odd(seen) ||
           (change->replaces && store->state->info.checksum_offset != 0 &&
            mmf_sequence_slot(seen) == 0);
}

/* The slot says what it is about before the counter does. False: somebody else was quicker. */
static bool enter(const change *change, uint64_t seen, uint64_t odd)
{
    mmf_writer_slot *entry = change->writer.entry;

    mmf_store_release(&entry->undo, 0);
    mmf_store_release(mmf_record_counter(change->writer.undo), change->index);
    mmf_store_release(&entry->odd, change->odd_tag ? change->odd_tag : odd);
#ifndef MMF_MUTANT_NO_ODD
    if (!mmf_cas_acq_rel(mmf_record_counter(change->record), &seen, odd)) {
        return false;
    }
#endif
    if (change->undo != 0 && !mmf_sequence_is_odd(seen)) {
        mmf_undo_copy(change->writer.undo, change->record, change->undo);
        mmf_store_release(&entry->undo, change->undo);
    }
    mmf_fence_release(); /* (2) */
    return true;
}

mmf_status mmf_write_begin_slow(mmf_store *store, uint64_t index, uint32_t offset, uint32_t size,
                                mmf_write_section *ret_section)
{
    record_wait wait = {{0, 0}, 0, 0};
    change change;
    mmf_status status = prepare_change(store, index, offset, size, &change);

    while (status == MMF_OK) {
        uint64_t seen = mmf_load_relaxed(mmf_record_counter(change.record));
        uint64_t odd = mmf_sequence_enter(seen, change.writer.slot);

        if (!may_enter(store, &change, seen)) {
            status = wait_for_record(store, change.index, seen, &wait);
        } else if (enter(&change, seen, odd)) {
            ret_section->payload = change.record + MMF_COUNTER_BYTES;
            ret_section->sequence = store->is_careful ? odd | MMF_SECTION_CAREFUL : odd;
            return MMF_OK;
        }
    }
    return status;
}

mmf_status mmf_write_end_careful(mmf_store *store, mmf_write_section section)
{
    const mmf_header_info *info = &store->state->info;
    unsigned char *record = section.payload - MMF_COUNTER_BYTES;

    if (info->checksum_offset != 0) {
        mmf_checksum_seal(info, record);
    }
    mmf_store_release(mmf_record_counter(record),
                      mmf_sequence_leave(section.sequence & ~MMF_SECTION_CAREFUL)); /* (3) */
    mmf_notify(store);
    return mmf_store_is_cut(store) ? MMF_E_TRUNCATED : MMF_OK;
}

mmf_status mmf_set_scalar_slow(mmf_store *store, uint64_t index, uint32_t offset, uint32_t size,
                               uint64_t word)
{
    return mmf_set_array(store, index, offset, size, &word);
}

mmf_status mmf_set_array(mmf_store *store, uint64_t index, uint32_t offset, uint32_t size,
                         const void *bytes)
{
    mmf_write_section section;
    mmf_status status =
        mmf_write_begin(store, index, store->type->record_size, offset, size, &section);

    if (status != MMF_OK) {
        return status;
    }
    mmf_bytes_store(section.payload - MMF_COUNTER_BYTES + offset, bytes, size);
    return mmf_write_end(store, &section);
}
