#define _POSIX_C_SOURCE 200809L /* mkstemp, fchmod */

#include "codegen/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool holds_already(const char *path, const mmf_text *text)
{
    FILE *file = fopen(path, "rb");
    char *content;
    bool is_same = false;

    if (!file) {
        return false;
    }
    content = malloc(text->size + 1); /* one more, to see that nothing follows */
    if (content) {
        is_same = fread(content, 1, text->size + 1, file) == text->size &&
                  memcmp(content, mmf_text_string(text), text->size) == 0;
    }
    free(content);
    fclose(file);
    return is_same;
}

/* The mode that open(2) would give a new file. */
static mode_t new_file_mode(void)
{
    mode_t mask = umask(0);

    umask(mask);
    return 0666 & ~mask;
}

/* Closes the descriptor in any case. */
static bool write_and_close(int fd, const mmf_text *text)
{
    FILE *file = fdopen(fd, "wb");
    bool is_written;

    if (!file) {
        close(fd);
        return false;
    }
    is_written = fwrite(mmf_text_string(text), 1, text->size, file) == text->size;
    is_written = fchmod(fd, new_file_mode()) == 0 && is_written;
    return fclose(file) == 0 && is_written;
}

mmf_status mmf_output_write(const char *path, const mmf_text *text, mmf_error *error)
{
    mmf_text temporary = {0};
    mmf_status status = MMF_OK;
    int fd;

    if (holds_already(path, text)) {
        return MMF_OK;
    }
    mmf_text_format(&temporary, "%s.XXXXXX", path);
    if (temporary.out_of_memory) {
        return mmf_error_set(error, MMF_E_NO_MEMORY, "%s", path);
    }
    fd = mkstemp(temporary.data);
    if (fd < 0) {
        status = mmf_error_set_system(error, MMF_E_SYSTEM, errno, "%s: cannot be written", path);
    } else if (!write_and_close(fd, text) || rename(temporary.data, path) != 0) {
        status = mmf_error_set_system(error, MMF_E_SYSTEM, errno, "%s: cannot be written", path);
        unlink(temporary.data);
    }
    mmf_text_clear(&temporary);
    return status;
}

void mmf_output_add_make_name(mmf_text *rule, const char *path)
{
    for (; *path; path++) {
        if (*path == '$') {
            mmf_text_add(rule, "$");
        } else if (strchr(" \t#:%\\", *path)) {
            mmf_text_add(rule, "\\");
        }
        mmf_text_add_bytes(rule, path, 1);
    }
}
