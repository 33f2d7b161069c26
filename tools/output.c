#include "tools/output.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define CAPACITY_LEAST 4096u

void mmf_output_free(mmf_output *output)
{
    free(output->bytes);
    *output = (mmf_output){0};
}

char *mmf_output_more(mmf_output *output, size_t size)
{
    size_t needed = output->size + size;
    size_t capacity = output->capacity < CAPACITY_LEAST ? CAPACITY_LEAST : output->capacity;
    char *bytes;

    if (output->has_failed || needed < size) {
        output->has_failed = true;
        return NULL;
    }
    while (capacity < needed) {
        capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
    }
    bytes = realloc(output->bytes, capacity);
    if (!bytes) {
        output->has_failed = true;
        return NULL;
    }
    output->bytes = bytes;
    output->capacity = capacity;
    return bytes + output->size;
}

int mmf_output_write(mmf_output *output, int fd)
{
    size_t done = 0;

    if (output->has_failed) {
        return ENOMEM;
    }
    while (done < output->size) {
        ssize_t n = write(fd, output->bytes + done, output->size - done);

        if (n < 0 && errno != EINTR) {
            return errno;
        }
        done += n > 0 ? (size_t)n : 0;
    }
    output->size = 0;
    return 0;
}
