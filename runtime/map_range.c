/* What can be asked of ranges of a mapping. */
#include "runtime/map_range.h"

#include <errno.h>

#include "runtime/system.h"
#include "runtime/system_map.h"

bool mmf_is_advice(mmf_advice advice)
{
    return (unsigned)advice <= (unsigned)MMF_ADVICE_POPULATE_WRITE;
}

mmf_status mmf_map_failed(mmf_status status, int system_errno)
{
    errno = system_errno;
    return status;
}

/* --- Ranges ---------------------------------------------------------------------------------- */

bool mmf_pages_around(const void *address, uint64_t size, mmf_page_range *ret_range)
{
    uint64_t page = mmf_sys_page_size();
    uint64_t begin = (uint64_t)(uintptr_t)address;
    uint64_t lead = begin % page;

    if (begin > UINT64_MAX - (page - 1) || size > UINT64_MAX - (page - 1) - begin) {
        return false;
    }
    ret_range->begin = (unsigned char *)(uintptr_t)(begin - lead);
    ret_range->size = size == 0 ? 0 : (size + lead + page - 1) / page * page;
    return true;
}

/* Whole pages inside, perhaps none. */
static bool pages_within(void *address, uint64_t size, mmf_page_range *ret_range)
{
    uint64_t page = mmf_sys_page_size();
    uint64_t lead = (page - (uint64_t)(uintptr_t)address % page) % page;

    if (size > UINT64_MAX - (uint64_t)(uintptr_t)address) {
        return false;
    }
    ret_range->begin = (unsigned char *)address + (size > lead ? lead : 0);
    ret_range->size = size > lead ? (size - lead) / page * page : 0;
    return true;
}

static bool throws_away(mmf_advice advice)
{
    return advice == MMF_ADVICE_DONT_NEED || advice == MMF_ADVICE_FREE;
}

mmf_status mmf_status_of_range(int failure)
{
    return failure == 0        ? MMF_OK
           : failure == ENOMEM ? MMF_E_INVALID
           : failure == EAGAIN ? MMF_E_NO_MEMORY
                               : MMF_E_SYSTEM;
}

mmf_status mmf_map_advise(void *address, uint64_t size, mmf_advice advice)
{
    mmf_page_range range;
    int failure;

    if (!mmf_is_advice(advice) ||
        !(throws_away(advice) ? pages_within(address, size, &range)
                              : mmf_pages_around(address, size, &range))) {
        return mmf_map_failed(MMF_E_INVALID, EINVAL);
    }
    failure = range.size != 0 ? mmf_sys_advise(range.begin, range.size, advice) : 0;
    return failure == 0 ? MMF_OK : mmf_map_failed(mmf_status_of_range(failure), failure);
}

mmf_status mmf_map_prefetch(void *address, uint64_t size)
{
    return mmf_map_advise(address, size, MMF_ADVICE_WILL_NEED);
}

/* What a kernel without MADV_POPULATE_… is spared. Bytes are others' too, so a store that leaves
 * them as they are has to be one step; and one that no compiler takes for a load, as it may a
 * fetch_or of 0. */
static void touch_by_hand(const mmf_page_range *range, bool for_writing)
{
    uint64_t page = mmf_sys_page_size();
    volatile unsigned char seen = 0; /* so that no load is left out */

    for (uint64_t at = 0; at < range->size; at += page) {
        unsigned char byte = __atomic_load_n(range->begin + at, __ATOMIC_RELAXED);

        while (for_writing && !__atomic_compare_exchange_n(range->begin + at, &byte, byte, false,
                                                           __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        }
        seen = byte;
    }
    (void)seen;
}

/* Asked of a page of ours, as EINVAL of others may be said of the mapping. */
static bool kernel_populates(void)
{
    unsigned char here = 0;
    mmf_page_range range;

    return mmf_pages_around(&here, 1, &range) &&
           mmf_sys_advise(range.begin, range.size, MMF_ADVICE_POPULATE_READ) != EINVAL;
}

/* The kernel says ENOMEM of holes in the range, and when there is no memory. */
static mmf_status status_of_populating(const mmf_page_range *range, int failure)
{
    uint64_t resident;

    if (failure == EINVAL) {
        return MMF_E_INVALID;
    }
    return failure == ENOMEM && mmf_map_resident(range->begin, range->size, &resident) == MMF_OK
               ? MMF_E_NO_MEMORY
               : mmf_status_of_range(failure);
}

mmf_status mmf_map_touch(void *address, uint64_t size, bool for_writing)
{
    mmf_page_range range;
    int failure;

    if (!mmf_pages_around(address, size, &range)) {
        return mmf_map_failed(MMF_E_INVALID, EINVAL);
    }
    if (range.size == 0) {
        return MMF_OK;
    }
    failure = mmf_sys_advise(range.begin, range.size,
                             for_writing ? MMF_ADVICE_POPULATE_WRITE : MMF_ADVICE_POPULATE_READ);
    if (failure == EINVAL && !kernel_populates()) {
        touch_by_hand(&range, for_writing);
        return MMF_OK;
    }
    return failure == 0 ? MMF_OK : mmf_map_failed(status_of_populating(&range, failure), failure);
}

/* --- Locks ----------------------------------------------------------------------------------- */

static mmf_status status_of_lock(int failure)
{
    return failure == 0                                                 ? MMF_OK
           : failure == ENOMEM || failure == EPERM || failure == EAGAIN ? MMF_E_NO_MEMORY
                                                                        : MMF_E_SYSTEM;
}

mmf_status mmf_map_lock(void *address, uint64_t size, bool on_fault)
{
    mmf_page_range range;
    int failure;

    if (!mmf_pages_around(address, size, &range)) {
        return mmf_map_failed(MMF_E_INVALID, EINVAL);
    }
    failure = range.size != 0 ? mmf_sys_lock_pages(range.begin, range.size, on_fault) : 0;
    return failure == 0 ? MMF_OK : mmf_map_failed(status_of_lock(failure), failure);
}

mmf_status mmf_map_unlock(void *address, uint64_t size)
{
    mmf_page_range range;
    int failure;

    if (!mmf_pages_around(address, size, &range)) {
        return mmf_map_failed(MMF_E_INVALID, EINVAL);
    }
    failure = range.size != 0 ? mmf_sys_unlock_pages(range.begin, range.size) : 0;
    return failure == 0 ? MMF_OK : mmf_map_failed(mmf_status_of_range(failure), failure);
}

uint64_t mmf_map_lock_limit(void)
{
    return mmf_sys_lock_limit();
}

mmf_status mmf_map_lock_all(uint32_t flags)
{
    const uint32_t known = MMF_LOCK_ALL_NOW | MMF_LOCK_ALL_FUTURE | MMF_LOCK_ALL_ON_FAULT;
    int failure;

    if ((flags & ~known) != 0 || (flags & (MMF_LOCK_ALL_NOW | MMF_LOCK_ALL_FUTURE)) == 0) {
        return mmf_map_failed(MMF_E_INVALID, EINVAL);
    }
    failure = mmf_sys_lock_all(flags);
    return failure == 0 ? MMF_OK : mmf_map_failed(status_of_lock(failure), failure);
}

mmf_status mmf_map_unlock_all(void)
{
    int failure = mmf_sys_unlock_all();

    return failure == 0 ? MMF_OK : mmf_map_failed(MMF_E_SYSTEM, failure);
}

/* --- What is in memory ----------------------------------------------------------------------- */

#define PAGES_AT_ONCE 4096u

mmf_status mmf_map_resident(const void *address, uint64_t size, uint64_t *ret_bytes)
{
    unsigned char pages[PAGES_AT_ONCE];
    uint64_t page = mmf_sys_page_size();
    uint64_t resident = 0;
    mmf_page_range range;

    if (!mmf_pages_around(address, size, &range)) {
        return mmf_map_failed(MMF_E_INVALID, EINVAL);
    }
    for (uint64_t at = 0; at < range.size; at += PAGES_AT_ONCE * page) {
        uint64_t rest = range.size - at;
        uint64_t part = rest < PAGES_AT_ONCE * page ? rest : PAGES_AT_ONCE * page;
        int failure = mmf_sys_resident(range.begin + at, part, pages);

        if (failure != 0) {
            return mmf_map_failed(mmf_status_of_range(failure), failure);
        }
        for (uint64_t i = 0; i < part / page; i++) {
            resident += pages[i] & 1u;
        }
    }
    *ret_bytes = resident * page;
    return MMF_OK;
}
