#include "schema/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef struct status_row {
    const char *name;
    const char *text;
} status_row;

static const status_row status_rows[] = {
#define MMF_STATUS(name, text) {"MMF_" #name, text},
#include "schema/status.def"
#undef MMF_STATUS
};

static const status_row *row_of(mmf_status status)
{
    static const status_row unknown = {"MMF_E_UNKNOWN", "unknown status"};
    size_t index = (size_t)status;

    return index < sizeof status_rows / sizeof *status_rows ? &status_rows[index] : &unknown;
}

const char *mmf_status_text(mmf_status status)
{
    return row_of(status)->text;
}

const char *mmf_status_name(mmf_status status)
{
    return row_of(status)->name;
}

#define LONG_TEXT_SIZE 8192u  /* a path has at most 4096 bytes */
#define HEAD_SIZE 256u        /* what is kept of the beginning of a text that is too long */
#define SYSTEM_TEXT_SIZE 128u /* room for what the system says */

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0u) == 0x80u;
}

/* A text that does not fit loses its middle: paths come first, and facts behind them. */
static void copy_shortened(char *to, size_t size, const char *text, size_t length)
{
    static const char mark[] = "\xe2\x80\xa6"; /* … */
    size_t head = HEAD_SIZE;
    size_t tail = length - (size - 1 - HEAD_SIZE - (sizeof mark - 1));

    while (is_continuation(text[head])) {
        head--;
    }
    while (is_continuation(text[tail])) {
        tail++;
    }
    memcpy(to, text, head);
    memcpy(to + head, mark, sizeof mark - 1);
    memcpy(to + head + sizeof mark - 1, text + tail, length - tail + 1);
}

static void set_text(mmf_error *error, mmf_status status, size_t size, const char *format,
                     va_list args)
{
    char text[LONG_TEXT_SIZE];
    int wanted = vsnprintf(text, sizeof text, format, args);
    size_t length = strlen(text);

    error->status = status;
    if (wanted >= 0 && length < size) {
        memcpy(error->text, text, length + 1);
    } else if (wanted >= 0) {
        copy_shortened(error->text, size, text, length);
    }
}

mmf_status mmf_error_set(mmf_error *error, mmf_status status, const char *format, ...)
{
    int saved_errno = errno;
    va_list args;

    if (error && error->status == MMF_OK) {
        va_start(args, format);
        set_text(error, status, sizeof error->text, format, args);
        va_end(args);
    }
    errno = saved_errno;
    return status;
}

mmf_status mmf_error_set_system(mmf_error *error, mmf_status status, int system_errno,
                                const char *format, ...)
{
    va_list args;

    if (error && error->status == MMF_OK) {
        size_t used;

        va_start(args, format);
        set_text(error, status, sizeof error->text - SYSTEM_TEXT_SIZE, format, args);
        va_end(args);
        error->system_errno = system_errno;
        used = strlen(error->text);
        (void)snprintf(error->text + used, sizeof error->text - used, ": %s",
                       strerror(system_errno));
    }
    errno = system_errno;
    return status;
}
