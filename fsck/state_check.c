/* Whether the store was closed in good order, and what its last sync says. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "fsck/checking.h"
#include "runtime/system.h"

#define STATE_KNOWN (MMF_STATE_DIRTY | MMF_STATE_WRITER_DIED | MMF_STATE_OTHER_BOOT)

/* --- Durable slots --------------------------------------------------------------------------- */

static bool is_written(const mmf_durable_slot *slot)
{
    static const mmf_durable_slot never;

    return memcmp(slot, &never, sizeof never) != 0;
}

static bool is_valid(const mmf_durable_slot *slot)
{
    return slot->generation != 0 && slot->crc == mmf_durable_slot_crc(slot);
}

static bool slot_is_damaged(const mmf_durable_slot *slot)
{
    return is_written(slot) && !is_valid(slot);
}

static mmf_status check_slot(mmf_checking *checking, const mmf_durable_slot *slot,
                             const mmf_place *place)
{
    static const mmf_durable_slot never;

    if (!slot_is_damaged(slot)) {
        return MMF_OK;
    }
    checking->has_damaged_slot = true;
    if (mmf_checking_find(checking, MMF_PROBLEM_DURABLE_SLOT, place,
                          "checksum %08" PRIx32 ", computed %08" PRIx32 ": generation %" PRIu64
                          ", %" PRIu64 " records",
                          slot->crc, mmf_durable_slot_crc(slot), slot->generation,
                          slot->record_count)) {
        checking->writes_slot = true;
        return mmf_checking_set_header(checking, place->offset, &never, sizeof never);
    }
    return MMF_OK;
}

/* Writes down what is there now as the last sync's. */
static mmf_status write_slot(mmf_checking *checking)
{
    const mmf_header *header = checking->header;
    const mmf_durable_slot *newest =
        mmf_durable_slot_newest(&header->durable_0, &header->durable_1);
    size_t offset = newest == &header->durable_0 ? offsetof(mmf_header, durable_1)
                                                 : offsetof(mmf_header, durable_0);
    mmf_durable_slot slot = {
        .generation = newest ? newest->generation + 1 : 1,
        .record_count = header->common.record_count,
        .epoch = newest ? newest->epoch : 0,
        .time_ns = mmf_sys_wall_clock_ns(),
    };

    slot.crc = mmf_durable_slot_crc(&slot);
    return mmf_checking_set_header(checking, offset, &slot, sizeof slot);
}

/* --- State ----------------------------------------------------------------------------------- */

/* To fall back for a damaged bit would lose what was written since the last sync. */
static bool is_of_other_boot(const mmf_checking *checking)
{
    return checking->knows_boot &&
           !mmf_checking_is_same_id(checking->header->boot_id, checking->boot_id);
}

mmf_status mmf_state_check(mmf_checking *checking)
{
    const mmf_header *header = checking->header;
    mmf_status status;

    if (!header) {
        checking->is_stopped = checking->lock_died_before_boot;
        return MMF_OK;
    }
    checking->new_state = header->state;
    if (checking->is_live) {
        return MMF_OK;
    }
    checking->is_clean = (header->state & MMF_STATE_DIRTY) == 0;
    checking->is_stopped = !checking->is_clean && is_of_other_boot(checking);
    status = check_slot(checking, &header->durable_0, &MMF_PLACE_HEADER(durable_0));
    return status == MMF_OK ? check_slot(checking, &header->durable_1, &MMF_PLACE_HEADER(durable_1))
                            : status;
}

static void clear_bits(mmf_checking *checking, mmf_problem problem, uint32_t bits, const char *text)
{
    if ((checking->header->state & bits) != 0 &&
        mmf_checking_find(checking, problem, &MMF_PLACE_HEADER(state), text,
                          checking->header->state)) {
        checking->new_state &= ~bits;
    }
}

static void report_state(mmf_checking *checking)
{
    clear_bits(checking, MMF_PROBLEM_STATE_BITS, ~STATE_KNOWN,
               "state %#" PRIx32 ", expected no bits but 1, 2 and 4");
    if (!checking->is_live && !checking->is_stopped) {
        clear_bits(checking, MMF_PROBLEM_DIRTY, MMF_STATE_DIRTY,
                   "state %#" PRIx32 ", expected 0: its writers died, or did not sync");
    }
    clear_bits(checking, MMF_PROBLEM_WRITER_DIED, MMF_STATE_WRITER_DIED,
               "state %#" PRIx32 ", expected 0");
    if (!checking->is_stopped) {
        clear_bits(checking, MMF_PROBLEM_MAY_BE_TORN, MMF_STATE_OTHER_BOOT,
                   "state %#" PRIx32 ", expected 0");
    }
}

/* In this order: records, then the slot that speaks of them, then the state that says all is well.
 */
static mmf_status sync_and_write(mmf_checking *checking)
{
    uint32_t state = checking->new_state;
    mmf_status status = mmf_checking_flush(checking);

    if (status == MMF_OK) {
        status = mmf_checked_file_sync(&checking->store, checking->options->error);
    }
    if (status == MMF_OK) {
        status = write_slot(checking);
    }
    if (status == MMF_OK) {
        status = mmf_checking_flush(checking);
    }
    if (status == MMF_OK) {
        status = mmf_checked_file_sync(&checking->store, checking->options->error);
    }
    return status == MMF_OK ? mmf_checking_set_header(checking, offsetof(mmf_header, state), &state,
                                                      sizeof state)
                            : status;
}

mmf_status mmf_state_check_end(mmf_checking *checking)
{
    bool may_repair = checking->may_repair;

    if (!checking->header) {
        return MMF_OK;
    }
    checking->may_repair = may_repair && !checking->keeps_state;
    report_state(checking);
    if (checking->may_repair && checking->fell_back) {
        checking->new_state &= ~(MMF_STATE_DIRTY | MMF_STATE_OTHER_BOOT);
    }
    checking->may_repair = may_repair;
    if (!may_repair || (checking->new_state == checking->header->state && !checking->writes_slot)) {
        return MMF_OK;
    }
    return sync_and_write(checking);
}
