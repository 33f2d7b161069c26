#include "examples/ticks/failure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool failure_set(failure *failure, const char *format, ...)
{
    va_list arguments;

    if (failure->text[0] == '\0') {
        va_start(arguments, format);
        (void)vsnprintf(failure->text, sizeof failure->text, format, arguments);
        va_end(arguments);
    }
    return false;
}

bool failure_system(failure *failure, const char *what)
{
    return failure_set(failure, "%s: %s", what, strerror(errno));
}

bool failure_store(failure *failure, const char *what, mmf_status status, const mmf_error *error)
{
    if (error && error->text[0] != '\0') {
        return failure_set(failure, "%s: %s", what, error->text);
    }
    return failure_set(failure, "%s: %s", what, mmf_status_text(status));
}
