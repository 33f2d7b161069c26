/* Stores in shared memory: NAME and NAME.lock, which go together.
 *
 * Whoever writes to a store holds flock(2) on NAME.lock, then looks whether it still has that name,
 * and whether the store still has its (store_open.c). So whoever holds it alone, with both names
 * still leading there, may take both away: a writer who comes then finds neither. The store goes
 * first: without its lock file a store has lost what its dead writers' changes are undone from.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/region.h"
#include "runtime/shm_object.h"
#include "schema/format.h"

static bool begins_with(int fd, const char *magic)
{
    char bytes[MMF_MAGIC_SIZE];
    size_t size = 0;

    return mmf_sys_read_at(fd, 0, bytes, sizeof bytes, &size) == 0 && size == sizeof bytes &&
           memcmp(bytes, magic, sizeof bytes) == 0;
}

bool mmf_shm_is_store(int fd)
{
    return begins_with(fd, MMF_MAGIC);
}

/* Its magic is stored last, so one that is just being made, or whose maker died, is all zeros. */
bool mmf_shm_is_store_lock(int fd)
{
    const char zeros[MMF_MAGIC_SIZE] = {0};
    mmf_sys_shm_info info;

    return begins_with(fd, MMF_LOCK_MAGIC) ||
           (mmf_sys_shm_info_of(fd, &info) == 0 && info.file.size == sizeof(mmf_lock_header) &&
            begins_with(fd, zeros));
}

/* The byte is held by whoever has it open for writing, with whatever lock file. */
static bool has_writer(int fd)
{
    bool locked = true;

    return mmf_sys_bytes_locked(fd, MMF_STORE_BYTE_WRITERS, 1, &locked) != 0 || locked;
}

static int open_regular(const char *path, int *ret_fd)
{
    mmf_sys_shm_info info;
    int fd = -1;
    int failure = mmf_sys_shm_info_of_path(path, &info);

    if (failure == 0) {
        failure = info.file.is_regular ? mmf_sys_shm_open(path, false, &fd) : EINVAL;
    }
    if (failure == 0) {
        *ret_fd = fd;
    }
    return failure;
}

bool mmf_shm_store_in_use(const char *directory, const char *name, int fd)
{
    char *lock_path = mmf_shm_path_of(directory, name, ".lock");
    bool in_use = true;
    int lock_fd = -1;
    int failure = lock_path ? open_regular(lock_path, &lock_fd) : ENOMEM;

    if (failure == 0) {
        in_use = mmf_sys_lock_file(lock_fd, false) != 0;
        if (!in_use) { /* shared writers too: those hold slots */
            mmf_sys_shm_unlock_file(lock_fd);
            in_use = has_writer(fd);
        }
    } else if (failure == ENOENT) {
        in_use = has_writer(fd);
    }
    mmf_sys_close(lock_fd);
    free(lock_path);
    return in_use;
}

/* Opens the lock file, or makes it, so that no writer can come; and takes the lock.
 * MMF_E_LOCKED: one is there, or the file is something else or is just being replaced. */
static mmf_status hold_lock_file(const char *lock_path, uint32_t mode, bool may_make, int *ret_fd)
{
    int failure = open_regular(lock_path, ret_fd);

    if (failure == ENOENT && may_make) {
        failure = mmf_sys_open_or_create(lock_path, mode, true, ret_fd);
    }
    if (failure == EINVAL) {
        return MMF_E_LOCKED;
    }
    if (failure != 0) {
        errno = failure;
        return mmf_status_of_errno(failure);
    }
    failure = mmf_sys_lock_file(*ret_fd, true);
    if (failure != 0) {
        errno = failure;
        return failure == EWOULDBLOCK ? MMF_E_LOCKED : MMF_E_SYSTEM;
    }
    return mmf_shm_leads_to(lock_path, *ret_fd) ? MMF_OK : MMF_E_LOCKED;
}

/* An empty lock file is one whose maker died even earlier. */
static bool may_go(int lock_fd)
{
    mmf_sys_shm_info info;

    return mmf_shm_is_store_lock(lock_fd) ||
           (mmf_sys_shm_info_of(lock_fd, &info) == 0 && info.file.size == 0);
}

static mmf_status removed(int failure)
{
    if (failure == 0 || failure == ENOENT) {
        return MMF_OK;
    }
    errno = failure;
    return MMF_E_SYSTEM;
}

/* Before a lock file is made where there is none: it must not stay beside a store in use, or beside
 * somebody else's, who could not open it. */
static mmf_status look_at_store(int fd, mmf_sys_shm_info *ret_info)
{
    int failure = mmf_sys_shm_info_of(fd, ret_info);

    if (failure == 0 && ret_info->user != mmf_sys_shm_user() && mmf_sys_shm_user() != 0) {
        failure = EPERM;
    }
    return failure != 0 ? removed(failure) : has_writer(fd) ? MMF_E_LOCKED : MMF_OK;
}

/* fd: of the store, or -1 where there is none. */
static mmf_status remove_both(const char *path, const char *lock_path, int fd)
{
    mmf_sys_shm_info info = {.user = 0};
    int lock_fd = -1;
    mmf_status status = MMF_OK;

    if (fd >= 0) {
        status = look_at_store(fd, &info);
    }
    if (status == MMF_OK) {
        status = hold_lock_file(lock_path, info.file.mode & 0666u, fd >= 0, &lock_fd);
    }
    if (status == MMF_OK && fd >= 0 && (has_writer(fd) || !mmf_shm_leads_to(path, fd))) {
        status = MMF_E_LOCKED;
    }
    if (status == MMF_OK && !may_go(lock_fd)) {
        status = MMF_E_LOCKED; /* somebody else's file of that name */
    }
    if (status == MMF_OK && fd < 0 && mmf_sys_shm_info_of_path(path, &info) != ENOENT) {
        status = MMF_E_LOCKED; /* a store has just been made */
    }
    if (status == MMF_OK && fd >= 0) {
        status = removed(mmf_sys_shm_remove(path));
    }
    if (status == MMF_OK) {
        status = removed(mmf_sys_shm_remove(lock_path));
    }
    mmf_sys_close(lock_fd);
    return status;
}

mmf_status mmf_shm_store_remove(const char *directory, const char *name)
{
    char *path = mmf_shm_path_of(directory, name, "");
    char *lock_path = mmf_shm_path_of(directory, name, ".lock");
    mmf_status status = MMF_E_NO_MEMORY;
    int fd = -1;

    if (path && lock_path) {
        int failure = open_regular(path, &fd);

        if (failure == 0) {
            status = mmf_shm_is_store(fd) ? remove_both(path, lock_path, fd) : MMF_E_NOT_FOUND;
        } else if (failure == ENOENT) {
            status = remove_both(path, lock_path, -1);
        } else {
            status = removed(failure);
        }
        mmf_sys_close(fd);
    }
    free(path);
    free(lock_path);
    return status;
}
