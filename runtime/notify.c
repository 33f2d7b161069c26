#include "runtime/notify.h"

#include "runtime/counters.h"
#include "runtime/probe.h"
#include "runtime/seqlock.h"
#include "runtime/store_state.h"
#include "runtime/system.h"

/* A writer has found that somebody waits. */
void mmf_notify_slow(const mmf_store *store)
{
    mmf_header *header = mmf_store_header_2(store);

    if (header && store->mode != MMF_MODE_READ_ONLY && store->mode != MMF_MODE_CLOSED) {
        mmf_probe_wake((uintptr_t)store);
        mmf_store_relaxed(&header->waiting, 0);
        (void)mmf_add_seq_cst(&header->wait_word, 1);
        mmf_sys_word_wake(&header->wait_word);
    }
}

/* --- The other side -------------------------------------------------------------------------- */

#define POLL_NS_MIN 10000u
#define POLL_NS_MAX 1000000u
/* After a wake-up that was not for this waiter nobody needs to wake it again for a while: a longer
 * one each time, since there is much other news. */
#define REST_NS_MIN 20000u
#define REST_NS_MAX 320000u

/* What is waited for, and until when. */
typedef struct waiting {
    const mmf_store *store;
    uint64_t index;
    uint64_t since;
    uint64_t deadline_ns; /* UINT64_MAX: never */
    uint64_t slice_ns;    /* of the next sleep */
    uint64_t rest_ns;     /* before it */
} waiting;

typedef bool condition(const waiting *waiting);

static bool has_more_records(const waiting *waiting)
{
    return mmf_store_len(waiting->store) > waiting->since;
}

static bool has_other_version(const waiting *waiting)
{
    const mmf_store *store = waiting->store;
    const unsigned char *record = store->records + waiting->index * store->type->record_size;
    uint64_t sequence = mmf_load_acquire(mmf_record_counter(record));

    return !mmf_sequence_is_odd(sequence) && sequence != waiting->since;
}

static uint64_t shorter(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Without the right to write into the header nobody can be asked to wake us. */
static void sleep_and_look(waiting *waiting, uint64_t rest_ns)
{
    mmf_count(MMF_COUNTER_news_waits, 1);
    mmf_sys_sleep_ns(shorter(waiting->slice_ns, rest_ns));
    waiting->slice_ns = shorter(2 * waiting->slice_ns, POLL_NS_MAX);
}

/* `word` was read, and `waiting` set, before the condition was last looked at. */
static void sleep_until_woken(waiting *waiting, mmf_header *header, uint32_t word, uint64_t rest_ns)
{
    mmf_count(MMF_COUNTER_news_waits, 1);
    mmf_sys_word_wait(&header->wait_word, word, shorter(waiting->slice_ns, rest_ns));
    if (mmf_load_acquire(&header->wait_word) == word) {
        waiting->slice_ns = MMF_NOTIFY_LATER_NS;
        return;
    }
    waiting->slice_ns = MMF_NOTIFY_FIRST_NS;
}

/* One round of waiting for one who can be woken. */
static mmf_status wait_round(waiting *waiting, condition *holds, bool is_first)
{
    mmf_header *header = mmf_store_header_2(waiting->store);
    uint32_t word;
    uint64_t now = mmf_sys_monotonic_ns();

    if (!is_first && waiting->slice_ns == MMF_NOTIFY_FIRST_NS) {
        mmf_sys_sleep_ns(waiting->rest_ns); /* woken for something else */
        waiting->rest_ns = shorter(2 * waiting->rest_ns, REST_NS_MAX);
    }
    word = mmf_load_acquire(&header->wait_word);
    mmf_store_relaxed(&header->waiting, 1);
    mmf_fence_seq_cst();
    if (holds(waiting)) {
        return MMF_OK;
    }
    if (now >= waiting->deadline_ns) {
        return MMF_E_TIMEOUT;
    }
    sleep_until_woken(waiting, header, word, waiting->deadline_ns - now);
    return holds(waiting) ? MMF_OK : MMF_E_STUCK;
}

static mmf_status look_round(waiting *waiting, condition *holds)
{
    uint64_t now = mmf_sys_monotonic_ns();

    if (now >= waiting->deadline_ns) {
        return MMF_E_TIMEOUT;
    }
    sleep_and_look(waiting, waiting->deadline_ns - now);
    return holds(waiting) ? MMF_OK : MMF_E_STUCK;
}

/* Rounds say MMF_E_STUCK while there is nothing new. */
static mmf_status wait_until(waiting *waiting, condition *holds, uint32_t timeout_ms)
{
    const mmf_store *store = waiting->store;
    bool is_woken = mmf_store_header_2(store) && mmf_store_may_write(store) == MMF_OK;
    mmf_status status = holds(waiting) ? MMF_OK : MMF_E_STUCK;

    mmf_probe_wait((uintptr_t)store, waiting->index, waiting->since, timeout_ms);
    waiting->slice_ns = is_woken ? MMF_NOTIFY_FIRST_NS : POLL_NS_MIN;
    waiting->rest_ns = REST_NS_MIN;
    waiting->deadline_ns = timeout_ms == MMF_WAIT_FOREVER
                               ? UINT64_MAX
                               : mmf_sys_monotonic_ns() + (uint64_t)timeout_ms * 1000000u;
    for (bool is_first = true; status == MMF_E_STUCK; is_first = false) {
        status = mmf_store_is_cut(store) ? MMF_E_TRUNCATED
                 : is_woken              ? wait_round(waiting, holds, is_first)
                                         : look_round(waiting, holds);
    }
    mmf_probe_waited((uintptr_t)store, waiting->index, status);
    return status;
}

mmf_status mmf_store_wait(const mmf_store *store, uint64_t since_count, uint32_t timeout_ms)
{
    waiting waiting = {.store = store, .index = UINT64_MAX, .since = since_count};

    return wait_until(&waiting, has_more_records, timeout_ms);
}

mmf_status mmf_record_version(const mmf_store *store, uint64_t index, uint64_t *ret_version)
{
    mmf_read_section section = {NULL, 0};
    mmf_status status = mmf_read_begin(store, index, store->type->record_size, &section);

    if (status == MMF_OK) {
        *ret_version = section.sequence;
    }
    return status;
}

mmf_status mmf_record_wait_changed(const mmf_store *store, uint64_t index, uint64_t since_version,
                                   uint32_t timeout_ms)
{
    waiting waiting = {.store = store, .index = index, .since = since_version};

    if (index >= mmf_store_len(store)) {
        return mmf_store_is_cut(store) ? MMF_E_TRUNCATED : MMF_E_INDEX;
    }
    return wait_until(&waiting, has_other_version, timeout_ms);
}
