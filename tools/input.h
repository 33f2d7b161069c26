/* Text of a file, a pipe or a terminal, read in large pieces: what the readers of CSV and of JSON
 * lines stand on. What is between `begin` and `end` has been read and not been taken; readers look
 * at it in place. One thread at a time. */
#ifndef MMF_TOOLS_INPUT_H
#define MMF_TOOLS_INPUT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

typedef struct mmf_input {
    int fd;      /* the caller's */
    char *begin; /* a newline, which is no input, follows the last byte */
    char *end;
    bool has_ended; /* there is nothing behind `end` */
    uint64_t line;  /* of begin, from 1 */
    uint64_t taken; /* bytes before begin */
    char *bytes;
    size_t capacity;
    size_t most; /* bytes that may be between begin and end */
    /* Set by a signal handler, or by another thread: reading ends with MMF_E_CANCELLED. For a read
     * that waits to see it, the signal has to interrupt it (no SA_RESTART). May be NULL. */
    const volatile sig_atomic_t *is_cancelled;
} mmf_input;

/* A place in the input; both count from 1, columns in characters. */
typedef struct mmf_input_place {
    uint64_t line;
    uint64_t column;
} mmf_input_place;

/* Reads nothing yet. MMF_OK; MMF_E_NO_MEMORY. */
MMF_NODISCARD mmf_status mmf_input_open(mmf_input *input, int fd, size_t most, mmf_error *error);
void mmf_input_close(mmf_input *input);

/* Reads until there is much more, or nothing more; pointers into the input are no longer good. A
 * byte order mark at the beginning is taken.
 * MMF_OK; MMF_E_END (has_ended); MMF_E_LIMIT (there are `most` bytes already; error is the
 * caller's to fill); MMF_E_CANCELLED, MMF_E_NO_MEMORY, MMF_E_SYSTEM. */
MMF_NODISCARD mmf_status mmf_input_fill(mmf_input *input, mmf_error *error);

/* What is before `to` has been used; there were so many newlines. */
static inline void mmf_input_take(mmf_input *input, char *to, uint64_t lines)
{
    input->taken += (uint64_t)(to - input->begin);
    input->begin = to;
    input->line += lines;
}

/* Where `at` is, which is begin or behind it. */
mmf_input_place mmf_input_place_of(const mmf_input *input, const char *at);

#endif
