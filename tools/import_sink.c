/* Where records go until all of them are there. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/json.h"
#include "tools/import_parts.h"

#define BATCH_BYTES (256u << 10)
#define BATCH_RECORDS 4096u

static mmf_status failed(const mmf_import_sink *sink, int failure, const char *what,
                         mmf_error *error)
{
    mmf_status status =
        failure == ENOSPC || failure == EDQUOT || failure == EFBIG ? MMF_E_NO_SPACE : MMF_E_SYSTEM;

    return mmf_error_set_system(error, status, failure, "%s: %s", sink->path, what);
}

static mmf_status no_memory(mmf_error *error)
{
    return mmf_error_set(error, MMF_E_NO_MEMORY, "out of memory");
}

/* --- Beginning ------------------------------------------------------------------------------- */

static char *directory_of(const char *path)
{
    char *copy = strdup(path);
    char *directory = copy ? strdup(dirname(copy)) : NULL;

    free(copy);
    return directory;
}

static mmf_status name_temporary(mmf_import_sink *sink, mmf_error *error)
{
    uint64_t tag;

    if (getrandom(&tag, sizeof tag, 0) != (ssize_t)sizeof tag) {
        return failed(sink, errno, "no random number", error);
    }
    if (asprintf(&sink->temporary_path, "%s.importing-%016" PRIx64, sink->path, tag) < 0) {
        sink->temporary_path = NULL;
        return no_memory(error);
    }
    return MMF_OK;
}

static mmf_status create_store(mmf_import_sink *sink, const char *schema_path,
                               mmf_diagnostics *diagnostics, mmf_error *error)
{
    mmf_options options = {.flags = MMF_ONE_WRITER, .error = error};
    mmf_model *model = NULL;
    struct stat stat;
    mmf_status status;

    if (lstat(sink->path, &stat) == 0) {
        return mmf_error_set(error, MMF_E_EXISTS, "%s: exists; --append adds records to it",
                             sink->path);
    }
    status = mmf_schema_load(schema_path, diagnostics, &model);
    if (status != MMF_OK) {
        return mmf_error_set(error, status, "%s: %s", schema_path, mmf_status_text(status));
    }
    status = name_temporary(sink, error);
    if (status != MMF_OK) {
        mmf_model_free(model);
        return status;
    }
    return mmf_table_create(sink->temporary_path, model, model->format, &options, &sink->table);
}

/* A file without a name; where the file system has none, one whose name is taken at once. */
static int open_staging(const char *path)
{
    char *directory = directory_of(path);
    char *name = NULL;
    int fd = directory ? open(directory, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600) : -1;

    if (directory && fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
        if (asprintf(&name, "%s.importing-XXXXXX", path) < 0) {
            name = NULL;
        }
        fd = name ? mkostemp(name, O_CLOEXEC) : -1;
        if (fd >= 0) {
            (void)unlink(name);
        }
        free(name);
    }
    free(directory);
    return fd;
}

static mmf_status open_store(mmf_import_sink *sink, const char *schema_path,
                             mmf_diagnostics *diagnostics, mmf_error *error)
{
    mmf_options options = {.error = error};
    mmf_status status =
        mmf_table_open(sink->path, schema_path, &options, diagnostics, &sink->table);

    if (status != MMF_OK) {
        return status;
    }
    sink->staging_fd = open_staging(sink->path);
    return sink->staging_fd >= 0 ? MMF_OK : failed(sink, errno, "no file beside it", error);
}

mmf_status mmf_import_sink_open(mmf_import_sink *sink, const char *path,
                                const mmf_import_options *options, mmf_diagnostics *diagnostics,
                                mmf_error *error)
{
    mmf_status status;
    uint32_t size;

    *sink = (mmf_import_sink){.path = path, .staging_fd = -1};
    status = options->is_appending ? open_store(sink, options->schema_path, diagnostics, error)
                                   : create_store(sink, options->schema_path, diagnostics, error);
    if (status != MMF_OK) {
        return status;
    }
    size = sink->table->type.payload_size;
    sink->capacity = BATCH_BYTES / size < BATCH_RECORDS ? BATCH_BYTES / size : BATCH_RECORDS;
    sink->capacity = sink->capacity > 0 ? sink->capacity : 1;
    sink->initial = malloc(size);
    sink->payloads = malloc(sink->capacity * size);
    if (!sink->initial || !sink->payloads) {
        return no_memory(error);
    }
    mmf_model_initial_payload(sink->table->model, sink->initial);
    return MMF_OK;
}

/* --- On the way ------------------------------------------------------------------------------ */

static mmf_status append(mmf_import_sink *sink, const void *payloads, uint64_t count,
                         mmf_error *error)
{
    mmf_status status = count > 0 ? mmf_table_append(sink->table, payloads, count, NULL) : MMF_OK;

    if (status != MMF_OK) {
        return mmf_error_set(error, status, "%s: %" PRIu64 " records cannot be appended: %s",
                             sink->path, count, mmf_status_text(status));
    }
    return MMF_OK;
}

static mmf_status stage(mmf_import_sink *sink, mmf_error *error)
{
    const uint8_t *bytes = sink->payloads;
    size_t size = sink->count * sink->table->type.payload_size;

    while (size > 0) {
        ssize_t done = write(sink->staging_fd, bytes, size);

        if (done < 0 && errno != EINTR) {
            return failed(sink, errno, "the records cannot be kept beside it", error);
        }
        bytes += done > 0 ? done : 0;
        size -= done > 0 ? (size_t)done : 0;
    }
    return MMF_OK;
}

mmf_status mmf_import_sink_flush(mmf_import_sink *sink, mmf_error *error)
{
    mmf_status status = sink->staging_fd >= 0 ? stage(sink, error)
                                              : append(sink, sink->payloads, sink->count, error);

    sink->count = 0;
    return status;
}

/* --- The end --------------------------------------------------------------------------------- */

static mmf_status append_staged(mmf_import_sink *sink, mmf_error *error)
{
    uint64_t size = sink->total * sink->table->type.payload_size;
    void *payloads;
    mmf_status status;

    if (size == 0) {
        return MMF_OK;
    }
    payloads = mmap(NULL, size, PROT_READ, MAP_PRIVATE, sink->staging_fd, 0);
    if (payloads == MAP_FAILED) {
        return failed(sink, errno, "the records beside it cannot be mapped", error);
    }
    (void)madvise(payloads, size, MADV_SEQUENTIAL);
    status = append(sink, payloads, sink->total, error);
    (void)munmap(payloads, size);
    return status;
}

static void remove_temporary(const char *path)
{
    char *lock = NULL;

    (void)unlink(path);
    if (asprintf(&lock, "%s.lock", path) >= 0) {
        (void)unlink(lock);
        free(lock);
    }
}

/* From one name to another that nobody has. */
static int rename_new(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return errno;
    }
    return link(from, to) == 0 ? 0 : errno; /* what it was is unlinked with the rest of it */
}

static int sync_directory_of(const char *path)
{
    char *directory = directory_of(path);
    int fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int failure = fd < 0 || fsync(fd) != 0 ? errno : 0;

    if (fd >= 0) {
        (void)close(fd);
    }
    free(directory);
    return failure == EINVAL ? 0 : failure; /* a file system whose directories need no sync */
}

static mmf_status publish(mmf_import_sink *sink, mmf_error *error)
{
    mmf_status status = mmf_table_close(sink->table); /* which syncs */
    int failure;

    sink->table = NULL;
    if (status != MMF_OK) {
        return mmf_error_set(error, status, "%s: the new store cannot be synced: %s", sink->path,
                             mmf_status_text(status));
    }
    failure = rename_new(sink->temporary_path, sink->path);
    if (failure == EEXIST) {
        return mmf_error_set(error, MMF_E_EXISTS, "%s: has been created meanwhile", sink->path);
    }
    if (failure != 0) {
        return failed(sink, failure, "the new store cannot be given its name", error);
    }
    failure = sync_directory_of(sink->path);
    return failure == 0
               ? MMF_OK
               : failed(sink, failure, "is complete, but its directory cannot be synced", error);
}

mmf_status mmf_import_sink_finish(mmf_import_sink *sink, mmf_error *error)
{
    mmf_status status = mmf_import_sink_flush(sink, error);

    if (status != MMF_OK) {
        return status;
    }
    if (sink->staging_fd < 0) {
        return publish(sink, error);
    }
    status = append_staged(sink, error);
    if (status == MMF_OK) {
        status = mmf_store_sync(sink->table->store);
        if (status != MMF_OK) {
            return mmf_error_set(error, status, "%s: the records are appended, but not synced: %s",
                                 sink->path, mmf_status_text(status));
        }
    }
    return status;
}

void mmf_import_sink_close(mmf_import_sink *sink)
{
    if (sink->temporary_path) {
        remove_temporary(sink->temporary_path);
    }
    (void)mmf_table_close(sink->table);
    if (sink->staging_fd >= 0) {
        (void)close(sink->staging_fd);
    }
    free(sink->temporary_path);
    free(sink->initial);
    free(sink->payloads);
    *sink = (mmf_import_sink){.staging_fd = -1};
}
