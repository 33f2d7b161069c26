/* Flushing of mapped files: when what was written is waited for until it is on the disk.
 *
 * Without a flush the system writes a file's dirty pages some time later (Linux: half a minute),
 * whether or not the program still lives then; only a power cut or a crash of the machine loses
 * them. A flush is fdatasync(2): it waits for all dirty pages of the file, those that were stored
 * to through mappings (of whatever process) as well as those of write(2), and for the size and
 * block numbers that are needed to read them, but not for times. msync(2) would do the same for the
 * pages of one mapping only, and not for what write(2) has put behind it; so it serves ranges
 * alone. The name of a new file is its directory's matter: see mmf_file_save() and
 * mmf_file_copy(), which sync that too.
 *
 * Reserving and cutting (mmf_file_resize()) count as writes of as many bytes as are added or taken
 * away. Of a private mapping nothing ever reaches the file, so nothing is pending.
 *
 * Failures: after a disk has refused a page the system drops it: the page counts as clean, later
 * flushes succeed, and the bytes are what they were on the disk as soon as the page is read again.
 * So a failed flush is final. It is returned by the calls that waited for it; one of the background
 * is returned once, by the next call of mmf_file_flush() or mmf_file_flush_range(), or the next
 * write whose policy flushes; and mmf_file_close() returns it in any case. Its bytes stay in
 * mmf_file_pending_bytes() for good. Who wants to go on writes all of them anew. Each open file
 * description is told once: another handle, or another program, learns of a failure by its own
 * flush.
 *
 * Threads: everything here may be called by any number at once, beside reads and writes. A handle
 * has one flush at a time; threads that wait for the disk together share flushes.
 * fork(2): a child's copy of a handle has what was pending, but not the background thread: with an
 * interval it flushes when asked and at closing, until the child opens the file itself.
 */
#ifndef MMF_RUNTIME_FLUSH_H
#define MMF_RUNTIME_FLUSH_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mmf_file mmf_file;

typedef enum mmf_flush_mode {
    MMF_FLUSH_MANUAL, /* when it is asked for. Closing flushes only with MMF_FLUSH_AT_CLOSE */
    MMF_FLUSH_NEVER,  /* not even then: flushing calls return MMF_OK at once. For scratch files */
    MMF_FLUSH_ALWAYS, /* each write returns when it is on the disk. Closing flushes what was stored
                       * through mmf_file_bytes_to_write() */
    MMF_FLUSH_EVERY,  /* by the limits below. Closing flushes what is pending */
} mmf_flush_mode;

#define MMF_FLUSH_AT_CLOSE 0x1u /* with MMF_FLUSH_MANUAL: closing flushes what is pending */

/* Zero-initialised is MMF_FLUSH_MANUAL; NULL instead is the same. */
typedef struct mmf_flush_policy {
    mmf_flush_mode mode;
    uint32_t flags; /* MMF_FLUSH_AT_CLOSE */
    /* MMF_FLUSH_EVERY, whichever comes first; 0: not by this; at least one is needed. By bytes and
     * by writes it is the thread whose write reaches the limit that flushes, after its write; other
     * threads go on writing meanwhile, and what they write then belongs to the next flush. */
    uint64_t bytes;
    uint64_t writes;
    /* A thread of the library's, one for all handles of the process, flushes what is pending when
     * so much time has passed. It is there while such a handle is open, and takes no signals. A
     * slow disk delays the flushes of other files, not their writes. A handle that has given out
     * bytes to write is flushed each time, as nobody knows what was stored since. */
    uint32_t interval_ms;
    uint32_t reserved; /* zero */
} mmf_flush_policy;

/* Waits until all that was written to the file, by whomever, is on the disk. Of a handle that only
 * reads too.
 * MMF_OK; MMF_E_NO_SPACE (the file system had promised blocks that it does not have: network file
 * systems, thin volumes), MMF_E_SYSTEM: it has failed now, or in the background. */
MMF_NODISCARD mmf_status mmf_file_flush(mmf_file *file);

/* The same for the pages of a range of the window, by msync(2): quicker where much else is dirty.
 * What is pending stays so, since nobody knows which bytes that is. Size 0 does nothing.
 * As mmf_file_flush(); MMF_E_INVALID: not in the file. */
MMF_NODISCARD mmf_status mmf_file_flush_range(mmf_file *file, uint64_t offset, uint64_t size);

/* Has the system begin to write what is dirty, and does not wait for it (sync_file_range(2)), so
 * that a flush later has less to wait for. It guarantees nothing: neither that the bytes are on the
 * disk some time, nor the size that is needed to read them, nor that a failure is found; and the
 * pending bytes stay pending. It may wait for a full queue of the disk.
 * MMF_OK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_file_flush_async(mmf_file *file);

/* Bytes that this handle has written since its last flush began, and those of flushes that failed:
 * no more than that can be lost of what it wrote. A range given out by mmf_file_bytes_to_write()
 * counts when it is given out, and no more after a flush, whatever is stored through it then. Of
 * calls in other threads that have not returned nothing is known. */
uint64_t mmf_file_pending_bytes(const mmf_file *file);

typedef struct mmf_flush_info {
    uint64_t pending_bytes; /* written since the last flush began */
    uint64_t failed_bytes;  /* of flushes that failed */
    uint64_t flushes;       /* that were done, also those that failed */
    uint64_t failures;
    int32_t last_errno; /* of the last one that failed; 0: none has */
    uint32_t reserved;
} mmf_flush_info;

void mmf_file_flush_info(const mmf_file *file, mmf_flush_info *ret_info);

#ifdef __cplusplus
}
#endif
#endif
