/* main() of a fuzz target outside of libFuzzer: runs it once on each file named on the command
 * line. Exit status 0 only when there was at least one and each could be read; a crash, or an
 * assertion of the target, ends it as it would end the fuzzer. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct input {
    uint8_t *data; /* NULL when size is 0 */
    size_t size;
} input;

static int input_append(input *in, const uint8_t *chunk, size_t size)
{
    if (size == 0) {
        return 0;
    }
    /* exactly as large as its content, so that a sanitizer sees the first byte beyond */
    uint8_t *data = realloc(in->data, in->size + size);
    if (data == NULL) {
        return ENOMEM;
    }
    memcpy(data + in->size, chunk, size);
    in->data = data;
    in->size += size;
    return 0;
}

/* 0 or an errno; *in is to be freed in either case. */
static int input_read(FILE *file, input *in)
{
    static uint8_t chunk[1 << 16];
    int error = 0;
    while (error == 0 && !feof(file)) {
        errno = 0;
        size_t size = fread(chunk, 1, sizeof chunk, file);
        error = ferror(file) ? (errno != 0 ? errno : EIO) : input_append(in, chunk, size);
    }
    return error;
}

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return errno;
    }
    input in = {0};
    int error = input_read(file, &in);
    fclose(file);
    if (error == 0) {
        /* a crash below is then the last name in the log */
        printf("%s: %zu bytes\n", path, in.size);
        fflush(stdout);
        /* never NULL: libFuzzer's inputs are not either */
        (void)LLVMFuzzerTestOneInput(in.size > 0 ? in.data : (const uint8_t *)"", in.size);
    }
    free(in.data);
    return error;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s FILE...\nno inputs: an empty corpus tests nothing\n", argv[0]);
        return EXIT_FAILURE;
    }
    int failures = 0;
    for (int i = 1; i < argc; i++) {
        int error = replay(argv[i]);
        if (error != 0) {
            fprintf(stderr, "%s: %s\n", argv[i], strerror(error));
            failures++;
        }
    }
    printf("%d of %d inputs replayed\n", argc - 1 - failures, argc - 1);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
