#include "runtime/watch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/atomic.h"
#include "runtime/counters.h"
#include "runtime/region.h"
#include "runtime/system.h"
#include "runtime/system_watch.h"

/* --- A change word --------------------------------------------------------------------------- */

/* One who bumps may die between the two steps. */
#define SLEEP_NS_MAX 50000000u

static uint64_t deadline_of(uint32_t timeout_ms)
{
    return timeout_ms == MMF_WATCH_FOREVER ? UINT64_MAX
                                           : mmf_sys_monotonic_ns() + timeout_ms * 1000000ull;
}

void mmf_watch_bump(uint32_t *word)
{
    (void)mmf_add_seq_cst(word, 1);
    mmf_sys_word_wake(word);
}

uint32_t mmf_watch_seen(const uint32_t *word)
{
    return mmf_load_acquire(word);
}

mmf_status mmf_watch_wait(const uint32_t *word, uint32_t seen, uint32_t timeout_ms,
                          uint32_t *ret_now)
{
    uint64_t deadline;
    uint32_t now;

    if ((uintptr_t)word % sizeof *word != 0) {
        return MMF_E_INVALID;
    }
    deadline = deadline_of(timeout_ms);
    while ((now = mmf_load_acquire(word)) == seen) {
        uint64_t now_ns = mmf_sys_monotonic_ns();
        uint64_t rest = deadline - now_ns;

        if (now_ns >= deadline) {
            return MMF_E_TIMEOUT;
        }
        mmf_count(MMF_COUNTER_news_waits, 1);
        mmf_sys_word_wait(word, seen, rest < SLEEP_NS_MAX ? rest : SLEEP_NS_MAX);
    }
    if (ret_now) {
        *ret_now = now;
    }
    return MMF_OK;
}

/* --- Files and directories ------------------------------------------------------------------- */

#define BUFFER_SIZE (4 * MMF_SYS_WATCH_BUFFER)
#define POLL_NS_MAX 3600000000000u

struct mmf_watch {
    int fd;
    int directory_id;
    int file_id;      /* -1: no file of that name, or all of the directory are watched */
    char *path;       /* of the file; NULL: a directory */
    const char *name; /* its last part */
    bool is_gone;
    int error;   /* of following the name; errno value, 0: none */
    size_t size; /* of the events in the buffer */
    size_t at;   /* of the next one */
    uint64_t buffer[BUFFER_SIZE / sizeof(uint64_t)];
};

static mmf_status watch_status(int error)
{
    errno = error;
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return MMF_E_NOT_FOUND;
    case EMFILE:
    case ENFILE:
    case ENOSPC: /* inotify_add_watch(2): too many watches */
        return MMF_E_LIMIT;
    default:
        return mmf_status_of_errno(error);
    }
}

/* Watches the file that has the name now, if there is one, instead of the one before. */
static void follow(mmf_watch *watch)
{
    int before = watch->file_id;
    int id = -1;
    int error = mmf_sys_watch_add(watch->fd, watch->path, false, MMF_SYS_WATCH_CONTENT, &id);

    watch->error = error == ENOENT || error == ELOOP ? 0 : error;
    if (before >= 0 && before != id) {
        mmf_sys_watch_remove(watch->fd, before);
    }
    watch->file_id = id;
}

static mmf_status watch_directory(mmf_watch *watch, const char *path)
{
    return watch_status(mmf_sys_watch_add(
        watch->fd, path, true, MMF_SYS_WATCH_NAMES | MMF_SYS_WATCH_CONTENT, &watch->directory_id));
}

/* "a/b" is b in "a/", "b" is b in ".". */
static mmf_status watch_file(mmf_watch *watch, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t size = strlen(path) + 1;
    char *copy;
    int error;

    if (path[0] == '\0' || (slash && slash[1] == '\0')) {
        return watch_status(ENOENT);
    }
    copy = malloc(size);
    if (!copy) {
        return MMF_E_NO_MEMORY;
    }
    memcpy(copy, path, size);
    watch->path = copy;
    watch->name = slash ? copy + (slash + 1 - path) : copy;
    if (slash) {
        copy[slash + 1 - path] = '\0';
    }
    error = mmf_sys_watch_add(watch->fd, slash ? copy : ".", true, MMF_SYS_WATCH_NAMES,
                              &watch->directory_id);
    if (slash) {
        copy[slash + 1 - path] = slash[1];
    }
    if (error == 0) {
        follow(watch);
        error = watch->error;
    }
    return watch_status(error);
}

mmf_status mmf_watch_open(const char *path, mmf_watch **ret_watch)
{
    mmf_watch *watch = calloc(1, sizeof *watch);
    mmf_status status;
    int error;

    if (!watch) {
        return MMF_E_NO_MEMORY;
    }
    watch->fd = -1;
    watch->file_id = -1;
    error = mmf_sys_watch_open(&watch->fd);
    status = error == 0 ? watch_directory(watch, path) : watch_status(error);
    if (error == 0 && status == MMF_E_NOT_FOUND) {
        status = watch_file(watch, path);
    }
    if (status != MMF_OK) {
        int saved_errno = errno;

        mmf_watch_close(watch);
        errno = saved_errno;
        return status;
    }
    *ret_watch = watch;
    return MMF_OK;
}

void mmf_watch_close(mmf_watch *watch)
{
    if (watch) {
        mmf_sys_close(watch->fd);
        free(watch->path);
        free(watch);
    }
}

int mmf_watch_descriptor(const mmf_watch *watch)
{
    return watch->fd;
}

/* --- Events ---------------------------------------------------------------------------------- */

static mmf_watch_kind kind_of(uint32_t what)
{
    return (what & MMF_SYS_WATCH_CREATE) != 0      ? MMF_WATCH_CREATED
           : (what & MMF_SYS_WATCH_MOVE_TO) != 0   ? MMF_WATCH_MOVED_HERE
           : (what & MMF_SYS_WATCH_MOVE_FROM) != 0 ? MMF_WATCH_MOVED_AWAY
           : (what & MMF_SYS_WATCH_DELETE) != 0    ? MMF_WATCH_DELETED
           : (what & MMF_SYS_WATCH_WRITE) != 0     ? MMF_WATCH_WRITTEN
           : (what & MMF_SYS_WATCH_CLOSE) != 0     ? MMF_WATCH_CLOSED
                                                   : MMF_WATCH_ATTRIBUTES;
}

static bool report(mmf_watch_kind kind, const char *name, uint32_t cookie,
                   mmf_watch_event *ret_event)
{
    *ret_event = (mmf_watch_event){.kind = kind, .cookie = cookie, .name = name};
    return true;
}

/* What an event of the system is to those who watch; false: nothing. */
static bool translate(mmf_watch *watch, const mmf_sys_watch_event *event,
                      mmf_watch_event *ret_event)
{
    bool is_of_directory = event->id == watch->directory_id;

    if ((event->what & MMF_SYS_WATCH_OVERFLOW) != 0) {
        if (watch->path) {
            follow(watch);
        }
        return report(MMF_WATCH_OVERFLOW, "", 0, ret_event);
    }
    if (is_of_directory && (event->what & MMF_SYS_WATCH_GONE) != 0) {
        watch->is_gone = true;
        return report(MMF_WATCH_GONE, "", 0, ret_event);
    }
    if (!watch->path) {
        return is_of_directory && event->name[0] != '\0' &&
               report(kind_of(event->what), event->name, event->cookie, ret_event);
    }
    if (is_of_directory && strcmp(event->name, watch->name) == 0) {
        follow(watch);
        return report(kind_of(event->what), watch->name, event->cookie, ret_event);
    }
    return event->id == watch->file_id && event->name[0] == '\0' &&
           (event->what & MMF_SYS_WATCH_CONTENT) != 0 &&
           report(kind_of(event->what), watch->name, 0, ret_event);
}

/* Of the events that have been read. */
static bool next_in_buffer(mmf_watch *watch, mmf_watch_event *ret_event)
{
    mmf_sys_watch_event event;

    while (mmf_sys_watch_parse(watch->buffer, watch->size, &watch->at, &event)) {
        if (translate(watch, &event, ret_event)) {
            mmf_count(MMF_COUNTER_watch_events, 1);
            return true;
        }
    }
    return false;
}

mmf_status mmf_watch_next(mmf_watch *watch, uint32_t timeout_ms, mmf_watch_event *ret_event)
{
    uint64_t deadline = deadline_of(timeout_ms);
    int error = watch->error;

    watch->error = 0;
    while (error == 0 && !watch->is_gone) {
        uint64_t now;

        if (next_in_buffer(watch, ret_event)) {
            return MMF_OK;
        }
        watch->at = 0;
        error = mmf_sys_watch_read(watch->fd, watch->buffer, sizeof watch->buffer, &watch->size);
        if (error != 0 || watch->size > 0) {
            continue;
        }
        now = mmf_sys_monotonic_ns();
        if (now >= deadline) {
            return MMF_E_TIMEOUT;
        }
        error = mmf_sys_watch_poll(watch->fd,
                                   deadline - now < POLL_NS_MAX ? deadline - now : POLL_NS_MAX);
    }
    return error == 0 ? MMF_E_END : watch_status(error);
}
