/* The order of things: open, lock, header, lock file, counts, records, state; then once more. */
#include "fsck/check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fsck/checking.h"
#include "fsck/undo_place.h"
#include "runtime/system.h"

#define FLAGS_KNOWN (MMF_CHECK_REPAIR | MMF_CHECK_FULL | MMF_CHECK_NO_UNDO)
#define LOOKS 8u /* at a header that changes, before it is taken for one in use */

static const mmf_place whole_store = {false, 0, MMF_CHECK_NO_RECORD, NULL};

/* --- The header ------------------------------------------------------------------------------ */

typedef struct header_bytes {
    unsigned char *bytes;
    size_t size;
} header_bytes;

/* Count, capacity and the file's size are looked up in this order: see FORMAT.md, "Opening". */
static mmf_status read_counts(mmf_checking *checking, header_bytes *header)
{
    mmf_error *error = checking->options->error;
    const size_t offsets[] = {offsetof(mmf_header_common, record_count),
                              offsetof(mmf_header_common, capacity)};
    mmf_status status = MMF_OK;

    for (size_t i = 0; i < 2 && status == MMF_OK && header->size >= sizeof(mmf_header_common);
         i++) {
        size_t got;

        status = mmf_checked_file_read(&checking->store, offsets[i], header->bytes + offsets[i],
                                       sizeof(uint64_t), &got, error);
    }
    return status == MMF_OK ? mmf_checked_file_measure(&checking->store, error) : status;
}

static mmf_status read_bytes(mmf_checking *checking, size_t room, header_bytes *ret_header)
{
    header_bytes header = {calloc(1, room), 0};
    mmf_status status;

    if (!header.bytes) {
        return mmf_error_set(checking->options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    status = mmf_checked_file_read(&checking->store, 0, header.bytes, room, &header.size,
                                   checking->options->error);
    if (status == MMF_OK) {
        status = read_counts(checking, &header);
    }
    if (status != MMF_OK) {
        free(header.bytes);
        return status;
    }
    header.size = header.size < checking->store.size ? header.size : checking->store.size;
    *ret_header = header;
    return MMF_OK;
}

/* A sound header says how long it is; of another all is read that could be one. */
static mmf_status read_header(mmf_checking *checking, header_bytes *ret_header)
{
    mmf_header_info info;
    header_bytes header;
    uint32_t extent;
    mmf_status status = read_bytes(checking, MMF_PAGE_SIZE, &header);

    if (status != MMF_OK) {
        return status;
    }
    extent = mmf_header_extent(header.bytes, header.size);
    if (extent <= header.size && mmf_header_validate(header.bytes, header.size,
                                                     checking->store.size, &info, NULL) == MMF_OK) {
        *ret_header = header;
        return MMF_OK;
    }
    free(header.bytes);
    return read_bytes(checking,
                      checking->store.size < MMF_HEADER_SIZE_MAX
                          ? (checking->store.size > 0 ? checking->store.size : 1)
                          : MMF_HEADER_SIZE_MAX,
                      ret_header);
}

static bool concerns_all(mmf_problem problem)
{
    return problem == MMF_PROBLEM_HEADER_FIELD || problem == MMF_PROBLEM_HEADER_GUESS ||
           problem == MMF_PROBLEM_HEADER_CHECKSUM;
}

/* What was not accepted stays as it is, in memory too: changes are made of whole words. */
static void keep_as_is(mmf_checking *checking, const mmf_header_defect *defect,
                       const header_bytes *header)
{
    memcpy(checking->header_check.bytes + defect->offset, header->bytes + defect->offset,
           defect->size);
}

/* Header fields are mended together or not at all: a checksum covers them. */
static void decide_header(mmf_checking *checking, const header_bytes *header)
{
    const mmf_header_check *check = &checking->header_check;
    bool accepts_all = true;

    for (size_t i = 0; i < check->defect_count; i++) {
        const mmf_header_defect *defect = &check->defects[i];
        mmf_place place = {false, defect->offset, MMF_CHECK_NO_RECORD, defect->field};
        bool accepted = mmf_checking_find(checking, defect->problem, &place, "%s", defect->text);

        if (defect->problem == MMF_PROBLEM_NEWER_WRITER) {
            checking->may_repair = false;
        } else if (!accepted && concerns_all(defect->problem)) {
            accepts_all = false;
        } else if (!accepted && check->bytes && checking->may_repair &&
                   mmf_problem_info_of(defect->problem)->repair != MMF_REPAIR_NONE) {
            keep_as_is(checking, defect, header);
        }
    }
    if (!accepts_all) {
        checking->may_repair = false; /* who does not believe the header repairs nothing by it */
    }
}

static mmf_status change_header(mmf_checking *checking, const header_bytes *header)
{
    const unsigned char *new_bytes = checking->header_check.bytes;
    size_t size = checking->header_check.size;
    mmf_status status = MMF_OK;

    for (size_t i = 0; checking->may_repair && i + 8 <= size && status == MMF_OK; i += 8) {
        status =
            mmf_checking_change(checking, MMF_UNDO_STORE, i, 8, header->bytes + i, new_bytes + i);
    }
    return status == MMF_OK ? mmf_checking_flush(checking) : status;
}

/* The numbers that everything else goes by. The counts are checked later. */
static mmf_status read_info(mmf_checking *checking)
{
    mmf_header_check *check = &checking->header_check;
    unsigned char *copy = malloc(check->size);
    mmf_header_common *common = (mmf_header_common *)(void *)copy;
    mmf_error detail = {0};
    mmf_status status;

    if (!copy) {
        return mmf_error_set(checking->options->error, MMF_E_NO_MEMORY, "out of memory");
    }
    memcpy(copy, check->bytes, check->size);
    common->record_count = 0;
    common->capacity = 0;
    status = mmf_header_validate(copy, check->size, checking->store.size, &checking->info, &detail);
    free(copy);
    if (status != MMF_OK) {
        (void)mmf_checking_find(checking, MMF_PROBLEM_HEADER_LOST, &whole_store, "%s", detail.text);
        return MMF_OK;
    }
    checking->common = (mmf_header_common *)(void *)check->bytes;
    checking->header =
        checking->info.format == MMF_FORMAT_2 ? (mmf_header *)(void *)check->bytes : NULL;
    checking->fit =
        (checking->store.size - checking->info.data_offset) / checking->info.record_size;
    return mmf_record_check_new(&checking->info, check->schema, &checking->record_check);
}

/* Somebody may have come before the header was read, and gone since: then it shows a store in use,
 * and nobody who uses it. It is believed when nobody is there and it is still the same. */
static mmf_status settle(mmf_checking *checking, const header_bytes *header)
{
    size_t size = header->size < MMF_PAGE_SIZE ? header->size : MMF_PAGE_SIZE;
    unsigned char again[MMF_PAGE_SIZE];
    size_t got = 0;
    mmf_status status;

    if (checking->is_locked || checking->is_live) {
        return MMF_OK;
    }
    checking->is_live = mmf_use_is_live(checking);
    status =
        mmf_checked_file_read(&checking->store, 0, again, size, &got, checking->options->error);
    checking->is_live = checking->is_live || got != size || memcmp(again, header->bytes, size) != 0;
    return status;
}

static mmf_status check_header(mmf_checking *checking)
{
    header_bytes header;
    mmf_status status = read_header(checking, &header);

    if (status != MMF_OK) {
        return status;
    }
    status = settle(checking, &header);
    if (status != MMF_OK) {
        free(header.bytes);
        return status;
    }
    status = mmf_header_check_run(header.bytes, header.size, checking->store.size,
                                  checking->options->schema, &checking->header_check);
    if (status == MMF_OK) {
        decide_header(checking, &header);
        if (checking->header_check.bytes && checking->header_check.size <= header.size) {
            status = change_header(checking, &header);
            if (status == MMF_OK) {
                status = read_info(checking);
            }
        }
    }
    free(header.bytes);
    return status;
}

/* --- A check --------------------------------------------------------------------------------- */

static bool needs_records(const mmf_checking *checking)
{
    return (checking->options->flags & MMF_CHECK_FULL) != 0 || checking->pass > 1 ||
           !checking->header || checking->header->state != 0 || checking->has_suspicion;
}

static mmf_status check_records(mmf_checking *checking)
{
    if (!needs_records(checking)) {
        return MMF_OK;
    }
    checking->result->looked_at_all = true;
    return mmf_record_pass(checking);
}

typedef mmf_status stage(mmf_checking *checking);

static mmf_status run_stages(mmf_checking *checking)
{
    static stage *const stages[] = {mmf_lock_check, mmf_state_check,    mmf_count_check,
                                    check_records,  mmf_lock_check_end, mmf_state_check_end};
    mmf_status status = MMF_OK;

    for (size_t i = 0; i < sizeof stages / sizeof *stages && status == MMF_OK; i++) {
        status = stages[i](checking);
        if (status == MMF_OK || status == MMF_E_CANCELLED) {
            mmf_status flushed = mmf_checking_flush(checking);

            status = status == MMF_OK ? flushed : status;
        }
    }
    return status;
}

static void fill_result(const mmf_checking *checking)
{
    mmf_check_result *result = checking->result;

    result->is_store = true;
    result->format = checking->info.format;
    result->record_size = checking->info.record_size;
    result->record_count = checking->info.record_count;
    result->capacity = checking->info.capacity;
}

static mmf_status check_store(mmf_checking *checking)
{
    mmf_status status = check_header(checking);

    if (status != MMF_OK || !checking->common) {
        mmf_status flushed = status == MMF_OK ? mmf_checking_flush(checking) : status;

        checking->result->is_complete = false;
        return flushed;
    }
    if (!checking->header) {
        mmf_use_look_for_go(checking);
    }
    (void)mmf_use_has_begun(checking);
    status = run_stages(checking);
    fill_result(checking);
    return status;
}

/* A repair of something that is no store, and cannot be made one, ends before it has made a lock
 * file beside it. */
static mmf_status look_before_lock(mmf_checking *checking)
{
    mmf_header_check check = {0};
    header_bytes header;
    mmf_status status = read_header(checking, &header);

    if (status != MMF_OK) {
        return status;
    }
    status = mmf_header_check_run(header.bytes, header.size, checking->store.size,
                                  checking->options->schema, &check);
    if (status == MMF_OK) {
        checking->may_repair = check.bytes != NULL;
        mmf_header_check_free(&check);
    }
    free(header.bytes);
    return status;
}

/* Opens the store; takes the lock where something may be changed. */
static mmf_status open_store(mmf_checking *checking)
{
    mmf_status status = mmf_checked_file_open(checking->path, checking->may_repair,
                                              &checking->store, checking->options->error);

    if (status == MMF_OK && checking->may_repair) {
        status = look_before_lock(checking);
    }
    return status == MMF_OK ? mmf_use_begin(checking) : status;
}

static void begin_store(mmf_checking *checking, const char *path, const mmf_check_options *options,
                        mmf_check_result *result)
{
    *checking = (mmf_checking){
        .options = options,
        .result = result,
        .path = path,
        .pass = 1,
        .may_repair = (options->flags & MMF_CHECK_REPAIR) != 0,
        .store.fd = -1,
        .lock.fd = -1,
        .unpublished = MMF_CHECK_NO_RECORD,
    };
}

/* --- Twice ----------------------------------------------------------------------------------- */

/* After repairs: what does a new check find? It works with the files that are open and locked. */
static mmf_status check_again(const mmf_checking *first, mmf_check_result *result)
{
    mmf_check_options options = *first->options;
    mmf_check_result second = {.is_complete = true};
    mmf_checking checking;
    mmf_status status;

    options.report = NULL;
    begin_store(&checking, first->path, &options, &second);
    checking.may_repair = false;
    checking.pass = 2;
    checking.is_locked = true;
    checking.knows_boot = first->knows_boot;
    memcpy(checking.boot_id, first->boot_id, sizeof checking.boot_id);
    checking.store = first->store;
    checking.lock = first->lock;
    checking.lock_path = first->lock_path;
    status = mmf_checking_begin(&checking);
    if (status == MMF_OK) {
        status = check_store(&checking);
    }
    checking.store.fd = -1; /* the first check's */
    checking.lock.fd = -1;
    checking.lock_path = NULL;
    mmf_checking_end(&checking);
    result->left = second.errors;
    result->record_count = second.record_count;
    result->capacity = second.capacity;
    return status;
}

static mmf_status finish_repairs(mmf_checking *checking)
{
    mmf_error *error = checking->options->error;
    mmf_status status = mmf_checked_file_sync(&checking->store, error);

    if (status == MMF_OK && checking->lock.fd >= 0) {
        /* or, after a power cut, there would be dead writers in it that nobody has seen die */
        status = mmf_checked_file_sync(&checking->lock, error);
    }
    if (status == MMF_OK) {
        status = mmf_checked_file_measure(&checking->store, error);
    }
    if (status == MMF_OK && checking->undo) {
        status = mmf_undo_finish(checking->undo, &checking->store, error);
    }
    return status == MMF_OK ? check_again(checking, checking->result) : status;
}

static mmf_status check_and_repair(mmf_checking *checking)
{
    mmf_status status = mmf_checking_begin(checking);

    if (status == MMF_OK) {
        status = open_store(checking);
    }
    if (status == MMF_OK) {
        status = mmf_undo_place_find(checking);
    }
    if (status == MMF_OK) {
        status = check_store(checking);
    }
    checking->result->left = checking->result->errors - checking->result->repaired;
    if (status == MMF_OK && checking->was_repaired) {
        status = finish_repairs(checking);
    }
    return status;
}

/* --- The public calls ------------------------------------------------------------------------ */

/* Some parts know nothing to say but a status. */
static void fill_error(mmf_error *error, mmf_status status, const char *path)
{
    if (status != MMF_OK && error && error->status == MMF_OK) {
        (void)mmf_error_set(error, status, "%s: %s", path, mmf_status_text(status));
    }
}

mmf_status mmf_check(const char *path, const mmf_check_options *options,
                     mmf_check_result *ret_result)
{
    static const mmf_check_options defaults;
    mmf_checking checking;
    mmf_status status;

    options = options ? options : &defaults;
    *ret_result = (mmf_check_result){.is_complete = true};
    if ((options->flags & ~FLAGS_KNOWN) != 0) {
        return mmf_error_set(options->error, MMF_E_INVALID, "unknown flags %#" PRIx32,
                             options->flags & ~FLAGS_KNOWN);
    }
    begin_store(&checking, path, options, ret_result);
    status = check_and_repair(&checking);
    if (status != MMF_OK) {
        ret_result->is_complete = false;
    }
    fill_error(options->error, status, path);
    mmf_checking_end(&checking);
    return status;
}

static mmf_status take_back(mmf_checking *checking, const char *undo_path)
{
    mmf_undo_state state;
    mmf_status status = mmf_undo_open(undo_path, &checking->store, &checking->undo, &state,
                                      checking->options->error);

    if (status == MMF_OK && !state.is_of_store) {
        return mmf_error_set(checking->options->error, MMF_E_CHANGED,
                             "%s is damaged, or is not of %s as it is now", undo_path,
                             checking->path);
    }
    return status == MMF_OK ? mmf_undo_take_back(checking->undo, &checking->store, &checking->lock,
                                                 checking->options->error)
                            : status;
}

mmf_status mmf_check_undo(const char *path, const char *undo_path, uint64_t *ret_holder,
                          mmf_error *error)
{
    const mmf_check_options options = {.flags = MMF_CHECK_REPAIR, .error = error};
    mmf_check_result result = {0};
    mmf_checking checking;
    mmf_status status;

    begin_store(&checking, path, &options, &result);
    status = mmf_checking_begin(&checking);
    if (status == MMF_OK) {
        status = open_store(&checking);
    }
    if (status == MMF_OK) {
        status = take_back(&checking, undo_path);
    }
    fill_error(error, status, path);
    mmf_checking_end(&checking);
    if (ret_holder && status == MMF_E_LOCKED) {
        *ret_holder = result.holder;
    }
    return status;
}
