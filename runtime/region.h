/* A region: a file mapped once over all the address space that it may ever grow into.
 *
 * The mapping reaches far beyond the end of the file; what is there becomes usable when the file
 * grows, in this process and in every other, without any of them doing a thing. Nothing is ever
 * remapped, so pointers stay good as long as the region. Internal.
 */
#ifndef MMF_RUNTIME_REGION_H
#define MMF_RUNTIME_REGION_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/status.h"

typedef struct mmf_region {
    int fd;
    bool writable;
    unsigned char *base;
    uint64_t size; /* of the mapping: the reservation, bytes */
} mmf_region;

/* Maps fd, which the region owns from now on, also when this fails. The reservation is halved until
 * the system agrees, but never below `needed` bytes. MMF_OK; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_region_open(mmf_region *region, int fd, bool writable,
                                         uint64_t reservation, uint64_t needed, mmf_error *error);

/* Takes a zero-initialised region with fd -1, and half-built ones. */
void mmf_region_close(mmf_region *region);

/* The size of the file now, bytes. MMF_OK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_region_file_size(const mmf_region *region, uint64_t *ret_size);

/* Grows the file from old_size to new_size bytes (or leaves it, when it is that long), and gives
 * everything from `offset` on blocks: beyond what has been published as usable there may be holes.
 * When that fails the file has old_size again. The caller keeps others from growing it meanwhile.
 * MMF_OK; MMF_E_NO_SPACE; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_region_grow(mmf_region *region, uint64_t offset, uint64_t old_size,
                                         uint64_t new_size);

/* Some bytes of the file that may lie beyond the reservation, mapped by themselves for a while. */
typedef struct mmf_region_part {
    unsigned char *bytes;
    unsigned char *base; /* of the mapping */
    uint64_t size;       /* of it */
} mmf_region_part;

/* MMF_OK; MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_region_map_part(const mmf_region *region, uint64_t offset,
                                             uint64_t size, mmf_region_part *ret_part);
void mmf_region_unmap_part(const mmf_region_part *part);

/* Waits until the bytes are on the disk; they lie in the file, if not all in the mapping.
 * MMF_OK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_region_sync(mmf_region *region, uint64_t offset, uint64_t size);

/* The status that an errno value of a system call becomes, and the detail for the error. */
mmf_status mmf_status_of_errno(int system_errno);

#endif
