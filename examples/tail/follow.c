#include "examples/tail/follow.h"

#include <sys/stat.h>

/* Guarded: the file may be cut in the middle of a read. */
static mmf_file *open_file(const char *path)
{
    const mmf_file_options options = {.flags = MMF_FILE_READ_ONLY | MMF_FILE_GUARD};
    mmf_file *file = NULL;

    return mmf_file_open(path, &options, &file) == MMF_OK ? file : NULL;
}

void tail_begin(tail *tail, const char *path, bool from_beginning)
{
    tail->path = path;
    tail->file = open_file(path);
    if (tail->file && !from_beginning) {
        (void)!mmf_file_seek(tail->file, 0, MMF_SEEK_END, NULL);
    }
}

void tail_end(tail *tail)
{
    (void)mmf_file_close(tail->file);
    tail->file = NULL;
}

static void open_again(tail *tail)
{
    mmf_file *file = open_file(tail->path);

    if (file) {
        tail_end(tail);
        tail->file = file;
    }
}

/* Whether the name is another file's by now. One that is gone may come back. */
static bool is_replaced(const tail *tail)
{
    mmf_file_info ours;
    struct stat named;

    return stat(tail->path, &named) == 0 && mmf_file_stat(tail->file, &ours) == MMF_OK &&
           (named.st_ino != ours.inode || named.st_dev != ours.device);
}

/* Looks at the size first, which is how a cut is noticed that left the page where we are. */
static size_t read_some(tail *tail, char *buffer, size_t size, bool *ret_is_cut)
{
    size_t got = 0;
    mmf_status status;

    if (mmf_file_size(tail->file) < mmf_file_position(tail->file)) {
        *ret_is_cut = true;
        return 0;
    }
    status = mmf_file_read(tail->file, buffer, size, &got);
    *ret_is_cut = status == MMF_E_TRUNCATED;
    return status == MMF_OK ? got : 0;
}

size_t tail_read(tail *tail, char *buffer, size_t size, tail_news *ret_news)
{
    size_t got;

    *ret_news = (tail_news){false, false};
    if (!tail->file) {
        tail->file = open_file(tail->path);
        if (!tail->file) {
            return 0;
        }
    }
    got = read_some(tail, buffer, size, &ret_news->was_cut);
    if (got > 0) {
        return got;
    }
    if (!ret_news->was_cut && is_replaced(tail)) {
        /* once more: who renamed it may have written a last line before */
        got = read_some(tail, buffer, size, &ret_news->was_cut);
        if (got > 0) {
            return got;
        }
        ret_news->was_replaced = true;
    }
    if (ret_news->was_cut || ret_news->was_replaced) {
        open_again(tail);
        got = tail->file ? read_some(tail, buffer, size, &(bool){false}) : 0;
    }
    return got;
}
