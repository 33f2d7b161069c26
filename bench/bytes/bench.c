#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/bytes/row.h"

static bytes_bench *to_clean_up;
static pid_t owner;

_Noreturn void bench_fail(const char *what, mmf_status status)
{
    fprintf(stderr, "bytes: %s: %s\n", what, mmf_status_text(status));
    exit(1);
}

_Noreturn void bench_fail_system(const char *what)
{
    fprintf(stderr, "bytes: %s: %s\n", what, errno != 0 ? strerror(errno) : "less than expected");
    exit(1);
}

/* --- The directory --------------------------------------------------------------------------- */

/* Children that fail come through here as well. */
static void clean_up(void)
{
    if (getpid() != owner) {
        return;
    }
    unlink(to_clean_up->path);
    unlink(to_clean_up->other_path);
    rmdir(to_clean_up->directory);
}

void bench_begin(bytes_bench *bench, const char *parent, uint64_t divisor)
{
    *bench = (bytes_bench){.divisor = divisor, .fd = -1};
    snprintf(bench->directory, sizeof bench->directory, "%s/mmf-bytes-XXXXXX", parent);
    if (!mkdtemp(bench->directory)) {
        bench_fail_system(bench->directory);
    }
    snprintf(bench->path, sizeof bench->path, "%s/file", bench->directory);
    snprintf(bench->other_path, sizeof bench->other_path, "%s/other", bench->directory);
    to_clean_up = bench;
    owner = getpid();
    atexit(clean_up);
}

int bench_new_file(const char *path, int flags)
{
    int fd;

    unlink(path);
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | flags, 0600);
    if (fd < 0) {
        bench_fail_system(path);
    }
    return fd;
}

/* --- Memory and files ------------------------------------------------------------------------ */

static void *map(int fd, size_t size)
{
    int flags = fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);

    if (memory == MAP_FAILED) {
        bench_fail_system("mmap");
    }
    return memory;
}

static void touch(volatile unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i += 4096) {
        bytes[i] = bytes[i];
    }
}

void bench_need_buffer(bytes_bench *bench)
{
    bench->buffer = map(-1, bench->piece);
    memset(bench->buffer, 'x', bench->piece);
}

void bench_free_buffer(bytes_bench *bench)
{
    munmap(bench->buffer, bench->piece);
    bench->buffer = NULL;
}

static void fill(const bytes_bench *bench)
{
    static unsigned char bytes[1 << 16];

    for (uint64_t offset = 0; offset < bench->size; offset += sizeof bytes) {
        uint64_t left = bench->size - offset;
        size_t size = left < sizeof bytes ? (size_t)left : sizeof bytes;

        memset(bytes, (int)(offset >> 16), size);
        bench_check_size("write", write(bench->fd, bytes, size), size);
    }
}

void bench_open_warm(bytes_bench *bench)
{
    unsigned char *ours;

    bench->fd = bench_new_file(bench->path, 0);
    fill(bench);
    bench->plain = map(bench->fd, bench->size);
    bench_check("open", mmf_file_open(bench->path, NULL, &bench->file));
    bench_check("bytes", mmf_file_bytes_to_write(bench->file, 0, bench->size, &ours));
    touch(bench->plain, bench->size);
    touch(ours, bench->size);
    bench_need_buffer(bench);
}

void bench_close(bytes_bench *bench)
{
    bench_free_buffer(bench);
    bench_check("close", mmf_file_close(bench->file));
    munmap(bench->plain, bench->size);
    close(bench->fd);
    unlink(bench->path);
    bench->fd = -1;
    bench->file = NULL;
    bench->plain = NULL;
}

/* --- Processors ------------------------------------------------------------------------------ */

void bench_go_to_processor(int processor)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    if (processor >= 0) {
        CPU_SET((unsigned)processor, &set);
        (void)sched_setaffinity(0, sizeof set, &set); /* where it is not allowed: anywhere */
    }
}
