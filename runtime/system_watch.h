/* What watching needs of the operating system: events of files and directories. Internal.
 *
 * Functions that can fail return 0 or an errno value.
 */
#ifndef MMF_RUNTIME_SYSTEM_WATCH_H
#define MMF_RUNTIME_SYSTEM_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What happens to names in a directory. */
#define MMF_SYS_WATCH_CREATE 0x1u
#define MMF_SYS_WATCH_MOVE_TO 0x2u
#define MMF_SYS_WATCH_MOVE_FROM 0x4u
#define MMF_SYS_WATCH_DELETE 0x8u
/* What happens to a file, or to those of a directory. */
#define MMF_SYS_WATCH_WRITE 0x10u
#define MMF_SYS_WATCH_CLOSE 0x20u
#define MMF_SYS_WATCH_ATTRIBUTES 0x40u
/* Only reported. */
#define MMF_SYS_WATCH_OVERFLOW 0x80u
#define MMF_SYS_WATCH_GONE 0x100u /* what is watched is deleted, moved or unmounted */

#define MMF_SYS_WATCH_NAMES 0x0fu
#define MMF_SYS_WATCH_CONTENT 0x70u

typedef struct mmf_sys_watch_event {
    int id; /* as mmf_sys_watch_add() gave it; -1: of none */
    uint32_t what;
    uint32_t cookie;
    const char *name; /* "": of what is watched itself. In the buffer */
} mmf_sys_watch_event;

int mmf_sys_watch_open(int *ret_fd);
/* Watching the same file again has the same id. */
int mmf_sys_watch_add(int fd, const char *path, bool is_directory, uint32_t what, int *ret_id);
void mmf_sys_watch_remove(int fd, int id);
/* Waits until there are events; 0 also when there are none after the time, or for a signal. */
int mmf_sys_watch_poll(int fd, uint64_t timeout_ns);
/* Reads the events that there are; *ret_size is 0 when there are none. The buffer is aligned as an
 * uint64_t, and has at least MMF_SYS_WATCH_BUFFER bytes. */
#define MMF_SYS_WATCH_BUFFER 4096u
int mmf_sys_watch_read(int fd, void *buffer, size_t size, size_t *ret_size);
/* The event at *at, which moves behind it. False: there is no more. */
bool mmf_sys_watch_parse(const void *buffer, size_t size, size_t *at,
                         mmf_sys_watch_event *ret_event);

#endif
