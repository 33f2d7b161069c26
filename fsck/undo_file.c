#include "fsck/undo_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/region.h"
#include "runtime/system.h"
#include "schema/crc32c.h"

static mmf_status corrupt(const mmf_undo_file *file, uint64_t at, mmf_error *error,
                          const char *what)
{
    return mmf_error_set(error, MMF_E_CORRUPT, "%s: damaged at byte %llu: %s", file->path,
                         (unsigned long long)at, what);
}

/* What writing and syncing can come to. */
static mmf_status fail(const mmf_undo_file *file, int system_errno, mmf_error *error)
{
    mmf_status status =
        mmf_status_of_errno(system_errno) == MMF_E_NO_SPACE ? MMF_E_NO_SPACE : MMF_E_SYSTEM;

    return mmf_error_set_system(error, status, system_errno, "%s: writing", file->path);
}

static mmf_status read_exactly(const mmf_undo_file *file, uint64_t at, void *buffer, size_t size,
                               mmf_error *error)
{
    size_t n = 0;
    int result = mmf_sys_read_at(file->fd, at, buffer, size, &n);

    if (result != 0) {
        return mmf_error_set_system(error, MMF_E_SYSTEM, result, "%s: reading", file->path);
    }
    return n == size ? MMF_OK : corrupt(file, at + n, error, "the file ends");
}

/* --- What counts ----------------------------------------------------------------------------- */

static uint32_t counts_crc(const mmf_undo_header *header, const mmf_undo_counts *counts)
{
    return mmf_crc32c(header->crc, counts, offsetof(mmf_undo_counts, crc));
}

/* When that fails, what was there is put back, as well as it goes: the next one is written there
 * again. */
static mmf_status write_counts(mmf_undo_file *file, mmf_undo_counts counts, mmf_error *error)
{
    int result;

    counts.generation = file->counts.generation + 1;
    counts.crc = counts_crc(&file->header, &counts);
    result = mmf_sys_write_at(file->fd, MMF_UNDO_STATE_A, &counts, sizeof counts);
    if (result == 0) {
        result = mmf_sys_sync(file->fd);
    }
    if (result != 0) {
        (void)mmf_sys_write_at(file->fd, MMF_UNDO_STATE_A, &file->counts, sizeof file->counts);
        return fail(file, result, error);
    }
    file->counts = counts;
    /* the other one is the same, should this one be damaged some day: nothing waits for it */
    (void)mmf_sys_write_at(file->fd, MMF_UNDO_STATE_B, &counts, sizeof counts);
    return MMF_OK;
}

mmf_status mmf_undo_file_append(mmf_undo_file *file, const unsigned char *bytes, size_t size,
                                uint64_t places, uint64_t last_bytes, mmf_error *error)
{
    mmf_undo_counts counts = file->counts;
    mmf_status status = MMF_OK;
    int result = file->refusal;

    if (result == 0) {
        result = mmf_sys_write_at(file->fd, counts.size, bytes, size);
    }
#ifndef MMF_MUTANT_UNDO_NOT_SYNCED
    if (result == 0) {
        result = mmf_sys_sync(file->fd);
    }
#endif
    if (result != 0) {
        status = fail(file, result, error);
    } else {
        counts.size += size;
        counts.places += places;
        counts.last = counts.size - last_bytes;
        status = write_counts(file, counts, error);
    }
    if (status != MMF_OK && file->refusal == 0) {
        (void)mmf_sys_truncate(file->fd, file->counts.size); /* for the room; it does not count */
    }
    return status;
}

mmf_status mmf_undo_file_mark(mmf_undo_file *file, uint32_t flags, uint64_t digest,
                              mmf_error *error)
{
    mmf_undo_counts counts = file->counts;

    if (file->refusal != 0) {
        return fail(file, file->refusal, error);
    }
    counts.flags |= flags;
    counts.digest = digest;
    return write_counts(file, counts, error);
}

/* --- Entries --------------------------------------------------------------------------------- */

static uint32_t entry_crc(const mmf_undo_file *file, const void *bytes, size_t size)
{
    const size_t from = offsetof(mmf_undo_entry, target);

    return mmf_crc32c(file->header.crc, (const unsigned char *)bytes + from, size - from);
}

void mmf_undo_entry_seal(const mmf_undo_file *file, unsigned char *entry)
{
    mmf_undo_entry head;

    memcpy(&head, entry, sizeof head);
    head.crc = entry_crc(file, entry, (size_t)mmf_undo_entry_bytes(head.size));
    memcpy(entry, &head, sizeof head);
}

static bool is_possible(const mmf_undo_file *file, uint64_t at, const mmf_undo_entry *entry)
{
    uint64_t room = file->counts.size - at - sizeof *entry;
    uint64_t end_max = entry->target == MMF_UNDO_STORE ? file->header.store_size : INT64_MAX;

    return (entry->target == MMF_UNDO_STORE || entry->target == MMF_UNDO_LOCK) && entry->size > 0 &&
           entry->size <= room / 2 && entry->size % 8 == 0 && entry->offset % 8 == 0 &&
           entry->offset <= end_max && entry->size <= end_max - entry->offset &&
           entry->before <= at - MMF_UNDO_ENTRIES &&
           (entry->before == 0) == (at == MMF_UNDO_ENTRIES);
}

static mmf_status read_entry(const mmf_undo_file *file, uint64_t at, mmf_undo_entry *ret_entry,
                             mmf_error *error)
{
    mmf_undo_entry entry;
    mmf_status status;

    if (at < MMF_UNDO_ENTRIES || at > file->counts.size || file->counts.size - at < sizeof entry) {
        return corrupt(file, at, error, "no room for an entry");
    }
    status = read_exactly(file, at, &entry, sizeof entry, error);
    if (status == MMF_OK && !is_possible(file, at, &entry)) {
        status = corrupt(file, at, error, "an entry that cannot be");
    }
    if (status == MMF_OK) {
        *ret_entry = entry;
    }
    return status;
}

mmf_status mmf_undo_file_place(const mmf_undo_file *file, uint64_t at, mmf_undo_place *ret_place,
                               mmf_error *error)
{
    mmf_undo_entry entry;
    mmf_status status = read_entry(file, at, &entry, error);

    if (status == MMF_OK) {
        ret_place->at = at;
        ret_place->target = entry.target == MMF_UNDO_STORE ? MMF_UNDO_STORE : MMF_UNDO_LOCK;
        ret_place->offset = entry.offset;
        ret_place->size = entry.size;
        ret_place->before = entry.before;
        ret_place->next = at + mmf_undo_entry_bytes(entry.size);
    }
    return status;
}

mmf_status mmf_undo_file_old(const mmf_undo_file *file, const mmf_undo_place *place, uint64_t from,
                             void *words, size_t size, mmf_error *error)
{
    return read_exactly(file, place->at + sizeof(mmf_undo_entry) + from, words, size, error);
}

mmf_status mmf_undo_file_new(const mmf_undo_file *file, const mmf_undo_place *place, uint64_t from,
                             void *words, size_t size, mmf_error *error)
{
    return mmf_undo_file_old(file, place, place->size + from, words, size, error);
}

/* --- Making one ------------------------------------------------------------------------------ */

static int write_header_page(mmf_undo_file *file)
{
    static const unsigned char zeros[MMF_UNDO_ENTRIES];
    int result = mmf_sys_write_at(file->fd, 0, zeros, sizeof zeros);

    if (result == 0) {
        result = mmf_sys_write_at(file->fd, 0, &file->header, sizeof file->header);
    }
    if (result == 0) {
        result = mmf_sys_write_at(file->fd, MMF_UNDO_STATE_A, &file->counts, sizeof file->counts);
    }
    if (result == 0) {
        result = mmf_sys_write_at(file->fd, MMF_UNDO_STATE_B, &file->counts, sizeof file->counts);
    }
    return result != 0 ? result : mmf_sys_sync(file->fd);
}

static int fill_header(mmf_undo_file *file, const mmf_undo_header *header)
{
    int result;

    file->header = *header;
    memcpy(file->header.magic, MMF_UNDO_MAGIC, sizeof file->header.magic);
    file->header.version = MMF_UNDO_VERSION;
    file->header.created_ns = mmf_sys_wall_clock_ns();
    result = mmf_sys_random(file->header.repair_id, sizeof file->header.repair_id);
    file->header.crc = mmf_crc32c(0, &file->header, offsetof(mmf_undo_header, crc));
    file->counts = (mmf_undo_counts){.generation = 1, .size = MMF_UNDO_ENTRIES};
    file->counts.crc = counts_crc(&file->header, &file->counts);
    return result;
}

/* Only the owner may read it: it has bytes of the store. */
mmf_status mmf_undo_file_create(const char *path, const mmf_undo_header *header,
                                mmf_undo_file *ret_file, mmf_error *error)
{
    mmf_undo_file file = {.fd = -1};
    mmf_sys_new_file new_file = {-1, NULL};
    mmf_status status;
    int result = fill_header(&file, header);

    file.path = strdup(path);
    if (!file.path) {
        return mmf_error_set(error, MMF_E_NO_MEMORY, "%s: out of memory", path);
    }
    if (result == 0) {
        result = mmf_sys_new_file_create(path, 0600, &new_file);
        file.fd = new_file.fd;
    }
    if (result == 0) {
        result = write_header_page(&file);
    }
    if (result == 0) {
        result = mmf_sys_new_file_publish(&new_file, path);
    }
    if (result == 0) {
        *ret_file = file;
        return MMF_OK;
    }
    mmf_sys_new_file_close(&new_file);
    free(file.path);
    status = result == ENOENT ? MMF_E_SYSTEM : mmf_status_of_errno(result);
    return mmf_error_set_system(error, status, result, "%s", path);
}

/* --- Opening one that is there --------------------------------------------------------------- */

static bool is_counts(const mmf_undo_file *file, const mmf_undo_counts *counts)
{
    return counts->generation > 0 && counts->crc == counts_crc(&file->header, counts) &&
           counts->size >= MMF_UNDO_ENTRIES && counts->size <= INT64_MAX;
}

static mmf_status read_header(mmf_undo_file *file, mmf_error *error)
{
    mmf_status status = read_exactly(file, 0, &file->header, sizeof file->header, error);

    if (status != MMF_OK) {
        return status;
    }
    if (memcmp(file->header.magic, MMF_UNDO_MAGIC, MMF_MAGIC_SIZE) != 0) {
        return mmf_error_set(error, MMF_E_CORRUPT, "%s: not an undo file", file->path);
    }
    if (file->header.crc != mmf_crc32c(0, &file->header, offsetof(mmf_undo_header, crc))) {
        return corrupt(file, 0, error, "the header's checksum is wrong");
    }
    if (file->header.version != MMF_UNDO_VERSION) {
        return mmf_error_set(error, MMF_E_CORRUPT,
                             "%s: version %u, which this program does not "
                             "know",
                             file->path, (unsigned)file->header.version);
    }
    return MMF_OK;
}

static mmf_status read_counts(mmf_undo_file *file, mmf_error *error)
{
    mmf_undo_counts a;
    mmf_undo_counts b;
    mmf_status status = read_exactly(file, MMF_UNDO_STATE_A, &a, sizeof a, error);
    bool is_a;
    bool is_b;

    if (status == MMF_OK) {
        status = read_exactly(file, MMF_UNDO_STATE_B, &b, sizeof b, error);
    }
    if (status != MMF_OK) {
        return status;
    }
    is_a = is_counts(file, &a);
    is_b = is_counts(file, &b);
    if (!is_a && !is_b) {
        return corrupt(file, MMF_UNDO_STATE_A, error, "nothing says what counts");
    }
    file->counts = is_a && (!is_b || a.generation >= b.generation) ? a : b;
    return MMF_OK;
}

static mmf_status check_entry(const mmf_undo_file *file, uint64_t at, uint64_t before,
                              uint64_t *ret_next, mmf_error *error)
{
    unsigned char piece[4096];
    mmf_undo_entry entry;
    mmf_status status = read_entry(file, at, &entry, error);
    uint64_t end;
    uint32_t crc;

    if (status != MMF_OK) {
        return status;
    }
    crc = entry_crc(file, &entry, sizeof entry);
    end = at + mmf_undo_entry_bytes(entry.size);
    for (uint64_t i = at + sizeof entry; i < end; i += sizeof piece) {
        size_t n = end - i < sizeof piece ? (size_t)(end - i) : sizeof piece;

        status = read_exactly(file, i, piece, n, error);
        if (status != MMF_OK) {
            return status;
        }
        crc = mmf_crc32c(crc, piece, n);
    }
    if (crc != entry.crc || entry.before != before) {
        return corrupt(file, at, error, "an entry's checksum is wrong");
    }
    *ret_next = end;
    return MMF_OK;
}

static mmf_status check_entries(const mmf_undo_file *file, mmf_error *error)
{
    uint64_t at = MMF_UNDO_ENTRIES;
    uint64_t last = 0;
    uint64_t places = 0;

    while (at < file->counts.size) {
        uint64_t next = 0;
        mmf_status status = check_entry(file, at, last == 0 ? 0 : at - last, &next, error);

        if (status != MMF_OK) {
            return status;
        }
        last = at;
        at = next;
        places++;
    }
    if (last != file->counts.last || places != file->counts.places) {
        return corrupt(file, MMF_UNDO_STATE_A, error, "not as many entries as it says");
    }
    return MMF_OK;
}

static int open_to_write_or_read(mmf_undo_file *file)
{
    int result = mmf_sys_open(file->path, true, &file->fd);

    if (result == EACCES || result == EROFS || result == EPERM) {
        file->refusal = result;
        result = mmf_sys_open(file->path, false, &file->fd);
    }
    return result;
}

static mmf_status open_file(mmf_undo_file *file, mmf_error *error)
{
    mmf_sys_info info;
    int result = open_to_write_or_read(file);

    if (result == 0) {
        result = mmf_sys_info_of(file->fd, &info);
    }
    if (result == EISDIR || result == ENXIO || (result == 0 && !info.is_regular)) {
        return mmf_error_set(error, MMF_E_CORRUPT, "%s: not a regular file", file->path);
    }
    return result == 0
               ? MMF_OK
               : mmf_error_set_system(error, mmf_status_of_errno(result), result, "%s", file->path);
}

mmf_status mmf_undo_file_open(const char *path, mmf_undo_file *ret_file, mmf_error *error)
{
    mmf_undo_file file = {.fd = -1, .path = strdup(path)};
    mmf_status status;

    if (!file.path) {
        return mmf_error_set(error, MMF_E_NO_MEMORY, "%s: out of memory", path);
    }
    status = open_file(&file, error);
    if (status == MMF_OK) {
        status = read_header(&file, error);
    }
    if (status == MMF_OK) {
        status = read_counts(&file, error);
    }
    if (status == MMF_OK) {
        status = check_entries(&file, error);
    }
    if (status != MMF_OK) {
        mmf_undo_file_close(&file);
        return status;
    }
    *ret_file = file;
    return MMF_OK;
}

void mmf_undo_file_close(mmf_undo_file *file)
{
    mmf_sys_close(file->fd);
    free(file->path);
    *file = (mmf_undo_file){.fd = -1};
}
