#include "tools/source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "fsck/processes.h"
#include "runtime/region.h"
#include "runtime/system.h"
#include "runtime/writers.h"

/* --- Who writes ------------------------------------------------------------------------------ */

static bool is_locked(int fd, uint64_t offset, uint64_t size)
{
    bool locked = false;

    return mmf_sys_bytes_locked(fd, offset, size, &locked) == 0 && locked;
}

/* The process of the first slot whose writer lives; 0: there is none, or it does not say. */
static uint64_t process_in_slots(const mmf_checked_file *lock)
{
    for (uint32_t slot = 1; slot < MMF_WRITER_SLOTS; slot++) {
        uint64_t offset = offsetof(mmf_lock_header, slots) + slot * sizeof(mmf_writer_slot) +
                          offsetof(mmf_writer_slot, process_id);
        uint64_t process = 0;
        size_t size = 0;

        if (is_locked(lock->fd, MMF_LOCK_BYTE_SLOT + slot, 1) &&
            mmf_sys_read_at(lock->fd, offset, &process, sizeof process, &size) == 0 &&
            size == sizeof process && process != 0) {
            return process;
        }
    }
    return 0;
}

static void look_at_lock(const char *path, mmf_holder *holder)
{
    char *lock_path = mmf_lock_path_of(path);
    mmf_checked_file lock;

    if (lock_path && mmf_checked_file_open(lock_path, false, &lock, NULL) == MMF_OK) {
        holder->is_held =
            holder->is_held || is_locked(lock.fd, MMF_LOCK_BYTE_SLOT, MMF_WRITER_SLOTS);
        holder->process = process_in_slots(&lock);
        if (holder->process == 0) {
            holder->process = mmf_process_with_lock(&lock);
        }
        mmf_checked_file_close(&lock);
    }
    free(lock_path);
}

mmf_holder mmf_holder_of(const char *path)
{
    mmf_holder holder = {false, 0};
    mmf_checked_file store;

    if (mmf_checked_file_open(path, false, &store, NULL) != MMF_OK) {
        return holder;
    }
    holder.is_held = is_locked(store.fd, MMF_STORE_BYTE_WRITERS, 1);
    look_at_lock(path, &holder);
    if (holder.process == 0) {
        holder.process = mmf_process_with_mapping(&store, path);
    }
    holder.is_held = holder.is_held || holder.process != 0;
    mmf_checked_file_close(&store);
    return holder;
}

mmf_status mmf_holder_refuse(const char *path, uint64_t process, mmf_error *error)
{
    return process != 0 ? mmf_error_set(error, MMF_E_LOCKED, "%s: process %" PRIu64 " writes to it",
                                        path, process)
                        : mmf_error_set(error, MMF_E_LOCKED,
                                        "%s: a process that could not be found writes to it", path);
}

mmf_status mmf_source_check(const char *path, mmf_error *error)
{
    mmf_checked_file store;
    uint64_t process = 0;

    if (mmf_checked_file_open(path, false, &store, NULL) == MMF_OK) {
        process = mmf_process_with_mapping(&store, path);
        mmf_checked_file_close(&store);
    }
    return process == 0 ? MMF_OK : mmf_holder_refuse(path, process, error);
}

/* --- Keeping others out ---------------------------------------------------------------------- */

static mmf_status failed(const char *path, int failure, mmf_error *error)
{
    return mmf_error_set_system(error, mmf_status_of_errno(failure), failure, "%s: cannot lock it",
                                path);
}

/* Where nobody writes, a record that is being written will stay so. */
#define ALONE_TIMEOUT_MS 20u

static mmf_status open_table(const char *path, uint32_t flags, const mmf_source_options *options,
                             mmf_error *error, mmf_table **ret_table)
{
    const mmf_options store_options = {
        .flags = flags | MMF_GUARD,
        .timeout_ms = options->is_alone && (flags & MMF_READ_ONLY) != 0 ? ALONE_TIMEOUT_MS
                                                                        : options->timeout_ms,
        .error = error,
    };

    return mmf_table_open(path, options->schema_path, &store_options, options->diagnostics,
                          ret_table);
}

/* Opened and closed to write, a store has nothing left that dead writers have begun, and says that
 * it is clean. */
static mmf_status recover(const char *path, const mmf_source_options *options)
{
    mmf_error *error = options->error;
    mmf_error detail = {0};
    mmf_table *table = NULL;
    mmf_status status =
        open_table(path, MMF_ONE_WRITER | MMF_REFUSE_DIRTY, options, &detail, &table);

    if (status == MMF_E_LOCKED) {
        return mmf_holder_refuse(path, mmf_holder_of(path).process, error);
    }
    if (status != MMF_OK) {
        if (error && error->status == MMF_OK) {
            *error = detail;
        }
        return status;
    }
    status = mmf_table_close(table);
    return status == MMF_OK ? status : mmf_error_set_system(error, status, errno, "%s", path);
}

static bool is_one_file(int fd, const char *path)
{
    mmf_sys_info by_fd;
    mmf_sys_info by_path;

    return mmf_sys_info_of(fd, &by_fd) == 0 && mmf_sys_info_of_path(path, &by_path) == 0 &&
           by_fd.device == by_path.device && by_fd.inode == by_path.inode;
}

/* As who writes alone, and as who comes or goes: nobody else can do either. */
static int lock_files(const char *lock_path, const char *path, mmf_source *source)
{
    int failure = mmf_sys_open(lock_path, true, &source->lock_fd);

    if (failure == 0) {
        failure = mmf_sys_lock_file(source->lock_fd, true);
    }
    if (failure == 0 && !is_one_file(source->lock_fd, lock_path)) {
        failure = EWOULDBLOCK;
    }
    if (failure == 0) {
        failure = mmf_sys_lock_byte(source->lock_fd, MMF_LOCK_BYTE_ATTACH);
    }
    if (failure == 0) {
        failure = mmf_sys_open(path, true, &source->store_fd);
    }
    return failure == 0 ? mmf_sys_lock_byte(source->store_fd, MMF_STORE_BYTE_WRITERS) : failure;
}

static mmf_status lock(const char *path, mmf_error *error, mmf_source *source)
{
    char *lock_path = mmf_lock_path_of(path);
    int failure;

    if (!lock_path) {
        return mmf_error_set(error, MMF_E_NO_MEMORY, "out of memory");
    }
    failure = lock_files(lock_path, path, source);
    free(lock_path);
    if (failure == EWOULDBLOCK || failure == EAGAIN) {
        return mmf_holder_refuse(path, mmf_holder_of(path).process, error);
    }
    return failure == 0 ? MMF_OK : failed(path, failure, error);
}

/* Somebody may have come, and died, before the lock was had. */
static mmf_status check_clean(const char *path, const mmf_source *source, mmf_error *error)
{
    mmf_store_info *info = malloc(sizeof *info);
    mmf_status status = MMF_E_NO_MEMORY;

    if (info) {
        status = mmf_store_stat(source->table->store, info);
    }
    if (status != MMF_OK) {
        (void)mmf_error_set(error, status, "%s: %s", path, mmf_status_text(status));
    } else if ((info->state & MMF_STATE_DIRTY) != 0 || info->writer_count != 0) {
        status = mmf_error_set(error, MMF_E_LOCKED,
                               "%s: somebody has just been writing to it: try again", path);
    }
    free(info);
    return status;
}

static mmf_status open_alone(const char *path, const mmf_source_options *options,
                             mmf_source *source)
{
    mmf_error *error = options->error;
    /* before there is a lock file that was not there */
    mmf_status status = mmf_source_check(path, error);

    if (status == MMF_OK) {
        status = recover(path, options);
    }
    if (status == MMF_OK) {
        status = lock(path, error, source);
    }
    if (status == MMF_OK) {
        status = mmf_source_check(path, error);
    }
    if (status == MMF_OK) {
        mmf_diagnostics_clear(options->diagnostics);
        status = open_table(path, MMF_READ_ONLY, options, error, &source->table);
    }
    return status == MMF_OK ? check_clean(path, source, error) : status;
}

/* --- Opening --------------------------------------------------------------------------------- */

mmf_status mmf_source_open(const char *path, const mmf_source_options *options,
                           mmf_source *ret_source)
{
    mmf_source source = {NULL, -1, -1};
    mmf_status status =
        options->is_alone ? open_alone(path, options, &source)
                          : open_table(path, MMF_READ_ONLY, options, options->error, &source.table);

    if (status != MMF_OK) {
        mmf_source_close(&source);
        return status;
    }
    *ret_source = source;
    return MMF_OK;
}

void mmf_source_close(mmf_source *source)
{
    if (source->table || source->lock_fd > 0) {
        (void)mmf_table_close(source->table);
        mmf_sys_close(source->store_fd);
        mmf_sys_close(source->lock_fd);
    }
    *source = (mmf_source){NULL, -1, -1};
}
