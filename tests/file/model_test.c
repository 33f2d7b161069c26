/* Thousands of random calls on a mapped file, and the same ones on an ordinary descriptor of
 * another file: what both say, and what both files then hold, has to be the same. Private mappings
 * are held against an array, and their file has to stay as it was. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "runtime/file.h"
#include "tests/runtime/testing.h"

const char *const suite_name = "file model";

#define STEPS 2500
#define SIZE_MAX_HERE 200000u

static uint64_t seed;

static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * 0x2545f4914f6cdd1du >> 16;
}

/* Small ones often, and such as are about a page. */
static size_t some_size(void)
{
    switch (next_random() % 8) {
    case 0:
        return 0;
    case 1:
        return 4096 * (next_random() % 4) + next_random() % 3;
    case 2:
        return next_random() % 40000;
    default:
        return next_random() % 300;
    }
}

static uint64_t some_offset(void)
{
    return next_random() % 4 == 0 ? 4096 * (next_random() % 40) + next_random() % 3
                                  : next_random() % (SIZE_MAX_HERE / 2);
}

static const unsigned char *some_bytes(size_t size)
{
    static unsigned char bytes[SIZE_MAX_HERE];
    unsigned char first = (unsigned char)next_random();

    for (size_t i = 0; i < size; i++) {
        bytes[i] = (unsigned char)(first + i * 7);
    }
    return bytes;
}

/* The other side: a descriptor, and a window of it. */
typedef struct plain {
    int fd;
    uint64_t offset; /* of the window */
    uint64_t length; /* 0: it grows */
    bool appends;
} plain;

typedef struct pair {
    mmf_file *file;
    plain other;
    const char *path;
    const char *other_path;
} pair;

static unsigned char got[SIZE_MAX_HERE];
static unsigned char wanted[SIZE_MAX_HERE];

static uint64_t end_of(const plain *other)
{
    struct stat info;
    uint64_t end;

    ck_assert_int_eq(fstat(other->fd, &info), 0);
    end = (uint64_t)info.st_size > other->offset ? (uint64_t)info.st_size - other->offset : 0;
    return other->length != 0 && end > other->length ? other->length : end;
}

static size_t room_at(const plain *other, uint64_t at, size_t size)
{
    uint64_t room = other->length == 0 ? UINT64_MAX : at < other->length ? other->length - at : 0;

    return room < size ? (size_t)room : size;
}

static uint64_t position_of(const plain *other)
{
    return (uint64_t)lseek(other->fd, 0, SEEK_CUR) - other->offset;
}

static void check_read(mmf_status status, size_t size, size_t got_size, ssize_t n)
{
    if (n == 0 && size > 0) {
        ck_assert_int_eq(status, MMF_E_END);
    } else {
        ck_assert_int_eq(status, MMF_OK);
        ck_assert_uint_eq(got_size, (size_t)n);
        ck_assert_int_eq(memcmp(got, wanted, (size_t)n), 0);
    }
}

static void step_read_at(pair *p)
{
    uint64_t offset = some_offset();
    size_t size = some_size();
    size_t got_size = 0;
    mmf_status status = mmf_file_read_at(p->file, offset, got, size, &got_size);
    ssize_t n = pread(p->other.fd, wanted, room_at(&p->other, offset, size),
                      (off_t)(p->other.offset + offset));

    check_read(status, size, got_size, n);
}

static void step_read(pair *p)
{
    size_t size = some_size();
    size_t got_size = 0;
    uint64_t at = position_of(&p->other);
    mmf_status status = mmf_file_read(p->file, got, size, &got_size);

    check_read(status, size, got_size, read(p->other.fd, wanted, room_at(&p->other, at, size)));
}

static void check_write(mmf_status status, size_t size, size_t room, size_t wrote, ssize_t n)
{
    ck_assert_int_eq(n, (ssize_t)room);
    ck_assert_int_eq(status, room < size ? MMF_E_LIMIT : MMF_OK);
    ck_assert_uint_eq(wrote, room);
}

static void step_write_at(pair *p)
{
    uint64_t offset = some_offset();
    size_t size = some_size();
    const unsigned char *bytes = some_bytes(size);
    size_t room = room_at(&p->other, offset, size);
    size_t wrote = 77;
    mmf_status status = mmf_file_write_at(p->file, offset, bytes, size, &wrote);

    if (p->other.appends) {
        ck_assert_int_eq(status, MMF_E_INVALID);
        return;
    }
    check_write(status, size, room, wrote,
                pwrite(p->other.fd, bytes, room, (off_t)(p->other.offset + offset)));
}

static void step_write(pair *p)
{
    size_t size = some_size();
    const unsigned char *bytes = some_bytes(size);
    size_t room = p->other.appends ? size : room_at(&p->other, position_of(&p->other), size);
    size_t wrote = 77;
    mmf_status status = mmf_file_write(p->file, bytes, size, &wrote);

    check_write(status, size, room, wrote, write(p->other.fd, bytes, room));
}

static void step_byte(pair *p)
{
    uint8_t byte = (uint8_t)next_random();
    uint64_t at = position_of(&p->other);
    size_t room = p->other.appends ? 1 : room_at(&p->other, at, 1);
    mmf_status status;
    ssize_t n;

    if (next_random() % 2 == 0) {
        status = mmf_file_write_byte(p->file, byte);
        check_write(status, 1, room, room, write(p->other.fd, &byte, room));
        return;
    }
    got[0] = 0;
    status = mmf_file_read_byte(p->file, got);
    n = read(p->other.fd, wanted, room_at(&p->other, at, 1));
    check_read(status, 1, 1, n);
}

static void check_seek(mmf_status status, uint64_t place, off_t result, const plain *other)
{
    if (result < 0 && errno == ENXIO) {
        ck_assert_int_eq(status, MMF_E_END);
    } else if (result < 0) {
        ck_assert_int_eq(status, MMF_E_INVALID);
    } else {
        ck_assert_int_eq(status, MMF_OK);
        ck_assert_uint_eq(place, (uint64_t)result - other->offset);
    }
}

/* From the window's side to the descriptor's, which has no windows. */
static void step_seek(pair *p)
{
    static const mmf_seek froms[] = {MMF_SEEK_SET, MMF_SEEK_CUR, MMF_SEEK_END};
    mmf_seek from = froms[next_random() % 3];
    int64_t offset = (int64_t)some_offset() * (next_random() % 3 == 0 ? -1 : 1);
    uint64_t place = 0;
    mmf_status status;
    int64_t base = from == MMF_SEEK_SET   ? 0
                   : from == MMF_SEEK_CUR ? (int64_t)position_of(&p->other)
                                          : (int64_t)end_of(&p->other);

    offset = from == MMF_SEEK_CUR || from == MMF_SEEK_END ? offset / 8 : offset;
    status = mmf_file_seek(p->file, offset, from, &place);
    if (base + offset < 0) {
        ck_assert_int_eq(status, MMF_E_INVALID);
        return;
    }
    check_seek(status, place, lseek(p->other.fd, (off_t)p->other.offset + base + offset, SEEK_SET),
               &p->other);
}

static void step_resize(pair *p)
{
    uint64_t size = some_offset();
    mmf_status status;

    if (p->other.length != 0 && size > p->other.length) {
        ck_assert_int_eq(mmf_file_resize(p->file, size), MMF_E_LIMIT);
        return;
    }
    if (p->other.length != 0 && size <= end_of(&p->other)) {
        return; /* what is behind the window goes too: another test */
    }
    status = mmf_file_resize(p->file, size);
    ck_assert_int_eq(status, MMF_OK);
    if (size != end_of(&p->other)) {
        ck_assert_int_eq(ftruncate(p->other.fd, (off_t)(p->other.offset + size)), 0);
    }
}

static void step_others(pair *p)
{
    uint64_t offset = some_offset();
    size_t size = some_size();
    const unsigned char *bytes = some_bytes(size);
    int fd = open(p->path, O_WRONLY | O_CLOEXEC);
    int other_fd = open(p->other_path, O_WRONLY | O_CLOEXEC);

    ck_assert(fd >= 0 && other_fd >= 0);
    ck_assert_int_eq(pwrite(fd, bytes, size, (off_t)offset), (ssize_t)size);
    ck_assert_int_eq(pwrite(other_fd, bytes, size, (off_t)offset), (ssize_t)size);
    (void)close(fd);
    (void)close(other_fd);
}

static void step_in_place(pair *p)
{
    uint64_t size = 0;
    const unsigned char *bytes = mmf_file_bytes(p->file, &size);
    uint64_t end = end_of(&p->other);
    unsigned char *to_write = NULL;
    uint64_t offset = some_offset();
    size_t count = some_size();
    mmf_status status = mmf_file_bytes_to_write(p->file, offset, count, &to_write);

    ck_assert_uint_eq(size, end);
    ck_assert(end == 0 ? bytes == NULL : bytes != NULL);
    if (offset + count > end) {
        ck_assert_int_eq(status, MMF_E_INVALID);
        return;
    }
    ck_assert_int_eq(status, MMF_OK);
    memcpy(to_write, some_bytes(count), count);
    if (!p->other.appends) {
        ck_assert_int_eq(pwrite(p->other.fd, to_write, count, (off_t)(p->other.offset + offset)),
                         (ssize_t)count);
    } else {
        test_write_at(p->other_path, offset, to_write, count);
    }
}

static void check_same(const pair *p)
{
    size_t size = 0;
    size_t other_size = 0;
    uint8_t *bytes = test_read_file(p->path, &size);
    uint8_t *other = test_read_file(p->other_path, &other_size);

    ck_assert_uint_eq(size, other_size);
    ck_assert_int_eq(memcmp(bytes, other, size), 0);
    ck_assert_uint_eq(mmf_file_size(p->file), end_of(&p->other));
    free(bytes);
    free(other);
}

static void step(pair *p)
{
    static void (*const steps[])(pair *) = {
        step_read_at, step_read_at, step_read_at,  step_write_at, step_write_at,
        step_read,    step_read,    step_write,    step_write,    step_seek,
        step_seek,    step_byte,    step_in_place, step_others,   step_resize,
    };

    steps[next_random() % (sizeof steps / sizeof *steps)](p);
    ck_assert_uint_eq(mmf_file_position(p->file), position_of(&p->other));
}

static void run(uint64_t from_seed, const mmf_file_options *options)
{
    pair p = {.path = test_path("file"), .other_path = test_path("other")};

    seed = from_seed;
    test_write_file(p.path, "", 0);
    test_write_file(p.other_path, "", 0);
    p.other.appends = (options->flags & MMF_FILE_APPEND) != 0;
    p.other.offset = options->offset;
    p.other.length = options->length;
    p.other.fd = open(p.other_path, O_RDWR | O_CLOEXEC | (p.other.appends ? O_APPEND : 0));
    ck_assert_int_ge(p.other.fd, 0);
    ck_assert_int_eq(lseek(p.other.fd, (off_t)options->offset, SEEK_SET), (off_t)options->offset);
    ck_ok(mmf_file_open(p.path, options, &p.file));
    for (int i = 0; i < STEPS; i++) {
        step(&p);
        if (i % 50 == 0 || i == STEPS - 1) {
            check_same(&p);
        }
    }
    ck_ok(mmf_file_close(p.file));
    (void)close(p.other.fd);
}

static const mmf_file_options kinds[] = {
    {0},
    {.flags = MMF_FILE_APPEND},
    {.flags = MMF_FILE_GUARD},
    {.offset = 1},
    {.offset = 4096},
    {.offset = 12345, .length = 50000},
    {.offset = 0, .length = 8192},
    {.offset = 100, .length = 1},
};

START_TEST(a_descriptor_says_the_same)
{
    for (uint64_t s = 1; s <= 2; s++) {
        run(s * 1234567, &kinds[_i]);
    }
}
END_TEST

/* --- Private mappings ------------------------------------------------------------------------ */

static void private_step(mmf_file *file, unsigned char *model, uint64_t size)
{
    uint64_t offset = some_offset();
    size_t count = some_size();
    size_t room = offset >= size ? 0 : size - offset < count ? (size_t)(size - offset) : count;
    size_t done = 0;
    const unsigned char *bytes = some_bytes(count);

    if (next_random() % 2 == 0) {
        ck_status(mmf_file_write_at(file, offset, bytes, count, &done),
                  room < count ? MMF_E_LIMIT : MMF_OK);
        ck_assert_uint_eq(done, room);
        memcpy(model + (room ? offset : 0), bytes, room);
        return;
    }
    ck_status(mmf_file_read_at(file, offset, got, count, &done),
              count > 0 && room == 0 ? MMF_E_END : MMF_OK);
    ck_assert(done == room && memcmp(got, model + (room ? offset : 0), room) == 0);
}

START_TEST(private_stores_never_reach_the_file)
{
    const mmf_map_options map = {.flags = MMF_MAP_PRIVATE};
    static const uint64_t sizes[] = {0, 1, 4095, 4096, 4097, 100000};
    uint64_t size = sizes[_i];
    const mmf_file_options options = {.map = &map};
    unsigned char *model = calloc(1, SIZE_MAX_HERE);
    unsigned char *before = malloc(SIZE_MAX_HERE);
    const char *path = test_path("file");
    mmf_file *file = NULL;
    size_t there = 0;
    uint8_t *after;

    ck_assert(model && before);
    seed = size + 4711;
    memcpy(before, some_bytes(size), size);
    memcpy(model, before, size);
    test_write_file(path, before, size);
    ck_assert_int_eq(chmod(path, 0444), 0);
    ck_ok(mmf_file_open(path, &options, &file));
    for (int i = 0; i < STEPS; i++) {
        private_step(file, model, size);
    }
    ck_status(mmf_file_resize(file, 10), MMF_E_READONLY);
    ck_ok(mmf_file_close(file));
    after = test_read_file(path, &there);
    ck_assert_uint_eq(there, size);
    ck_assert_int_eq(memcmp(after, before, size), 0);
    free(after);
    free(before);
    free(model);
}
END_TEST

void suite_add(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_descriptor_says_the_same, 0, sizeof kinds / sizeof *kinds);
    tcase_add_loop_test(tcase, private_stores_never_reach_the_file, 0, 6);
}
