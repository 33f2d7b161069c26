#include "runtime/repair.h"

#include <pthread.h>

#include "runtime/checksum.h"
#include "runtime/probe.h"
#include "runtime/seqlock.h"
#include "runtime/system.h"

#define THREADS_MAX 16u
#define RECORDS_MIN 100000u /* for a thread of its own */

/* The records first … end - 1 of a store. */
typedef struct share {
    const mmf_store_state *state;
    uint64_t first;
    uint64_t end;
} share;

static void repair_record(const mmf_header_info *info, unsigned char *record)
{
    uint64_t seen = mmf_load_relaxed(mmf_record_counter(record));
    uint64_t next = mmf_sequence_is_odd(seen) ? mmf_sequence_leave(seen) : seen;

    if (info->checksum_offset != 0 && !mmf_checksum_is_right(info, record)) {
        next = mmf_sequence_leave(seen) | MMF_SEQUENCE_TORN;
    }
    if (next != seen) {
        mmf_store_release(mmf_record_counter(record), next);
    }
}

static void *repair_share(void *argument)
{
    const share *share = argument;
    const mmf_header_info *info = &share->state->info;

    for (uint64_t i = share->first; i < share->end; i++) {
        repair_record(info, share->state->store.records + i * info->record_size);
    }
    return NULL;
}

/* Threads that cannot be made leave their share to this one. */
static void repair_records(const mmf_store_state *state, uint64_t count)
{
    pthread_t threads[THREADS_MAX];
    share shares[THREADS_MAX];
    bool started[THREADS_MAX] = {false};
    uint64_t processors = mmf_sys_processors();
    uint64_t n = count / RECORDS_MIN + 1;

    n = n < processors ? n : processors;
    n = n < THREADS_MAX ? n : THREADS_MAX;
    for (uint64_t i = 0; i < n; i++) {
        shares[i] = (share){state, count / n * i, i + 1 == n ? count : count / n * (i + 1)};
        started[i] = i > 0 && pthread_create(&threads[i], NULL, repair_share, &shares[i]) == 0;
    }
    for (uint64_t i = 0; i < n; i++) {
        if (!started[i]) {
            (void)repair_share(&shares[i]);
        }
    }
    for (uint64_t i = 0; i < n; i++) {
        if (started[i]) {
            (void)pthread_join(threads[i], NULL);
        }
    }
}

static uint64_t fall_back(const mmf_store_state *state, mmf_header *header, uint64_t there)
{
    uint64_t before = mmf_load_relaxed(&header->common.record_count);
    uint64_t count = mmf_store_durable_count(header);

    count = count < there ? count : there;
    mmf_store_relaxed(&header->state, mmf_load_relaxed(&header->state) | MMF_STATE_OTHER_BOOT);
    if (mmf_load_relaxed(&header->common.capacity) > state->file_records) {
        mmf_store_relaxed(&header->common.capacity, state->file_records);
    }
    if (before != count) {
        mmf_store_relaxed(&header->count_before, before);
        mmf_store_release(&header->common.record_count, count);
    }
    return count;
}

mmf_status mmf_repair_after_boot(mmf_store_state *state)
{
    mmf_store *store = &state->store;
    mmf_header *header = mmf_store_header_2(store);
    uint64_t there =
        state->file_records < state->record_limit ? state->file_records : state->record_limit;
    uint64_t before = mmf_load_relaxed(store->record_count);
    uint64_t count = before;
    mmf_status status;

    mmf_probe_repair((uintptr_t)store, before);
    if (header) {
        count = fall_back(state, header, there);
    }
    count = count < there ? count : there;
    repair_records(state, count);
    status = mmf_region_sync(&state->region, 0,
                             state->info.data_offset + count * state->info.record_size);
    mmf_probe_repaired((uintptr_t)store, before, count, status);
    return status;
}
