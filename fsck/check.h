/* Checking and repairing stores: what mmf-fsck(8) does, for programs.
 *
 * mmf_check() finds; whoever calls it decides, finding by finding; mmf_check() does. It never
 * prints. Nothing of a file is changed unless MMF_CHECK_REPAIR is given, and then nothing before
 * the bytes that were there are in an undo file, on the disk.
 *
 * A check without MMF_CHECK_REPAIR takes no lock and may run beside living writers; what it cannot
 * judge then is told by MMF_PROBLEM_IN_USE. Repairs need the store for themselves: they take the
 * lock that MMF_ONE_WRITER takes, and are refused with MMF_E_LOCKED where somebody writes. Handles
 * that only read may stay open. (The Go library takes a lock only for its one-writer option: of its
 * other writers, who hold nothing, those are noticed that have the file mapped to write, where
 * /proc shows it.)
 *
 * A repair that is interrupted, whatever by, is finished by the next one, or undone by
 * mmf_check_undo(): the undo file has what was there and what should be there.
 *
 * Threads: a call uses threads of its own for reading; the callbacks are called from the thread
 * that called. Two calls for one file at a time are safe: one of them is refused if both repair.
 */
#ifndef MMF_FSCK_CHECK_H
#define MMF_FSCK_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "fsck/problem.h"
#include "schema/model.h"
#include "schema/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* May change the file. Each repair is decided by options->decide. */
#define MMF_CHECK_REPAIR 0x1u
/* Looks at every record, also when the store was closed in good order. (A file of format 1 does not
 * say whether it was, so all its records are looked at always.) */
#define MMF_CHECK_FULL 0x2u
/* Repairs without an undo file: when there is no room for one. */
#define MMF_CHECK_NO_UNDO 0x4u

#define MMF_CHECK_TEXT_SIZE 512
#define MMF_CHECK_PATH_SIZE 4096
#define MMF_CHECK_NO_RECORD UINT64_MAX

typedef enum mmf_check_outcome {
    MMF_CHECK_LEFT,     /* it is as it was: not asked for, refused, or there is no repair */
    MMF_CHECK_REPAIRED, /* done, and in the file */
    MMF_CHECK_FAILED,   /* could not be done: mmf_check() will return why */
} mmf_check_outcome;

typedef struct mmf_finding {
    mmf_problem problem;
    const mmf_problem_info *info;
    mmf_check_outcome outcome; /* LEFT when decide is asked */
    const char *path;          /* of the file that has it: the store, or its lock file */
    uint64_t offset;           /* in that file, of the first byte that is wrong */
    uint64_t record;           /* its index; MMF_CHECK_NO_RECORD: it is not about a record */
    const char *field;         /* of the record or the header; NULL: not about one */
    const char *text;          /* what was found and what was expected; one line */
} mmf_finding;

typedef struct mmf_check_options {
    uint32_t flags;          /* MMF_CHECK_… */
    uint32_t threads;        /* that read records; 0: as many as there are processors, at most 16 */
    const mmf_model *schema; /* what the records should be; NULL: what the file says */
    const char *undo_path;   /* of the undo file; NULL: PATH.undo, or the first of PATH.undo.1,
                              * PATH.undo.2, … that does not exist */
    /* Whether a repair is to be done; called only where there is one, before anything else is
     * found. NULL: MMF_REPAIR_SAFE is, MMF_REPAIR_ASK is not. */
    bool (*decide)(void *context, const mmf_finding *finding);
    /* Told of each finding, with its outcome; findings of the same file come in the order in which
     * they were decided. What it points to is gone when it returns. NULL: nobody is told. */
    void (*report)(void *context, const mmf_finding *finding);
    /* Called now and then: bytes looked at, and how many there are in all; the numbers begin anew
     * with `pass`: 1, the check; 2, the check of what was repaired. False: stop, MMF_E_CANCELLED;
     * what has been decided is done before that. NULL: go on. */
    bool (*progress)(void *context, unsigned pass, uint64_t done, uint64_t total);
    void *context;
    mmf_error *error; /* receives the detail of a failure; may be NULL */
} mmf_check_options;

typedef struct mmf_check_result {
    uint64_t errors;   /* found, FATAL ones included */
    uint64_t repaired; /* of these */
    uint64_t left;     /* that a check of the file finds now */
    uint64_t notes;
    bool is_store;      /* the header could be judged: the numbers that follow mean something */
    bool is_complete;   /* everything that was asked for has been looked at */
    bool looked_at_all; /* records too: asked for, or not closed in good order, or format 1 */
    uint32_t format;
    uint32_t record_size;  /* bytes */
    uint64_t record_count; /* as it is now, or should be */
    uint64_t capacity;     /* likewise */
    uint64_t records_checked;
    uint64_t holder;                     /* MMF_E_LOCKED: the process that writes; 0: not known */
    char undo_path[MMF_CHECK_PATH_SIZE]; /* "": no undo file was written */
} mmf_check_result;

/* Checks the store at path, and repairs what `decide` says yes to. After repairs the file is
 * checked once more, and result->left is what that found.
 * options NULL: a check that changes nothing and reports to nobody, but counts.
 *
 *   MMF_OK            done: *ret_result says what was found. A file that is damaged beyond repair,
 *                     or is no store at all, is a finding and not a failure.
 *   MMF_E_CANCELLED   `progress` said so; result has what was found till then
 *   MMF_E_LOCKED      somebody writes to the store (MMF_CHECK_REPAIR); result->holder says who
 *   MMF_E_NOT_FOUND, MMF_E_SYSTEM   the file cannot be opened, read or written
 *   MMF_E_EXISTS      undo_path is there, and is not what an interrupted repair of the store, as
 *                     it is now, left
 *   MMF_E_NO_SPACE    for the undo file, or for a hole of the store that has to be written to
 *   MMF_E_NO_MEMORY, MMF_E_INVALID (flags; not a regular file)
 *
 * *ret_result is filled in any case. */
MMF_NODISCARD mmf_status mmf_check(const char *path, const mmf_check_options *options,
                                   mmf_check_result *ret_result);

/* Brings the store at path back to what it was before the repairs that wrote this undo file, byte
 * for byte; the lock file too, unless others have used it since. The undo file stays. May be
 * called again when it was interrupted.
 *
 *   MMF_OK
 *   MMF_E_CHANGED     the store has changed since, or is another one; nothing was touched
 *   MMF_E_CORRUPT     not an undo file, or a damaged one; nothing was touched
 *   MMF_E_LOCKED      somebody writes to the store; *ret_holder is who, 0 when that is not known
 *   MMF_E_NOT_FOUND, MMF_E_SYSTEM, MMF_E_NO_SPACE, MMF_E_NO_MEMORY
 *
 * error and ret_holder may be NULL. */
MMF_NODISCARD mmf_status mmf_check_undo(const char *path, const char *undo_path,
                                        uint64_t *ret_holder, mmf_error *error);

#ifdef __cplusplus
}
#endif
#endif
