/* What a handle of a mapped file is, and what its parts share. Internal.
 *
 * Offsets are of the window unless they say otherwise. The words that are atomic have no order
 * among each other to keep: each is a bound that others may have moved meanwhile, and whoever finds
 * one too low asks the system.
 */
#ifndef MMF_RUNTIME_FILE_STATE_H
#define MMF_RUNTIME_FILE_STATE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/atomic.h"
#include "runtime/file.h"
#include "runtime/flusher.h"

struct mmf_file {
    unsigned char *bytes; /* the window's beginning, in the mapping */
    uint64_t known_end;   /* bytes that can be read from the mapping, as last measured; atomic. Not
                             beyond blocks_end where that would fill holes */
    uint32_t is_cut;      /* MMF_FILE_GUARD: a page was gone; atomic */
    uint32_t flags;       /* MMF_FILE_… */
    uint64_t blocks_end;  /* below it every byte of the window has a block; atomic */
    uint64_t position;    /* atomic */
    uint64_t limit;       /* bytes of the window that the mapping reaches over */
    uint64_t offset;      /* of the window in the file */
    uint64_t length;      /* of the window; 0: it grows */
    unsigned char *base;  /* of the mapping */
    uint64_t map_size;
    uint32_t map_flags;  /* MMF_MAP_… */
    uint32_t has_looked; /* for blocks that were there before us; atomic */
    bool fills_holes;    /* both: mmf_sys_file_system */
    bool keeps_blocks;
    int fd;
    char *name;
    mmf_flusher flusher;
};

static inline bool mmf_file_is_private(const mmf_file *file)
{
    return (file->map_flags & MMF_MAP_PRIVATE) != 0;
}

/* Words of the handle that those who only read may renew. */
static inline mmf_file *mmf_file_mutable(const mmf_file *file)
{
    return (mmf_file *)(uintptr_t)file;
}

static inline void mmf_file_raise(uint64_t *word, uint64_t value)
{
    uint64_t seen = mmf_load_relaxed(word);

    while (seen < value && !mmf_cas_release(word, &seen, value)) {
    }
}

static inline void mmf_file_lower(uint64_t *word, uint64_t value)
{
    uint64_t seen = mmf_load_relaxed(word);

    while (seen > value && !mmf_cas_release(word, &seen, value)) {
    }
}

/* MMF_OK for a handle that writes; MMF_E_READONLY; MMF_E_TRUNCATED. */
MMF_NODISCARD static inline mmf_status mmf_file_may_write(const mmf_file *file)
{
    return (file->flags & MMF_FILE_READ_ONLY) != 0 ? MMF_E_READONLY
           : mmf_load_relaxed(&file->is_cut) != 0  ? MMF_E_TRUNCATED
                                                   : MMF_OK;
}

/* MMF_E_TRUNCATED where the guard had to act since the file was opened. To be asked after bytes of
 * the mapping have been copied: the handler marks the handle before it replaces the page. */
MMF_NODISCARD static inline mmf_status mmf_file_check_cut(const mmf_file *file)
{
    mmf_fence_acquire();
    return mmf_unlikely(mmf_load_relaxed(&file->is_cut) != 0) ? MMF_E_TRUNCATED : MMF_OK;
}

/* Looks up how many bytes the window has, and renews known_end. They may be more than can be read
 * from the mapping. MMF_OK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_file_measure(const mmf_file *file, uint64_t *ret_end);

/* Takes up to size bytes at the position, as far as there are some, and moves it behind them.
 * MMF_OK; MMF_E_END; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_file_claim_read(mmf_file *file, uint64_t size, uint64_t *ret_offset,
                                             uint64_t *ret_size);
/* Takes up to size bytes at the position to write, as far as the window has room. MMF_OK;
 * MMF_E_LIMIT (there is none). */
MMF_NODISCARD mmf_status mmf_file_claim_write(mmf_file *file, uint64_t size, uint64_t *ret_offset,
                                              uint64_t *ret_size);
/* Gives back what was not used of a range that ends at `end`, unless the position has moved on. */
void mmf_file_give_back(mmf_file *file, uint64_t end, uint64_t unused);

/* Looks for blocks behind those that are known: from there to the first hole. */
void mmf_file_look_for_blocks(const mmf_file *file, uint64_t end);
/* Of a range of a private mapping that may fill holes: makes sure that it can be touched. MMF_OK;
 * MMF_E_NO_SPACE. */
MMF_NODISCARD mmf_status mmf_file_ready(const mmf_file *file, uint64_t offset, uint64_t size,
                                        bool to_write);

/* Copies that may meet others who write the same bytes. */
void mmf_file_copy_bytes(void *to, const void *from, size_t size);

/* Every write that has reached the file comes through here. */
void mmf_file_wrote(mmf_file *file, uint64_t offset, uint64_t size);

/* What a write that has reached the file does at last, with `failures` of mmf_flusher_before() from
 * its beginning: is flushed, or pending. Returns its own status where that is a failure. */
MMF_NODISCARD static inline mmf_status mmf_file_end_write(mmf_file *file, uint64_t size,
                                                          uint64_t failures, mmf_status status)
{
    if (size == 0 || mmf_file_is_private(file)) {
        return status;
    }
    mmf_count(MMF_COUNTER_written_bytes, size);
    if (mmf_unlikely(status != MMF_OK)) {
        int saved_errno = errno;

        (void)!mmf_flusher_wrote(&file->flusher, size, failures);
        errno = saved_errno;
        return status;
    }
    return mmf_flusher_wrote(&file->flusher, size, failures);
}

/* errno is set. */
mmf_status mmf_file_failed(int failure);

#endif
