#include "runtime/region.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>

#include "runtime/counters.h"
#include "runtime/probe.h"
#include "runtime/system.h"

mmf_status mmf_status_of_errno(int system_errno)
{
    switch (system_errno) {
    case 0:
        return MMF_OK;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return MMF_E_NO_SPACE;
    case ENOENT:
        return MMF_E_NOT_FOUND;
    case EEXIST:
        return MMF_E_EXISTS;
    case ENOMEM:
        return MMF_E_NO_MEMORY;
    default:
        return MMF_E_SYSTEM;
    }
}

/* No processor of today has more address space for a process. */
#define RESERVATION_MAX (1ull << 56)

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

mmf_status mmf_region_open(mmf_region *region, int fd, bool writable, uint64_t reservation,
                           uint64_t needed, mmf_error *error)
{
    uint64_t page = mmf_sys_page_size();
    uint64_t least = round_up(needed ? needed : 1, page);
    uint64_t size = round_up(reservation < RESERVATION_MAX ? reservation : RESERVATION_MAX, page);
    void *base = NULL;
    int failure;

    region->fd = fd;
    region->writable = writable;
    size = size > least ? size : least;
    for (;;) {
        failure = mmf_sys_map(fd, size, writable, &base);
        if (failure == 0) {
            region->base = base;
            region->size = size;
            return MMF_OK;
        }
        /* ENOMEM: no such address space; EOVERFLOW, EINVAL: more than the file system can have;
         * EAGAIN: more than may be locked, after mlockall(2) */
        if (size == least ||
            (failure != ENOMEM && failure != EOVERFLOW && failure != EINVAL && failure != EAGAIN)) {
            break;
        }
        size = size / 2 > least ? round_up(size / 2, page) : least;
    }
    return mmf_error_set_system(error, mmf_status_of_errno(failure), failure,
                                "cannot map %" PRIu64 " bytes", size);
}

void mmf_region_close(mmf_region *region)
{
    mmf_sys_unmap(region->base, region->size);
    mmf_sys_close(region->fd);
    *region = (mmf_region){.fd = -1};
}

mmf_status mmf_region_file_size(const mmf_region *region, uint64_t *ret_size)
{
    mmf_sys_info info;
    int failure = mmf_sys_info_of(region->fd, &info);

    if (failure != 0) {
        errno = failure;
        return MMF_E_SYSTEM;
    }
    *ret_size = info.size;
    return MMF_OK;
}

mmf_status mmf_region_grow(mmf_region *region, uint64_t offset, uint64_t old_size,
                           uint64_t new_size)
{
    int failure = mmf_sys_allocate(region->fd, offset, new_size - offset);
    mmf_sys_info info;

    if (failure == 0) {
        mmf_count(MMF_COUNTER_grows, 1);
        mmf_count(MMF_COUNTER_grown_bytes, new_size - old_size);
        return MMF_OK;
    }
    /* ext4 leaves what it could allocate; nobody uses that yet. */
    if (mmf_sys_info_of(region->fd, &info) == 0 && info.size > old_size) {
        (void)mmf_sys_truncate(region->fd, old_size);
    }
    errno = failure;
    return mmf_status_of_errno(failure);
}

mmf_status mmf_region_map_part(const mmf_region *region, uint64_t offset, uint64_t size,
                               mmf_region_part *ret_part)
{
    uint64_t page = mmf_sys_page_size();
    uint64_t first = offset / page * page;
    void *base = NULL;
    int failure = mmf_sys_map_part(region->fd, first, round_up(offset + size, page) - first, &base);

    if (failure != 0) {
        errno = failure;
        return mmf_status_of_errno(failure);
    }
    ret_part->base = base;
    ret_part->size = round_up(offset + size, page) - first;
    ret_part->bytes = ret_part->base + (offset - first);
    return MMF_OK;
}

void mmf_region_unmap_part(const mmf_region_part *part)
{
    mmf_sys_unmap(part->base, part->size);
}

mmf_status mmf_region_sync(mmf_region *region, uint64_t offset, uint64_t size)
{
    uint64_t page = mmf_sys_page_size();
    uint64_t first = offset / page * page;
    uint64_t end = round_up(offset + size, page);
    int failure;

    mmf_probe_sync(region->fd, offset, size);
    failure =
        mmf_sys_sync_map(region->base + first, (end < region->size ? end : region->size) - first);
    if (failure == 0 && end > region->size) {
        failure = mmf_sys_sync(region->fd);
    }
    mmf_probe_synced(region->fd, offset, size, failure);
    if (failure != 0) {
        mmf_count(MMF_COUNTER_syncs_failed, 1);
        errno = failure;
        return MMF_E_SYSTEM;
    }
    mmf_count(MMF_COUNTER_syncs, 1);
    mmf_count(MMF_COUNTER_synced_bytes, size);
    return MMF_OK;
}
