/* Views of a mapped file: segments, which are windows on a part of it, and steps through one by
 * chunks or pages. Words that threads and processes share are in atomic_view.h.
 *
 * Nothing here owns anything: a view is a small struct of the caller's, to be copied at will, with
 * nothing to close, and good as long as the handle it was made of. Its fields are to be read only.
 *
 * A view may reach beyond the end of the file. Each call looks where that end is now, whoever
 * moved it: what is behind it is MMF_E_END, and is there again when the file grows. Bytes beyond
 * the segment cannot be had from it at all. Where the file is cut by somebody else at the very
 * moment, or under a pointer that was given out, the rules of file.h hold: SIGBUS, or with
 * MMF_FILE_GUARD bytes of no meaning, of which mmf_file_is_cut() knows, and MMF_E_TRUNCATED from
 * every call that follows.
 *
 * Threads and processes: as for the handle. One mmf_chunks is for one thread at a time; all else
 * only reads the view.
 */
#ifndef MMF_RUNTIME_VIEW_H
#define MMF_RUNTIME_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/file.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Segments -------------------------------------------------------------------------------- */

#define MMF_SEGMENT_READ_ONLY 0x1u /* whatever the handle may do; all that is made of it is too */

/* The size of a segment without an end of its own: it ends where the file does. */
#define MMF_SEGMENT_TO_END UINT64_MAX

typedef struct mmf_segment {
    mmf_file *file;
    uint64_t offset; /* in the handle's window */
    uint64_t size;   /* or MMF_SEGMENT_TO_END */
    uint32_t flags;  /* MMF_SEGMENT_… */
} mmf_segment;

/* MMF_OK, also where the file is shorter; MMF_E_INVALID (no such flag, or a segment that would
 * reach beyond INT64_MAX). */
MMF_NODISCARD mmf_status mmf_segment_of(mmf_file *file, uint64_t offset, uint64_t size,
                                        uint32_t flags, mmf_segment *ret_segment);
/* The same of a segment: offset is in it, and what is to be had has to lie in it;
 * MMF_SEGMENT_TO_END is to the parent's end.
 * MMF_OK; MMF_E_INVALID. */
MMF_NODISCARD mmf_status mmf_segment_of_segment(const mmf_segment *parent, uint64_t offset,
                                                uint64_t size, uint32_t flags,
                                                mmf_segment *ret_segment);

/* Bytes of it that are in the file now; looks at the file. */
uint64_t mmf_segment_size(const mmf_segment *segment);

/* Up to size bytes from offset (of the segment); fewer only where the segment or the file ends.
 * Looks at the file first, which is a system call: many small reads are quicker in place.
 * MMF_OK; MMF_E_END; MMF_E_TRUNCATED; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_segment_read_at(const mmf_segment *segment, uint64_t offset,
                                             void *buffer, size_t size, size_t *ret_size);

/* All of size bytes, or none; never makes the file longer. MMF_OK; MMF_E_READONLY; MMF_E_INVALID
 * (not in the segment); MMF_E_END (not in the file); and as mmf_file_write_at(), after which some
 * bytes may have been written. */
MMF_NODISCARD mmf_status mmf_segment_write_at(const mmf_segment *segment, uint64_t offset,
                                              const void *bytes, size_t size);

/* The bytes in place; all of them are in the file now. The pointer never moves, and stays good as
 * long as the handle and as the file reaches so far. Of no bytes it is NULL.
 * MMF_OK; MMF_E_INVALID (not in the segment); MMF_E_END (not in the file); MMF_E_LIMIT (the file
 * has grown beyond the handle's reservation); MMF_E_TRUNCATED; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_segment_bytes(const mmf_segment *segment, uint64_t offset,
                                           uint64_t size, const unsigned char **ret_bytes);
/* The same, to be stored to: the range is given blocks first, so that no store can meet a full
 * disk. Also MMF_E_READONLY; MMF_E_NO_SPACE. */
MMF_NODISCARD mmf_status mmf_segment_bytes_to_write(const mmf_segment *segment, uint64_t offset,
                                                    uint64_t size, unsigned char **ret_bytes);

/* --- Chunk by chunk -------------------------------------------------------------------------- */

/* Where one is. */
typedef struct mmf_chunks {
    mmf_segment segment;
    uint64_t chunk_size;
    uint64_t offset; /* of the next chunk, in the segment */
    uint64_t phase;  /* (offset + phase) % chunk_size is 0 where a chunk begins */
} mmf_chunks;

typedef struct mmf_chunk {
    uint64_t offset; /* in the segment */
    uint64_t size;   /* bytes; never 0 */
    const unsigned char *bytes;
} mmf_chunk;

typedef struct mmf_chunk_to_write {
    uint64_t offset;
    uint64_t size;
    unsigned char *bytes;
} mmf_chunk_to_write;

/* Chunks of chunk_size bytes from offset on. MMF_OK, also where the file is shorter;
 * MMF_E_INVALID (chunk_size 0; offset not in the segment). */
MMF_NODISCARD mmf_status mmf_chunks_of(const mmf_segment *segment, uint64_t offset,
                                       uint64_t chunk_size, mmf_chunks *ret_chunks);

/* Chunks that are each (a part of) one page of the file, as the system has them; the first and the
 * last may be shorter. MMF_OK; MMF_E_INVALID; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_pages_of(const mmf_segment *segment, uint64_t offset,
                                      mmf_chunks *ret_chunks);

/* The next chunk, in place, as mmf_segment_bytes() gives it. Only the last one is shorter; the
 * file may grow and shrink between two steps. One that grows after its last chunk has been given
 * goes on behind that: first with what completes the chunk, then with whole ones.
 *
 *     while ((status = mmf_chunks_next(&chunks, &chunk)) == MMF_OK) {
 *         use(chunk.bytes, chunk.size);
 *     }
 *     return status == MMF_E_END ? MMF_OK : status;
 *
 * MMF_OK; MMF_E_END (none now; may be asked again); MMF_E_LIMIT (what follows is beyond the
 * handle's reservation); MMF_E_TRUNCATED (MMF_FILE_GUARD); MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_chunks_next(mmf_chunks *chunks, mmf_chunk *ret_chunk);
/* The same, to be stored to; the chunk has blocks. Where this fails the place stays.
 * Also MMF_E_READONLY; MMF_E_NO_SPACE. */
MMF_NODISCARD mmf_status mmf_chunks_next_to_write(mmf_chunks *chunks,
                                                  mmf_chunk_to_write *ret_chunk);

/* Back or forward to the chunk that offset is in; the next step gives it from there on.
 * MMF_OK; MMF_E_INVALID (not in the segment). */
MMF_NODISCARD mmf_status mmf_chunks_seek(mmf_chunks *chunks, uint64_t offset);

#ifdef __cplusplus
}
#endif
#endif
