#include "fsck/progress.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "schema/printable.h"

#define NANOSECONDS 1e9
#define BAR_AFTER_NS UINT64_C(500000000)
#define BAR_EVERY_NS UINT64_C(100000000)
#define BAR_WIDTH_MAX 40u
#define BAR_WIDTH_MIN 8u
#define NAME_COLUMNS 24u
/* "NAME: [BAR]  42%  1234 MB/s  12:34:56": all but name and bar, and a column that stays free */
#define OTHER_COLUMNS 34u
#define LINE_SIZE 256u

void fsck_progress_begin(fsck_progress *progress, const char *path, uint64_t now_ns)
{
    fsck_progress_hide(progress);
    progress->path = path;
    progress->file_began_ns = now_ns;
    progress->pass_began_ns = now_ns;
    progress->drawn_ns = 0;
    progress->pass = 0;
}

void fsck_progress_hide(fsck_progress *progress)
{
    if (progress->is_drawn) {
        fputs("\r\033[K", progress->terminal);
        (void)fflush(progress->terminal);
        progress->is_drawn = false;
        progress->drawn_ns = 0;
    }
}

/* --- Lines ----------------------------------------------------------------------------------- */

static bool write_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, text, size);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return false;
        }
        text += n;
        size -= (size_t)n;
    }
    return true;
}

static void write_line(fsck_progress *progress, uint64_t done, uint64_t total)
{
    char line[4096 + 80];
    int used =
        snprintf(line, sizeof line, "%u %" PRIu64 " %" PRIu64 " ", progress->pass, done, total);

    (void)mmf_printable(progress->path, sizeof line, line + used, sizeof line - (size_t)used - 1);
    strcat(line, "\n");
    if (!write_all(progress->fd, line, strlen(line))) {
        progress->fd = -1;
    }
}

/* --- The bar --------------------------------------------------------------------------------- */

static void format_left(double seconds, char *ret_text, size_t size)
{
    if (seconds >= 100 * 3600.0) {
        (void)snprintf(ret_text, size, "-:--");
    } else if (seconds >= 3600) {
        unsigned left = (unsigned)seconds;

        (void)snprintf(ret_text, size, "%u:%02u:%02u", left / 3600, left / 60 % 60, left % 60);
    } else {
        unsigned left = (unsigned)seconds;

        (void)snprintf(ret_text, size, "%u:%02u", left / 60, left % 60);
    }
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash && slash[1] != '\0' ? slash + 1 : path;
}

static void draw(const fsck_progress *progress, double part, double rate, double left)
{
    char name[4 * NAME_COLUMNS + 1];
    char bar[BAR_WIDTH_MAX + 1];
    char time[16];
    size_t columns = mmf_printable(name_of(progress->path), NAME_COLUMNS, name, sizeof name);
    size_t free_columns = progress->columns > columns + OTHER_COLUMNS + BAR_WIDTH_MIN
                              ? progress->columns - columns - OTHER_COLUMNS
                              : BAR_WIDTH_MIN;
    size_t width = free_columns < BAR_WIDTH_MAX ? free_columns : BAR_WIDTH_MAX;
    size_t filled = (size_t)(part * (double)width);

    memset(bar, '#', filled);
    memset(bar + filled, '-', width - filled);
    bar[width] = '\0';
    format_left(left, time, sizeof time);
    fprintf(progress->terminal, "\r%s: [%s] %3.0f%%  %.0f MB/s  %s\033[K", name, bar, part * 100,
            rate / 1e6, time);
    (void)fflush(progress->terminal);
}

static void draw_now(fsck_progress *progress, uint64_t done, uint64_t total, uint64_t now_ns)
{
    double seconds = (double)(now_ns - progress->pass_began_ns) / NANOSECONDS;
    double part = total > 0 && done < total ? (double)done / (double)total : 1;
    double rate = seconds > 0 ? (double)done / seconds : 0;
    double left = rate > 0 ? (1 - part) * (double)total / rate : 1e9;

    draw(progress, part, rate < 1e15 ? rate : 1e15, left);
    progress->is_drawn = true;
    progress->drawn_ns = now_ns;
}

void fsck_progress_update(fsck_progress *progress, unsigned pass, uint64_t done, uint64_t total,
                          uint64_t now_ns)
{
    if (pass != progress->pass) {
        progress->pass_began_ns = progress->pass == 0 ? progress->file_began_ns : now_ns;
        progress->pass = pass;
    }
    if (progress->fd >= 0) {
        write_line(progress, done, total);
    }
    if (progress->terminal && now_ns - progress->file_began_ns >= BAR_AFTER_NS &&
        now_ns - progress->drawn_ns >= BAR_EVERY_NS) {
        draw_now(progress, done, total, now_ns);
    }
}
