/* The operating system as the runtime sees it: every system call is made behind this header, so
 * that another system needs another system_….c and nothing else. Internal.
 *
 * Functions that can fail return 0 or an errno value, and retry what a signal interrupted.
 */
#ifndef MMF_RUNTIME_SYSTEM_H
#define MMF_RUNTIME_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mmf_sys_info {
    uint64_t size;      /* bytes */
    uint64_t allocated; /* bytes that have blocks; less than size: there are holes */
    uint64_t device;    /* with inode: which file it is */
    uint64_t inode;
    uint32_t mode; /* permission bits */
    bool is_regular;
} mmf_sys_info;

/* --- Files ----------------------------------------------------------------------------------- */

/* All descriptors are closed by execve(2). */
int mmf_sys_open(const char *path, bool writable, int *ret_fd);
/* A file that this call creates gets the mode less the umask, or exactly it. */
int mmf_sys_open_or_create(const char *path, uint32_t mode, bool exact_mode, int *ret_fd);
void mmf_sys_close(int fd);
int mmf_sys_info_of(int fd, mmf_sys_info *ret_info);
int mmf_sys_info_of_path(const char *path, mmf_sys_info *ret_info);

/* The path without symbolic links, to be freed. */
int mmf_sys_real_path(const char *path, char **ret_path);

/* Up to size bytes; fewer only at the end of the file. */
int mmf_sys_read_at(int fd, uint64_t offset, void *buffer, size_t size, size_t *ret_size);
int mmf_sys_write_at(int fd, uint64_t offset, const void *bytes, size_t size);
int mmf_sys_sync(int fd);

/* Gives the range blocks, and the file the size to hold it: afterwards a store into it cannot meet
 * a full disk. ENOSPC, EDQUOT, EFBIG (also of RLIMIT_FSIZE, whose SIGXFSZ is kept from the
 * program): the size may have grown by a part. */
int mmf_sys_allocate(int fd, uint64_t offset, uint64_t size);
int mmf_sys_truncate(int fd, uint64_t size);

/* The next range from offset on, before size, that may hold something else than zeros; both ends
 * are size when there is none. A file system that does not know has data everywhere. */
int mmf_sys_next_data(int fd, uint64_t offset, uint64_t size, uint64_t *ret_begin,
                      uint64_t *ret_end);

/* A new file that has no name that anybody would look for, in the directory of path. */
typedef struct mmf_sys_new_file {
    int fd;
    char *temporary_path; /* NULL: it has no name at all */
} mmf_sys_new_file;

int mmf_sys_new_file_create(const char *path, uint32_t mode, mmf_sys_new_file *ret_file);
/* Gives the file its name, unless there is one of that name (EEXIST), and syncs the directory. */
int mmf_sys_new_file_publish(mmf_sys_new_file *file, const char *path);
/* Closes it, and removes it where it was not published. */
void mmf_sys_new_file_close(mmf_sys_new_file *file);
/* Has names that were given and taken in the directory of path on the disk. */
int mmf_sys_sync_directory_of(const char *path);

/* --- Memory ---------------------------------------------------------------------------------- */

size_t mmf_sys_page_size(void);
/* Maps size bytes, shared, from the beginning of the file; size may reach beyond its end. */
int mmf_sys_map(int fd, uint64_t size, bool writable, void **ret_address);
/* A part of a file, to read and write; offset and size: whole pages. */
int mmf_sys_map_part(int fd, uint64_t offset, uint64_t size, void **ret_address);
void mmf_sys_unmap(void *address, uint64_t size);
/* Maps another open file description of the same file, for reading, over a mapping. */
void mmf_sys_map_over(int fd, void *address, uint64_t size);
/* Readies whole pages of a mapping to be stored to, so that a page that cannot be read, or for
 * which there is no block, is EFAULT and not SIGBUS. Before Linux 5.14 it does nothing. */
int mmf_sys_populate(void *address, uint64_t size);
/* address and size: whole pages. */
int mmf_sys_sync_map(void *address, uint64_t size);

/* Puts private pages of ones in place of whole pages of a mapping. For signal handlers too. */
void mmf_sys_replace_pages(void *address, uint64_t size);
/* Has SIGBUS handled by the function; one that returns false did not know the address, and what
 * handled the signal before gets it. Safe to call again. */
int mmf_sys_handle_faults(bool (*handler)(const void *address));
void mmf_sys_unhandle_faults(void);

/* --- Locks ----------------------------------------------------------------------------------- */

/* flock(2) on the whole file, without waiting. EWOULDBLOCK: others hold it. */
int mmf_sys_lock_file(int fd, bool exclusive);
/* A lock on one byte that belongs to the open file description, so that it goes with the last
 * descriptor and the last mapping of it, by whatever death: fcntl(2), "Open file description
 * locks".
 * EAGAIN: others hold it. Handles of one process exclude each other too. */
int mmf_sys_lock_byte(int fd, uint64_t offset);
void mmf_sys_unlock_byte(int fd, uint64_t offset);
/* The same, but others may hold it so too. */
int mmf_sys_lock_byte_shared(int fd, uint64_t offset);
/* A new open file description for the same file, for reading, in place of *fd, so that its locks
 * are not ours any more; for a forked child. False: not possible, and nothing is changed. */
bool mmf_sys_reopen(int *fd);
/* Whether others than this descriptor's file description hold a lock in the range. */
int mmf_sys_bytes_locked(int fd, uint64_t offset, uint64_t size, bool *ret_locked);

/* --- The machine ----------------------------------------------------------------------------- */

int mmf_sys_boot_id(uint8_t ret_id[16]);
int mmf_sys_random(void *buffer, size_t size);
uint64_t mmf_sys_process_id(void);
uint64_t mmf_sys_thread_id(void);
uint32_t mmf_sys_processors(void); /* that this process may use; at least 1 */
uint64_t mmf_sys_monotonic_ns(void);
uint64_t mmf_sys_wall_clock_ns(void); /* since 1970-01-01T00:00:00Z */
void mmf_sys_yield(void);
void mmf_sys_sleep_ns(uint64_t ns);

/* --- Waiting for a word of a file ------------------------------------------------------------ */

/* Sleeps while *word is `expected`, until it is woken or timeout_ns have passed; also returns for
 * no reason: futex(2), shared between processes. */
void mmf_sys_word_wait(const uint32_t *word, uint32_t expected, uint64_t timeout_ns);
/* Wakes all that sleep on the word, in all processes. */
void mmf_sys_word_wake(uint32_t *word);

#endif
