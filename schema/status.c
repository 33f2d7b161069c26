#include "schema/status.h"

#include <errno.h>
#include <stdarg.h>
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

static void set_text(mmf_error *error, mmf_status status, const char *format, va_list args)
{
    error->status = status;
    /* A text that does not fit is cut: the status still says what failed. */
    (void)vsnprintf(error->text, sizeof error->text, format, args);
}

mmf_status mmf_error_set(mmf_error *error, mmf_status status, const char *format, ...)
{
    int saved_errno = errno;
    va_list args;

    if (error && error->status == MMF_OK) {
        va_start(args, format);
        set_text(error, status, format, args);
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
        set_text(error, status, format, args);
        va_end(args);
        error->system_errno = system_errno;
        used = strlen(error->text);
        (void)snprintf(error->text + used, sizeof error->text - used, ": %s",
                       strerror(system_errno));
    }
    errno = system_errno;
    return status;
}
