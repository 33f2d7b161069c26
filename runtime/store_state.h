/* What a store handle has beside its hot members. Internal. */
#ifndef MMF_RUNTIME_STORE_STATE_H
#define MMF_RUNTIME_STORE_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "runtime/atomic.h"
#include "runtime/region.h"
#include "runtime/store.h"
#include "runtime/writers.h"
#include "schema/format.h"

typedef struct mmf_store_state {
    mmf_store store; /* the handle that callers have points here */
    mmf_region region;
    mmf_writers writers;  /* fd -1 in a read-only handle */
    mmf_header_info info; /* as the validator found the file; counts are of open time */
    char *path;
    uint64_t timeout_ns;
    uint64_t record_limit;  /* records that fit into the reservation */
    uint64_t file_records;  /* records that fit into the file, as last looked up; atomic */
    uint64_t append_word;   /* of the append right, while this handle holds it */
    uint64_t checked_count; /* records that exist, but are looked at each time; atomic */
    uint8_t boot_id[16];    /* of the machine now */
    bool knows_boot;        /* that could be read */
    bool is_attached;       /* the header says that a writer is there, because of this handle */
    bool syncs_at_close;
    uint32_t is_cut; /* MMF_GUARD: a page of the file was gone; atomic */

    /* runtime/threads.h */
    struct mmf_store_state *next;
    uint64_t id;
    bool is_listed;
} mmf_store_state;

static inline bool mmf_store_is_cut(const mmf_store *store)
{
    return mmf_load_relaxed(&store->state->is_cut) != 0;
}

/* Turns the handle into one that only reads, and says MMF_E_CLOSED to those who want to write. */
static inline void mmf_store_disable_writing(mmf_store *store)
{
    store->mode = MMF_MODE_CLOSED;
    store->settable = 0;
    store->append_limit = 0;
}

/* MMF_OK for a handle that writes; MMF_E_READONLY; MMF_E_CLOSED; MMF_E_TRUNCATED. */
MMF_NODISCARD static inline mmf_status mmf_store_may_write(const mmf_store *store)
{
    return store->mode == MMF_MODE_READ_ONLY ? MMF_E_READONLY
           : store->mode == MMF_MODE_CLOSED  ? MMF_E_CLOSED
           : mmf_store_is_cut(store)         ? MMF_E_TRUNCATED
                                             : MMF_OK;
}

static inline mmf_header_common *mmf_store_header(const mmf_store *store)
{
    return (mmf_header_common *)(void *)store->state->region.base;
}

/* The header region of format 2; NULL in format 1. */
static inline mmf_header *mmf_store_header_2(const mmf_store *store)
{
    return store->state->info.format == MMF_FORMAT_2
               ? (mmf_header *)(void *)store->state->region.base
               : NULL;
}

/* Whether the machine stopped while the store was in use, and nobody has repaired it since. */
static inline bool mmf_store_needs_repair(const mmf_header *header, const uint8_t boot_id[16])
{
    return (mmf_load_acquire(&header->state) & MMF_STATE_DIRTY) != 0 &&
           memcmp(header->boot_id, boot_id, sizeof header->boot_id) != 0;
}

/* Records that had reached the disk at the last sync that anybody knows of. */
static inline uint64_t mmf_store_durable_count(const mmf_header *header)
{
    const mmf_durable_slot *newest =
        mmf_durable_slot_newest(&header->durable_0, &header->durable_1);

    return newest ? newest->record_count : 0;
}

/* Everything of mmf_store_close(), between mmf_threads_hold_fork() and mmf_threads_let_fork(). */
mmf_status mmf_store_release_state(mmf_store_state *state);

/* Whether record `index` exists, by the header: renews store->visible. */
bool mmf_store_refresh(const mmf_store *store, uint64_t index);

/* Looks up how long the file is now, and renews file_records. MMF_OK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_store_measure(const mmf_store *store);

/* Makes room for `capacity` records in all. The caller holds the append right.
 * MMF_OK; MMF_E_NO_SPACE; MMF_E_LIMIT; MMF_E_TRUNCATED (the file has fewer records than there are);
 * MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_store_grow(mmf_store *store, uint64_t capacity);

#endif
