#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "tests/power/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/power/random.h"

#define MAPPINGS_MAX 16u

/* A mapping of the store file. */
typedef struct mapping {
    uint8_t *address;
    uint64_t size;
    uint64_t offset; /* in the file */
} mapping;

static disk *in_use;
static bool is_child;
static int file_fd = -1; /* a descriptor of our own, for reading */
static dev_t file_device;
static ino_t file_inode;
static mapping mappings[MAPPINGS_MAX];
static _Alignas(8) uint8_t current[DISK_SIZE_MAX];
static uint8_t before_tearing[DISK_SIZE_MAX];
static uint64_t current_size;

void disk_use(disk *disk)
{
    in_use = disk;
    if (file_fd >= 0) {
        (void)close(file_fd);
    }
    file_fd = -1;
    file_device = 0;
    file_inode = 0;
}

void disk_in_child(void)
{
    is_child = true;
}

static void fatal(const char *what)
{
    (void)fprintf(stderr, "power: %s: %s\n", what, strerror(errno));
    abort();
}

/* --- The file as it is ----------------------------------------------------------------------- */

bool disk_attach(const char *path)
{
    struct stat info;

    if (file_fd >= 0) {
        (void)close(file_fd);
    }
    file_fd = open(path, O_RDWR | O_CLOEXEC);
    if (file_fd < 0 || fstat(file_fd, &info) != 0) {
        return false;
    }
    file_device = info.st_dev;
    file_inode = info.st_ino;
    return true;
}

static void read_file(int fd, uint8_t *bytes, uint64_t *ret_size)
{
    struct stat info;

    if (fstat(fd, &info) != 0 || info.st_size > (off_t)DISK_SIZE_MAX) {
        fatal("the store has outgrown the simulator");
    }
    if (pread(fd, bytes, (size_t)info.st_size, 0) != (ssize_t)info.st_size) {
        fatal("cannot read the store");
    }
    *ret_size = (uint64_t)info.st_size;
}

void disk_current(uint8_t *bytes, uint64_t *ret_size)
{
    read_file(file_fd, bytes, ret_size);
}

const mmf_durable_slot *disk_newest_slot(const uint8_t *header)
{
    const mmf_durable_slot *newest = NULL;
    const size_t places[] = {offsetof(mmf_header, durable_0), offsetof(mmf_header, durable_1)};

    for (size_t i = 0; i < 2; i++) {
        const mmf_durable_slot *slot = (const mmf_durable_slot *)(const void *)(header + places[i]);

        if (slot->generation != 0 && slot->crc == mmf_durable_slot_crc(slot) &&
            (!newest || slot->generation > newest->generation)) {
            newest = slot;
        }
    }
    return newest;
}

uint64_t disk_generation(void)
{
    static _Alignas(8) uint8_t header[MMF_PAGE_SIZE];
    const mmf_durable_slot *newest;

    if (pread(file_fd, header, sizeof header, 0) != (ssize_t)sizeof header) {
        fatal("cannot read the header");
    }
    newest = disk_newest_slot(header);
    return newest ? newest->generation : 0;
}

/* --- What reaches the disk ------------------------------------------------------------------- */

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The bytes from … to of the file as it is now are on the disk, and with them its size: that is
 * one number, whatever the range of a sync. Nobody cuts the file here. */
static void write_out(disk *disk, uint64_t from, uint64_t to)
{
    read_file(file_fd, current, &current_size);
    to = least(to, current_size);
    if (from < to) {
        memcpy(disk->bytes + from, current + from, to - from);
    }
    disk->size = current_size;
}

static uint64_t unit_of(disk *disk)
{
    return random_percent(disk->random, 50) ? MMF_PAGE_SIZE : MMF_SECTOR_SIZE;
}

/* Makes each unit of bytes that of the file as it is now, or leaves it. */
static void mix(disk *disk, uint8_t *bytes, uint64_t size)
{
    static const unsigned percents[] = {0, 10, 50, 90, 100};
    unsigned percent = percents[random_below(disk->random, 5)];
    uint64_t unit = unit_of(disk);

    for (uint64_t at = 0; at < size; at += unit) {
        size_t n = (size_t)least(unit, size - at);

        if (memcmp(bytes + at, current + at, n) != 0 && random_percent(disk->random, percent)) {
            memcpy(bytes + at, current + at, n);
        }
    }
}

void disk_write_back(disk *disk)
{
    read_file(file_fd, current, &current_size);
    if (disk->size < current_size && random_percent(disk->random, 50)) {
        disk->size = current_size;
    }
    mix(disk, disk->bytes, least(disk->size, current_size));
}

/* A sector that was being written can come out as nothing that was ever written. Such a disk is a
 * bad one, but the checksum of a durable slot is there for it. */
static void tear_slot(disk *disk, size_t at, size_t size)
{
    uint8_t *bytes = disk->image + at;

    switch (random_below(disk->random, 3)) {
    case 0: /* its first bytes are new, the others old */
        memcpy(bytes, before_tearing + at, size);
        memcpy(bytes, current + at, random_below(disk->random, sizeof(mmf_durable_slot)));
        break;
    case 1:
        memset(bytes, 0, size);
        break;
    default:
        for (size_t i = 0; i < size; i++) {
            bytes[i] = (uint8_t)random_next(disk->random);
        }
        break;
    }
}

static void tear_slots(disk *disk)
{
    const size_t places[] = {offsetof(mmf_header, durable_0), offsetof(mmf_header, durable_1)};
    bool one_sector = disk->lie == LIE_ONE_SECTOR;

    for (size_t i = 0; i < 2; i++) {
        if (memcmp(before_tearing + places[i], current + places[i], MMF_SECTOR_SIZE) != 0 &&
            random_percent(disk->random, 25)) {
            tear_slot(disk, one_sector ? places[0] : places[i],
                      one_sector ? MMF_SECTOR_SIZE * 2u : MMF_SECTOR_SIZE);
        }
    }
}

void disk_cut(disk *disk)
{
    if (disk->is_off) {
        return;
    }
    read_file(file_fd, current, &current_size);
    memcpy(before_tearing, disk->bytes, sizeof disk->bytes);
    memcpy(disk->image, disk->bytes, sizeof disk->image);
    disk->image_size = random_percent(disk->random, 50) ? disk->size : current_size;
    mix(disk, disk->image, disk->image_size);
    tear_slots(disk);
    memset(disk->image + disk->image_size, 0, DISK_SIZE_MAX - disk->image_size);
    disk->is_off = true;
}

/* --- Another boot ---------------------------------------------------------------------------- */

static void random_bytes(disk *disk, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)random_next(disk->random);
    }
}

/* The lock file is on the disk or not, or was never written. Its boot is not this one. */
static void restart_lock_file(disk *disk, const char *path)
{
    char lock_path[600];
    uint8_t boot_id[16];
    int fd;

    (void)snprintf(lock_path, sizeof lock_path, "%s.lock", path);
    if (disk->lie == LIE_SAME_BOOT) {
        return;
    }
    if (random_percent(disk->random, 50)) {
        (void)unlink(lock_path);
        return;
    }
    fd = open(lock_path, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    random_bytes(disk, boot_id, sizeof boot_id);
    if (random_percent(disk->random, 50)) {
        if (ftruncate(fd, 0) != 0) {
            fatal("cannot cut the lock file");
        }
    } else if (pwrite(fd, boot_id, sizeof boot_id, offsetof(mmf_lock_header, boot_id)) !=
               (ssize_t)sizeof boot_id) {
        fatal("cannot write the lock file");
    }
    (void)close(fd);
}

bool disk_restart(disk *disk, const char *path)
{
    int fd;
    bool done;

    if (disk->lie != LIE_SAME_BOOT) {
        random_bytes(disk, disk->image + offsetof(mmf_header, boot_id), 16);
    }
    (void)unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    done = fd >= 0 && write(fd, disk->image, disk->image_size) == (ssize_t)disk->image_size;
    if (fd >= 0) {
        (void)close(fd);
    }
    restart_lock_file(disk, path);
    memcpy(disk->bytes, disk->image, sizeof disk->bytes);
    disk->size = disk->image_size;
    disk->is_off = false;
    disk->fuse = 0;
    return done && disk_attach(path);
}

/* --- System calls ---------------------------------------------------------------------------- */

/* A mutant of the kill: as if recovery noted the boot first. */
static void note_boot_early(void)
{
    uint8_t boot_id[16] = {0};
    unsigned byte;
    size_t n = 0;
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

    while (file && n < 16) {
        int c = fgetc(file);

        if (c == '-') {
            continue;
        }
        (void)ungetc(c, file);
        if (fscanf(file, "%2x", &byte) != 1) {
            break;
        }
        boot_id[n++] = (uint8_t)byte;
    }
    if (file) {
        (void)fclose(file);
    }
    if (pwrite(file_fd, boot_id, 16, offsetof(mmf_header, boot_id)) != 16) {
        fatal("cannot write the boot's id");
    }
}

static void event(disk *disk)
{
    if (disk->is_off || disk->fuse == 0 || --disk->fuse != 0) {
        return;
    }
    if (disk->fuse_kills) {
        if (disk->lie == LIE_EARLY_BOOT && disk->moment == DISK_AT_OPEN) {
            note_boot_early();
        }
        (void)kill(getpid(), SIGKILL);
    }
    disk_cut(disk);
    if (is_child) {
        _exit(0);
    }
}

static uint64_t header_size(void)
{
    return ((const mmf_header *)(const void *)current)->header_size;
}

/* What a sync of from … to does on this disk. */
static void sync_file(disk *disk, uint64_t from, uint64_t to)
{
    static uint64_t deferred_to;
    bool has_records;

    event(disk);
    if (disk->is_off) {
        return;
    }
    read_file(file_fd, current, &current_size);
    has_records = to > header_size();
    if ((disk->lie == LIE_OPEN && disk->moment == DISK_AT_OPEN) ||
        (disk->lie == LIE_NO_SLOT && !has_records)) {
        return;
    }
    if (disk->lie == LIE_SLOT_FIRST && has_records && from == 0) {
        deferred_to = to;
        return;
    }
    if (disk->lie == LIE_NO_RECORDS || (disk->lie == LIE_CLOSE && disk->moment == DISK_AT_CLOSE)) {
        to = least(to, header_size());
    }
    write_out(disk, from, to);
    event(disk);
    if (deferred_to != 0 && !disk->is_off) {
        write_out(disk, 0, deferred_to);
        deferred_to = 0;
        event(disk);
    }
}

static bool is_store(int fd)
{
    struct stat info;

    return in_use && file_inode != 0 && fstat(fd, &info) == 0 && info.st_ino == file_inode &&
           info.st_dev == file_device;
}

/* The first file that is synced is the one that is being created, before it has a name. */
static bool is_new_store(int fd)
{
    struct stat info;

    return in_use && file_inode == 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

void *__real_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
int __real_munmap(void *address, size_t size);
int __wrap_munmap(void *address, size_t size);
int __wrap_msync(void *address, size_t size, int flags);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);
int __real_fallocate(int fd, int mode, off_t offset, off_t size);
int __wrap_fallocate(int fd, int mode, off_t offset, off_t size);

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    void *result = __real_mmap(address, size, protection, flags, fd, offset);

    if (result == MAP_FAILED || fd < 0 || !is_store(fd)) {
        return result;
    }
    for (size_t i = 0; i < MAPPINGS_MAX; i++) {
        if (!mappings[i].address) {
            mappings[i] = (mapping){result, size, (uint64_t)offset};
            return result;
        }
    }
    fatal("too many mappings");
    return result;
}

int __wrap_munmap(void *address, size_t size)
{
    for (size_t i = 0; i < MAPPINGS_MAX; i++) {
        if (mappings[i].address == address) {
            mappings[i].address = NULL;
        }
    }
    return __real_munmap(address, size);
}

int __wrap_msync(void *address, size_t size, int flags)
{
    uint8_t *from = address;

    if (!in_use || !(flags & MS_SYNC) || (uintptr_t)address % 4096 != 0) {
        errno = EINVAL;
        return -1;
    }
    for (size_t i = 0; i < MAPPINGS_MAX; i++) {
        const mapping *mapped = &mappings[i];

        if (mapped->address && from >= mapped->address &&
            from + size <= mapped->address + mapped->size) {
            uint64_t offset = (uint64_t)(from - mapped->address) + mapped->offset;

            sync_file(in_use, offset, offset + size);
            return 0;
        }
    }
    errno = ENOMEM;
    return -1;
}

/* By a description of its own: locks of the store's would stay with a duplicate. */
static void attach_new_store(int fd)
{
    char path[64];

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (!disk_attach(path)) {
        fatal("cannot open the new store");
    }
    read_file(fd, in_use->bytes, &in_use->size);
}

int __wrap_fsync(int fd)
{
    if (is_new_store(fd)) {
        attach_new_store(fd);
    } else if (is_store(fd)) {
        sync_file(in_use, 0, DISK_SIZE_MAX);
    }
    return in_use ? 0 : __real_fsync(fd);
}

int __wrap_fdatasync(int fd)
{
    return __wrap_fsync(fd);
}

int __wrap_fallocate(int fd, int mode, off_t offset, off_t size)
{
    bool concerned = file_fd >= 0 && is_store(fd);
    int result;

    if (concerned) {
        event(in_use);
    }
    result = __real_fallocate(fd, mode, offset, size);
    if (concerned) {
        int saved_errno = errno;

        event(in_use);
        errno = saved_errno;
    }
    return result;
}

/* --- The library ----------------------------------------------------------------------------- */

/* Who recovers asks for this first: an event, and the place of a mutant. */

const mmf_durable_slot *__real_mmf_durable_slot_newest(const mmf_durable_slot *slot_0,
                                                       const mmf_durable_slot *slot_1);
const mmf_durable_slot *__wrap_mmf_durable_slot_newest(const mmf_durable_slot *slot_0,
                                                       const mmf_durable_slot *slot_1);

const mmf_durable_slot *__wrap_mmf_durable_slot_newest(const mmf_durable_slot *slot_0,
                                                       const mmf_durable_slot *slot_1)
{
    static mmf_durable_slot slot;
    const uint8_t *header = (const uint8_t *)slot_0 - offsetof(mmf_header, durable_0);

    if (in_use && in_use->moment == DISK_AT_OPEN && file_fd >= 0) {
        event(in_use);
    }
    if (in_use && in_use->lie == LIE_BELIEVED_COUNT && in_use->moment == DISK_AT_OPEN) {
        slot.record_count = ((const mmf_header_common *)(const void *)header)->record_count;
        return &slot;
    }
    return __real_mmf_durable_slot_newest(slot_0, slot_1);
}
