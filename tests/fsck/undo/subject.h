/* A file that looks like a store, its lock file, and a repair of both in three batches, whose
 * places overlap: some words are changed in each of them. */
#ifndef MMF_TESTS_FSCK_UNDO_SUBJECT_H
#define MMF_TESTS_FSCK_UNDO_SUBJECT_H

#include "fsck/checked_file.h"
#include "fsck/undo.h"
#include "fsck/undo_format.h"
#include "tests/runtime/testing.h"

#define SUBJECT_BATCHES 3u
#define SUBJECT_SIZE 12291u /* no multiple of 8 */
#define SUBJECT_LOCK_SIZE 4096u
#define SUBJECT_WORDS_MAX 256u

/* One word that a repair stores. */
typedef struct subject_word {
    unsigned batch;
    mmf_undo_target target;
    uint32_t offset;
    uint64_t old;
    uint64_t new;
} subject_word;

typedef struct subject {
    const char *store_path;
    const char *lock_path;
    const char *undo_path;
    uint64_t size;
    /* as they are after so many batches; 0: at first */
    uint8_t store[SUBJECT_BATCHES + 1][SUBJECT_SIZE];
    uint8_t lock[SUBJECT_BATCHES + 1][SUBJECT_LOCK_SIZE];
    subject_word words[SUBJECT_WORDS_MAX]; /* in the order in which they are stored */
    unsigned word_count;
    mmf_checked_file store_file; /* open */
    mmf_checked_file lock_file;
} subject;

/* Makes the files as they are at first, with a format version of 1 or 2, and opens them. To be
 * given to subject_free(). */
subject *subject_new(uint32_t format);
void subject_free(subject *subject);

/* Puts both files back to what they are after so many batches. */
void subject_put(const subject *subject, unsigned batches);
/* Fails the test unless the files are that. */
void subject_expect(const subject *subject, unsigned store_batches, unsigned lock_batches);
bool subject_store_is(const subject *subject, unsigned batches);

/* Adds the places of a batch, and commits. */
mmf_status subject_commit(const subject *subject, mmf_undo *undo, unsigned batch);
/* Stores the words of a batch. */
mmf_status subject_store(const subject *subject, unsigned batch);

/* Both, for the first so many batches, with a new undo file; finished or not; then closed. */
void subject_repair(const subject *subject, unsigned batches, bool finish);

/* Puts a new undo file in the place of the old one, which some file systems would sync were it cut
 * and written anew. */
void subject_put_undo(const subject *subject, const void *bytes, size_t size);

/* Opens the undo file; the test fails unless that succeeds. */
mmf_undo *subject_open(const subject *subject, mmf_undo_state *ret_state);

/* Opens, takes back, closes: the status of taking back. */
mmf_status subject_take_back(const subject *subject);
mmf_status subject_redo(const subject *subject);

/* The same numbers each time. */
uint64_t subject_random(uint64_t *state);

#endif
