/* Names of shared memory, and what they lead to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/shm_object.h"

mmf_status mmf_shm_check_name(const char *name, mmf_error *error, const char **ret_name)
{
    const char *rest = name && name[0] == '/' ? name + 1 : name;
    size_t length = rest ? strlen(rest) : 0;

    if (length == 0 || length > MMF_SHM_NAME_MAX) {
        return mmf_error_set(error, MMF_E_INVALID,
                             "a name of shared memory has 1 to %u bytes behind its slash",
                             MMF_SHM_NAME_MAX);
    }
    if (strchr(rest, '/') || strcmp(rest, ".") == 0 || strcmp(rest, "..") == 0) {
        return mmf_error_set(
            error, MMF_E_INVALID,
            "\"%.255s\" is no name of shared memory: expected one slash, in front, "
            "or none",
            name);
    }
    *ret_name = rest;
    return MMF_OK;
}

char *mmf_shm_path_of(const char *directory, const char *name, const char *suffix)
{
    size_t size;
    char *path;

    directory = directory ? directory : MMF_SHM_DIRECTORY;
    size = strlen(directory) + strlen(name) + strlen(suffix) + 2;
    path = malloc(size);
    if (path) {
        (void)snprintf(path, size, "%s/%s%s", directory, name, suffix);
    }
    return path;
}

bool mmf_shm_leads_to(const char *path, int fd)
{
    mmf_sys_shm_info by_path;
    mmf_sys_shm_info by_fd;

    return mmf_sys_shm_info_of_path(path, &by_path) == 0 && mmf_sys_shm_info_of(fd, &by_fd) == 0 &&
           by_path.file.inode == by_fd.file.inode && by_path.file.device == by_fd.file.device;
}

mmf_status mmf_shm_store_path(const char *name, char *buffer, size_t size)
{
    const char *rest = NULL;
    mmf_status status = mmf_shm_check_name(name, NULL, &rest);
    size_t needed;

    if (status != MMF_OK) {
        return status;
    }
    if (strlen(rest) + sizeof ".lock" - 1 > MMF_SHM_NAME_MAX) {
        return MMF_E_INVALID;
    }
    needed = sizeof MMF_SHM_DIRECTORY "/" + strlen(rest);
    if (needed > size) {
        return MMF_E_TOO_LONG;
    }
    (void)snprintf(buffer, size, MMF_SHM_DIRECTORY "/%s", rest);
    return MMF_OK;
}
