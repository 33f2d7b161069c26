#include "runtime/guard.h"

#include "runtime/guard_table.h"

static void poison(void *owner)
{
    mmf_store_state *state = owner;
    mmf_store *store = &state->store;

    mmf_store_release(&state->is_cut, 1);
    mmf_store_release(&store->visible, 0);
    mmf_store_release(&store->settable, 0);
    mmf_store_release(&store->append_limit, 0);
}

mmf_status mmf_guard_add(mmf_store_state *state)
{
    const mmf_guarded range = {
        .base = state->region.base,
        .size = state->region.size,
        .before = state->info.record_size, /* pages that a record begins in which ends here */
        .on_cut = poison,
        .owner = state,
    };

    return mmf_guard_table_add(&range);
}

void mmf_guard_remove(mmf_store_state *state)
{
    mmf_guard_table_remove(state);
}
