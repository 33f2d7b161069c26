#include "runtime/guard.h"

#include <errno.h>
#include <pthread.h>

#include "runtime/system.h"

#define GUARDED_MAX 256u

/* Handles whose mappings are guarded. A signal handler reads it, so it is atomic words: a place is
 * in use while its state is not NULL, which is stored last and cleared first. */
typedef struct guarded {
    mmf_store_state *state;
    unsigned char *base;
    uint64_t size;
} guarded;

static guarded table[GUARDED_MAX];
static unsigned guarded_count;
static pthread_mutex_t table_mutex = PTHREAD_MUTEX_INITIALIZER;

static void poison(mmf_store_state *state)
{
    mmf_store *store = &state->store;

    mmf_store_release(&state->is_cut, 1);
    mmf_store_release(&store->visible, 0);
    mmf_store_release(&store->settable, 0);
    mmf_store_release(&store->append_limit, 0);
}

/* The page of the address, and pages before it as far as a record reaches that ends there. */
static void replace_around(const guarded *place, const mmf_store_state *state,
                           const unsigned char *address)
{
    uint64_t page = mmf_sys_page_size();
    uint64_t at = (uint64_t)(address - place->base) / page * page;
    uint64_t before = (state->info.record_size + page - 1) / page * page;
    uint64_t first = at > before ? at - before : 0;

    mmf_sys_replace_pages(place->base + first, at + page - first);
}

static bool on_fault(const void *address)
{
    const unsigned char *at = address;

    for (unsigned i = 0; i < GUARDED_MAX; i++) {
        mmf_store_state *state = mmf_load_acquire(&table[i].state);

        if (state && at >= table[i].base && (uint64_t)(at - table[i].base) < table[i].size) {
            poison(state);
            replace_around(&table[i], state, at);
            return true;
        }
    }
    return false;
}

static guarded *find(const mmf_store_state *state)
{
    for (unsigned i = 0; i < GUARDED_MAX; i++) {
        if (table[i].state == state) {
            return &table[i];
        }
    }
    return NULL;
}

static mmf_status add_locked(mmf_store_state *state)
{
    guarded *place = find(NULL);
    int failure;

    if (!place) {
        return MMF_E_LIMIT;
    }
    failure = mmf_sys_handle_faults(on_fault);
    if (failure != 0) {
        errno = failure;
        return MMF_E_SYSTEM;
    }
    place->base = state->region.base;
    place->size = state->region.size;
    mmf_store_release(&place->state, state);
    guarded_count++;
    return MMF_OK;
}

mmf_status mmf_guard_add(mmf_store_state *state)
{
    mmf_status status;

    (void)pthread_mutex_lock(&table_mutex);
    status = add_locked(state);
    (void)pthread_mutex_unlock(&table_mutex);
    return status;
}

void mmf_guard_remove(mmf_store_state *state)
{
    guarded *place;

    (void)pthread_mutex_lock(&table_mutex);
    place = find(state);
    if (place) {
        mmf_store_release(&place->state, NULL);
        guarded_count--;
        if (guarded_count == 0) {
            mmf_sys_unhandle_faults();
        }
    }
    (void)pthread_mutex_unlock(&table_mutex);
}
