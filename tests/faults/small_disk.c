#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tests/faults/small_disk.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#define CANNOT_MOUNT 77
#define CHILD_MS_MAX 20000u

static void write_map(const char *name, const char *text)
{
    FILE *file = fopen(name, "we");

    if (file) {
        (void)fputs(text, file);
        (void)fclose(file);
    }
}

void small_disk_mount(const char *options)
{
    char map[64];
    unsigned uid = geteuid();

    if (unshare(CLONE_NEWNS) != 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
            _exit(CANNOT_MOUNT);
        }
        (void)snprintf(map, sizeof map, "0 %u 1", uid);
        write_map("/proc/self/setgroups", "deny");
        write_map("/proc/self/uid_map", map);
    }
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", test_directory(), "tmpfs", 0, options) != 0) {
        _exit(CANNOT_MOUNT);
    }
}

uint64_t small_disk_fill(const char *path)
{
    static const char zeros[4096];
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    uint64_t size = 0;
    ssize_t n;

    must(fd >= 0);
    while ((n = write(fd, zeros, sizeof zeros)) > 0) {
        size += (uint64_t)n;
    }
    (void)close(fd);
    return size;
}

void small_disk_run(test_child_function *function, void *argument)
{
    int result = test_run(function, argument, CHILD_MS_MAX);

    if (result == CANNOT_MOUNT) {
        (void)fprintf(stderr, "skipped: mounting is not allowed here\n");
        return;
    }
    ck_assert_int_eq(result, 0);
}
