/* Shared memory without a name: memfd_create(2). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/region.h"
#include "runtime/shm_object.h"

#define NAME_MAX_OF_MEMFD 249u
#define SIZE_MAX_OF_OBJECT ((uint64_t)INT64_MAX / 2)

static const mmf_shm_options default_options;

static mmf_status check(const char *name, uint64_t size, const mmf_shm_options *options)
{
    uint32_t flags = options->flags;

    if (!name || strlen(name) > NAME_MAX_OF_MEMFD) {
        return mmf_error_set(options->error, MMF_E_INVALID, "a name has at most %u bytes",
                             NAME_MAX_OF_MEMFD);
    }
    if (size == 0 || size > SIZE_MAX_OF_OBJECT) {
        return mmf_error_set(options->error, size == 0 ? MMF_E_INVALID : MMF_E_NO_SPACE,
                             "shared memory of %" PRIu64 " bytes", size);
    }
    if ((flags & MMF_SHM_OTHERS_READ) != 0 && (flags & MMF_SHM_SEALED) == 0) {
        return mmf_error_set(options->error, MMF_E_INVALID,
                             "MMF_SHM_OTHERS_READ goes with MMF_SHM_SEALED");
    }
    if (options->huge_page_bytes != 0 &&
        ((flags & MMF_SHM_HUGE) == 0 ||
         (options->huge_page_bytes & (options->huge_page_bytes - 1)) != 0)) {
        return mmf_error_set(options->error, MMF_E_INVALID,
                             "huge_page_bytes is %" PRIu64
                             ", expected a power of two, and MMF_SHM_HUGE",
                             options->huge_page_bytes);
    }
    return mmf_shm_check_options(options, MMF_SHM_SEALED | MMF_SHM_OTHERS_READ | MMF_SHM_HUGE);
}

/* The pool may be empty at any of the steps, and says so in several ways. */
static mmf_status failed(const mmf_shm *shm, const mmf_shm_options *options, int failure)
{
    bool is_huge = (options->flags & MMF_SHM_HUGE) != 0;

    if (is_huge && (failure == ENOMEM || failure == ENOSPC || failure == ENODEV)) {
        return mmf_error_set_system(options->error, MMF_E_NO_MEMORY, failure,
                                    "%s: the machine has not enough free huge pages "
                                    "(/proc/sys/vm/nr_hugepages)",
                                    shm->name);
    }
    return mmf_shm_system_error(options, failure, shm->name, "cannot be created");
}

static int size_and_allocate(mmf_shm *shm, uint64_t size, uint64_t *ret_size)
{
    mmf_sys_shm_descriptor descriptor;
    int failure = mmf_sys_shm_describe(shm->fd, &descriptor);

    if (failure != 0) {
        return failure;
    }
    shm->page_bytes = descriptor.page_bytes;
    if (descriptor.kind == MMF_SYS_SHM_HUGE_PAGES) {
        size = (size + shm->page_bytes - 1) / shm->page_bytes * shm->page_bytes;
    }
    failure = mmf_shm_allocate(shm->fd, 0, size);
    if (failure == 0) {
        *ret_size = size;
    }
    return failure;
}

static mmf_status make(mmf_shm *shm, uint64_t size, const mmf_shm_options *options)
{
    bool is_sealed = (options->flags & MMF_SHM_SEALED) != 0;
    bool is_exec = options->map && (options->map->flags & MMF_MAP_EXEC) != 0;
    uint64_t huge = (options->flags & MMF_SHM_HUGE) == 0 ? 0
                    : options->huge_page_bytes           ? options->huge_page_bytes
                                                         : 1;
    int failure = mmf_sys_shm_anonymous(shm->name, huge, is_exec, &shm->fd);
    mmf_status status;

    if (failure == 0) {
        failure = size_and_allocate(shm, size, &size);
    }
    if (failure != 0) {
        return failed(shm, options, failure);
    }
    shm->is_sealed = is_sealed;
    status = mmf_shm_map(shm, size, options); /* before it is sealed against new mappings */
    if (status != MMF_OK) {
        return status;
    }
    failure = mmf_sys_shm_seal(shm->fd, is_sealed, (options->flags & MMF_SHM_OTHERS_READ) != 0);
    return failure == 0 ? MMF_OK : failed(shm, options, failure);
}

mmf_status mmf_shm_create_anonymous(const char *name, uint64_t size, const mmf_shm_options *options,
                                    mmf_shm **ret_shm)
{
    mmf_status status;
    mmf_shm *shm;

    options = options ? options : &default_options;
    status = check(name, size, options);
    if (status != MMF_OK) {
        return status;
    }
    shm = calloc(1, sizeof *shm);
    if (!shm) {
        return mmf_error_set(options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    (void)snprintf(shm->name, sizeof shm->name, "%s", name);
    shm->fd = -1;
    shm->is_creator = true;
    shm->is_anonymous = true;
    status = make(shm, size, options);
    if (status != MMF_OK) {
        mmf_shm_close(shm);
        return status;
    }
    *ret_shm = shm;
    return MMF_OK;
}
