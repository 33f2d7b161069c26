/* Mappings of files by hand. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

struct db {
    int fd;
    char *map;
    size_t size;
};

int grow_and_remap(struct db *db, size_t size)
{
    void *map;

    if (ftruncate(db->fd, size) != 0) {
        return -1;
    }
    map = mremap(db->map, db->size, size, MREMAP_MAYMOVE);
    if (map == MAP_FAILED) {
        return -1;
    }
    db->map = map;
    return 0;
}

int map_again(struct db *db, size_t size)
{
    munmap(db->map, db->size);
    if (posix_fallocate(db->fd, 0, size) != 0) {
        return -1;
    }
    db->map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, db->fd, 0);
    return db->map == MAP_FAILED ? -1 : 0;
}

int grow_first(struct db *db, size_t size)
{
    if (ftruncate(db->fd, size) != 0) {
        return -1;
    }
    munmap(db->map, db->size);
    db->map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, db->fd, 0);
    return db->map == MAP_FAILED ? -1 : 0;
}

int sum(const char *path, size_t size)
{
    int fd = open(path, O_RDONLY);
    const char *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    int sum = 0;

    for (size_t i = 0; i < size; i++) {
        sum += bytes[i];
    }
    munmap((void *)bytes, size);
    close(fd);
    return sum;
}

int first(struct db *db)
{
    db->map = mmap64(NULL, 1, PROT_READ, MAP_SHARED, db->fd, 0);
    return db->map == MAP_FAILED ? -1 : munmap(db->map, 1);
}
