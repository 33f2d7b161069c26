/* Creating and opening stores. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/attach.h"
#include "runtime/counters.h"
#include "runtime/guard.h"
#include "runtime/map.h"
#include "runtime/probe.h"
#include "runtime/seqlock.h"
#include "runtime/store_create.h"
#include "runtime/store_state.h"
#include "runtime/system.h"
#include "runtime/threads.h"

#define FLAGS_KNOWN                                                                                \
    (MMF_READ_ONLY | MMF_ONE_WRITER | MMF_CREATE | MMF_NO_SYNC | MMF_REFUSE_DIRTY | MMF_GUARD)
#define FILE_MODE_DEFAULT 0666u

static const mmf_options default_options;
static const uint32_t nobody_waits; /* in format 1, which has no place to say otherwise */

/* --- Arguments ------------------------------------------------------------------------------- */

/* Records are shared, and no code; and where they lie is the system's choice. */
static mmf_status check_map_options(const mmf_options *options)
{
    const mmf_map_options *map = options->map;

    if (map && ((map->flags & (MMF_MAP_PRIVATE | MMF_MAP_EXEC)) != 0 ||
                map->alignment > mmf_sys_page_size())) {
        return mmf_error_set(options->error, MMF_E_INVALID,
                             "a store is not mapped with MMF_MAP_PRIVATE, with MMF_MAP_EXEC or at "
                             "an alignment above that of a page");
    }
    return mmf_map_check_options(map, options->error);
}

static mmf_status check_options(const mmf_options *options, bool creating)
{
    mmf_error *error = options->error;

    if ((options->flags & ~FLAGS_KNOWN) != 0 || options->reserved != 0) {
        return mmf_error_set(error, MMF_E_INVALID,
                             "options have the flags %#" PRIx32 ", of which %#" PRIx32
                             " are not known, or a reserved member that is not zero",
                             options->flags, options->flags & ~FLAGS_KNOWN);
    }
    if ((options->flags & MMF_READ_ONLY) != 0 &&
        (creating || (options->flags & (MMF_ONE_WRITER | MMF_CREATE)) != 0)) {
        return mmf_error_set(error, MMF_E_INVALID,
                             "MMF_READ_ONLY does not go with creating or with MMF_ONE_WRITER");
    }
    return check_map_options(options);
}

static uint32_t mode_of(const mmf_options *options)
{
    return (options->flags & MMF_READ_ONLY) != 0    ? MMF_MODE_READ_ONLY
           : (options->flags & MMF_ONE_WRITER) != 0 ? MMF_MODE_ONE_WRITER
                                                    : MMF_MODE_MANY_WRITERS;
}

/* --- A handle and its parts ------------------------------------------------------------------ */

static mmf_store_state *state_new(const char *path, const mmf_record_type *type,
                                  const mmf_options *options)
{
    mmf_store_state *state = calloc(1, sizeof *state);
    size_t path_size = strlen(path) + 1;

    if (!state) {
        return NULL;
    }
    state->region.fd = -1;
    state->writers.fd = -1;
    state->store.state = state;
    state->store.type = type;
    state->store.mode = mode_of(options);
    state->timeout_ns =
        (uint64_t)(options->timeout_ms ? options->timeout_ms : MMF_TIMEOUT_MS_DEFAULT) * 1000000u;
    state->syncs_at_close = (options->flags & MMF_NO_SYNC) == 0;
    state->path = malloc(path_size);
    if (!state->path) {
        free(state);
        return NULL;
    }
    memcpy(state->path, path, path_size);
    return state;
}

/* A writer takes the lock, once. */
static mmf_status attach_writer(mmf_store_state *state, uint32_t file_mode, bool exact_mode,
                                const mmf_options *options)
{
    const mmf_writers_options writers_options = {
        .mode = file_mode,
        .exact_mode = exact_mode,
        .exclusive = state->store.mode == MMF_MODE_ONE_WRITER,
        .record_size = state->store.type->record_size,
        .timeout_ns = state->timeout_ns,
        .boot_id = state->boot_id,
    };

    if (state->store.mode == MMF_MODE_READ_ONLY || state->writers.fd >= 0) {
        return MMF_OK;
    }
    if (!state->knows_boot) {
        return mmf_error_set_system(options->error, MMF_E_SYSTEM, ENOENT,
                                    "%s: cannot tell this boot's id", state->path);
    }
    return mmf_writers_attach(&state->writers, state->path, &writers_options, options->error);
}

/* --- Looking at a file ----------------------------------------------------------------------- */

/* Count and capacity are read once more, in this order, and the size after them: others may be
 * growing the file, and each of the three only grows and is raised in the opposite order. */
static int read_counts(int fd, uint8_t *bytes)
{
    const size_t count_offset = offsetof(mmf_header_common, record_count);
    const size_t capacity_offset = offsetof(mmf_header_common, capacity);
    size_t got;
    int failure = mmf_sys_read_at(fd, count_offset, bytes + count_offset, sizeof(uint64_t), &got);

    return failure != 0 ? failure
                        : mmf_sys_read_at(fd, capacity_offset, bytes + capacity_offset,
                                          sizeof(uint64_t), &got);
}

/* Reads the header region into memory to be freed, and its size and the file's into the rest. */
static int read_header(int fd, uint8_t **ret_bytes, size_t *ret_size, uint64_t *ret_file_size)
{
    uint8_t *bytes = calloc(1, MMF_PAGE_SIZE);
    mmf_sys_info info;
    size_t size = 0;
    int failure;

    if (!bytes) {
        return ENOMEM;
    }
    failure = mmf_sys_read_at(fd, 0, bytes, MMF_PAGE_SIZE, &size);
    if (failure == 0 && size == MMF_PAGE_SIZE && mmf_header_extent(bytes, size) > MMF_PAGE_SIZE) {
        uint32_t extent = mmf_header_extent(bytes, size);

        free(bytes);
        bytes = calloc(1, extent);
        failure = bytes ? mmf_sys_read_at(fd, 0, bytes, extent, &size) : ENOMEM;
    }
    if (failure == 0 && size >= sizeof(mmf_header_common)) {
        failure = read_counts(fd, bytes);
    }
    if (failure == 0) {
        failure = mmf_sys_info_of(fd, &info);
    }
    if (failure != 0) {
        free(bytes);
        return failure;
    }
    *ret_bytes = bytes;
    *ret_size = size;
    *ret_file_size = info.size;
    return 0;
}

/* When the machine stopped, the header may have reached the disk with a capacity for which the
 * file's new size had not. What was durable has to be there all the same. */
static bool lower_capacity(const mmf_store_state *state, uint8_t *bytes, size_t size,
                           uint64_t file_size)
{
    mmf_header *header = (mmf_header *)(void *)bytes;
    const mmf_durable_slot *newest;
    uint64_t fit;

    if (size < sizeof *header || header->common.format_version != MMF_FORMAT_2 ||
        !state->knows_boot || !mmf_store_needs_repair(header, state->boot_id) ||
        header->header_size > file_size || header->common.record_size == 0) {
        return false;
    }
    fit = (file_size - header->header_size) / header->common.record_size;
    newest = mmf_durable_slot_newest(&header->durable_0, &header->durable_1);
    if (header->common.capacity <= fit || (newest && newest->record_count > fit)) {
        return false;
    }
    header->common.capacity = fit;
    header->common.record_count =
        header->common.record_count < fit ? header->common.record_count : fit;
    return true;
}

static mmf_status validate(mmf_store_state *state, int fd, const mmf_options *options,
                           uint64_t *ret_file_size)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    mmf_error detail = {0};
    mmf_status status;
    int failure = read_header(fd, &bytes, &size, ret_file_size);

    if (failure != 0) {
        return mmf_store_system_error(options, failure, "cannot read the header", state->path);
    }
    status = mmf_header_validate(bytes, size, *ret_file_size, &state->info, &detail);
    if (status == MMF_E_TRUNCATED && lower_capacity(state, bytes, size, *ret_file_size)) {
        detail = (mmf_error){0};
        status = mmf_header_validate(bytes, size, *ret_file_size, &state->info, &detail);
    }
    free(bytes);
    if (status != MMF_OK) {
        return mmf_error_set(options->error, status, "%s: %s", state->path, detail.text);
    }
    return MMF_OK;
}

static void hash_text(const uint8_t hash[32], char ret_text[17])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < 8; i++) {
        ret_text[2 * i] = digits[hash[i] >> 4];
        ret_text[2 * i + 1] = digits[hash[i] & 15];
    }
    ret_text[16] = '\0';
}

/* Whether the file's records are those of the program. */
static mmf_status check_type(const mmf_store_state *state, const mmf_options *options)
{
    const mmf_header_info *info = &state->info;
    const mmf_record_type *type = state->store.type;
    char found[17];
    char expected[17];

    if (info->format == type->format && info->record_size == type->record_size &&
        info->payload_size >= type->payload_size &&
        info->checksum_offset == type->checksum_offset &&
        memcmp(info->schema_hash, type->schema_hash, sizeof info->schema_hash) == 0) {
        return MMF_OK;
    }
    hash_text(info->schema_hash, found);
    hash_text(type->schema_hash, expected);
    return mmf_error_set(options->error, MMF_E_SCHEMA,
                         "%s: found schema hash %s…, version %" PRIu32 ", format %" PRIu32
                         ", %" PRIu32 " bytes a record; expected %s %s…, version %" PRIu32
                         ", format %" PRIu32 ", %" PRIu32 " bytes",
                         state->path, found, info->schema_version, info->format, info->record_size,
                         type->name, expected, type->schema_version, type->format,
                         type->record_size);
}

/* --- Opening --------------------------------------------------------------------------------- */

static mmf_status map_file(mmf_store_state *state, int fd, uint64_t file_size,
                           const mmf_options *options)
{
    mmf_store *store = &state->store;
    mmf_status status = mmf_region_open(&state->region, fd, store->mode != MMF_MODE_READ_ONLY,
                                        mmf_reservation_of(options), file_size, options->error);

    if (status != MMF_OK) {
        return status;
    }
    state->record_limit = (state->region.size - state->info.data_offset) / state->info.record_size;
    state->file_records = (file_size - state->info.data_offset) / state->info.record_size;
    store->records = state->region.base + state->info.data_offset;
    store->record_count = &mmf_store_header(store)->record_count;
    store->waiting =
        mmf_store_header_2(store) ? &mmf_store_header_2(store)->waiting : &nobody_waits;
    if (!state->knows_boot && mmf_store_header_2(store)) {
        memcpy(state->boot_id, mmf_store_header_2(store)->boot_id, sizeof state->boot_id);
    }
    return MMF_OK;
}

/* Others may have grown the file meanwhile, which it then has as what comes later. */
static mmf_status apply_map_options(mmf_store_state *state, uint64_t file_size,
                                    const mmf_options *options)
{
    const mmf_region *region = &state->region;
    bool is_first = options->error && options->error->status == MMF_OK;
    mmf_error detail = {0};
    mmf_status status;

    if (!options->map) {
        return MMF_OK;
    }
    status = mmf_map_apply_reserved(region->base, region->size, file_size, options->map, &detail);
    if (status != MMF_OK && is_first) {
        (void)mmf_error_set(options->error, status, "%s: %s", state->path, detail.text);
        options->error->system_errno = detail.system_errno;
    }
    return status;
}

/* A store into a hole of a sparse file would need a block when the disk may have none left. */
static mmf_status fill_holes(mmf_store_state *state, int fd, const mmf_options *options)
{
    mmf_sys_info info;
    int failure = mmf_sys_info_of(fd, &info);

    if (failure == 0 && info.allocated < info.size) {
        failure = mmf_sys_allocate(fd, 0, info.size);
    }
    return failure == 0 ? MMF_OK
                        : mmf_store_system_error(options, failure, "cannot fill holes of the file",
                                                 state->path);
}

/* What a failed attempt had of the store itself; the next one begins anew. */
static void give_back_file(mmf_store_state *state)
{
    int saved_errno = errno;

    mmf_guard_remove(state);
    mmf_region_close(&state->region);
    errno = saved_errno;
}

/* Everything that comes after the lock, on a file that is open. Owns fd. */
static mmf_status open_locked(mmf_store_state *state, int fd, const mmf_options *options)
{
    bool writes = state->store.mode != MMF_MODE_READ_ONLY;
    uint64_t file_size = 0;
    mmf_status status = validate(state, fd, options, &file_size);

    if (status == MMF_OK) {
        status = check_type(state, options);
    }
    if (status == MMF_OK && writes && state->info.must_not_write) {
        status = mmf_error_set(options->error, MMF_E_READONLY,
                               "%s: has a feature that this version may only read", state->path);
    }
    if (status == MMF_OK && writes) {
        status = fill_holes(state, fd, options);
    }
    if (status != MMF_OK) {
        mmf_sys_close(fd);
        return status;
    }
    status = map_file(state, fd, file_size, options);
    if (status == MMF_OK) {
        status = apply_map_options(state, file_size, options);
    }
    if (status == MMF_OK && (options->flags & MMF_GUARD) != 0) {
        status = mmf_guard_add(state);
        if (status != MMF_OK) {
            (void)mmf_error_set_system(options->error, status, errno, "%s: cannot be guarded",
                                       state->path);
        }
    }
    state->store.is_careful = state->info.checksum_offset != 0 || (options->flags & MMF_GUARD) != 0;
    if (status == MMF_OK && writes) {
        status = mmf_store_attach(state, options);
    }
    if (status == MMF_OK) {
        (void)mmf_store_refresh(&state->store, 0);
    } else {
        give_back_file(state);
    }
    return status;
}

/* A file that is no store, or one of other records, gets no lock file: what that should look like
 * depends on the records. All is checked once more when nobody else can come or go. */
static mmf_status look_before_lock(mmf_store_state *state, int fd, const mmf_options *options)
{
    uint64_t file_size;
    mmf_status status = MMF_OK;

    if (state->store.mode != MMF_MODE_READ_ONLY) {
        status = validate(state, fd, options, &file_size);
        if (status == MMF_OK) {
            status = check_type(state, options);
        }
    }
    return status;
}

/* Whoever removes a store holds its lock file alone meanwhile. One who had the store open by then,
 * and has the lock now, must not write to what has no name any more. */
static mmf_status check_name(const mmf_store_state *state, const mmf_sys_info *opened,
                             const mmf_options *options)
{
    mmf_sys_info now;
    int failure;

    if (state->store.mode == MMF_MODE_READ_ONLY) {
        return MMF_OK;
    }
    failure = mmf_sys_info_of_path(state->path, &now);
    if (failure != 0 && failure != ENOENT) {
        return mmf_store_system_error(options, failure, "cannot stat", state->path);
    }
    if (failure != 0 || now.inode != opened->inode || now.device != opened->device) {
        return mmf_error_set(options->error, MMF_E_NOT_FOUND,
                             "%s: was removed or replaced while it was being opened", state->path);
    }
    return MMF_OK;
}

/* Opens path by its name. */
static mmf_status open_by_name(mmf_store_state *state, const mmf_options *options)
{
    mmf_sys_info info;
    int fd = -1;
    int failure = mmf_sys_open(state->path, state->store.mode != MMF_MODE_READ_ONLY, &fd);
    mmf_status status;

    if (failure != 0) {
        return mmf_store_system_error(options, failure, "cannot open", state->path);
    }
    failure = mmf_sys_info_of(fd, &info);
    if (failure != 0 || !info.is_regular) {
        mmf_sys_close(fd);
        return failure != 0 ? mmf_store_system_error(options, failure, "cannot stat", state->path)
                            : mmf_error_set(options->error, MMF_E_MAGIC, "%s: not a regular file",
                                            state->path);
    }
    status = look_before_lock(state, fd, options);
    if (status == MMF_OK) {
        status = attach_writer(state, info.mode & 0666u, true, options);
    }
    if (status == MMF_OK) {
        status = check_name(state, &info, options);
    }
    if (status != MMF_OK) {
        mmf_sys_close(fd);
        return status;
    }
    return open_locked(state, fd, options);
}

/* --- Creating -------------------------------------------------------------------------------- */

static mmf_status create_by_name(mmf_store_state *state, const mmf_options *options)
{
    uint32_t file_mode = options->file_mode ? options->file_mode : FILE_MODE_DEFAULT;
    mmf_sys_info info;
    int fd = -1;
    mmf_status status;

    if (mmf_sys_info_of_path(state->path, &info) == 0) {
        /* Said before PATH.lock is touched; link(2) decides when others create it just now. */
        return mmf_error_set_system(options->error, MMF_E_EXISTS, EEXIST, "%s: cannot create",
                                    state->path);
    }
    status = attach_writer(state, file_mode, false, options);
    if (status == MMF_OK) {
        status = mmf_store_make_file(state, file_mode, options, &fd);
    }
    return status == MMF_OK ? open_locked(state, fd, options) : status;
}

/* --- The public calls ------------------------------------------------------------------------ */

typedef mmf_status open_function(mmf_store_state *state, const mmf_options *options);

/* MMF_CREATE: whichever of the two works; both can fail when others create and delete it. */
static mmf_status open_or_create(mmf_store_state *state, const mmf_options *options)
{
    mmf_options attempt_options = *options;
    mmf_error detail;
    mmf_status status = MMF_E_NOT_FOUND;

    attempt_options.error = &detail;
    for (int attempt = 0; attempt < 8; attempt++) {
        detail = (mmf_error){0};
        status = open_by_name(state, &attempt_options);
        if (status == MMF_E_NOT_FOUND) {
            detail = (mmf_error){0};
            status = create_by_name(state, &attempt_options);
        }
        if (status != MMF_E_EXISTS && status != MMF_E_NOT_FOUND) {
            break;
        }
    }
    if (status != MMF_OK && options->error && options->error->status == MMF_OK) {
        *options->error = detail;
    }
    return status;
}

/* A reader without /proc takes the store for one of this boot; but one that is short of
 * descriptors, say, must not take records for durable that were not. */
static mmf_status read_boot_id(mmf_store_state *state, const mmf_options *options)
{
    int failure = mmf_sys_boot_id(state->boot_id);

    state->knows_boot = failure == 0;
    return failure == 0 || failure == ENOENT
               ? MMF_OK
               : mmf_error_set_system(options->error, MMF_E_SYSTEM, failure,
                                      "cannot tell this boot's id");
}

static mmf_status open_with(open_function *function, const char *path, const mmf_record_type *type,
                            const mmf_options *options, mmf_store **ret_store)
{
    mmf_store_state *state = state_new(path, type, options);
    int cancel;
    mmf_status status;

    if (!state) {
        return mmf_error_set(options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    mmf_probe_open(path, options->flags);
    cancel = mmf_threads_hold_cancel();
    mmf_threads_hold_fork();
    status = read_boot_id(state, options);
    if (status == MMF_OK) {
        status = function(state, options);
    }
    if (status == MMF_OK) {
        mmf_count(MMF_COUNTER_stores_opened, 1);
        mmf_probe_opened(path, (uintptr_t)state, state->region.fd, status);
        *ret_store = &state->store;
    } else {
        int saved_errno = errno;

        (void)mmf_store_release_state(state);
        mmf_probe_opened(path, 0, -1, status);
        errno = saved_errno;
    }
    mmf_threads_let_fork();
    mmf_threads_let_cancel(cancel);
    return status;
}

mmf_status mmf_store_create(const char *path, const mmf_record_type *type,
                            const mmf_options *options, mmf_store **ret_store)
{
    mmf_status status;

    options = options ? options : &default_options;
    status = check_options(options, true);
    return status == MMF_OK ? open_with(create_by_name, path, type, options, ret_store) : status;
}

mmf_status mmf_store_open(const char *path, const mmf_record_type *type, const mmf_options *options,
                          mmf_store **ret_store)
{
    bool creates;
    mmf_status status;

    options = options ? options : &default_options;
    status = check_options(options, false);
    if (status != MMF_OK) {
        return status;
    }
    creates = (options->flags & MMF_CREATE) != 0;
    return open_with(creates ? open_or_create : open_by_name, path, type, options, ret_store);
}
