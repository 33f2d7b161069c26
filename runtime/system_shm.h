/* The operating system as shared memory sees it, beside system.h. Internal.
 *
 * Functions that can fail return 0 or an errno value, and retry what a signal interrupted.
 */
#ifndef MMF_RUNTIME_SYSTEM_SHM_H
#define MMF_RUNTIME_SYSTEM_SHM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/system.h"

typedef struct mmf_sys_shm_info {
    mmf_sys_info file;
    uint32_t user;
} mmf_sys_shm_info;

/* --- Names ----------------------------------------------------------------------------------- */

/* Follows no symbolic link (ELOOP), and does not hang on whatever it finds. */
int mmf_sys_shm_open(const char *path, bool writable, int *ret_fd);
int mmf_sys_shm_info_of(int fd, mmf_sys_shm_info *ret_info);
int mmf_sys_shm_info_of_path(const char *path, mmf_sys_shm_info *ret_info); /* a link is itself */
int mmf_sys_shm_set_mode(int fd, uint32_t mode);
int mmf_sys_shm_remove(const char *path);
/* Another open file description of the same file. */
int mmf_sys_shm_reopen(int fd, bool writable, int *ret_fd);
/* Calls the function with each name, until it returns false. */
int mmf_sys_shm_each(const char *directory, bool (*function)(void *context, const char *name),
                     void *context);

/* --- Locks ----------------------------------------------------------------------------------- */

void mmf_sys_shm_unlock_file(int fd);
/* A part of [begin, end) that others have locked; both are `end` where there is none. */
int mmf_sys_shm_locked_part(int fd, uint64_t begin, uint64_t end, uint64_t *ret_begin,
                            uint64_t *ret_end);

/* --- Memory ---------------------------------------------------------------------------------- */

typedef enum mmf_sys_shm_kind {
    MMF_SYS_SHM_NO_MEMORY, /* something else: a disk's file, a device, a pipe */
    MMF_SYS_SHM_PAGES,
    MMF_SYS_SHM_HUGE_PAGES,
} mmf_sys_shm_kind;

/* What a descriptor is, and what it may be used for. page_bytes: of its pages. */
typedef struct mmf_sys_shm_descriptor {
    mmf_sys_shm_kind kind;
    bool may_read;
    bool may_write;
    bool is_sealed;     /* the size is fixed for good */
    bool is_write_once; /* new mappings can only read */
    uint64_t page_bytes;
} mmf_sys_shm_descriptor;

int mmf_sys_shm_describe(int fd, mmf_sys_shm_descriptor *ret_descriptor);

/* Bytes of memory that can be had now without anybody being killed for it; UINT64_MAX: cannot be
 * told. */
uint64_t mmf_sys_shm_available(void);

/* huge_page_bytes: 0: small pages; 1: the default of huge ones. */
int mmf_sys_shm_anonymous(const char *name, uint64_t huge_page_bytes, bool exec, int *ret_fd);
/* Whatever is sealed, from then on nobody can seal anything more. */
int mmf_sys_shm_seal(int fd, bool against_resizing, bool against_writing);
/* --- Sockets --------------------------------------------------------------------------------- */

/* One message and one descriptor with it. ETIMEDOUT. */
int mmf_sys_shm_send(int socket, const void *bytes, size_t size, int fd, uint64_t timeout_ns);

/* Up to size bytes: fewer when the peer closed. A longer datagram is cut. */
typedef struct mmf_sys_shm_received {
    size_t size;
    int fd;         /* the first that came; -1: none */
    unsigned count; /* of descriptors; all but the first are closed */
    bool is_cut;    /* a datagram was longer */
    bool is_lost;   /* descriptors that could not be taken: too many open files */
} mmf_sys_shm_received;

int mmf_sys_shm_receive(int socket, void *buffer, size_t size, uint64_t timeout_ns,
                        mmf_sys_shm_received *ret_received);

/* --- Processes ------------------------------------------------------------------------------- */

uint32_t mmf_sys_shm_user(void);
/* When this process was started, clock ticks since boot; 0: cannot be told. */
uint64_t mmf_sys_shm_process_start(void);

#endif
