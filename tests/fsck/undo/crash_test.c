/* Repairs that end in the middle, whatever by: by a kill after any word, and by a power cut, after
 * which each word is any of those that it has been. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdlib.h>

#include "tests/fsck/undo/subject.h"

const char *const suite_name = "undo_crash";

/* The undo file as it is when so many batches have been committed. */
static const char *snapshot(unsigned batches)
{
    char name[32];

    (void)snprintf(name, sizeof name, "undo.%u", batches);
    return test_path(name);
}

/* Of one repair, which leaves the undo file with all of them. */
static void take_snapshots(const subject *subject)
{
    mmf_undo_state state;

    subject_repair(subject, 0, false);
    for (unsigned b = 0; b < SUBJECT_BATCHES; b++) {
        mmf_undo *undo = subject_open(subject, &state);

        test_copy_file(subject->undo_path, snapshot(b));
        ck_ok(subject_commit(subject, undo, b));
        ck_ok(subject_store(subject, b));
        mmf_undo_close(undo);
    }
    test_copy_file(subject->undo_path, snapshot(SUBJECT_BATCHES));
}

static void put_snapshot(const subject *subject, unsigned batches)
{
    size_t size;
    uint8_t *bytes = test_read_file(snapshot(batches), &size);

    subject_put_undo(subject, bytes, size);
    free(bytes);
}

static void apply_to(const subject_word *word, uint64_t value, uint8_t *store, uint8_t *lock)
{
    memcpy((word->target == MMF_UNDO_STORE ? store : lock) + word->offset, &value, 8);
}

static void write_both(const subject *subject, const uint8_t *store, const uint8_t *lock)
{
    test_write_at(subject->store_path, 0, store, SUBJECT_SIZE);
    test_write_at(subject->lock_path, 0, lock, SUBJECT_LOCK_SIZE);
}

/* What is there when the first n words have been stored. */
static void put_prefix(const subject *subject, unsigned n)
{
    uint8_t store[SUBJECT_SIZE];
    uint8_t lock[SUBJECT_LOCK_SIZE];

    memcpy(store, subject->store[0], sizeof store);
    memcpy(lock, subject->lock[0], sizeof lock);
    for (unsigned i = 0; i < n; i++) {
        apply_to(&subject->words[i], subject->words[i].new, store, lock);
    }
    write_both(subject, store, lock);
}

/* Each word as it was at any time in the first so many batches. */
static void put_mixture(const subject *subject, unsigned batches, uint64_t *random)
{
    uint8_t store[SUBJECT_SIZE];
    uint8_t lock[SUBJECT_LOCK_SIZE];

    memcpy(store, subject->store[0], sizeof store);
    memcpy(lock, subject->lock[0], sizeof lock);
    for (unsigned i = 0; i < subject->word_count; i++) {
        const subject_word *word = &subject->words[i];

        if (word->batch < batches && subject_random(random) % 3 != 0) {
            apply_to(word, word->new, store, lock);
        }
    }
    write_both(subject, store, lock);
}

static unsigned words_of(const subject *subject, unsigned batches)
{
    unsigned n = 0;

    while (n < subject->word_count && subject->words[n].batch < batches) {
        n++;
    }
    return n;
}

START_TEST(test_killed_after_any_word)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    unsigned committed = (unsigned)_i;

    take_snapshots(subject);
    for (unsigned n = words_of(subject, committed - 1); n <= words_of(subject, committed); n++) {
        put_snapshot(subject, committed);
        put_prefix(subject, n);
        ck_ok(subject_redo(subject));
        subject_expect(subject, committed, committed);
        put_prefix(subject, n);
        ck_ok(subject_take_back(subject));
        subject_expect(subject, 0, 0);
    }
    subject_free(subject);
}
END_TEST

/* What was committed before is in the undo file, whatever the disk has of the store. */
START_TEST(test_power_cut)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    unsigned committed = (unsigned)_i;
    uint64_t random = (uint64_t)_i;

    take_snapshots(subject);
    for (unsigned i = 0; i < 30; i++) {
        put_snapshot(subject, committed);
        put_mixture(subject, committed, &random);
        ck_ok(subject_redo(subject));
        subject_expect(subject, committed, committed);
        put_mixture(subject, committed, &random);
        ck_ok(subject_redo(subject));
        put_mixture(subject, committed, &random);
        ck_ok(subject_take_back(subject));
        subject_expect(subject, 0, 0);
    }
    subject_free(subject);
}
END_TEST

/* Words of a batch that does not count are nobody's. */
START_TEST(test_words_before_their_commit)
{
    subject *subject = subject_new(MMF_FORMAT_2);

    take_snapshots(subject);
    put_snapshot(subject, 1);
    put_prefix(subject, words_of(subject, 1) + 1);
    ck_status(subject_redo(subject), MMF_E_CHANGED);
    ck_status(subject_take_back(subject), MMF_E_CHANGED);
    subject_free(subject);
}
END_TEST

/* A store that cannot be written to lets taking back begin, and no more. */
static void interrupt_taking_back(const subject *subject)
{
    mmf_checked_file store;
    mmf_undo_state state;
    mmf_undo *undo;

    ck_ok(mmf_checked_file_open(subject->store_path, false, &store, NULL));
    undo = subject_open(subject, &state);
    ck_status(mmf_undo_take_back(undo, &store, &subject->lock_file, NULL), MMF_E_SYSTEM);
    mmf_undo_close(undo);
    mmf_checked_file_close(&store);
    mmf_undo_close(subject_open(subject, &state));
    ck_assert(state.is_undone);
}

START_TEST(test_taking_back_is_interrupted)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    uint64_t random = 5;

    for (unsigned i = 0; i < 30; i++) {
        subject_put(subject, 0);
        subject_repair(subject, SUBJECT_BATCHES, i % 2 == 0);
        interrupt_taking_back(subject);
        put_mixture(subject, SUBJECT_BATCHES, &random);
        interrupt_taking_back(subject);
        ck_status(subject_redo(subject), MMF_E_CHANGED);
        ck_ok(subject_take_back(subject));
        subject_expect(subject, 0, 0);
    }
    subject_free(subject);
}
END_TEST

/* --- The undo file itself -------------------------------------------------------------------- */

/* Opened, it has what the first batch was, and can be gone on with. */
static void expect_first_batch(const subject *subject)
{
    mmf_undo_state state;
    mmf_undo *undo;

    subject_put(subject, 1);
    undo = subject_open(subject, &state);
    ck_assert(state.is_of_store);
    ck_assert_uint_eq(state.places, 3);
    ck_ok(subject_commit(subject, undo, 1));
    ck_ok(subject_store(subject, 1));
    mmf_undo_close(undo);
    mmf_undo_close(subject_open(subject, &state));
    ck_assert_uint_eq(state.places, 7);
    ck_ok(subject_take_back(subject));
    subject_expect(subject, 0, 0);
}

/* A second commit, of which any first part has reached the disk, or other parts, or rubbish. */
START_TEST(test_torn_commit)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    size_t size_1;
    size_t size_2;
    uint64_t random = 9;
    uint8_t *one;
    uint8_t *two;

    take_snapshots(subject);
    one = test_read_file(snapshot(1), &size_1);
    two = test_read_file(snapshot(2), &size_2);
    ck_assert_uint_lt(size_1, size_2);
    memcpy(two, one, size_1); /* with what counted before */
    for (size_t n = size_1; n <= size_2; n++) {
        subject_put_undo(subject, two, n);
        expect_first_batch(subject);
    }
    for (size_t n = size_1; n < size_2; n++) {
        two[n] = (uint8_t)subject_random(&random);
    }
    subject_put_undo(subject, two, size_2);
    expect_first_batch(subject);
    free(one);
    free(two);
    subject_free(subject);
}
END_TEST

/* The note of what counts, of which a part has reached the disk: the one before, or the new one. */
START_TEST(test_torn_counts)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    size_t size_1;
    size_t size_2;
    uint8_t *one;
    uint8_t *two;

    take_snapshots(subject);
    one = test_read_file(snapshot(1), &size_1);
    two = test_read_file(snapshot(2), &size_2);
    memcpy(two + MMF_UNDO_STATE_B, one + MMF_UNDO_STATE_B, sizeof(mmf_undo_counts));
    for (size_t n = sizeof(mmf_undo_counts) + 1; n-- > 0;) {
        memcpy(two + MMF_UNDO_STATE_A + n, one + MMF_UNDO_STATE_A + n, sizeof(mmf_undo_counts) - n);
        subject_put_undo(subject, two, size_2);
        if (n < sizeof(mmf_undo_counts)) {
            expect_first_batch(subject);
        } else {
            subject_put(subject, 1);
            ck_ok(subject_redo(subject));
            subject_expect(subject, 2, 2);
        }
    }
    free(one);
    free(two);
    subject_free(subject);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_killed_after_any_word, 1, SUBJECT_BATCHES + 1);
    tcase_add_loop_test(tcase, test_power_cut, 1, SUBJECT_BATCHES + 1);
    tcase_add_test(tcase, test_words_before_their_commit);
    tcase_add_test(tcase, test_taking_back_is_interrupted);
    tcase_add_test(tcase, test_torn_commit);
    tcase_add_test(tcase, test_torn_counts);
}
