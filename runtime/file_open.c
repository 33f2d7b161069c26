#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/file_state.h"
#include "runtime/guard_table.h"
#include "runtime/probe.h"
#include "runtime/region.h"
#include "runtime/system.h"
#include "runtime/system_file.h"

#define FLAGS_ALL                                                                                  \
    (MMF_FILE_READ_ONLY | MMF_FILE_CREATE | MMF_FILE_EXCLUSIVE | MMF_FILE_TRUNCATE |               \
     MMF_FILE_APPEND | MMF_FILE_GUARD)
#define FLAGS_THAT_WRITE (MMF_FILE_CREATE | MMF_FILE_TRUNCATE | MMF_FILE_APPEND)

static const mmf_file_options default_options;
static const mmf_map_options default_map;

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

/* --- What was asked for ---------------------------------------------------------------------- */

static const char *contradiction(const mmf_file_options *options, const mmf_map_options *map)
{
    bool is_private = (map->flags & MMF_MAP_PRIVATE) != 0;
    bool writes = (options->flags & FLAGS_THAT_WRITE) != 0 || options->size != 0;

    if ((options->flags & ~FLAGS_ALL) != 0) {
        return "unknown flags";
    }
    if ((options->flags & MMF_FILE_READ_ONLY) != 0 && writes) {
        return "read-only, and CREATE, TRUNCATE, APPEND or a size";
    }
    if (is_private && writes) {
        return "a private mapping, and CREATE, TRUNCATE, APPEND or a size";
    }
    if ((options->flags & MMF_FILE_EXCLUSIVE) != 0 && (options->flags & MMF_FILE_CREATE) == 0) {
        return "EXCLUSIVE without CREATE";
    }
    if ((options->flags & MMF_FILE_APPEND) != 0 && (options->offset != 0 || options->length != 0)) {
        return "APPEND, and a window";
    }
    if (options->size > INT64_MAX || options->offset > INT64_MAX ||
        options->length > INT64_MAX - options->offset) {
        return "more than a file can have";
    }
    if (options->flush && !mmf_flush_policy_is_valid(options->flush)) {
        return "a flush policy that contradicts itself";
    }
    return NULL;
}

static const mmf_map_options *map_of(const mmf_file_options *options)
{
    return options->map ? options->map : &default_map;
}

static mmf_status check_options(const char *name, const mmf_file_options *options)
{
    const char *wrong = contradiction(options, map_of(options));
    mmf_error detail = {0};

    if (wrong) {
        return mmf_error_set(options->error, MMF_E_INVALID, "%s: %s", name, wrong);
    }
    return mmf_map_check_options(options->map, &detail) == MMF_OK
               ? MMF_OK
               : mmf_error_set(options->error, MMF_E_INVALID, "%s: %s", name, detail.text);
}

/* --- The file -------------------------------------------------------------------------------- */

/* The descriptor's rights decide what the handle may do. */
static mmf_status take_rights(mmf_file *file, const mmf_file_options *options)
{
    mmf_sys_rights rights = {false, false, false};
    int failure = mmf_sys_rights_of(file->fd, &rights);
    bool writes = (options->flags & FLAGS_THAT_WRITE & ~MMF_FILE_CREATE) != 0 || options->size != 0;

    if (failure == 0 && (file->flags & MMF_FILE_APPEND) != 0 && !rights.appends) {
        failure = mmf_sys_set_append(file->fd);
    }
    if (failure != 0) {
        return mmf_error_set_system(options->error, MMF_E_SYSTEM, failure, "%s", file->name);
    }
    if (!rights.is_readable || (!rights.is_writable && writes)) {
        return mmf_error_set(options->error, MMF_E_INVALID, "%s: the descriptor does not allow it",
                             file->name);
    }
    if (rights.appends && !mmf_file_is_private(file)) {
        file->flags |= MMF_FILE_APPEND; /* pwrite(2) would go to the end as well */
    }
    if (!rights.is_writable && !mmf_file_is_private(file)) {
        file->flags |= MMF_FILE_READ_ONLY;
        file->flags &= ~MMF_FILE_APPEND;
    }
    return MMF_OK;
}

/* Cuts and grows the file as the options say. */
static mmf_status shape(mmf_file *file, const mmf_file_options *options, mmf_sys_info *info)
{
    int failure = 0;

    if ((options->flags & MMF_FILE_TRUNCATE) != 0) {
        failure = mmf_sys_truncate(file->fd, 0);
        info->size = failure == 0 ? 0 : info->size;
    }
    if (failure == 0 && options->size > info->size) {
        failure = mmf_sys_allocate(file->fd, info->size, options->size - info->size);
        if (failure != 0) {
            (void)mmf_sys_truncate(file->fd, info->size); /* what could be had of it */
        } else {
            info->size = options->size;
        }
    }
    return failure == 0 ? MMF_OK
                        : mmf_error_set_system(options->error, mmf_status_of_errno(failure),
                                               failure, "%s: no room for %" PRIu64 " bytes",
                                               file->name, options->size);
}

static mmf_status examine(mmf_file *file, const mmf_file_options *options, mmf_sys_info *ret_info)
{
    mmf_sys_file_system system;
    int failure = mmf_sys_info_of(file->fd, ret_info);

    if (failure != 0) {
        return mmf_error_set_system(options->error, MMF_E_SYSTEM, failure, "%s", file->name);
    }
    if (!ret_info->is_regular) {
        return mmf_error_set(options->error, MMF_E_INVALID, "%s: not a regular file", file->name);
    }
    system = mmf_sys_file_system_of(file->fd);
    file->keeps_blocks = system.keeps_blocks;
    file->fills_holes = system.fills_holes;
    return MMF_OK;
}

/* --- The mapping ----------------------------------------------------------------------------- */

/* Bytes of the window that the mapping should reach over, and those that it has to. A private
 * window does not grow by us, and address space to write to counts for more there. */
static mmf_status reach_of(const mmf_file *file, const mmf_file_options *options, uint64_t size,
                           uint64_t *ret_wanted, uint64_t *ret_needed)
{
    uint64_t there = size > file->offset ? size - file->offset : 0;
    uint64_t needed = file->length != 0 ? file->length : there;
    uint64_t wanted = options->reservation_bytes;

    if (wanted != 0 && needed > wanted) {
        return mmf_error_set(options->error, MMF_E_LIMIT,
                             "%s: a window of %" PRIu64 " bytes, a reservation of %" PRIu64,
                             file->name, needed, wanted);
    }
    if (wanted == 0) {
        wanted = mmf_file_is_private(file) || needed > MMF_FILE_RESERVATION_DEFAULT
                     ? needed
                     : MMF_FILE_RESERVATION_DEFAULT;
    }
    wanted = file->length != 0 ? file->length : wanted;
    wanted = wanted < INT64_MAX - file->offset ? wanted : INT64_MAX - file->offset;
    *ret_wanted = wanted;
    *ret_needed = needed;
    return MMF_OK;
}

/* Less and less, but never less than is needed, until the system agrees: as mmf_region_open(). */
static mmf_status map_window(mmf_file *file, const mmf_file_options *options, uint64_t wanted,
                             uint64_t needed)
{
    bool writable = (file->flags & MMF_FILE_READ_ONLY) == 0;
    uint64_t page = 0;
    uint64_t head;
    uint64_t size;
    void *base = NULL;
    mmf_status status = mmf_map_page_size(file->fd, &page);

    if (status != MMF_OK) {
        return mmf_error_set_system(options->error, status, errno, "%s", file->name);
    }
    head = file->offset % page;
    for (;;) {
        size = round_up(head + (wanted ? wanted : 1), page);
        status =
            mmf_map_descriptor(file->fd, file->offset - head, size, writable, options->map, &base);
        if (status == MMF_OK) {
            break;
        }
        if (wanted <= needed || (errno != ENOMEM && errno != EOVERFLOW && errno != EINVAL)) {
            return mmf_error_set_system(options->error, status, errno,
                                        "%s: cannot map %" PRIu64 " bytes", file->name, size);
        }
        wanted = wanted / 2 > needed ? wanted / 2 : needed;
    }
    file->base = base;
    file->map_size = size;
    file->bytes = file->base + head;
    file->limit = file->length != 0 ? file->length : size - head;
    file->limit = file->limit < INT64_MAX - file->offset ? file->limit : INT64_MAX - file->offset;
    return MMF_OK;
}

/* The wishes about the mapping that mmap(2) did not take. */
static mmf_status apply_wishes(mmf_file *file, const mmf_file_options *options, uint64_t end)
{
    uint64_t present = end > 0 ? end + (uint64_t)(file->bytes - file->base) : 0;

    return options->map ? mmf_map_apply_reserved(file->base, file->map_size, present, options->map,
                                                 options->error)
                        : MMF_OK;
}

static void mark_cut(void *owner)
{
    mmf_file *file = owner;

    mmf_store_release(&file->is_cut, 1);
}

static mmf_status guard(mmf_file *file, const mmf_file_options *options)
{
    const mmf_guarded range = {
        .base = file->base, .size = file->map_size, .on_cut = mark_cut, .owner = file};
    mmf_status status;

    if ((file->flags & MMF_FILE_GUARD) == 0) {
        return MMF_OK;
    }
    status = mmf_guard_table_add(&range);
    return status == MMF_OK ? MMF_OK
                            : mmf_error_set_system(options->error, status, errno,
                                                   "%s: cannot be guarded", file->name);
}

/* --- Both ------------------------------------------------------------------------------------ */

static mmf_status map_all(mmf_file *file, const mmf_file_options *options, uint64_t size)
{
    uint64_t wanted = 0;
    uint64_t needed = 0;
    uint64_t end = 0;
    mmf_status status = reach_of(file, options, size, &wanted, &needed);

    if (status == MMF_OK) {
        status = map_window(file, options, wanted, needed);
    }
    if (status == MMF_OK) {
        status = guard(file, options);
    }
    if (status == MMF_OK) {
        status = mmf_file_measure(file, &end);
    }
    if (status == MMF_OK) {
        status = apply_wishes(file, options, end < file->limit ? end : file->limit);
    }
    return status;
}

static void release(mmf_file *file)
{
    if (file) {
        mmf_guard_table_remove(file);
        mmf_sys_unmap(file->base, file->map_size);
        mmf_sys_close(file->fd);
        free(file->name);
        free(file);
    }
}

static mmf_status plan_flushes(mmf_file *file, const mmf_file_options *options)
{
    mmf_status status = mmf_flusher_open(&file->flusher, file->fd, options->flush);

    return status == MMF_OK ? MMF_OK
                            : mmf_error_set_system(options->error, status, errno,
                                                   "%s: no thread to flush it", file->name);
}

static char *copy_of(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);

    return copy ? memcpy(copy, text, size) : NULL;
}

static mmf_status open_taken(int descriptor, const char *name, const mmf_file_options *options,
                             mmf_file **ret_file)
{
    mmf_file *file = calloc(1, sizeof *file);
    mmf_sys_info info = {0};
    mmf_status status;

    if (!file) {
        mmf_sys_close(descriptor);
        return mmf_error_set(options->error, MMF_E_NO_MEMORY, "%s: out of memory", name);
    }
    file->fd = descriptor;
    file->name = copy_of(name);
    file->flags = options->flags;
    file->map_flags = map_of(options)->flags;
    file->offset = options->offset;
    file->length = options->length;
    status = file->name ? MMF_OK
                        : mmf_error_set(options->error, MMF_E_NO_MEMORY, "%s: out of memory", name);
    if (status == MMF_OK) {
        status = examine(file, options, &info);
    }
    if (status == MMF_OK) {
        status = take_rights(file, options);
    }
    if (status == MMF_OK) {
        status = shape(file, options, &info);
    }
    if (status == MMF_OK) {
        status = map_all(file, options, info.size);
    }
    if (status == MMF_OK) {
        status = plan_flushes(file, options);
    }
    if (status != MMF_OK) {
        int saved_errno = errno;

        release(file);
        errno = saved_errno;
        return status;
    }
    mmf_count(MMF_COUNTER_files_opened, 1);
    mmf_probe_file_opened(name, (uintptr_t)file, file->fd, info.size);
    *ret_file = file;
    return MMF_OK;
}

mmf_status mmf_file_open_descriptor(int descriptor, const char *name,
                                    const mmf_file_options *options, mmf_file **ret_file)
{
    mmf_status status;

    options = options ? options : &default_options;
    status = check_options(name, options);
    if (status != MMF_OK) {
        mmf_sys_close(descriptor);
        return status;
    }
    return open_taken(descriptor, name, options, ret_file);
}

mmf_status mmf_file_open(const char *path, const mmf_file_options *options, mmf_file **ret_file)
{
    mmf_sys_open_how how;
    mmf_status status;
    int failure;
    int fd = -1;

    options = options ? options : &default_options;
    status = check_options(path, options);
    if (status != MMF_OK) {
        return status;
    }
    how.is_writable = (options->flags & MMF_FILE_READ_ONLY) == 0 &&
                      (map_of(options)->flags & MMF_MAP_PRIVATE) == 0;
    how.creates = (options->flags & MMF_FILE_CREATE) != 0;
    how.is_exclusive = (options->flags & MMF_FILE_EXCLUSIVE) != 0;
    how.appends = (options->flags & MMF_FILE_APPEND) != 0;
    how.mode = options->mode != 0 ? options->mode : 0666;
    failure = mmf_sys_open_file(path, &how, &fd);
    if (failure == EISDIR || failure == ENXIO) { /* a directory; a socket or a device */
        return mmf_error_set(options->error, MMF_E_INVALID, "%s: not a regular file", path);
    }
    if (failure != 0) {
        errno = failure;
        return mmf_error_set_system(options->error, mmf_status_of_errno(failure), failure,
                                    "%s: cannot be opened", path);
    }
    return open_taken(fd, path, options, ret_file);
}

mmf_status mmf_file_close(mmf_file *file)
{
    mmf_status status;
    int saved_errno;

    if (!file) {
        return MMF_OK;
    }
    status = mmf_flusher_close(&file->flusher);
    saved_errno = errno;
    mmf_probe_file_closed((uintptr_t)file, status);
    release(file);
    errno = saved_errno;
    return status;
}
