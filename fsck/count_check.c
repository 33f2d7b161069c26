/* Record count and capacity, against the file, the last sync and what lies in the records. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "fsck/beyond.h"
#include "fsck/checking.h"

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static mmf_status set_count(mmf_checking *checking, uint64_t count)
{
    return mmf_checking_set_header(checking, offsetof(mmf_header_common, record_count), &count,
                                   sizeof count);
}

static mmf_status set_capacity(mmf_checking *checking, uint64_t capacity)
{
    return mmf_checking_set_header(checking, offsetof(mmf_header_common, capacity), &capacity,
                                   sizeof capacity);
}

/* A finding about the count, and its repair. What is looked at next is what is there then; in a
 * check that changes nothing, what would be. */
#define FIND_COUNT(checking, problem, count, ...)                                                  \
    finish_count(                                                                                  \
        checking, problem,                                                                         \
        mmf_checking_find(checking, problem, &MMF_PLACE_COMMON(record_count), __VA_ARGS__), count)

static void expect_count(mmf_checking *checking, mmf_problem problem, bool accepted, uint64_t count)
{
    bool is_error = mmf_problem_info_of(problem)->severity != MMF_PROBLEM_NOTE;

    if (accepted || (is_error && !checking->may_repair)) {
        checking->info.record_count = count;
    }
}

static mmf_status finish_count(mmf_checking *checking, mmf_problem problem, bool accepted,
                               uint64_t count)
{
    expect_count(checking, problem, accepted, count);
    if (!accepted) {
        return MMF_OK;
    }
    checking->writes_slot = true;
    if (count > checking->common->capacity) { /* what counts has room */
        mmf_status status = set_capacity(checking, checking->fit);

        if (status != MMF_OK) {
            return status;
        }
    }
    return set_count(checking, count);
}

/* --- Capacity -------------------------------------------------------------------------------- */

/* In format 1 it may be: files grow by whole pages there, and the Go library writes back the
 * capacity that it found. Only for a count that is higher it is of no use. */
static bool capacity_is_low(const mmf_checking *checking)
{
    uint64_t capacity = checking->common->capacity;

    return capacity < checking->fit && !checking->is_live &&
           (checking->header || capacity < checking->common->record_count);
}

/* Room that is a hole gets its blocks when the store is opened to write. */
static mmf_status check_capacity(mmf_checking *checking)
{
    uint64_t capacity = checking->common->capacity;
    uint64_t fit = checking->fit;
    const mmf_place *place = &MMF_PLACE_COMMON(capacity);
    bool accepted = false;

    if (capacity > fit) {
        accepted = mmf_checking_find(checking, MMF_PROBLEM_CAPACITY_HIGH, place,
                                     "room for %" PRIu64 " records, but the file of %" PRIu64
                                     " bytes has room for %" PRIu64,
                                     capacity, checking->store.size, fit);
    } else if (capacity_is_low(checking)) {
        accepted = mmf_checking_find(checking, MMF_PROBLEM_CAPACITY_LOW, place,
                                     "room for %" PRIu64 " records, but the file of %" PRIu64
                                     " bytes has room for %" PRIu64,
                                     capacity, checking->store.size, fit);
    }
    checking->info.capacity = fit;
    if (!accepted) {
        return MMF_OK;
    }
    return set_capacity(checking, fit);
}

/* --- Count ----------------------------------------------------------------------------------- */

/* Beyond the file's end: what is left of it is counted, as far as anybody wrote there. */
static mmf_status find_lost(mmf_checking *checking, uint64_t durable)
{
    uint64_t count = checking->common->record_count;
    uint64_t fit = checking->fit;
    uint64_t from = least(durable, fit);
    mmf_beyond there;
    mmf_status status = mmf_beyond_look(checking, from, fit, &there);

    if (status != MMF_OK) {
        return status;
    }
    return FIND_COUNT(checking, MMF_PROBLEM_COUNT_LOST, there.written_end,
                      "%" PRIu64 " records, but the file of %" PRIu64 " bytes has room for %" PRIu64
                      ", of which %" PRIu64 " have been written",
                      count, checking->store.size, fit, there.written_end);
}

/* The store says that it was closed in good order, so its last sync counted all that there were. */
static mmf_status check_against_last_sync(mmf_checking *checking, uint64_t durable)
{
    uint64_t count = checking->common->record_count;
    mmf_beyond there;
    mmf_status status = mmf_beyond_look(checking, durable, least(count, checking->fit), &there);

    if (status != MMF_OK) {
        return status;
    }
    if (there.written_end == durable && !checking->has_damaged_slot) {
        return FIND_COUNT(checking, MMF_PROBLEM_COUNT_HIGH, durable,
                          "%" PRIu64 " records, but the last sync counted %" PRIu64
                          " and the store was closed then; those beyond are blank",
                          count, durable);
    }
    if (count > checking->fit) {
        return find_lost(checking, durable);
    }
    if (!checking->has_damaged_slot &&
        mmf_checking_find(checking, MMF_PROBLEM_DURABLE_COUNT, &MMF_PLACE_COMMON(record_count),
                          "%" PRIu64 " records, but the last sync counted %" PRIu64
                          " and the store was closed then; those beyond have been written",
                          count, durable)) {
        checking->writes_slot = true;
    }
    return MMF_OK;
}

/* What opening the store to write would do, and note. */
static mmf_status fall_back(mmf_checking *checking, uint64_t durable)
{
    uint64_t before = checking->common->record_count;
    uint64_t count = least(durable, checking->fit);
    bool accepted = mmf_checking_find(checking, MMF_PROBLEM_STOPPED, &MMF_PLACE_HEADER(state),
                                      "state %#" PRIx32 " of another boot: %" PRIu64
                                      " records, of which the last sync counted %" PRIu64,
                                      checking->header->state, before, durable);
    mmf_status status = MMF_OK;

    expect_count(checking, MMF_PROBLEM_STOPPED, accepted, count);
    if (!accepted) {
        return MMF_OK;
    }
    checking->fell_back = true;
    checking->writes_slot = true;
    if (before != count) {
        status = mmf_checking_set_header(checking, offsetof(mmf_header, count_before), &before,
                                         sizeof before);
        if (status == MMF_OK) {
            status = set_count(checking, count);
        }
    }
    return status;
}

static mmf_status find_synced_lost(mmf_checking *checking, uint64_t durable)
{
    return FIND_COUNT(checking, MMF_PROBLEM_COUNT_LOST, checking->fit,
                      "the last sync counted %" PRIu64 " records, but the file of %" PRIu64
                      " bytes has room for %" PRIu64,
                      durable, checking->store.size, checking->fit);
}

static mmf_status check_count_2(mmf_checking *checking)
{
    const mmf_durable_slot *newest =
        mmf_durable_slot_newest(&checking->header->durable_0, &checking->header->durable_1);
    uint64_t durable = newest ? newest->record_count : 0;
    uint64_t count = checking->common->record_count;
    mmf_status status = MMF_OK;

    if (checking->is_live) {
        return count > checking->fit ? find_lost(checking, durable) : MMF_OK;
    }
    if (durable > checking->fit) {
        status = find_synced_lost(checking, durable);
        if (status != MMF_OK || !checking->is_stopped) {
            return status;
        }
    }
    if (checking->is_stopped) {
        return fall_back(checking, durable);
    }
    if (count < durable) {
        return FIND_COUNT(checking, MMF_PROBLEM_COUNT_LOW, durable,
                          "%" PRIu64 " records, but the last sync counted %" PRIu64, count,
                          durable);
    }
    if (count > durable && checking->is_clean) {
        return check_against_last_sync(checking, durable);
    }
    return count > checking->fit ? find_lost(checking, durable) : MMF_OK;
}

static mmf_status check_count_1(mmf_checking *checking)
{
    return checking->common->record_count > checking->fit ? find_lost(checking, 0) : MMF_OK;
}

/* --- Records that do not count --------------------------------------------------------------- */

/* Who was killed in the middle of an append leaves records that nobody was told of. They are a
 * mistake of the count only where something says that they have been counted, or nothing says why
 * they are there. */
static mmf_problem problem_of_beyond(const mmf_checking *checking)
{
    bool is_sealed = checking->info.checksum_offset != 0;
    bool was_counted =
        checking->header && checking->header->count_before > checking->info.record_count;

    if (checking->is_stopped && checking->header) {
        return is_sealed ? MMF_PROBLEM_COUNT_BEYOND_PROVED : MMF_PROBLEM_COUNT_BEYOND;
    }
    if (checking->is_clean) {
        return was_counted ? MMF_PROBLEM_COUNT_BEYOND : MMF_PROBLEM_UNPUBLISHED;
    }
    return checking->append_was_cut && !was_counted ? MMF_PROBLEM_UNPUBLISHED
                                                    : MMF_PROBLEM_COUNT_BEYOND;
}

static mmf_status forget_count_before(mmf_checking *checking)
{
    static const uint64_t never;

    return checking->header && checking->header->count_before != 0
               ? mmf_checking_set_header(checking, offsetof(mmf_header, count_before), &never,
                                         sizeof never)
               : MMF_OK;
}

/* Who says no keeps what tells of them. */
static void leave_beyond(mmf_checking *checking, mmf_problem problem, uint64_t first)
{
    if (problem == MMF_PROBLEM_UNPUBLISHED) {
        checking->unpublished = checking->append_was_cut ? first : MMF_CHECK_NO_RECORD;
    } else if (!checking->is_stopped) {
        checking->keeps_state = true;
    }
}

static mmf_status check_beyond(mmf_checking *checking)
{
    uint64_t count = checking->info.record_count;
    mmf_problem problem = problem_of_beyond(checking);
    mmf_beyond there;
    mmf_status status = mmf_beyond_look(checking, count, checking->fit, &there);

    if (status != MMF_OK || there.complete == 0 || mmf_use_has_begun(checking)) {
        return status; /* somebody may just have appended them */
    }
    status = FIND_COUNT(checking, problem, there.complete_end,
                        "%" PRIu64 " records; of those beyond, %" PRIu64
                        " are complete, up to record %" PRIu64,
                        count, there.complete, there.complete_end - 1);
    if (status != MMF_OK || !checking->may_repair) {
        return status;
    }
    if (checking->info.record_count == count) {
        leave_beyond(checking, problem, there.complete_begin);
        return MMF_OK;
    }
    return forget_count_before(checking);
}

static bool looks_beyond(const mmf_checking *checking)
{
    return !checking->is_live && (!checking->is_clean || checking->has_suspicion ||
                                  (checking->options->flags & MMF_CHECK_FULL) != 0 ||
                                  checking->header->count_before > checking->info.record_count);
}

mmf_status mmf_count_check(mmf_checking *checking)
{
    mmf_status status = check_capacity(checking);

    checking->info.record_count = least(checking->common->record_count, checking->fit);
    if (status == MMF_OK) {
        status = checking->header ? check_count_2(checking) : check_count_1(checking);
    }
    return status == MMF_OK && looks_beyond(checking) ? check_beyond(checking) : status;
}
