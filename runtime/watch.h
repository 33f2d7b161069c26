/* Watching: being told that bytes, or files, have changed.
 *
 * Stores into a mapping tell nobody. inotify(7), and all that is built on it, sees what is done to
 * a file by system calls (write(2), truncate(2), rename(2), …); it never sees a store through a
 * mapping, whoever does it, and msync(2) does not change that. So there are two ways here:
 *
 *   - for bytes that programs change in place: a change word, which those who write advance and
 *     those who wait sleep on. Both sides have to take part. (Stores have mmf_store_wait() and
 *     mmf_record_wait_changed(), which need no word.)
 *   - for files that other programs replace, write, truncate, rename or delete by system calls: a
 *     mmf_watch. mmf_file_write() may put bytes into the mapping and is then not seen either.
 */
#ifndef MMF_RUNTIME_WATCH_H
#define MMF_RUNTIME_WATCH_H

#include <stdint.h>

#include "schema/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMF_WATCH_FOREVER UINT32_MAX

/* --- A change word --------------------------------------------------------------------------- */

/* Any 32-bit word of a shared mapping, at an address that is a multiple of 4, which programs agree
 * on; it may begin as any number. Processes find it wherever each has mapped it, for the system
 * knows it by file and offset; in a private mapping it works among threads of one process alone. */

/* Says that something has changed: to be called after the change, which those who then see the new
 * number see too. Advances the word, and wakes all who wait for it: one system call, also when
 * nobody does, so that those who wait need not write; change much, then bump once. Any number of
 * threads and processes may. */
void mmf_watch_bump(uint32_t *word);

/* The word as it is: to be read before the bytes are looked at, and given to mmf_watch_wait()
 * after that, so that no change is missed. */
uint32_t mmf_watch_seen(const uint32_t *word);

/* Sleeps while the word is `seen`. Readers may have it mapped for reading alone. Exactly 2^32 bumps
 * at once are not noticed. One who died in the middle of a bump leaves those who wait asleep for
 * 50 ms at most.
 * MMF_OK, with the word in *ret_now (which may be NULL); MMF_E_TIMEOUT; MMF_E_INVALID (no multiple
 * of 4). */
MMF_NODISCARD mmf_status mmf_watch_wait(const uint32_t *word, uint32_t seen, uint32_t timeout_ms,
                                        uint32_t *ret_now);

/* --- Files and directories ------------------------------------------------------------------- */

typedef enum mmf_watch_kind {
    MMF_WATCH_CREATED = 1, /* there is a file of that name now: it was made, or linked */
    MMF_WATCH_MOVED_HERE,  /* one that was renamed so; another of that name is replaced */
    MMF_WATCH_MOVED_AWAY,  /* the name is free: its file was renamed */
    MMF_WATCH_DELETED,     /* the name is free; programs that have the file open keep it */
    MMF_WATCH_WRITTEN,     /* by write(2), truncate(2) and the like */
    MMF_WATCH_CLOSED,      /* by one who had it open for writing */
    MMF_WATCH_ATTRIBUTES,  /* mode, owner, times, number of links */
    MMF_WATCH_OVERFLOW,    /* so much happened that events were lost: look at everything */
    MMF_WATCH_GONE,        /* the directory is deleted, moved or unmounted: the last event */
} mmf_watch_kind;

typedef struct mmf_watch_event {
    mmf_watch_kind kind;
    uint32_t cookie;  /* not 0: MOVED_AWAY and MOVED_HERE with the same are one rename */
    const char *name; /* in the directory; "" for OVERFLOW and GONE. Good until the next call */
} mmf_watch_event;

typedef struct mmf_watch mmf_watch;

/* Watches all files of a directory, or one file. The directory of a file has to be there; the file
 * need not. It is the name that is watched: when another file gets it, by whatever way, that one is
 * watched from then on, and reports of the one before end, whoever still writes to it. What was
 * written to the new one before it was watched is there to be read when CREATED or MOVED_HERE is
 * reported. A file with several names is watched by each of them; where PATH is a symbolic link
 * that is the file that it leads to, and the link itself; what lies between the two is not.
 * Subdirectories, network file systems (what others do there) and /proc: no.
 * MMF_OK; MMF_E_NOT_FOUND (no such directory); MMF_E_LIMIT (of watches, of the user:
 * fs.inotify.max_user_…); MMF_E_NO_MEMORY; MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_watch_open(const char *path, mmf_watch **ret_watch);

/* Takes NULL. */
void mmf_watch_close(mmf_watch *watch);

/* The next event, which is waited for. Events are in the order in which things happened; equal ones
 * after each other are one. One thread at a time. A child after fork(2) shares its parent's events:
 * one of the two closes its copy.
 * MMF_OK; MMF_E_TIMEOUT (0: there is none now); MMF_E_END (after GONE); MMF_E_LIMIT, MMF_E_SYSTEM
 * (once, after an event: the file that has the name now cannot be watched). */
MMF_NODISCARD mmf_status mmf_watch_next(mmf_watch *watch, uint32_t timeout_ms,
                                        mmf_watch_event *ret_event);

/* For poll(2): readable when there may be events. mmf_watch_next() reads several at once, so it is
 * to be called, with timeout 0, until MMF_E_TIMEOUT before the next poll. The watch's own. */
int mmf_watch_descriptor(const mmf_watch *watch);

#ifdef __cplusplus
}
#endif
#endif
