/* Mapped files: the calls of a file, on a mapping of it.
 *
 * A mmf_file is opened, read, written, grown and closed as a descriptor is, with a position for the
 * calls that have none; and its bytes can be had in place. Reading is a copy from the mapping and
 * no system call. Writing goes the way that is faster and as safe: into the mapping where the file
 * is known to have blocks, through write(2) on the same descriptor elsewhere; the page cache is one
 * for both. So a full disk is a status (MMF_E_NO_SPACE), never a SIGBUS.
 *
 * The file is mapped once over all the address space that it may grow into (reservation_bytes), so
 * pointers into it stay good as long as the handle, whoever grows it.
 *
 * Threads: any number may use one handle at once, but for opening and closing it. Calls with an
 * offset need no lock; calls with the position take their range of it atomically, so that two
 * threads never read or append the same bytes. Bytes that one thread writes while another reads
 * them are old or new byte by byte: whoever needs more uses a store (store.h) or an atomic view.
 * Processes: any number may have the file open, by handles of their own or without us. What one
 * writes all see at once. After fork(2) a child may use its parent's handle; position and mapping
 * are then its own copy.
 * A file that somebody else cuts while it is open raises SIGBUS at the next access beyond its new
 * end, as any mapped file does, unless the handle has MMF_FILE_GUARD.
 */
#ifndef MMF_RUNTIME_FILE_H
#define MMF_RUNTIME_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/flush.h"
#include "runtime/map.h"
#include "schema/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMF_FILE_READ_ONLY 0x1u
#define MMF_FILE_CREATE 0x2u    /* makes the file when there is none */
#define MMF_FILE_EXCLUSIVE 0x4u /* with CREATE: MMF_E_EXISTS when there is one */
#define MMF_FILE_TRUNCATE 0x8u  /* empties it */
#define MMF_FILE_APPEND                                                                            \
    0x10u /* each write goes to the end, also beside other processes: O_APPEND */
/* A page of the file that is gone is MMF_E_TRUNCATED and not a SIGBUS: see MMF_GUARD in store.h.
 * Who reads by mmf_file_bytes() gets ones instead of that page, and asks mmf_file_is_cut(). */
#define MMF_FILE_GUARD 0x20u

#define MMF_FILE_RESERVATION_DEFAULT (64ull << 30)

/* Zero-initialised is the default of everything; NULL instead of options is the same: an existing
 * file, to read and write, all of it. */
typedef struct mmf_file_options {
    uint32_t flags;             /* MMF_FILE_… */
    uint32_t mode;              /* of a new file, before the umask; 0: 0666 */
    uint64_t size;              /* the file gets at least so many bytes, zeros; 0: stays */
    uint64_t offset;            /* where the window begins; position 0 is there. Any number */
    uint64_t length;            /* of the window; 0: to the end of the file, and it may grow */
    uint64_t reservation_bytes; /* address space to grow in; 0: 64 GiB, or what the file needs; it
                                   is less where the system has less, and of a private mapping what
                                   the file has */
    const mmf_flush_policy *flush; /* NULL: when asked for, and not at closing. runtime/flush.h */
    const mmf_map_options *map;    /* NULL: a shared mapping without any wishes */
    mmf_error *error;              /* receives the detail of a failed open; may be NULL */
} mmf_file_options;

/* --- Opening and closing --------------------------------------------------------------------- */

/* A private mapping (MMF_MAP_PRIVATE) needs the right to read the file only, its handle writes to
 * its own pages, and CREATE, TRUNCATE, APPEND and a size contradict it. APPEND has no window.
 *
 * MMF_OK; MMF_E_NOT_FOUND; MMF_E_EXISTS; MMF_E_INVALID (flags that contradict each other, not a
 * regular file, a window beyond what a file can have); MMF_E_LIMIT (the window, or without one the
 * file, does not fit into reservation_bytes; too many guarded handles); MMF_E_NO_SPACE (for
 * options->size); MMF_E_NO_MEMORY; MMF_E_SYSTEM. A file that this call has made stays, whatever
 * happens then. */
MMF_NODISCARD mmf_status mmf_file_open(const char *path, const mmf_file_options *options,
                                       mmf_file **ret_file);
/* The same of a descriptor, which the handle owns from then on, also when this fails. Its rights
 * decide: READ_ONLY is added where it is one, APPEND where it has O_APPEND, which the flag sets
 * otherwise; one that cannot be read is MMF_E_INVALID. CREATE and EXCLUSIVE mean nothing. Its own
 * file offset is not the handle's position. `name` is what mmf_file_name() will say. */
MMF_NODISCARD mmf_status mmf_file_open_descriptor(int descriptor, const char *name,
                                                  const mmf_file_options *options,
                                                  mmf_file **ret_file);

/* Flushes as the handle's policy says, and releases everything. Takes NULL. MMF_OK; MMF_E_SYSTEM or
 * MMF_E_NO_SPACE: a flush has failed; the handle is gone all the same. */
mmf_status mmf_file_close(mmf_file *file);

/* --- Reading and writing --------------------------------------------------------------------- */

/* Up to size bytes from offset (of the window); fewer only at the end. *ret_size is how many.
 * What others have added to the file is found when a read reaches the end as it was last known;
 * what they have cut off, by mmf_file_size() and other calls that look: until then bytes of the
 * last page that are gone read as zeros. MMF_OK, also when there were fewer; MMF_E_END: none, for
 * offset is at the end or behind it; MMF_E_TRUNCATED (MMF_FILE_GUARD: a page is gone; the handle
 * says so from then on, and is only good to be closed); MMF_E_NO_SPACE (a hole of a private
 * mapping, on tmpfs); MMF_E_SYSTEM. With size 0 always MMF_OK. */
MMF_NODISCARD mmf_status mmf_file_read_at(const mmf_file *file, uint64_t offset, void *buffer,
                                          size_t size, size_t *ret_size);

/* All of size bytes at offset, or, where that fails, *ret_size of them: as far as there was space,
 * or the window has room. The file grows as far as it has to, and what lies between is zeros.
 * ret_size may be NULL, and is set whatever happens. A handle with MMF_FILE_APPEND refuses it
 * (MMF_E_INVALID). A private mapping does not grow: MMF_E_LIMIT at the file's end. Where others
 * have cut the file within its last page, and nothing has looked since (mmf_file_size()), bytes
 * stored behind the cut are lost, as with any store into a mapping (mmap(2)); the status is MMF_OK.
 * MMF_OK; MMF_E_READONLY; MMF_E_NO_SPACE; MMF_E_LIMIT (beyond the window or the reservation);
 * MMF_E_TRUNCATED (MMF_FILE_GUARD); MMF_E_SYSTEM. With a policy that flushes (options->flush), and
 * *ret_size all of size, MMF_E_SYSTEM and MMF_E_NO_SPACE mean that the flush has failed: the bytes
 * are written, but not on the disk. */
MMF_NODISCARD mmf_status mmf_file_write_at(mmf_file *file, uint64_t offset, const void *bytes,
                                           size_t size, size_t *ret_size);

/* The same at the position, which moves behind what was read or written. The range is taken before
 * it is written: what could not be is given back, unless another thread has moved the position
 * meanwhile. With MMF_FILE_APPEND it is the end of the file instead, in one step with moving it,
 * and the position is then behind what was written. */
MMF_NODISCARD mmf_status mmf_file_read(mmf_file *file, void *buffer, size_t size, size_t *ret_size);
MMF_NODISCARD mmf_status mmf_file_write(mmf_file *file, const void *bytes, size_t size,
                                        size_t *ret_size);
MMF_NODISCARD mmf_status mmf_file_read_byte(mmf_file *file, uint8_t *ret_byte);
MMF_NODISCARD mmf_status mmf_file_write_byte(mmf_file *file, uint8_t byte);
/* Without the NUL. */
MMF_NODISCARD mmf_status mmf_file_write_string(mmf_file *file, const char *string);

typedef enum mmf_seek {
    MMF_SEEK_SET,  /* from the window's beginning */
    MMF_SEEK_CUR,  /* from the position */
    MMF_SEEK_END,  /* from the end of the file, or of the window */
    MMF_SEEK_DATA, /* to the first byte from offset on that is in no hole: lseek(2) */
    MMF_SEEK_HOLE, /* to the first one that is in a hole; the end of the file is one */
} mmf_seek;

/* Moves the position; behind the end is allowed. *ret_position may be NULL.
 * DATA and HOLE are the file's: what a private mapping has stored is not among them.
 * MMF_OK; MMF_E_INVALID (before the beginning, or beyond INT64_MAX; no such `from`); MMF_E_END (no
 * data, or no hole, from there on); MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_file_seek(mmf_file *file, int64_t offset, mmf_seek from,
                                       uint64_t *ret_position);
uint64_t mmf_file_position(const mmf_file *file);

/* Writes at the position all that a descriptor has to give, until its end: by copy_file_range(2)
 * or read(2), whichever works. *ret_size is how much, also when it fails; what had been read and
 * could not be written is then lost.
 * As mmf_file_write(); MMF_E_SYSTEM (reading failed; errno is kept: EAGAIN, where the descriptor
 * does not block and has no more yet); MMF_E_INVALID (it is of the same file); MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_file_read_from(mmf_file *file, int descriptor, uint64_t *ret_size);
/* All that a function gives: it fills the buffer with up to size bytes and returns how many; 0: no
 * more; below 0: it has failed, and so does this, with MMF_E_SYSTEM. */
typedef int64_t mmf_file_source(void *context, void *buffer, size_t size);
MMF_NODISCARD mmf_status mmf_file_read_from_source(mmf_file *file, mmf_file_source *source,
                                                   void *context, uint64_t *ret_size);
/* Gives a descriptor all from the position to the end that the file has now, at least as fast as
 * cat(1): copy_file_range(2), sendfile(2) or write(2) from the mapping. *ret_size is how much, also
 * when it fails, and the position is then behind it, unless others have moved it meanwhile. A pipe
 * without a reader is SIGPIPE, as with write(2).
 * MMF_OK; MMF_E_NO_SPACE; MMF_E_INVALID (it is of the same file); MMF_E_TRUNCATED (somebody has cut
 * the file); MMF_E_SYSTEM (EAGAIN: as above). */
MMF_NODISCARD mmf_status mmf_file_write_to(mmf_file *file, int descriptor, uint64_t *ret_size);

/* --- The file -------------------------------------------------------------------------------- */

typedef struct mmf_file_info {
    uint64_t size;            /* of the file, bytes */
    uint64_t allocated_bytes; /* that have blocks */
    uint64_t window_offset;
    uint64_t window_size;   /* bytes that can be read now */
    uint64_t modified_ns;   /* since 1970-01-01T00:00:00Z; stores through mappings come late */
    uint64_t device, inode; /* which file it is */
    uint32_t mode;          /* permission bits */
    bool is_read_only;      /* the handle */
} mmf_file_info;

MMF_NODISCARD mmf_status mmf_file_stat(const mmf_file *file, mmf_file_info *ret_info);
const char *mmf_file_name(const mmf_file *file); /* as it was opened; good as long as the handle */
int mmf_file_descriptor(const mmf_file *file);   /* the handle's own: not to be closed */
/* Bytes that can be read now, from the window's beginning; looks at the file. */
uint64_t mmf_file_size(const mmf_file *file);
/* MMF_FILE_GUARD: a page was gone since the file was opened. */
bool mmf_file_is_cut(const mmf_file *file);

/* Makes the file end at `size` (of the window): cuts it, or adds zeros that have blocks. Cutting
 * under others, or under pointers of one's own, is SIGBUS for them. Not beside others who append: a
 * failure cuts what it has added.
 * MMF_OK; MMF_E_READONLY; MMF_E_NO_SPACE; MMF_E_LIMIT; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_file_resize(mmf_file *file, uint64_t size);

/* The bytes in place, from the window's beginning; NULL when the window is empty. *ret_size, which
 * may be NULL, is how many there are now. The pointer stays good, and never moves, as long as the
 * handle; bytes beyond the end of the file are not to be touched. To be stored to only where the
 * handle writes, and by mmf_file_bytes_to_write(), which gives the range blocks first. On tmpfs
 * (/dev/shm, memfd_create(2)) a hole gets a page when it is read here, and is SIGBUS where there is
 * none; the calls that copy know that. */
const unsigned char *mmf_file_bytes(const mmf_file *file, uint64_t *ret_size);
/* On a file system that copies on write (btrfs, XFS with shared blocks) a block cannot be given for
 * good: there the pages are readied as well, which holds until they are next written to the disk.
 * MMF_OK; MMF_E_READONLY; MMF_E_INVALID (not in the file, or beyond the mapping); MMF_E_NO_SPACE;
 * MMF_E_TRUNCATED; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_file_bytes_to_write(mmf_file *file, uint64_t offset, uint64_t size,
                                                 unsigned char **ret_bytes);

/* --- Whole files ----------------------------------------------------------------------------- */

/* Copies a file, holes too, by copy_file_range(2) where that is possible, to a new one, which has
 * its name only when it is complete and on the disk. mode, less the umask; 0: that of the source.
 * MMF_OK; MMF_E_NOT_FOUND; MMF_E_EXISTS; MMF_E_INVALID (not a regular file); MMF_E_NO_SPACE;
 * MMF_E_TRUNCATED (it was cut meanwhile); MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_file_copy(const char *from, const char *to, uint32_t mode,
                                       mmf_error *error);
/* Handles that have it open keep it. MMF_OK; MMF_E_NOT_FOUND; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_file_remove(const char *path);
/* A file's content in memory of the caller's, to be freed, with a NUL behind it that does not
 * count; of a file of /proc too. MMF_OK; MMF_E_NOT_FOUND; MMF_E_INVALID (not a regular file);
 * MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_file_load(const char *path, void **ret_bytes, size_t *ret_size);
/* Makes a file of that content, or replaces one (a symbolic link: the link itself), so that it has
 * the old or the new content whatever dies. Handles that have the old one open keep it. mode, less
 * the umask; 0: that of the file that is replaced, or 0666.
 * MMF_OK; MMF_E_NOT_FOUND (no such directory); MMF_E_NO_SPACE; MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_file_save(const char *path, const void *bytes, size_t size,
                                       uint32_t mode);

#ifdef __cplusplus
}
#endif
#endif
