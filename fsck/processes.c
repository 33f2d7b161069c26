#include "fsck/processes.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/system.h"

#define LINE_SIZE 8192 /* of /proc/PID/maps: a path and some numbers */

/* The device is left out: on an overlay the kernel's tables and stat(2) name different ones. */
uint64_t mmf_process_with_lock(const mmf_checked_file *file)
{
    mmf_sys_info info;
    FILE *locks = fopen("/proc/locks", "re");
    char line[256];
    uint64_t found = 0;

    if (!locks) {
        return 0;
    }
    while (mmf_sys_info_of(file->fd, &info) == 0 && found == 0 && fgets(line, sizeof line, locks)) {
        char kind[16];
        int64_t process;
        uint64_t inode;

        /* 12: FLOCK  ADVISORY  WRITE 1234 fd:01:5678 0 EOF */
        if (sscanf(line, "%*u: %15s %*s %*s %" SCNd64 " %*x:%*x:%" SCNu64, kind, &process,
                   &inode) == 3 &&
            strcmp(kind, "FLOCK") == 0 && inode == info.inode && process > 0) {
            found = (uint64_t)process;
        }
    }
    (void)fclose(locks);
    return found;
}

/* 7f3e00000000-7f3e10000000 rw-s 00000000 fd:01 5678   /path/of/it */
static bool maps_to_write(const char *line, uint64_t inode, const char *real_path)
{
    char rights[8];
    uint64_t mapped_inode;
    int name = 0;
    size_t length = strlen(real_path);

    return sscanf(line, "%*x-%*x %7s %*x %*x:%*x %" SCNu64 " %n", rights, &mapped_inode, &name) ==
               2 &&
           mapped_inode == inode && rights[1] == 'w' && rights[3] == 's' && name > 0 &&
           strncmp(line + name, real_path, length) == 0 &&
           (line[name + length] == '\n' || line[name + length] == '\0');
}

static bool process_maps(const char *process, uint64_t inode, const char *real_path)
{
    char path[64];
    char line[LINE_SIZE];
    bool found = false;
    FILE *maps;

    (void)snprintf(path, sizeof path, "/proc/%.20s/maps", process);
    maps = fopen(path, "re");
    if (!maps) {
        return false;
    }
    while (!found && fgets(line, sizeof line, maps)) {
        found = maps_to_write(line, inode, real_path);
    }
    (void)fclose(maps);
    return found;
}

uint64_t mmf_process_with_mapping(const mmf_checked_file *file, const char *path)
{
    mmf_sys_info info;
    char *real_path = NULL;
    DIR *processes;
    struct dirent *entry;
    uint64_t found = 0;

    if (mmf_sys_info_of(file->fd, &info) != 0 || mmf_sys_real_path(path, &real_path) != 0) {
        return 0;
    }
    processes = opendir("/proc");
    while (processes && found == 0 && (entry = readdir(processes))) {
        if (isdigit((unsigned char)entry->d_name[0]) &&
            strtoull(entry->d_name, NULL, 10) != mmf_sys_process_id() &&
            process_maps(entry->d_name, info.inode, real_path)) {
            found = strtoull(entry->d_name, NULL, 10);
        }
    }
    if (processes) {
        (void)closedir(processes);
    }
    free(real_path);
    return found;
}
