/* What there is of shared memory, and taking it away. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/region.h"
#include "runtime/shm_object.h"
#include "runtime/wait.h"

static mmf_status system_status(int failure)
{
    errno = failure;
    return mmf_status_of_errno(failure);
}

/* --- Taking a name away ---------------------------------------------------------------------- */

/* With the name's object locked, nobody of ours gives the name to another one. Unused ones only:
 * MMF_E_LOCKED where somebody is attached. *ret_again: the name led elsewhere. */
static mmf_status remove_held(const char *path, int fd, bool unused_only, bool *ret_again)
{
    uint32_t count = 0;
    int failure;

    if (!mmf_shm_leads_to(path, fd)) {
        *ret_again = true;
        return MMF_OK;
    }
    if (unused_only) {
        failure = mmf_shm_attached(fd, 1, NULL, &count);
        if (failure != 0) {
            return system_status(failure);
        }
        if (count > 0) {
            return MMF_E_LOCKED;
        }
    }
    failure = mmf_sys_shm_remove(path);
    return failure == 0 ? MMF_OK : system_status(failure);
}

static mmf_status remove_opened(const char *path, int fd, bool unused_only, uint64_t timeout_ns,
                                bool *ret_again)
{
    mmf_status status = mmf_shm_lock(fd, true, timeout_ns);

    return status == MMF_OK ? remove_held(path, fd, unused_only, ret_again) : status;
}

static mmf_status unlink_once(const char *directory, const char *name, const char *path,
                              bool *ret_again)
{
    mmf_sys_shm_info info;
    mmf_shm_header header;
    bool is_ours = false;
    int fd = -1;
    int failure = mmf_sys_shm_info_of_path(path, &info);
    mmf_status status;

    if (failure == 0 && !info.file.is_regular) {
        return MMF_E_INVALID;
    }
    if (failure == 0) {
        failure = mmf_sys_shm_open(path, false, &fd);
    }
    if (failure == EACCES) { /* may not be read, but perhaps be removed */
        failure = mmf_sys_shm_remove(path);
        return failure == 0 ? MMF_OK : system_status(failure);
    }
    if (failure != 0) {
        return system_status(failure);
    }
    if (mmf_shm_is_store(fd)) {
        status = mmf_shm_store_remove(directory, name);
    } else if (mmf_shm_header_read(fd, &header, &is_ours, NULL) == MMF_OK && is_ours) {
        status = remove_opened(path, fd, false, mmf_shm_timeout_ns(0), ret_again);
    } else {
        failure = mmf_sys_shm_remove(path);
        status = failure == 0 ? MMF_OK : system_status(failure);
    }
    mmf_sys_close(fd);
    return status;
}

mmf_status mmf_shm_unlink(const char *name, const char *directory)
{
    mmf_status status = mmf_shm_check_name(name, NULL, &name);
    mmf_wait wait = {0, 0};
    bool again;
    char *path;

    if (status != MMF_OK) {
        return status;
    }
    path = mmf_shm_path_of(directory, name, "");
    if (!path) {
        return MMF_E_NO_MEMORY;
    }
    do {
        again = false;
        status = unlink_once(directory, name, path, &again);
    } while (again && mmf_wait_round(&wait, mmf_shm_timeout_ns(0)));
    free(path);
    return again ? MMF_E_STUCK : status;
}

/* --- Looking --------------------------------------------------------------------------------- */

static void fill_info(int fd, const mmf_shm_header *header, mmf_shm_info *info)
{
    uint8_t boot_id[16];

    info->size -= header->header_size;
    info->is_kept = (header->flags & MMF_SHM_KEEP) != 0;
    info->is_other_boot =
        mmf_sys_boot_id(boot_id) == 0 && memcmp(boot_id, header->boot_id, sizeof boot_id) != 0;
    info->created_ns = header->created_ns;
    info->creator = header->creator;
    info->creator_start = header->creator_start;
    if (mmf_shm_attached(fd, MMF_SHM_ATTACHED_MAX, info->attached, &info->attached_count) != 0) {
        info->attached_count = 1; /* nobody is declared gone on a guess */
    }
    info->is_in_use = info->attached_count > 0;
}

/* Whether it is an object of ours, or a store. */
static bool look_at(const char *directory, const char *name, int fd, mmf_shm_info *info)
{
    mmf_sys_shm_info file;
    mmf_shm_header header;
    bool is_ours = false;

    if (mmf_sys_shm_info_of(fd, &file) != 0) {
        return false;
    }
    *info = (mmf_shm_info){.name = name,
                           .size = file.file.size,
                           .user = file.user,
                           .mode = file.file.mode,
                           .is_store = mmf_shm_is_store(fd)};
    if (info->is_store) {
        info->is_in_use = mmf_shm_store_in_use(directory, name, fd);
        return true;
    }
    if (mmf_shm_header_read(fd, &header, &is_ours, NULL) != MMF_OK || !is_ours) {
        return false;
    }
    if (header.header_size > info->size) { /* cut just now */
        return false;
    }
    fill_info(fd, &header, info);
    return true;
}

static int open_regular(const char *path, int *ret_fd)
{
    mmf_sys_shm_info info;
    int failure = mmf_sys_shm_info_of_path(path, &info);

    return failure != 0            ? failure
           : !info.file.is_regular ? EINVAL
                                   : mmf_sys_shm_open(path, false, ret_fd);
}

typedef struct listing {
    const char *directory;
    mmf_shm_visitor *visitor;
    void *context;
    mmf_status status;
} listing;

static bool list_one(void *context, const char *name)
{
    listing *listing = context;
    char *path = mmf_shm_path_of(listing->directory, name, "");
    mmf_shm_info info;
    bool more = true;
    int fd = -1;

    if (!path) {
        listing->status = MMF_E_NO_MEMORY;
        return false;
    }
    if (open_regular(path, &fd) == 0 && look_at(listing->directory, name, fd, &info)) {
        more = listing->visitor(listing->context, &info);
    }
    mmf_sys_close(fd);
    free(path);
    return more;
}

mmf_status mmf_shm_list(const char *directory, mmf_shm_visitor *visitor, void *context)
{
    listing listing = {directory ? directory : MMF_SHM_DIRECTORY, visitor, context, MMF_OK};
    int failure = mmf_sys_shm_each(listing.directory, list_one, &listing);

    return failure != 0 ? system_status(failure) : listing.status;
}

/* --- Cleaning up ----------------------------------------------------------------------------- */

typedef struct cleaning {
    const mmf_shm_clean_options *options;
    const char *directory;
    uint64_t removed;
    mmf_status status;
} cleaning;

/* Without waiting: who is just attaching has it. */
static bool clean_object(const char *path, int fd)
{
    mmf_shm_header header;
    bool is_ours = false;
    bool again = false;

    return mmf_shm_header_read(fd, &header, &is_ours, NULL) == MMF_OK && is_ours &&
           (header.flags & MMF_SHM_KEEP) == 0 &&
           remove_opened(path, fd, true, 0, &again) == MMF_OK && !again;
}

/* The name of a store whose lock file has this one; NULL: it is none. To be freed. */
static char *store_of_lock(const char *name)
{
    const char suffix[] = ".lock";
    size_t length = strlen(name);
    size_t rest = length - (sizeof suffix - 1);
    char *store;

    if (length < sizeof suffix || strcmp(name + rest, suffix) != 0) {
        return NULL;
    }
    store = malloc(rest + 1);
    if (store) {
        memcpy(store, name, rest);
        store[rest] = '\0';
    }
    return store;
}

/* A store; or a lock file that has lost its store, since somebody died between removing the two. */
static bool clean_store(const cleaning *cleaning, const char *name, int fd)
{
    char *store;
    bool removed;

    if (mmf_shm_is_store(fd)) {
        return mmf_shm_store_remove(cleaning->directory, name) == MMF_OK;
    }
    store = mmf_shm_is_store_lock(fd) ? store_of_lock(name) : NULL;
    removed = store && mmf_shm_store_remove(cleaning->directory, store) == MMF_OK;
    free(store);
    return removed;
}

static bool clean_one(void *context, const char *name)
{
    cleaning *cleaning = context;
    const mmf_shm_clean_options *options = cleaning->options;
    char *path;
    int fd = -1;

    if (options->prefix && strncmp(name, options->prefix, strlen(options->prefix)) != 0) {
        return true;
    }
    path = mmf_shm_path_of(cleaning->directory, name, "");
    if (!path) {
        cleaning->status = mmf_error_set(options->error, MMF_E_NO_MEMORY, "out of memory");
        return false;
    }
    if (open_regular(path, &fd) == 0) {
        bool removed = clean_object(path, fd) || ((options->flags & MMF_SHM_CLEAN_STORES) != 0 &&
                                                  clean_store(cleaning, name, fd));

        cleaning->removed += removed;
    }
    mmf_sys_close(fd);
    free(path);
    return true;
}

mmf_status mmf_shm_clean_up(const mmf_shm_clean_options *options, uint64_t *ret_removed)
{
    static const mmf_shm_clean_options defaults;
    cleaning cleaning = {.options = options ? options : &defaults, .status = MMF_OK};
    int failure;

    options = cleaning.options;
    if ((options->flags & ~MMF_SHM_CLEAN_STORES) != 0 || options->reserved != 0) {
        return mmf_error_set(options->error, MMF_E_INVALID,
                             "options have flags that are not known, %#" PRIx32
                             ", or a reserved member that is not zero",
                             options->flags);
    }
    cleaning.directory = options->directory ? options->directory : MMF_SHM_DIRECTORY;
    failure = mmf_sys_shm_each(cleaning.directory, clean_one, &cleaning);
    if (failure != 0) {
        return mmf_error_set_system(options->error, mmf_status_of_errno(failure), failure,
                                    "%s: cannot be read", cleaning.directory);
    }
    if (cleaning.status == MMF_OK && ret_removed) {
        *ret_removed = cleaning.removed;
    }
    return cleaning.status;
}
