/* Linux: inotify(7). */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "runtime/system_watch.h"

#include <errno.h>
#include <poll.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

typedef struct flag {
    uint32_t what;
    uint32_t mask;
} flag;

static const flag flags[] = {
    {MMF_SYS_WATCH_CREATE, IN_CREATE},
    {MMF_SYS_WATCH_MOVE_TO, IN_MOVED_TO},
    {MMF_SYS_WATCH_MOVE_FROM, IN_MOVED_FROM},
    {MMF_SYS_WATCH_DELETE, IN_DELETE},
    {MMF_SYS_WATCH_WRITE, IN_MODIFY},
    {MMF_SYS_WATCH_CLOSE, IN_CLOSE_WRITE},
    {MMF_SYS_WATCH_ATTRIBUTES, IN_ATTRIB},
    {MMF_SYS_WATCH_OVERFLOW, IN_Q_OVERFLOW},
    {MMF_SYS_WATCH_GONE, IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED},
};

#define FLAGS (sizeof flags / sizeof *flags)

int mmf_sys_watch_open(int *ret_fd)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

    if (fd < 0) {
        return errno;
    }
    *ret_fd = fd;
    return 0;
}

int mmf_sys_watch_add(int fd, const char *path, bool is_directory, uint32_t what, int *ret_id)
{
    uint32_t mask = is_directory ? IN_ONLYDIR | IN_DELETE_SELF | IN_MOVE_SELF : 0;
    int id;

    for (size_t i = 0; i < FLAGS; i++) {
        mask |= (what & flags[i].what) != 0 ? flags[i].mask : 0;
    }
    id = inotify_add_watch(fd, path, mask);
    if (id < 0) {
        return errno;
    }
    *ret_id = id;
    return 0;
}

void mmf_sys_watch_remove(int fd, int id)
{
    (void)inotify_rm_watch(fd, id);
}

int mmf_sys_watch_poll(int fd, uint64_t timeout_ns)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    struct timespec time = {(time_t)(timeout_ns / 1000000000u), (long)(timeout_ns % 1000000000u)};

    return ppoll(&poll_fd, 1, &time, NULL) >= 0 || errno == EINTR ? 0 : errno;
}

int mmf_sys_watch_read(int fd, void *buffer, size_t size, size_t *ret_size)
{
    ssize_t n;

    do {
        n = read(fd, buffer, size);
    } while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN) {
        return errno;
    }
    *ret_size = n > 0 ? (size_t)n : 0;
    return 0;
}

bool mmf_sys_watch_parse(const void *buffer, size_t size, size_t *at,
                         mmf_sys_watch_event *ret_event)
{
    const struct inotify_event *event;

    if (size - *at < sizeof *event) {
        return false;
    }
    event = (const struct inotify_event *)(const void *)((const char *)buffer + *at);
    if (size - *at - sizeof *event < event->len) {
        return false;
    }
    *at += sizeof *event + event->len;
    *ret_event = (mmf_sys_watch_event){
        .id = event->wd,
        .cookie = event->cookie,
        .name = event->len > 0 ? event->name : "",
    };
    for (size_t i = 0; i < FLAGS; i++) {
        ret_event->what |= (event->mask & flags[i].mask) != 0 ? flags[i].what : 0;
    }
    return true;
}
