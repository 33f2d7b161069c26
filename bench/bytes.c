#define _GNU_SOURCE
#include "bench/bytes.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DIGEST_BYTES_MAX (1u << 20)

static void *map(int fd, size_t size)
{
    int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);

    if (memory == MAP_FAILED) {
        bench_fail_system("mmap");
    }
    return memory;
}

void bench_need_buffer(bench_fixture *fixture)
{
    fixture->buffer = map(-1, fixture->piece);
    memset(fixture->buffer, 'x', fixture->piece);
}

void bench_free_buffer(bench_fixture *fixture)
{
    munmap(fixture->buffer, fixture->piece);
    fixture->buffer = NULL;
}

static void fill(const bench_fixture *fixture)
{
    static unsigned char bytes[1 << 16];

    for (uint64_t offset = 0; offset < fixture->size; offset += sizeof bytes) {
        uint64_t left = fixture->size - offset;
        size_t size = left < sizeof bytes ? (size_t)left : sizeof bytes;

        for (size_t i = 0; i < size; i++) {
            bytes[i] = (unsigned char)((offset >> 16) + i * 37);
        }
        bench_check_size("write", write(fixture->fd, bytes, size), size);
    }
}

void bench_open_warm(bench_fixture *fixture)
{
    unsigned char *ours;

    fixture->fd = bench_new_file(fixture->path, 0);
    fill(fixture);
    fixture->bytes = map(fixture->fd, fixture->size);
    bench_check("open", mmf_file_open(fixture->path, NULL, &fixture->file));
    bench_check("bytes", mmf_file_bytes_to_write(fixture->file, 0, fixture->size, &ours));
    bench_touch(fixture->bytes, fixture->size);
    bench_touch(ours, fixture->size);
    bench_need_buffer(fixture);
}

void bench_close(bench_fixture *fixture)
{
    bench_free_buffer(fixture);
    bench_check("close", mmf_file_close(fixture->file));
    munmap(fixture->bytes, fixture->size);
    close(fixture->fd);
    unlink(fixture->path);
    fixture->fd = -1;
    fixture->file = NULL;
    fixture->bytes = NULL;
}

static uint64_t digest_of(const unsigned char *bytes, uint64_t size)
{
    return bench_hash(0, bytes, size < DIGEST_BYTES_MAX ? size : DIGEST_BYTES_MAX);
}

uint64_t bench_buffer_digest(bench_fixture *fixture)
{
    uint64_t digest = digest_of(fixture->buffer, fixture->piece);

    memset(fixture->buffer, 0, fixture->piece); /* the next way has to read it itself */
    return digest;
}

uint64_t bench_bytes_digest(bench_fixture *fixture)
{
    uint64_t digest = digest_of(fixture->bytes, fixture->size);

    memset(fixture->bytes, 0, fixture->size < DIGEST_BYTES_MAX ? fixture->size : DIGEST_BYTES_MAX);
    return digest;
}
