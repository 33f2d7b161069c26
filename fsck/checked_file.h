/* A file that is checked: the store, or its lock file. Reads by read(2), which tells of a cut file
 * or a broken disk by a status and not by a signal; stores word by word through a mapping, so that
 * whoever has the file mapped to read sees each 8 bytes either old or new. */
#ifndef MMF_FSCK_CHECKED_FILE_H
#define MMF_FSCK_CHECKED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

typedef struct mmf_checked_file {
    int fd;
    bool is_writable;
    const char *path; /* the caller's */
    uint64_t size;    /* when it was opened, or last measured */
} mmf_checked_file;

/* MMF_OK; MMF_E_NOT_FOUND; MMF_E_INVALID (not a regular file); MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_checked_file_open(const char *path, bool writable,
                                               mmf_checked_file *ret_file, mmf_error *error);
void mmf_checked_file_close(mmf_checked_file *file); /* takes one with fd -1 */

/* Looks up the size anew. MMF_OK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_checked_file_measure(mmf_checked_file *file, mmf_error *error);

/* Up to size bytes; fewer only at the end of the file. MMF_OK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_checked_file_read(const mmf_checked_file *file, uint64_t offset,
                                               void *buffer, size_t size, size_t *ret_size,
                                               mmf_error *error);

/* Stores whole words: offset and size are multiples of 8, and the range lies in the file. Where it
 * has a hole, that gets blocks first. In ascending order, the last word with release.
 * MMF_OK; MMF_E_NO_SPACE; MMF_E_NO_MEMORY; MMF_E_SYSTEM; MMF_E_TRUNCATED (the file has been cut).
 */
MMF_NODISCARD mmf_status mmf_checked_file_store(const mmf_checked_file *file, uint64_t offset,
                                                const void *words, size_t size, mmf_error *error);

/* Waits until the disk has everything. MMF_OK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_checked_file_sync(const mmf_checked_file *file, mmf_error *error);

/* The next range from offset on that may hold something else than zeros; *ret_begin = *ret_end =
 * the file's size when there is none. A file system that does not know has data everywhere.
 * MMF_OK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_checked_file_next_data(const mmf_checked_file *file, uint64_t offset,
                                                    uint64_t *ret_begin, uint64_t *ret_end,
                                                    mmf_error *error);

#endif
