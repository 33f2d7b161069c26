#include "tests/fsck/undo/subject.h"

#include <stdlib.h>

#include "schema/format.h"

typedef struct place {
    unsigned batch;
    mmf_undo_target target;
    uint32_t offset;
    uint32_t size;
} place;

/* The store's identity is repaired too: hash and UUID. */
static const place places[] = {
    {0, MMF_UNDO_STORE, 0x70, 16},  {0, MMF_UNDO_STORE, 4096, 64}, {0, MMF_UNDO_STORE, 0x08, 8},
    {1, MMF_UNDO_STORE, 4112, 24},  {1, MMF_UNDO_LOCK, 64, 16},    {1, MMF_UNDO_STORE, 12280, 8},
    {1, MMF_UNDO_STORE, 0x70, 8},   {2, MMF_UNDO_STORE, 4088, 32}, {2, MMF_UNDO_STORE, 0x30, 8},
    {2, MMF_UNDO_STORE, 4096, 120}, {2, MMF_UNDO_LOCK, 64, 8},     {2, MMF_UNDO_LOCK, 1024, 8},
};

#define PLACES (sizeof places / sizeof places[0])

uint64_t subject_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 11 ^ *state << 40;
}

static uint8_t *bytes_of(subject *subject, mmf_undo_target target, unsigned batches)
{
    return target == MMF_UNDO_STORE ? subject->store[batches] : subject->lock[batches];
}

static void change(subject *subject, const place *place, uint64_t *random)
{
    uint8_t *bytes = bytes_of(subject, place->target, place->batch + 1);

    for (uint32_t i = 0; i < place->size; i += 8) {
        subject_word *word = &subject->words[subject->word_count++];

        ck_assert_uint_le(subject->word_count, SUBJECT_WORDS_MAX);
        *word = (subject_word){place->batch, place->target, place->offset + i, 0, 0};
        memcpy(&word->old, bytes + word->offset, 8);
        word->new = subject_random(random);
        memcpy(bytes + word->offset, &word->new, 8);
    }
}

static void plan(subject *subject)
{
    uint64_t random = 7;

    for (unsigned b = 0; b < SUBJECT_BATCHES; b++) {
        memcpy(subject->store[b + 1], subject->store[b], sizeof subject->store[b]);
        memcpy(subject->lock[b + 1], subject->lock[b], sizeof subject->lock[b]);
        for (size_t i = 0; i < PLACES; i++) {
            if (places[i].batch == b) {
                change(subject, &places[i], &random);
            }
        }
    }
}

subject *subject_new(uint32_t format)
{
    subject *subject = calloc(1, sizeof *subject);
    uint64_t random = 1;

    ck_assert_ptr_nonnull(subject);
    subject->store_path = test_path("store");
    subject->lock_path = test_path("store.lock");
    subject->undo_path = test_path("store.undo");
    subject->size = SUBJECT_SIZE;
    for (size_t i = 0; i < SUBJECT_SIZE; i++) {
        subject->store[0][i] = (uint8_t)subject_random(&random);
    }
    for (size_t i = 0; i < SUBJECT_LOCK_SIZE; i++) {
        subject->lock[0][i] = (uint8_t)subject_random(&random);
    }
    memcpy(subject->store[0], MMF_MAGIC, MMF_MAGIC_SIZE);
    memcpy(subject->store[0] + MMF_MAGIC_SIZE, &format, sizeof format);
    plan(subject);
    test_write_file(subject->store_path, subject->store[0], SUBJECT_SIZE);
    test_write_file(subject->lock_path, subject->lock[0], SUBJECT_LOCK_SIZE);
    ck_ok(mmf_checked_file_open(subject->store_path, true, &subject->store_file, NULL));
    ck_ok(mmf_checked_file_open(subject->lock_path, true, &subject->lock_file, NULL));
    return subject;
}

void subject_free(subject *subject)
{
    mmf_checked_file_close(&subject->store_file);
    mmf_checked_file_close(&subject->lock_file);
    free(subject);
}

void subject_put(const subject *subject, unsigned batches)
{
    test_write_at(subject->store_path, 0, subject->store[batches], SUBJECT_SIZE);
    test_write_at(subject->lock_path, 0, subject->lock[batches], SUBJECT_LOCK_SIZE);
}

static bool file_is(const char *path, const uint8_t *expected, size_t size)
{
    size_t n;
    uint8_t *bytes = test_read_file(path, &n);
    bool result = n == size && memcmp(bytes, expected, size) == 0;

    free(bytes);
    return result;
}

bool subject_store_is(const subject *subject, unsigned batches)
{
    return file_is(subject->store_path, subject->store[batches], SUBJECT_SIZE);
}

void subject_expect(const subject *subject, unsigned store_batches, unsigned lock_batches)
{
    ck_assert_msg(subject_store_is(subject, store_batches), "the store is not as after %u",
                  store_batches);
    ck_assert_msg(file_is(subject->lock_path, subject->lock[lock_batches], SUBJECT_LOCK_SIZE),
                  "the lock file is not as after %u", lock_batches);
}

/* Words of one place lie behind each other in the plan. */
mmf_status subject_commit(const subject *subject, mmf_undo *undo, unsigned batch)
{
    const subject_word *word = subject->words;

    for (size_t i = 0; i < PLACES; i++) {
        /* from memory that is aligned to nothing */
        char old[256];
        char new[256];

        for (uint32_t j = 0; j < places[i].size; j += 8, word++) {
            memcpy(old + 1 + j, &word->old, 8);
            memcpy(new + 1 + j, &word->new, 8);
        }
        if (places[i].batch == batch) {
            mmf_status status = mmf_undo_add(undo, places[i].target, places[i].offset,
                                             places[i].size, old + 1, new + 1);

            if (status != MMF_OK) {
                return status;
            }
        }
    }
    return mmf_undo_commit(undo, NULL);
}

mmf_status subject_store(const subject *subject, unsigned batch)
{
    for (unsigned i = 0; i < subject->word_count; i++) {
        const subject_word *word = &subject->words[i];

        if (word->batch == batch) {
            mmf_status status = mmf_checked_file_store(
                word->target == MMF_UNDO_STORE ? &subject->store_file : &subject->lock_file,
                word->offset, &word->new, 8, NULL);

            if (status != MMF_OK) {
                return status;
            }
        }
    }
    return MMF_OK;
}

void subject_repair(const subject *subject, unsigned batches, bool finish)
{
    mmf_undo *undo;

    (void)unlink(subject->undo_path);
    ck_ok(mmf_undo_create(subject->undo_path, &subject->store_file, &undo, NULL));
    for (unsigned b = 0; b < batches; b++) {
        ck_ok(subject_commit(subject, undo, b));
        ck_ok(subject_store(subject, b));
    }
    if (finish) {
        ck_ok(mmf_checked_file_sync(&subject->store_file, NULL));
        ck_ok(mmf_undo_finish(undo, &subject->store_file, NULL));
    }
    mmf_undo_close(undo);
}

void subject_put_undo(const subject *subject, const void *bytes, size_t size)
{
    (void)unlink(subject->undo_path);
    test_write_file(subject->undo_path, bytes, size);
}

mmf_undo *subject_open(const subject *subject, mmf_undo_state *ret_state)
{
    mmf_undo *undo = NULL;
    mmf_error error = {MMF_OK, 0, ""};

    ck_status_error(
        mmf_undo_open(subject->undo_path, &subject->store_file, &undo, ret_state, &error), MMF_OK,
        &error);
    return undo;
}

mmf_status subject_take_back(const subject *subject)
{
    mmf_undo_state state;
    mmf_undo *undo = subject_open(subject, &state);
    mmf_status status = mmf_undo_take_back(undo, &subject->store_file, &subject->lock_file, NULL);

    mmf_undo_close(undo);
    return status;
}

mmf_status subject_redo(const subject *subject)
{
    mmf_undo_state state;
    mmf_undo *undo = subject_open(subject, &state);
    mmf_status status = mmf_undo_redo(undo, &subject->store_file, &subject->lock_file, NULL);

    mmf_undo_close(undo);
    return status;
}
