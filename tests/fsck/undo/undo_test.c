/* Undo files of repairs that go as they should, and stores that have changed since. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/fsck/undo/subject.h"

const char *const suite_name = "undo";

START_TEST(test_finished_and_taken_back)
{
    subject *subject = subject_new(MMF_FORMAT_2 - (uint32_t)_i);
    mmf_undo_state state;

    subject_repair(subject, SUBJECT_BATCHES, true);
    subject_expect(subject, SUBJECT_BATCHES, SUBJECT_BATCHES);
    mmf_undo_close(subject_open(subject, &state));
    ck_assert(state.is_of_store && state.is_finished && !state.is_undone);
    ck_assert_uint_eq(state.places, 12);
    ck_ok(subject_take_back(subject));
    subject_expect(subject, 0, 0);
    mmf_undo_close(subject_open(subject, &state));
    ck_assert(state.is_of_store && state.is_finished && state.is_undone);
    ck_ok(subject_take_back(subject)); /* nothing to do */
    subject_expect(subject, 0, 0);
    subject_free(subject);
}
END_TEST

START_TEST(test_unfinished)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    unsigned batches = (unsigned)_i;
    mmf_undo_state state;

    subject_repair(subject, batches, false);
    mmf_undo_close(subject_open(subject, &state));
    ck_assert(state.is_of_store && !state.is_finished && !state.is_undone);
    ck_ok(subject_redo(subject));
    subject_expect(subject, batches, batches);
    ck_ok(subject_take_back(subject));
    subject_expect(subject, 0, 0);
    mmf_undo_close(subject_open(subject, &state));
    ck_assert(state.is_undone && !state.is_finished);
    ck_status(subject_redo(subject), MMF_E_CHANGED);
    subject_free(subject);
}
END_TEST

/* Another process goes on where one was interrupted. */
START_TEST(test_goes_on)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    unsigned batches = (unsigned)_i;
    mmf_undo_state state;
    mmf_undo *undo;

    subject_repair(subject, batches, false);
    subject_put(subject, 0); /* nothing of it had reached the disk */
    undo = subject_open(subject, &state);
    ck_ok(mmf_undo_redo(undo, &subject->store_file, &subject->lock_file, NULL));
    subject_expect(subject, batches, batches);
    for (unsigned b = batches; b < SUBJECT_BATCHES; b++) {
        ck_ok(subject_commit(subject, undo, b));
        ck_ok(subject_store(subject, b));
    }
    ck_ok(mmf_undo_finish(undo, &subject->store_file, NULL));
    mmf_undo_close(undo);
    mmf_undo_close(subject_open(subject, &state));
    ck_assert(state.is_finished);
    ck_assert_uint_eq(state.places, 12);
    ck_status(subject_redo(subject), MMF_E_CHANGED);
    subject_expect(subject, SUBJECT_BATCHES, SUBJECT_BATCHES);
    ck_ok(subject_take_back(subject));
    subject_expect(subject, 0, 0);
    subject_free(subject);
}
END_TEST

/* By the handle that made it, with something added that was never committed. */
START_TEST(test_taken_back_at_once)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    uint64_t word = 1;
    mmf_undo *undo;

    ck_ok(mmf_undo_create(subject->undo_path, &subject->store_file, &undo, NULL));
    ck_ok(mmf_undo_commit(undo, NULL));
    ck_assert_uint_eq(test_file_size(subject->undo_path), MMF_UNDO_ENTRIES);
    ck_ok(mmf_undo_add(undo, MMF_UNDO_STORE, 800, 0, NULL, NULL));
    ck_ok(subject_commit(subject, undo, 0));
    ck_ok(subject_store(subject, 0));
    ck_ok(mmf_undo_add(undo, MMF_UNDO_STORE, 800, 8, &word, &word));
    ck_ok(mmf_undo_take_back(undo, &subject->store_file, &subject->lock_file, NULL));
    subject_expect(subject, 0, 0);
    mmf_undo_close(undo);
    mmf_undo_close(NULL);
    subject_free(subject);
}
END_TEST

START_TEST(test_name_is_taken)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    struct stat info;
    mmf_error error = {MMF_OK, 0, ""};
    mmf_undo *undo = NULL;
    mmf_undo_state state;

    ck_status(mmf_undo_open(subject->undo_path, &subject->store_file, &undo, &state, NULL),
              MMF_E_NOT_FOUND);
    ck_ok(mmf_undo_create(subject->undo_path, &subject->store_file, &undo, NULL));
    mmf_undo_close(undo);
    ck_assert_int_eq(stat(subject->undo_path, &info), 0);
    ck_assert_uint_eq(info.st_mode & 07777, 0600);
    undo = NULL;
    ck_status(mmf_undo_create(subject->undo_path, &subject->store_file, &undo, &error),
              MMF_E_EXISTS);
    ck_contains(error.text, subject->undo_path);
    ck_assert_uint_eq(test_directory_count(), 3);
    ck_assert_int_eq(unlink(subject->undo_path), 0);
    ck_assert_int_eq(symlink("nowhere", subject->undo_path), 0);
    ck_status(mmf_undo_create(subject->undo_path, &subject->store_file, &undo, NULL), MMF_E_EXISTS);
    ck_status(mmf_undo_create(test_path("no/undo"), &subject->store_file, &undo, NULL),
              MMF_E_SYSTEM);
    ck_assert_ptr_null(undo);
    subject_free(subject);
}
END_TEST

static void expect_refusal(const subject *subject, bool is_of_store)
{
    size_t size;
    uint8_t *before = test_read_file(subject->store_path, &size);
    size_t size_after;
    uint8_t *after;
    mmf_undo_state state;

    mmf_undo_close(subject_open(subject, &state));
    ck_assert(state.is_of_store == is_of_store);
    ck_status(subject_take_back(subject), MMF_E_CHANGED);
    after = test_read_file(subject->store_path, &size_after);
    ck_assert(size == size_after && memcmp(before, after, size) == 0);
    mmf_undo_close(subject_open(subject, &state));
    ck_assert(!state.is_undone);
    free(before);
    free(after);
}

START_TEST(test_every_byte_of_a_finished_store)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    mmf_undo_state state;

    subject_repair(subject, SUBJECT_BATCHES, true);
    for (uint32_t i = 0; i < SUBJECT_SIZE; i += i < 256 || i > SUBJECT_SIZE - 50 ? 1 : 37) {
        uint8_t byte = subject->store[SUBJECT_BATCHES][i] ^ (uint8_t)(1u << i % 8);

        test_write_at(subject->store_path, i, &byte, 1);
        mmf_undo_close(subject_open(subject, &state));
        expect_refusal(subject, state.is_of_store);
        ck_assert(state.is_of_store == (i >= 0x30 && !(i >= 0x70 && i < 0x80)));
        test_write_at(subject->store_path, i, &subject->store[SUBJECT_BATCHES][i], 1);
    }
    ck_ok(subject_take_back(subject));
    subject_expect(subject, 0, 0);
    subject_free(subject);
}
END_TEST

START_TEST(test_other_sizes)
{
    subject *subject = subject_new(MMF_FORMAT_2);

    subject_repair(subject, 1, _i == 0);
    ck_assert_int_eq(truncate(subject->store_path, SUBJECT_SIZE + 1), 0);
    expect_refusal(subject, false);
    ck_assert_int_eq(truncate(subject->store_path, SUBJECT_SIZE - 1), 0);
    expect_refusal(subject, false);
    ck_assert_int_eq(truncate(subject->store_path, 0), 0);
    expect_refusal(subject, false);
    subject_free(subject);
}
END_TEST

/* While it is not finished, what no entry has may be anything; what one has may not. */
START_TEST(test_words_of_an_unfinished_store)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    uint8_t byte = (uint8_t)(subject->store[2][4100] ^ 1);

    subject_repair(subject, 2, false);
    test_write_at(subject->store_path, 4100, &byte, 1);
    expect_refusal(subject, true);
    ck_status(subject_redo(subject), MMF_E_CHANGED);
    test_write_at(subject->store_path, 4100, &subject->store[2][4100], 1);
    test_write_at(subject->store_path, 800, "other", 5);
    ck_ok(subject_redo(subject));
    ck_ok(subject_take_back(subject));
    test_write_at(subject->store_path, 800, &subject->store[0][800], 5);
    subject_expect(subject, 0, 0);
    subject_free(subject);
}
END_TEST

/* Taken back, used, and taken back again: that must not undo what was done since, though the words
 * are some that the undo file knows. */
START_TEST(test_taken_back_and_used)
{
    subject *subject = subject_new(MMF_FORMAT_2);

    subject_repair(subject, SUBJECT_BATCHES, true);
    ck_ok(subject_take_back(subject));
    test_write_at(subject->store_path, 800, "other", 5);
    ck_ok(subject_take_back(subject));
    for (unsigned b = 1; b <= SUBJECT_BATCHES; b++) {
        test_write_at(subject->store_path, 4112, &subject->store[b][4112], 8);
        ck_status(subject_take_back(subject), MMF_E_CHANGED);
    }
    test_write_at(subject->store_path, 4112, &subject->store[0][4112], 8);
    test_write_at(subject->store_path, 12280, &subject->store[2][12280], 8); /* of one entry */
    ck_status(subject_take_back(subject), MMF_E_CHANGED);
    test_write_at(subject->store_path, 12280, &subject->store[0][12280], 8);
    ck_ok(subject_take_back(subject));
    test_write_at(subject->store_path, 800, &subject->store[0][800], 5);
    subject_expect(subject, 0, 0);
    subject_free(subject);
}
END_TEST

/* Its places come back all together or not at all, and never keep the store's from it. */
START_TEST(test_lock_file)
{
    static const unsigned cut[] = {SUBJECT_LOCK_SIZE, 1024, 0};
    subject *subject = subject_new(MMF_FORMAT_2);
    mmf_checked_file none = {-1, false, "", 0};
    mmf_undo_state state;
    mmf_undo *undo;
    uint8_t bytes[SUBJECT_LOCK_SIZE];

    subject_repair(subject, SUBJECT_BATCHES, true);
    memcpy(bytes, subject->lock[SUBJECT_BATCHES], sizeof bytes);
    bytes[1028] ^= 1;
    test_write_at(subject->lock_path, 0, bytes, sizeof bytes);
    ck_assert_int_eq(truncate(subject->lock_path, cut[_i]), 0);
    undo = subject_open(subject, &state);
    ck_ok(mmf_undo_take_back(undo, &subject->store_file,
                             _i == 0   ? &subject->lock_file
                             : _i == 1 ? NULL
                                       : &none,
                             NULL));
    mmf_undo_close(undo);
    ck_assert(subject_store_is(subject, 0));
    ck_assert_uint_eq(test_file_size(subject->lock_path), cut[_i]);
    ck_assert_int_eq(truncate(subject->lock_path, SUBJECT_LOCK_SIZE), 0);
    test_write_at(subject->lock_path, cut[_i], bytes + cut[_i], sizeof bytes - cut[_i]);
    bytes[1028] ^= 1;
    test_write_at(subject->lock_path, 1028, &bytes[1028], 1);
    subject_expect(subject, 0, SUBJECT_BATCHES);
    subject_free(subject);
}
END_TEST

START_TEST(test_cut_lock_file)
{
    subject *subject = subject_new(MMF_FORMAT_2);

    subject_repair(subject, SUBJECT_BATCHES, false);
    ck_assert_int_eq(truncate(subject->lock_path, 1024), 0);
    ck_ok(subject_redo(subject));
    ck_ok(subject_take_back(subject));
    ck_assert(subject_store_is(subject, 0));
    ck_assert_uint_eq(test_file_size(subject->lock_path), 1024);
    subject_free(subject);
}
END_TEST

/* As where the store was made anew, or the wrong one was named. */
START_TEST(test_another_store)
{
    subject *subject = subject_new(MMF_FORMAT_2 - (uint32_t)_i);
    uint8_t byte = (uint8_t)(subject->store[0][0x78] ^ 0x80);
    mmf_undo_state state;

    subject_repair(subject, 0, false);
    test_write_at(subject->store_path, 0x78, &byte, 1);
    mmf_undo_close(subject_open(subject, &state));
    ck_assert(state.is_of_store == (_i == 1)); /* format 1 has no UUID there */
    byte = (uint8_t)(subject->store[0][0x2c] ^ 8);
    test_write_at(subject->store_path, 0x2c, &byte, 1);
    mmf_undo_close(subject_open(subject, &state));
    ck_assert(!state.is_of_store);
    subject_free(subject);
}
END_TEST

/* What was made for a store that has no bytes at all. */
START_TEST(test_empty_store)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    mmf_undo_state state;

    ck_assert_int_eq(truncate(subject->store_path, 0), 0);
    subject_repair(subject, 0, true);
    mmf_undo_close(subject_open(subject, &state));
    ck_assert(state.is_of_store && state.is_finished);
    ck_assert_uint_eq(state.places, 0);
    ck_ok(subject_take_back(subject));
    ck_assert_uint_eq(test_file_size(subject->store_path), 0);
    subject_free(subject);
}
END_TEST

/* More words that are not their own entry's than are collected at a time, and places larger than
 * what is read at a time. */
START_TEST(test_many_words)
{
    enum { WORDS = 20000, TIMES = 3 };
    const char *path = test_path("large");
    uint64_t *words = calloc((TIMES + 1) * WORDS, 8);
    mmf_checked_file store;
    mmf_undo_state state;
    mmf_undo *undo;
    uint64_t random = 3;

    ck_assert_ptr_nonnull(words);
    for (unsigned i = 0; i < (TIMES + 1) * WORDS; i++) {
        words[i] = subject_random(&random);
    }
    test_write_file(path, words, WORDS * 8);
    ck_ok(mmf_checked_file_open(path, true, &store, NULL));
    ck_ok(mmf_undo_create(test_path("undo"), &store, &undo, NULL));
    for (unsigned t = 0; t < TIMES; t++) {
        ck_ok(mmf_undo_add(undo, MMF_UNDO_STORE, 0, WORDS * 8, words + t * WORDS,
                           words + (t + 1) * WORDS));
    }
    ck_ok(mmf_undo_commit(undo, NULL));
    mmf_undo_close(undo);
    for (unsigned t = 0; t <= TIMES; t++) {
        test_write_at(path, 0, words + t * WORDS, WORDS * 8);
        ck_ok(mmf_undo_open(test_path("undo"), &store, &undo, &state, NULL));
        ck_assert(state.is_of_store);
        ck_ok(mmf_undo_redo(undo, &store, NULL, NULL));
        test_read_at(path, 0, words, WORDS * 8);
        ck_assert(memcmp(words, words + TIMES * WORDS, WORDS * 8) == 0);
        words[WORDS - 1] ^= 1;
        test_write_at(path, 0, words, WORDS * 8);
        ck_status(mmf_undo_redo(undo, &store, NULL, NULL), MMF_E_CHANGED);
        random = 3;
        for (unsigned i = 0; i < WORDS; i++) {
            words[i] = subject_random(&random);
        }
        mmf_undo_close(undo);
    }
    mmf_checked_file_close(&store);
    free(words);
}
END_TEST

/* 100 GB of which a few pages have blocks: neither finishing nor taking back reads the holes, and
 * what is put back to zeros is as good as one. */
START_TEST(test_sparse)
{
    const uint64_t size = 100ull << 30;
    const uint64_t at = (50ull << 30) + 20480; /* not where a chunk begins */
    const char *path = test_path("sparse");
    uint64_t zero[2] = {0, 0};
    uint64_t new[2] = {1, 2};
    uint64_t found[2];
    mmf_checked_file store;
    mmf_undo_state state;
    mmf_undo *undo;

    test_write_file(path, "MMFG", 4);
    ck_assert_int_eq(truncate(path, (off_t)size), 0);
    ck_ok(mmf_checked_file_open(path, true, &store, NULL));
    ck_ok(mmf_undo_create(test_path("undo"), &store, &undo, NULL));
    ck_ok(mmf_undo_add(undo, MMF_UNDO_STORE, at, 16, zero, new));
    ck_ok(mmf_undo_add(undo, MMF_UNDO_STORE, size - 8, 8, zero, new));
    ck_ok(mmf_undo_commit(undo, NULL));
    ck_ok(mmf_undo_redo(undo, &store, NULL, NULL));
    ck_ok(mmf_undo_finish(undo, &store, NULL));
    mmf_undo_close(undo);
    test_write_at(path, 7ull << 30, zero, 16); /* blocks, but no change */
    test_write_at(path, at - 12288, zero, 16);
    ck_ok(mmf_undo_open(test_path("undo"), &store, &undo, &state, NULL));
    ck_assert(state.is_of_store && state.is_finished);
    test_write_at(path, 7ull << 30, new, 16);
    ck_status(mmf_undo_take_back(undo, &store, NULL, NULL), MMF_E_CHANGED);
    test_write_at(path, 7ull << 30, zero, 16);
    ck_ok(mmf_undo_take_back(undo, &store, NULL, NULL));
    mmf_undo_close(undo);
    test_read_at(path, at, found, 16);
    ck_assert_mem_eq(found, zero, 16);
    test_read_at(path, size - 8, found, 8);
    ck_assert_mem_eq(found, zero, 8);
    mmf_checked_file_close(&store);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_finished_and_taken_back, 0, 2);
    tcase_add_loop_test(tcase, test_unfinished, 0, SUBJECT_BATCHES + 1);
    tcase_add_loop_test(tcase, test_goes_on, 0, SUBJECT_BATCHES + 1);
    tcase_add_test(tcase, test_taken_back_at_once);
    tcase_add_test(tcase, test_name_is_taken);
    tcase_add_test(tcase, test_every_byte_of_a_finished_store);
    tcase_add_loop_test(tcase, test_other_sizes, 0, 2);
    tcase_add_test(tcase, test_words_of_an_unfinished_store);
    tcase_add_test(tcase, test_taken_back_and_used);
    tcase_add_loop_test(tcase, test_lock_file, 0, 3);
    tcase_add_test(tcase, test_cut_lock_file);
    tcase_add_loop_test(tcase, test_another_store, 0, 2);
    tcase_add_test(tcase, test_empty_store);
    tcase_add_test(tcase, test_many_words);
    tcase_add_test(tcase, test_sparse);
}
