/* What an object of shared memory is: the page in front of it, its locks, and a handle. Internal.
 *
 * Locks, all of the kernel's and gone with their holder:
 *   - the byte MMF_SHM_BYTE_ATTACHED + mmf_shm_attached_byte(): one for each handle, shared, since
 *     that needs no right to write, and at a place of its own, by which they can be counted.
 *   - flock(2) on the whole file: shared by whoever is just attaching, exclusive by whoever takes
 *     the name away or makes the object smaller. Held for microseconds.
 * Attaching: open, flock, own byte, and only then: does the name still lead here? Taking away:
 * open, flock, does the name lead here, is nobody's byte locked, unlink. So one of the two comes
 * first as a whole, and while somebody holds the exclusive lock and the name leads to the object,
 * no other object can get that name.
 */
#ifndef MMF_RUNTIME_SHM_OBJECT_H
#define MMF_RUNTIME_SHM_OBJECT_H

#include <stddef.h>

#include "runtime/shm.h"
#include "runtime/system_shm.h"

#define MMF_SHM_MAGIC "MMFSHM\r\n"
#define MMF_SHM_VERSION 1u
#define MMF_SHM_HEADER_MIN 4096u
#define MMF_SHM_HEADER_MAX (1u << 20)

/* The beginning of the page in front; zeros follow. In the machine's byte order. */
typedef struct mmf_shm_header {
    char magic[8];          /* 0x00 */
    uint32_t version;       /* 0x08 */
    uint32_t header_size;   /* 0x0c where the bytes begin: a page */
    uint32_t flags;         /* 0x10 MMF_SHM_KEEP */
    uint32_t reserved;      /* 0x14 zero */
    uint64_t created_ns;    /* 0x18 since 1970-01-01T00:00:00Z */
    uint64_t creator;       /* 0x20 process id */
    uint64_t creator_start; /* 0x28 clock ticks since boot */
    uint8_t boot_id[16];    /* 0x30 */
} mmf_shm_header;

_Static_assert(offsetof(mmf_shm_header, header_size) == 0x0c, "layout");
_Static_assert(offsetof(mmf_shm_header, created_ns) == 0x18, "layout");
_Static_assert(offsetof(mmf_shm_header, boot_id) == 0x30, "layout");
_Static_assert(sizeof(mmf_shm_header) == 0x40, "layout");

#define MMF_SHM_BYTE_ATTACHED 0x2000000000000000u
#define MMF_SHM_BYTE_END 0x2100000000000000u

struct mmf_shm {
    int fd;
    unsigned char *base;
    uint64_t mapped_size;
    uint64_t offset; /* of the first byte in the file */
    uint64_t page_bytes;
    bool is_read_only;
    bool is_creator;
    bool is_sealed;
    bool is_anonymous;
    bool was_sent;
    char name[MMF_SHM_NAME_MAX + 1];
};

/* --- Names (shm_name.c) ---------------------------------------------------------------------- */

/* Checks a name, and takes its slash away. MMF_OK; MMF_E_INVALID. */
MMF_NODISCARD mmf_status mmf_shm_check_name(const char *name, mmf_error *error,
                                            const char **ret_name);
/* DIRECTORY/NAME and a suffix, to be freed; NULL: out of memory. */
char *mmf_shm_path_of(const char *directory, const char *name, const char *suffix);

/* Whether the name still leads to the file that is open. */
bool mmf_shm_leads_to(const char *path, int fd);

/* --- Objects (shm_object.c) ------------------------------------------------------------------ */

/* Fills the header of a new object. Returns 0 or an errno value. */
int mmf_shm_header_make(uint32_t flags, mmf_shm_header *ret_header);

/* Reads the page in front. *ret_is_ours false: it has none. MMF_OK; MMF_E_TRUNCATED; MMF_E_VERSION;
 * MMF_E_CORRUPT; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_shm_header_read(int fd, mmf_shm_header *ret_header, bool *ret_is_ours,
                                             mmf_error *error);

/* Gives the range pages, and the file the size to hold it. Of small pages in memory no more than
 * the machine can spare (ENOMEM): a tmpfs may be as large as the memory, an anonymous file larger,
 * and what the kernel then does is to kill other processes. Returns 0 or an errno value. */
int mmf_shm_allocate(int fd, uint64_t offset, uint64_t size);

/* Locks a byte of this handle's own. Returns 0 or an errno value. */
int mmf_shm_lock_own_byte(int fd);

/* The flock; EWOULDBLOCK is waited for. MMF_OK; MMF_E_STUCK; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_shm_lock(int fd, bool exclusive, uint64_t timeout_ns);

/* Who is attached, but for fd itself. ids may be NULL; at most `max` are looked for.
 * Returns 0 or an errno value. */
int mmf_shm_attached(int fd, uint32_t max, uint64_t *ids, uint32_t *ret_count);

/* --- Handles (shm.c) ------------------------------------------------------------------------- */

uint64_t mmf_shm_timeout_ns(uint32_t timeout_ms);

MMF_NODISCARD mmf_status mmf_shm_check_options(const mmf_shm_options *options, uint32_t allowed);

/* Maps `size` bytes of the handle's file, and more where options reserve more.
 * MMF_OK; MMF_E_NO_MEMORY; MMF_E_READONLY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_shm_map(mmf_shm *shm, uint64_t size, const mmf_shm_options *options);

mmf_status mmf_shm_system_error(const mmf_shm_options *options, int failure, const char *name,
                                const char *what);

/* --- Stores (shm_store.c) -------------------------------------------------------------------- */

/* Removes a store and its lock file, or a lock file alone that has no store, when nobody writes.
 * MMF_OK; MMF_E_LOCKED; MMF_E_NOT_FOUND (neither is there, or not as such); MMF_E_NO_MEMORY;
 * MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_shm_store_remove(const char *directory, const char *name);
/* Whether the file begins as a store, or as a lock file, does. */
bool mmf_shm_is_store(int fd);
bool mmf_shm_is_store_lock(int fd);
/* Whether somebody writes; true where that cannot be told. */
bool mmf_shm_store_in_use(const char *directory, const char *name, int fd);

#endif
