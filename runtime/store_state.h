/* What a store handle has beside its hot members. Internal. */
#ifndef MMF_RUNTIME_STORE_STATE_H
#define MMF_RUNTIME_STORE_STATE_H

#include <stdbool.h>
#include <stdint.h>

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
    uint64_t record_limit; /* records that fit into the reservation */
    uint64_t file_records; /* records that fit into the file, as last looked up; atomic */
    uint64_t append_word;  /* of the append right, while this handle holds it */
    bool is_attached;      /* the header says that a writer is there, because of this handle */
} mmf_store_state;

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

/* Whether record `index` exists, by the header: renews store->visible. */
bool mmf_store_refresh(const mmf_store *store, uint64_t index);

/* Looks up how long the file is now, and renews file_records. MMF_OK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_store_measure(const mmf_store *store);

/* Makes room for `capacity` records in all. The caller holds the append right.
 * MMF_OK; MMF_E_NO_SPACE; MMF_E_LIMIT; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_store_grow(mmf_store *store, uint64_t capacity);

#endif
