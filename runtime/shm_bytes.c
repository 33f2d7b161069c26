/* What can be asked of a handle of shared memory, and its size. */
#include <errno.h>
#include <inttypes.h>

#include "runtime/region.h"
#include "runtime/shm_object.h"

/* --- What it is ------------------------------------------------------------------------------ */

uint64_t mmf_shm_size(const mmf_shm *shm)
{
    mmf_sys_shm_info info;
    uint64_t size;

    if (mmf_sys_shm_info_of(shm->fd, &info) != 0 || info.file.size <= shm->offset) {
        return 0;
    }
    size = info.file.size - shm->offset;
    return size < shm->mapped_size ? size : shm->mapped_size;
}

void *mmf_shm_bytes(const mmf_shm *shm, uint64_t *ret_size)
{
    if (ret_size) {
        *ret_size = mmf_shm_size(shm);
    }
    return shm->base;
}

const char *mmf_shm_name(const mmf_shm *shm)
{
    return shm->name;
}

uint64_t mmf_shm_offset(const mmf_shm *shm)
{
    return shm->offset;
}

int mmf_shm_descriptor(const mmf_shm *shm)
{
    return shm->fd;
}

bool mmf_shm_is_creator(const mmf_shm *shm)
{
    return shm->is_creator;
}

bool mmf_shm_is_sealed(const mmf_shm *shm)
{
    return shm->is_sealed;
}

bool mmf_shm_is_read_only(const mmf_shm *shm)
{
    return shm->is_read_only;
}

uint64_t mmf_shm_page_bytes(const mmf_shm *shm)
{
    return shm->page_bytes;
}

/* --- Its size -------------------------------------------------------------------------------- */

static mmf_status failed(int failure)
{
    if (failure != 0) {
        errno = failure;
    }
    return mmf_status_of_errno(failure);
}

/* Who has it besides this handle; where that cannot be known, somebody has. */
static bool others_have_it(const mmf_shm *shm)
{
    uint32_t count = 1;

    if (shm->was_sent) {
        return true;
    }
    if (shm->is_anonymous) {
        return !shm->is_creator;
    }
    return shm->offset == 0 || mmf_shm_attached(shm->fd, 1, NULL, &count) != 0 || count > 0;
}

/* With the lock. The old size is asked for now: another handle may have changed it. */
static mmf_status resize(const mmf_shm *shm, uint64_t size)
{
    mmf_sys_shm_info info;
    uint64_t end = shm->offset + size;
    int failure = mmf_sys_shm_info_of(shm->fd, &info);

    if (failure != 0) {
        return failed(failure);
    }
    if (!shm->is_creator && info.user != mmf_sys_shm_user() && mmf_sys_shm_user() != 0) {
        return failed(EPERM);
    }
    if (end < info.file.size) {
        return others_have_it(shm) ? MMF_E_LOCKED : failed(mmf_sys_truncate(shm->fd, end));
    }
    failure =
        end > info.file.size ? mmf_shm_allocate(shm->fd, info.file.size, end - info.file.size) : 0;
    if (failure != 0) { /* a file system that leaves what it could allocate */
        (void)mmf_sys_truncate(shm->fd, info.file.size);
    }
    return failed(failure);
}

mmf_status mmf_shm_resize(mmf_shm *shm, uint64_t size)
{
    mmf_status status;

    if (size == 0 || shm->is_sealed || shm->page_bytes != mmf_sys_page_size()) {
        return MMF_E_INVALID;
    }
    if (shm->is_read_only) {
        return MMF_E_READONLY;
    }
    if (size > shm->mapped_size) {
        return MMF_E_LIMIT;
    }
    if (shm->offset == 0) { /* nobody else knows the lock */
        return resize(shm, size);
    }
    status = mmf_shm_lock(shm->fd, true, mmf_shm_timeout_ns(0));
    if (status == MMF_OK) {
        int saved_errno;

        status = resize(shm, size);
        saved_errno = errno;
        mmf_sys_shm_unlock_file(shm->fd);
        errno = saved_errno;
    }
    return status;
}
