/* Whether the words of a file are such as an undo file speaks of.
 *
 * A word may have been repaired more than once: then it has several entries, of which each one's
 * old word is the new one of that before. And the disk, when the machine stops, may have any of
 * these, since a repair is synced only when it is finished. So a word is known if it is the old or
 * the new one of any entry that has it. Those that their own entry does not know are collected and
 * looked for in all the others, so many at a time: memory does not grow with the file. */
#ifndef MMF_FSCK_UNDO_WORDS_H
#define MMF_FSCK_UNDO_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "fsck/checked_file.h"
#include "fsck/undo_file.h"

#define MMF_UNDO_PIECE 8192u /* words that are read at a time */
#define MMF_UNDO_STRANGERS 8192u

typedef struct mmf_undo_stranger {
    uint64_t offset;
    uint64_t word; /* that is there */
    bool is_known;
} mmf_undo_stranger;

/* Room to work in; nothing of it is kept from one call to the next. */
typedef struct mmf_undo_words {
    uint64_t there[MMF_UNDO_PIECE];
    uint64_t old[MMF_UNDO_PIECE];
    uint64_t new[MMF_UNDO_PIECE];
    mmf_undo_stranger strangers[MMF_UNDO_STRANGERS];
    uint32_t stranger_count;
} mmf_undo_words;

typedef enum mmf_undo_expectation {
    MMF_UNDO_OLD_OR_NEW, /* in the middle of a repair, or of taking it back */
    MMF_UNDO_FIRST_OLD,  /* all of it has been taken back */
} mmf_undo_expectation;

/* All words that the file's entries for the target have.
 * MMF_OK; MMF_E_CHANGED; MMF_E_CORRUPT; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_undo_words_check(mmf_undo_words *words, const mmf_undo_file *file,
                                              mmf_undo_target target,
                                              mmf_undo_expectation expectation,
                                              const mmf_checked_file *checked, mmf_error *error);

/* Whether the store is the one that the file was written for: size, and the words by which it is
 * known, as they were or as entries tell. MMF_OK; MMF_E_CHANGED; MMF_E_CORRUPT; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_undo_words_identify(mmf_undo_words *words, const mmf_undo_file *file,
                                                 const mmf_checked_file *store, mmf_error *error);

/* What the header of a new undo file says of the store. MMF_OK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_undo_words_describe(const mmf_checked_file *store,
                                                 mmf_undo_header *ret_header, mmf_error *error);

#endif
