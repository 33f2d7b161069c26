#include "tools/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CAPACITY_FIRST (256u << 10)

static const char byte_order_mark[] = "\xef\xbb\xbf";

mmf_status mmf_input_open(mmf_input *input, int fd, size_t most, mmf_error *error)
{
    size_t capacity = most < CAPACITY_FIRST ? most : CAPACITY_FIRST;
    char *bytes = malloc(capacity + 1);

    if (!bytes) {
        return mmf_error_set(error, MMF_E_NO_MEMORY, "out of memory");
    }
    *input = (mmf_input){
        .fd = fd,
        .begin = bytes,
        .end = bytes,
        .line = 1,
        .bytes = bytes,
        .capacity = capacity,
        .most = most,
    };
    *bytes = '\n';
    return MMF_OK;
}

void mmf_input_close(mmf_input *input)
{
    free(input->bytes);
    *input = (mmf_input){.fd = -1};
}

/* Room behind end: what is left is moved to the front, or the buffer grows. */
static mmf_status make_room(mmf_input *input, mmf_error *error)
{
    size_t size = (size_t)(input->end - input->begin);
    char *bytes = input->bytes;

    memmove(bytes, input->begin, size);
    if (size == input->capacity) {
        size_t capacity = input->capacity > input->most / 2 ? input->most : 2 * input->capacity;

        if (capacity == input->capacity) {
            input->begin = bytes;
            input->end = bytes + size;
            return MMF_E_LIMIT;
        }
        bytes = realloc(bytes, capacity + 1);
        if (!bytes) {
            return mmf_error_set(error, MMF_E_NO_MEMORY, "out of memory");
        }
        input->capacity = capacity;
        input->bytes = bytes;
    }
    input->begin = bytes;
    input->end = bytes + size;
    return MMF_OK;
}

/* All the room is filled, so that who looks for the end of a long row does so seldom. */
mmf_status mmf_input_fill(mmf_input *input, mmf_error *error)
{
    mmf_status status = input->has_ended ? MMF_E_END : make_room(input, error);
    char *limit = input->bytes + input->capacity;
    bool is_first = input->taken == 0 && input->end == input->begin;

    while (status == MMF_OK && input->end < limit) {
        ssize_t got;

        if (input->is_cancelled && *input->is_cancelled) {
            return mmf_error_set(error, MMF_E_CANCELLED, "interrupted");
        }
        got = read(input->fd, input->end, (size_t)(limit - input->end));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            status = mmf_error_set_system(error, MMF_E_SYSTEM, errno, "cannot be read");
        } else if (got == 0) {
            input->has_ended = true;
            break;
        } else {
            input->end += got;
        }
    }
    *input->end = '\n';
    if (is_first && input->end - input->begin >= 3 &&
        memcmp(input->begin, byte_order_mark, 3) == 0) {
        mmf_input_take(input, input->begin + 3, 0);
    }
    return status;
}

mmf_input_place mmf_input_place_of(const mmf_input *input, const char *at)
{
    mmf_input_place place = {input->line, 1};

    for (const char *byte = input->begin; byte < at; byte++) {
        if (*byte == '\n') {
            place.line++;
            place.column = 1;
        } else if (((unsigned char)*byte & 0xc0) != 0x80) {
            place.column++;
        }
    }
    return place;
}
