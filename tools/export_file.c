/* An export's file: nameless until it is complete. */
#define _GNU_SOURCE /* O_TMPFILE */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/export.h"

#define NAMES_TRIED 100

typedef struct export_file {
    char *path;      /* without symbolic links */
    char *temporary; /* beside it */
    int fd;
    bool is_nameless; /* else its name is `temporary` */
    bool is_direct;   /* path itself is written: it is no regular file */
} export_file;

static mmf_status failed(mmf_error *error, const char *path)
{
    int failure = errno;

    return mmf_error_set_system(error, failure == ENOMEM ? MMF_E_NO_MEMORY : MMF_E_SYSTEM, failure,
                                "%s: cannot be written", path);
}

static bool is_same_file(const struct stat *a, const char *path)
{
    struct stat b;

    return stat(path, &b) == 0 && a->st_dev == b.st_dev && a->st_ino == b.st_ino;
}

/* A name beside the path that nobody has. */
static bool next_name(export_file *file, int number)
{
    size_t size = strlen(file->path) + 40;

    free(file->temporary);
    file->temporary = malloc(size);
    if (file->temporary) {
        (void)snprintf(file->temporary, size, "%s.new-%ld-%d", file->path, (long)getpid(), number);
    }
    return file->temporary != NULL;
}

static int open_nameless(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    int fd = directory ? open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666) : -1;

    free(directory);
    return fd;
}

/* Where the file system has no nameless files: a name of its own. */
static int open_named(export_file *file)
{
    for (int i = 0; i < NAMES_TRIED && next_name(file, i); i++) {
        int fd = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

        if (fd >= 0) {
            return fd;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    free(file->temporary); /* somebody else's */
    file->temporary = NULL;
    return -1;
}

static mmf_status open_file(const mmf_table *table, const char *path, export_file *file,
                            mmf_error *error)
{
    struct stat stat_of;
    bool is_there = stat(path, &stat_of) == 0;

    if (is_there && is_same_file(&stat_of, mmf_store_path(table->store))) {
        return mmf_error_set(error, MMF_E_INVALID, "%s: is the store itself", path);
    }
    file->path = is_there ? realpath(path, NULL) : strdup(path);
    file->is_direct = is_there && !S_ISREG(stat_of.st_mode);
    if (file->path && file->is_direct) {
        file->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    } else if (file->path) {
        file->fd = open_nameless(file->path);
        file->is_nameless = file->fd >= 0;
        file->fd = file->is_nameless ? file->fd : open_named(file);
    }
    return file->fd >= 0 ? MMF_OK : failed(error, path);
}

/* A name for the nameless one: linkat(2) replaces nothing, so it is not yet the path. */
static bool give_name(export_file *file)
{
    char self[64];

    (void)snprintf(self, sizeof self, "/proc/self/fd/%d", file->fd);
    for (int i = 0; i < NAMES_TRIED && next_name(file, i); i++) {
        if (linkat(AT_FDCWD, self, AT_FDCWD, file->temporary, AT_SYMLINK_FOLLOW) == 0) {
            file->is_nameless = false;
            return true;
        }
        if (errno != EEXIST) {
            return false;
        }
    }
    return false;
}

static mmf_status publish(export_file *file, const char *path, mmf_error *error)
{
    if (file->is_direct) {
        return MMF_OK;
    }
    if (fsync(file->fd) != 0 || (file->is_nameless && !give_name(file)) ||
        rename(file->temporary, file->path) != 0) {
        return failed(error, path);
    }
    free(file->temporary);
    file->temporary = NULL;
    return MMF_OK;
}

mmf_status mmf_export_to_file(const mmf_table *table, const mmf_export_options *options,
                              const char *path, mmf_error *error)
{
    export_file file = {.fd = -1};
    mmf_status status = open_file(table, path, &file, error);

    if (status == MMF_OK) {
        status = mmf_export_to(table, options, file.fd, error);
    }
    if (status == MMF_OK) {
        status = publish(&file, path, error);
    }
    if (file.temporary && !file.is_nameless) {
        (void)unlink(file.temporary);
    }
    if (file.fd >= 0 && close(file.fd) != 0 && status == MMF_OK && file.is_direct) {
        status = failed(error, path);
    }
    free(file.path);
    free(file.temporary);
    return status;
}
