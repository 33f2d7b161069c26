#include "runtime/guard_table.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "runtime/atomic.h"
#include "runtime/counters.h"
#include "runtime/probe.h"
#include "runtime/system.h"

#define GUARDED_MAX 256u

/* A signal handler reads it, so it is atomic words: a place is in use while its owner is not NULL,
 * which is stored last and cleared first. */
static mmf_guarded table[GUARDED_MAX];
static unsigned guarded_count;
static pthread_mutex_t table_mutex = PTHREAD_MUTEX_INITIALIZER;

/* The page of the address, and as many before it as the owner wants. */
static void replace_around(const mmf_guarded *place, const unsigned char *address)
{
    uint64_t page = mmf_sys_page_size();
    uint64_t at = (uint64_t)(address - place->base) / page * page;
    uint64_t before = (place->before + page - 1) / page * page;
    uint64_t first = at > before ? at - before : 0;

    mmf_sys_replace_pages(place->base + first, at + page - first);
}

static bool on_fault(const void *address)
{
    const unsigned char *at = address;

    for (unsigned i = 0; i < GUARDED_MAX; i++) {
        void *owner = mmf_load_acquire(&table[i].owner);

        if (owner && at >= table[i].base && (uint64_t)(at - table[i].base) < table[i].size) {
            mmf_count_anywhere(MMF_COUNTER_guard_faults, 1);
            mmf_probe_cut((uintptr_t)owner, (uint64_t)(at - table[i].base));
            table[i].on_cut(owner);
            replace_around(&table[i], at);
            return true;
        }
    }
    return false;
}

static mmf_guarded *find(const void *owner)
{
    for (unsigned i = 0; i < GUARDED_MAX; i++) {
        if (table[i].owner == owner) {
            return &table[i];
        }
    }
    return NULL;
}

static mmf_status add_locked(const mmf_guarded *range)
{
    mmf_guarded *place = find(NULL);
    int failure;

    if (!place) {
        return MMF_E_LIMIT;
    }
    failure = mmf_sys_handle_faults(on_fault);
    if (failure != 0) {
        errno = failure;
        return MMF_E_SYSTEM;
    }
    place->base = range->base;
    place->size = range->size;
    place->before = range->before;
    place->on_cut = range->on_cut;
    mmf_store_release(&place->owner, range->owner);
    guarded_count++;
    return MMF_OK;
}

mmf_status mmf_guard_table_add(const mmf_guarded *range)
{
    mmf_status status;

    (void)pthread_mutex_lock(&table_mutex);
    status = add_locked(range);
    (void)pthread_mutex_unlock(&table_mutex);
    return status;
}

void mmf_guard_table_remove(const void *owner)
{
    mmf_guarded *place;

    (void)pthread_mutex_lock(&table_mutex);
    place = find(owner);
    if (place) {
        mmf_store_release(&place->owner, NULL);
        guarded_count--;
        if (guarded_count == 0) {
            mmf_sys_unhandle_faults();
        }
    }
    (void)pthread_mutex_unlock(&table_mutex);
}
