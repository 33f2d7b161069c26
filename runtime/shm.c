/* Shared memory by name: making, attaching, resizing. */
#include "runtime/shm.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/region.h"
#include "runtime/shm_object.h"
#include "runtime/wait.h"

#define MODE_DEFAULT 0600u
#define SIZE_MAX_OF_OBJECT ((uint64_t)INT64_MAX / 2)

static const mmf_shm_options default_options;

/* --- Arguments ------------------------------------------------------------------------------- */

uint64_t mmf_shm_timeout_ns(uint32_t timeout_ms)
{
    return timeout_ms == MMF_SHM_TIMEOUT_FOREVER
               ? UINT64_MAX / 2
               : (uint64_t)(timeout_ms ? timeout_ms : MMF_SHM_TIMEOUT_MS_DEFAULT) * 1000000u;
}

mmf_status mmf_shm_check_options(const mmf_shm_options *options, uint32_t allowed)
{
    if ((options->flags & ~allowed) != 0 || options->reserved != 0) {
        return mmf_error_set(options->error, MMF_E_INVALID,
                             "options have the flags %#" PRIx32 ", of which %#" PRIx32
                             " are not for this call, or a reserved member that is not zero",
                             options->flags, options->flags & ~allowed);
    }
    if ((options->mode & ~07777u) != 0) {
        return mmf_error_set(options->error, MMF_E_INVALID,
                             "mode %#" PRIo32 ", expected 0 to 07777", options->mode);
    }
    return MMF_OK;
}

mmf_status mmf_shm_system_error(const mmf_shm_options *options, int failure, const char *name,
                                const char *what)
{
    mmf_status status = mmf_status_of_errno(failure);

    status = mmf_error_set_system(options->error, status, failure, "%s: %s", name, what);
    errno = failure;
    return status;
}

static mmf_shm *shm_new(const char *name)
{
    mmf_shm *shm = calloc(1, sizeof *shm);

    if (shm) {
        shm->fd = -1;
        shm->page_bytes = mmf_sys_page_size();
        memcpy(shm->name, name, strlen(name) + 1);
    }
    return shm;
}

/* --- Mapping --------------------------------------------------------------------------------- */

mmf_status mmf_shm_map(mmf_shm *shm, uint64_t size, const mmf_shm_options *options)
{
    uint64_t page = shm->page_bytes;
    uint64_t wanted = size;
    void *base = NULL;
    mmf_status status = mmf_map_check_options(options->map, options->error);

    if (status != MMF_OK) {
        return status;
    }
    if (options->reservation_bytes > size && !shm->is_sealed && page == mmf_sys_page_size()) {
        wanted = options->reservation_bytes;
    }
    wanted = wanted > SIZE_MAX_OF_OBJECT ? SIZE_MAX_OF_OBJECT : wanted;
    wanted = (wanted + page - 1) / page * page;
    status =
        mmf_map_descriptor(shm->fd, shm->offset, wanted, !shm->is_read_only, options->map, &base);
    if (status != MMF_OK) {
        bool is_sealed = status == MMF_E_SYSTEM && errno == EPERM && !shm->is_read_only;

        return mmf_error_set_system(options->error, is_sealed ? MMF_E_READONLY : status, errno,
                                    "%s: cannot be mapped", shm->name);
    }
    shm->base = base;
    shm->mapped_size = wanted;
    return mmf_map_apply_reserved(base, wanted, size, options->map, options->error);
}

/* --- Attaching ------------------------------------------------------------------------------- */

/* One attempt. *ret_again: the name led elsewhere meanwhile. */
static mmf_status attach_file(mmf_shm *shm, const char *path, const mmf_shm_options *options,
                              bool *ret_again)
{
    mmf_sys_shm_info info;
    mmf_shm_header header;
    bool is_ours = false;
    int failure = mmf_sys_shm_open(path, !shm->is_read_only, &shm->fd);
    mmf_status status;

    if (failure == ELOOP || failure == EISDIR) {
        return mmf_error_set(options->error, MMF_E_INVALID, "%s: not a regular file", path);
    }
    if (failure == 0) {
        failure = mmf_sys_shm_info_of(shm->fd, &info);
    }
    if (failure != 0) {
        return mmf_shm_system_error(options, failure, path, "cannot be attached");
    }
    if (!info.file.is_regular) {
        return mmf_error_set(options->error, MMF_E_INVALID, "%s: not a regular file", path);
    }
    status = mmf_shm_header_read(shm->fd, &header, &is_ours, options->error);
    if (status != MMF_OK || !is_ours) {
        return status;
    }
    shm->offset = header.header_size;
    status = mmf_shm_lock(shm->fd, false, mmf_shm_timeout_ns(options->timeout_ms));
    if (status != MMF_OK) {
        return mmf_error_set_system(options->error, status, status == MMF_E_SYSTEM ? errno : 0,
                                    "%s: cannot be locked", path);
    }
    failure = mmf_shm_lock_own_byte(shm->fd);
    if (failure != 0) {
        return mmf_shm_system_error(options, failure, path, "cannot be locked");
    }
    *ret_again = !mmf_shm_leads_to(path, shm->fd);
    mmf_sys_shm_unlock_file(shm->fd);
    return MMF_OK;
}

static mmf_status map_whole(mmf_shm *shm, const mmf_shm_options *options)
{
    mmf_sys_shm_descriptor descriptor = {0};
    mmf_sys_shm_info info;
    int failure = mmf_sys_shm_info_of(shm->fd, &info);

    if (failure == 0) {
        failure = mmf_sys_shm_describe(shm->fd, &descriptor);
    }
    if (failure != 0) {
        return mmf_shm_system_error(options, failure, shm->name, "cannot be looked at");
    }
    if (info.file.size <= shm->offset) {
        return mmf_error_set(options->error, MMF_E_TRUNCATED, "%s: has no bytes", shm->name);
    }
    shm->page_bytes = descriptor.page_bytes;
    return mmf_shm_map(shm, info.file.size - shm->offset, options);
}

static mmf_status attach(const char *name, const char *path, const mmf_shm_options *options,
                         mmf_shm **ret_shm)
{
    uint64_t deadline = mmf_shm_timeout_ns(options->timeout_ms);
    mmf_wait wait = {0, 0};
    mmf_shm *shm = shm_new(name);
    mmf_status status;
    bool again;

    if (!shm) {
        return mmf_error_set(options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    shm->is_read_only = (options->flags & MMF_SHM_READ_ONLY) != 0;
    do {
        mmf_sys_close(shm->fd);
        shm->fd = -1;
        shm->offset = 0;
        again = false;
        status = attach_file(shm, path, options, &again);
    } while (again && mmf_wait_round(&wait, deadline));
    if (again) {
        status =
            mmf_error_set(options->error, MMF_E_STUCK, "%s: is replaced again and again", path);
    }
    if (status == MMF_OK) {
        status = map_whole(shm, options);
    }
    if (status != MMF_OK) {
        mmf_shm_close(shm);
        return status;
    }
    *ret_shm = shm;
    return MMF_OK;
}

mmf_status mmf_shm_attach(const char *name, const mmf_shm_options *options, mmf_shm **ret_shm)
{
    mmf_status status;
    char *path;

    options = options ? options : &default_options;
    status = mmf_shm_check_name(name, options->error, &name);
    if (status == MMF_OK) {
        status = mmf_shm_check_options(options, MMF_SHM_READ_ONLY);
    }
    if (status != MMF_OK) {
        return status;
    }
    path = mmf_shm_path_of(options->directory, name, "");
    status = path ? attach(name, path, options, ret_shm)
                  : mmf_error_set(options->error, MMF_E_NO_MEMORY, "out of memory");
    free(path);
    return status;
}

/* --- Making ---------------------------------------------------------------------------------- */

/* All that others will find when it has its name. */
static int fill(mmf_shm *shm, int fd, uint64_t size, const mmf_shm_options *options)
{
    mmf_shm_header header;
    int failure = 0;

    if ((options->flags & MMF_SHM_RAW) == 0) {
        failure = mmf_shm_header_make(options->flags, &header);
        shm->offset = header.header_size;
    }
    if (failure == 0) {
        failure = mmf_shm_allocate(fd, 0, shm->offset + size);
    }
    if (failure == 0 && shm->offset > 0) {
        failure = mmf_sys_write_at(fd, 0, &header, sizeof header);
    }
    if (failure == 0 && shm->offset > 0) {
        failure = mmf_shm_lock_own_byte(fd);
    }
    if (failure == 0) {
        failure = mmf_sys_shm_set_mode(fd, options->mode ? options->mode : MODE_DEFAULT);
    }
    return failure;
}

static mmf_status make(mmf_shm *shm, const char *path, uint64_t size,
                       const mmf_shm_options *options)
{
    mmf_sys_new_file file = {.fd = -1};
    int failure = mmf_sys_new_file_create(path, MODE_DEFAULT, &file);
    mmf_status status;

    if (failure != 0) {
        status = mmf_status_of_errno(failure);
        return mmf_error_set_system(options->error,
                                    status == MMF_E_NOT_FOUND ? MMF_E_SYSTEM : status, failure,
                                    "%s: cannot create a file there", path);
    }
    failure = fill(shm, file.fd, size, options);
    shm->fd = file.fd; /* mapped before it has a name, so that nothing can fail after */
    status = failure == 0 ? mmf_shm_map(shm, size, options)
                          : mmf_shm_system_error(options, failure, path, "cannot be created");
    if (status == MMF_OK) {
        failure = mmf_sys_new_file_publish(&file, path);
        if (failure == 0) {
            return MMF_OK;
        }
        status = mmf_shm_system_error(options, failure, path, "cannot be created");
    }
    shm->fd = -1;
    mmf_sys_new_file_close(&file);
    return status;
}

static mmf_status create(const char *name, const char *path, uint64_t size,
                         const mmf_shm_options *options, mmf_shm **ret_shm)
{
    mmf_sys_shm_info info;
    mmf_shm *shm;
    mmf_status status;

    if (mmf_sys_shm_info_of_path(path, &info) == 0) { /* before all the pages are allocated */
        return mmf_error_set_system(options->error, MMF_E_EXISTS, EEXIST, "%s: cannot be created",
                                    path);
    }
    shm = shm_new(name);
    if (!shm) {
        return mmf_error_set(options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    shm->is_creator = true;
    status = make(shm, path, size, options);
    if (status != MMF_OK) {
        mmf_shm_close(shm);
        return status;
    }
    *ret_shm = shm;
    return MMF_OK;
}

static mmf_status attach_at_least(const char *name, const char *path, uint64_t size,
                                  const mmf_shm_options *options, mmf_shm **ret_shm)
{
    mmf_shm *shm = NULL;
    mmf_status status = attach(name, path, options, &shm);
    uint64_t found;

    if (status != MMF_OK) {
        return status;
    }
    found = mmf_shm_size(shm);
    if (found < size) {
        mmf_shm_close(shm);
        return mmf_error_set(options->error, MMF_E_INVALID,
                             "%s: exists and has %" PRIu64 " bytes, expected at least %" PRIu64,
                             path, found, size);
    }
    *ret_shm = shm;
    return MMF_OK;
}

/* Whichever of the two works; both can fail when others create and remove it. */
static mmf_status create_or_attach(const char *name, const char *path, uint64_t size,
                                   const mmf_shm_options *options, mmf_shm **ret_shm)
{
    mmf_shm_options attempt = *options;
    mmf_wait wait = {0, 0};
    mmf_error detail;
    mmf_status status;

    attempt.error = &detail;
    do {
        detail = (mmf_error){0};
        status = attach_at_least(name, path, size, &attempt, ret_shm);
        if (status == MMF_E_NOT_FOUND) {
            detail = (mmf_error){0};
            status = create(name, path, size, &attempt, ret_shm);
        }
    } while ((status == MMF_E_NOT_FOUND || status == MMF_E_EXISTS) &&
             mmf_wait_round(&wait, mmf_shm_timeout_ns(options->timeout_ms)));
    if (status == MMF_E_NOT_FOUND || status == MMF_E_EXISTS) {
        detail = (mmf_error){0};
        status = mmf_error_set(&detail, MMF_E_STUCK, "%s: is replaced again and again", path);
    }
    if (status != MMF_OK && options->error && options->error->status == MMF_OK) {
        *options->error = detail;
    }
    return status;
}

static mmf_status check_create(uint64_t size, const mmf_shm_options *options)
{
    if (size == 0 || size > SIZE_MAX_OF_OBJECT) {
        return mmf_error_set(options->error, size == 0 ? MMF_E_INVALID : MMF_E_NO_SPACE,
                             "shared memory of %" PRIu64 " bytes, expected 1 to %" PRIu64, size,
                             SIZE_MAX_OF_OBJECT);
    }
    if ((options->flags & (MMF_SHM_RAW | MMF_SHM_KEEP)) == (MMF_SHM_RAW | MMF_SHM_KEEP)) {
        return mmf_error_set(options->error, MMF_E_INVALID,
                             "MMF_SHM_RAW has no page for MMF_SHM_KEEP, and needs none");
    }
    return mmf_shm_check_options(options, MMF_SHM_OR_ATTACH | MMF_SHM_RAW | MMF_SHM_KEEP);
}

mmf_status mmf_shm_create(const char *name, uint64_t size, const mmf_shm_options *options,
                          mmf_shm **ret_shm)
{
    mmf_status status;
    char *path;

    options = options ? options : &default_options;
    status = mmf_shm_check_name(name, options->error, &name);
    if (status == MMF_OK) {
        status = check_create(size, options);
    }
    if (status != MMF_OK) {
        return status;
    }
    path = mmf_shm_path_of(options->directory, name, "");
    if (!path) {
        return mmf_error_set(options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    status = (options->flags & MMF_SHM_OR_ATTACH) != 0
                 ? create_or_attach(name, path, size, options, ret_shm)
                 : create(name, path, size, options, ret_shm);
    free(path);
    return status;
}

void mmf_shm_close(mmf_shm *shm)
{
    if (shm) {
        mmf_sys_unmap(shm->base, shm->mapped_size);
        mmf_sys_close(shm->fd); /* and its locks go */
        free(shm);
    }
}
