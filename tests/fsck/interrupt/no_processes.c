/* Who else maps the store is asked of /proc, process by process, each time that a repair begins
 * (ld --wrap). Where nobody does, and a repair is done thousands of times, that is left out. */
#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path);
DIR *__wrap_opendir(const char *path)
{
    if (strcmp(path, "/proc") == 0) {
        errno = ENOENT;
        return NULL;
    }
    return __real_opendir(path);
}
