#include "runtime/atomic_view.h"

#include "runtime/system.h"

/* How long to sleep without looking whether the value, or the file, is another one. */
#define LOOK_NS 100000000u

/* The word's address and a segment of it alone; size is that of the word. */
static mmf_status word_of(const mmf_segment *segment, uint64_t offset, uint64_t size,
                          mmf_segment *ret_segment, unsigned char **ret_bytes)
{
    mmf_segment word;
    const unsigned char *bytes;
    mmf_status status = mmf_segment_of_segment(segment, offset, size, 0, &word);

    if (status == MMF_OK) {
        status = mmf_segment_bytes(&word, 0, size, &bytes);
    }
    if (status != MMF_OK) {
        return status;
    }
    if ((uintptr_t)bytes % size != 0) {
        return MMF_E_INVALID;
    }
    if ((word.flags & MMF_SEGMENT_READ_ONLY) != 0) {
        *ret_bytes = (unsigned char *)(uintptr_t)bytes; /* which nothing stores to */
    } else {
        status = mmf_segment_bytes_to_write(&word, 0, size, ret_bytes);
    }
    if (status == MMF_OK) {
        *ret_segment = word;
    }
    return status;
}

mmf_status mmf_atomic_u32_of(const mmf_segment *segment, uint64_t offset, mmf_atomic_u32 *ret_view)
{
    mmf_atomic_u32 view;
    unsigned char *bytes;
    mmf_status status = word_of(segment, offset, sizeof(uint32_t), &view.segment, &bytes);

    if (status == MMF_OK) {
        view.word = (mmf_word32 *)(void *)bytes;
        *ret_view = view;
    }
    return status;
}

mmf_status mmf_atomic_u64_of(const mmf_segment *segment, uint64_t offset, mmf_atomic_u64 *ret_view)
{
    mmf_atomic_u64 view;
    unsigned char *bytes;
    mmf_status status = word_of(segment, offset, sizeof(uint64_t), &view.segment, &bytes);

    if (status == MMF_OK) {
        view.word = (mmf_word64 *)(void *)bytes;
        *ret_view = view;
    }
    return status;
}

static mmf_status check(const mmf_segment *word)
{
    const unsigned char *bytes;

    return mmf_segment_bytes(word, 0, word->size, &bytes);
}

mmf_status mmf_atomic_u32_check(mmf_atomic_u32 view)
{
    return check(&view.segment);
}

mmf_status mmf_atomic_u64_check(mmf_atomic_u64 view)
{
    return check(&view.segment);
}

/* The value first and the check after it: of a page that is gone the value means nothing. */
mmf_status mmf_atomic_u32_wait(mmf_atomic_u32 view, uint32_t expected, uint32_t timeout_ms,
                               uint32_t *ret_value)
{
    uint64_t deadline = timeout_ms == MMF_ATOMIC_WAIT_FOREVER
                            ? UINT64_MAX
                            : mmf_sys_monotonic_ns() + (uint64_t)timeout_ms * 1000000u;

    for (;;) {
        uint64_t now = mmf_sys_monotonic_ns();
        mmf_status status = check(&view.segment);
        uint32_t value;

        if (status != MMF_OK) {
            return status;
        }
        value = mmf_atomic_u32_load(view);
        if (value != expected) {
            status = check(&view.segment);
            if (status == MMF_OK && ret_value) {
                *ret_value = value;
            }
            return status;
        }
        if (now >= deadline) {
            return MMF_E_TIMEOUT;
        }
        mmf_sys_word_wait((const uint32_t *)(const void *)view.word, expected,
                          deadline - now < LOOK_NS ? deadline - now : LOOK_NS);
    }
}

void mmf_atomic_u32_wake(mmf_atomic_u32 view)
{
    assert((view.segment.flags & MMF_SEGMENT_READ_ONLY) == 0);
    mmf_sys_word_wake((uint32_t *)(void *)view.word);
}
