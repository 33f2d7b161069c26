/* The operating system as mapped files see it, beside system.h. Internal.
 *
 * Functions that can fail return 0 or an errno value, and retry what a signal interrupted. Those
 * that move bytes set *ret_size also when they fail. RLIMIT_FSIZE is EFBIG here: its SIGXFSZ is
 * kept from the program.
 */
#ifndef MMF_RUNTIME_SYSTEM_FILE_H
#define MMF_RUNTIME_SYSTEM_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- Descriptors ----------------------------------------------------------------------------- */

typedef struct mmf_sys_open_how {
    bool is_writable;
    bool creates;
    bool is_exclusive; /* with creates */
    bool appends;      /* O_APPEND */
    uint32_t mode;     /* of a new file, before the umask */
} mmf_sys_open_how;

/* Closed by execve(2). */
int mmf_sys_open_file(const char *path, const mmf_sys_open_how *how, int *ret_fd);

typedef struct mmf_sys_rights {
    bool is_readable;
    bool is_writable;
    bool appends;
} mmf_sys_rights;

int mmf_sys_rights_of(int fd, mmf_sys_rights *ret_rights);
int mmf_sys_set_append(int fd);

/* When the file was last changed, since 1970-01-01T00:00:00Z. */
int mmf_sys_modified_ns(int fd, uint64_t *ret_ns);

/* The next byte from offset on that is in a hole, or in none. ENXIO: there is none. A file system
 * that does not know has one hole, at the end. */
int mmf_sys_seek(int fd, uint64_t offset, bool to_hole, uint64_t *ret_offset);

typedef struct mmf_sys_file_system {
    /* A block once given to the file is what a store through a mapping goes to: none that copies on
     * write, or shares blocks between files. */
    bool keeps_blocks;
    /* A hole gets a block when it is read through a mapping, or SIGBUS where there is none: tmpfs.
     */
    bool fills_holes;
} mmf_sys_file_system;

/* Both false where it is not known. */
mmf_sys_file_system mmf_sys_file_system_of(int fd);

/* --- Mappings -------------------------------------------------------------------------------- */

/* Has whole pages in memory, and in the page tables where the system knows how. EFAULT: one that
 * cannot be read, or for which there is no room. */
int mmf_sys_populate_to_read(void *address, uint64_t size);

/* --- Moving bytes ---------------------------------------------------------------------------- */

int mmf_sys_write_some(int fd, uint64_t offset, const void *bytes, size_t size, size_t *ret_size);
/* Of a descriptor's own file offset, or of none: pipes, sockets, O_APPEND. */
int mmf_sys_write_next(int fd, const void *bytes, size_t size, size_t *ret_size);
/* Whatever one read(2) gives; 0: the end. */
int mmf_sys_read_next(int fd, void *buffer, size_t size, size_t *ret_size);
/* The descriptor's own file offset. */
int mmf_sys_tell(int fd, uint64_t *ret_offset);

typedef enum mmf_sys_way {
    MMF_SYS_COPY_RANGE, /* copy_file_range(2) */
    MMF_SYS_SEND_FILE,  /* sendfile(2): to a descriptor's own offset only */
} mmf_sys_way;

/* Moves up to size bytes inside the system; *ret_size 0: there are no more. An offset that is NULL
 * is the descriptor's own; others are left alone. */
int mmf_sys_transfer(mmf_sys_way way, int from, const uint64_t *from_offset, int to,
                     const uint64_t *to_offset, uint64_t size, uint64_t *ret_size);
/* Whether the error means that these descriptors cannot be joined this way. */
bool mmf_sys_is_no_way(int error);

/* --- Names ----------------------------------------------------------------------------------- */

int mmf_sys_remove(const char *path);
/* A new file beside path, under a name that nobody would look for, to be freed. */
int mmf_sys_temporary(const char *path, uint32_t mode, int *ret_fd, char **ret_temporary);
int mmf_sys_set_mode(int fd, uint32_t mode);
/* Gives the file the other name, in place of what has it, and syncs the directory. */
int mmf_sys_rename(const char *from, const char *to);

#endif
