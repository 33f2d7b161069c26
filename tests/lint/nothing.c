/* What looks alike, and is at no file, or at no record. None of it may be found. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

struct record {
    int id;
    double value;
};

int from_socket(int port)
{
    struct record r;
    int sum = 0;
    int fd = socket(AF_INET, SOCK_STREAM, port);

    while (read(fd, &r, sizeof r) == sizeof r) {
        sum += r.id;
    }
    return sum;
}

int from_client(int listener)
{
    struct record r;
    int fd;

    for (;;) {
        fd = accept(listener, NULL, NULL);
        if (read(fd, &r, sizeof r) != sizeof r || write(fd, &r, sizeof r) != sizeof r) {
            return -1;
        }
    }
}

int through_pipe(void)
{
    struct record r = {0};
    int ends[2];

    if (pipe(ends) != 0) {
        return -1;
    }
    while (write(ends[1], &r, sizeof r) == sizeof r && read(ends[0], &r, sizeof r) == sizeof r) {
        r.id++;
    }
    return 0;
}

/* Nobody knows what it is. */
int from_anything(int fd, struct record *r)
{
    while (read(fd, r, sizeof *r) == sizeof *r) {
    }
    return 0;
}

/* The name was a file's before. */
int reused(const char *path, int listener)
{
    struct record r;
    int fd = open(path, O_RDONLY);

    close(fd);
    fd = accept(listener, NULL, NULL);
    while (read(fd, &r, sizeof r) == sizeof r) {
    }
    return 0;
}

int events(void)
{
    struct record event;
    int fd = open("/dev/input/event0", O_RDONLY);

    while (read(fd, &event, sizeof event) == sizeof event) {
    }
    return 0;
}

/* Copies by the buffer. */
int copy(int from, const char *to)
{
    char buffer[4096];
    ssize_t n;
    off_t at = 0;
    int fd = open(to, O_WRONLY);

    while ((n = pread(from, buffer, sizeof buffer, at)) > 0 && write(fd, buffer, n) == n) {
        at += n;
    }
    return 0;
}

/* Once is no loop, and a loop that ends with it is none. */
int header(int fd, struct record *r)
{
    for (int i = 0; i < 3; i++) {
        if (i == 2) {
            return pread(fd, r, sizeof *r, 0) == sizeof *r;
        }
    }
    return pread(fd, r, sizeof *r, 64) == sizeof *r;
}

int skip(int fd, struct record *r)
{
    lseek(fd, 100, SEEK_CUR);
    return read(fd, r, sizeof *r) == sizeof *r;
}

/* Its size, and a place for somebody else. */
off_t measure(int fd)
{
    off_t end = lseek(fd, 0, SEEK_END);

    lseek(fd, 0, SEEK_SET);
    return end;
}

int other_descriptor(int fd, int to, struct record *r)
{
    lseek(fd, 0, SEEK_SET);
    return write(to, r, sizeof *r) == sizeof *r;
}

int device(struct record *r)
{
    int fd = open("/dev/mem", O_RDONLY);

    lseek(fd, 4096, SEEK_SET);
    return read(fd, r, sizeof *r) == sizeof *r;
}

int memory_stream(char *bytes, size_t size, struct record *r)
{
    FILE *file = fmemopen(bytes, size, "r");

    fseek(file, 8, SEEK_SET);
    return fread(r, sizeof *r, 1, file) == 1;
}

int scratch(size_t size)
{
    char *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    bytes = mremap(bytes, size, 2 * size, MREMAP_MAYMOVE);
    return munmap(bytes, 2 * size);
}

int frame_buffer(size_t size)
{
    int fd = open("/dev/fb0", O_RDWR);
    void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    return munmap(bytes, size);
}
