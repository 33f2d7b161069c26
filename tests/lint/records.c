/* Records of one size, a system call each: found where they are in a file. */
#include <fcntl.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

struct record {
    int id;
    double value;
};

struct table {
    int fd;
    long count;
};

int sum_at_places(int fd, long n)
{
    struct record r;
    int sum = 0;

    for (long i = 0; i < n; i++) {
        if (pread(fd, &r, sizeof r, i * sizeof r) != sizeof r) {
            break;
        }
        sum += r.id;
    }
    return sum;
}

int sum_of_opened(const char *path)
{
    struct record r;
    int sum = 0;
    int fd = open(path, O_RDONLY);

    while (read(fd, &r, sizeof(struct record)) == sizeof(struct record))
        sum += r.id;
    close(fd);
    return sum;
}

void fill(int fd, unsigned char *record, size_t record_size, long n)
{
    long i = 0;

    do {
        pwrite(fd, record, record_size, 64 + i * record_size);
        i++;
    } while (i < n);
}

/* That it is a file is seen by what comes after the loop, and by a member's name. */
int save(struct table *table, const struct record *records)
{
    long i = 0;

again:
    if (write(table->fd, &records[i], sizeof records[i]) < 0) {
        return -1;
    }
    if (++i < table->count) {
        goto again;
    }
    return fsync(table->fd);
}

int two_in_a_line(int in, int out, long n)
{
    struct record r;

    for (long i = 0; i < n; i++) {
	if (pread64(in, &r, sizeof r, i * 16) < 0 || pwrite64(out, &r, sizeof r, i * 16) < 0) {
            return -1;
	}
    }
    return 0;
}

/* One place, for which there is more than one reason. */
int copy_records(const char *from, const char *to)
{
    struct record r;
    int in = open(from, O_RDONLY);
    int out;

    out = openat(AT_FDCWD, to, O_WRONLY | O_CREAT, 0666);
    if (lseek(in, 64, SEEK_SET) != 64 || ftruncate(out, 0) != 0) {
        return -1;
    }
    while (read(in, &r, sizeof r) == sizeof r && write(out, &r, sizeof r) == sizeof r) {
        pwrite(out, &r.id, sizeof r.id, 0);
    }
    fsync(in);
    return fsync(out);
}
