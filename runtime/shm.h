/* Shared memory: bytes that several processes have mapped at once, by a name or passed from hand to
 * hand.
 *
 * Objects with a name are what shm_open(3) of that name opens: files of /dev/shm. Those that are
 * made here have a page of their own in front (MMF_SHM_RAW: none), which says who made them and
 * when; the bytes of the object begin behind it, at offset mmf_shm_offset() for programs that map
 * it without us. Objects of other programs, which have no such page, can be attached all the same,
 * from their first byte on. Anonymous ones (memfd_create(2)) have neither name nor page.
 *
 * Space: all pages are allocated at creation and by mmf_shm_resize(), so a store into an object
 * never meets a full tmpfs (SIGBUS): MMF_E_NO_SPACE is said before. What the machine has not free
 * (MemAvailable and SwapFree of proc_meminfo(5), but for a sixteenth) is MMF_E_NO_MEMORY, since the
 * kernel would kill other processes for it; limits of control groups are not looked at.
 * Creation: an object has its name only when it is whole: size, pages, mode, and the page in front.
 * A creator that dies at any instruction leaves no name and no memory. (In a directory whose file
 * system has no O_TMPFILE it may leave one, NAME.new-… . /dev/shm has it.) Objects of other
 * programs may be met half made; an empty one is MMF_E_TRUNCATED.
 * Life: an object with a name stays until mmf_shm_unlink(), mmf_shm_clean_up() or the machine's
 * end, and its memory beyond that until the last one has closed it. Who is attached is known by
 * locks of the kernel's (fcntl(2), "Open file description locks"), which go with the process,
 * whatever it dies of; never by process ids. Programs that map an object without us hold no such
 * lock, and are not seen.
 * Threads: calls about different handles are independent of each other. One handle: any number of
 * threads, but for mmf_shm_close() and mmf_shm_resize(). What threads and processes do with the
 * bytes is theirs: stores of aligned words by atomics, or a store (store.h) in shared memory.
 * Processes: after fork(2) a child may use its copy of a handle; parent and child count as one that
 * is attached, until both have closed it or ended. execve(2) ends it.
 * A hostile process that may write an object can change the bytes at any time, and cut the object,
 * which raises SIGBUS in all that have it mapped, unless it is sealed (MMF_SHM_SEALED); one that
 * may read it can hold a lock on it, and what needs that is MMF_E_STUCK after the timeout.
 */
#ifndef MMF_RUNTIME_SHM_H
#define MMF_RUNTIME_SHM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/map.h"
#include "schema/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Attaching and receiving: the mapping cannot be stored to (SIGSEGV). */
#define MMF_SHM_READ_ONLY 0x1u
/* mmf_shm_create(): attaches where there is one of that name. Without it that is MMF_E_EXISTS. */
#define MMF_SHM_OR_ATTACH 0x2u
/* mmf_shm_create(): no page in front: for programs that do not know this library. Such objects are
 * neither listed nor cleaned up, and never made smaller, since nobody can tell who has them. */
#define MMF_SHM_RAW 0x4u
/* mmf_shm_create(): mmf_shm_clean_up() leaves it alone. */
#define MMF_SHM_KEEP 0x8u
/* mmf_shm_create_anonymous(): nobody can ever change its size, nor take this promise back:
 * F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_SEAL. mmf_shm_receive(): anything else is refused. */
#define MMF_SHM_SEALED 0x10u
/* mmf_shm_create_anonymous(): only this handle can store to it, all others read
 * (F_SEAL_FUTURE_WRITE, Linux 5.1; MMF_E_SYSTEM before). Goes with MMF_SHM_SEALED. */
#define MMF_SHM_OTHERS_READ 0x20u
/* mmf_shm_create_anonymous(): explicit huge pages (MFD_HUGETLB), of the machine's pool, which is
 * empty where nobody has filled it (/proc/sys/vm/nr_hugepages): MMF_E_NO_MEMORY. Small pages are
 * never taken instead: MMF_MAP_HUGE asks for what may be had without a pool. */
#define MMF_SHM_HUGE 0x40u

#define MMF_SHM_DIRECTORY "/dev/shm"
#define MMF_SHM_NAME_MAX 255u
#define MMF_SHM_TIMEOUT_MS_DEFAULT 1000u
#define MMF_SHM_TIMEOUT_FOREVER UINT32_MAX

/* Zero-initialised is the default of everything; NULL instead of options is the same. */
typedef struct mmf_shm_options {
    uint32_t flags;             /* MMF_SHM_… */
    uint32_t mode;              /* of a new object: exactly these bits, whatever the umask is
                                 * (shm_open(3) takes it off); 0: 0600 */
    uint64_t reservation_bytes; /* address space for the object to grow in, at a stable address;
                                 * 0: what it has now. It costs no memory */
    uint64_t huge_page_bytes;   /* MMF_SHM_HUGE: 2 MiB, 1 GiB, …; 0: the machine's default */
    const char *directory;      /* where names are looked up; NULL: /dev/shm */
    const mmf_map_options *map; /* NULL: a shared mapping without any wishes. Whatever map.h says
                                 * can fail fails here: MMF_E_INVALID, _NO_MEMORY, _SYSTEM */
    uint32_t timeout_ms;        /* longest wait for others; 0: 1000 */
    uint32_t reserved;          /* zero */
    mmf_error *error;           /* receives the detail of a failure; may be NULL */
} mmf_shm_options;

typedef struct mmf_shm mmf_shm;

/* --- Making and attaching -------------------------------------------------------------------- */

/* Names: as in shm_overview(7): one slash in front or none, then 1 to 255 bytes without a slash,
 * and neither "." nor "..". All else is MMF_E_INVALID, everywhere. */

/* Makes an object of `size` bytes, zeros, and attaches it to read and write. size: at least 1. With
 * MMF_SHM_OR_ATTACH one that exists is attached, and has to have at least that size; of several
 * processes that do this at once one makes it (mmf_shm_is_creator()).
 *
 * MMF_OK; MMF_E_EXISTS; MMF_E_INVALID (name, size 0, flags that contradict each other, a smaller
 * object that exists); MMF_E_NO_SPACE; MMF_E_NO_MEMORY; MMF_E_SYSTEM (errno is kept; EACCES,
 * ENOENT: there is no such directory); with MMF_SHM_OR_ATTACH those of mmf_shm_attach(). */
MMF_NODISCARD mmf_status mmf_shm_create(const char *name, uint64_t size,
                                        const mmf_shm_options *options, mmf_shm **ret_shm);

/* Attaches an object of ours or of another program's, to read and write or with MMF_SHM_READ_ONLY.
 *
 * MMF_OK; MMF_E_NOT_FOUND; MMF_E_INVALID (name, flags; not a regular file); MMF_E_TRUNCATED (it is
 * empty, so perhaps just being made, or was cut); MMF_E_VERSION (made by a later version);
 * MMF_E_CORRUPT (its first page contradicts itself); MMF_E_STUCK (somebody holds its lock, or it is
 * replaced again and again, beyond the timeout); MMF_E_NO_MEMORY; MMF_E_SYSTEM (errno is kept;
 * EACCES). */
MMF_NODISCARD mmf_status mmf_shm_attach(const char *name, const mmf_shm_options *options,
                                        mmf_shm **ret_shm);

/* Makes an object without a name, to be passed on by mmf_shm_send() or inherited by fork(2). `name`
 * is what /proc/PID/maps shows, up to 249 bytes. Size: as above; with MMF_SHM_HUGE it is rounded up
 * to whole huge pages.
 *
 * MMF_OK; MMF_E_INVALID; MMF_E_NO_SPACE; MMF_E_NO_MEMORY (also: no huge pages are left);
 * MMF_E_SYSTEM (ENOSYS, EINVAL: not in this kernel). */
MMF_NODISCARD mmf_status mmf_shm_create_anonymous(const char *name, uint64_t size,
                                                  const mmf_shm_options *options,
                                                  mmf_shm **ret_shm);

/* Releases the mapping and everything; the object stays. Takes NULL. */
void mmf_shm_close(mmf_shm *shm);

/* --- The object ------------------------------------------------------------------------------ */

/* The bytes; *ret_size, which may be NULL, is how many there are (mmf_shm_size()). The pointer is
 * good, and never moves, as long as the handle; the first byte lies at the beginning of a page. */
void *mmf_shm_bytes(const mmf_shm *shm, uint64_t *ret_size);

/* Bytes that may be touched now: as many as the object has, and no more than this handle has
 * address space for. Asks the system, since others may have made it larger. */
uint64_t mmf_shm_size(const mmf_shm *shm);

const char *mmf_shm_name(const mmf_shm *shm);    /* without a slash; "" of a received one */
uint64_t mmf_shm_offset(const mmf_shm *shm);     /* of the first byte in the file */
int mmf_shm_descriptor(const mmf_shm *shm);      /* the handle's own: not to be closed */
bool mmf_shm_is_creator(const mmf_shm *shm);     /* this handle has made it */
bool mmf_shm_is_sealed(const mmf_shm *shm);      /* its size is fixed */
bool mmf_shm_is_read_only(const mmf_shm *shm);   /* this handle only reads */
uint64_t mmf_shm_page_bytes(const mmf_shm *shm); /* of the pages that it is made of */

/* Makes the object larger, zeros that have pages, or smaller. For the handle that made it and for
 * processes of the user whom it belongs to. Larger: others see it by mmf_shm_size(), as far as
 * their reservation_bytes reach. Smaller: only when nobody else is attached, for whom it would be
 * SIGBUS (MMF_E_LOCKED), so not after mmf_shm_send(), and never of MMF_SHM_RAW and of objects of
 * other programs.
 *
 * MMF_OK; MMF_E_READONLY; MMF_E_INVALID (size 0; sealed; huge pages); MMF_E_LOCKED; MMF_E_LIMIT
 * (beyond this handle's reservation); MMF_E_NO_SPACE; MMF_E_NO_MEMORY; MMF_E_STUCK; MMF_E_SYSTEM
 * (EPERM: it belongs to somebody else). */
MMF_NODISCARD mmf_status mmf_shm_resize(mmf_shm *shm, uint64_t size);

/* Takes the name away; those who are attached keep the object. A store (mmf_shm_store_path()) goes
 * together with NAME.lock, and only when nobody writes to it.
 * directory: NULL: /dev/shm.
 *
 * MMF_OK; MMF_E_NOT_FOUND; MMF_E_INVALID (name; not a regular file); MMF_E_LOCKED (a store that
 * somebody writes to); MMF_E_STUCK; MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_shm_unlink(const char *name, const char *directory);

/* --- From process to process ----------------------------------------------------------------- */

/* Sends the object over a Unix socket (unix(7), SCM_RIGHTS), of any type, blocking or not. It may
 * be closed as soon as this returns. Rights go along: a handle that only reads sends no more than
 * that. Waits at most timeout_ms (0: 1000; MMF_SHM_TIMEOUT_FOREVER) for room in the socket.
 *
 * MMF_OK; MMF_E_TIMEOUT; MMF_E_SYSTEM (errno is kept; EPIPE: nobody is there, without SIGPIPE).
 * After a failure in the middle a stream is out of step, and of no more use: close it. */
MMF_NODISCARD mmf_status mmf_shm_send(int socket, mmf_shm *shm, uint32_t timeout_ms);

/* Receives what mmf_shm_send() sent. Of options: READ_ONLY, SEALED, reservation_bytes (for objects
 * that are not sealed), map, timeout_ms, error. The peer is not trusted: the message is
 * checked, exactly one descriptor has to come with it, and that has to be memory (a memfd or a file
 * of tmpfs), as large as was said, open for reading, and sealed where options ask for it. All other
 * descriptors that came are closed. Descriptors are closed by execve(2).
 * From peers that are not trusted take MMF_SHM_SEALED objects only: others can be cut at any time.
 * Huge pages are then refused, since one that is taken out again (fallocate(2)) might be missing.
 *
 * MMF_OK; MMF_E_END (the peer has closed the socket); MMF_E_TIMEOUT; MMF_E_CORRUPT (not such a
 * message; no descriptor, or several, or not memory); MMF_E_VERSION; MMF_E_TRUNCATED (smaller than
 * was said); MMF_E_INVALID (not sealed; huge); MMF_E_READONLY (it cannot be had for writing);
 * MMF_E_LIMIT (this process has too many open files for what came); MMF_E_STUCK; MMF_E_NO_MEMORY;
 * MMF_E_SYSTEM. After MMF_E_CORRUPT, MMF_E_VERSION, MMF_E_LIMIT, and a timeout in the middle, a
 * stream is out of step: close it. */
MMF_NODISCARD mmf_status mmf_shm_receive(int socket, const mmf_shm_options *options,
                                         mmf_shm **ret_shm);

/* --- What there is --------------------------------------------------------------------------- */

/* The path by which a store may live in shared memory: /dev/shm/NAME, for tick_store_create(),
 * tick_store_open() and mmf-fsck. Such stores want MMF_NO_SYNC: there is no disk. PATH.lock lies
 * beside. The path with its NUL goes to buffer. MMF_OK; MMF_E_INVALID (name; with ".lock" it is too
 * long); MMF_E_TOO_LONG (does not fit into size bytes). */
MMF_NODISCARD mmf_status mmf_shm_store_path(const char *name, char *buffer, size_t size);

#define MMF_SHM_ATTACHED_MAX 64u

typedef struct mmf_shm_info {
    const char *name;        /* without a slash; good during the call */
    bool is_store;           /* and not an object: what follows to `mode` alone is filled */
    bool is_in_use;          /* somebody is attached; a store: somebody writes to it */
    uint64_t size;           /* bytes; of a store: of its file */
    uint32_t user;           /* whom it belongs to */
    uint32_t mode;           /* permission bits */
    bool is_kept;            /* MMF_SHM_KEEP */
    bool is_other_boot;      /* made in another run of the machine (in a directory on a disk) */
    uint64_t created_ns;     /* since 1970-01-01T00:00:00Z */
    uint64_t creator;        /* process id, in its own pid namespace */
    uint64_t creator_start;  /* when that was started: clock ticks since boot, proc(5) */
    uint32_t attached_count; /* handles; at most MMF_SHM_ATTACHED_MAX are counted */
    uint64_t attached[MMF_SHM_ATTACHED_MAX]; /* ids of the processes that attached them */
} mmf_shm_info;

/* False: no more. The info is good during the call; the function may unlink the object. */
typedef bool mmf_shm_visitor(void *context, const mmf_shm_info *info);

/* Visits objects of this library's and stores that this process may read, in no order. Others come
 * and go meanwhile. directory: NULL: /dev/shm. MMF_OK; MMF_E_NOT_FOUND (no such directory);
 * MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_shm_list(const char *directory, mmf_shm_visitor *visitor,
                                      void *context);

/* mmf_shm_clean_up(): stores too, with their lock files, to which nobody writes. (Who only reads
 * one cannot be seen, and keeps what is mapped.) Whoever is just opening one to write has it, or is
 * told MMF_E_NOT_FOUND or, for a moment, MMF_E_LOCKED; an empty NAME.lock of his may stay. */
#define MMF_SHM_CLEAN_STORES 0x1u

typedef struct mmf_shm_clean_options {
    uint32_t flags;        /* MMF_SHM_CLEAN_STORES */
    uint32_t reserved;     /* zero */
    const char *prefix;    /* only what is named so; NULL: everything */
    const char *directory; /* NULL: /dev/shm */
    mmf_error *error;
} mmf_shm_clean_options;

/* Removes objects of this library's that nobody is attached to, so what dead processes have left,
 * but also what was left on purpose without MMF_SHM_KEEP. Never one that somebody has: a process
 * that is just attaching either has it or finds no such name (with MMF_SHM_OR_ATTACH: makes a new
 * one). What this process may not read or remove is passed over. Programs that remove such names
 * without us (rm, shm_unlink(3)) at the same moment can make it remove a new object of that name.
 * *ret_removed, which may be NULL, is how many. MMF_OK; MMF_E_INVALID; MMF_E_NOT_FOUND (no such
 * directory); MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_shm_clean_up(const mmf_shm_clean_options *options,
                                          uint64_t *ret_removed);

#ifdef __cplusplus
}
#endif
#endif
