/* One check of one store, from opening to the last word: what its parts share. Internal.
 *
 *   check.c         the order of things
 *   use.c           who else uses the store; the lock for repairs
 *   lock_check.c    the lock file: places of dead writers
 *   count_check.c   counts and sizes against the file
 *   record_pass.c   all records, by threads
 *   record_repair.c one record that is not perfect
 *   state_check.c   state, durable slots, and what is cleared at the end
 *
 * Parts find; mmf_checking_find() asks whoever decides; mmf_checking_change() notes what is to be
 * stored; mmf_checking_flush() does it: undo file first, then the words, then the report.
 */
#ifndef MMF_FSCK_CHECKING_H
#define MMF_FSCK_CHECKING_H

#include "fsck/check.h"
#include "fsck/checked_file.h"
#include "fsck/header_check.h"
#include "fsck/record_check.h"
#include "fsck/undo.h"
#include "schema/format.h"

/* A writer that died and left its slot as it was. */
typedef struct mmf_dead_slot {
    uint32_t slot;
    mmf_writer_slot entry;
    uint64_t index; /* of the record that it entered last */
} mmf_dead_slot;

typedef struct mmf_checking {
    const mmf_check_options *options;
    mmf_check_result *result;
    const char *path;
    char *lock_path;
    unsigned pass;   /* 1: the check; 2: the check of what was repaired */
    bool may_repair; /* and no reason against it has been met */
    bool is_locked;  /* the store is ours alone */
    bool is_live;    /* others write to it, as far as can be seen */
    bool
        is_live_unseen; /* by writers without slots: whether they are inside a record is not told */
    bool told_use;      /* that others do has been said */
    bool was_repaired;  /* something has been changed */
    bool keeps_state;   /* something was left as it is that state and lock file still explain */
    bool has_suspicion; /* something was found that makes a look at all records worth while */

    mmf_checked_file store;
    mmf_checked_file lock; /* fd -1: there is none */

    /* The machine. */
    uint8_t boot_id[16];
    bool knows_boot;

    /* The header region as it should be; counts, state and slots are those of the file, and change
     * with it. header: its first page, in format 2; else NULL. */
    mmf_header_check header_check;
    mmf_header_common *common;
    mmf_header *header;
    mmf_header_info info;
    uint64_t fit; /* records that the file has room for */

    /* The lock file. */
    mmf_lock_header *lock_header; /* a copy; zeros where there is none */
    mmf_dead_slot *dead;          /* MMF_WRITER_SLOTS of them have room */
    uint32_t dead_count;
    bool lock_is_no_file;       /* a directory, or a device */
    bool lock_is_current;       /* it is of this boot, and the one that the header names */
    bool lock_died_before_boot; /* it is of another one, in which writers died */
    uint64_t unpublished; /* the first complete record of a cut append; MMF_CHECK_NO_RECORD: none */
    bool append_was_cut;  /* an appender died before it had published its records */
    bool clears_lock;     /* at the end */

    /* What has been decided about the store's end. */
    bool is_clean;         /* it says that it was closed in good order */
    bool is_stopped;       /* the machine stopped while the store was in use */
    bool fell_back;        /* to the records of the last sync, for that reason */
    bool has_damaged_slot; /* a note of a sync is lost */
    bool writes_slot;      /* a durable slot, at the end */
    uint32_t new_state;

    mmf_record_check *record_check;
    unsigned char *record_memory; /* room for two records; NULL: none has been looked at closely */

    struct mmf_checking_batch *batch;
    mmf_undo *undo;
    char *undo_path; /* of undo */
} mmf_checking;

/* --- Findings -------------------------------------------------------------------------------- */

/* Where a finding is. */
typedef struct mmf_place {
    bool in_lock_file;
    uint64_t offset;
    uint64_t record;   /* MMF_CHECK_NO_RECORD */
    const char *field; /* NULL */
} mmf_place;

#define MMF_PLACE_HEADER(member)                                                                   \
    ((mmf_place){false, offsetof(mmf_header, member), MMF_CHECK_NO_RECORD, #member})
#define MMF_PLACE_COMMON(member)                                                                   \
    ((mmf_place){false, offsetof(mmf_header_common, member), MMF_CHECK_NO_RECORD, #member})

/* Tells of a finding, and whether it is to be repaired: the caller then says how, by
 * mmf_checking_change(). text is one line, printf. */
bool mmf_checking_find(mmf_checking *checking, mmf_problem problem, const mmf_place *place,
                       const char *text, ...) MMF_PRINTF(4, 5);

/* Notes that words are to be stored: offset and size are multiples of 8; old_words is what is there
 * now. Where both are equal nothing happens. MMF_OK; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_checking_change(mmf_checking *checking, mmf_undo_target target,
                                             uint64_t offset, size_t size, const void *old_words,
                                             const void *new_words);

/* Does what has been noted, and reports what has been found since the last time. */
MMF_NODISCARD mmf_status mmf_checking_flush(mmf_checking *checking);
/* The same, when enough has come together. */
MMF_NODISCARD mmf_status mmf_checking_flush_some(mmf_checking *checking);

/* Stores one number into the header, in memory and, by mmf_checking_change(), in the file. */
MMF_NODISCARD mmf_status mmf_checking_set_header(mmf_checking *checking, size_t offset,
                                                 const void *bytes, size_t size);

MMF_NODISCARD mmf_status mmf_checking_begin(mmf_checking *checking); /* MMF_E_NO_MEMORY */
void mmf_checking_end(mmf_checking *checking); /* what was not flushed is lost */

/* MMF_E_CANCELLED when the caller says so. */
MMF_NODISCARD mmf_status mmf_checking_progress(const mmf_checking *checking, uint64_t done,
                                               uint64_t total);

/* --- Use (use.c) ----------------------------------------------------------------------------- */

/* For a check: finds out who writes. For repairs: takes the lock, or MMF_E_LOCKED. */
MMF_NODISCARD mmf_status mmf_use_begin(mmf_checking *checking);
/* For a check of format 1: whether writers of the Go library, which have no slots, are there. */
void mmf_use_look_for_go(mmf_checking *checking);
/* Whether others write now, who have slots. */
bool mmf_use_is_live(const mmf_checking *checking);
/* Whether the store is in use now: somebody may have come since the check began, and then what was
 * read of it may be older than what is there. Tells it once, by IN_USE. */
bool mmf_use_has_begun(mmf_checking *checking);
/* Whether the writer in that slot of the lock file lives. */
bool mmf_use_slot_is_live(const mmf_checking *checking, uint32_t slot);

/* --- The parts ------------------------------------------------------------------------------- */

/* Before the records: who died. Afterwards: what is wrong with the file. */
MMF_NODISCARD mmf_status mmf_lock_check(mmf_checking *checking);
/* Looks at a slot once more, whose writer may have died since. */
MMF_NODISCARD mmf_status mmf_lock_check_slot(mmf_checking *checking, uint32_t slot);
/* The dead writer that is inside the record; NULL: none is. */
const mmf_dead_slot *mmf_lock_check_owner(const mmf_checking *checking, uint64_t index,
                                          uint64_t counter);
MMF_NODISCARD mmf_status mmf_lock_check_end(mmf_checking *checking);

MMF_NODISCARD mmf_status mmf_count_check(mmf_checking *checking);

MMF_NODISCARD mmf_status mmf_record_pass(mmf_checking *checking);

/* Looks closely at a record that the pass did not find perfect. */
MMF_NODISCARD mmf_status mmf_record_repair(mmf_checking *checking, uint64_t index);

/* Before the records: what is wrong with state and slots; afterwards: what is to be written. */
MMF_NODISCARD mmf_status mmf_state_check(mmf_checking *checking);
MMF_NODISCARD mmf_status mmf_state_check_end(mmf_checking *checking);

/* --- Helpers --------------------------------------------------------------------------------- */

/* Whether two ids are one, of which a byte or a few may be damaged: ids are random, and two that
 * are not the same have no twelve bytes in common. */
static inline bool mmf_checking_is_same_id(const uint8_t id[16], const uint8_t other[16])
{
    unsigned equal = 0;

    for (unsigned i = 0; i < 16; i++) {
        equal += id[i] == other[i];
    }
    return equal >= 12;
}

static inline uint64_t mmf_checking_record_offset(const mmf_checking *checking, uint64_t index)
{
    return checking->info.data_offset + index * checking->info.record_size;
}

#endif
