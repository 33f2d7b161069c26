/* Linux: the areas of the process's address space, from /proc/self/smaps. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/system.h"
#include "runtime/system_map.h"

#define LINE_SIZE 256u /* of a longer one, with the name of a file, the rest is of no use */

typedef struct line_reader {
    int fd;
    size_t used, size; /* of the buffer */
    int failure;
    char buffer[4096];
    char line[LINE_SIZE];
} line_reader;

static bool refill(line_reader *reader)
{
    ssize_t size;

    do {
        size = read(reader->fd, reader->buffer, sizeof reader->buffer);
    } while (size < 0 && errno == EINTR);
    reader->failure = size < 0 ? errno : 0;
    reader->used = 0;
    reader->size = size > 0 ? (size_t)size : 0;
    return size > 0;
}

/* The next line, cut at LINE_SIZE - 1 bytes. False: there is none, or reading has failed. */
static bool next_line(line_reader *reader)
{
    size_t length = 0;
    bool any = false;

    while (reader->used < reader->size || refill(reader)) {
        char c = reader->buffer[reader->used++];

        any = true;
        if (c == '\n') {
            break;
        }
        if (length < LINE_SIZE - 1) {
            reader->line[length++] = c;
        }
    }
    reader->line[length] = '\0';
    return any && reader->failure == 0;
}

/* "7f869b800000-7f869ba00000 rw-s …"; the other lines begin with a capital letter. */
static bool parse_addresses(const char *line, mmf_sys_area *area)
{
    char *end;
    uint64_t begin;

    if (line[0] >= 'A' && line[0] <= 'Z') {
        return false;
    }
    begin = strtoull(line, &end, 16);
    if (*end != '-') {
        return false;
    }
    *area = (mmf_sys_area){.begin = begin, .end = strtoull(end + 1, NULL, 16)};
    return true;
}

typedef struct size_row {
    const char *key;
    size_t offset; /* in mmf_sys_area */
} size_row;

static const size_row size_rows[] = {
    {"Rss:", offsetof(mmf_sys_area, resident)},
    {"Shared_Clean:", offsetof(mmf_sys_area, shared_clean)},
    {"Shared_Dirty:", offsetof(mmf_sys_area, shared_dirty)},
    {"Private_Clean:", offsetof(mmf_sys_area, private_clean)},
    {"Private_Dirty:", offsetof(mmf_sys_area, private_dirty)},
    {"Anonymous:", offsetof(mmf_sys_area, anonymous)},
    {"Swap:", offsetof(mmf_sys_area, swapped)},
    {"Locked:", offsetof(mmf_sys_area, locked)},
    {"AnonHugePages:", offsetof(mmf_sys_area, anonymous_huge)},
    {"ShmemPmdMapped:", offsetof(mmf_sys_area, shmem_huge)},
    {"FilePmdMapped:", offsetof(mmf_sys_area, file_huge)},
    {"Shared_Hugetlb:", offsetof(mmf_sys_area, shared_hugetlb)},
    {"Private_Hugetlb:", offsetof(mmf_sys_area, private_hugetlb)},
    {"KernelPageSize:", offsetof(mmf_sys_area, kernel_page)},
    {"MMUPageSize:", offsetof(mmf_sys_area, mmu_page)},
};

/* "Rss:                1024 kB" */
static void parse_size(const char *line, mmf_sys_area *area)
{
    for (size_t i = 0; i < sizeof size_rows / sizeof *size_rows; i++) {
        size_t length = strlen(size_rows[i].key);

        if (strncmp(line, size_rows[i].key, length) == 0) {
            uint64_t bytes = strtoull(line + length, NULL, 10) * 1024;

            memcpy((unsigned char *)area + size_rows[i].offset, &bytes, sizeof bytes);
            return;
        }
    }
}

typedef struct flag_row {
    char name[3];
    uint32_t flag;
} flag_row;

static const flag_row flag_rows[] = {
    {"sh", MMF_AREA_SHARED},        {"wr", MMF_AREA_WRITABLE}, {"ex", MMF_AREA_EXEC},
    {"nr", MMF_AREA_NO_RESERVE},    {"hg", MMF_AREA_HUGE},     {"nh", MMF_AREA_NO_HUGE},
    {"sr", MMF_AREA_SEQUENTIAL},    {"rr", MMF_AREA_RANDOM},   {"lo", MMF_AREA_LOCKED},
    {"lf", MMF_AREA_LOCK_ON_FAULT}, {"ht", MMF_AREA_HUGETLB},
};

/* "VmFlags: rd wr sh mr mw me ms nr hg " */
static void parse_flags(const char *line, mmf_sys_area *area)
{
    static const char key[] = "VmFlags:";
    const char *at = line + sizeof key - 1;

    if (strncmp(line, key, sizeof key - 1) != 0) {
        return;
    }
    while (at[0] == ' ' && at[1] != '\0' && at[2] != '\0') {
        for (size_t i = 0; i < sizeof flag_rows / sizeof *flag_rows; i++) {
            if (memcmp(at + 1, flag_rows[i].name, 2) == 0) {
                area->flags |= flag_rows[i].flag;
            }
        }
        at += 3;
    }
}

static int read_areas(line_reader *reader, uint64_t begin, uint64_t end,
                      mmf_sys_area_function *function, void *context)
{
    mmf_sys_area area = {0}; /* the one whose lines are being read; none: its end is 0 */
    mmf_sys_area next;

    while (next_line(reader)) {
        if (!parse_addresses(reader->line, &next)) {
            parse_size(reader->line, &area);
            parse_flags(reader->line, &area);
            continue;
        }
        if (area.end > begin) {
            function(context, &area);
        }
        area = next;
        if (area.begin >= end) {
            return 0;
        }
    }
    if (reader->failure == 0 && area.end > begin) {
        function(context, &area);
    }
    return reader->failure;
}

int mmf_sys_areas(uint64_t begin, uint64_t end, mmf_sys_area_function *function, void *context)
{
    line_reader reader;
    int failure = mmf_sys_open("/proc/self/smaps", false, &reader.fd);

    if (failure != 0) {
        return failure;
    }
    reader.used = 0;
    reader.size = 0;
    reader.failure = 0;
    failure = read_areas(&reader, begin, end, function, context);
    mmf_sys_close(reader.fd);
    return failure;
}
