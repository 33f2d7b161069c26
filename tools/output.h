/* Text that grows in memory, to be written in large pieces. */
#ifndef MMF_TOOLS_OUTPUT_H
#define MMF_TOOLS_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Zero-initialised is empty. Once memory has run out, everything that follows is dropped, and
 * has_failed says so. */
typedef struct mmf_output {
    char *bytes;
    size_t size;
    size_t capacity;
    bool has_failed;
} mmf_output;

void mmf_output_free(mmf_output *output);

/* Room for `size` bytes more: where they go, to be counted by output->size; NULL: no memory. */
char *mmf_output_more(mmf_output *output, size_t size);

static inline char *mmf_output_room(mmf_output *output, size_t size)
{
    return output->bytes && output->capacity - output->size >= size ? output->bytes + output->size
                                                                    : mmf_output_more(output, size);
}

static inline void mmf_output_add(mmf_output *output, const char *bytes, size_t size)
{
    char *room = mmf_output_room(output, size);

    if (room) {
        memcpy(room, bytes, size);
        output->size += size;
    }
}

static inline void mmf_output_add_char(mmf_output *output, char character)
{
    mmf_output_add(output, &character, 1);
}

/* Writes all of it to the descriptor and empties it. 0, or an errno value. */
int mmf_output_write(mmf_output *output, int fd);

#endif
