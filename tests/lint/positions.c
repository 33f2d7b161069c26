/* Seeking, and then reading or writing there. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct record {
    int id;
};

int get(int fd, long i, struct record *r)
{
    if (lseek(fd, i * sizeof *r, SEEK_SET) < 0) {
        return -1;
    }
    return read(fd, r, sizeof *r) == sizeof *r;
}

void put(int fd, long i, const struct record *r)
{
    off_t at = lseek64(fd, i * sizeof *r, SEEK_SET);

    if (at >= 0) {
        write(fd, r, sizeof *r);
    }
}

void add(int fd, const struct record *r)
{
    lseek(fd, 0, SEEK_END);
    write(fd, r, sizeof *r);
}

int get_buffered(const char *path, long i, struct record *r)
{
    FILE *file = fopen(path, "rb");
    int n = 0;

    if (file && fseek(file, i * sizeof *r, SEEK_SET) == 0) {
        n = fread(r, sizeof *r, 1, file);
    }
    fclose(file);
    return n == 1;
}

int put_buffered(FILE *file, long i, const struct record *r)
{
    fseeko(file, i * sizeof *r, SEEK_SET);
    return fwrite(r, sizeof *r, 1, file) == 1;
}

char *load(const char *path, long *size)
{
    FILE *file = fopen(path, "rb");
    char *bytes;

    fseek(file, 0, SEEK_END);
    *size = ftell(file);
    fseek(file, 0, SEEK_SET);
    bytes = malloc(*size);
    fread(bytes, 1, *size, file);
    fclose(file);
    return bytes;
}

char *load_rewound(FILE *file)
{
    long size;
    char *bytes;

    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    bytes = malloc(size);
    fread(bytes, 1, size, file);
    return bytes;
}

/* Whichever it is, it is one place. */
int get_or_put(int fd, long i, struct record *r, int puts)
{
    lseek(fd, i * sizeof *r, SEEK_SET);
    if (puts) {
        return write(fd, r, sizeof *r) == sizeof *r;
    }
    return read(fd, r, sizeof *r) == sizeof *r && read(fd, r, sizeof *r) == sizeof *r;
}
