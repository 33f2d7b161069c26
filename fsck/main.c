/* mmf-fsck: so far it judges headers, by the same validator that opens files, and changes nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/format.h"

/* Exit bits of fsck(8). */
#define EXIT_CLEAN 0
#define EXIT_ERRORS_LEFT 4
#define EXIT_OPERATIONAL 8
#define EXIT_USAGE 16

static const char usage[] = "usage: mmf-fsck [-n] FILE…\n"
                            "Validates the headers of mmapforge stores. Never writes to a file.\n"
                            "\n"
                            "  -n       check only (the default, and all that there is yet)\n"
                            "  --help   this text\n"
                            "\n"
                            "Exit status: 0 clean, 4 errors found, 8 a file could not be read,\n"
                            "16 wrong usage; added up over all files.\n";

/* Reads up to size bytes from the beginning. Returns how many, or -1 with errno. */
static ssize_t read_start(int fd, uint8_t *bytes, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = pread(fd, bytes + done, size - done, (off_t)done);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return -1;
        }
        if (n == 0) {
            break;
        }
        done += (size_t)n;
    }
    return (ssize_t)done;
}

static int report(const char *path, const uint8_t *bytes, size_t size, uint64_t file_size)
{
    mmf_header_info info;
    mmf_error error = {0};

    if (mmf_header_validate(bytes, size, file_size, &info, &error) != MMF_OK) {
        printf("%s: %s\n", path, error.text);
        return EXIT_ERRORS_LEFT;
    }
    printf("%s: clean header: format %" PRIu32 ", %" PRIu64 " records of %" PRIu32
           " bytes, room for %" PRIu64 "%s\n",
           path, info.format, info.record_count, info.record_size, info.capacity,
           info.capacity_is_stale ? " (stale capacity in the header)" : "");
    return EXIT_CLEAN;
}

static int check_open_file(const char *path, int fd, uint8_t *bytes)
{
    struct stat stat;
    ssize_t size = read_start(fd, bytes, MMF_HEADER_SIZE_MAX);

    if (size < 0 || fstat(fd, &stat) != 0) {
        fprintf(stderr, "mmf-fsck: %s: %s\n", path, strerror(errno));
        return EXIT_OPERATIONAL;
    }
    return report(path, bytes, (size_t)size, (uint64_t)stat.st_size);
}

static int check_file(const char *path)
{
    uint8_t *bytes = malloc(MMF_HEADER_SIZE_MAX);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int result;

    if (!bytes || fd < 0) {
        fprintf(stderr, "mmf-fsck: %s: %s\n", path, strerror(bytes ? errno : ENOMEM));
        result = EXIT_OPERATIONAL;
    } else {
        result = check_open_file(path, fd, bytes);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    free(bytes);
    return result;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    int result = EXIT_CLEAN;
    int option;

    while ((option = getopt_long(argc, argv, "n", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(usage, stdout);
            return EXIT_CLEAN;
        }
        if (option != 'n') {
            fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    if (optind == argc) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    for (int i = optind; i < argc; i++) {
        result |= check_file(argv[i]);
    }
    return result;
}
