/* Stores: files of fixed-size records, read and written in place by threads and processes at once.
 *
 * Most programs use the typed functions that mmf-gen makes from a schema (tick_get() and so on);
 * they are thin layers over what is declared here, and the same rules hold for them.
 *
 * Threads: any number of threads may use one handle at once, for reading and, in the default mode,
 * for writing; with MMF_ONE_WRITER one thread at a time may write. Opening and closing are not
 * concurrent with any other use of the same handle.
 * Processes: any number may have the same file open, each by handles of its own. A handle that
 * writes turns into one that only reads in a child after fork(2): the child's writes are refused
 * with MMF_E_CLOSED, and it opens the store itself if it wants to write; it may close its copy, but
 * not end a write section that its parent had begun. fork() waits for handles that other threads
 * are just opening or closing. A child made in another way (clone(2), _Fork(3)) must not touch the
 * handles, and keeps its parent's locks until it ends or calls execve(2).
 * Signals: no function may be called from a signal handler.
 * Death: a writer may be killed at any instruction. Its record is then what it was before the
 * change or what it is after it: handles that write undo an unfinished change when they meet the
 * record, and at opening; handles that only read are given the record as it was, where they may
 * read PATH.lock, else MMF_E_STUCK. A thread that ends inside a write section, in a process that
 * lives on, has its change undone too; but not with MMF_ONE_WRITER, whose threads share a slot.
 * Pointers: a mapping never moves while its handle is open, however the store grows.
 * A file that somebody else truncates while it is open raises SIGBUS at the next access beyond its
 * new end, as any mapped file does, unless the handle has MMF_GUARD; and so does PATH.lock, for
 * handles that write, also with MMF_GUARD.
 */
#ifndef MMF_RUNTIME_STORE_H
#define MMF_RUNTIME_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/map.h"
#include "schema/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- Options --------------------------------------------------------------------------------- */

/* Reads only: needs no lock file and no right to write, works on a read-only file system. */
#define MMF_READ_ONLY 0x1u

/* One process writes, with one thread at a time: no locked instruction on any path. Enforced
 * between processes by an exclusive flock(2) on PATH.lock, which is what the Go library's
 * one-writer option takes; without it a writing handle takes a shared one. */
#define MMF_ONE_WRITER 0x2u

/* mmf_store_open(): create the file when there is none. */
#define MMF_CREATE 0x4u

/* Does not sync at closing. Without it the last writing handle to close syncs, and takes away the
 * mark that the store is in use, which the first one to open had put there and waited for. With it
 * the mark stays (and later openings need not wait): after the machine has been started anew the
 * store falls back to what was synced last, and records that were changed since may be torn. For
 * caches, and for file systems in memory. */
#define MMF_NO_SYNC 0x8u

/* Opening to write a store that was in use when the machine stopped is refused with MMF_E_DIRTY.
 * Without it the store is repaired: see mmf_store_open(). */
#define MMF_REFUSE_DIRTY 0x10u

/* A page of the file that is gone, because somebody else has cut the file or the disk fails, is
 * MMF_E_TRUNCATED and not a SIGBUS: from then on for everything that this handle is asked. (Only
 * the mmf_peek_…() that meets it first may give a value of ones.) The
 * program's SIGBUS action (sigaction(2)) is the library's while such a handle is open; faults
 * elsewhere are passed on. Writes take the longer way. */
#define MMF_GUARD 0x20u

#define MMF_RESERVATION_DEFAULT (64ull << 30)
#define MMF_TIMEOUT_MS_DEFAULT 1000u

/* Zero-initialised is the default of everything; NULL instead of options is the same. */
typedef struct mmf_options {
    uint32_t flags;             /* MMF_READ_ONLY, MMF_ONE_WRITER, MMF_CREATE, … */
    uint32_t file_mode;         /* of a new file, before the umask; 0: 0666 */
    uint64_t capacity;          /* records to allocate in a new file; 0: as the schema says */
    uint64_t reservation_bytes; /* address space to grow in; 0: 64 GiB. It costs no memory. Halved
                                 * until the system agrees; never less than the file needs */
    uint32_t timeout_ms;        /* longest wait for a writer that lives; 0: 1000 */
    uint32_t reserved;          /* zero */
    mmf_error *error;           /* receives the detail of a failed create or open; may be NULL */
    /* Of the store's mapping; NULL: no wishes. Read during the call alone. NUMA policy,
     * MMF_MAP_HUGE and the advice RANDOM and SEQUENTIAL are for all of the reservation, and what
     * the store grows by has them too. Locks, MMF_MAP_POPULATE and other advice are for what the
     * file has when it is opened, whole pages: for more, open it anew, or mmf_map_lock_all().
     * PATH.lock has nothing of it. What the system refuses fails the opening, for which see
     * mmf_map_apply(): no handle, but a new file is there. MMF_MAP_PRIVATE, MMF_MAP_EXEC and an
     * alignment above that of a page are MMF_E_INVALID. */
    const mmf_map_options *map;
} mmf_options;

/* --- What the generator knows of a record type ----------------------------------------------- */

typedef struct mmf_record_type {
    const char *name; /* of the record, as in the schema */
    uint32_t format;  /* of the file: 1 or 2 */
    uint32_t schema_version;
    uint32_t record_size;     /* the stride, bytes */
    uint32_t payload_size;    /* what follows the counter, bytes; a multiple of 8 */
    uint32_t checksum_offset; /* of the checksum in a record, bytes; 0: there is none */
    uint32_t record_align;    /* 8 … 128 */
    uint32_t schema_text_size;
    uint64_t capacity; /* of a new file, records */
    uint8_t schema_hash[32];
    const char *schema_text; /* canonical JSON; NULL in format 1 */
} mmf_record_type;

/* --- Handles --------------------------------------------------------------------------------- */

/* How a handle writes. */
#define MMF_MODE_READ_ONLY 0u
#define MMF_MODE_ONE_WRITER 1u
#define MMF_MODE_MANY_WRITERS 2u
#define MMF_MODE_CLOSED 3u /* a forked child's copy of a handle that wrote: it only reads */

/* The members serve the inline functions of the generated code; programs leave them alone. */
typedef struct mmf_store {
    unsigned char *records;  /* record 0, in the mapping */
    uint64_t visible;        /* records that exist and lie in the mapping; atomic; grows */
    uint64_t settable;       /* one writer: the same; else 0, and setters take another path */
    uint64_t tag;            /* mmf_sequence_tag() of slot */
    uint64_t append_limit;   /* one writer: records up to here have blocks and are mapped */
    uint64_t *record_count;  /* in the file's header */
    const uint32_t *waiting; /* in the file's header: whether somebody waits for news */
    uint32_t mode;           /* MMF_MODE_… */
    uint32_t slot;           /* the first of this handle among the writers, 1 … 255 */
    uint32_t is_careful;     /* the ends of writes have more to do: a checksum, the guard */
    uint64_t undo_range;     /* one writer: the range that its slot has */
    struct mmf_writer_slot *writer; /* one writer: where it says what it is doing */
    unsigned char *undo;            /* one writer: its undo image */
    const mmf_record_type *type;
    struct mmf_store_state *state; /* what only the runtime's slow paths need */
} mmf_store;

/* Creates a store and opens it. The file is made under a temporary name, written, synced and only
 * then linked to path, so a crash at any point leaves either no file of that name or a whole one.
 * type must outlive the handle.
 *
 * MMF_OK; MMF_E_EXISTS (path exists, whatever it is); MMF_E_NO_SPACE; MMF_E_LIMIT (the capacity
 * does not fit into the reservation); MMF_E_INVALID (options that contradict each other:
 * MMF_READ_ONLY here); MMF_E_LOCKED (a foreign writer holds PATH.lock); MMF_E_CORRUPT (PATH.lock is
 * something else); MMF_E_STUCK (another process has been opening or closing the store beyond the
 * deadline); MMF_E_NO_MEMORY; MMF_E_SYSTEM (errno is kept; ENOENT: there is no such directory). */
MMF_NODISCARD mmf_status mmf_store_create(const char *path, const mmf_record_type *type,
                                          const mmf_options *options, mmf_store **ret_store);

/* Opens a store. A writing handle (the default) also opens PATH.lock, which it creates where it is
 * missing, allocates blocks for holes of a sparse file, and undoes what dead writers have left
 * unfinished. Takes the same time for ten records and for ten million.
 *
 * Only when the machine stopped while the store was in use does the first writing handle look at
 * all records: the record count becomes that of the last successful sync (mmf_store_info tells what
 * it was), records that were being changed are made readable, and where the schema asks for
 * checksums torn records are MMF_E_CORRUPT until they are set anew. Until then a read-only handle
 * sees the records of the last sync.
 *
 * MMF_OK; MMF_E_NOT_FOUND; MMF_E_LOCKED (MMF_ONE_WRITER, and another handle writes; or another
 * handle is the one writer); MMF_E_MAGIC, MMF_E_VERSION, MMF_E_CORRUPT, MMF_E_TRUNCATED (see
 * schema/format.h); MMF_E_SCHEMA (a store of other records: hash or record size differ);
 * MMF_E_READONLY (the file has a feature that this version may only read); MMF_E_LIMIT (255
 * threads and handles write); MMF_E_DIRTY; MMF_E_STUCK (as above); MMF_E_NO_SPACE (holes cannot be
 * filled); MMF_E_INVALID; MMF_E_NO_MEMORY; MMF_E_SYSTEM; with MMF_CREATE those of
 * mmf_store_create() too. */
MMF_NODISCARD mmf_status mmf_store_open(const char *path, const mmf_record_type *type,
                                        const mmf_options *options, mmf_store **ret_store);

/* Releases everything; no thread may be using the handle. Records need no sync to be seen by
 * others. The last writing handle syncs, unless it has MMF_NO_SYNC. Takes NULL. MMF_OK;
 * MMF_E_SYSTEM when that failed, for whatever reason, or the store could not be marked as clean
 * (the handle is gone all the same, and the store stays marked as in use). */
mmf_status mmf_store_close(mmf_store *store);

/* Records that exist now. Only grows. */
uint64_t mmf_store_len(const mmf_store *store);

/* Records that fit before the file has to grow. */
uint64_t mmf_store_capacity(const mmf_store *store);

/* Writes what has been stored so far to the disk and waits for it (msync(2), MS_SYNC), then, in
 * format 2, notes the durable record count. MMF_OK; MMF_E_READONLY; MMF_E_STUCK (another handle is
 * at the second step beyond the deadline; the records are on the disk); MMF_E_CLOSED (after fork);
 * MMF_E_TRUNCATED (somebody has cut the file); MMF_E_SYSTEM; as a thread's first write also
 * MMF_E_LIMIT, MMF_E_NO_SPACE, MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_store_sync(mmf_store *store);

/* The same for the bytes of records first … first + count - 1 alone; the durable record count
 * stays. MMF_OK; MMF_E_INDEX (they do not all exist); MMF_E_READONLY; MMF_E_CLOSED;
 * MMF_E_TRUNCATED; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_store_sync_range(mmf_store *store, uint64_t first, uint64_t count);

/* Allocates room for at least `capacity` records, now instead of at an append.
 * MMF_OK; MMF_E_READONLY; MMF_E_NO_SPACE; MMF_E_LIMIT; MMF_E_STUCK; MMF_E_CLOSED; MMF_E_TRUNCATED;
 * MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_store_reserve(mmf_store *store, uint64_t capacity);

/* --- News ------------------------------------------------------------------------------------ */

#define MMF_WAIT_FOREVER UINT32_MAX

/* Sleeps until the store has more than since_count records, or timeout_ms milliseconds have
 * passed. Handles that write, of format 2, are woken by the writer (futex(2)); others look again
 * and again, at most 1 ms apart. MMF_OK (also when there are more already); MMF_E_TIMEOUT;
 * MMF_E_TRUNCATED (with MMF_GUARD). */
MMF_NODISCARD mmf_status mmf_store_wait(const mmf_store *store, uint64_t since_count,
                                        uint32_t timeout_ms);

/* The version of a record at rest: even, and another one after each change of the record, always
 * growing. mmf_read_section.sequence is the same number. MMF_OK; MMF_E_INDEX; MMF_E_STUCK;
 * MMF_E_CORRUPT; MMF_E_TRUNCATED. */
MMF_NODISCARD mmf_status mmf_record_version(const mmf_store *store, uint64_t index,
                                            uint64_t *ret_version);

/* Sleeps until the record is at rest with another version than since_version. Changes that come
 * quickly one after another may be seen as one. As mmf_store_wait(), and MMF_E_INDEX. */
MMF_NODISCARD mmf_status mmf_record_wait_changed(const mmf_store *store, uint64_t index,
                                                 uint64_t since_version, uint32_t timeout_ms);

/* --- What is going on ------------------------------------------------------------------------ */

typedef struct mmf_writer_info {
    uint32_t slot; /* 1 … 255 */
    bool is_alive;
    bool is_ours;        /* a thread that writes by this handle */
    bool is_writing;     /* inside a record just now; a dead one: left inside */
    uint64_t index;      /* of that record */
    uint64_t process_id; /* in the writer's own pid namespace */
    uint64_t thread_id;
    uint64_t claimed_ns; /* since 1970-01-01T00:00:00Z */
} mmf_writer_info;

typedef struct mmf_store_info {
    uint32_t format;
    uint32_t state;      /* MMF_STATE_… (schema/format.h), 0 in format 1 */
    bool is_other_boot;  /* the state is of another run of the machine */
    bool knows_writers;  /* PATH.lock could be read: what follows of writers is true */
    uint64_t file_bytes; /* size of the file */
    uint64_t record_count;
    uint64_t capacity;
    uint64_t recovered;     /* records found in the middle of a change, since PATH.lock was made */
    uint64_t durable_count; /* records at the last successful sync; format 2 */
    uint64_t durable_ns;    /* when that was, since 1970-01-01T00:00:00Z; 0: never */
    uint64_t count_before;  /* record count before it last fell back to durable_count; 0: never */
    uint32_t writer_count;  /* rows of writers that are filled */
    mmf_writer_info writers[255];
} mmf_store_info;

/* Who is attached, and in what state the store is. A picture, in which others may be moving.
 * MMF_OK; MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_store_stat(const mmf_store *store, mmf_store_info *ret_info);

/* What the system has made of the handle's mapping: mmf_map_report() of what the file has now, and
 * the handle maps. The areas reach to the end of the reservation. As mmf_map_report(). */
MMF_NODISCARD mmf_status mmf_store_map_report(const mmf_store *store, mmf_map_info *ret_info);

/* Path of the file, as given; format of the file: 1 or 2. Valid as long as the handle. */
const char *mmf_store_path(const mmf_store *store);
uint32_t mmf_store_format(const mmf_store *store);

/* --- Records in place ------------------------------------------------------------------------ */

/* A read section gives a record without copying it: begin, read through `payload`, then ask
 * mmf_read_valid() whether what was read is one consistent record; if not, begin again. The bytes
 * may change while they are read: use no value before it has been validated, and no length or
 * index read from there without a check of one's own. The pointer is good until the handle is
 * closed. Plain reads beside a writer are a data race to ThreadSanitizer; mmf_get_…() are not. */
typedef struct mmf_read_section {
    const unsigned char *payload; /* what follows the counter */
    uint64_t sequence;            /* the counter at the beginning: even */
} mmf_read_section;

/* A write section changes a record in place. Between begin and end readers of the record wait, so
 * be quick, and always end. */
typedef struct mmf_write_section {
    unsigned char *payload; /* what follows the counter */
    uint64_t sequence;      /* the counter now: odd */
} mmf_write_section;

#ifdef __cplusplus
}
#endif
#endif
