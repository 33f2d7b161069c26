/* A disk that can lose its power: what of one store file would still be there.
 *
 * The file itself is an ordinary one, of the page cache. Beside it `bytes` holds what a disk would
 * hold: a page gets there when it is synced (msync, fsync and fdatasync are taken by the linker's
 * --wrap), or when the kernel might just have written it back. At the cut each page or sector in
 * which the two differ is the old one or the new one at random, and so is the size of the file.
 *
 * All of it lies in memory that children share, since they sync and lose their power too.
 */
#ifndef MMF_TESTS_POWER_DISK_H
#define MMF_TESTS_POWER_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/format.h"

#define DISK_SIZE_MAX (512u << 10)

/* What an honest disk, and an honest library above it, do not do: see mutants.def. */
typedef enum disk_lie {
    DISK_IS_HONEST,
#define MUTANT(symbol, name, text) symbol,
#include "tests/power/mutants.def"
#undef MUTANT
} disk_lie;

/* What the library has been asked for. */
typedef enum disk_moment {
    DISK_AT_WORK,
    DISK_AT_OPEN,
    DISK_AT_CLOSE,
} disk_moment;

typedef struct disk {
    uint64_t *random;
    disk_lie lie;
    disk_moment moment;
    uint64_t size; /* beyond it bytes are zero */
    uint8_t bytes[DISK_SIZE_MAX];

    /* Something happens at the fuse-th event from now on; 0: nothing does. Events are the places
     * before and after a sync and an allocation, and the one where the library, while it opens the
     * store, asks for the newest durable slot. */
    uint32_t fuse;
    bool fuse_kills; /* the process; otherwise the power is cut */

    bool is_off; /* since the cut; nothing is written any more */
    uint64_t image_size;
    uint8_t image[DISK_SIZE_MAX]; /* what the cut has left */
} disk;

/* Syncs of this process go to that disk from now on. NULL: to none. */
void disk_use(disk *disk);

/* In a child: it ends with the power. */
void disk_in_child(void);

/* The file has been created, or written by disk_restart(). False: it cannot be opened. */
bool disk_attach(const char *path);

/* The file as processes see it now; bytes has DISK_SIZE_MAX, of which the rest is left alone. */
void disk_current(uint8_t *bytes, uint64_t *ret_size);

/* The kernel writes some pages back, unasked. */
void disk_write_back(disk *disk);

/* The power goes. */
void disk_cut(disk *disk);

/* The machine starts anew: path becomes what the cut has left, of another boot. */
bool disk_restart(disk *disk, const char *path);

/* The newest durable slot of a header that is valid by its checksum, or NULL. Does not ask the
 * library, which may be a mutant. */
const mmf_durable_slot *disk_newest_slot(const uint8_t *header);

/* The generation of that slot in the file as processes see it now; 0: none. */
uint64_t disk_generation(void);

#endif
