#include <errno.h>

#include "runtime/file_state.h"
#include "runtime/region.h"
#include "runtime/system_file.h"

uint64_t mmf_file_position(const mmf_file *file)
{
    return mmf_load_relaxed(&file->position);
}

/* --- Ranges ---------------------------------------------------------------------------------- */

mmf_status mmf_file_claim_read(mmf_file *file, uint64_t size, uint64_t *ret_offset,
                               uint64_t *ret_size)
{
    uint64_t at = mmf_load_relaxed(&file->position);
    uint64_t end = mmf_load_relaxed(&file->known_end);
    uint64_t taken;

    do {
        if (size > end || at > end - size) {
            mmf_status status = mmf_file_measure(file, &end);

            if (status != MMF_OK) {
                return status;
            }
        }
        if (at >= end) {
            return mmf_load_relaxed(&file->is_cut) != 0 ? MMF_E_TRUNCATED : MMF_E_END;
        }
        taken = end - at < size ? end - at : size;
    } while (!mmf_cas_acq_rel(&file->position, &at, at + taken));
    *ret_offset = at;
    *ret_size = taken;
    return MMF_OK;
}

mmf_status mmf_file_claim_write(mmf_file *file, uint64_t size, uint64_t *ret_offset,
                                uint64_t *ret_size)
{
    uint64_t at = mmf_load_relaxed(&file->position);
    uint64_t taken;

    do {
        if (at >= file->limit) {
            return MMF_E_LIMIT;
        }
        taken = file->limit - at < size ? file->limit - at : size;
    } while (!mmf_cas_acq_rel(&file->position, &at, at + taken));
    *ret_offset = at;
    *ret_size = taken;
    return MMF_OK;
}

void mmf_file_give_back(mmf_file *file, uint64_t end, uint64_t unused)
{
    uint64_t seen = end;

    if (unused > 0) {
        (void)mmf_cas_acq_rel(&file->position, &seen, end - unused);
    }
}

/* --- Seeking --------------------------------------------------------------------------------- */

/* from + offset, if a file can have such a place. */
static bool place_of(uint64_t from, int64_t offset, uint64_t *ret_place)
{
    uint64_t distance = offset < 0 ? 0 - (uint64_t)offset : (uint64_t)offset;

    if (offset < 0 ? distance > from : distance > (uint64_t)INT64_MAX - from) {
        return false;
    }
    *ret_place = offset < 0 ? from - distance : from + distance;
    return true;
}

/* Data and holes of the window, whose end is a hole as that of the file is. */
static mmf_status place_in_file(const mmf_file *file, int64_t offset, bool to_hole,
                                uint64_t *ret_place)
{
    uint64_t end = 0;
    uint64_t found = 0;
    mmf_status status = mmf_file_measure(file, &end);
    int failure;

    if (status != MMF_OK) {
        return status;
    }
    if (offset < 0) {
        return MMF_E_INVALID;
    }
    if ((uint64_t)offset >= end) {
        return MMF_E_END;
    }
    failure = mmf_sys_seek(file->fd, file->offset + (uint64_t)offset, to_hole, &found);
    if (failure == ENXIO) {
        return MMF_E_END;
    }
    if (failure != 0) {
        errno = failure;
        return MMF_E_SYSTEM;
    }
    found -= file->offset;
    if (found >= end && !to_hole) {
        return MMF_E_END;
    }
    *ret_place = found < end ? found : end;
    return MMF_OK;
}

static mmf_status seek_from_position(mmf_file *file, int64_t offset, uint64_t *ret_place)
{
    uint64_t at = mmf_load_relaxed(&file->position);

    do {
        if (!place_of(at, offset, ret_place)) {
            return MMF_E_INVALID;
        }
    } while (!mmf_cas_acq_rel(&file->position, &at, *ret_place));
    return MMF_OK;
}

static mmf_status seek_to(const mmf_file *file, int64_t offset, mmf_seek from, uint64_t *ret_place)
{
    uint64_t end = 0;
    mmf_status status;

    switch (from) {
    case MMF_SEEK_SET:
        return place_of(0, offset, ret_place) ? MMF_OK : MMF_E_INVALID;
    case MMF_SEEK_END:
        status = mmf_file_measure(file, &end);
        return status != MMF_OK                   ? status
               : place_of(end, offset, ret_place) ? MMF_OK
                                                  : MMF_E_INVALID;
    case MMF_SEEK_DATA:
    case MMF_SEEK_HOLE:
        return place_in_file(file, offset, from == MMF_SEEK_HOLE, ret_place);
    case MMF_SEEK_CUR:
    default:
        return MMF_E_INVALID;
    }
}

mmf_status mmf_file_seek(mmf_file *file, int64_t offset, mmf_seek from, uint64_t *ret_position)
{
    uint64_t place = 0;
    mmf_status status;

    if (from == MMF_SEEK_CUR) {
        status = seek_from_position(file, offset, &place);
    } else {
        status = seek_to(file, offset, from, &place);
        if (status == MMF_OK) {
            mmf_store_release(&file->position, place);
        }
    }
    if (status == MMF_OK && ret_position) {
        *ret_position = place;
    }
    return status;
}
