#include "fsck/checked_file.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "runtime/atomic.h"
#include "runtime/region.h"
#include "runtime/system.h"

static mmf_status fail(const mmf_checked_file *file, int system_errno, mmf_error *error,
                       const char *what)
{
    return mmf_error_set_system(error, mmf_status_of_errno(system_errno), system_errno, "%s: %s",
                                file->path, what);
}

static mmf_status not_regular(const char *path, mmf_error *error)
{
    return mmf_error_set(error, MMF_E_INVALID, "%s: not a regular file", path);
}

mmf_status mmf_checked_file_open(const char *path, bool writable, mmf_checked_file *ret_file,
                                 mmf_error *error)
{
    mmf_checked_file file = {-1, writable, path, 0};
    mmf_sys_info info;
    int result = mmf_sys_open(path, writable, &file.fd);

    if (result == ENOENT) {
        return mmf_error_set_system(error, MMF_E_NOT_FOUND, result, "%s", path);
    }
    if (result == EISDIR || result == ENXIO) { /* directories to write to; sockets */
        return not_regular(path, error);
    }
    if (result == 0) {
        result = mmf_sys_info_of(file.fd, &info);
    }
    if (result != 0) {
        mmf_sys_close(file.fd);
        return mmf_error_set_system(error, MMF_E_SYSTEM, result, "%s", path);
    }
    if (!info.is_regular) {
        mmf_sys_close(file.fd);
        return not_regular(path, error);
    }
    file.size = info.size;
    *ret_file = file;
    return MMF_OK;
}

void mmf_checked_file_close(mmf_checked_file *file)
{
    mmf_sys_close(file->fd);
    file->fd = -1;
}

mmf_status mmf_checked_file_measure(mmf_checked_file *file, mmf_error *error)
{
    mmf_sys_info info;
    int result = mmf_sys_info_of(file->fd, &info);

    if (result != 0) {
        return mmf_error_set_system(error, MMF_E_SYSTEM, result, "%s", file->path);
    }
    file->size = info.size;
    return MMF_OK;
}

mmf_status mmf_checked_file_read(const mmf_checked_file *file, uint64_t offset, void *buffer,
                                 size_t size, size_t *ret_size, mmf_error *error)
{
    int result = mmf_sys_read_at(file->fd, offset, buffer, size, ret_size);

    return result == 0 ? MMF_OK
                       : mmf_error_set_system(error, MMF_E_SYSTEM, result, "%s: reading at %llu",
                                              file->path, (unsigned long long)offset);
}

/* --- Storing --------------------------------------------------------------------------------- */

/* The pages of a file that a range touches; the last one may reach beyond its end. */
typedef struct page_range {
    uint64_t begin;
    uint64_t end;
} page_range;

static page_range pages_of(uint64_t offset, size_t size)
{
    uint64_t page = mmf_sys_page_size();

    return (page_range){offset / page * page, (offset + size + page - 1) / page * page};
}

/* A store into a hole of a full disk would be SIGBUS. Whole pages, as they are what the system
 * gives blocks to when a mapping is stored to; but not beyond the end, for the size has to stay. */
static mmf_status fill_holes(const mmf_checked_file *file, const mmf_sys_info *info,
                             page_range pages, mmf_error *error)
{
    uint64_t end = pages.end < info->size ? pages.end : info->size;
    int result;

    if (info->allocated >= info->size) {
        return MMF_OK;
    }
    result = mmf_sys_allocate(file->fd, pages.begin, end - pages.begin);
    return result == 0 ? MMF_OK : fail(file, result, error, "no blocks for a hole");
}

static void store_words(unsigned char *address, const unsigned char *words, size_t size)
{
    uint64_t word;

    for (size_t i = 0; i + 8 < size; i += 8) {
        memcpy(&word, words + i, sizeof word);
        mmf_store_relaxed((mmf_word64 *)(void *)(address + i), word);
    }
    memcpy(&word, words + size - 8, sizeof word);
    mmf_store_release((mmf_word64 *)(void *)(address + size - 8), word);
}

static mmf_status store_mapped(const mmf_checked_file *file, page_range pages, uint64_t offset,
                               const void *words, size_t size, mmf_error *error)
{
    uint64_t mapped = pages.end - pages.begin;
    void *address;
    int result = mmf_sys_map_part(file->fd, pages.begin, mapped, &address);

    if (result != 0) {
        return fail(file, result, error, "mapping a part");
    }
    result = mmf_sys_populate(address, mapped);
    if (result == 0) {
        store_words((unsigned char *)address + (offset - pages.begin), words, size);
    }
    mmf_sys_unmap(address, mapped);
    return result == 0 ? MMF_OK : fail(file, result, error, "a page cannot be stored to");
}

mmf_status mmf_checked_file_store(const mmf_checked_file *file, uint64_t offset, const void *words,
                                  size_t size, mmf_error *error)
{
    page_range pages = pages_of(offset, size);
    mmf_sys_info info;
    mmf_status status;
    int result;

    assert(offset % 8 == 0 && size % 8 == 0);
    if (size == 0) {
        return MMF_OK;
    }
    result = mmf_sys_info_of(file->fd, &info);
    if (result != 0) {
        return fail(file, result, error, "looking up its size");
    }
    if (offset > info.size || size > info.size - offset) {
        return mmf_error_set(error, MMF_E_TRUNCATED,
                             "%s: has been cut to %llu bytes, before byte %llu that is to be "
                             "written",
                             file->path, (unsigned long long)info.size,
                             (unsigned long long)offset + size - 1);
    }
    status = fill_holes(file, &info, pages, error);
    return status != MMF_OK ? status : store_mapped(file, pages, offset, words, size, error);
}

/* fsync(2) takes what was stored through mappings too: unmapping has handed the dirty marks of the
 * pages on to the page cache, which is one for both; and what else the file needs to be read. */
mmf_status mmf_checked_file_sync(const mmf_checked_file *file, mmf_error *error)
{
    int result = mmf_sys_sync(file->fd);

    return result == 0
               ? MMF_OK
               : mmf_error_set_system(error, MMF_E_SYSTEM, result, "%s: syncing", file->path);
}

/* --- Holes ----------------------------------------------------------------------------------- */

mmf_status mmf_checked_file_next_data(const mmf_checked_file *file, uint64_t offset,
                                      uint64_t *ret_begin, uint64_t *ret_end, mmf_error *error)
{
    uint64_t begin = file->size;
    uint64_t end = file->size;
    int result = 0;

    if (offset < file->size) {
        result = mmf_sys_next_data(file->fd, offset, file->size, &begin, &end);
    }
    if (result != 0) {
        return mmf_error_set_system(error, MMF_E_SYSTEM, result, "%s: looking for holes",
                                    file->path);
    }
    *ret_begin = begin;
    *ret_end = end;
    return MMF_OK;
}
