#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tests/crash/snapshot.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 1024

static const char *name_of(unsigned which, const char *path, char buffer[PATH_SIZE])
{
    (void)snprintf(buffer, PATH_SIZE, "%s%s", path, which == 0 ? "" : ".lock");
    return buffer;
}

static void unmap(snapshot_file *file)
{
    if (file->mapping) {
        (void)munmap(file->mapping, file->mapped);
        file->mapping = NULL;
    }
}

static void map(snapshot_file *file, const char *name, const struct stat *info)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    void *address;

    unmap(file);
    file->mapped = (size_t)info->st_size;
    file->inode = info->st_ino;
    ck_assert_msg(fd >= 0, "%s", name);
    if (file->mapped > 0) {
        address = mmap(NULL, file->mapped, PROT_READ, MAP_SHARED, fd, 0);
        ck_assert(address != MAP_FAILED);
        file->mapping = address;
    }
    (void)close(fd);
}

static bool take_file(snapshot_file *file, const char *name)
{
    struct stat info;
    bool changed;

    if (stat(name, &info) != 0) {
        changed = file->exists;
        file->exists = false;
        return changed;
    }
    if (info.st_ino != file->inode || (size_t)info.st_size != file->mapped) {
        map(file, name, &info);
    }
    changed = !file->exists || file->size != file->mapped ||
              (file->mapped > 0 && memcmp(file->bytes, file->mapping, file->mapped) != 0);
    if (!changed) {
        return false;
    }
    if (file->room < file->mapped) {
        file->room = file->mapped;
        file->bytes = realloc(file->bytes, file->room);
        ck_assert_ptr_nonnull(file->bytes);
    }
    if (file->mapped > 0) {
        memcpy(file->bytes, file->mapping, file->mapped);
    }
    file->size = file->mapped;
    file->exists = true;
    return true;
}

bool snapshot_take(snapshot *snap, const char *path)
{
    char name[PATH_SIZE];
    bool changed = false;

    for (unsigned which = 0; which < 2; which++) {
        changed |= take_file(&snap->files[which], name_of(which, path, name));
    }
    return changed;
}

void snapshot_put(const snapshot *snap, const char *path)
{
    char name[PATH_SIZE];

    for (unsigned which = 0; which < 2; which++) {
        const snapshot_file *file = &snap->files[which];
        int fd;

        (void)unlink(name_of(which, path, name));
        if (!file->exists) {
            continue;
        }
        fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        ck_assert_msg(fd >= 0, "%s", name);
        ck_assert_int_eq(write(fd, file->bytes, file->size), (ssize_t)file->size);
        (void)close(fd);
    }
}

void snapshot_free(snapshot *snap)
{
    for (unsigned which = 0; which < 2; which++) {
        unmap(&snap->files[which]);
        free(snap->files[which].bytes);
    }
    *snap = (snapshot){0};
}
