/* Fields and whole records of a store, by offset: what the generated accessors are made of.
 *
 * Common to all: `record_size` is the store's stride and `offset` counts from the beginning of the
 * record, whose first 8 bytes are its counter; both are constants in generated code, and neither
 * is checked here. `index` is checked before anything is touched. No function allocates.
 *
 * Statuses of all: MMF_OK; MMF_E_INDEX (no such record); MMF_E_STUCK (a writer that lives is in the
 * record, and was until the deadline, see mmf_options.timeout_ms; or a dead one that this handle
 * cannot do anything about: one that reads only, without the right to read PATH.lock, or when that
 * file was deleted, or a writer of another library); MMF_E_CORRUPT (with checksums: the record was
 * torn when the machine stopped, until it is set as a whole); MMF_E_TRUNCATED (with MMF_GUARD).
 * Of setters also: MMF_E_READONLY; MMF_E_CLOSED (a handle from before fork(2)); and with a thread's
 * first write, which takes a writer slot, MMF_E_LIMIT (255 threads write), MMF_E_NO_SPACE (no block
 * for its undo image), MMF_E_NO_MEMORY, MMF_E_SYSTEM.
 * An out-parameter is written only with MMF_OK, except that a whole record, an array or a text
 * may have been overwritten when the status is MMF_E_STUCK or MMF_E_CORRUPT.
 */
#ifndef MMF_RUNTIME_FIELD_H
#define MMF_RUNTIME_FIELD_H

#include "runtime/seqlock.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Everything that is not the fast path: a record that is not yet known to exist, is being written,
 * or has changed meanwhile; setters among many writers. `size` is 1, 2, 4 or 8 bytes of a scalar.
 */
MMF_NODISCARD mmf_status mmf_peek_scalar_slow(const mmf_store *store, uint64_t index,
                                              uint32_t offset, uint32_t size, void *ret_word);
MMF_NODISCARD mmf_status mmf_get_scalar_slow(const mmf_store *store, uint64_t index,
                                             uint32_t offset, uint32_t size, void *ret_word);
MMF_NODISCARD mmf_status mmf_set_scalar_slow(mmf_store *store, uint64_t index, uint32_t offset,
                                             uint32_t size, uint64_t word);
MMF_NODISCARD mmf_status mmf_get_record_slow(const mmf_store *store, uint64_t index,
                                             uint32_t payload_size, void *ret_payload);
MMF_NODISCARD mmf_status mmf_get_record_clean_slow(const mmf_store *store, uint64_t index,
                                                   uint32_t payload_size, const uint64_t *mask,
                                                   void *ret_payload);

/* By way of a variable of its own, so that the caller's can stay in a register. */
#define MMF_SLOW_FUNCTION(verb, name, c_type)                                                      \
    MMF_NODISCARD static inline mmf_status mmf_##verb##_##name##_slow(                             \
        const mmf_store *store, uint64_t index, uint32_t offset, c_type *ret_value)                \
    {                                                                                              \
        c_type value;                                                                              \
        mmf_status status = mmf_##verb##_scalar_slow(store, index, offset, sizeof value, &value);  \
                                                                                                   \
        if (status == MMF_OK) {                                                                    \
            *ret_value = value;                                                                    \
        }                                                                                          \
        return status;                                                                             \
    }

/* Getters of what one load takes, a word or a number: they hold the protocol of runtime/seqlock.h.
 *   mmf_get_<name>   the value, never one of a write in progress
 *   mmf_peek_<name>  one relaxed load, wait-free; may show a value of a write in progress
 */
#define MMF_LOAD_FUNCTIONS(name, c_type, load)                                                     \
    MMF_SLOW_FUNCTION(peek, name, c_type)                                                          \
    MMF_SLOW_FUNCTION(get, name, c_type)                                                           \
    MMF_NODISCARD static inline mmf_status mmf_peek_##name(const mmf_store *store, uint64_t index, \
                                                           uint32_t record_size, uint32_t offset,  \
                                                           c_type *ret_value)                      \
    {                                                                                              \
        if (mmf_likely(mmf_is_below_acquire(index, &store->visible))) {                            \
            *ret_value = load(store->records + index * record_size + offset);                      \
            return MMF_OK;                                                                         \
        }                                                                                          \
        return mmf_peek_##name##_slow(store, index, offset, ret_value);                            \
    }                                                                                              \
                                                                                                   \
    MMF_NODISCARD static inline mmf_status mmf_get_##name(const mmf_store *store, uint64_t index,  \
                                                          uint32_t record_size, uint32_t offset,   \
                                                          c_type *ret_value)                       \
    {                                                                                              \
        if (mmf_likely(mmf_is_below_acquire(index, &store->visible))) {                            \
            const unsigned char *record = store->records + index * record_size;                    \
            uint64_t sequence = mmf_load_acquire(mmf_record_counter(record)); /* (1) */            \
            c_type value = load(record + offset);                                                  \
                                                                                                   \
            mmf_fence_acquire(); /* (4) */                                                         \
            if (mmf_likely(mmf_sequence_is_still(mmf_record_counter(record), sequence))) {         \
                *ret_value = value;                                                                \
                return MMF_OK;                                                                     \
            }                                                                                      \
        }                                                                                          \
        return mmf_get_##name##_slow(store, index, offset, ret_value);                             \
    }

/* mmf_set_<name>: with one writer a store, and the counter. */
#define MMF_STORE_FUNCTIONS(name, c_type, store_it, bits)                                          \
    MMF_NODISCARD static inline mmf_status mmf_set_##name(                                         \
        mmf_store *store, uint64_t index, uint32_t record_size, uint32_t offset, c_type value)     \
    {                                                                                              \
        uint##bits##_t word;                                                                       \
                                                                                                   \
        if (mmf_likely(mmf_is_below(index, &store->settable))) {                                   \
            unsigned char *record = store->records + index * record_size;                          \
            uint64_t sequence = mmf_load_relaxed(mmf_record_counter(record));                      \
                                                                                                   \
            if (mmf_likely(mmf_sequence_is_whole(sequence))) {                                     \
                mmf_fence_release();                                                               \
                store_it(record + offset, value);                                                  \
                mmf_store_release(mmf_record_counter(record), sequence + MMF_SEQUENCE_STEP);       \
                mmf_notify(store);                                                                 \
                return MMF_OK;                                                                     \
            }                                                                                      \
        }                                                                                          \
        memcpy(&word, &value, sizeof word);                                                        \
        return mmf_set_scalar_slow(store, index, offset, sizeof word, word);                       \
    }

#define MMF_WORD_FUNCTIONS(bits)                                                                   \
    static inline uint##bits##_t mmf_load_word##bits(const void *pointer)                          \
    {                                                                                              \
        return mmf_load_relaxed((const mmf_word##bits *)pointer);                                  \
    }                                                                                              \
    static inline void mmf_store_word##bits(void *pointer, uint##bits##_t word)                    \
    {                                                                                              \
        mmf_store_relaxed((mmf_word##bits *)pointer, word);                                        \
    }                                                                                              \
    MMF_LOAD_FUNCTIONS(word##bits, uint##bits##_t, mmf_load_word##bits)                            \
    MMF_STORE_FUNCTIONS(word##bits, uint##bits##_t, mmf_store_word##bits, bits)

MMF_WORD_FUNCTIONS(8)
MMF_WORD_FUNCTIONS(16)
MMF_WORD_FUNCTIONS(32)
MMF_WORD_FUNCTIONS(64)

/* The same three for the types that are words in another guise. */
#define MMF_SCALAR_FUNCTIONS(suffix, c_type, bits)                                                 \
    MMF_NODISCARD static inline mmf_status mmf_peek_##suffix(const mmf_store *store,               \
                                                             uint64_t index, uint32_t record_size, \
                                                             uint32_t offset, c_type *ret_value)   \
    {                                                                                              \
        uint##bits##_t word;                                                                       \
        mmf_status status = mmf_peek_word##bits(store, index, record_size, offset, &word);         \
                                                                                                   \
        if (mmf_likely(status == MMF_OK)) {                                                        \
            *ret_value = mmf_##suffix##_of_word(word);                                             \
        }                                                                                          \
        return status;                                                                             \
    }                                                                                              \
                                                                                                   \
    MMF_NODISCARD static inline mmf_status mmf_get_##suffix(const mmf_store *store,                \
                                                            uint64_t index, uint32_t record_size,  \
                                                            uint32_t offset, c_type *ret_value)    \
    {                                                                                              \
        uint##bits##_t word;                                                                       \
        mmf_status status = mmf_get_word##bits(store, index, record_size, offset, &word);          \
                                                                                                   \
        if (mmf_likely(status == MMF_OK)) {                                                        \
            *ret_value = mmf_##suffix##_of_word(word);                                             \
        }                                                                                          \
        return status;                                                                             \
    }                                                                                              \
                                                                                                   \
    MMF_NODISCARD static inline mmf_status mmf_set_##suffix(                                       \
        mmf_store *store, uint64_t index, uint32_t record_size, uint32_t offset, c_type value)     \
    {                                                                                              \
        return mmf_set_word##bits(store, index, record_size, offset, mmf_word_of_##suffix(value)); \
    }

/* How a value lies in the file: integers as they are, floating point by its bits (IEEE 754), a
 * bool as 0 or 1; any other byte reads as true. */
#define MMF_INTEGER_FUNCTIONS(suffix, c_type, bits)                                                \
    static inline c_type mmf_##suffix##_of_word(uint##bits##_t word)                               \
    {                                                                                              \
        return (c_type)word;                                                                       \
    }                                                                                              \
    static inline uint##bits##_t mmf_word_of_##suffix(c_type value)                                \
    {                                                                                              \
        return (uint##bits##_t)value;                                                              \
    }                                                                                              \
    MMF_SCALAR_FUNCTIONS(suffix, c_type, bits)

static inline bool mmf_bool_of_word(uint8_t word)
{
    return word != 0;
}

static inline uint8_t mmf_word_of_bool(bool value)
{
    return value ? 1 : 0;
}

MMF_SCALAR_FUNCTIONS(bool, bool, 8)      /* mmf_get_bool, mmf_peek_bool, mmf_set_bool */
MMF_INTEGER_FUNCTIONS(i8, int8_t, 8)     /* mmf_get_i8, mmf_peek_i8, mmf_set_i8 */
MMF_INTEGER_FUNCTIONS(u8, uint8_t, 8)    /* mmf_get_u8, mmf_peek_u8, mmf_set_u8 */
MMF_INTEGER_FUNCTIONS(i16, int16_t, 16)  /* mmf_get_i16, mmf_peek_i16, mmf_set_i16 */
MMF_INTEGER_FUNCTIONS(u16, uint16_t, 16) /* mmf_get_u16, mmf_peek_u16, mmf_set_u16 */
MMF_INTEGER_FUNCTIONS(i32, int32_t, 32)  /* mmf_get_i32, mmf_peek_i32, mmf_set_i32 */
MMF_INTEGER_FUNCTIONS(u32, uint32_t, 32) /* mmf_get_u32, mmf_peek_u32, mmf_set_u32 */
MMF_INTEGER_FUNCTIONS(i64, int64_t, 64)  /* mmf_get_i64, mmf_peek_i64, mmf_set_i64 */
MMF_INTEGER_FUNCTIONS(u64, uint64_t, 64) /* mmf_get_u64, mmf_peek_u64, mmf_set_u64 */

MMF_LOAD_FUNCTIONS(f32, float, mmf_load_f32) /* mmf_get_f32, mmf_peek_f32 */
MMF_STORE_FUNCTIONS(f32, float, mmf_store_f32, 32)
MMF_LOAD_FUNCTIONS(f64, double, mmf_load_f64) /* mmf_get_f64, mmf_peek_f64 */
MMF_STORE_FUNCTIONS(f64, double, mmf_store_f64, 64)

/* The payload of a record, payload_size bytes (a multiple of 8), as it lies in the file. */
MMF_NODISCARD MMF_ALWAYS_INLINE mmf_status mmf_get_record(const mmf_store *store, uint64_t index,
                                                          uint32_t record_size,
                                                          uint32_t payload_size, void *ret_payload)
{
    if (mmf_likely(mmf_is_below_acquire(index, &store->visible))) {
        const unsigned char *record = store->records + index * record_size;
        uint64_t sequence = mmf_load_acquire(mmf_record_counter(record)); /* (1) */

        mmf_words_load(ret_payload, record + MMF_COUNTER_BYTES, payload_size);
        mmf_fence_acquire(); /* (4) */
        if (mmf_likely(mmf_sequence_is_still(mmf_record_counter(record), sequence))) {
            return MMF_OK;
        }
    }
    return mmf_get_record_slow(store, index, payload_size, ret_payload);
}

/* The same for a record that has bools: they come out as 0 or 1, and padding as 0. The mask is that
 * of mmf_words_load_clean(). */
MMF_NODISCARD MMF_ALWAYS_INLINE mmf_status
mmf_get_record_clean(const mmf_store *store, uint64_t index, uint32_t record_size,
                     uint32_t payload_size, const uint64_t *mask, void *ret_payload)
{
    if (mmf_likely(mmf_is_below_acquire(index, &store->visible))) {
        const unsigned char *record = store->records + index * record_size;
        uint64_t sequence = mmf_load_acquire(mmf_record_counter(record)); /* (1) */

        mmf_words_load_clean(ret_payload, record + MMF_COUNTER_BYTES, mask, payload_size);
        mmf_fence_acquire(); /* (4) */
        if (mmf_likely(mmf_sequence_is_still(mmf_record_counter(record), sequence))) {
            return MMF_OK;
        }
    }
    return mmf_get_record_clean_slow(store, index, payload_size, mask, ret_payload);
}

/* `size` bytes at any offset: an array. */
MMF_NODISCARD mmf_status mmf_get_array(const mmf_store *store, uint64_t index, uint32_t offset,
                                       uint32_t size, void *ret_bytes);
MMF_NODISCARD mmf_status mmf_set_array(mmf_store *store, uint64_t index, uint32_t offset,
                                       uint32_t size, const void *bytes);

/* A string or bytes field, u32 length and then up to `max` bytes, at a multiple of 4. The content
 * is copied while the record is consistent.
 *
 * get: copies *ret_len bytes into the buffer and, where there is room behind them, a NUL.
 *   MMF_E_TOO_LONG: the buffer is too small, and *ret_len says what it takes (the buffer is
 *   untouched; it may be NULL with buffer_size 0). MMF_E_CORRUPT: the length in the file is above
 *   max. ret_len may be NULL.
 * set: MMF_E_TOO_LONG (len above max: nothing is changed). The tail is filled with zeros. data may
 *   be NULL when len is 0. */
MMF_NODISCARD mmf_status mmf_get_text(const mmf_store *store, uint64_t index, uint32_t offset,
                                      uint32_t max, void *buffer, size_t buffer_size,
                                      uint32_t *ret_len);
MMF_NODISCARD mmf_status mmf_set_text(mmf_store *store, uint64_t index, uint32_t offset,
                                      uint32_t max, const void *data, size_t len);

#ifdef __cplusplus
}
#endif
#endif
