#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "schema/format.h"
#include "tests/fsck/interrupt/wreck.h"

#define PATH_SIZE 1024

static const char *name_of(wreck_file which, const char *path, char buffer[PATH_SIZE])
{
    static const char *const ends[WRECK_FILES] = {"", ".lock", ".undo"};

    (void)snprintf(buffer, PATH_SIZE, "%s%s", path, ends[which]);
    return buffer;
}

/* --- Taking ---------------------------------------------------------------------------------- */

static unsigned char *read_all(int fd, size_t size)
{
    unsigned char *bytes = malloc(size + 1);

    ck_assert_ptr_nonnull(bytes);
    ck_assert_int_eq(pread(fd, bytes, size, 0), (ssize_t)size);
    return bytes;
}

static bool take_file(wreck_bytes *file, const char *name)
{
    struct stat info;
    wreck_bytes now = {0};
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    bool changed;

    if (fd >= 0) {
        ck_assert_int_eq(fstat(fd, &info), 0);
        now.exists = true;
        now.size = (size_t)info.st_size;
        now.bytes = read_all(fd, now.size);
        (void)close(fd);
    }
    changed = !wreck_same(file, &now);
    free(file->bytes);
    *file = now;
    return changed;
}

bool wreck_take(wreck_image *image, const char *path)
{
    char name[PATH_SIZE];
    bool changed = false;

    for (wreck_file which = 0; which < WRECK_FILES; which++) {
        changed |= take_file(&image->files[which], name_of(which, path, name));
    }
    return changed;
}

/* --- Putting --------------------------------------------------------------------------------- */

static void put_file(const wreck_bytes *file, const char *name)
{
    int fd;

    (void)unlink(name);
    if (!file->exists) {
        return;
    }
    fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    ck_assert_msg(fd >= 0, "%s", name);
    ck_assert_int_eq(write(fd, file->bytes, file->size), (ssize_t)file->size);
    (void)close(fd);
}

void wreck_put(const wreck_image *image, const char *path)
{
    char name[PATH_SIZE];

    for (wreck_file which = 0; which < WRECK_FILES; which++) {
        put_file(&image->files[which], name_of(which, path, name));
    }
    for (unsigned i = 1; i < 4; i++) {
        (void)snprintf(name, sizeof name, "%s.undo.%u", path, i);
        (void)unlink(name);
    }
}

void wreck_free(wreck_image *image)
{
    for (wreck_file which = 0; which < WRECK_FILES; which++) {
        free(image->files[which].bytes);
    }
    *image = (wreck_image){0};
}

/* --- Comparing ------------------------------------------------------------------------------- */

bool wreck_same(const wreck_bytes *one, const wreck_bytes *other)
{
    return one->exists == other->exists && one->size == other->size &&
           (one->size == 0 || memcmp(one->bytes, other->bytes, one->size) == 0);
}

/* Times, generations and ids of a header's page become zeros; the newest durable slot's count goes
 * to *ret_durable. */
static void blank(unsigned char *page, uint64_t *ret_durable)
{
    mmf_header *header = (mmf_header *)(void *)page;
    const mmf_durable_slot *newest =
        mmf_durable_slot_newest(&header->durable_0, &header->durable_1);

    *ret_durable = newest ? newest->record_count : 0;
    memset(&header->durable_0, 0, sizeof header->durable_0);
    memset(&header->durable_1, 0, sizeof header->durable_1);
}

static bool headers_differ(const wreck_bytes *one, const wreck_bytes *other)
{
    static union {
        mmf_header header;
        unsigned char bytes[sizeof(mmf_header)];
    } pages[2];
    uint64_t durable[2];

    memcpy(pages[0].bytes, one->bytes, sizeof pages[0]);
    memcpy(pages[1].bytes, other->bytes, sizeof pages[1]);
    blank(pages[0].bytes, &durable[0]);
    blank(pages[1].bytes, &durable[1]);
    return durable[0] != durable[1] || memcmp(&pages[0], &pages[1], sizeof pages[0]) != 0;
}

const char *wreck_differ(const wreck_bytes *one, const wreck_bytes *other)
{
    size_t head = 0;

    if (!one->exists || !other->exists || one->size != other->size) {
        return "sizes";
    }
    if (one->size > sizeof(mmf_header) && one->bytes[4] == MMF_FORMAT_2) {
        head = sizeof(mmf_header);
        if (headers_differ(one, other)) {
            return "headers";
        }
    }
    return memcmp(one->bytes + head, other->bytes + head, one->size - head) == 0 ? NULL : "records";
}
