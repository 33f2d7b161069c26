#include "fsck/undo_words.h"

#include <stdlib.h>
#include <string.h>

#include "schema/format.h"

static mmf_status changed(const mmf_checked_file *checked, uint64_t offset, mmf_error *error)
{
    return mmf_error_set(error, MMF_E_CHANGED,
                         "%s: has changed at byte %llu since the undo file was written",
                         checked->path, (unsigned long long)offset);
}

/* --- Strangers: words that their own entry does not know ------------------------------------- */

static int by_offset(const void *a, const void *b)
{
    const mmf_undo_stranger *left = a;
    const mmf_undo_stranger *right = b;

    return (left->offset > right->offset) - (left->offset < right->offset);
}

/* The first one that lies at offset or behind. */
static uint32_t first_from(const mmf_undo_words *words, uint64_t offset)
{
    uint32_t low = 0;
    uint32_t high = words->stranger_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (words->strangers[middle].offset < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The first entry that has a word decides what it was at first. */
static mmf_status ask_entry(const mmf_undo_file *file, const mmf_undo_place *place,
                            mmf_undo_expectation expectation, mmf_undo_stranger *stranger,
                            bool *is_known, mmf_error *error)
{
    uint64_t from = stranger->offset - place->offset;
    uint64_t old = 0;
    uint64_t new = 0;
    mmf_status status = mmf_undo_file_old(file, place, from, &old, sizeof old, error);

    if (status == MMF_OK) {
        status = mmf_undo_file_new(file, place, from, &new, sizeof new, error);
    }
    *is_known =
        stranger->word == old || (expectation == MMF_UNDO_OLD_OR_NEW && stranger->word == new);
    return status;
}

static mmf_status ask_about(mmf_undo_words *words, const mmf_undo_file *file,
                            const mmf_undo_place *place, mmf_undo_expectation expectation,
                            const mmf_checked_file *checked, mmf_error *error)
{
    uint64_t end = place->offset + place->size;

    for (uint32_t i = first_from(words, place->offset);
         i < words->stranger_count && words->strangers[i].offset < end; i++) {
        mmf_undo_stranger *stranger = &words->strangers[i];
        bool is_known = false;
        mmf_status status = MMF_OK;

        if (!stranger->is_known) {
            status = ask_entry(file, place, expectation, stranger, &is_known, error);
            stranger->is_known = is_known;
        }
        if (status == MMF_OK && !stranger->is_known && expectation == MMF_UNDO_FIRST_OLD) {
            status = changed(checked, stranger->offset, error);
        }
        if (status != MMF_OK) {
            return status;
        }
    }
    return MMF_OK;
}

/* Asks all entries, and forgets those that are known then. */
static mmf_status settle(mmf_undo_words *words, const mmf_undo_file *file, mmf_undo_target target,
                         mmf_undo_expectation expectation, const mmf_checked_file *checked,
                         mmf_error *error)
{
    mmf_undo_place place = {.next = MMF_UNDO_ENTRIES};

    if (words->stranger_count == 0) {
        return MMF_OK;
    }
    qsort(words->strangers, words->stranger_count, sizeof words->strangers[0], by_offset);
    while (place.next < file->counts.size) {
        mmf_status status = mmf_undo_file_place(file, place.next, &place, error);

        if (status == MMF_OK && place.target == target) {
            status = ask_about(words, file, &place, expectation, checked, error);
        }
        if (status != MMF_OK) {
            return status;
        }
    }
    for (uint32_t i = 0; i < words->stranger_count; i++) {
        if (!words->strangers[i].is_known) {
            return changed(checked, words->strangers[i].offset, error);
        }
    }
    words->stranger_count = 0;
    return MMF_OK;
}

static void add_stranger(mmf_undo_words *words, uint64_t offset, uint64_t word)
{
    words->strangers[words->stranger_count++] = (mmf_undo_stranger){offset, word, false};
}

/* --- Places ---------------------------------------------------------------------------------- */

static mmf_status read_piece(mmf_undo_words *words, const mmf_undo_file *file,
                             const mmf_undo_place *place, uint64_t from, size_t size,
                             const mmf_checked_file *checked, mmf_error *error)
{
    size_t n = 0;
    mmf_status status =
        mmf_checked_file_read(checked, place->offset + from, words->there, size, &n, error);

    if (status == MMF_OK && n < size) {
        status = changed(checked, place->offset + from + n, error); /* it has been cut */
    }
    if (status == MMF_OK) {
        status = mmf_undo_file_old(file, place, from, words->old, size, error);
    }
    if (status == MMF_OK) {
        status = mmf_undo_file_new(file, place, from, words->new, size, error);
    }
    return status;
}

static mmf_status check_piece(mmf_undo_words *words, const mmf_undo_file *file,
                              const mmf_undo_place *place, uint64_t from, size_t size,
                              mmf_undo_expectation expectation, const mmf_checked_file *checked,
                              mmf_error *error)
{
    mmf_status status = read_piece(words, file, place, from, size, checked, error);

    for (size_t i = 0; status == MMF_OK && i < size / 8; i++) {
        uint64_t word = words->there[i];

        if (word == words->old[i] ||
            (expectation == MMF_UNDO_OLD_OR_NEW && word == words->new[i])) {
            continue;
        }
        if (words->stranger_count == MMF_UNDO_STRANGERS) {
            status = settle(words, file, place->target, expectation, checked, error);
        }
        if (status == MMF_OK) {
            add_stranger(words, place->offset + from + i * 8, word);
        }
    }
    return status;
}

static mmf_status check_place(mmf_undo_words *words, const mmf_undo_file *file,
                              const mmf_undo_place *place, mmf_undo_expectation expectation,
                              const mmf_checked_file *checked, mmf_error *error)
{
    for (uint64_t from = 0; from < place->size; from += sizeof words->there) {
        uint64_t rest = place->size - from;
        size_t size = rest < sizeof words->there ? (size_t)rest : sizeof words->there;
        mmf_status status =
            check_piece(words, file, place, from, size, expectation, checked, error);

        if (status != MMF_OK) {
            return status;
        }
    }
    return MMF_OK;
}

mmf_status mmf_undo_words_check(mmf_undo_words *words, const mmf_undo_file *file,
                                mmf_undo_target target, mmf_undo_expectation expectation,
                                const mmf_checked_file *checked, mmf_error *error)
{
    mmf_undo_place place = {.next = MMF_UNDO_ENTRIES};

    words->stranger_count = 0;
    while (place.next < file->counts.size) {
        mmf_status status = mmf_undo_file_place(file, place.next, &place, error);

        if (status == MMF_OK && place.target == target) {
            status = check_place(words, file, &place, expectation, checked, error);
        }
        if (status != MMF_OK) {
            return status;
        }
    }
    return settle(words, file, target, expectation, checked, error);
}

/* --- Which store it is ----------------------------------------------------------------------- */

/* Where the words by which it is known lie: magic, version, schema hash, record size; UUID. */
static const uint32_t identity_offsets[MMF_UNDO_IDENTITY] = {0x00, 0x08, 0x10, 0x18,
                                                             0x20, 0x28, 0x70, 0x78};
#define IDENTITY_WITHOUT_UUID 6u

_Static_assert(offsetof(mmf_header_common, record_count) == 0x30, "those before never change");
_Static_assert(offsetof(mmf_header, uuid) == 0x70, "the UUID");

/* A store that is shorter has zeros there. */
static mmf_status read_identity(const mmf_checked_file *store, uint64_t ret_words[],
                                mmf_error *error)
{
    unsigned char bytes[0x80] = {0};
    size_t n = 0;
    mmf_status status = mmf_checked_file_read(store, 0, bytes, sizeof bytes, &n, error);

    for (uint32_t i = 0; status == MMF_OK && i < MMF_UNDO_IDENTITY; i++) {
        memcpy(&ret_words[i], bytes + identity_offsets[i], sizeof ret_words[i]);
    }
    return status;
}

mmf_status mmf_undo_words_describe(const mmf_checked_file *store, mmf_undo_header *ret_header,
                                   mmf_error *error)
{
    mmf_undo_header header = {.store_size = store->size};
    mmf_header_common common = {.format_version = 0};
    mmf_status status = read_identity(store, header.identity, error);

    if (status != MMF_OK) {
        return status;
    }
    memcpy(&common, header.identity, sizeof(uint64_t));
    if (memcmp(common.magic, MMF_MAGIC, MMF_MAGIC_SIZE) == 0 &&
        common.format_version == MMF_FORMAT_2) {
        header.has_uuid = 1;
    } else {
        memset(header.identity + IDENTITY_WITHOUT_UUID, 0, 2 * sizeof(uint64_t));
    }
    *ret_header = header;
    return MMF_OK;
}

mmf_status mmf_undo_words_identify(mmf_undo_words *words, const mmf_undo_file *file,
                                   const mmf_checked_file *store, mmf_error *error)
{
    uint32_t count = file->header.has_uuid ? MMF_UNDO_IDENTITY : IDENTITY_WITHOUT_UUID;
    uint64_t now[MMF_UNDO_IDENTITY];
    mmf_checked_file measured = *store;
    mmf_status status = mmf_checked_file_measure(&measured, error);

    if (status == MMF_OK && measured.size != file->header.store_size) {
        status = mmf_error_set(error, MMF_E_CHANGED,
                               "%s: has %llu bytes, and %llu when the undo file was written",
                               store->path, (unsigned long long)measured.size,
                               (unsigned long long)file->header.store_size);
    }
    if (status == MMF_OK) {
        status = read_identity(&measured, now, error);
    }
    words->stranger_count = 0;
    for (uint32_t i = 0; status == MMF_OK && i < count; i++) {
        if (now[i] != file->header.identity[i]) {
            add_stranger(words, identity_offsets[i], now[i]);
        }
    }
    return status != MMF_OK
               ? status
               : settle(words, file, MMF_UNDO_STORE, MMF_UNDO_OLD_OR_NEW, &measured, error);
}
