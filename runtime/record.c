/* Reading and writing a record beside the fast paths: records that are being written, or that this
 * handle has not yet seen, and writers among many. */
#include <stdbool.h>

#include "runtime/field.h"
#include "runtime/store_state.h"
#include "runtime/wait.h"

/* A record that is there, or NULL. */
static unsigned char *record_at(const mmf_store *store, uint64_t index)
{
    if (index >= mmf_load_acquire(&store->visible) && !mmf_store_refresh(store, index)) {
        return NULL;
    }
    return store->records + index * store->type->record_size;
}

/* Whether a counter says that a writer is inside who is known to be dead. Only our own counters
 * name a writer, and only a handle that writes can ask about one. */
static bool owner_is_dead(const mmf_store *store, uint64_t sequence)
{
    const mmf_store_state *state = store->state;
    uint32_t slot = mmf_sequence_slot(sequence);

    return mmf_sequence_is_odd(sequence) && slot != 0 && state->writers.fd >= 0 &&
           state->info.format == MMF_FORMAT_2 && !mmf_writers_is_alive(&state->writers, slot);
}

/* Waiting for one record. Zero-initialised before the first round. */
typedef struct record_wait {
    mmf_wait rounds;
    uint64_t sequence; /* the counter in the round before */
} record_wait;

/* One more round for a record whose counter was `sequence`. MMF_OK: try again; MMF_E_STUCK. */
static mmf_status wait_for_record(const mmf_store *store, uint64_t sequence, record_wait *wait)
{
    if (sequence != wait->sequence) {
        wait->sequence = sequence;
        mmf_wait_moved(&wait->rounds);
    } else if (mmf_wait_is_long(&wait->rounds) && owner_is_dead(store, sequence)) {
        return MMF_E_STUCK;
    }
    return mmf_wait_round(&wait->rounds, store->state->timeout_ns) ? MMF_OK : MMF_E_STUCK;
}

/* --- Reading --------------------------------------------------------------------------------- */

/* An attempt to read: begin, copy, and ask whether it was of one moment. Zero-initialised but for
 * store and record. */
typedef struct read_attempt {
    const mmf_store *store;
    const unsigned char *record;
    uint64_t sequence;
    record_wait wait;
} read_attempt;

static mmf_status attempt_begin(read_attempt *attempt)
{
    for (;;) {
        mmf_status status;

        attempt->sequence = mmf_load_acquire(mmf_record_counter(attempt->record)); /* (1) */
        if (!mmf_sequence_is_odd(attempt->sequence)) {
            return MMF_OK;
        }
        status = wait_for_record(attempt->store, attempt->sequence, &attempt->wait);
        if (status != MMF_OK) {
            return status;
        }
    }
}

/* MMF_OK with *ret_valid; MMF_E_STUCK when it was not valid for too long. */
static mmf_status attempt_end(read_attempt *attempt, bool *ret_valid)
{
    mmf_fence_acquire(); /* (4) */
    *ret_valid = mmf_load_relaxed(mmf_record_counter(attempt->record)) == attempt->sequence;
    return *ret_valid ? MMF_OK : wait_for_record(attempt->store, attempt->sequence, &attempt->wait);
}

/* `size` bytes at `offset`, of one moment. */
static mmf_status read_bytes(const mmf_store *store, uint64_t index, uint32_t offset, uint32_t size,
                             void *ret_bytes)
{
    read_attempt attempt = {.store = store, .record = record_at(store, index)};
    bool valid = false;

    if (!attempt.record) {
        return MMF_E_INDEX;
    }
    while (!valid) {
        mmf_status status = attempt_begin(&attempt);

        if (status != MMF_OK) {
            return status;
        }
        mmf_bytes_load(ret_bytes, attempt.record + offset, size);
        status = attempt_end(&attempt, &valid);
        if (status != MMF_OK) {
            return status;
        }
    }
    return MMF_OK;
}

mmf_status mmf_peek_scalar_slow(const mmf_store *store, uint64_t index, uint32_t offset,
                                uint32_t size, void *ret_word)
{
    const unsigned char *record = record_at(store, index);

    if (!record) {
        return MMF_E_INDEX;
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
    read_attempt attempt = {.store = store, .record = record_at(store, index)};
    mmf_status status = attempt.record ? attempt_begin(&attempt) : MMF_E_INDEX;

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
static mmf_status copy_text(const unsigned char *text, uint32_t max, const text_buffer *buffer,
                            uint32_t *ret_len)
{
    uint32_t len = mmf_load_relaxed((const mmf_word32 *)(const void *)text);

    *ret_len = len;
    if (len > max) {
        return MMF_E_CORRUPT;
    }
    if (len > buffer->size) {
        return MMF_E_TOO_LONG;
    }
    mmf_bytes_load(buffer->bytes, text + sizeof len, len);
    return MMF_OK;
}

mmf_status mmf_get_text(const mmf_store *store, uint64_t index, uint32_t offset, uint32_t max,
                        void *buffer, size_t buffer_size, uint32_t *ret_len)
{
    read_attempt attempt = {.store = store, .record = record_at(store, index)};
    const text_buffer target = {buffer, buffer_size};
    mmf_status found = MMF_E_INDEX;
    bool valid = false;
    uint32_t len = 0;

    if (!attempt.record) {
        return MMF_E_INDEX;
    }
    while (!valid) {
        mmf_status status = attempt_begin(&attempt);

        if (status != MMF_OK) {
            return status;
        }
        found = copy_text(attempt.record + offset, max, &target, &len);
        status = attempt_end(&attempt, &valid);
        if (status != MMF_OK) {
            return status;
        }
    }
    if (found == MMF_OK && len < buffer_size) {
        target.bytes[len] = '\0';
    }
    if (found != MMF_E_CORRUPT && ret_len) {
        *ret_len = len;
    }
    return found;
}

mmf_status mmf_set_text(mmf_store *store, uint64_t index, uint32_t offset, uint32_t max,
                        const void *data, size_t len)
{
    uint32_t len_word = (uint32_t)len;
    mmf_write_section section;
    unsigned char *text;
    mmf_status status;

    if (len > max) {
        return MMF_E_TOO_LONG;
    }
    status = mmf_write_begin(store, index, store->type->record_size, offset,
                             (uint32_t)sizeof len_word + max, &section);
    if (status != MMF_OK) {
        return status;
    }
    text = section.payload - MMF_COUNTER_BYTES + offset;
    mmf_store_relaxed((mmf_word32 *)(void *)text, len_word);
    mmf_bytes_store(text + sizeof len_word, data, len_word);
    mmf_bytes_zero(text + sizeof len_word + len_word, max - len_word);
    mmf_write_end(&section);
    return MMF_OK;
}

/* --- Writing --------------------------------------------------------------------------------- */

mmf_status mmf_write_begin_slow(mmf_store *store, uint64_t index, uint32_t offset, uint32_t size,
                                mmf_write_section *ret_section)
{
    unsigned char *record;
    record_wait wait = {{0, 0}, 0};

    (void)offset; /* what an undo image will have to cover */
    (void)size;
    if (store->mode == MMF_MODE_READ_ONLY) {
        return MMF_E_READONLY;
    }
    record = record_at(store, index);
    if (!record) {
        return MMF_E_INDEX;
    }
    for (;;) {
        uint64_t seen = mmf_load_relaxed(mmf_record_counter(record));
        uint64_t odd = mmf_sequence_enter(seen, store->slot);
        mmf_status status;

        if (!mmf_sequence_is_odd(seen)) {
            if (mmf_cas_acquire(mmf_record_counter(record), &seen, odd)) {
                mmf_fence_release(); /* (2) */
                ret_section->payload = record + MMF_COUNTER_BYTES;
                ret_section->sequence = odd;
                return MMF_OK;
            }
            continue;
        }
        status = wait_for_record(store, seen, &wait);
        if (status != MMF_OK) {
            return status;
        }
    }
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
    mmf_write_end(&section);
    return MMF_OK;
}
