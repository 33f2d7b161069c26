/* Undo files that are damaged, cut, or made by an enemy: nothing is ever restored that is wrong. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdlib.h>

#include "schema/crc32c.h"
#include "tests/fsck/undo/subject.h"

const char *const suite_name = "undo_damage";

static mmf_status open_only(const subject *subject, mmf_undo_state *ret_state)
{
    mmf_undo *undo = NULL;
    mmf_status status =
        mmf_undo_open(subject->undo_path, &subject->store_file, &undo, ret_state, NULL);

    if (status == MMF_OK) {
        mmf_undo_close(undo);
    } else {
        ck_assert_ptr_null(undo);
    }
    return status;
}

START_TEST(test_cut_at_every_byte)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    mmf_undo_state state;
    size_t size;
    uint8_t *bytes;

    subject_repair(subject, SUBJECT_BATCHES, _i == 0);
    bytes = test_read_file(subject->undo_path, &size);
    for (size_t n = 0; n < size; n++) {
        subject_put_undo(subject, bytes, n);
        ck_status(open_only(subject, &state), MMF_E_CORRUPT);
    }
    free(bytes);
    subject_expect(subject, SUBJECT_BATCHES, SUBJECT_BATCHES);
    subject_free(subject);
}
END_TEST

/* Damage to what counts is told; damage to one of the two notes of it, or to bytes that nobody
 * uses, does not matter. */
START_TEST(test_every_byte_damaged)
{
    static const uint8_t masks[] = {0x01, 0xff};
    subject *subject = subject_new(MMF_FORMAT_2);
    mmf_undo_state state;
    size_t size;
    uint8_t *bytes;

    subject_repair(subject, SUBJECT_BATCHES, _i % 2 == 0);
    bytes = test_read_file(subject->undo_path, &size);
    for (size_t i = 0; i < size; i++) {
        bool matters = i < sizeof(mmf_undo_header) || i >= MMF_UNDO_ENTRIES;

        bool is_note = (i >= MMF_UNDO_STATE_A && i < MMF_UNDO_STATE_A + sizeof(mmf_undo_counts)) ||
                       (i >= MMF_UNDO_STATE_B && i < MMF_UNDO_STATE_B + sizeof(mmf_undo_counts));

        if (!matters && !is_note && i % 128 != 0) {
            continue; /* zeros that nobody uses: some of them */
        }
        bytes[i] ^= masks[_i];
        subject_put_undo(subject, bytes, size);
        if (matters) {
            ck_status(open_only(subject, &state), MMF_E_CORRUPT);
        } else {
            ck_ok(open_only(subject, &state));
            ck_assert(state.is_of_store && state.is_finished == (_i % 2 == 0));
            ck_assert_uint_eq(state.places, 12);
            ck_ok(subject_take_back(subject));
            subject_expect(subject, 0, 0);
            subject_put(subject, SUBJECT_BATCHES);
        }
        bytes[i] ^= masks[_i];
    }
    free(bytes);
    subject_free(subject);
}
END_TEST

START_TEST(test_not_an_undo_file)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    mmf_undo_state state;
    mmf_undo *undo = NULL;
    mmf_error error = {MMF_OK, 0, ""};

    ck_status(mmf_undo_open(subject->store_path, &subject->store_file, &undo, &state, &error),
              MMF_E_CORRUPT);
    ck_contains(error.text, "not an undo file");
    ck_status(mmf_undo_open(test_directory(), &subject->store_file, &undo, &state, NULL),
              MMF_E_CORRUPT);
    ck_status(mmf_undo_open("/dev/zero", &subject->store_file, &undo, &state, NULL), MMF_E_CORRUPT);
    subject_free(subject);
}
END_TEST

/* --- Forged ---------------------------------------------------------------------------------- */

typedef struct forged {
    mmf_undo_header header;
    mmf_undo_counts counts;
    mmf_undo_entry entries[2];
    uint64_t words[2][2]; /* old and new of each */
} forged;

/* All checksums are right, whatever it says. */
static void write_forged(const subject *subject, forged *forged)
{
    uint8_t bytes[MMF_UNDO_ENTRIES + sizeof forged->entries + sizeof forged->words] = {0};
    uint8_t *at = bytes + MMF_UNDO_ENTRIES;
    const size_t one = sizeof(mmf_undo_entry) + 16;

    forged->header.crc = mmf_crc32c(0, &forged->header, offsetof(mmf_undo_header, crc));
    forged->counts.crc =
        mmf_crc32c(forged->header.crc, &forged->counts, offsetof(mmf_undo_counts, crc));
    memcpy(bytes, &forged->header, sizeof forged->header);
    memcpy(bytes + MMF_UNDO_STATE_B, &forged->counts, sizeof forged->counts);
    for (unsigned i = 0; i < 2; i++, at += one) {
        memcpy(at, &forged->entries[i], sizeof(mmf_undo_entry));
        memcpy(at + sizeof(mmf_undo_entry), forged->words[i], 16);
    }
    for (unsigned i = 2; i-- > 0;) {
        uint64_t size = forged->entries[i].size <= 24 ? forged->entries[i].size : 8;

        at = bytes + MMF_UNDO_ENTRIES + i * one;
        size = i == 0 ? 2 * size : 16;
        forged->entries[i].crc =
            mmf_crc32c(forged->header.crc, at + 4, sizeof(mmf_undo_entry) - 4 + size);
        memcpy(at, &forged->entries[i].crc, 4);
    }
    subject_put_undo(subject, bytes, sizeof bytes);
}

/* Two entries, one for the store and one for the lock file, whose new words are there. */
static forged sound(const subject *subject)
{
    const uint64_t one = sizeof(mmf_undo_entry) + 16;
    forged forged = {
        .header = {.magic = {'M', 'M', 'F', 'U'},
                   .version = MMF_UNDO_VERSION,
                   .store_size = SUBJECT_SIZE},
        .counts = {.generation = 1,
                   .size = MMF_UNDO_ENTRIES + 2 * one,
                   .places = 2,
                   .last = MMF_UNDO_ENTRIES + one},
        .entries = {{0, MMF_UNDO_STORE, 4096, 8, 0}, {0, MMF_UNDO_LOCK, 1024, 8, one}}};

    memcpy(forged.header.identity, subject->store[0], 48);
    memcpy(&forged.words[0][0], subject->store[1] + 4096, 8);
    memcpy(&forged.words[0][1], subject->store[0] + 4096, 8);
    memcpy(&forged.words[1][0], subject->lock[3] + 1024, 8);
    memcpy(&forged.words[1][1], subject->lock[0] + 1024, 8);
    return forged;
}

static void expect_corrupt(const subject *subject, forged forged)
{
    mmf_undo_state state;

    write_forged(subject, &forged);
    ck_status(open_only(subject, &state), MMF_E_CORRUPT);
}

START_TEST(test_forged_entries)
{
    static const uint64_t offsets[] = {4097,           4100,       12288,
                                       12296,          1ull << 63, INT64_MAX - 7,
                                       UINT64_MAX - 7, UINT64_MAX, UINT64_MAX - 15};
    static const uint64_t sizes[] = {0,
                                     4,
                                     9,
                                     16,
                                     24,
                                     1u << 20,
                                     1ull << 62,
                                     1ull << 63,
                                     INT64_MAX - 7,
                                     UINT64_MAX - 7,
                                     UINT64_MAX - 23,
                                     UINT64_MAX};
    subject *subject = subject_new(MMF_FORMAT_2);
    forged good = sound(subject);
    forged bad;

    for (size_t i = 0; i < sizeof offsets / 8; i++) {
        bad = good;
        bad.entries[0].offset = offsets[i];
        expect_corrupt(subject, bad);
    }
    for (size_t i = 0; i < sizeof sizes / 8; i++) {
        for (unsigned j = 0; j < 2; j++) {
            bad = good;
            bad.entries[j].size = sizes[i];
            expect_corrupt(subject, bad);
        }
    }
    for (uint64_t before = 0; before < 128; before += before == 40 ? 16 : 8) {
        bad = good;
        bad.entries[1].before = before;
        if (before != 48) {
            expect_corrupt(subject, bad);
        }
    }
    bad = good;
    bad.entries[0].before = 48;
    expect_corrupt(subject, bad);
    bad = good;
    bad.entries[0].target = 2;
    expect_corrupt(subject, bad);
    write_forged(subject, &good);
    ck_ok(subject_take_back(subject));
    subject_free(subject);
}
END_TEST

/* One entry, of any size; all else agrees with that. */
START_TEST(test_forged_sizes)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    mmf_undo_state state;

    for (uint64_t size = 0; size <= 24; size++) {
        forged forged = sound(subject);

        forged.entries[0].size = size;
        forged.counts.size = MMF_UNDO_ENTRIES + sizeof(mmf_undo_entry) + 2 * size;
        forged.counts.places = 1;
        forged.counts.last = MMF_UNDO_ENTRIES;
        write_forged(subject, &forged);
        ck_status(open_only(subject, &state), size > 0 && size % 8 == 0 ? MMF_OK : MMF_E_CORRUPT);
    }
    subject_free(subject);
}
END_TEST

/* No entries, and an end within the header, which the next commit would overwrite. */
START_TEST(test_forged_end)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    forged forged = sound(subject);
    mmf_undo_state state;

    forged.counts = (mmf_undo_counts){.generation = 1, .size = MMF_UNDO_ENTRIES};
    write_forged(subject, &forged);
    ck_ok(open_only(subject, &state));
    forged.counts.size = 128;
    expect_corrupt(subject, forged);
    forged.counts.size = MMF_UNDO_ENTRIES - 8;
    expect_corrupt(subject, forged);
    subject_free(subject);
}
END_TEST

START_TEST(test_forged_counts)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    forged good = sound(subject);
    forged bad = good;

    for (uint64_t size = 0; size < 4300; size += size < 4090 ? 1000 : 1) {
        bad.counts.size = size;
        if (size != good.counts.size) {
            expect_corrupt(subject, bad);
        }
    }
    bad.counts.size = UINT64_MAX;
    expect_corrupt(subject, bad);
    bad.counts.size = INT64_MAX;
    expect_corrupt(subject, bad);
    bad = good;
    for (uint64_t places = 0; places < 5; places++) {
        bad.counts.places = places;
        if (places != 2) {
            expect_corrupt(subject, bad);
        }
    }
    bad = good;
    bad.counts.last = MMF_UNDO_ENTRIES;
    expect_corrupt(subject, bad);
    bad = good;
    bad.counts.generation = 0;
    expect_corrupt(subject, bad);
    bad = good;
    bad.header.version = 2;
    expect_corrupt(subject, bad);
    bad = good;
    bad.header.magic[3] = 'V';
    expect_corrupt(subject, bad);
    subject_free(subject);
}
END_TEST

/* A place beyond the lock file keeps none of the store's from being put back. */
START_TEST(test_forged_lock_place)
{
    static const uint64_t offsets[] = {SUBJECT_LOCK_SIZE, SUBJECT_LOCK_SIZE - 8, 1ull << 40,
                                       (uint64_t)INT64_MAX - 15};
    subject *subject = subject_new(MMF_FORMAT_2);
    forged forged = sound(subject);
    uint64_t found;

    forged.entries[1].offset = offsets[_i];
    write_forged(subject, &forged);
    ck_ok(subject_take_back(subject));
    test_read_at(subject->store_path, 4096, &found, 8);
    ck_assert_uint_eq(found, forged.words[0][0]);
    test_write_at(subject->store_path, 0, subject->store[0], SUBJECT_SIZE);
    subject_expect(subject, 0, 0);
    subject_free(subject);
}
END_TEST

/* Whatever it says: a status, and no word of the store but those of its places. */
START_TEST(test_forged_at_random)
{
    subject *subject = subject_new(MMF_FORMAT_2);
    uint64_t random = 11;
    unsigned opened = 0;

    for (unsigned i = 0; i < 500; i++) {
        forged forged = sound(subject);
        unsigned char *bytes = (unsigned char *)&forged;
        mmf_undo_state state;

        for (uint64_t n = subject_random(&random) % 3 + 1; n > 0; n--) {
            size_t at = 0x20 + subject_random(&random) % (sizeof forged - 0x20);

            bytes[at] = (unsigned char)(subject_random(&random) >> 20);
        }
        write_forged(subject, &forged);
        if (open_only(subject, &state) == MMF_OK) {
            mmf_status redone = subject_redo(subject);
            mmf_status taken = subject_take_back(subject);

            opened++;
            ck_assert(redone == MMF_OK || redone == MMF_E_CHANGED);
            ck_assert(taken == MMF_OK || taken == MMF_E_CHANGED);
            if (taken == MMF_E_CHANGED) {
                ck_assert(redone == MMF_OK || subject_store_is(subject, 0));
            }
            subject_put(subject, 0);
        }
    }
    ck_assert_uint_gt(opened, 25);
    subject_free(subject);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, test_cut_at_every_byte, 0, 2);
    tcase_add_loop_test(tcase, test_every_byte_damaged, 0, 2);
    tcase_add_test(tcase, test_not_an_undo_file);
    tcase_add_test(tcase, test_forged_entries);
    tcase_add_test(tcase, test_forged_sizes);
    tcase_add_test(tcase, test_forged_end);
    tcase_add_test(tcase, test_forged_counts);
    tcase_add_loop_test(tcase, test_forged_lock_place, 0, 4);
    tcase_add_test(tcase, test_forged_at_random);
}
