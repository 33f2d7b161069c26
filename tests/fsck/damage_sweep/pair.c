#include "tests/fsck/damage_sweep/pair.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void need(bool condition, const char *what)
{
    if (!condition) {
        (void)fprintf(stderr, "damage_sweep: %s: %s\n", what, strerror(errno));
        abort();
    }
}

pair_paths pair_paths_in(const char *directory)
{
    pair_paths paths;

    need(strlen(directory) + 16 < PAIR_PATH_SIZE, "a path that is too long");
    (void)snprintf(paths.store, PAIR_PATH_SIZE, "%s/S.mmf", directory);
    (void)snprintf(paths.lock, PAIR_PATH_SIZE, "%s/S.mmf.lock", directory);
    (void)snprintf(paths.undo, PAIR_PATH_SIZE, "%s/S.mmf.undo", directory);
    return paths;
}

static uint8_t *read_file(const char *path, size_t *ret_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;
    uint8_t *bytes;

    if (fd < 0 && errno == ENOENT) {
        *ret_size = 0;
        return NULL;
    }
    need(fd >= 0 && fstat(fd, &info) == 0, path);
    bytes = malloc((size_t)info.st_size + 1);
    need(bytes && read(fd, bytes, (size_t)info.st_size) == info.st_size, path);
    (void)close(fd);
    *ret_size = (size_t)info.st_size;
    return bytes;
}

static void write_file(const char *path, const uint8_t *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    need(fd >= 0 && write(fd, bytes, size) == (ssize_t)size, path);
    (void)close(fd);
}

pair pair_read(const pair_paths *paths)
{
    pair result;

    result.store = read_file(paths->store, &result.store_size);
    result.lock = read_file(paths->lock, &result.lock_size);
    return result;
}

void pair_write(const pair *pair, const pair_paths *paths)
{
    write_file(paths->store, pair->store, pair->store_size);
    if (pair->lock) {
        write_file(paths->lock, pair->lock, pair->lock_size);
    } else {
        (void)unlink(paths->lock);
    }
}

static uint8_t *copy_bytes(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = bytes ? malloc(size + 1) : NULL;

    need(copy || !bytes, "memory");
    if (copy) {
        memcpy(copy, bytes, size);
    }
    return copy;
}

pair pair_copy(const pair *from)
{
    return (pair){copy_bytes(from->store, from->store_size), from->store_size,
                  copy_bytes(from->lock, from->lock_size), from->lock_size};
}

void pair_free(pair *pair)
{
    free(pair->store);
    free(pair->lock);
    *pair = (struct pair){0};
}

void pair_resize_store(pair *pair, size_t size)
{
    uint8_t *bytes = calloc(1, size + 1);

    need(bytes != NULL, "memory");
    memcpy(bytes, pair->store, size < pair->store_size ? size : pair->store_size);
    free(pair->store);
    pair->store = bytes;
    pair->store_size = size;
}

bool pair_store_equals(const pair *a, const pair *b)
{
    return a->store_size == b->store_size && memcmp(a->store, b->store, a->store_size) == 0;
}

bool pair_lock_equals(const pair *a, const pair *b)
{
    return a->lock_size == b->lock_size &&
           (a->lock_size == 0 || memcmp(a->lock, b->lock, a->lock_size) == 0);
}
