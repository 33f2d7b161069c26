#include "fsck/undo.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fsck/store_digest.h"
#include "fsck/undo_file.h"
#include "fsck/undo_words.h"

struct mmf_undo {
    mmf_undo_file file;
    uint64_t last_bytes; /* that the last entry takes, added ones included; 0: there is none */
    /* entries that were added since the last commit */
    unsigned char *added;
    size_t added_size;
    size_t added_room;
    uint64_t added_places;
    mmf_undo_words words;
};

_Static_assert(sizeof(((mmf_undo_words *)0)->there) == MMF_DIGEST_CHUNK, "the digest's buffer");

static mmf_status no_memory(const char *path, mmf_error *error)
{
    return mmf_error_set(error, MMF_E_NO_MEMORY, "%s: out of memory", path);
}

/* For calls of which not every failure is one of the caller's. */
static mmf_status pass_on(const mmf_error *detail, mmf_error *error)
{
    if (error && error->status == MMF_OK) {
        *error = *detail;
    }
    return detail->status;
}

/* --- Making and opening ---------------------------------------------------------------------- */

mmf_status mmf_undo_create(const char *undo_path, const mmf_checked_file *store,
                           mmf_undo **ret_undo, mmf_error *error)
{
    mmf_checked_file measured = *store;
    mmf_undo_header header;
    mmf_undo *undo = calloc(1, sizeof *undo);
    mmf_status status;

    if (!undo) {
        return no_memory(undo_path, error);
    }
    status = mmf_checked_file_measure(&measured, error);
    if (status == MMF_OK) {
        status = mmf_undo_words_describe(&measured, &header, error);
    }
    if (status == MMF_OK) {
        status = mmf_undo_file_create(undo_path, &header, &undo->file, error);
    }
    if (status != MMF_OK) {
        free(undo);
        return status;
    }
    *ret_undo = undo;
    return MMF_OK;
}

static uint64_t last_entry_bytes(const mmf_undo_counts *counts)
{
    return counts->places == 0 ? 0 : counts->size - counts->last;
}

mmf_status mmf_undo_open(const char *undo_path, const mmf_checked_file *store, mmf_undo **ret_undo,
                         mmf_undo_state *ret_state, mmf_error *error)
{
    mmf_undo *undo = calloc(1, sizeof *undo);
    const mmf_undo_counts *counts;
    mmf_error detail = {MMF_OK, 0, ""};
    mmf_status status;

    if (!undo) {
        return no_memory(undo_path, error);
    }
    status = mmf_undo_file_open(undo_path, &undo->file, error);
    if (status != MMF_OK) {
        free(undo);
        return status;
    }
    status = mmf_undo_words_identify(&undo->words, &undo->file, store, &detail);
    if (status != MMF_OK && status != MMF_E_CHANGED) {
        mmf_undo_close(undo);
        return pass_on(&detail, error);
    }
    counts = &undo->file.counts;
    undo->last_bytes = last_entry_bytes(counts);
    *ret_undo = undo;
    *ret_state = (mmf_undo_state){status == MMF_OK, (counts->flags & MMF_UNDO_FINISHED) != 0,
                                  (counts->flags & MMF_UNDO_UNDONE) != 0, counts->places};
    return MMF_OK;
}

void mmf_undo_close(mmf_undo *undo)
{
    if (undo) {
        mmf_undo_file_close(&undo->file);
        free(undo->added);
        free(undo);
    }
}

/* --- Places ---------------------------------------------------------------------------------- */

static mmf_status make_room(mmf_undo *undo, size_t size)
{
    size_t room = undo->added_room;
    unsigned char *added;

    if (size > SIZE_MAX / 4 - undo->added_size) {
        return MMF_E_NO_MEMORY;
    }
    if (undo->added_size + size <= room) {
        return MMF_OK;
    }
    while (room < undo->added_size + size) {
        room = room == 0 ? 4096 : room * 2;
    }
    added = realloc(undo->added, room);
    if (!added) {
        return MMF_E_NO_MEMORY;
    }
    undo->added = added;
    undo->added_room = room;
    return MMF_OK;
}

mmf_status mmf_undo_add(mmf_undo *undo, mmf_undo_target target, uint64_t offset, size_t size,
                        const void *old_words, const void *new_words)
{
    mmf_undo_entry entry = {0, (uint32_t)target, offset, size, undo->last_bytes};
    unsigned char *to;
    mmf_status status;

    assert(offset % 8 == 0 && size % 8 == 0);
    assert(target != MMF_UNDO_STORE || (offset <= undo->file.header.store_size &&
                                        size <= undo->file.header.store_size - offset));
    assert(undo->file.counts.flags == 0);
    if (size == 0) {
        return MMF_OK;
    }
    if (size > SIZE_MAX / 16) {
        return MMF_E_NO_MEMORY;
    }
    status = make_room(undo, (size_t)mmf_undo_entry_bytes(size));
    if (status != MMF_OK) {
        return status;
    }
    to = undo->added + undo->added_size;
    memcpy(to, &entry, sizeof entry);
    memcpy(to + sizeof entry, old_words, size);
    memcpy(to + sizeof entry + size, new_words, size);
    mmf_undo_entry_seal(&undo->file, to);
    undo->last_bytes = mmf_undo_entry_bytes(size);
    undo->added_size += (size_t)undo->last_bytes;
    undo->added_places++;
    return MMF_OK;
}

static void forget_added(mmf_undo *undo)
{
    undo->added_size = 0;
    undo->added_places = 0;
    undo->last_bytes = last_entry_bytes(&undo->file.counts);
}

mmf_status mmf_undo_commit(mmf_undo *undo, mmf_error *error)
{
    mmf_status status = MMF_OK;

    if (undo->added_places > 0) {
        status = mmf_undo_file_append(&undo->file, undo->added, undo->added_size,
                                      undo->added_places, undo->last_bytes, error);
    }
    forget_added(undo);
    return status;
}

/* --- The end --------------------------------------------------------------------------------- */

static mmf_status digest_of(mmf_undo *undo, const mmf_checked_file *store, uint64_t *ret_digest,
                            mmf_error *error)
{
    mmf_checked_file measured = *store;
    mmf_status status = mmf_checked_file_measure(&measured, error);

    if (status == MMF_OK && measured.size != undo->file.header.store_size) {
        status = mmf_error_set(error, MMF_E_CHANGED, "%s: its size has changed", store->path);
    }
    return status == MMF_OK ? mmf_store_digest(&measured, undo->words.there, ret_digest, error)
                            : status;
}

mmf_status mmf_undo_finish(mmf_undo *undo, const mmf_checked_file *store, mmf_error *error)
{
    uint64_t digest = 0;
    mmf_status status;

    assert(undo->added_places == 0 && undo->file.counts.flags == 0);
    status = digest_of(undo, store, &digest, error);
    return status == MMF_OK ? mmf_undo_file_mark(&undo->file, MMF_UNDO_FINISHED, digest, error)
                            : status;
}

/* --- Storing what was, or what should be ----------------------------------------------------- */

typedef enum direction {
    FORWARD, /* the new words */
    BACK,    /* the old ones */
} direction;

/* Where it is so already, nothing is stored: a hole stays one. */
static mmf_status store_piece(mmf_undo *undo, const mmf_undo_place *place, uint64_t from,
                              size_t size, direction direction, const mmf_checked_file *checked,
                              mmf_error *error)
{
    mmf_undo_words *words = &undo->words;
    size_t n = 0;
    mmf_status status = direction == FORWARD
                            ? mmf_undo_file_new(&undo->file, place, from, words->new, size, error)
                            : mmf_undo_file_old(&undo->file, place, from, words->new, size, error);

    if (status == MMF_OK) {
        status =
            mmf_checked_file_read(checked, place->offset + from, words->there, size, &n, error);
    }
    if (status != MMF_OK || (n == size && memcmp(words->there, words->new, size) == 0)) {
        return status;
    }
    return mmf_checked_file_store(checked, place->offset + from, words->new, size, error);
}

static mmf_status store_place(mmf_undo *undo, const mmf_undo_place *place, direction direction,
                              const mmf_checked_file *checked, mmf_error *error)
{
    const size_t most = sizeof undo->words.there;

    for (uint64_t from = 0; from < place->size; from += most) {
        uint64_t rest = place->size - from;
        mmf_status status = store_piece(undo, place, from, rest < most ? (size_t)rest : most,
                                        direction, checked, error);

        if (status != MMF_OK) {
            return status;
        }
    }
    return MMF_OK;
}

/* lock NULL: its places are left alone. */
static mmf_status store_all(mmf_undo *undo, direction direction, const mmf_checked_file *store,
                            const mmf_checked_file *lock, mmf_error *error)
{
    const mmf_undo_counts *counts = &undo->file.counts;
    uint64_t at = direction == FORWARD ? MMF_UNDO_ENTRIES : counts->last;

    for (uint64_t i = 0; i < counts->places; i++) {
        mmf_undo_place place;
        mmf_status status = mmf_undo_file_place(&undo->file, at, &place, error);

        if (status == MMF_OK && (place.target == MMF_UNDO_STORE || lock)) {
            status = store_place(undo, &place, direction,
                                 place.target == MMF_UNDO_STORE ? store : lock, error);
        }
        if (status != MMF_OK) {
            return status;
        }
        at = direction == FORWARD ? place.next : at - place.before;
    }
    return MMF_OK;
}

/* *lock becomes NULL where its places are to be left alone: there is none, or others have used it
 * since, so that not all of them are what we left. */
static mmf_status choose_lock(mmf_undo *undo, const mmf_checked_file **lock, mmf_error *error)
{
    mmf_error detail = {MMF_OK, 0, ""};
    mmf_status status;

    if (!*lock || (*lock)->fd < 0) {
        *lock = NULL;
        return MMF_OK;
    }
    status = mmf_undo_words_check(&undo->words, &undo->file, MMF_UNDO_LOCK, MMF_UNDO_OLD_OR_NEW,
                                  *lock, &detail);
    if (status == MMF_E_CHANGED) {
        *lock = NULL;
        return MMF_OK;
    }
    return status == MMF_OK ? MMF_OK : pass_on(&detail, error);
}

static mmf_status sync_both(const mmf_checked_file *store, const mmf_checked_file *lock,
                            mmf_error *error)
{
    mmf_status status = mmf_checked_file_sync(store, error);

    return status == MMF_OK && lock ? mmf_checked_file_sync(lock, error) : status;
}

/* Nothing is touched before all of it is known. */
static mmf_status verify(mmf_undo *undo, const mmf_checked_file *store,
                         mmf_undo_expectation expectation, mmf_error *error)
{
    mmf_status status = mmf_undo_words_identify(&undo->words, &undo->file, store, error);

    return status == MMF_OK ? mmf_undo_words_check(&undo->words, &undo->file, MMF_UNDO_STORE,
                                                   expectation, store, error)
                            : status;
}

mmf_status mmf_undo_verify(mmf_undo *undo, const mmf_checked_file *store, mmf_error *error)
{
    return verify(undo, store, MMF_UNDO_OLD_OR_NEW, error);
}

mmf_status mmf_undo_redo(mmf_undo *undo, const mmf_checked_file *store,
                         const mmf_checked_file *lock, mmf_error *error)
{
    mmf_status status;

    forget_added(undo);
    if (undo->file.counts.flags != 0) {
        return mmf_error_set(error, MMF_E_CHANGED, "%s: its repair is finished, or taken back",
                             undo->file.path);
    }
    status = verify(undo, store, MMF_UNDO_OLD_OR_NEW, error);
    if (status == MMF_OK) {
        status = choose_lock(undo, &lock, error);
    }
    if (status == MMF_OK) {
        status = store_all(undo, FORWARD, store, lock, error);
    }
    return status == MMF_OK ? sync_both(store, lock, error) : status;
}

static mmf_status verify_finished(mmf_undo *undo, const mmf_checked_file *store, mmf_error *error)
{
    uint64_t digest = 0;
    mmf_status status = digest_of(undo, store, &digest, error);

    if (status == MMF_OK && digest != undo->file.counts.digest) {
        status = mmf_error_set(error, MMF_E_CHANGED, "%s: has changed since it was repaired",
                               store->path);
    }
    return status;
}

/* What has to be true before the first place is touched; notes then that it will be. */
static mmf_status begin_taking_back(mmf_undo *undo, const mmf_checked_file *store,
                                    const mmf_checked_file **lock, mmf_error *error)
{
    const mmf_undo_counts *counts = &undo->file.counts;
    bool is_begun = (counts->flags & MMF_UNDO_UNDONE) != 0;
    mmf_status status = verify(undo, store, MMF_UNDO_OLD_OR_NEW, error);

    if (status == MMF_OK && !is_begun && (counts->flags & MMF_UNDO_FINISHED) != 0) {
        status = verify_finished(undo, store, error);
    }
    if (status == MMF_OK) {
        status = choose_lock(undo, lock, error);
    }
    if (status == MMF_OK && !is_begun) {
        status = mmf_undo_file_mark(&undo->file, MMF_UNDO_UNDONE, counts->digest, error);
    }
    return status;
}

/* Without this mark, which a full disk may refuse, it would only be done once more. */
static void note_end(mmf_undo *undo)
{
    mmf_status status =
        mmf_undo_file_mark(&undo->file, MMF_UNDO_RESTORED, undo->file.counts.digest, NULL);

    (void)status;
}

mmf_status mmf_undo_take_back(mmf_undo *undo, const mmf_checked_file *store,
                              const mmf_checked_file *lock, mmf_error *error)
{
    mmf_status status;

    forget_added(undo);
    if ((undo->file.counts.flags & MMF_UNDO_RESTORED) != 0) {
        return verify(undo, store, MMF_UNDO_FIRST_OLD, error); /* there is nothing to do */
    }
    status = begin_taking_back(undo, store, &lock, error);
    if (status == MMF_OK) {
        status = store_all(undo, BACK, store, lock, error);
    }
    if (status == MMF_OK) {
        status = sync_both(store, lock, error);
    }
    if (status == MMF_OK) {
        note_end(undo);
    }
    return status;
}
