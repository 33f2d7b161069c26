#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* fallocate */
#endif
#include "tests/fsck/damage/edit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static mmf_status failed(subject *subject, const char *path)
{
    return mmf_error_set_system(&subject->error, MMF_E_SYSTEM, errno, "%s", path);
}

/* The whole of a file, made anew. */
static mmf_status write_whole(subject *subject, const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wbe");
    bool written = file && fwrite(bytes, 1, size, file) == size;

    if (file && fclose(file) != 0) {
        written = false;
    }
    return written ? MMF_OK : failed(subject, path);
}

mmf_status edit_copy_fixture(subject *subject, const char *name, const char *schema)
{
    static uint8_t bytes[1u << 20];
    char path[SUBJECT_PATH_SIZE];
    mmf_status status = subject_load_schema(subject, schema);
    FILE *file;
    size_t size;

    if (status != MMF_OK) {
        return status;
    }
    (void)snprintf(path, sizeof path, "%s/%s.mmf", subject->fixtures, name);
    file = fopen(path, "rbe");
    if (!file) {
        return failed(subject, path);
    }
    size = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    return write_whole(subject, subject->store_path, bytes, size);
}

mmf_status edit_flip(subject *subject, const place *place, uint64_t bits)
{
    uint64_t word = 0;
    size_t size = place->size < sizeof word ? place->size : sizeof word;
    mmf_status status = subject_read(subject, place->file, place->offset, &word, size);

    word ^= bits;
    return status == MMF_OK ? subject_write(subject, place->file, place->offset, &word, size)
                            : status;
}

mmf_status edit_fill(subject *subject, uint64_t offset, uint64_t size, uint8_t byte)
{
    mmf_status status = MMF_OK;

    for (uint64_t i = 0; status == MMF_OK && i < size; i++) {
        status = subject_write(subject, SUBJECT_STORE, offset + i, &byte, 1);
    }
    return status;
}

mmf_status edit_resize(subject *subject, uint64_t size)
{
    return truncate(subject->store_path, (off_t)size) == 0 ? MMF_OK
                                                           : failed(subject, subject->store_path);
}

mmf_status edit_punch(subject *subject, uint64_t offset, uint64_t size)
{
    int fd = open(subject->store_path, O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset,
                                     (off_t)size) == 0;
    mmf_status status = done ? MMF_OK : failed(subject, subject->store_path);

    if (fd >= 0) {
        (void)close(fd);
    }
    return status;
}

mmf_status edit_reboot(subject *subject)
{
    uint8_t other[16];
    mmf_status status = MMF_OK;

    memset(other, 0xb0, sizeof other);
    if (subject->type.format == MMF_FORMAT_2) {
        status = subject_write(subject, SUBJECT_STORE, offsetof(mmf_header, boot_id), other,
                               sizeof other);
    }
    if (status == MMF_OK && access(subject->lock_path, F_OK) == 0) {
        status = subject_write(subject, SUBJECT_LOCK, offsetof(mmf_lock_header, boot_id), other,
                               sizeof other);
    }
    return status;
}

static const char *path_of(const subject *subject, const char *file)
{
    return strcmp(file, "store") == 0  ? subject->store_path
           : strcmp(file, "lock") == 0 ? subject->lock_path
                                       : NULL;
}

mmf_status edit_remove(subject *subject, const char *file)
{
    const char *path = path_of(subject, file);

    if (!path) {
        return mmf_error_set(&subject->error, MMF_E_INVALID, "no such file: \"%s\"", file);
    }
    return unlink(path) == 0 ? MMF_OK : failed(subject, path);
}

mmf_status edit_write(subject *subject, const char *file, const char *text)
{
    const char *path = path_of(subject, file);

    if (!path) {
        return mmf_error_set(&subject->error, MMF_E_INVALID, "no such file: \"%s\"", file);
    }
    return write_whole(subject, path, text, strlen(text));
}
