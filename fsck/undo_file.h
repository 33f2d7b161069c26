/* The undo file as a file: its header, what of it counts, and its entries, read one by one. Knows
 * nothing of what is done with them. */
#ifndef MMF_FSCK_UNDO_FILE_H
#define MMF_FSCK_UNDO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fsck/undo.h"
#include "fsck/undo_format.h"
#include "schema/status.h"

typedef struct mmf_undo_file {
    int fd;
    char *path;
    int refusal; /* errno: why it cannot be written to; 0: it can */
    mmf_undo_header header;
    mmf_undo_counts counts;
} mmf_undo_file;

/* An entry that counts. */
typedef struct mmf_undo_place {
    uint64_t at; /* in the undo file */
    mmf_undo_target target;
    uint64_t offset;
    uint64_t size;
    uint64_t before;
    uint64_t next; /* where the next entry begins; the end of what counts: there is none */
} mmf_undo_place;

/* Makes it, whole and on the disk before it has its name; the header's magic, version, id, time
 * and checksum are filled in.
 * MMF_OK; MMF_E_EXISTS; MMF_E_NO_SPACE; MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_undo_file_create(const char *path, const mmf_undo_header *header,
                                              mmf_undo_file *ret_file, mmf_error *error);

/* Reads and checks all that counts. What may not be written to is opened to be read.
 * MMF_OK; MMF_E_NOT_FOUND; MMF_E_CORRUPT; MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_undo_file_open(const char *path, mmf_undo_file *ret_file,
                                            mmf_error *error);
void mmf_undo_file_close(mmf_undo_file *file);

/* What an entry takes in the file. */
static inline uint64_t mmf_undo_entry_bytes(uint64_t size)
{
    return sizeof(mmf_undo_entry) + 2 * size;
}

/* Fills in the checksum of an entry with its bytes behind it. */
void mmf_undo_entry_seal(const mmf_undo_file *file, unsigned char *entry);

/* Writes behind what counts: so many bytes with so many entries, the last of which takes
 * last_bytes; then they count. All of it is on the disk then; or nothing of it counts. MMF_OK;
 * MMF_E_NO_SPACE; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_undo_file_append(mmf_undo_file *file, const unsigned char *bytes,
                                              size_t size, uint64_t places, uint64_t last_bytes,
                                              mmf_error *error);

/* Adds flags, with the digest that is to be there from now on, on the disk. The statuses of
 * mmf_undo_file_append(). */
MMF_NODISCARD mmf_status mmf_undo_file_mark(mmf_undo_file *file, uint32_t flags, uint64_t digest,
                                            mmf_error *error);

/* The entry at `at`, which lies before the end of what counts; that it is possible is checked, its
 * checksum is not. MMF_OK; MMF_E_CORRUPT; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_undo_file_place(const mmf_undo_file *file, uint64_t at,
                                             mmf_undo_place *ret_place, mmf_error *error);

/* Some of its bytes, from the from'th on: what was there, or what should be there.
 * MMF_OK; MMF_E_CORRUPT (they are not in the file); MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_undo_file_old(const mmf_undo_file *file, const mmf_undo_place *place,
                                           uint64_t from, void *words, size_t size,
                                           mmf_error *error);
MMF_NODISCARD mmf_status mmf_undo_file_new(const mmf_undo_file *file, const mmf_undo_place *place,
                                           uint64_t from, void *words, size_t size,
                                           mmf_error *error);

#endif
